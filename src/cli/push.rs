//! What is about to leave: `hook pre-push`, `scan --range`, `scan --unpushed`.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Read};

use bstr::BStr;

use super::args::Options;
use super::scan::Gathered;
use super::{Ended, scan};
use crate::config::{self, Config, ConfigError};
use crate::git::{GitError, Oid, Ownership, Repository};
use crate::source::SourceError;
use crate::source::outgoing::{self, Outgoing};
use crate::source::remote::Target;
use crate::source::{Scanned, push, remote, rewrite};

/// `hook pre-push`: git says on standard input which refs move.
pub(super) fn pre_push(remote: &OsStr, url: Option<&OsStr>, options: &Options) -> Ended {
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input)?;
    let updates = push::pre_push(&input)?;
    let repository = Repository::open(Ownership::CheckedByGit)?;
    let target = Target {
        name: BStr::new(remote.as_encoded_bytes()),
        url: url.map(|url| BStr::new(url.as_encoded_bytes())),
    };
    let outgoing = remote::of_push(target, &updates, &repository)?;
    publish(&[outgoing], &repository, options)
}

/// `scan --unpushed`.
pub(super) fn unpushed(options: &Options) -> Ended {
    scan::told(&mut unpushed_outcome(options)?, options)
}

/// The same up to the report.
pub(super) fn unpushed_outcome(options: &Options) -> Gathered {
    let repository = Repository::open(Ownership::Check)?;
    let outgoing = remote::unpushed(&repository)?;
    published(&[outgoing], &repository, options)
}

/// Scans what goes out, one part after the other, as one outcome.
pub(super) fn publish(parts: &[Outgoing], repository: &Repository, options: &Options) -> Ended {
    scan::told(&mut published(parts, repository, options)?, options)
}

fn published(parts: &[Outgoing], repository: &Repository, options: &Options) -> Gathered {
    let mut outcome = scan::outcome(
        options,
        || local_config(repository),
        |scanner, progress| {
            let mut scanned = Scanned::default();
            for outgoing in parts {
                scanned.append(outgoing::scan(outgoing, repository, scanner, progress)?);
            }
            Ok(scanned)
        },
    )?;
    outcome.rewrite = rewrite::way(outcome.blocking(), repository)?;
    let tips: Vec<Oid> = parts.iter().flat_map(|part| part.tips.clone()).collect();
    rewrite::note_what_is_gone(&mut outcome.findings, &tips, repository)?;
    Ok(outcome)
}

/// The configuration of the index or, in a repository without one (a bare clone) or with one that is in conflict, of HEAD.
pub(super) fn local_config(repository: &Repository) -> Result<Config, ConfigError> {
    let is_named = env::var_os("GIT_INDEX_FILE").is_some();
    let has_index = is_named || repository.git_dir().join("index").exists();
    if has_index && !repository.has_conflict()? {
        return config::from_index(repository);
    }
    match repository.head()? {
        Some(head) => config::from_commit(repository, &head),
        None => Ok(Config::default()),
    }
}

/// `scan --range`: what the range builds on decides what is accepted, not what it brings.
pub(super) fn range(range: &str, options: &Options) -> Ended {
    scan::told(&mut range_outcome(range, options)?, options)
}

/// The same up to the report.
pub(super) fn range_outcome(range: &str, options: &Options) -> Gathered {
    let repository = Repository::open(Ownership::Check)?;
    // Before anything else, for a base that is not here is told best as such.
    let base = base(range, &repository)?;
    let mut outcome = scan::outcome(
        options,
        || match base {
            Some(base) => config::from_commit(&repository, &base),
            None => Ok(Config::default()),
        },
        |scanner, progress| outgoing::range(range, &repository, scanner, progress),
    )?;
    outcome.rewrite = rewrite::way(outcome.blocking(), &repository)?;
    let tips = repository.range_ends(range)?.tips;
    rewrite::note_what_is_gone(&mut outcome.findings, &tips, &repository)?;
    Ok(outcome)
}

/// The commit that the range builds on, which must be here.
fn base(range: &str, repository: &Repository) -> Result<Option<Oid>, SourceError> {
    let base = repository.base_of(range).and_then(|base| {
        if let Some(base) = &base {
            repository.object(base)?;
        }
        Ok(base)
    });
    base.map_err(|source| match source {
        GitError::GitFailed { .. } | GitError::MissingObject { .. } => {
            SourceError::Range { source }
        }
        other => SourceError::Git(other),
    })
}
