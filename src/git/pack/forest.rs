//! Which entry of a pack is a delta of which.
//!
//! In: a pack and its index. Out: the entries in the order in which they stand, and for each the deltas made of it,
//! so that a walk from the roots inflates every entry once. Entries that no root leads to (a broken header above
//! them, a base that is nowhere, deltas of each other in a ring) are named, never dropped.

use super::entry::{self, Shape};
use super::{Failure, Kind, Oid, Pack, PackError};

/// Stands for "no entry".
const NONE: u32 = u32::MAX;

/// An entry, as far as the walk must know it before it inflates it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Where the entry begins in the pack.
    pub(super) offset: u64,
    /// Inflated size of the object or the delta, in bytes.
    pub(super) size: usize,
    /// Position in the index.
    pub(super) position: u32,
    base: u32,
    /// Length of the header, in bytes.
    pub(super) header_len: u8,
    /// `None` for a delta.
    pub(super) kind: Option<Kind>,
}

/// The entries of a pack as trees of deltas; a node is named by its place in the order of offsets.
#[derive(Debug)]
pub(super) struct Forest {
    nodes: Vec<Node>,
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
        let mut order = pack.offsets()?;
        order.sort_unstable();
        if !order.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(pack.bad("its index names one offset twice"));
        }
        if order
            .first()
            .is_some_and(|&(offset, _)| offset != Pack::HEADER_LEN)
        {
            return Err(pack.bad("its index leaves out its first entry"));
        }
        let mut forest = Self {
            nodes: Vec::with_capacity(order.len()),
            first_child: Vec::new(),
            children: Vec::new(),
            roots: Vec::new(),
            failures: Vec::new(),
        };
        let mut named = Vec::new();
        for (node, &(offset, position)) in order.iter().enumerate() {
            let end = order.get(node + 1).map_or(pack.end(), |next| next.0);
            forest.add(pack, offset..end, position, &mut named);
        }
        forest.resolve(pack, &order, &named);
        forest.link();
        forest.name_unreached(pack);
        forest.put_heaviest_last();
        Ok(forest)
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn node(&self, node: u32) -> &Node {
        &self.nodes[node as usize]
    }

    /// Where the entry after `node` begins.
    pub(super) fn end(&self, node: u32, pack: &Pack) -> u64 {
        self.nodes
            .get(node as usize + 1)
            .map_or(pack.end(), |next| next.offset)
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

    fn add(
        &mut self,
        pack: &Pack,
        range: std::ops::Range<u64>,
        position: u32,
        named: &mut Vec<(u32, Oid)>,
    ) {
        let offset = range.start;
        let mut node = Node {
            offset,
            size: 0,
            position,
            base: NONE,
            header_len: 0,
            kind: None,
        };
        let place = index(self.nodes.len());
        let parsed = pack
            .entry(range)
            .and_then(|bytes| entry::header(bytes, pack.hash_len()));
        match parsed.and_then(|header| {
            node.size = header.size;
            node.header_len = u8::try_from(header.len).map_err(|_| "its header is too long")?;
            match header.shape {
                Shape::Whole(kind) => {
                    node.kind = Some(kind);
                    self.roots.push(place);
                }
                Shape::OffsetDelta(distance) => node.base = self.before(offset, distance)?,
                Shape::NameDelta(name) => {
                    let base = Oid::from_bytes(name).ok_or("its base has no name")?;
                    named.push((place, base));
                }
            }
            Ok(())
        }) {
            Ok(()) => {}
            Err(problem) => self.failures.push(Failure {
                oid: pack.oid(position),
                problem,
            }),
        }
        self.nodes.push(node);
    }

    /// The node `distance` bytes before `offset`: near the end, as a rule, so the search gallops back from there.
    fn before(&self, offset: u64, distance: u64) -> Result<u32, &'static str> {
        const NO_ENTRY: &str = "there is no entry where its base should begin";
        let wanted = match offset.checked_sub(distance) {
            Some(wanted) if distance > 0 => wanted,
            _ => return Err(NO_ENTRY),
        };
        let mut low = self.nodes.len();
        let mut step = 16;
        while low > 0 && self.nodes[low - 1].offset >= wanted {
            low = low.saturating_sub(step);
            step *= 2;
        }
        let high = self.nodes.len().min(low + step);
        self.nodes[low..high]
            .binary_search_by_key(&wanted, |node| node.offset)
            .map(|at| index(low + at))
            .map_err(|_| NO_ENTRY)
    }

    /// Bases given by name: in this pack, or else roots whose base the object database must give.
    fn resolve(&mut self, pack: &Pack, order: &[(u64, u32)], named: &[(u32, Oid)]) {
        for (node, base) in named {
            let found = pack
                .index_offset(base)
                .and_then(|offset| order.binary_search_by_key(&offset, |entry| entry.0).ok());
            match found {
                Some(base) => self.nodes[*node as usize].base = index(base),
                None => self.roots.push(*node),
            }
        }
        self.roots.sort_unstable();
    }

    fn link(&mut self) {
        let mut starts = vec![0_u32; self.nodes.len() + 1];
        for node in self.nodes.iter().filter(|node| node.base != NONE) {
            starts[node.base as usize + 1] += 1;
        }
        for node in 0..self.nodes.len() {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        self.children = vec![0; starts[self.nodes.len()] as usize];
        for (node, parsed) in self.nodes.iter().enumerate() {
            if parsed.base != NONE {
                let slot = &mut next[parsed.base as usize];
                self.children[*slot as usize] = index(node);
                *slot += 1;
            }
        }
        self.first_child = starts;
    }

    /// Without deltas by name and broken headers every base stands before its deltas, and every node is reached.
    fn name_unreached(&mut self, pack: &Pack) {
        let in_order =
            |(node, parsed): (usize, &Node)| parsed.base == NONE || (parsed.base as usize) < node;
        if self.failures.is_empty() && self.nodes.iter().enumerate().all(in_order) {
            return;
        }
        let mut reached = vec![false; self.nodes.len()];
        for &root in &self.roots {
            for node in self.subtree(root) {
                reached[node as usize] = true;
            }
        }
        for (node, _) in reached.iter().enumerate().filter(|(_, reached)| !**reached) {
            let parsed = self.nodes[node];
            if parsed.base != NONE {
                self.failures.push(Failure {
                    oid: pack.oid(parsed.position),
                    problem: "the objects that it is a delta of lead to no whole one",
                });
            }
        }
    }

    /// A walk that goes to the heaviest child last, and lets go of the parent before, holds at most as many texts as
    /// the logarithm of the tree's size: every other child has at most half of what is below its parent.
    fn put_heaviest_last(&mut self) {
        let mut weight = vec![1_u32; self.nodes.len()];
        // A base after its delta (only by name) gives a weight too small: the order then is worse, never wrong.
        for node in (0..self.nodes.len()).rev() {
            let base = self.nodes[node].base;
            if base != NONE {
                weight[base as usize] = weight[base as usize].saturating_add(weight[node]);
            }
        }
        for node in 0..self.nodes.len() {
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
