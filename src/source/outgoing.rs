//! Commits, tags and refs that are about to be published.
//!
//! In: the objects that go out and those that the other side has. Out: findings in what each of them brings, oldest
//! commit first. Commit by commit, never the net change: a token that one commit adds and the next removes is published
//! all the same.

use bstr::{BStr, BString};

use super::objects::Reader;
use super::{Progress, Scanned, SourceError, TEXTS_WORTH_A_THREAD};
use crate::finding::{Origin, Part};
use crate::git::{Oid, Repository, Revision, Selection};
use crate::parallel;
use crate::scan::{Place, Scanner};

/// What is about to be published.
#[derive(Clone, Debug, Default)]
pub struct Outgoing {
    /// The objects that the refs will point at: commits, tags, trees or blobs.
    pub tips: Vec<Oid>,
    /// What the other side has, with everything behind it; not all of it need be here.
    pub known: Vec<Oid>,
    /// Full names of the refs that are new there.
    pub ref_names: Vec<BString>,
}

/// Scans everything reachable from the tips that is not reachable from what is known; oldest commit first.
///
/// # Errors
/// [`SourceError`] where anything of it cannot be read.
pub fn scan(
    outgoing: &Outgoing,
    repository: &Repository,
    scanner: &Scanner,
    progress: &Progress,
) -> Result<Scanned, SourceError> {
    let reader = Reader::new(repository, scanner, progress);
    let mut scanned = Scanned::default();
    for name in &outgoing.ref_names {
        let place = Place {
            path: BStr::new(name),
            part: Part::RefName,
            origin: &Origin::Ref,
        };
        scanned.scan_whole(scanner, name, place)?;
    }
    let mut commits = Vec::new();
    for tip in &outgoing.tips {
        commits.extend(reader.peel(*tip, &mut scanned)?);
    }
    let selection = Selection::Between {
        tips: &commits,
        known: &outgoing.known,
    };
    scan_commits(&repository.revisions(&selection)?, &reader, scanned)
}

/// Scans the commits of `range`, written as `git rev-list` takes it; oldest commit first.
///
/// # Errors
/// [`SourceError`] where a commit is not here: [`SourceError::Shallow`] where the clone ends inside the range.
pub fn range(
    range: &str,
    repository: &Repository,
    scanner: &Scanner,
    progress: &Progress,
) -> Result<Scanned, SourceError> {
    let revisions = repository
        .revisions(&Selection::Range(range))
        .map_err(|source| SourceError::Range { source })?;
    let reader = Reader::new(repository, scanner, progress);
    for revision in &revisions {
        if revision.parents.is_empty() && reader.is_cut_off(revision)? {
            return Err(SourceError::Shallow {
                commit: revision.commit,
            });
        }
    }
    scan_commits(&revisions, &reader, Scanned::default())
}

fn scan_commits(
    revisions: &[Revision],
    reader: &Reader<'_>,
    mut scanned: Scanned,
) -> Result<Scanned, SourceError> {
    for commit in parallel::map(revisions, TEXTS_WORTH_A_THREAD, |revision| {
        reader.commit(revision)
    }) {
        scanned.append(commit?);
    }
    Ok(scanned)
}
