//! One object that is about to be published: a commit with what it adds, a tag, a tree or a blob.
//!
//! In: its name. Out: findings in the lines that a commit adds to its parents, in its message and identities, in
//! annotated tags, and in trees and blobs that a ref points at without a commit. Each new blob is read and searched
//! whole; only where a rule matches are the parents' blobs read.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use bstr::{BStr, ByteSlice};

use super::{Progress, Scanned, SourceError};
use crate::date;
use crate::finding::{CommitInfo, Origin, Part, Tagger};
use crate::git::object::{self, Tag};
use crate::git::{GitError, Kind, Mode, NewEntry, Oid, Repository, Revision};
use crate::rules::RuleError;
use crate::scan::{Barren, Place, Scanner};

/// Reads objects; threads may share it.
pub(super) struct Reader<'a> {
    repository: &'a Repository,
    scanner: &'a Scanner,
    progress: &'a Progress,
    /// Blobs in which no rule matches, whatever is new of them.
    clean: Mutex<HashSet<Oid>>,
    barren: Barren,
}

/// A tree, its parents' trees, and where findings in it come from.
struct Change {
    tree: Oid,
    parents: Vec<Oid>,
    origin: Origin,
    /// For each parent the texts of deleted blobs in which a rule matches; looked up when they are needed.
    deleted: Vec<Option<Vec<Vec<u8>>>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        repository: &'a Repository,
        scanner: &'a Scanner,
        progress: &'a Progress,
    ) -> Self {
        Self {
            repository,
            scanner,
            progress,
            clean: Mutex::default(),
            barren: Barren::default(),
        }
    }

    /// Scans the tags on the way from `tip` to a commit, which it gives back; a tree or blob is scanned whole.
    ///
    /// # Errors
    /// [`SourceError`] where an object on the way cannot be read.
    pub(super) fn peel(&self, tip: Oid, scanned: &mut Scanned) -> Result<Option<Oid>, SourceError> {
        let mut at = tip;
        loop {
            self.progress.advance();
            let (kind, raw) = self.repository.object(&at)?;
            match kind {
                Kind::Commit => return Ok(Some(at)),
                Kind::Tag => {
                    let tag = object::tag(&raw).ok_or_else(|| malformed(at))?;
                    let origin = tag_origin(self.scanner, &at, Some(&tag));
                    self.frame("tag", &raw, tag.message.start, &origin, scanned)?;
                    at = tag.target;
                }
                Kind::Tree => {
                    let origin = Origin::Object {
                        object: at.to_string(),
                    };
                    self.change(Change::new(at, Vec::new(), origin), scanned)?;
                    return Ok(None);
                }
                Kind::Blob => {
                    let origin = Origin::Object {
                        object: at.to_string(),
                    };
                    let place = Place {
                        path: BStr::new("blob"),
                        part: Part::Content,
                        origin: &origin,
                    };
                    scanned.scan_whole(self.scanner, &raw, place)?;
                    return Ok(None);
                }
            }
        }
    }

    /// Scans a commit: what it adds, its message and its identities.
    ///
    /// # Errors
    /// [`SourceError`] where it, its parents or what it adds cannot be read.
    pub(super) fn commit(&self, revision: &Revision) -> Result<Scanned, SourceError> {
        let raw = self.raw_commit(&revision.commit)?;
        let commit = object::commit(&raw).ok_or_else(|| malformed(revision.commit))?;
        let origin = Origin::Commit(CommitInfo {
            commit: revision.commit.to_string(),
            author: self.scanner.shown_path(BStr::new(commit.author)),
            date: date::iso(commit.author_time),
        });
        let mut scanned = Scanned::default();
        self.frame("commit", &raw, commit.message.start, &origin, &mut scanned)?;
        let parents = revision
            .parents
            .iter()
            .map(|parent| self.tree_of(parent))
            .collect::<Result<_, _>>()?;
        self.change(Change::new(commit.tree, parents, origin), &mut scanned)?;
        self.progress.advance();
        Ok(scanned)
    }

    /// Whether git shows no parents because the clone ends here.
    ///
    /// # Errors
    /// [`SourceError`] where the commit cannot be read.
    pub(super) fn is_cut_off(&self, revision: &Revision) -> Result<bool, SourceError> {
        let raw = self.raw_commit(&revision.commit)?;
        let commit = object::commit(&raw).ok_or_else(|| malformed(revision.commit))?;
        Ok(revision.parents.is_empty() && !commit.parents.is_empty())
    }

    /// Scans header and message of a commit or tag; `kind` says which.
    ///
    /// # Errors
    /// [`RuleError`] where a rule that was hit is unusable.
    pub(super) fn frame(
        &self,
        kind: &str,
        raw: &[u8],
        message_start: usize,
        origin: &Origin,
        scanned: &mut Scanned,
    ) -> Result<(), RuleError> {
        let (header, message) = raw.split_at(message_start);
        let mut scan = |text: &[u8], what: &str, part| {
            let path = format!("{kind} {what}");
            let path = BStr::new(&path);
            scanned.scan_whole(self.scanner, text, Place { path, part, origin })
        };
        // Seldom is anything in a header: only then is it told apart who is who.
        if self.scanner.candidates(header)?.is_empty() {
            scan(b"", "header", Part::Header)?;
        } else {
            for line in header.lines_with_terminator() {
                let what = match line.split_once_str(" ") {
                    Some((b"author", _)) => "author",
                    Some((b"committer", _)) => "committer",
                    Some((b"tagger", _)) => "tagger",
                    _ => continue,
                };
                scan(line, what, Part::Header)?;
            }
            scan(&without_identities(header), "header", Part::Header)?;
        }
        scan(message, "message", Part::Message)?;
        Ok(())
    }

    fn change(&self, mut change: Change, scanned: &mut Scanned) -> Result<(), SourceError> {
        for entry in self.repository.new_in_tree(change.tree, &change.parents)? {
            self.entry(&entry, &mut change, scanned)?;
        }
        Ok(())
    }

    fn entry(
        &self,
        entry: &NewEntry,
        change: &mut Change,
        scanned: &mut Scanned,
    ) -> Result<(), SourceError> {
        let path = BStr::new(&entry.path);
        if entry.old.iter().all(Option::is_none) {
            let place = change.place(path, Part::Path);
            scanned.scan_whole(self.scanner, path, place)?;
        }
        let part = match entry.mode {
            Mode::File => Part::Content,
            Mode::Symlink => Part::SymlinkTarget,
            Mode::Gitlink => {
                scanned.summary.without_content += 1;
                return Ok(());
            }
        };
        if self.clean().contains(&entry.oid) {
            return Ok(());
        }
        let text = self.repository.blob(&entry.oid)?;
        scanned.summary.texts += 1;
        scanned.summary.bytes += text.len() as u64;
        self.progress.advance();
        let mut candidates = self.scanner.candidates_again(&self.barren, &text)?;
        scanned.skip_unread(&candidates, path);
        if candidates.is_empty() {
            self.clean().insert(entry.oid);
            return Ok(());
        }
        for (parent, same_path) in entry.old.iter().enumerate() {
            if candidates.is_empty() {
                return Ok(());
            }
            match same_path {
                Some(oid) => {
                    if let Some(old) = self.old_blob(oid)? {
                        candidates.keep_new(&[&old]);
                    }
                }
                // It may have been renamed; looked up only here, where something was found.
                None => {
                    let old = self.deleted(change, parent)?;
                    let old: Vec<&[u8]> = old.iter().map(Vec::as_slice).collect();
                    candidates.keep_new(&old);
                }
            }
        }
        let findings = self.scanner.findings(&candidates, change.place(path, part));
        scanned.findings.extend(findings);
        Ok(())
    }

    /// The texts at paths that the parent has and the commit has not. A line with a match, if it was in one of them,
    /// matched there too: the others are left out.
    fn deleted<'c>(
        &self,
        change: &'c mut Change,
        parent: usize,
    ) -> Result<&'c [Vec<u8>], SourceError> {
        let slot = &mut change.deleted[parent];
        let texts = match slot.take() {
            Some(texts) => texts,
            None => self.deleted_texts(change.parents[parent], change.tree)?,
        };
        Ok(slot.insert(texts))
    }

    fn deleted_texts(&self, parent: Oid, tree: Oid) -> Result<Vec<Vec<u8>>, SourceError> {
        let mut texts = Vec::new();
        for entry in self.repository.new_in_tree(parent, &[tree])? {
            if entry.mode == Mode::Gitlink || entry.old.iter().any(Option::is_some) {
                continue;
            }
            self.progress.advance();
            if let Some(text) = self.old_blob(&entry.oid)?
                && !self.scanner.candidates(&text)?.is_empty()
            {
                texts.push(text);
            }
        }
        Ok(texts)
    }

    /// A parent's blob. A partial clone may not have it: then no line of the new one is known to be old.
    fn old_blob(&self, oid: &Oid) -> Result<Option<Vec<u8>>, GitError> {
        match self.repository.blob(oid) {
            Ok(text) => Ok(Some(text)),
            Err(GitError::MissingObject { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn raw_commit(&self, oid: &Oid) -> Result<Vec<u8>, SourceError> {
        match self.repository.object(oid)? {
            (Kind::Commit, raw) => Ok(raw),
            _ => Err(malformed(*oid)),
        }
    }

    fn tree_of(&self, commit: &Oid) -> Result<Oid, SourceError> {
        let raw = self.raw_commit(commit)?;
        Ok(object::commit(&raw).ok_or_else(|| malformed(*commit))?.tree)
    }

    /// A thread that panics ends the run: what it leaves behind is never used.
    fn clean(&self) -> std::sync::MutexGuard<'_, HashSet<Oid>> {
        self.clean.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Change {
    fn new(tree: Oid, parents: Vec<Oid>, origin: Origin) -> Self {
        Self {
            tree,
            deleted: vec![None; parents.len()],
            parents,
            origin,
        }
    }

    fn place<'p>(&'p self, path: &'p BStr, part: Part) -> Place<'p> {
        Place {
            path,
            part,
            origin: &self.origin,
        }
    }
}

/// The header with the lines that name people emptied; what follows them keeps its line.
fn without_identities(header: &[u8]) -> Vec<u8> {
    let mut rest = Vec::with_capacity(header.len());
    for line in header.lines_with_terminator() {
        let is_identity = [&b"author "[..], b"committer ", b"tagger "]
            .iter()
            .any(|key| line.starts_with(key));
        rest.extend_from_slice(if is_identity { b"\n" } else { line });
    }
    rest
}

/// Where what stands in a tag comes from.
pub(super) fn tag_origin(scanner: &Scanner, oid: &Oid, tag: Option<&Tag>) -> Origin {
    Origin::Tag {
        tag: oid.to_string(),
        tagger: tag.and_then(|tag| {
            Some(Tagger {
                author: scanner.shown_path(tag.tagger.as_deref()?.as_bstr()),
                date: date::iso(tag.time),
            })
        }),
    }
}

pub(super) fn malformed(oid: Oid) -> SourceError {
    SourceError::Git(GitError::DamagedObject {
        oid,
        what: "it is not what its place says",
    })
}
