//! One pass over the bytes of an index.
//!
//! In: the file without its checksum, which may hold anything. Out: where each entry stands, and the extensions that
//! matter. Every offset is checked before it is used: what does not fit is damaged, never a panic.
//!
//! Source: <https://git-scm.com/docs/index-format>

use std::ops::Range;

use super::cache_tree::CacheTree;
use super::hash::Algorithm;

/// Where an entry and its name stand; an index has at most 4 GiB.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) at: u32,
    pub(super) name_at: u32,
    pub(super) name_len: u32,
}

/// Why an index was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It uses something that only git knows.
    Declined,
    /// It is not as git writes it.
    Damaged(&'static str),
}

/// Bytes before the object name: times, device, inode, mode, owner, size.
pub(super) const STAT_LEN: usize = 40;
/// Where the mode stands in an entry.
pub(super) const MODE_AT: usize = 24;
/// Signature, version, number of entries.
pub(super) const HEADER_LEN: usize = 12;
pub(super) const FLAG_EXTENDED: u16 = 0x4000;
const FLAG_STAGE: u16 = 0x3000;
const FLAG_NAME_LEN: u16 = 0x0fff;
pub(super) const EXTENDED_INTENT_TO_ADD: u16 = 0x2000;

/// A big-endian number.
pub(super) fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

/// An offset in a file of at most 4 GiB.
fn offset(at: usize) -> Result<u32, Unread> {
    u32::try_from(at).map_err(|_| Unread::Declined)
}

/// One pass over the entries and extensions.
pub(super) struct Reader<'a> {
    body: &'a [u8],
    oid_len: usize,
    version: u32,
    pub(super) names: Vec<u8>,
    pub(super) slots: Vec<Slot>,
    pub(super) intent_to_add: Vec<usize>,
    pub(super) conflict: Option<usize>,
    pub(super) cache_tree: Option<CacheTree>,
    /// What is wrong, unless an extension explains it: the entries of a split index may have no names.
    odd: Option<&'static str>,
}

const CUT: Unread = Unread::Damaged("it is cut short");

impl<'a> Reader<'a> {
    /// Reads everything before the checksum.
    pub(super) fn read(body: &'a [u8], algorithm: Algorithm) -> Result<Self, Unread> {
        if &body[..4] != b"DIRC" {
            return Err(Unread::Damaged("it does not start as an index does"));
        }
        let version = be32(body, 4);
        if !(2..=4).contains(&version) {
            return Err(Unread::Declined);
        }
        let count = be32(body, 8) as usize;
        if count > body.len() / (STAT_LEN + algorithm.len() + 2) {
            return Err(CUT);
        }
        let mut reader = Self {
            body,
            oid_len: algorithm.len(),
            version,
            names: Vec::new(),
            slots: Vec::with_capacity(count),
            intent_to_add: Vec::new(),
            conflict: None,
            cache_tree: None,
            odd: None,
        };
        let mut at = HEADER_LEN;
        let mut previous = (0..0, 0);
        for _ in 0..count {
            at = reader.entry(at, &mut previous)?;
        }
        reader.extensions(at)?;
        match reader.odd {
            None => Ok(reader),
            Some(what) => Err(Unread::Damaged(what)),
        }
    }

