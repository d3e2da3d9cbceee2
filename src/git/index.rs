//! git's index, read without libgit2: versions 2 to 4, SHA-1 and SHA-256.
//!
//! In: the file's bytes. Out: every entry's path, mode and object name, and the cache-tree. libgit2 builds an object
//! for each entry, which is most of what a commit in a large repository costs; here an entry is twelve bytes that say
//! where it stands in the mapped file. Whatever is not understood is declined, and git itself is asked instead.
//!
//! Source: <https://git-scm.com/docs/index-format>

use std::ops::Range;

use super::Oid;
use super::cache_tree::CacheTree;
use super::hash::Algorithm;
use super::index_reader::{HEADER_LEN, MODE_AT, Reader, STAT_LEN, Slot, Unread, be32};
use super::map::Bytes;
use crate::parallel;

/// An index, checked.
#[derive(Debug)]
pub(super) struct Index {
    bytes: Bytes,
    /// Names of version 4, which are stored as differences.
    names: Vec<u8>,
    slots: Vec<Slot>,
    oid_len: usize,
    /// Entries that `git add --intent-to-add` made, in order.
    intent_to_add: Vec<usize>,
    conflict: Option<usize>,
    cache_tree: Option<CacheTree>,
}

/// From this size on the checksum is computed on a second thread.
const LARGE: usize = 1 << 20;

impl Index {
    /// The index of a repository that has none yet.
    pub(super) fn empty(algorithm: Algorithm) -> Self {
        Self {
            bytes: Bytes::Owned(Vec::new()),
            names: Vec::new(),
            slots: Vec::new(),
            oid_len: algorithm.len(),
            intent_to_add: Vec::new(),
            conflict: None,
            cache_tree: None,
        }
    }

