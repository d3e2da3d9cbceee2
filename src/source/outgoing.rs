//! Commits, tags and refs that are about to be published.
//!
//! In: the objects that go out and those that the other side has. Out: findings in the lines that each commit adds to
//! its parents, in its message and identities, in annotated tags and in ref names. Commit by commit, never the net
//! change: a token that one commit adds and the next removes is published all the same.

use std::collections::HashSet;

use bstr::{BStr, BString};

use super::{Progress, Scanned, SourceError};
use crate::checks::date;
use crate::finding::{CommitInfo, Origin, Part};
use crate::git::object;
use crate::git::{GitError, Kind, Mode, NewEntry, Oid, Repository, Revision, Selection};
use crate::scan::{Place, Scanner};

/// What is about to be published.
#[derive(Clone, Debug, Default)]
pub struct Outgoing {
    /// The objects that the refs will point at: commits, tags, trees or blobs.
    pub tips: Vec<Oid>,
    /// Commits that the other side has, with everything behind them.
    pub known: Vec<Oid>,
    /// Full names of the refs that will exist there.
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
    let mut walk = Walk::new(repository, scanner, progress);
    for name in &outgoing.ref_names {
        walk.text(name, BStr::new(name), Part::RefName, &Origin::Ref)?;
    }
    let mut commits = Vec::new();
    for tip in &outgoing.tips {
        commits.extend(walk.peel(*tip)?);
    }
    let selection = Selection::Between {
        tips: &commits,
        known: &outgoing.known,
    };
    let revisions = repository.revisions(&selection)?;
    for revision in &revisions {
        walk.commit(revision)?;
    }
    Ok(walk.scanned)
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
    let mut walk = Walk::new(repository, scanner, progress);
    for revision in &revisions {
        if revision.parents.is_empty() && walk.is_cut_off(revision)? {
            return Err(SourceError::Shallow {
                commit: revision.commit,
            });
        }
        walk.commit(revision)?;
    }
    Ok(walk.scanned)
}

struct Walk<'a> {
    repository: &'a Repository,
    scanner: &'a Scanner,
    progress: &'a Progress,
    /// Blobs in which no rule matches, whatever is new of them.
    clean: HashSet<Oid>,
    scanned: Scanned,
}

/// A commit's tree and its parents' trees.
struct Trees {
    own: Oid,
    parents: Vec<Oid>,
}

impl<'a> Walk<'a> {
    fn new(repository: &'a Repository, scanner: &'a Scanner, progress: &'a Progress) -> Self {
        Self {
            repository,
            scanner,
            progress,
            clean: HashSet::new(),
            scanned: Scanned::default(),
        }
    }

    /// Scans the tags on the way from `tip` to a commit, which it gives back; a tree or blob is scanned whole.
    fn peel(&mut self, tip: Oid) -> Result<Option<Oid>, SourceError> {
        let mut at = tip;
        loop {
            let (kind, raw) = self.repository.object(&at)?;
            match kind {
                Kind::Commit => return Ok(Some(at)),
                Kind::Tag => {
                    let tag = object::tag(&raw).ok_or_else(|| malformed(at))?;
                    let origin = Origin::Tag {
                        tag: at.to_string(),
                    };
                    let (header, message) = raw.split_at(tag.message.start);
                    self.text(header, BStr::new("tag header"), Part::Header, &origin)?;
                    self.text(message, BStr::new("tag message"), Part::Message, &origin)?;
                    at = tag.target;
                }
                Kind::Tree => {
                    let origin = Origin::Object {
                        object: at.to_string(),
                    };
                    let trees = Trees {
                        own: at,
                        parents: Vec::new(),
                    };
                    for entry in self.repository.new_in_tree(at, &[])? {
                        self.entry(&entry, &trees, &origin)?;
                    }
                    return Ok(None);
                }
                Kind::Blob => {
                    let origin = Origin::Object {
                        object: at.to_string(),
                    };
                    self.text(&raw, BStr::new("blob"), Part::Content, &origin)?;
                    return Ok(None);
                }
            }
        }
    }

