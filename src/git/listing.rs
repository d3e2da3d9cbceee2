//! The index, read by our own reader or, where that declines (split and sparse indexes), listed by git.
//!
//! Both answer the same questions with the same values.

use crate::order;
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use super::compare;
use super::difference::{Changed, Difference, Entry, Recorded};
use super::door::Door;
use super::environment::Environment;
use super::error::shown;
use super::hash::{Algorithm, Kind};
use super::index::Index;
use super::index_reader::Unread;
use super::map::Bytes;
use super::objects::Objects;
use super::plumbing::{run, unclear};
use super::{GitError, Oid};

/// What stands in the index.
#[derive(Debug)]
pub(super) enum Listing {
    /// Read by us.
    Own(Index),
    /// Listed by git.
    Git {
        /// Where git runs.
        directory: PathBuf,
        /// In path order.
        entries: Vec<Entry>,
    },
}

impl Listing {
    /// Reads the index that git would commit.
    ///
    /// # Errors
    /// [`GitError`] where it is missing, damaged or in conflict.
    pub(super) fn read(door: &Door, environment: &Environment) -> Result<Self, GitError> {
        match Self::read_every_stage(door, environment)? {
            (listing, None) => Ok(listing),
            (_, Some(path)) => Err(GitError::Conflict { path }),
        }
    }

    /// The same whether entries are in conflict or not; with the first path that is.
    ///
    /// # Errors
    /// [`GitError`] where it is missing or damaged.
    pub(super) fn read_every_stage(
        door: &Door,
        environment: &Environment,
    ) -> Result<(Self, Option<String>), GitError> {
        let path = door.index_path(environment);
        let bytes = match Bytes::map(&path) {
            Ok(bytes) => bytes,
            Err(source)
                if source.kind() == std::io::ErrorKind::NotFound
                    && environment.index_file.is_none()
                    && door.work_dir().is_none() =>
            {
                return Err(GitError::Bare);
            }
            // Only a repository in which nothing was ever added has no index.
            Err(error)
                if error.kind() == std::io::ErrorKind::NotFound
                    && environment.index_file.is_none()
                    && door.head(environment)?.is_none() =>
            {
                return Ok((Self::Own(Index::empty(door.algorithm())), None));
            }
            Err(source) => return Err(GitError::ReadIndex { path, source }),
        };
        match Index::parse(bytes, door.algorithm()) {
            Ok(index) => {
                let conflict = index.conflict().map(|entry| shown(index.name(entry)));
                Ok((Self::Own(index), conflict))
            }
            Err(Unread::Declined) => Self::of_git(environment),
            Err(Unread::Damaged(what)) => Err(GitError::DamagedIndex { path, what }),
        }
    }

    /// Lets git list it; with the first path that is in conflict.
    ///
    /// # Errors
    /// [`GitError`] where git cannot.
    pub(super) fn of_git(environment: &Environment) -> Result<(Self, Option<String>), GitError> {
        let directory = environment.current_dir.clone();
        let (entries, conflict) = listed(&directory)?;
        Ok((Self::Git { directory, entries }, conflict))
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Own(index) => index.len() as u64,
            Self::Git { entries, .. } => entries.len() as u64,
        }
    }

    /// The entry at `path`; one without content is none.
    ///
    /// # Errors
    /// [`GitError::UnknownMode`].
    pub(super) fn at(&self, path: &[u8]) -> Result<Option<Recorded>, GitError> {
        match self {
            Self::Own(index) => match index.position(path) {
                Some(at) => Ok(own_entry(index, at)?.map(|entry| entry.recorded)),
                None => Ok(None),
            },
            Self::Git { entries, .. } => Ok(entries
                .binary_search_by(|entry| entry.path.as_bytes().cmp(path))
                .ok()
                .map(|at| entries[at].recorded)),
        }
    }

    /// Every entry; `None` for one without content.
    pub(super) fn entries(&self) -> Box<dyn Iterator<Item = Result<Option<Entry>, GitError>> + '_> {
        match self {
            Self::Own(index) => Box::new((0..index.len()).map(|at| own_entry(index, at))),
            Self::Git { entries, .. } => {
                Box::new(entries.iter().map(|entry| Ok(Some(entry.clone()))))
            }
        }
    }

    /// The index against one parent's tree; no tree is an empty one.
    ///
    /// # Errors
    /// [`GitError`] where a tree cannot be read.
    pub(super) fn difference(
        &self,
        tree: Option<Oid>,
        door: &Door,
        objects: &Objects,
    ) -> Result<Difference, GitError> {
        match self {
            Self::Own(index) => compare::index_with_tree(index, tree, door, objects),
            Self::Git { directory, entries } => {
                compared(directory, entries, tree, door.algorithm())
            }
        }
    }
}

fn own_entry(index: &Index, at: usize) -> Result<Option<Entry>, GitError> {
    if index.is_intent_to_add(at) {
        return Ok(None);
    }
    let path = index.name(at);
    let recorded = Recorded::new(path, index.mode(at), index.oid(at))?;
    Ok(Some(Entry {
        path: BString::from(path),
        recorded,
    }))
}

const LIST: [&str; 3] = ["ls-files", "--stage", "-z"];