    /// Reads and checks `bytes`.
    pub(super) fn parse(bytes: Bytes, algorithm: Algorithm) -> Result<Self, Unread> {
        if bytes.len() < HEADER_LEN + algorithm.len() {
            return Err(Unread::Damaged("it is cut short"));
        }
        if u32::try_from(bytes.len()).is_err() {
            return Err(Unread::Declined);
        }
        let body = bytes.len() - algorithm.len();
        let is_sound = || trailer_is_sound(&bytes[..body], &bytes[body..], algorithm);
        let read = || Reader::read(&bytes[..body], algorithm);
        let (is_sound, read) = if bytes.len() < LARGE {
            (is_sound(), read())
        } else {
            parallel::both(is_sound, read)
        };
        // A damaged file may look like anything, also like one to decline: the checksum speaks first.
        if !is_sound {
            return Err(Unread::Damaged("its checksum does not match"));
        }
        let reader = read?;
        Ok(Self {
            names: reader.names,
            slots: reader.slots,
            oid_len: algorithm.len(),
            intent_to_add: reader.intent_to_add,
            conflict: reader.conflict,
            cache_tree: reader.cache_tree,
            bytes,
        })
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The path of an entry.
    pub(super) fn name(&self, entry: usize) -> &[u8] {
        let slot = self.slots[entry];
        let source: &[u8] = if self.names.is_empty() {
            &self.bytes
        } else {
            &self.names
        };
        let start = slot.name_at as usize;
        &source[start..start + slot.name_len as usize]
    }

    /// The mode of an entry, as it stands there.
    pub(super) fn mode(&self, entry: usize) -> u32 {
        be32(&self.bytes, self.slots[entry].at as usize + MODE_AT)
    }

    /// The object of an entry.
    pub(super) fn oid(&self, entry: usize) -> Oid {
        let at = self.slots[entry].at as usize + STAT_LEN;
        Oid::from_bytes(&self.bytes[at..at + self.oid_len])
            .expect("the length is that of an algorithm")
    }

    /// The first entry that is in conflict.
    pub(super) fn conflict(&self) -> Option<usize> {
        self.conflict
    }

    /// Whether the entry has no content yet.
    pub(super) fn is_intent_to_add(&self, entry: usize) -> bool {
        self.intent_to_add.binary_search(&entry).is_ok()
    }

    /// Whether one of the entries has no content yet.
    pub(super) fn has_intent_to_add(&self, entries: &Range<usize>) -> bool {
        let first = self
            .intent_to_add
            .partition_point(|entry| *entry < entries.start);
        self.intent_to_add
            .get(first)
            .is_some_and(|entry| *entry < entries.end)
    }

    /// The cache-tree, where the index has one.
    pub(super) fn cache_tree(&self) -> Option<&CacheTree> {
        self.cache_tree.as_ref()
    }

    /// The entry at `path`.
    pub(super) fn position(&self, path: &[u8]) -> Option<usize> {
        let at = self.slots_before(0..self.len(), |name| name < path);
        (at < self.len() && self.name(at) == path).then_some(at)
    }

    /// One past the last of `entries` whose name starts with `prefix`; the first of them does. `guess` is how many
    /// there may be.
    pub(super) fn end_of_prefix(
        &self,
        entries: Range<usize>,
        prefix: &[u8],
        guess: Option<usize>,
    ) -> usize {
        if let Some(end) = guess.and_then(|count| entries.start.checked_add(count))
            && end > entries.start
            && end <= entries.end
            && self.name(end - 1).starts_with(prefix)
            && (end == entries.end || !self.name(end).starts_with(prefix))
        {
            return end;
        }
        self.slots_before(entries, |name| name.starts_with(prefix))
    }

    fn slots_before(&self, entries: Range<usize>, holds: impl Fn(&[u8]) -> bool) -> usize {
        let (mut low, mut high) = (entries.start, entries.end);
        while low < high {
            let middle = low + (high - low) / 2;
            if holds(self.name(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// A trailer of zeros is what `index.skipHash` leaves.
fn trailer_is_sound(body: &[u8], trailer: &[u8], algorithm: Algorithm) -> bool {
    trailer.iter().all(|byte| *byte == 0) || algorithm.sum(&[body]).as_bytes() == trailer
}

#[cfg(test)]
mod tests {
    use super::super::index_reader::{EXTENDED_INTENT_TO_ADD, FLAG_EXTENDED};
    use super::*;

    struct Written<'a> {
        name: &'a str,
        stage: u16,
        extended: u16,
    }

    fn plain(name: &str) -> Written<'_> {
        Written {
            name,
            stage: 0,
            extended: 0,
        }
    }

    /// An index as git writes it; `extensions` follow the entries.
    fn written(version: u32, entries: &[Written<'_>], extensions: &[u8]) -> Vec<u8> {
        let mut bytes = b"DIRC".to_vec();
        bytes.extend(version.to_be_bytes());
        bytes.extend(u32::try_from(entries.len()).unwrap().to_be_bytes());
        let mut previous = "";
        for entry in entries {
            let start = bytes.len();
            bytes.extend([0; MODE_AT]);
            bytes.extend(0o100_644_u32.to_be_bytes());
            bytes.extend([0; STAT_LEN - MODE_AT - 4]);
            bytes.extend([7; 20]);
            let len = u16::try_from(entry.name.len().min(0xfff)).unwrap();
            let extended = if entry.extended == 0 {
                0
            } else {
                FLAG_EXTENDED
            };
            bytes.extend((len | entry.stage << 12 | extended).to_be_bytes());
            if entry.extended != 0 {
                bytes.extend(entry.extended.to_be_bytes());
            }
            if version == 4 {
                let pairs = previous.bytes().zip(entry.name.bytes());
                let kept = pairs.take_while(|(a, b)| a == b).count();
                bytes.extend(varint(previous.len() - kept));
                bytes.extend(entry.name[kept..].bytes().chain([0]));
                previous = entry.name;
            } else {
                bytes.extend(entry.name.bytes().chain([0]));
                while !(bytes.len() - start).is_multiple_of(8) {
                    bytes.push(0);
                }
            }
        }
        bytes.extend_from_slice(extensions);
        sealed(bytes)
    }

    /// git's variable-length number: seven bits a byte, and each continuation counts one more.
    fn varint(mut number: usize) -> Vec<u8> {
        let mut bytes = vec![u8::try_from(number & 0x7f).unwrap()];
        while number >= 0x80 {
            number = (number >> 7) - 1;
            bytes.insert(0, u8::try_from(number & 0x7f).unwrap() | 0x80);
        }
        bytes
    }

    fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
        let sum = Algorithm::Sha1.sum(&[&bytes]);
        bytes.extend(sum.as_bytes());
        bytes
    }

    fn parse(bytes: &[u8]) -> Result<Index, Unread> {
        Index::parse(Bytes::Owned(bytes.to_vec()), Algorithm::Sha1)
    }

    fn extension(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let mut bytes = name.to_vec();
        bytes.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(content);
        bytes
    }

    #[test]
    fn every_version_gives_the_same_entries() {
        let long = "d/".repeat(3000) + "file";
        let names = ["a", "a.b", "a/b", "a/c/0123456", long.as_str(), "z"];
        for version in 2..=4 {
            let entries: Vec<_> = names.iter().map(|name| plain(name)).collect();
            let index = parse(&written(version, &entries, b"")).unwrap();
            assert_eq!(index.len(), names.len());
            for (at, name) in names.iter().enumerate() {
                assert_eq!(index.name(at), name.as_bytes(), "version {version}");
                assert_eq!(index.mode(at), 0o100_644);
                assert_eq!(index.oid(at), Oid::from_bytes(&[7; 20]).unwrap());
                assert_eq!(index.position(name.as_bytes()), Some(at));
            }
            assert_eq!(index.position(b"a/"), None);
            assert_eq!(index.position(b"zz"), None);
            assert_eq!(index.end_of_prefix(2..6, b"a/", None), 4);
            assert_eq!(index.end_of_prefix(2..6, b"a/", Some(2)), 4);
            assert_eq!(index.end_of_prefix(2..6, b"a/", Some(1)), 4);
            assert_eq!(index.end_of_prefix(2..6, b"a/", Some(4)), 4);
        }
    }

    #[test]
    fn flags_are_seen() {
        let mut entries = [plain("a"), plain("b"), plain("c")];
        entries[1].extended = EXTENDED_INTENT_TO_ADD;
        entries[2].extended = 0x4000;
        for version in [3, 4] {
            let index = parse(&written(version, &entries, b"")).unwrap();
            let intents: Vec<bool> = (0..3).map(|at| index.is_intent_to_add(at)).collect();
            assert_eq!(intents, [false, true, false]);
            assert!(index.has_intent_to_add(&(0..2)));
            assert!(!index.has_intent_to_add(&(0..1)) && !index.has_intent_to_add(&(2..3)));
            assert_eq!(index.conflict(), None);
        }
        assert!(parse(&written(2, &entries, b"")).is_err());
    }

    #[test]
    fn a_conflict_is_seen() {
        let mut entries = [plain("a"), plain("b"), plain("b")];
        (entries[1].stage, entries[2].stage) = (2, 3);
        let index = parse(&written(2, &entries, b"")).unwrap();
        assert_eq!(index.conflict(), Some(1));
    }

    #[test]
    fn entries_out_of_order_are_refused() {
        for names in [["b", "a"], ["a", "a"], ["", "a"]] {
            let entries = names.map(plain);
            let unread = parse(&written(2, &entries, b"")).unwrap_err();
            assert!(matches!(unread, Unread::Damaged(_)), "{names:?}");
        }
    }

    #[test]
    fn what_changes_the_meaning_is_declined_and_the_rest_passed_over() {
        let with = |extensions: &[u8]| parse(&written(2, &[plain("a")], extensions));
        for name in [b"link", b"sdir", b"xxxx"] {
            let unread = with(&extension(name, b"x")).unwrap_err();
            assert_eq!(unread, Unread::Declined);
        }
        let tree = extension(b"TREE", b"\0-1 0\n");
        let index = with(&[extension(b"REUC", b"x"), tree].concat()).unwrap();
        assert!(index.cache_tree().is_some());
        assert!(matches!(
            with(&extension(b"TREE", b"\0-1")),
            Err(Unread::Damaged(_))
        ));
        assert!(matches!(
            with(b"TREE\xff\xff\xff\xff"),
            Err(Unread::Damaged(_))
        ));
        assert_eq!(parse(&written(5, &[], b"")).unwrap_err(), Unread::Declined);
        // The entries of a split index may have no names.
        let nameless = [plain(""), plain("")];
        let split = written(2, &nameless, &extension(b"link", b"x"));
        assert_eq!(parse(&split).unwrap_err(), Unread::Declined);
    }

    #[test]
    fn every_cut_and_flip_is_noticed() {
        for version in [2, 4] {
            let whole = written(version, &["a", "a/b", "z"].map(plain), b"");
            for len in 0..whole.len() {
                assert!(parse(&whole[..len]).is_err(), "cut at {len}");
            }
            for at in 0..whole.len() {
                let mut flipped = whole.clone();
                flipped[at] ^= 0x81;
                assert!(parse(&flipped).is_err(), "flip at {at}");
            }
        }
    }

    #[test]
    fn without_a_checksum_nothing_panics() {
        let entries = ["a", "a/b", "z"].map(plain);
        for version in [2, 3, 4] {
            let tree = extension(b"TREE", b"\x003 0\n01234567890123456789");
            let mut whole = written(version, &entries, &tree);
            let body = whole.len() - 20;
            whole[body..].fill(0);
            assert!(parse(&whole).is_ok(), "index.skipHash is accepted");
            for at in 0..body {
                for bit in 0..8 {
                    let mut flipped = whole.clone();
                    flipped[at] ^= 1 << bit;
                    if let Ok(index) = parse(&flipped) {
                        let names = (0..index.len())
                            .map(|at| index.name(at).len())
                            .sum::<usize>();
                        assert!(names > 0);
                    }
                }
            }
            for len in 0..body {
                let cut = [&whole[..len], &[0; 20]].concat();
                drop(parse(&cut));
            }
        }
    }
}