    /// Takes the entry at `at` and gives the offset of the next; `previous` is the name and stage of the one before.
    fn entry(&mut self, at: usize, previous: &mut (Range<usize>, u16)) -> Result<usize, Unread> {
        let flags_at = at + STAT_LEN + self.oid_len;
        if flags_at + 4 > self.body.len() {
            return Err(CUT);
        }
        let flags = be16(self.body, flags_at);
        let mut name_at = flags_at + 2;
        if flags & FLAG_EXTENDED != 0 {
            if self.version < 3 {
                return Err(Unread::Damaged("a version 2 entry has version 3 flags"));
            }
            if be16(self.body, name_at) & EXTENDED_INTENT_TO_ADD != 0 {
                self.intent_to_add.push(self.slots.len());
            }
            name_at += 2;
        }
        let stage = flags & FLAG_STAGE;
        if stage != 0 && self.conflict.is_none() {
            self.conflict = Some(self.slots.len());
        }
        let (name, next) = if self.version == 4 {
            self.compressed_name(name_at, &previous.0)?
        } else {
            self.plain_name(at, name_at, flags)?
        };
        let source: &[u8] = if self.version == 4 {
            &self.names
        } else {
            self.body
        };
        let this = &source[name.clone()];
        let expected = usize::from(flags & FLAG_NAME_LEN);
        if this.is_empty() || this.len().min(usize::from(FLAG_NAME_LEN)) != expected {
            self.odd = Some("a name has the wrong length");
        }
        if !self.slots.is_empty() {
            match source[previous.0.clone()].cmp(this) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal if previous.1 < stage => {}
                _ => self.odd = Some("its entries are out of order"),
            }
        }
        self.slots.push(Slot {
            at: offset(at)?,
            name_at: offset(name.start)?,
            name_len: offset(name.len())?,
        });
        *previous = (name, stage);
        Ok(next)
    }

    /// A name of version 2 or 3: as it is, then one to eight NULs.
    fn plain_name(
        &self,
        at: usize,
        name_at: usize,
        flags: u16,
    ) -> Result<(Range<usize>, usize), Unread> {
        let expected = name_at + usize::from(flags & FLAG_NAME_LEN);
        // A name that fills the field may be longer; any other ends where the field says.
        let end = if flags & FLAG_NAME_LEN == FLAG_NAME_LEN {
            self.body.len()
        } else {
            (expected + 1).min(self.body.len())
        };
        let name = self.body.get(name_at..end).ok_or(CUT)?;
        let len = memchr::memchr(0, name).ok_or(Unread::Damaged("a name has no end"))?;
        let name = name_at..name_at + len;
        let next = at + ((name.end - at + 8) & !7);
        if next > self.body.len() {
            return Err(CUT);
        }
        Ok((name, next))
    }

    /// A name of version 4: how many bytes to drop from the name before, then what to append, then NUL.
    fn compressed_name(
        &mut self,
        mut at: usize,
        previous: &Range<usize>,
    ) -> Result<(Range<usize>, usize), Unread> {
        let mut next_byte = || {
            let byte = *self.body.get(at).ok_or(CUT)?;
            at += 1;
            Ok(byte)
        };
        let mut byte = next_byte()?;
        let mut drop = usize::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = next_byte()?;
            drop = drop
                .checked_add(1)
                .and_then(|drop| drop.checked_mul(128))
                .ok_or(Unread::Damaged("a name is cut too far"))?
                + usize::from(byte & 0x7f);
        }
        let kept = previous
            .len()
            .checked_sub(drop)
            .ok_or(Unread::Damaged("a name is cut too far"))?;
        let rest = self.body.get(at..).ok_or(CUT)?;
        let len = memchr::memchr(0, rest).ok_or(Unread::Damaged("a name has no end"))?;
        let start = self.names.len();
        offset(start + kept + len)?;
        self.names
            .extend_from_within(previous.start..previous.start + kept);
        self.names.extend_from_slice(&rest[..len]);
        Ok((start..self.names.len(), at + len + 1))
    }

    /// Extensions whose name starts with a capital may be passed over; the others change what the entries mean.
    fn extensions(&mut self, mut at: usize) -> Result<(), Unread> {
        while at < self.body.len() {
            let header = self.body.get(at..at + 8).ok_or(CUT)?;
            let len = be32(header, 4) as usize;
            let content = at
                .checked_add(8)
                .and_then(|start| self.body.get(start..start.checked_add(len)?))
                .ok_or(CUT)?;
            if &header[..4] == b"TREE" {
                let tree = CacheTree::parse(content, self.oid_len);
                self.cache_tree = Some(tree.ok_or(Unread::Damaged("its cache-tree is garbled"))?);
            } else if !header[0].is_ascii_uppercase() {
                return Err(Unread::Declined);
            }
            at += 8 + len;
        }
        Ok(())
    }
}