/// `MODE OID STAGE TAB PATH NUL` for each entry.
///
/// Source: <https://git-scm.com/docs/git-ls-files#_output>
fn listed(directory: &Path) -> Result<(Vec<Entry>, Option<String>), GitError> {
    let said = run(directory, &[&LIST[..], &["--full-name", ":/"]].concat())?;
    let mut entries = Vec::new();
    let mut conflict = None;
    for line in fields(&said).ok_or(unclear("ls-files"))? {
        let parsed = line.split_once_str("\t").and_then(|(facts, path)| {
            let facts: Vec<&[u8]> = facts.split(|byte| *byte == b' ').collect();
            match facts[..] {
                [mode, oid, stage] => Some((octal(mode)?, Oid::from_hex(oid)?, stage, path)),
                _ => None,
            }
        });
        let (mode, oid, stage, path) = parsed.ok_or(unclear("ls-files"))?;
        if stage != b"0" {
            conflict.get_or_insert_with(|| shown(path));
        }
        entries.push(Entry {
            path: BString::from(path),
            recorded: Recorded::new(path, mode, oid)?,
        });
    }
    order::sort_by(&mut entries, |a, b| a.path.cmp(&b.path));
    Ok((entries, conflict))
}

const DIFF: [&str; 9] = [
    "diff-index",
    // A sparse index holds folders.
    "-r",
    "--cached",
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-renames",
    "--no-relative",
    "--ita-invisible-in-index",
];

/// `:OLD-MODE NEW-MODE OLD-OID NEW-OID STATUS NUL PATH NUL` for each path that differs.
///
/// Source: <https://git-scm.com/docs/git-diff-index#_raw_output_format>
fn compared(
    directory: &Path,
    entries: &[Entry],
    tree: Option<Oid>,
    algorithm: Algorithm,
) -> Result<Difference, GitError> {
    let tree = tree
        .unwrap_or_else(|| algorithm.name(Kind::Tree, b""))
        .to_string();
    let said = run(directory, &[&DIFF[..], &[&tree, "--"]].concat())?;
    let fields = fields(&said).ok_or(unclear("diff-index"))?;
    let mut difference = Difference::default();
    for pair in fields.chunks(2) {
        let [facts, path] = pair else {
            return Err(unclear("diff-index"));
        };
        let facts: Vec<&[u8]> = facts.split(|byte| *byte == b' ').collect();
        let parsed = match facts[..] {
            [old_mode, new_mode, old, new, status] => old_mode
                .strip_prefix(b":")
                .and_then(octal)
                .zip(octal(new_mode))
                .zip(Oid::from_hex(old).zip(Oid::from_hex(new)))
                .map(|(modes, oids)| (modes, oids, status)),
            _ => None,
        };
        let ((old_mode, new_mode), (old, new), status) = parsed.ok_or(unclear("diff-index"))?;
        let had = |mode| Recorded::new(path, mode, old);
        match status {
            b"D" => difference.deleted.push(had(old_mode)?),
            b"A" | b"M" | b"T" => difference.changed.push(Changed {
                entry: Entry {
                    path: BString::from(*path),
                    recorded: Recorded::new(path, new_mode, new)?,
                },
                old: match status {
                    b"A" => None,
                    _ => Some(had(old_mode)?),
                },
            }),
            b"U" => return Err(GitError::Conflict { path: shown(path) }),
            _ => return Err(unclear("diff-index")),
        }
    }
    account(entries, &mut difference)?;
    Ok(difference)
}

/// Every changed entry must be one that `ls-files` named; the rest of those is unchanged.
fn account(entries: &[Entry], difference: &mut Difference) -> Result<(), GitError> {
    order::sort_by(&mut difference.changed, |a, b| {
        a.entry.path.cmp(&b.entry.path)
    });
    let is_listed = |changed: &Changed| {
        entries
            .binary_search_by(|entry| entry.path.cmp(&changed.entry.path))
            .is_ok_and(|at| entries[at] == changed.entry)
    };
    let listed = difference
        .changed
        .iter()
        .filter(|changed| is_listed(changed));
    let accounted = listed.count() as u64;
    if accounted != difference.changed.len() as u64 {
        return Err(GitError::Unaccounted {
            entries: difference.changed.len() as u64,
            accounted,
        });
    }
    difference.unchanged = entries.len() as u64 - accounted;
    Ok(())
}

/// What stands between the NULs; `None` where the last one is missing.
fn fields(output: &[u8]) -> Option<Vec<&[u8]>> {
    if output.is_empty() {
        return Some(Vec::new());
    }
    Some(
        output
            .strip_suffix(b"\0")?
            .split(|byte| *byte == 0)
            .collect(),
    )
}

fn octal(digits: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_that_is_cut_short_is_noticed() {
        assert_eq!(fields(b""), Some(vec![]));
        assert_eq!(fields(b"a\0b\0"), Some(vec![&b"a"[..], b"b"]));
        assert_eq!(fields(b"a\0b"), None);
    }

    #[test]
    fn a_change_that_is_not_in_the_index_is_unaccounted() {
        let recorded = Recorded {
            mode: super::super::Mode::File,
            oid: Oid::from_bytes(&[1; 20]).unwrap(),
        };
        let entry = |path: &str| Entry {
            path: BString::from(path),
            recorded,
        };
        let changed = |path: &str| Difference {
            changed: vec![Changed {
                entry: entry(path),
                old: None,
            }],
            ..Difference::default()
        };
        let entries = [entry("a"), entry("b")];
        let mut difference = changed("b");
        assert!(account(&entries, &mut difference).is_ok());
        assert_eq!(difference.unchanged, 1);
        assert!(account(&entries, &mut changed("c")).is_err());
    }
}
