//! Every object of a pack, each inflated once.
//!
//! In: a [`Pack`] and a [`Visitor`] for each thread. Out: calls of the visitor, and [`Walked`], which accounts for
//! every entry. Roots are shared out among the threads; below a root the walk is depth-first on a stack of its own,
//! so that a chain of any length costs no call stack, and the texts it holds are few (see `put_heaviest_last`).

use crate::{order, parallel};
use std::sync::atomic::{AtomicUsize, Ordering};

use libdeflater::Decompressor;

use super::delta::{self, Instruction, make_room};
use super::entry::{self, Header, Shape};
use super::forest::Forest;
use super::progress::{Progress, Walked};
use super::visit::{Change, Name, Object, Visitor};
use super::{Failure, Kind, Oid, Pack, PackError};

/// How much a walk may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Threads.
    pub jobs: usize,
    /// Bytes of texts held at a time, by all threads together.
    pub max_bytes: usize,
}

/// Finds an object outside of the pack that is walked, as the base of a delta that names one.
pub type Resolve<'a> = dyn Fn(&Oid) -> Result<(Kind, Vec<u8>), &'static str> + Sync + 'a;

/// Visits every object of `pack`, one visitor a thread.
///
/// # Errors
/// [`PackError`] where the pack as a whole is unusable, and whatever a visitor gives up with.
pub fn walk<V: Visitor<Error: From<PackError>> + Send>(
    pack: &Pack,
    limits: Limits,
    resolve: &Resolve<'_>,
    progress: &Progress,
    visitors: &mut [V],
) -> Result<Walked, V::Error> {
    let (checked, forest) = parallel::both(|| pack.check(), || Forest::new(pack, limits.jobs));
    checked?;
    let forest = forest?;
    let share = Share {
        pack,
        forest: &forest,
        resolve,
        progress,
        next_root: AtomicUsize::new(0),
        max_bytes: limits.max_bytes / visitors.len().max(1),
    };
    let mut walked = Walked {
        failures: forest.failures().to_vec(),
        ..Walked::default()
    };
    let ended = std::thread::scope(|scope| {
        let threads: Vec<_> = visitors
            .iter_mut()
            .map(|visitor| scope.spawn(|| Walker::new(&share, visitor).run()))
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect::<Vec<_>>()
    });
    for part in ended {
        let part = part?;
        walked.visited += part.visited;
        walked.passed_over += part.passed_over;
        walked.failures.extend(part.failures);
        walked.too_large.extend(part.too_large);
    }
    order::sort(&mut walked.failures);
    order::sort_by(&mut walked.too_large, |a, b| a.0.cmp(&b.0));
    let told = walked.visited + walked.passed_over;
    let accounted = told + (walked.failures.len() + walked.too_large.len()) as u64;
    if accounted != forest.len() as u64 && !progress.is_stopped() {
        return Err(pack.bad("not every object of it was reached").into());
    }
    Ok(walked)
}

/// What the threads of a walk have in common.
struct Share<'a> {
    pack: &'a Pack,
    forest: &'a Forest,
    resolve: &'a Resolve<'a>,
    progress: &'a Progress,
    next_root: AtomicUsize,
    /// Bytes of texts that one thread may hold.
    max_bytes: usize,
}

/// Objects that a thread visits before it tells of them.
const REPORTED_AT_ONCE: u64 = 64;

/// Roots that a thread takes at a time.
const BATCH: usize = 8;

/// Bytes of buffers that a thread keeps for the next texts; new memory costs a page fault for every 4 KB of it.
const KEPT_BYTES: usize = 4 << 20;

/// One thread of a walk.
struct Walker<'a, V: Visitor> {
    share: &'a Share<'a>,
    visitor: &'a mut V,
    inflater: Decompressor,
    delta: Vec<u8>,
    instructions: Vec<Instruction>,
    spare: Vec<Vec<u8>>,
    /// Bytes of these.
    spare_bytes: usize,
    stack: Vec<Frame<V::State>>,
    /// Bytes of the texts on the stack.
    held: usize,
    walked: Walked,
    /// How many visited objects the progress knows of.
    reported: u64,
}

/// An object whose deltas are being visited.
struct Frame<S> {
    node: u32,
    next_child: usize,
    text: Vec<u8>,
    state: S,
}

