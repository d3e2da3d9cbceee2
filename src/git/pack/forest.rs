//! Which entry of a pack is a delta of which.
//!
//! In: a pack and its index. Out: the entries in the order in which they stand, and for each the deltas made of it,
//! so that a walk from the roots inflates every entry once. Entries that no root leads to (a broken header above
//! them, a base that is nowhere, deltas of each other in a ring) are named, never dropped.

use super::entry::{self, Shape};
use super::{Failure, Oid, Pack, PackError};

/// Stands for "no entry".
const NONE: u32 = u32::MAX;

/// The entries of a pack as trees of deltas; a node is named by its place in the order of offsets.
///
/// A long history has millions of them: 20 bytes each, and 28 for a moment. What else an entry's header says is read again.
#[derive(Debug)]
pub(super) struct Forest {
    /// Where each entry begins in the pack.
    offsets: Vec<u64>,
    /// The position of each in the index.
    positions: Vec<u32>,
    /// Where each node's children begin in `children`; one more than there are nodes.
    first_child: Vec<u32>,
    children: Vec<u32>,
    /// Whole objects, and deltas whose base is not in this pack.
    roots: Vec<u32>,
    /// Entries that cannot be reached.
    failures: Vec<Failure>,
}

impl Forest {
    /// Reads every entry's header.
    ///
    /// # Errors
    /// [`PackError::BadPack`] where the index does not fit the pack.
    pub(super) fn new(pack: &Pack) -> Result<Self, PackError> {
        let (offsets, positions) = pack.order()?;
        if !offsets.is_sorted_by(|a, b| a < b) {
            return Err(pack.bad("its index names one offset twice"));
        }
        if offsets
            .first()
            .is_some_and(|&offset| offset != Pack::HEADER_LEN)
        {
            return Err(pack.bad("its index leaves out its first entry"));
        }
        let mut forest = Self {
            offsets,
            positions,
            first_child: Vec::new(),
            children: Vec::new(),
            roots: Vec::new(),
            failures: Vec::new(),
        };
        let bases = forest.bases(pack);
        forest.link(&bases);
        forest.name_unreached(pack, &bases);
        forest.put_heaviest_last(&bases);
        Ok(forest)
    }

    pub(super) fn len(&self) -> usize {
        self.offsets.len()
    }

    /// Position of `node` in the index.
    pub(super) fn position(&self, node: u32) -> u32 {
        self.positions[node as usize]
    }

    /// Where the entry of `node` stands in the pack.
    pub(super) fn range(&self, node: u32, pack: &Pack) -> std::ops::Range<u64> {
        let at = node as usize;
        let end = self.offsets.get(at + 1).copied();
        self.offsets[at]..end.unwrap_or(pack.end())
    }

    /// The deltas made of `node`; the one with the most descendants stands last.
    pub(super) fn children(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.children[self.first_child[node] as usize..self.first_child[node + 1] as usize]
    }

    pub(super) fn roots(&self) -> &[u32] {
        &self.roots
    }

    pub(super) fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// `node` and everything below it.
    pub(super) fn subtree(&self, node: u32) -> Vec<u32> {
        let mut found = vec![node];
        let mut next = 0;
        while let Some(&node) = found.get(next) {
            found.extend_from_slice(self.children(node));
            next += 1;
        }
        found
    }

    /// The base of each node, or [`NONE`]; notes the roots.
    fn bases(&mut self, pack: &Pack) -> Vec<u32> {
        let mut bases = vec![NONE; self.len()];
        for node in 0..index(self.len()) {
            let base = pack
                .entry(self.range(node, pack))
                .and_then(|entry| entry::header(entry, pack.hash_len()))
                .and_then(|header| match header.shape {
                    Shape::Whole(_) => Ok(None),
                    Shape::OffsetDelta(distance) => self.before(node, distance).map(Some),
                    // In this pack, or else a root whose base the object database must give.
                    Shape::NameDelta(name) => {
                        let base = Oid::from_bytes(name).ok_or("its base has no name")?;
                        let offset = pack.index_offset(&base);
                        let found = offset.map(|offset| self.offsets.binary_search(&offset));
                        Ok(found.and_then(Result::ok).map(index))
                    }
                });
            match base {
                Ok(Some(base)) => bases[node as usize] = base,
                Ok(None) => self.roots.push(node),
                Err(problem) => self.failures.push(Failure {
                    oid: pack.oid(self.position(node)),
                    problem,
                }),
            }
        }
        bases
    }

