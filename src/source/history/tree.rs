//! The names in a tree object, damaged or not.
//!
//! In: its bytes, or a place in them. Out: every name of a file that may stand there. What is no tree has names too, since nobody else
//! would read them.

use std::ops::Range;

use crate::git::tree;

/// The file names in `tree`, in order.
///
/// The length of the raw object names is the one with which the whole tree can be read; where neither fits, the tree
/// is damaged and every run of bytes after a space is given as a name: too many rather than too few.
pub(super) fn names(tree: &[u8]) -> Vec<&[u8]> {
    [20, 32]
        .into_iter()
        .find_map(|hash_len| names_with(tree, hash_len))
        .unwrap_or_else(|| {
            tree.split(|&byte| byte == 0)
                .flat_map(|part| memchr::memchr_iter(b' ', part).map(|space| &part[space + 1..]))
                .collect()
        })
}

/// Where the names may stand that the byte at `at` of `tree` is in: between two NULs, after any space, for a raw object
/// name may hold spaces and NULs. Looking at one too many costs no more than reading the tree whole.
pub(super) fn names_around(tree: &[u8], at: usize) -> impl Iterator<Item = Range<usize>> {
    let part = part_around(tree, at);
    let spaces = memchr::memchr_iter(b' ', &tree[part.start..at]);
    spaces.map(move |space| part.start + space + 1..part.end)
}

/// The bytes between the NULs around `at`: in a tree, an object's raw name, a mode and a file's name.
pub(super) fn part_around(tree: &[u8], at: usize) -> Range<usize> {
    let start = memchr::memrchr(0, &tree[..at]).map_or(0, |nul| nul + 1);
    let end = memchr::memchr(0, &tree[at..]).map_or(tree.len(), |nul| at + nul);
    start..end
}

fn names_with(mut rest: &[u8], hash_len: usize) -> Option<Vec<&[u8]>> {
    let mut names = Vec::new();
    while !rest.is_empty() {
        names.push(tree::parts(&mut rest, hash_len)?.name);
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_with_either_hash() {
        for hash_len in [20, 32] {
            let mut tree = Vec::new();
            for name in ["a b", "c.txt"] {
                tree.extend(format!("100644 {name}\0").bytes());
                // A raw name that holds what looks like the end of one.
                tree.extend(b" \0".iter().cycle().take(hash_len));
            }
            assert_eq!(names(&tree), [&b"a b"[..], b"c.txt"]);
        }
        assert!(names(b"").is_empty());
    }

    #[test]
    fn a_damaged_tree_hides_no_name() {
        assert!(names(b"100644 name\0short").contains(&&b"name"[..]));
    }
}