    fn commit(&mut self, revision: &Revision) -> Result<(), SourceError> {
        let raw = self.raw_commit(&revision.commit)?;
        let commit = object::commit(&raw).ok_or_else(|| malformed(revision.commit))?;
        let author = BStr::new(commit.author);
        let origin = Origin::Commit(CommitInfo {
            commit: revision.commit.to_string(),
            author: self.scanner.shown_path(author),
            date: date::iso(commit.author_time),
        });
        let (header, message) = raw.split_at(commit.message.start);
        self.text(header, BStr::new("commit header"), Part::Header, &origin)?;
        self.text(message, BStr::new("commit message"), Part::Message, &origin)?;
        let trees = Trees {
            own: commit.tree,
            parents: revision
                .parents
                .iter()
                .map(|parent| self.tree_of(parent))
                .collect::<Result<_, _>>()?,
        };
        for entry in self.repository.new_in_tree(trees.own, &trees.parents)? {
            self.entry(&entry, &trees, &origin)?;
        }
        self.progress.advance();
        Ok(())
    }

    fn entry(
        &mut self,
        entry: &NewEntry,
        trees: &Trees,
        origin: &Origin,
    ) -> Result<(), SourceError> {
        let path = BStr::new(&entry.path);
        if entry.old.iter().all(Option::is_none) {
            self.text(path, path, Part::Path, origin)?;
        }
        let part = match entry.mode {
            Mode::File => Part::Content,
            Mode::Symlink => Part::SymlinkTarget,
            Mode::Gitlink => {
                self.scanned.summary.without_content += 1;
                return Ok(());
            }
        };
        if self.clean.contains(&entry.oid) {
            return Ok(());
        }
        let text = self.repository.blob(&entry.oid)?;
        self.scanned.summary.texts += 1;
        self.scanned.summary.bytes += text.len() as u64;
        self.progress.advance();
        let mut candidates = self.scanner.candidates(&text)?;
        if candidates.is_empty() {
            self.clean.insert(entry.oid);
            return Ok(());
        }
        for (parent, same_path) in entry.old.iter().enumerate() {
            let old = match same_path {
                Some(oid) => vec![*oid],
                // It may have been renamed; looked up only here, where something was found.
                None => self.deleted(trees, parent)?,
            };
            let old: Vec<Vec<u8>> = old
                .iter()
                .map(|oid| self.repository.blob(oid))
                .collect::<Result<_, _>>()?;
            let old: Vec<&[u8]> = old.iter().map(Vec::as_slice).collect();
            candidates.keep_new(&text, &old);
        }
        let place = Place { path, part, origin };
        let findings = self.scanner.findings(&candidates, place);
        self.scanned.findings.extend(findings);
        Ok(())
    }

    /// The blobs at paths that the parent has and the commit has not.
    fn deleted(&self, trees: &Trees, parent: usize) -> Result<Vec<Oid>, GitError> {
        let gone = self
            .repository
            .new_in_tree(trees.parents[parent], &[trees.own])?;
        Ok(gone
            .into_iter()
            .filter(|entry| entry.mode != Mode::Gitlink && entry.old.iter().all(Option::is_none))
            .map(|entry| entry.oid)
            .collect())
    }

    fn text(
        &mut self,
        text: &[u8],
        path: &BStr,
        part: Part,
        origin: &Origin,
    ) -> Result<(), SourceError> {
        let place = Place { path, part, origin };
        self.scanned.scan_whole(self.scanner, text, place)?;
        Ok(())
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

    /// Whether git shows no parents because the clone ends here.
    fn is_cut_off(&self, revision: &Revision) -> Result<bool, SourceError> {
        let raw = self.raw_commit(&revision.commit)?;
        let commit = object::commit(&raw).ok_or_else(|| malformed(revision.commit))?;
        Ok(!commit.parents.is_empty())
    }
}

fn malformed(oid: Oid) -> SourceError {
    SourceError::Git(GitError::DamagedObject {
        oid,
        what: "it is not what its place says",
    })
}
