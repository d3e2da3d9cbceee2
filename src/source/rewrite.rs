//! How commits that hold a credential can be changed while nobody else has them.
//!
//! In: findings in outgoing commits. Out: the way back for the case at hand, and a note on what the newest commit no
//! longer holds and would publish all the same.

use bstr::ByteSlice;

use super::SourceError;
use super::remote::commits_here;
use crate::finding::{Finding, Origin, Part};
use crate::git::{Oid, Repository, Selection, object};
use crate::outcome::Rewrite;

/// What a finding says whose file no longer holds the secret.
const GONE: &str = "a later commit takes it out, but this one goes out too: whoever fetches gets the secret with it";

/// The way to change the commits of `findings` (oldest first); `None` where no commit is concerned.
///
/// # Errors
/// [`SourceError`] where a commit cannot be read.
pub fn way<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    repository: &Repository,
) -> Result<Option<Rewrite>, SourceError> {
    let Some((oldest, is_only)) = oldest(findings) else {
        return Ok(None);
    };
    let head = repository.head()?;
    if is_only && head == Some(oldest) {
        return Ok(Some(Rewrite::Amend));
    }
    let (_, raw) = repository.object(&oldest)?;
    let parents = object::commit(&raw)
        .map(|commit| commit.parents)
        .unwrap_or_default();
    let tips: Vec<Oid> = head.into_iter().collect();
    let since = repository.revisions(&Selection::Between {
        tips: &tips,
        known: &parents,
    })?;
    if !since.iter().any(|revision| revision.commit == oldest) {
        return Ok(Some(Rewrite::Elsewhere {
            commit: oldest.to_string(),
        }));
    }
    Ok(Some(Rewrite::Rebase {
        upstream: parents.first().map(Oid::to_string),
        merges: since.iter().any(|revision| revision.parents.len() > 1),
    }))
}

/// The first commit of `findings` (oldest first), and whether it is the only one; `None` where no commit is concerned.
pub(super) fn oldest<'a>(findings: impl Iterator<Item = &'a Finding>) -> Option<(Oid, bool)> {
    let mut commits: Vec<&str> = findings
        .filter_map(|finding| match &finding.origin {
            Origin::Commit(info) => Some(&*info.commit),
            _ => None,
        })
        .collect();
    commits.dedup();
    let oldest = Oid::from_hex(commits.first()?.as_bytes())?;
    Some((oldest, commits.len() == 1))
}

/// Adds a note to each finding whose secret stands no longer in that file at any of `tips`.
///
/// # Errors
/// [`SourceError`] where a tip cannot be read.
pub fn note_what_is_gone(
    findings: &mut [Finding],
    tips: &[Oid],
    repository: &Repository,
) -> Result<(), SourceError> {
    let mut concerned: Vec<&mut Finding> = findings
        .iter_mut()
        .filter(|finding| {
            finding.part == Part::Content && matches!(finding.origin, Origin::Commit(_))
        })
        .collect();
    if concerned.is_empty() {
        return Ok(());
    }
    let tips = commits_here(tips, repository)?;
    for finding in &mut concerned {
        let holds = |commit: &Oid| -> Result<bool, SourceError> {
            Ok(match repository.entry_at(commit, &finding.path)? {
                Some((_, blob)) => repository
                    .blob(&blob)?
                    .contains_str(finding.secret.expose()),
                None => false,
            })
        };
        let own = match &finding.origin {
            Origin::Commit(info) => Oid::from_hex(info.commit.as_bytes()),
            _ => None,
        };
        // What is encoded there, or in UTF-16, is not to be found by its bytes at a tip either.
        let is_plain = own.map(|own| holds(&own)).transpose()?.unwrap_or(false);
        let mut held = tips.is_empty() || !is_plain;
        for tip in &tips {
            held = held || holds(tip)?;
        }
        if !held {
            finding.notes.push(GONE.to_owned());
        }
    }
    Ok(())
}
