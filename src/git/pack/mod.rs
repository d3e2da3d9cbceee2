//! Packs read without libgit2: every object of a repository for little more than inflating it.
//!
//! In: object folders. Out: each object once, as a whole text or as what a delta changes in its base, to a
//! [`Visitor`]. libgit2 and `git cat-file` hand out whole objects only, and so make eight bytes to be looked at of
//! each that is new; [`walk`] says how this is spared. Everything read is checked: a damaged object is a
//! [`Failure`] with its name, and the numbers of visited and failed objects add up to what the indexes list.

mod bases;
mod delta;
mod entry;
mod extract;
mod forest;
mod index;
mod lookup;
mod names;
mod progress;
mod settled;
mod store;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod visit;
mod walk;
mod whole;

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::hash::Algorithm;
use super::map::Bytes;
use super::{Kind, Oid};
use index::Index;
pub use lookup::{Listed, Packs, Unread};
pub use names::Names;
pub use progress::{Progress, Walked};
pub use store::{ReadError, Store};
pub use visit::{Change, Object, Piece, Visitor};
pub use walk::{Limits, Resolve, walk};
pub use whole::{Next, Sink, Whole};

/// An object that could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// Its name.
    pub oid: Oid,
    /// What is wrong with it, to follow "object …:".
    pub problem: &'static str,
}

