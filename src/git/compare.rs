//! The index against one parent's tree.
//!
//! In: the index, its cache-tree and the name of a tree. Out: the entries that differ, with what the tree has at their
//! path, and what the tree has and the index has not. Both are sorted alike, so one walk over both is enough, and a
//! directory whose tree the cache-tree names is passed over whole: in a large repository a commit reads the few trees
//! above the changed files.

use std::cmp::Ordering;
use std::ops::Range;

use bstr::BString;

use super::difference::{Changed, Difference, Entry, Recorded};
use super::door::Door;
use super::hash::Kind;
use super::index::Index;
use super::objects::Objects;
use super::tree::{self, Item};
use super::{GitError, Oid};

/// git stops at 2048 (`core.maxTreeDepth`).
const DEPTH_MAX: usize = 2048;

/// What the index has that `tree` has not, and the other way round; no tree is an empty one.
///
/// # Errors
/// [`GitError`] where a tree cannot be read or a mode is unknown.
pub(super) fn index_with_tree(
    index: &Index,
    tree: Option<Oid>,
    door: &Door,
    objects: &Objects,
) -> Result<Difference, GitError> {
    let mut walk = Walk {
        index,
        door,
        objects,
        difference: Difference::default(),
    };
    let root = Directory {
        prefix_len: 0,
        entries: 0..index.len(),
        node: index.cache_tree().and_then(|cache| cache.root()),
        depth: 0,
    };
    walk.directory(root, tree)?;
    Ok(walk.difference)
}

struct Walk<'a> {
    index: &'a Index,
    door: &'a Door,
    objects: &'a Objects,
    difference: Difference,
}

/// A directory of the index.
struct Directory {
    /// Length of its path with the slash at its end; every entry starts with it.
    prefix_len: usize,
    entries: Range<usize>,
    /// Its node of the cache-tree.
    node: Option<usize>,
    depth: usize,
}

/// What stands next in a directory of the index.
struct Child<'a> {
    name: &'a [u8],
    is_directory: bool,
}

impl Walk<'_> {
    fn directory(&mut self, directory: Directory, tree: Option<Oid>) -> Result<(), GitError> {
        let index = self.index;
        if let (Some(tree), Some(cache), Some(node)) = (tree, index.cache_tree(), directory.node)
            && cache.tree(node) == Some((directory.entries.len(), tree))
            && !index.has_intent_to_add(&directory.entries)
        {
            self.difference.unchanged += directory.entries.len() as u64;
            return Ok(());
        }
        if directory.depth > DEPTH_MAX {
            return Err(GitError::TooDeep { limit: DEPTH_MAX });
        }
        let bytes = self.tree(tree)?;
        let oid_len = tree.map_or(0, |tree| tree.as_bytes().len());
        let mut rest = &bytes[..];
        let nodes = match (index.cache_tree(), directory.node) {
            (Some(cache), Some(node)) => cache.children(node),
            _ => Default::default(),
        };
        let mut item = self.next(&mut rest, oid_len, tree)?;
        let mut at = directory.entries.start;
        loop {
            let child = (at < directory.entries.end)
                .then(|| child(&index.name(at)[directory.prefix_len..]));
            let order = match (&child, &item) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(child), Some(item)) => order(child, item),
            };
            let matching = item.filter(|_| order == Ordering::Equal);
            match child {
                Some(child) if order != Ordering::Greater && child.is_directory => {
                    let node = nodes.get(child.name).copied();
                    let guess = node
                        .and_then(|node| index.cache_tree()?.tree(node))
                        .map(|(entries, _)| entries);
                    let prefix_len = directory.prefix_len + child.name.len() + 1;
                    let prefix = &index.name(at)[..prefix_len];
                    let end = index.end_of_prefix(at..directory.entries.end, prefix, guess);
                    let below = Directory {
                        prefix_len,
                        entries: at..end,
                        node,
                        depth: directory.depth + 1,
                    };
                    self.directory(below, matching.map(|item| item.oid))?;
                    at = end;
                }
                Some(_) if order != Ordering::Greater => {
                    self.entry(at, matching)?;
                    at += 1;
                }
                _ => {
                    if let Some(item) = item {
                        let prefix = &index_prefix(index, &directory);
                        self.deleted(prefix, &item, directory.depth)?;
                    }
                }
            }
            if order != Ordering::Less {
                item = self.next(&mut rest, oid_len, tree)?;
            }
        }
    }

    fn entry(&mut self, at: usize, item: Option<Item<'_>>) -> Result<(), GitError> {
        let index = self.index;
        let path = index.name(at);
        if index.is_intent_to_add(at) {
            self.difference.intent_to_add += 1;
            if let Some(item) = item {
                let old = Recorded::new(path, item.mode, item.oid)?;
                self.difference.deleted.push(old);
            }
            return Ok(());
        }
        let (mode, oid) = (index.mode(at), index.oid(at));
        if item.is_some_and(|item| item.oid == oid && item.mode == mode) {
            self.difference.unchanged += 1;
            return Ok(());
        }
        let old = item
            .map(|item| Recorded::new(path, item.mode, item.oid))
            .transpose()?;
        self.difference.changed.push(Changed {
            entry: Entry {
                path: BString::from(path),
                recorded: Recorded::new(path, mode, oid)?,
            },
            old,
        });
        Ok(())
    }

    fn deleted(&mut self, prefix: &[u8], item: &Item<'_>, depth: usize) -> Result<(), GitError> {
        let mut path = prefix.to_vec();
        path.extend_from_slice(item.name);
        if !item.is_tree() {
            let old = Recorded::new(&path, item.mode, item.oid)?;
            self.difference.deleted.push(old);
            return Ok(());
        }
        if depth > DEPTH_MAX {
            return Err(GitError::TooDeep { limit: DEPTH_MAX });
        }
        path.push(b'/');
        let bytes = self.tree(Some(item.oid))?;
        let mut rest = &bytes[..];
        let oid_len = item.oid.as_bytes().len();
        while let Some(below) = self.next(&mut rest, oid_len, Some(item.oid))? {
            self.deleted(&path, &below, depth + 1)?;
        }
        Ok(())
    }

    fn tree(&self, oid: Option<Oid>) -> Result<Vec<u8>, GitError> {
        oid.map_or(Ok(Vec::new()), |oid| {
            self.objects.read(self.door, &oid, Kind::Tree)
        })
    }

    fn next<'b>(
        &self,
        rest: &mut &'b [u8],
        oid_len: usize,
        tree: Option<Oid>,
    ) -> Result<Option<Item<'b>>, GitError> {
        match (tree::next(rest, oid_len), tree) {
            (Some(Ok(item)), _) => Ok(Some(item)),
            (Some(Err(tree::Malformed)), Some(oid)) => Err(GitError::DamagedObject {
                oid,
                what: "it is no directory",
            }),
            (Some(Err(tree::Malformed)) | None, _) => Ok(None),
        }
    }
}

