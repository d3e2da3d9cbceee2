//! From "index against each parent" to "what this commit adds".
//!
//! In: one [`Difference`] for each parent. Out: [`Staged`]. An entry is new only if it differs from every parent: a merge
//! takes most of its files from one of them unchanged.

use std::collections::HashMap;
use std::collections::HashSet;

use bstr::{BStr, BString};

use super::error::shown;
use super::{GitError, Mode, Oid, tree};

/// The index against one parent's tree.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Entries that the parent has not, or otherwise.
    pub(super) changed: Vec<Changed>,
    /// What the parent has at paths that the index has not.
    pub(super) deleted: Vec<Recorded>,
    /// Entries that are as in the parent.
    pub(super) unchanged: u64,
    /// Entries that have no content yet.
    pub(super) intent_to_add: u64,
}

/// An index entry that differs from the parent.
#[derive(Debug)]
pub(super) struct Changed {
    /// The entry.
    pub(super) entry: Entry,
    /// What the parent has at its path.
    pub(super) old: Option<Recorded>,
}

/// An index entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Path from the root, forward slashes.
    pub(super) path: BString,
    /// What stands there.
    pub(super) recorded: Recorded,
}

/// What a tree or the index has at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Recorded {
    /// What it is; whether a file is executable does not matter here.
    pub(super) mode: Mode,
    /// The blob or commit.
    pub(super) oid: Oid,
}

impl Recorded {
    /// What stands at `path`, with the mode as git writes it.
    ///
    /// # Errors
    /// [`GitError::UnknownMode`] where `mode` is none of git's.
    pub(super) fn new(path: &[u8], mode: u32, oid: Oid) -> Result<Self, GitError> {
        match tree::mode(mode) {
            Some(mode) => Ok(Self { mode, oid }),
            None => Err(GitError::UnknownMode {
                path: shown(path),
                mode,
            }),
        }
    }
}

/// What the index holds that no parent has.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Staged {
    /// Entries with content to scan, in path order.
    pub changes: Vec<StagedChange>,
    /// Entries that differ and have nothing to scan: deletions, gitlinks, mode changes, intent-to-add.
    pub without_content: u64,
    /// For each parent, the blobs at paths that the index no longer has: what was renamed came from one of them.
    pub deleted: Vec<Vec<Oid>>,
}

/// An index entry that will be recorded with new content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedChange {
    /// Path from the root, forward slashes.
    pub path: BString,
    /// The new blob.
    pub blob: Oid,
    /// What kind of entry it is.
    pub mode: Mode,
    /// Whether no parent has this path.
    pub new_path: bool,
    /// Where the content comes from.
    pub content: Content,
    /// For each parent, where to find the lines that are not new.
    pub old: Vec<Old>,
}

/// Whether a change's content has to be scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// It may be new.
    New,
    /// A submodule: only its path is recorded here.
    Elsewhere,
    /// A parent has the same blob at a path that the index no longer has: a rename without edits.
    Renamed,
}

/// The lines of one parent that a change may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Old {
    /// Those of the blob at the same path.
    Blob(Oid),
    /// The parent has not the path: those of its blobs in [`Staged::deleted`], of which one may have been renamed.
    Deleted,
    /// None: there was an entry of another type, and git then shows every line as added.
    None,
}

/// What the commit adds, given the index against each of its parents; an unborn branch has one, empty parent.
///
/// # Errors
/// [`GitError::Unaccounted`] where the entries of a difference are not the index's `entries`.
pub(super) fn combine(entries: u64, differences: Vec<Difference>) -> Result<Staged, GitError> {
    for difference in &differences {
        let accounted =
            difference.unchanged + difference.changed.len() as u64 + difference.intent_to_add;
        if accounted != entries {
            return Err(GitError::Unaccounted { entries, accounted });
        }
    }
    let mut differences = differences.into_iter();
    let first = differences.next().unwrap_or_default();
    let others: Vec<Difference> = differences.collect();
    let mut staged = Staged {
        without_content: first.deleted.len() as u64 + first.intent_to_add,
        ..Staged::default()
    };
    let deleted: Vec<HashSet<Recorded>> = std::iter::once(&first)
        .chain(&others)
        .map(|difference| difference.deleted.iter().copied().collect())
        .collect();
    {
        let others: Vec<HashMap<&BStr, Option<Recorded>>> =
            others.iter().map(Difference::by_path).collect();
        for changed in first.changed {
            let path = BStr::new(&changed.entry.path);
            // What a parent's difference does not name is as in that parent.
            let elsewhere: Option<Vec<_>> = others
                .iter()
                .map(|other| other.get(path).copied())
                .collect();
            let Some(elsewhere) = elsewhere else { continue };
            let olds: Vec<_> = std::iter::once(changed.old).chain(elsewhere).collect();
            staged.add(changed.entry, &olds, &deleted);
        }
    }
    staged.deleted = deleted.into_iter().map(blobs).collect();
    Ok(staged)
}

