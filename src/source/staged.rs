//! What the commit at hand adds: index against HEAD and the other parents of a merge.
//!
//! In: the entries that differ. Out: findings in lines that no parent has. Each new blob is read and searched whole; only
//! where a rule matches are old blobs read, to see which of the lines are new. Many changes are shared between threads;
//! what is found comes in path order whatever the schedule.

use std::sync::{Arc, Mutex, PoisonError};

use bstr::BStr;

use super::{Progress, Scanned, SourceError, TEXTS_WORTH_A_THREAD};
use crate::finding::{Origin, Part};
use crate::git::{Content, GitError, Mode, Oid, Old, Repository, Staged, StagedChange};
use crate::parallel;
use crate::scan::{Candidates, Place, Scanner};

/// Scans everything that `git commit` would record now.
///
/// `merge_heads` are the commits that a merge without conflict names in the environment of its hook. `progress` counts
/// the objects read, for whoever watches that the scan does not hang.
///
/// # Errors
/// [`SourceError`] where anything of it cannot be read.
pub fn scan(
    repository: &Repository,
    scanner: &Scanner,
    merge_heads: &[Oid],
    progress: &Progress,
) -> Result<Scanned, SourceError> {
    let staged = repository.staged(merge_heads)?;
    Job::new(repository, scanner, &staged, progress).run()
}

/// Scans every entry of the index, whether it is new or not.
///
/// # Errors
/// [`SourceError`] where anything of it cannot be read.
pub fn tracked(
    repository: &Repository,
    scanner: &Scanner,
    progress: &Progress,
) -> Result<Scanned, SourceError> {
    let staged = repository.tracked()?;
    Job::new(repository, scanner, &staged, progress).run()
}

/// The texts of one parent's deleted blobs in which a rule matches.
type DeletedTexts = Arc<Vec<Vec<u8>>>;

struct Job<'a> {
    repository: &'a Repository,
    scanner: &'a Scanner,
    staged: &'a Staged,
    progress: &'a Progress,
    /// For each parent; read when a new path has a match, which is seldom.
    deleted: Vec<Mutex<Option<DeletedTexts>>>,
}

impl<'a> Job<'a> {
    fn new(
        repository: &'a Repository,
        scanner: &'a Scanner,
        staged: &'a Staged,
        progress: &'a Progress,
    ) -> Self {
        let deleted = staged.deleted.iter().map(|_| Mutex::default()).collect();
        Self {
            repository,
            scanner,
            staged,
            progress,
            deleted,
        }
    }

    fn run(&self) -> Result<Scanned, SourceError> {
        let mut scanned = Scanned::default();
        for one in parallel::map(&self.staged.changes, TEXTS_WORTH_A_THREAD, |change| {
            self.scan_change(change)
        }) {
            scanned.append(one?);
        }
        scanned.summary.without_content += self.staged.without_content;
        Ok(scanned)
    }

    fn scan_change(&self, change: &StagedChange) -> Result<Scanned, SourceError> {
        let mut scanned = Scanned::default();
        let place = |part| Place {
            path: BStr::new(&change.path),
            part,
            origin: &Origin::Staged,
        };
        if change.new_path {
            let candidates = self.scanner.candidates(&change.path)?;
            scanned
                .findings
                .extend(self.scanner.findings(&candidates, place(Part::Path)));
            scanned.summary.texts += 1;
            scanned.summary.bytes += change.path.len() as u64;
        }
        match change.content {
            Content::New => {}
            Content::Renamed => return Ok(scanned),
            Content::Elsewhere => {
                scanned.summary.without_content += 1;
                return Ok(scanned);
            }
        }
        let part = match change.mode {
            Mode::Symlink => Part::SymlinkTarget,
            Mode::File | Mode::Gitlink => Part::Content,
        };
        scanned.append(self.content(change, place(part))?);
        Ok(scanned)
    }

    /// Scans the new blob. The work tree's file, if it may be that blob, is searched while it is hashed.
    fn content(&self, change: &StagedChange, place: Place<'_>) -> Result<Scanned, SourceError> {
        if change.mode == Mode::File
            && let Some(file) = self.repository.maybe_staged(&change.blob, &change.path)
        {
            let (is_staged, scanned) = parallel::both(
                || file.is_staged(),
                || self.text(change, file.bytes(), place),
            );
            if is_staged {
                self.progress.advance();
                return scanned;
            }
        }
        let text = self.blob(&change.blob)?;
        self.text(change, &text, place)
    }

    fn text(
        &self,
        change: &StagedChange,
        text: &[u8],
        place: Place<'_>,
    ) -> Result<Scanned, SourceError> {
        let mut scanned = Scanned::default();
        let mut candidates = self.scanner.candidates(text)?;
        scanned.skip_unread(&candidates, place.path);
        self.keep_new(change, &mut candidates)?;
        if !candidates.is_empty() {
            scanned.findings = self.scanner.findings(&candidates, place);
        }
        scanned.summary.texts += 1;
        scanned.summary.bytes += text.len() as u64;
        Ok(scanned)
    }

    /// Drops what stands in lines that a parent has: new is what none of them has.
    fn keep_new(
        &self,
        change: &StagedChange,
        candidates: &mut Candidates<'_>,
    ) -> Result<(), SourceError> {
        for (parent, old) in change.old.iter().enumerate() {
            if candidates.is_empty() {
                break;
            }
            match old {
                Old::None => {}
                Old::Blob(oid) => {
                    if let Some(old) = self.old_blob(oid)? {
                        candidates.keep_new(&[&old]);
                    }
                }
                Old::Deleted => {
                    let texts = self.deleted_texts(parent)?;
                    let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
                    candidates.keep_new(&texts);
                }
            }
        }
        Ok(())
    }

    /// The deleted blobs of a parent that matter: a line with a match, if it was in one of them, matched there too.
    fn deleted_texts(&self, parent: usize) -> Result<DeletedTexts, SourceError> {
        let mut slot = self.deleted[parent]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(texts) = &*slot {
            return Ok(Arc::clone(texts));
        }
        let mut texts = Vec::new();
        for oid in &self.staged.deleted[parent] {
            if let Some(text) = self.old_blob(oid)?
                && !self.scanner.candidates(&text)?.is_empty()
            {
                texts.push(text);
            }
        }
        let texts = Arc::new(texts);
        *slot = Some(Arc::clone(&texts));
        Ok(texts)
    }

    /// A parent's blob. A partial clone may not have it: then no line of the new one is known to be old.
    fn old_blob(&self, oid: &Oid) -> Result<Option<Vec<u8>>, SourceError> {
        match self.blob(oid) {
            Ok(text) => Ok(Some(text)),
            Err(GitError::MissingObject { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn blob(&self, oid: &Oid) -> Result<Vec<u8>, GitError> {
        let text = self.repository.blob(oid)?;
        self.progress.advance();
        Ok(text)
    }
}