fn index_prefix(index: &Index, directory: &Directory) -> Vec<u8> {
    if directory.entries.is_empty() {
        return Vec::new();
    }
    index.name(directory.entries.start)[..directory.prefix_len].to_vec()
}

fn child(rest_of_path: &[u8]) -> Child<'_> {
    match memchr::memchr(b'/', rest_of_path) {
        Some(slash) => Child {
            name: &rest_of_path[..slash],
            is_directory: true,
        },
        None => Child {
            name: rest_of_path,
            is_directory: false,
        },
    }
}

/// git sorts a directory as if its name ended in a slash.
fn order(child: &Child<'_>, item: &Item<'_>) -> Ordering {
    let shared = child.name.len().min(item.name.len());
    let next = |name: &[u8], is_directory: bool| match name.get(shared) {
        Some(byte) => *byte,
        None if is_directory => b'/',
        None => 0,
    };
    child.name[..shared]
        .cmp(&item.name[..shared])
        .then_with(|| next(child.name, child.is_directory).cmp(&next(item.name, item.is_tree())))
        .then_with(|| child.name.len().cmp(&item.name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(name: &[u8], mode: u32) -> Item<'_> {
        Item {
            name,
            mode,
            oid: Oid::from_bytes(&[1; 20]).unwrap(),
        }
    }

    #[test]
    fn a_directory_sorts_with_its_slash() {
        let file = |path| child(path);
        assert_eq!(order(&file(b"a.b"), &item(b"a", 0o040_000)), Ordering::Less);
        assert_eq!(
            order(&file(b"a0"), &item(b"a", 0o040_000)),
            Ordering::Greater
        );
        assert_eq!(order(&file(b"a"), &item(b"a", 0o040_000)), Ordering::Less);
        assert_eq!(
            order(&file(b"a/x"), &item(b"a", 0o040_000)),
            Ordering::Equal
        );
        assert_eq!(
            order(&file(b"a/x"), &item(b"a", 0o100_644)),
            Ordering::Greater
        );
        assert_eq!(order(&file(b"a"), &item(b"a", 0o160_000)), Ordering::Equal);
    }
}