/// Why a node and what is below it is not visited.
enum Unread {
    Damaged(&'static str),
    TooLarge(Kind),
}

impl From<&'static str> for Unread {
    fn from(problem: &'static str) -> Self {
        Self::Damaged(problem)
    }
}

impl<'a, V: Visitor> Walker<'a, V> {
    fn new(share: &'a Share<'a>, visitor: &'a mut V) -> Self {
        Self {
            share,
            visitor,
            inflater: Decompressor::new(),
            delta: Vec::new(),
            instructions: Vec::new(),
            spare: Vec::new(),
            spare_bytes: 0,
            stack: Vec::new(),
            held: 0,
            walked: Walked::default(),
            reported: 0,
        }
    }

    fn run(mut self) -> Result<Walked, V::Error> {
        let roots = self.share.forest.roots();
        let progress = self.share.progress;
        loop {
            let start = self.share.next_root.fetch_add(BATCH, Ordering::Relaxed);
            if start >= roots.len() || progress.is_stopped() {
                self.report();
                return Ok(self.walked);
            }
            for &root in &roots[start..roots.len().min(start + BATCH)] {
                if let Err(error) = self.tree(root) {
                    progress.stop.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
    }

    /// Tells how far the walk is. Not of each object: the threads would wait for each other.
    fn report(&mut self) {
        let visited = self.walked.visited - self.reported;
        let objects = &self.share.progress.objects;
        objects.fetch_add(visited, Ordering::Relaxed);
        self.reported = self.walked.visited;
    }

    fn tree(&mut self, root: u32) -> Result<(), V::Error> {
        let forest = self.share.forest;
        // A delta is of the kind of its base.
        let shape = self.share.header(root).map(|header| header.shape);
        if let Ok(Shape::Whole(kind)) = shape
            && !self.visitor.wants(kind)
        {
            self.walked.passed_over += forest.subtree(root).len() as u64;
            return Ok(());
        }
        let (kind, frame) = match self.root(root) {
            Ok((object, text)) => (object.kind, self.enter_root(root, &object, text)?),
            Err(unread) => {
                self.give_up(root, &unread);
                return Ok(());
            }
        };
        self.stack.extend(frame);
        while let Some(mut top) = self.stack.pop() {
            if self.walked.visited - self.reported >= REPORTED_AT_ONCE {
                self.report();
                if self.share.progress.is_stopped() {
                    self.stack.clear();
                    return Ok(());
                }
            }
            let children = self.share.forest.children(top.node);
            let Some(&child) = children.get(top.next_child) else {
                self.release(top.text);
                continue;
            };
            top.next_child += 1;
            let entered = self.delta(child, kind, &top.text, &top.state)?;
            if top.next_child == children.len() {
                self.release(top.text);
            } else {
                self.stack.push(top);
            }
            self.stack.extend(entered);
        }
        Ok(())
    }

    /// The object at a root; for a delta of an object outside of the pack, that object.
    fn root(&mut self, root: u32) -> Result<(Object<'a>, Vec<u8>), Unread> {
        let Share { pack, forest, .. } = self.share;
        let (header, data) = self.share.entry(root)?;
        let kind = match header.shape {
            Shape::Whole(kind) => kind,
            Shape::OffsetDelta(_) => return Err(Unread::Damaged("its base is nowhere")),
            Shape::NameDelta(name) => {
                let base = Oid::from_bytes(name).ok_or("its base has no name")?;
                let (kind, text) = (self.share.resolve)(&base)?;
                return Ok((Object::new(base, kind), text));
            }
        };
        if header.size > self.share.max_bytes {
            return Err(Unread::TooLarge(kind));
        }
        let mut text = self.spare();
        make_room(&mut text, header.size);
        // What stands in it is left over, and need not be cleared first.
        text.resize(header.size, 0);
        entry::inflate(&mut self.inflater, data, &mut text)?;
        let name = Name::Position(pack, forest.position(root));
        Ok((Object { kind, name }, text))
    }

    fn enter_root(
        &mut self,
        root: u32,
        object: &Object<'_>,
        text: Vec<u8>,
    ) -> Result<Option<Frame<V::State>>, V::Error> {
        let state = self.visitor.whole(object, &text)?;
        let shape = self.share.header(root).map(|header| header.shape);
        if !matches!(shape, Ok(Shape::Whole(_))) {
            return self.delta(root, object.kind, &text, &state);
        }
        self.walked.visited += 1;
        self.held += text.len();
        Ok(Some(Frame {
            node: root,
            next_child: 0,
            text,
            state,
        }))
    }

    /// Visits one delta; gives its frame if there are deltas of it in turn.
    fn delta(
        &mut self,
        node: u32,
        kind: Kind,
        base: &[u8],
        base_state: &V::State,
    ) -> Result<Option<Frame<V::State>>, V::Error> {
        let (delta_len, len) = match self.decode(node, kind, base.len()) {
            Ok(lens) => lens,
            Err(unread) => {
                self.give_up(node, &unread);
                return Ok(None);
            }
        };
        let Share { pack, forest, .. } = self.share;
        let mut text = self.spare();
        let mut change = Change {
            base,
            delta: &self.delta[..delta_len],
            instructions: &self.instructions,
            len,
            text: &mut text,
            applied: false,
        };
        let name = Name::Position(pack, forest.position(node));
        let state = self
            .visitor
            .delta(&Object { kind, name }, base_state, &mut change)?;
        self.walked.visited += 1;
        let has_children = !forest.children(node).is_empty();
        if has_children {
            change.text();
        }
        if self.delta.len() > KEPT_BYTES {
            self.delta = Vec::new();
        }
        self.held += text.len();
        if has_children {
            return Ok(Some(Frame {
                node,
                next_child: 0,
                text,
                state,
            }));
        }
        self.release(text);
        Ok(None)
    }

    /// Inflates a delta and reads its instructions; gives its own length and that of the text that it makes.
    fn decode(&mut self, node: u32, kind: Kind, base_len: usize) -> Result<(usize, usize), Unread> {
        let (header, data) = self.share.entry(node)?;
        let delta_len = header.size;
        if delta_len > self.share.max_bytes {
            return Err(Unread::TooLarge(kind));
        }
        if self.delta.len() < delta_len {
            self.delta.resize(delta_len, 0);
        }
        let delta = &mut self.delta[..delta_len];
        entry::inflate(&mut self.inflater, data, delta)?;
        let len = delta::decode(delta, base_len, &mut self.instructions)?;
        if self.held.saturating_add(len) > self.share.max_bytes {
            return Err(Unread::TooLarge(kind));
        }
        Ok((delta_len, len))
    }

    /// A buffer with whatever is left over in it.
    fn spare(&mut self) -> Vec<u8> {
        let spare = self.spare.pop().unwrap_or_default();
        self.spare_bytes -= spare.capacity();
        spare
    }

    fn release(&mut self, text: Vec<u8>) {
        self.held -= text.len();
        if self.spare_bytes + text.capacity() <= KEPT_BYTES {
            self.spare_bytes += text.capacity();
            self.spare.push(text);
        }
    }

    /// Writes down that `node` and everything below it was not visited.
    fn give_up(&mut self, node: u32, unread: &Unread) {
        let Share { pack, forest, .. } = self.share;
        for below in forest.subtree(node) {
            let oid = pack.oid(forest.position(below));
            match unread {
                Unread::TooLarge(kind) => self.walked.too_large.push((oid, *kind)),
                Unread::Damaged(problem) => self.walked.failures.push(Failure {
                    oid,
                    problem: if below == node {
                        problem
                    } else {
                        "it is a delta of an object that cannot be read"
                    },
                }),
            }
        }
    }
}

impl<'a> Share<'a> {
    /// What the header of an entry says.
    fn header(&self, node: u32) -> Result<Header<'a>, &'static str> {
        let entry = self.pack.entry(self.forest.range(node, self.pack))?;
        entry::header(entry, self.pack.hash_len())
    }

    /// The same and its compressed data, after its bytes were compared with the index's checksum.
    fn entry(&self, node: u32) -> Result<(Header<'a>, &'a [u8]), &'static str> {
        let entry = self.pack.entry(self.forest.range(node, self.pack))?;
        if !self.forest.is_intact(node, entry) {
            return Err("its bytes in the pack are not those that were indexed");
        }
        let header = entry::header(entry, self.pack.hash_len())?;
        let data = entry.get(header.len..).ok_or("its header is cut short")?;
        Ok((header, data))
    }
}
