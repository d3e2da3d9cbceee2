//! Which entry of a pack is a delta of which.
//!
//! In: a pack and its index. Out: the entries in the order in which they stand, and for each the deltas made of it,
//! so that a walk from the roots inflates every entry once. Entries that no root leads to (a broken header above
//! them, a base that is nowhere, deltas of each other in a ring) are named, never dropped.

use std::ops::Range;

use super::entry::{self, Shape};
use super::{Failure, Oid, Pack, PackError};
use crate::parallel;

/// Fewer headers are read before a thread has started.
const WORTH_A_THREAD: usize = 1 << 13;

/// Stands for "no entry".
const NONE: u32 = u32::MAX;

/// The entries of a pack as trees of deltas; a node is named by its place in the order of offsets.
///
/// A long history has millions of them: 24 bytes each, and 32 for a moment. What else an entry's header says is read again.
#[derive(Debug)]
pub(super) struct Forest {
    /// Where each entry begins in the pack.
    offsets: Vec<u64>,
    /// The position of each in the index.
    positions: Vec<u32>,
    /// CRC-32 of each entry as the index has it: there they stand in the order of names, each in a cache line of its own.
    checksums: Vec<u32>,
    /// Where each node's children begin in `children`; one more than there are nodes.
    first_child: Vec<u32>,
    children: Vec<u32>,
    /// Whole objects, and deltas whose base is not in this pack.
    roots: Vec<u32>,
    /// Entries that cannot be reached.
    failures: Vec<Failure>,
}

/// What the headers of some nodes say.
#[derive(Debug, Default)]
struct Part {
    bases: Vec<u32>,
    /// Empty where the index has none.
    checksums: Vec<u32>,
    roots: Vec<u32>,
    failures: Vec<Failure>,
}

impl Forest {
    /// Reads every entry's header, on `jobs` threads.
    ///
    /// # Errors
    /// [`PackError::BadPack`] where the index does not fit the pack.
    pub(super) fn new(pack: &Pack, jobs: usize) -> Result<Self, PackError> {
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
            checksums: Vec::new(),
            first_child: Vec::new(),
            children: Vec::new(),
            roots: Vec::new(),
            failures: Vec::new(),
        };
        let bases = forest.bases(pack, jobs);
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

    /// Whether `entry`, that of `node`, is what the index was made of; version 1 cannot tell.
    pub(super) fn is_intact(&self, node: u32, entry: &[u8]) -> bool {
        let stated = self.checksums.get(node as usize);
        stated.is_none_or(|&stated| libdeflater::crc32(entry) == stated)
    }

    /// Where the entry of `node` stands in the pack.
    pub(super) fn range(&self, node: u32, pack: &Pack) -> Range<u64> {
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
    fn bases(&mut self, pack: &Pack, jobs: usize) -> Vec<u32> {
        let len = self.len().div_ceil(jobs.max(1)).max(WORTH_A_THREAD);
        let starts: Vec<usize> = (0..self.len()).step_by(len).collect();
        let parts = parallel::map(&starts, 1, |&start| {
            let end = self.len().min(start + len);
            self.bases_of(index(start)..index(end), pack)
        });
        let mut bases = Vec::with_capacity(self.len());
        self.checksums.reserve_exact(self.len());
        for part in parts {
            bases.extend(part.bases);
            self.checksums.extend(part.checksums);
            self.roots.extend(part.roots);
            self.failures.extend(part.failures);
        }
        bases
    }

    /// Each entry's header is in a cache line of its own, so that this waits for memory most of the time.
    fn bases_of(&self, nodes: Range<u32>, pack: &Pack) -> Part {
        let mut part = Part::default();
        for node in nodes {
            part.checksums
                .extend(pack.index.crc32(self.position(node) as usize));
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
            part.bases.push(base.ok().flatten().unwrap_or(NONE));
            match base {
                Ok(Some(_)) => {}
                Ok(None) => part.roots.push(node),
                Err(problem) => part.failures.push(Failure {
                    oid: pack.oid(self.position(node)),
                    problem,
                }),
            }
        }
        part
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

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Made, Run, delta};
    use super::*;

    /// More entries than one thread reads: deltas of the entry before, of one far before, and one of nothing.
    #[test]
    fn any_number_of_threads_makes_the_same_forest() {
        let count = 2 * WORTH_A_THREAD + 100;
        let entries: Vec<Made> = (0..count)
            .map(|at| match at % 4 {
                1 | 2 => Made::OffsetDelta(at - 1, delta(1, &[Run::Copy(0, 1)])),
                3 if at > 9_000 => Made::OffsetDelta(at - 9_000, delta(1, &[Run::Copy(0, 1)])),
                _ if at + 8 == count => Made::Raw(vec![0x50; 20]),
                _ => Made::Whole(3, b"x".to_vec()),
            })
            .collect();
        let pack = testing::open(&testing::files(&entries)).expect("it opens");
        let one = Forest::new(&pack, 1).expect("it can be read");
        assert_eq!(one.checksums.len(), count);
        assert!(!one.failures.is_empty());
        assert!(one.roots.len() < count / 2 && one.children.len() > count / 2);
        for jobs in [0, 2, 3, 64] {
            let other = Forest::new(&pack, jobs).expect("it can be read");
            assert_eq!(one.roots, other.roots, "{jobs}");
            assert_eq!(one.children, other.children, "{jobs}");
            assert_eq!(one.first_child, other.first_child, "{jobs}");
            assert_eq!(one.checksums, other.checksums, "{jobs}");
            assert_eq!(one.failures, other.failures, "{jobs}");
        }
    }
}
