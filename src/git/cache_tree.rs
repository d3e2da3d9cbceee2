//! The index's TREE extension: which directories have not changed since their tree was last written.
//!
//! In: the extension's bytes. Out: its nodes in the order they stand in. For a directory it gives the tree that git
//! will record for it, so a directory whose node names the same tree as HEAD holds nothing new, and need not be
//! compared entry by entry. git relies on it in the same way: `git commit` writes no tree for a directory that has one.
//!
//! Source: <https://git-scm.com/docs/index-format#_cache_tree>

use std::collections::HashMap;
use std::ops::Range;

use super::Oid;

/// The nodes, a directory before those under it.
#[derive(Debug, Default)]
pub(super) struct CacheTree {
    bytes: Vec<u8>,
    nodes: Vec<Node>,
    oid_len: usize,
}

#[derive(Debug)]
struct Node {
    name: Range<usize>,
    /// Entries under the directory and where its tree's name stands; `None` if the directory has changed.
    tree: Option<(usize, usize)>,
    /// One past the last node under this one.
    end: usize,
}

impl CacheTree {
    /// Reads the extension; `None` where it is not well formed.
    pub(super) fn parse(bytes: &[u8], oid_len: usize) -> Option<Self> {
        let mut nodes: Vec<Node> = Vec::new();
        // The open directories: their node, and how many directories right under each are still to come.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            if nodes.is_empty() != open.is_empty() {
                return None;
            }
            let name = at..at + memchr::memchr(0, &bytes[at..])?;
            at = name.end + 1;
            let line_end = at + memchr::memchr(b'\n', &bytes[at..])?;
            let (entries, children) = counts(&bytes[at..line_end])?;
            at = line_end + 1;
            let tree = match entries {
                Some(entries) => {
                    let tree = (entries, at);
                    at += oid_len;
                    if at > bytes.len() {
                        return None;
                    }
                    Some(tree)
                }
                None => None,
            };
            if let Some((_, left)) = open.last_mut() {
                *left -= 1;
            }
            open.push((nodes.len(), children));
            nodes.push(Node { name, tree, end: 0 });
            while let Some((node, 0)) = open.last().copied() {
                nodes[node].end = nodes.len();
                open.pop();
            }
        }
        open.is_empty().then(|| Self {
            bytes: bytes.to_vec(),
            nodes,
            oid_len,
        })
    }

    /// The root directory's node.
    pub(super) fn root(&self) -> Option<usize> {
        (!self.nodes.is_empty()).then_some(0)
    }

    /// The nodes right under `node`, by their names.
    pub(super) fn children(&self, node: usize) -> HashMap<&[u8], usize> {
        let mut children = HashMap::new();
        let mut at = node + 1;
        while at < self.nodes[node].end {
            children.insert(&self.bytes[self.nodes[at].name.clone()], at);
            at = self.nodes[at].end;
        }
        children
    }

    /// How many entries the directory has and which tree; `None` if it has changed since that was written.
    pub(super) fn tree(&self, node: usize) -> Option<(usize, Oid)> {
        let (entries, at) = self.nodes[node].tree?;
        Some((
            entries,
            Oid::from_bytes(&self.bytes[at..at + self.oid_len])?,
        ))
    }
}

/// `ENTRIES SUBTREES` in decimal; minus one entry means that the directory has changed.
fn counts(line: &[u8]) -> Option<(Option<usize>, usize)> {
    let (entries, children) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let entries = match entries.strip_prefix('-') {
        Some(_) => None,
        None => Some(entries.parse().ok()?),
    };
    Some((entries, children.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let mut bytes = b"\0-1 2\n".to_vec();
        bytes.extend(b"src\x003 1\n");
        bytes.extend([1; 20]);
        bytes.extend(b"git\x002 0\n");
        bytes.extend([2; 20]);
        bytes.extend(b"tests\0-1 0\n");
        bytes
    }

    #[test]
    fn nodes_know_their_children_and_trees() {
        let tree = CacheTree::parse(&sample(), 20).unwrap();
        let root = tree.root().unwrap();
        assert_eq!(tree.tree(root), None);
        let children = tree.children(root);
        assert_eq!(children.len(), 2);
        let source = children[&b"src"[..]];
        assert_eq!(
            tree.tree(source),
            Some((3, Oid::from_bytes(&[1; 20]).unwrap()))
        );
        assert_eq!(tree.children(source).len(), 1);
        assert_eq!(tree.tree(children[&b"tests"[..]]), None);
    }

    #[test]
    fn cut_short_it_is_refused() {
        let whole = sample();
        for len in 1..whole.len() {
            assert!(CacheTree::parse(&whole[..len], 20).is_none(), "{len}");
        }
        assert!(CacheTree::parse(b"", 20).unwrap().root().is_none());
    }

    #[test]
    fn a_second_root_is_refused() {
        assert!(CacheTree::parse(b"\0-1 0\n\0-1 0\n", 20).is_none());
        assert!(CacheTree::parse(b"\0-1 x\n", 20).is_none());
    }
}
