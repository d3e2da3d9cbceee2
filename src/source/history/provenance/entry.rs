//! An entry of a tree, as far as it matters: a name by number, and what it leads to.

use crate::finding::Part;

/// An entry of a tree, or of what is left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Entry {
    /// Number of the name.
    pub(super) name: u32,
    pub(super) target: Target,
}

/// What an entry leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Target {
    /// A folder, by number.
    Folder(u32),
    /// A held blob, by number, as a file.
    File(u32),
    /// The same as the target of a link.
    Link(u32),
    /// Nothing: the name itself is held.
    Name,
}

impl Target {
    /// Which part of a file it is.
    pub(super) fn part(self) -> Part {
        match self {
            Self::File(_) | Self::Folder(_) => Part::Content,
            Self::Link(_) => Part::SymlinkTarget,
            Self::Name => Part::Path,
        }
    }
}

/// What a tree has that matters, as long as changes of it are read.
#[derive(Debug, Default)]
pub(super) struct Placed {
    /// Where each of its entries begins and the last one ends.
    pub(super) starts: Vec<usize>,
    /// Where those that matter begin, in order.
    pub(super) entries: Vec<(usize, Entry)>,
}

/// An entry in eight bytes: a long history has millions of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed([u32; 2]);

/// The bits of a target's number; no history has a thousand million trees.
const NUMBER: u32 = (1 << 30) - 1;

impl From<Entry> for Packed {
    fn from(entry: Entry) -> Self {
        let (kind, number) = match entry.target {
            Target::Folder(number) => (0, number),
            Target::File(number) => (1, number),
            Target::Link(number) => (2, number),
            Target::Name => (3, 0),
        };
        Self([entry.name, kind << 30 | number & NUMBER])
    }
}

impl From<Packed> for Entry {
    fn from(Packed([name, target]): Packed) -> Self {
        let number = target & NUMBER;
        let target = match target >> 30 {
            0 => Target::Folder(number),
            1 => Target::File(number),
            2 => Target::Link(number),
            _ => Target::Name,
        };
        Self { name, target }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        for target in [
            Target::Folder(0),
            Target::Folder(NUMBER),
            Target::File(7),
            Target::Link(8),
            Target::Name,
        ] {
            let entry = Entry { name: 9, target };
            assert_eq!(Entry::from(Packed::from(entry)), entry);
        }
    }
}