/// Why a pack as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file cannot be read.
    #[error("cannot read `{}`; check its permissions and the disk", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A pack has no index.
    #[error("pack `{}` has no index, so that git does not read it; make one with `git index-pack`, or remove the pack", path.display())]
    NoIndex {
        /// The pack.
        path: PathBuf,
    },
    /// A pack or its index says that it is of a version that is not known here.
    #[error("`{}`: only a later git may know its format; update hf-guard", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// A pack index is damaged.
    #[error("pack index `{}`: {problem}; make it anew with `git index-pack`", path.display())]
    BadIndex {
        /// The index.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A pack is damaged.
    #[error("pack `{}`: {problem}; run `git fsck`, and fetch the repository again", path.display())]
    BadPack {
        /// The pack.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl PackError {
    /// Whether another program may be able to read it.
    fn is_unknown(&self) -> bool {
        matches!(self, Self::UnknownFormat { .. })
    }

    /// Whether git may have been at work there, so that another look can help.
    fn may_pass(&self) -> bool {
        self.is_absence() || matches!(self, Self::NoIndex { .. })
    }

    /// Whether nothing is there to be read.
    fn is_absence(&self) -> bool {
        use std::io::ErrorKind::{NotADirectory, NotFound};
        matches!(self, Self::Read { source, .. } if matches!(source.kind(), NotFound | NotADirectory))
    }
}

/// Packs and their indexes are as large as a whole history, and several threads read them out of order.
fn map(path: &Path) -> Result<Bytes, PackError> {
    Bytes::map(path).map_err(|source| PackError::Read {
        path: path.to_owned(),
        source,
    })
}

/// A pack and its index.
#[derive(Debug)]
pub struct Pack {
    bytes: Bytes,
    path: PathBuf,
    index: Index,
}

impl Pack {
    /// Bytes of signature, version and count before the first entry.
    const HEADER_LEN: u64 = 12;

    /// Opens the pack at `path`, which ends in `.pack`, and the index beside it.
    ///
    /// # Errors
    /// [`PackError`] where either cannot be read, or they do not belong together.
    pub fn open(path: &Path) -> Result<Self, PackError> {
        let index = Index::open(path.with_extension("idx"))?;
        let pack = Self {
            bytes: map(path)?,
            path: path.to_owned(),
            index,
        };
        if matches!(*pack.bytes, [b'P', b'A', b'C', b'K', 0, 0, 0, 4..=255, ..]) {
            return Err(PackError::UnknownFormat {
                path: path.to_owned(),
            });
        }
        match pack.problem() {
            None => Ok(pack),
            Some(problem) => Err(pack.bad(problem)),
        }
    }

    /// How many objects it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn problem(&self) -> Option<&'static str> {
        let [
            b'P',
            b'A',
            b'C',
            b'K',
            0,
            0,
            0,
            2 | 3,
            a,
            b,
            c,
            d,
            rest @ ..,
        ] = &*self.bytes
        else {
            return Some("it does not begin as a pack of version 2 or 3");
        };
        if u32::from_be_bytes([*a, *b, *c, *d]) as usize != self.index.len() {
            return Some("its index counts other objects than it does");
        }
        if !rest.ends_with(self.index.pack_checksum()) {
            return Some("it is cut short, or its index belongs to another pack");
        }
        None
    }

    fn bad(&self, problem: &'static str) -> PackError {
        PackError::BadPack {
            path: self.path().to_owned(),
            problem,
        }
    }

    /// Where the checksum after the last entry begins.
    fn end(&self) -> u64 {
        (self.bytes.len() - self.index.hash_len()) as u64
    }

    /// 20 or 32: the bytes of an object's name.
    #[must_use]
    pub fn hash_len(&self) -> usize {
        self.index.hash_len()
    }

    /// Compares the index with its checksum and, where that holds none of single entries, the whole pack with its own.
    ///
    /// # Errors
    /// [`PackError`] where one of them is not as it was written.
    fn check(&self) -> Result<(), PackError> {
        if !self.index.is_intact() {
            return Err(PackError::BadIndex {
                path: self.index.path().to_owned(),
                problem: "its content does not match its checksum",
            });
        }
        let at = self.bytes.len() - self.hash_len();
        let (content, stated) = self.bytes.split_at(at);
        let whole = || Algorithm::of_len(self.hash_len()).sum(&[content]);
        if self.index.has_checksums() || whole().as_bytes() == stated {
            Ok(())
        } else {
            Err(self.bad("its content does not match its checksum"))
        }
    }

    fn oid(&self, position: u32) -> Oid {
        self.index.oid(position as usize)
    }

    /// The bytes of an entry; its range came from the index, so it may be anything.
    fn entry(&self, range: Range<u64>) -> Result<&[u8], &'static str> {
        let range = usize::try_from(range.start)
            .ok()
            .zip(usize::try_from(range.end).ok());
        range
            .and_then(|(start, end)| self.bytes.get(start..end))
            .ok_or("its entry lies beyond the end of the pack")
    }

    /// Offset, and position in the index, of every object, in the order in which they stand.
    fn order(&self) -> Result<(Vec<u64>, Vec<u32>), PackError> {
        let offset = |position: u32| match self.index.offset(position as usize) {
            Some(offset) if offset < self.end() => Ok(offset),
            _ => Err(PackError::BadIndex {
                path: self.index.path().to_owned(),
                problem: "it names an offset beyond the end of its pack",
            }),
        };
        let all = (0..).take(self.len());
        // Both in one number: half the memory of pairs, and sorted faster.
        let bits = u64::BITS - (self.len() as u64).leading_zeros();
        if self.end().leading_zeros() >= bits {
            let mut keys = all
                .map(|position| Ok(offset(position)? << bits | u64::from(position)))
                .collect::<Result<Vec<u64>, PackError>>()?;
            keys.sort_unstable();
            let mask = (1 << bits) - 1;
            let position = |key: &u64| u32::try_from(key & mask).unwrap_or(u32::MAX);
            let positions = keys.iter().map(position).collect();
            keys.iter_mut().for_each(|key| *key >>= bits);
            return Ok((keys, positions));
        }
        let mut order = all
            .map(|position| Ok((offset(position)?, position)))
            .collect::<Result<Vec<(u64, u32)>, PackError>>()?;
        order.sort_unstable();
        Ok(order.into_iter().unzip())
    }

    /// Where the entry after the one at `offset` begins; all offsets are looked at.
    fn next_offset(&self, offset: u64) -> u64 {
        (0..self.len())
            .filter_map(|position| self.index.offset(position))
            .filter(|&next| next > offset)
            .fold(self.end(), u64::min)
    }

    fn has(&self, oid: &Oid) -> bool {
        self.index.find(oid).is_some()
    }

    fn index_offset(&self, oid: &Oid) -> Option<u64> {
        self.index.offset(self.index.find(oid)?)
    }
}