impl Staged {
    fn add(&mut self, entry: Entry, olds: &[Option<Recorded>], deleted: &[HashSet<Recorded>]) {
        let new = entry.recorded;
        let new_path = olds.iter().all(Option::is_none);
        // Only the executable bit differs from this parent, or the commit of a submodule whose name is known.
        if olds.contains(&Some(new)) || (new.mode == Mode::Gitlink && !new_path) {
            self.without_content += 1;
            return;
        }
        let is_renamed = olds
            .iter()
            .zip(deleted)
            .any(|(old, deleted)| old.is_none() && deleted.contains(&new));
        self.changes.push(StagedChange {
            path: entry.path,
            blob: new.oid,
            mode: new.mode,
            new_path,
            content: if new.mode == Mode::Gitlink {
                Content::Elsewhere
            } else if is_renamed {
                Content::Renamed
            } else {
                Content::New
            },
            old: olds.iter().map(|old| old_lines(*old, new.mode)).collect(),
        });
    }

    /// Every entry, as if there were no parent.
    pub(super) fn of_entries(
        entries: impl Iterator<Item = Result<Option<Entry>, GitError>>,
    ) -> Result<Self, GitError> {
        let mut staged = Self::default();
        for entry in entries {
            match entry? {
                Some(entry) => staged.add(entry, &[], &[]),
                None => staged.without_content += 1,
            }
        }
        Ok(staged)
    }
}

impl Difference {
    fn by_path(&self) -> HashMap<&BStr, Option<Recorded>> {
        self.changed
            .iter()
            .map(|changed| (BStr::new(&changed.entry.path), changed.old))
            .collect()
    }
}

fn old_lines(old: Option<Recorded>, mode: Mode) -> Old {
    match old {
        None => Old::Deleted,
        Some(old) if old.mode == mode => Old::Blob(old.oid),
        Some(_) => Old::None,
    }
}

fn blobs(deleted: HashSet<Recorded>) -> Vec<Oid> {
    let mut blobs: Vec<Oid> = deleted
        .into_iter()
        .filter(|deleted| deleted.mode != Mode::Gitlink)
        .map(|deleted| deleted.oid)
        .collect();
    blobs.sort_unstable();
    blobs.dedup();
    blobs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(mode: Mode, byte: u8) -> Recorded {
        let oid = Oid::from_bytes(&[byte; 20]).unwrap();
        Recorded { mode, oid }
    }

    fn changed(path: &str, new: Recorded, old: Option<Recorded>) -> Changed {
        Changed {
            entry: Entry {
                path: BString::from(path),
                recorded: new,
            },
            old,
        }
    }

    fn difference(changed: Vec<Changed>, deleted: Vec<Recorded>, unchanged: u64) -> Difference {
        Difference {
            changed,
            deleted,
            unchanged,
            intent_to_add: 0,
        }
    }

    const FILE: Mode = Mode::File;

    #[test]
    fn entries_that_are_lost_on_the_way_are_an_error() {
        let unaccounted = combine(3, vec![difference(vec![], vec![], 2)]);
        assert!(matches!(
            unaccounted,
            Err(GitError::Unaccounted {
                entries: 3,
                accounted: 2
            })
        ));
    }

    #[test]
    fn a_mode_change_is_no_content_and_a_type_change_is_all_new() {
        let one = recorded(FILE, 1);
        let staged = combine(
            3,
            vec![difference(
                vec![
                    changed("mode", one, Some(one)),
                    changed("module", recorded(Mode::Gitlink, 1), None),
                    changed("type", recorded(Mode::Symlink, 1), Some(one)),
                ],
                vec![],
                0,
            )],
        );
        let staged = staged.unwrap();
        assert_eq!(staged.without_content, 1);
        let [module, link] = &staged.changes[..] else {
            panic!("{:?}", staged.changes);
        };
        // A submodule's name is recorded here, its content is not.
        assert!(module.new_path && module.content == Content::Elsewhere);
        assert_eq!(link.old, [Old::None]);
        assert!(!link.new_path);
    }

    #[test]
    fn a_rename_needs_the_same_type() {
        let one = recorded(FILE, 1);
        let moved = |mode| {
            let change = changed("new", recorded(mode, 1), None);
            let staged = combine(1, vec![difference(vec![change], vec![one], 0)]).unwrap();
            assert_eq!(staged.deleted, [vec![one.oid]]);
            staged.changes[0].content
        };
        assert_eq!(moved(FILE), Content::Renamed);
        assert_eq!(moved(Mode::Symlink), Content::New);
    }

    #[test]
    fn a_merge_takes_what_one_parent_has() {
        let (one, two, three) = (recorded(FILE, 1), recorded(FILE, 2), recorded(FILE, 3));
        let head = difference(
            vec![
                changed("both", three, Some(one)),
                changed("theirs", two, Some(one)),
            ],
            vec![],
            0,
        );
        let other = difference(vec![changed("both", three, None)], vec![], 1);
        let staged = combine(2, vec![head, other]).unwrap();
        assert_eq!(staged.changes.len(), 1);
        assert_eq!(staged.changes[0].path, "both");
        assert_eq!(staged.changes[0].old, [Old::Blob(one.oid), Old::Deleted]);
    }
}
