//! Pack indexes, versions 1 and 2: which objects a pack holds, and where.
//!
//! In: a `.idx` file. Out: names, offsets and checksums by position. The hash is told by the size of the file: for
//! no number of objects can the same size hold both SHA-1 and SHA-256 names.
//! Source: <https://git-scm.com/docs/gitformat-pack>, "pack-*.idx files have the following format".

use std::path::{Path, PathBuf};

use super::super::hash::Algorithm;
use super::{Bytes, Oid, PackError, map};

const SIGNATURE: [u8; 8] = [0xff, b't', b'O', b'c', 0, 0, 0, 2];
const FANOUT_BYTES: usize = 256 * 4;
/// Set in a 4-byte offset that is a row of the table of 8-byte ones.
const LARGE: u32 = 1 << 31;

/// An open pack index.
#[derive(Debug)]
pub(super) struct Index {
    map: Bytes,
    path: PathBuf,
    layout: Layout,
}

/// Where the tables stand; every row below `count` is inside the map.
#[derive(Clone, Copy, Debug)]
struct Layout {
    version: Version,
    hash_len: usize,
    count: usize,
    fanout_at: usize,
    large_count: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

impl Index {
    /// Maps and checks the index at `path`.
    ///
    /// # Errors
    /// [`PackError`] where it cannot be read or is not a pack index.
    pub(super) fn open(path: PathBuf) -> Result<Self, PackError> {
        let map = map(&path)?;
        if map.starts_with(&SIGNATURE[..7]) && map.get(7).is_some_and(|&version| version > 2) {
            return Err(PackError::UnknownFormat { path });
        }
        match layout(&map) {
            Ok(layout) => Ok(Self { map, path, layout }),
            Err(problem) => Err(PackError::BadIndex { path, problem }),
        }
    }

    /// How many objects the pack holds.
    pub(super) fn len(&self) -> usize {
        self.layout.count
    }