    /// The node `distance` bytes before that of `node`: near it, as a rule, so the search gallops back from there.
    fn before(&self, node: u32, distance: u64) -> Result<u32, &'static str> {
        const NO_ENTRY: &str = "there is no entry where its base should begin";
        let wanted = match self.offsets[node as usize].checked_sub(distance) {
            Some(wanted) if distance > 0 => wanted,
            _ => return Err(NO_ENTRY),
        };
        let mut low = node as usize;
        let mut step = 16;
        while low > 0 && self.offsets[low - 1] >= wanted {
            low = low.saturating_sub(step);
            step *= 2;
        }
        let high = (node as usize).min(low + step);
        self.offsets[low..high]
            .binary_search(&wanted)
            .map(|at| index(low + at))
            .map_err(|_| NO_ENTRY)
    }

    fn link(&mut self, bases: &[u32]) {
        let mut starts = vec![0_u32; bases.len() + 1];
        for base in bases.iter().filter(|&&base| base != NONE) {
            starts[*base as usize + 1] += 1;
        }
        for node in 0..bases.len() {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        self.children = vec![0; starts[bases.len()] as usize];
        for (node, &base) in bases.iter().enumerate() {
            if base != NONE {
                let slot = &mut next[base as usize];
                self.children[*slot as usize] = index(node);
                *slot += 1;
            }
        }
        self.first_child = starts;
    }

    /// Without deltas by name and broken headers every base stands before its deltas, and every node is reached.
    fn name_unreached(&mut self, pack: &Pack, bases: &[u32]) {
        let in_order = |(node, &base): (usize, &u32)| base == NONE || (base as usize) < node;
        if self.failures.is_empty() && bases.iter().enumerate().all(in_order) {
            return;
        }
        let mut reached = vec![false; bases.len()];
        for &root in &self.roots {
            for node in self.subtree(root) {
                reached[node as usize] = true;
            }
        }
        for (node, _) in reached.iter().enumerate().filter(|(_, reached)| !**reached) {
            if bases[node] != NONE {
                self.failures.push(Failure {
                    oid: pack.oid(self.positions[node]),
                    problem: "the objects that it is a delta of lead to no whole one",
                });
            }
        }
    }

    /// A walk that goes to the heaviest child last, and lets go of the parent before, holds at most as many texts as
    /// the logarithm of the tree's size: every other child has at most half of what is below its parent.
    fn put_heaviest_last(&mut self, bases: &[u32]) {
        let mut weight = vec![1_u32; bases.len()];
        // A base after its delta (only by name) gives a weight too small: the order then is worse, never wrong.
        for (node, &base) in bases.iter().enumerate().rev() {
            if base != NONE {
                weight[base as usize] = weight[base as usize].saturating_add(weight[node]);
            }
        }
        for node in 0..bases.len() {
            let range = self.first_child[node] as usize..self.first_child[node + 1] as usize;
            let children = &mut self.children[range];
            let heaviest = (0..children.len()).max_by_key(|&at| weight[children[at] as usize]);
            if let Some(heaviest) = heaviest {
                let last = children.len() - 1;
                children.swap(heaviest, last);
            }
        }
    }
}

/// A pack's header counts its entries in 32 bits.
fn index(node: usize) -> u32 {
    u32::try_from(node).expect("a pack holds fewer than 2^32 entries")
}
