//! What a repository holds beside its objects: the names of its refs, and its reflogs.

use crate::order;
use std::collections::HashSet;

use bstr::{BStr, BString};

use super::HistoryError;
use crate::finding::{Origin, Part};
use crate::git::{Ignored, Reference, Repository};
use crate::scan::{Place, Scanner};
use crate::source::Scanned;

/// Scans them. A reflog repeats itself: each secret in it is told once, where it stands first.
///
/// # Errors
/// [`HistoryError`] where refs or reflogs cannot be read.
pub fn names_and_reflogs(
    repository: &Repository,
    scanner: &Scanner,
) -> Result<Scanned, HistoryError> {
    let (references, ignored) = repository.references_and_ignored(&["refs/"])?;
    of(repository, scanner, &references, &ignored)
}

/// The same of a repository whose refs are known.
pub(super) fn of(
    repository: &Repository,
    scanner: &Scanner,
    references: &[Reference],
    ignored: &[Ignored],
) -> Result<Scanned, HistoryError> {
    let mut scanned = Scanned::default();
    let listed = references.iter().map(|reference| &reference.name);
    let ignored = ignored.iter().map(|ignored| &ignored.name);
    let mut names: Vec<BString> = listed.chain(ignored).cloned().collect();
    // A branch without a commit is no ref yet: only HEAD has its name.
    names.extend(repository.head_branches()?);
    order::sort(&mut names);
    names.dedup();
    for name in &names {
        let place = Place {
            path: BStr::new(name),
            part: Part::RefName,
            origin: &Origin::Ref,
        };
        scanned.scan_whole(scanner, name, place)?;
    }
    for (name, log) in repository.reflogs()? {
        let path = [b"reflog ", name.as_slice()].concat();
        let place = Place {
            path: BStr::new(&path),
            part: Part::Message,
            origin: &Origin::Ref,
        };
        scanned.scan_whole(scanner, &log, place)?;
    }
    let mut told = HashSet::new();
    scanned
        .findings
        .retain(|finding| told.insert(finding.fingerprint.clone()));
    Ok(scanned)
}