    /// 20 or 32: the bytes of an object name.
    pub(super) fn hash_len(&self) -> usize {
        self.layout.hash_len
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The checksum at the end of the pack that this index was made for.
    pub(super) fn pack_checksum(&self) -> &[u8] {
        let end = self.map.len() - self.layout.hash_len;
        &self.map[end - self.layout.hash_len..end]
    }

    /// The name of the object at `position` (below [`Self::len`]), in the order of names.
    pub(super) fn oid(&self, position: usize) -> Oid {
        Oid::from_bytes(self.name(position)).expect("the layout has names of 20 or 32 bytes")
    }

    /// Where the entry of the object at `position` begins; `None` where the table of large offsets has no such row.
    pub(super) fn offset(&self, position: usize) -> Option<u64> {
        let Layout {
            count,
            hash_len,
            large_count,
            ..
        } = self.layout;
        let tables = self.layout.fanout_at + FANOUT_BYTES;
        if self.layout.version == Version::One {
            return Some(u64::from(be32(
                &self.map,
                tables + position * (4 + hash_len),
            )));
        }
        let offsets = tables + count * (hash_len + 4);
        let small = be32(&self.map, offsets + position * 4);
        if small & LARGE == 0 {
            return Some(u64::from(small));
        }
        let row = usize::try_from(small & !LARGE).ok()?;
        if row >= large_count {
            return None;
        }
        let at = offsets + count * 4 + row * 8;
        Some(u64::from(be32(&self.map, at)) << 32 | u64::from(be32(&self.map, at + 4)))
    }

    /// CRC-32 of the entry as it stands in the pack; version 1 has none.
    pub(super) fn crc32(&self, position: usize) -> Option<u32> {
        let Layout {
            count, hash_len, ..
        } = self.layout;
        let names = self.layout.fanout_at + FANOUT_BYTES;
        (self.layout.version == Version::Two)
            .then(|| be32(&self.map, names + count * hash_len + position * 4))
    }

    /// Whether it holds a checksum of each entry.
    pub(super) fn has_checksums(&self) -> bool {
        self.layout.version == Version::Two
    }

    /// The position of the object `oid`.
    pub(super) fn find(&self, oid: &Oid) -> Option<usize> {
        let wanted = oid.as_bytes();
        if wanted.len() != self.layout.hash_len {
            return None;
        }
        let first = usize::from(wanted[0]);
        let mut low = match first {
            0 => 0,
            _ => self.fanout(first - 1),
        };
        let mut high = self.fanout(first);
        let key = leading(wanted);
        let (mut low_key, mut high_key) = (key & !(u64::MAX >> 8), key | u64::MAX >> 8);
        let mut guesses = GUESSES;
        while low < high {
            let middle = if guesses > 0 && low_key < high_key && (low_key..=high_key).contains(&key)
            {
                guesses -= 1;
                let share = u128::from(key - low_key) * (high - low) as u128;
                let ahead = share / (u128::from(high_key - low_key) + 1);
                low + usize::try_from(ahead).unwrap_or(0)
            } else {
                low + (high - low) / 2
            };
            let name = self.name(middle);
            let found = leading(name);
            match found.cmp(&key).then_with(|| name.cmp(wanted)) {
                std::cmp::Ordering::Less => (low, low_key) = (middle + 1, found),
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => (high, high_key) = (middle, found),
            }
        }
        None
    }

    /// Whether the file is what its last bytes, a checksum, say.
    pub(super) fn is_intact(&self) -> bool {
        let (content, stated) = self.map.split_at(self.map.len() - self.layout.hash_len);
        Algorithm::of_len(self.layout.hash_len)
            .sum(&[content])
            .as_bytes()
            == stated
    }

    /// The bytes of that name.
    pub(super) fn name(&self, position: usize) -> &[u8] {
        let names = self.layout.fanout_at + FANOUT_BYTES;
        let hash_len = self.layout.hash_len;
        let at = match self.layout.version {
            Version::One => names + position * (4 + hash_len) + 4,
            Version::Two => names + position * hash_len,
        };
        &self.map[at..at + hash_len]
    }

    /// How many names begin with a byte up to `first`; the layout has checked that none exceeds the count.
    fn fanout(&self, first: usize) -> usize {
        be32(&self.map, self.layout.fanout_at + first * 4) as usize
    }
}

/// Names are spread evenly, so that a place can be guessed; where somebody has chosen them, halving ends the search.
const GUESSES: u32 = 6;

/// The first eight bytes of a name, as a number.
fn leading(name: &[u8]) -> u64 {
    name.first_chunk()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// The big-endian number at `at`, which the caller knows to be inside.
fn be32(bytes: &[u8], at: usize) -> u32 {
    let [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    u32::from_be_bytes([a, b, c, d])
}

fn layout(map: &[u8]) -> Result<Layout, &'static str> {
    let version = if map.starts_with(&SIGNATURE) {
        Version::Two
    } else if map.starts_with(&SIGNATURE[..4]) {
        return Err("its version is neither 1 nor 2");
    } else {
        Version::One
    };
    let fanout_at = if version == Version::Two { 8 } else { 0 };
    if map.len() < fanout_at + FANOUT_BYTES {
        return Err("it is too short");
    }
    let counts: Vec<u32> = (0..256).map(|row| be32(map, fanout_at + row * 4)).collect();
    if !counts.is_sorted() {
        return Err("its fan-out table is not in order");
    }
    let count = counts[255] as usize;
    for hash_len in [20, 32] {
        let row = match version {
            Version::One => 4 + hash_len,
            Version::Two => hash_len + 4 + 4,
        };
        let fixed = fanout_at + FANOUT_BYTES + count * row + 2 * hash_len;
        let Some(large) = map.len().checked_sub(fixed) else {
            continue;
        };
        let fits = match version {
            Version::One => large == 0,
            Version::Two => large % 8 == 0 && large / 8 <= count,
        };
        if fits {
            return Ok(Layout {
                version,
                hash_len,
                count,
                fanout_at,
                large_count: large / 8,
            });
        }
    }
    Err("its size does not fit the number of its objects")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn open(bytes: &[u8]) -> Result<Index, PackError> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("pack-x.idx");
        fs::write(&path, bytes).expect("the file can be written");
        Index::open(path)
    }

    /// An index over names `[n, n, …]` at the given offsets.
    fn bytes(version: Version, hash_len: usize, offsets: &[(u8, u64)]) -> Vec<u8> {
        let mut out = Vec::new();
        if version == Version::Two {
            out.extend(SIGNATURE);
        }
        for first in 0..=255_u8 {
            let below = offsets.iter().filter(|(name, _)| *name <= first).count();
            out.extend(u32::try_from(below).expect("few").to_be_bytes());
        }
        let small = |offset: u64, row: usize| match u32::try_from(offset) {
            Ok(small) if small < LARGE => small,
            _ => LARGE | u32::try_from(row).expect("few"),
        };
        match version {
            Version::One => {
                for (name, offset) in offsets {
                    out.extend(small(*offset, 0).to_be_bytes());
                    out.extend(vec![*name; hash_len]);
                }
            }
            Version::Two => {
                for (name, _) in offsets {
                    out.extend(vec![*name; hash_len]);
                }
                for (name, _) in offsets {
                    out.extend([*name; 4]);
                }
                let mut large = Vec::new();
                for (_, offset) in offsets {
                    out.extend(small(*offset, large.len() / 8).to_be_bytes());
                    if *offset >= u64::from(LARGE) {
                        large.extend(offset.to_be_bytes());
                    }
                }
                out.extend(large);
            }
        }
        out.extend(vec![0xaa; hash_len]);
        out.extend(vec![0xbb; hash_len]);
        out
    }

    #[test]
    fn names_offsets_and_checksums_come_back() {
        let entries = [(0, 12), (7, 1 << 33), (7, 400), (255, u64::from(LARGE))];
        for hash_len in [20, 32] {
            let index = open(&bytes(Version::Two, hash_len, &entries)).expect("well-formed");
            assert_eq!((index.len(), index.hash_len()), (4, hash_len));
            for (position, (name, offset)) in entries.iter().enumerate() {
                assert_eq!(index.offset(position), Some(*offset));
                assert_eq!(index.oid(position).as_bytes(), vec![*name; hash_len]);
                assert_eq!(index.crc32(position), Some(u32::from_be_bytes([*name; 4])));
            }
            let name = |byte| Oid::from_bytes(&vec![byte; hash_len]).expect("a name");
            assert_eq!(index.find(&name(0)), Some(0));
            assert_eq!(index.find(&name(255)), Some(3));
            assert_eq!(index.find(&name(8)), None);
            assert_eq!(index.pack_checksum(), vec![0xaa; hash_len]);
        }
    }

    /// Evenly spread names, and names that are alike in their first eight bytes.
    #[test]
    fn every_name_is_found_and_no_other() {
        let spread = (0..3_000_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let alike = (0..300).map(|n| 0x5500_0000_0000_0000 + n / 7);
        let mut names: Vec<[u8; 20]> = spread
            .chain(alike)
            .enumerate()
            .map(|(number, key)| {
                let mut name = [0; 20];
                name[..8].copy_from_slice(&key.to_be_bytes());
                name[16..].copy_from_slice(&u32::try_from(number).expect("few").to_be_bytes());
                name
            })
            .collect();
        names.sort_unstable();
        let mut file = SIGNATURE.to_vec();
        for first in 0..=255_u8 {
            let below = names.partition_point(|name| name[0] <= first);
            file.extend(u32::try_from(below).expect("few").to_be_bytes());
        }
        file.extend(names.concat());
        file.resize(file.len() + names.len() * 8 + 40, 0);
        let index = open(&file).expect("well-formed");
        for (position, name) in names.iter().enumerate() {
            let oid = Oid::from_bytes(name).expect("20 bytes");
            assert_eq!(index.find(&oid), Some(position));
            for at in [0, 7, 19] {
                let mut other = *name;
                other[at] ^= 0x80;
                let oid = Oid::from_bytes(&other).expect("20 bytes");
                assert_eq!(index.find(&oid), names.binary_search(&other).ok());
            }
        }
    }

    #[test]
    fn version_one_has_no_checksums() {
        for hash_len in [20, 32] {
            let index = open(&bytes(Version::One, hash_len, &[(3, 12), (9, 77)])).expect("v1");
            assert_eq!(index.offset(1), Some(77));
            assert_eq!(index.crc32(1), None);
            assert_eq!(
                index.find(&Oid::from_bytes(&vec![9; hash_len]).expect("a name")),
                Some(1)
            );
        }
    }

    #[test]
    fn what_is_cut_or_bent_is_refused() {
        let good = bytes(Version::Two, 20, &[(0, 12), (7, 1 << 33), (9, 400)]);
        assert!(open(&good).is_ok());
        for len in (0..good.len()).step_by(7) {
            assert!(open(&good[..len]).is_err(), "{len} bytes");
        }
        let mut disordered = good.clone();
        disordered[8] = 0xff;
        assert!(open(&disordered).is_err());
        let mut version = good.clone();
        version[7] = 3;
        assert!(open(&version).is_err());
        let mut row = good;
        let offsets = 8 + FANOUT_BYTES + 3 * 24;
        row[offsets + 4..offsets + 8].copy_from_slice(&(LARGE | 1).to_be_bytes());
        assert_eq!(open(&row).expect("its size is right").offset(1), None);
    }
}
