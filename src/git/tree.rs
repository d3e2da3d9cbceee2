//! Tree objects, taken apart, and the tree that a commit names.
//!
//! In: raw object bytes. Out: entries, one after the other, their names not copied; what is no tree is an error.

use bstr::ByteSlice;

use super::{GitError, Mode, Oid};

/// One entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item<'a> {
    /// Its name, without the directories above it.
    pub(super) name: &'a [u8],
    /// As git writes it.
    pub(super) mode: u32,
    /// The blob, tree or commit.
    pub(super) oid: Oid,
}

impl Item<'_> {
    /// Whether it is a directory.
    pub(super) fn is_tree(&self) -> bool {
        self.mode & TYPE == 0o040_000
    }
}

const TYPE: u32 = 0o170_000;

/// What a mode of a tree or of the index stands for; `None` for directories and what git does not know.
pub(super) fn mode(raw: u32) -> Option<Mode> {
    match raw & TYPE {
        0o100_000 => Some(Mode::File),
        0o120_000 => Some(Mode::Symlink),
        0o160_000 => Some(Mode::Gitlink),
        _ => None,
    }
}

/// Takes the next entry off the front of a tree's bytes: `None` at the end, an error where they are not a tree.
pub(super) fn next<'a>(rest: &mut &'a [u8], oid_len: usize) -> Option<Result<Item<'a>, Malformed>> {
    if rest.is_empty() {
        return None;
    }
    Some(take(rest, oid_len).ok_or(Malformed))
}

/// The bytes are not a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

fn take<'a>(rest: &mut &'a [u8], oid_len: usize) -> Option<Item<'a>> {
    let Parts { name, mode, oid } = parts(rest, oid_len)?;
    let oid = Oid::from_bytes(oid)?;
    Some(Item { name, mode, oid })
}

/// The parts of an entry, as they stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    /// Its name, without the directories above it.
    pub(crate) name: &'a [u8],
    /// As git reads it: of too many digits the last ones count.
    pub(crate) mode: u32,
    /// The raw name of the blob, tree or commit.
    pub(crate) oid: &'a [u8],
}

/// Takes the next entry off the front of a tree's bytes; `None` where they are not a tree, or at their end.
///
/// Source: git's `tree-walk.c`: `MODE SP NAME NUL`, then the raw name of the object.
pub(crate) fn parts<'a>(rest: &mut &'a [u8], oid_len: usize) -> Option<Parts<'a>> {
    let bytes = *rest;
    let mut mode = 0_u32;
    let mut at = 0;
    loop {
        match *bytes.get(at)? {
            digit @ b'0'..=b'7' => mode = mode << 3 | u32::from(digit - b'0'),
            b' ' => break,
            _ => return None,
        }
        at += 1;
    }
    let name_and_oid = &bytes[at + 1..];
    let nul = memchr::memchr(0, name_and_oid)?;
    let after = nul + 1 + oid_len;
    let oid = name_and_oid.get(nul + 1..after)?;
    *rest = &name_and_oid[after..];
    Some(Parts {
        name: &name_and_oid[..nul],
        mode,
        oid,
    })
}

/// Mode and object of the entry `name` in the bytes of `tree`.
///
/// # Errors
/// [`GitError::DamagedObject`] where they are not a tree.
pub(super) fn find(bytes: &[u8], name: &[u8], tree: &Oid) -> Result<Option<(u32, Oid)>, GitError> {
    let mut rest = bytes;
    while let Some(item) = next(&mut rest, tree.as_bytes().len()) {
        let item = item.map_err(|Malformed| malformed(tree))?;
        if item.name == name {
            return Ok(Some((item.mode, item.oid)));
        }
    }
    Ok(None)
}

fn malformed(tree: &Oid) -> GitError {
    GitError::DamagedObject {
        oid: *tree,
        what: "it is not a tree",
    }
}

/// The tree of a commit, or the object of a tag.
pub(super) fn target(object: &[u8], field: &str) -> Option<Oid> {
    let line = object.lines().next()?;
    let hex = line
        .strip_prefix(field.as_bytes())
        .and_then(|rest| rest.strip_prefix(b" "))?;
    Oid::from_hex(hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let mut bytes = b"100644 a b\0".to_vec();
        bytes.extend([1; 20]);
        bytes.extend(b"40000 dir\0");
        bytes.extend([2; 20]);
        bytes
    }

    #[test]
    fn entries_come_in_order() {
        let bytes = sample();
        let mut rest = &bytes[..];
        let first = next(&mut rest, 20).unwrap().unwrap();
        assert_eq!((first.name, first.mode), (&b"a b"[..], 0o100_644));
        assert!(!first.is_tree());
        let second = next(&mut rest, 20).unwrap().unwrap();
        assert_eq!(second.oid, Oid::from_bytes(&[2; 20]).unwrap());
        assert!(second.is_tree());
        assert!(next(&mut rest, 20).is_none());
    }

    #[test]
    fn a_cut_tree_is_malformed() {
        let bytes = sample();
        let first_len = 11 + 20;
        for len in (1..bytes.len()).filter(|len| *len != first_len) {
            let mut rest = &bytes[..len];
            let mut last = next(&mut rest, 20);
            if len > first_len {
                last = next(&mut rest, 20);
            }
            assert_eq!(last, Some(Err(Malformed)), "{len}");
        }
        assert_eq!(next(&mut &b"10x644 a\0"[..], 20), Some(Err(Malformed)));
    }

    /// git keeps as many bits of a mode as it has room for.
    #[test]
    fn of_too_many_digits_the_last_count() {
        let bytes = [&b"7777777777440000 a\0"[..], &[1; 20]].concat();
        let item = next(&mut &bytes[..], 20).unwrap().unwrap();
        assert!(item.is_tree());
    }

    #[test]
    fn modes_are_told_apart() {
        assert_eq!(mode(0o100_755), Some(Mode::File));
        assert_eq!(mode(0o100_664), Some(Mode::File));
        assert_eq!(mode(0o120_000), Some(Mode::Symlink));
        assert_eq!(mode(0o160_000), Some(Mode::Gitlink));
        assert_eq!(mode(0o040_000), None);
        assert_eq!(mode(0o010_644), None);
    }

    #[test]
    fn the_first_line_names_the_target() {
        let oid = "0123456789012345678901234567890123456789";
        let commit = format!("tree {oid}\nparent {oid}\n");
        assert_eq!(target(commit.as_bytes(), "tree").unwrap().to_string(), oid);
        assert_eq!(target(b"tree 01\n", "tree"), None);
        assert_eq!(target(commit.as_bytes(), "object"), None);
    }
}
