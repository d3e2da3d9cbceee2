//! What the commit at hand adds: index against HEAD.

use bstr::BStr;

use super::{Scanned, SourceError};
use crate::finding::{Origin, Part};
use crate::git::{Mode, Repository, StagedChange};
use crate::scan::{Place, Scanner};

/// Scans everything that `git commit` would record now.
///
/// # Errors
/// [`SourceError`] where anything of it cannot be read.
pub fn scan(repository: &Repository, scanner: &Scanner) -> Result<Scanned, SourceError> {
    let staged = repository.staged()?;
    let mut scanned = Scanned::default();
    scanned.summary.without_content = staged.without_content;
    for change in &staged.changes {
        scan_change(repository, scanner, change, &mut scanned)?;
    }
    Ok(scanned)
}

fn scan_change(
    repository: &Repository,
    scanner: &Scanner,
    change: &StagedChange,
    scanned: &mut Scanned,
) -> Result<(), SourceError> {
    let text = repository.blob(&change.blob)?;
    let part = match change.mode {
        Mode::Symlink => Part::SymlinkTarget,
        Mode::File | Mode::Gitlink => Part::Content,
    };
    let place = |part| Place {
        path: BStr::new(&change.path),
        part,
        origin: Origin::Staged,
    };
    if change.new_path {
        let candidates = scanner.candidates(&change.path)?;
        scanned
            .findings
            .extend(scanner.findings(&candidates, place(Part::Path)));
        scanned.summary.texts += 1;
    }
    let mut candidates = scanner.candidates(&text)?;
    if !candidates.is_empty() {
        for parent in &change.old {
            let old: Vec<Vec<u8>> = parent
                .iter()
                .map(|oid| repository.blob(oid))
                .collect::<Result<_, _>>()?;
            let old: Vec<&[u8]> = old.iter().map(Vec::as_slice).collect();
            candidates.keep_new(&text, &old);
        }
        scanned
            .findings
            .extend(scanner.findings(&candidates, place(part)));
    }
    scanned.summary.texts += 1;
    scanned.summary.bytes += text.len() as u64;
    Ok(())
}
