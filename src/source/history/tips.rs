//! What stands at the tips of branches and tags, at HEAD, and in the index.

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice};

use super::HistoryError;
use super::spots::{Spot, Trees};
use crate::finding::Part;
use crate::git::{GitError, Kind, Mode, Oid, Reference, Repository, object};
use crate::scan::Scanner;
use crate::text::escape;

/// More names than this are counted.
const SHOWN: usize = 5;

/// No chain of tags is longer.
const MAX_TAGS: usize = 16;

/// The held objects at the tips.
#[derive(Debug, Default)]
pub(super) struct Tips {
    /// Names of refs as they are shown.
    names: Vec<String>,
    /// A spot and the number of a ref that has it.
    pub(super) spots: Vec<(Spot, usize)>,
    pub(super) at_head: Vec<Spot>,
    /// Every tag object that a ref leads to.
    pub(super) tags: HashSet<Oid>,
    /// Path and part of each held blob in the index.
    pub(super) in_index: HashMap<Oid, (BString, Part)>,
}

impl Tips {
    /// Looks at every ref.
    ///
    /// # Errors
    /// [`HistoryError`] where git cannot list the refs.
    pub(super) fn read(
        repository: &Repository,
        scanner: &Scanner,
        trees: &mut Trees<'_>,
    ) -> Result<Self, HistoryError> {
        let mut tips = Self::default();
        for reference in repository.references(&["refs/"])? {
            if reference.is_symbolic {
                continue;
            }
            if tips.add(&reference, repository, trees).is_err() {
                trees.has_gaps = true;
            }
            let name = scanner.shown_path(short(&reference.name).as_bstr());
            tips.names.push(escape::for_terminal(&name));
        }
        let head = repository.head()?;
        if let Some(tree) = head.and_then(|head| tree_of(repository, &head)) {
            tips.at_head = trees.spots(tree);
        }
        if repository.git_dir().join("index").exists() {
            match repository.tracked() {
                Ok(tracked) => tips.add_index(tracked.changes, trees),
                Err(_) => trees.has_gaps = true,
            }
        }
        Ok(tips)
    }

    /// The refs with these numbers, in words; empty for none.
    pub(super) fn names(&self, mut numbers: Vec<usize>) -> String {
        numbers.sort_unstable();
        numbers.dedup();
        let names = numbers.iter().take(SHOWN);
        let names: Vec<&str> = names.map(|&number| &*self.names[number]).collect();
        match numbers.len().saturating_sub(SHOWN) {
            0 => names.join(", "),
            more => format!("{} and {more} more", names.join(", ")),
        }
    }

    fn add(
        &mut self,
        reference: &Reference,
        repository: &Repository,
        trees: &mut Trees<'_>,
    ) -> Result<(), GitError> {
        let number = self.names.len();
        let mut at = reference.target;
        for _ in 0..MAX_TAGS {
            let (kind, raw) = repository.object(&at)?;
            let tree = match kind {
                Kind::Commit => object::commit(&raw).map(|commit| commit.tree),
                Kind::Tree => Some(at),
                Kind::Blob => {
                    if trees.is_held(&at) {
                        let spot = Spot {
                            path: BString::from("blob"),
                            part: Part::Content,
                            oid: at,
                        };
                        self.spots.push((spot, number));
                    }
                    return Ok(());
                }
                Kind::Tag => {
                    self.tags.insert(at);
                    if let Some(tag) = object::tag(&raw) {
                        at = tag.target;
                        continue;
                    }
                    None
                }
            };
            let tree = tree.ok_or(GitError::MissingObject { oid: at })?;
            let spots = trees.spots(tree).into_iter();
            self.spots.extend(spots.map(|spot| (spot, number)));
            return Ok(());
        }
        Ok(())
    }

    fn add_index(&mut self, entries: Vec<crate::git::StagedChange>, trees: &Trees<'_>) {
        for entry in entries {
            let part = match entry.mode {
                Mode::File => Part::Content,
                Mode::Symlink => Part::SymlinkTarget,
                Mode::Gitlink => continue,
            };
            if trees.is_held(&entry.blob) {
                self.in_index.insert(entry.blob, (entry.path, part));
            }
        }
    }
}

/// The tree of a commit; `None` where it cannot be read.
pub(super) fn tree_of(repository: &Repository, commit: &Oid) -> Option<Oid> {
    let (kind, raw) = repository.object(commit).ok()?;
    let commit = object::commit(&raw).filter(|_| kind == Kind::Commit)?;
    Some(commit.tree)
}

fn short(name: &[u8]) -> &[u8] {
    [
        &b"refs/heads/"[..],
        b"refs/tags/",
        b"refs/remotes/",
        b"refs/",
    ]
    .iter()
    .find_map(|prefix| name.strip_prefix(*prefix))
    .unwrap_or(name)
}
