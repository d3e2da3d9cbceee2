//! The entries of a tree; of a changed one those that are new, and where the others stand now.
//!
//! In: a tree, whole or as a change, and where the entries of its base begin. Out: where its own begin. An entry inside a copy is
//! not taken apart again, if the base has an entry at that very place.

use std::ops::Range;

use crate::git::pack::{Change, Piece};
use crate::order;

/// Takes trees apart; kept for the next one.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// Bytes of an object's raw name.
    hash_len: usize,
    /// The start of an entry whose rest stands in the next piece.
    begun: Vec<u8>,
    /// Where its name ends, once that is known.
    nul: Option<usize>,
}

/// What is told of a tree, in order of place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen<'e> {
    /// An entry, and where it begins.
    New(usize, &'e [u8]),
    /// The entries in these bytes of the base, which begin here now.
    Kept(Range<usize>, usize),
}

impl Entries {
    pub(super) fn new(hash_len: usize) -> Self {
        Self {
            hash_len,
            begun: Vec::new(),
            nul: None,
        }
    }

    /// Tells `seen` of every entry of `tree`, and gives where each begins and the last one ends; and whether that is its end.
    pub(super) fn whole(&self, tree: &[u8], seen: &mut dyn FnMut(Seen<'_>)) -> (Vec<usize>, bool) {
        let mut starts = Vec::new();
        let used = self.take(tree, 0, &mut starts, seen);
        starts.push(used);
        (starts, used == tree.len())
    }

    /// The same of a changed tree; `base` is what this gave for its base.
    pub(super) fn changed(
        &mut self,
        base: &[usize],
        change: &Change<'_>,
        seen: &mut dyn FnMut(Seen<'_>),
    ) -> (Vec<usize>, bool) {
        let mut starts = Vec::with_capacity(base.len() + 1);
        self.begun.clear();
        let mut at = 0;
        // Most copies stand in the order in which they stood.
        let mut next = 0;
        for piece in change.pieces() {
            let (Piece::Copy(_, run) | Piece::Insert(run)) = piece;
            let mut used = 0;
            if !self.begun.is_empty() {
                let start = at - self.begun.len();
                let Some(taken) = self.complete(run) else {
                    at += run.len();
                    continue;
                };
                seen(Seen::New(start, &self.begun));
                self.begun.clear();
                starts.push(start);
                used = taken;
            }
            if let Piece::Copy(from, _) = piece {
                let first = order::partition_point_near(base, next, |&start| start < from + used);
                next = first;
                if base.get(first) == Some(&(from + used)) {
                    let is_whole = |&end: &usize| end <= from + run.len();
                    next = order::partition_point_near(base, first + 1, is_whole);
                    let known = &base[first..next - 1];
                    starts.extend(known.iter().map(|start| start - from + at));
                    seen(Seen::Kept(from + used..base[next - 1], at + used));
                    used = base[next - 1] - from;
                }
            }
            used += self.take(&run[used..], at + used, &mut starts, seen);
            self.nul = memchr::memchr(0, &run[used..]);
            self.begun.extend_from_slice(&run[used..]);
            at += run.len();
        }
        starts.push(at - self.begun.len());
        (starts, self.begun.is_empty())
    }

    /// Takes entries off the front of `bytes`, which stand at `at` of their tree, and gives how many bytes they are.
    fn take(
        &self,
        bytes: &[u8],
        at: usize,
        starts: &mut Vec<usize>,
        seen: &mut dyn FnMut(Seen<'_>),
    ) -> usize {
        let mut used = 0;
        while let Some(nul) = memchr::memchr(0, &bytes[used..]) {
            let end = used + nul + 1 + self.hash_len;
            let Some(entry) = bytes.get(used..end) else {
                break;
            };
            seen(Seen::New(at + used, entry));
            starts.push(at + used);
            used = end;
        }
        used
    }

    /// Takes what the begun entry lacks off the front of `run`: how many bytes, or `None` where it is not enough.
    fn complete(&mut self, run: &[u8]) -> Option<usize> {
        let before = self.begun.len();
        self.nul = self
            .nul
            .or_else(|| memchr::memchr(0, run).map(|nul| before + nul));
        let taken = match self.nul {
            Some(nul) => (nul + 1 + self.hash_len).saturating_sub(before),
            None => usize::MAX,
        };
        match run.get(..taken) {
            Some(lacking) => {
                self.begun.extend_from_slice(lacking);
                Some(taken)
            }
            None => {
                self.begun.extend_from_slice(run);
                None
            }
        }
    }
}
