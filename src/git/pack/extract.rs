//! One object of a pack, put together from the whole object at the end of its chain of deltas.
//!
//! In: its position in the index. Out: kind and text. On the way down only headers are read; on the way up each delta
//! is inflated and applied, and what it made is kept for the next object that needs it.

use std::sync::Arc;

use libdeflater::Decompressor;

use super::bases::{Base, Bases};
use super::delta::{self, Instruction};
use super::entry::{self, Shape};
use super::{Kind, Oid, Pack};

/// One reading out of one pack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extract<'a> {
    pub(super) pack: &'a Pack,
    /// Its place among the packs at hand.
    pub(super) at: usize,
    pub(super) bases: &'a Bases,
}

/// What a thread works with, kept for the next object.
pub(super) struct Tools {
    inflater: Decompressor,
    delta: Vec<u8>,
    instructions: Vec<Instruction>,
    chain: Vec<Link>,
}

/// A delta on the way down.
#[derive(Clone, Copy, Debug)]
struct Link {
    offset: u64,
    /// Where its compressed data begin.
    data: u64,
    /// Inflated size in bytes.
    size: usize,
}

/// A buffer larger than this is given back.
const KEPT_BYTES: usize = 1 << 20;

/// What claims to be larger is measured before room is made for it.
const BELIEVED_BYTES: usize = 16 << 20;

impl Default for Tools {
    fn default() -> Self {
        Self {
            inflater: Decompressor::new(),
            delta: Vec::new(),
            instructions: Vec::new(),
            chain: Vec::new(),
        }
    }
}

impl std::fmt::Debug for Tools {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tools").finish_non_exhaustive()
    }
}

impl Tools {
    /// Gives back what an unusually large object has taken.
    pub(super) fn shrink(&mut self) {
        if self.delta.len() > KEPT_BYTES {
            self.delta = Vec::new();
        }
        if self.instructions.len() > KEPT_BYTES / size_of::<Instruction>() {
            self.instructions = Vec::new();
        }
    }
}

impl Extract<'_> {
    /// The object at `position` of the pack's index; its name is not checked.
    pub(super) fn object(
        &self,
        position: usize,
        tools: &mut Tools,
    ) -> Result<(Kind, Vec<u8>), &'static str> {
        let mut offset = self.offset(position)?;
        tools.chain.clear();
        let mut base = loop {
            // Only what others were made of is kept, and never thrown away by reading it once.
            if let Some(base) = self.bases.find((self.at, offset)) {
                break base;
            }
            let entry = self.entry(offset)?;
            let header = entry::header(entry, self.pack.hash_len())?;
            let link = Link {
                offset,
                data: offset + header.len as u64,
                size: header.size,
            };
            offset = match header.shape {
                Shape::Whole(kind) => {
                    let mut text = Vec::new();
                    self.inflate(link, &mut tools.inflater, &mut text)?;
                    if tools.chain.is_empty() {
                        return Ok((kind, text));
                    }
                    let base = Arc::new(Base { kind, text });
                    self.bases.keep((self.at, offset), &base);
                    break base;
                }
                Shape::OffsetDelta(distance) => offset
                    .checked_sub(distance)
                    .filter(|_| distance > 0)
                    .ok_or("there is no entry where its base should begin")?,
                // git completes a thin pack before it keeps it: the base is in the pack.
                Shape::NameDelta(name) => {
                    let name = Oid::from_bytes(name).ok_or("its base has no name")?;
                    let position = self.pack.index.find(&name).ok_or("its base is missing")?;
                    self.offset(position)?
                }
            };
            if tools.chain.len() > self.pack.len() {
                return Err("the objects that it is a delta of lead to no whole one");
            }
            tools.chain.push(link);
        };
        while let Some(link) = tools.chain.pop() {
            self.inflate(link, &mut tools.inflater, &mut tools.delta)?;
            let delta = &tools.delta[..link.size];
            let len = delta::decode(delta, base.text.len(), &mut tools.instructions)?;
            let mut text = Vec::new();
            delta::apply(&base.text, delta, &tools.instructions, len, &mut text);
            let kind = base.kind;
            if tools.chain.is_empty() {
                return Ok((kind, text));
            }
            base = Arc::new(Base { kind, text });
            self.bases.keep((self.at, link.offset), &base);
        }
        // A base that was kept is itself what is asked for.
        Ok((base.kind, base.text.clone()))
    }

    fn offset(&self, position: usize) -> Result<u64, &'static str> {
        self.pack
            .index
            .offset(position)
            .filter(|offset| (Pack::HEADER_LEN..self.pack.end()).contains(offset))
            .ok_or("its entry lies beyond the end of the pack")
    }

    /// Everything from `offset` to the end of the pack: where the entry ends, inflating tells.
    fn entry(&self, offset: u64) -> Result<&[u8], &'static str> {
        self.pack.entry(offset..self.pack.end())
    }

    /// Inflates the data of `link` into the beginning of `out`, which is made long enough.
    fn inflate(
        &self,
        link: Link,
        inflater: &mut Decompressor,
        out: &mut Vec<u8>,
    ) -> Result<(), &'static str> {
        let end = if link.size > BELIEVED_BYTES {
            self.pack.next_offset(link.offset)
        } else {
            self.pack.end()
        };
        let data = self.pack.entry(link.data..end)?;
        entry::check_size(link.size, data.len())?;
        if out.len() < link.size {
            *out = vec![0; link.size];
        }
        entry::inflate(inflater, data, &mut out[..link.size])
    }
}
