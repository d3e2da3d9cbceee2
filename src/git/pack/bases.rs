//! Texts that deltas were just applied to: whoever reads one version of a file is likely to read the next.
//!
//! In: texts by the place of their entry. Out: the same, for as long as there is room. Bounded in bytes: texts are kept
//! in two generations, and the older one is dropped when the younger is full.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Kind;

/// What a delta can be applied to.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) kind: Kind,
    pub(super) text: Vec<u8>,
}

/// Which pack of those at hand, and where in it an entry begins.
pub(super) type At = (usize, u64);

/// Threads seldom meet at one of so many locks.
const SHARDS: usize = 8;

/// Bytes of texts in one generation of one shard; a larger text is not kept.
const GENERATION_BYTES: usize = 4 << 20;

/// Recent bases; threads share them.
#[derive(Debug, Default)]
pub(super) struct Bases([Mutex<Shard>; SHARDS]);

#[derive(Debug, Default)]
struct Shard {
    young: HashMap<At, Arc<Base>>,
    old: HashMap<At, Arc<Base>>,
    young_bytes: usize,
}

impl Bases {
    pub(super) fn find(&self, at: At) -> Option<Arc<Base>> {
        let mut shard = self.shard(at);
        if let Some(base) = shard.young.get(&at) {
            return Some(Arc::clone(base));
        }
        let base = shard.old.remove(&at)?;
        shard.keep(at, &base);
        Some(base)
    }

    pub(super) fn keep(&self, at: At, base: &Arc<Base>) {
        if base.text.len() <= GENERATION_BYTES {
            self.shard(at).keep(at, base);
        }
    }

    /// A thread that panicked has left whole entries only.
    fn shard(&self, (_, offset): At) -> std::sync::MutexGuard<'_, Shard> {
        // The low bits of offsets are as good as random.
        let [.., low] = offset.to_be_bytes();
        self.0[usize::from(low) % SHARDS]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    fn keep(&mut self, at: At, base: &Arc<Base>) {
        if self.young_bytes + base.text.len() > GENERATION_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        if self.young.insert(at, Arc::clone(base)).is_none() {
            self.young_bytes += base.text.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(len: usize) -> Arc<Base> {
        Arc::new(Base {
            kind: Kind::Blob,
            text: vec![1; len],
        })
    }

    fn held(bases: &Bases) -> usize {
        let bytes = |map: &HashMap<At, Arc<Base>>| -> usize {
            map.values().map(|base| base.text.len()).sum()
        };
        bases
            .0
            .iter()
            .map(|shard| shard.lock().expect("nobody panicked"))
            .map(|shard| bytes(&shard.young) + bytes(&shard.old))
            .sum()
    }

    #[test]
    fn what_was_asked_for_lately_is_kept_and_the_rest_dropped() {
        let bases = Bases::default();
        bases.keep((0, 8), &base(10));
        for offset in 2..2_000 {
            bases.keep((0, offset * 8), &base(100_000));
            assert!(bases.find((0, 8)).is_some(), "asked for all the time");
        }
        assert!(bases.find((0, 16)).is_none(), "never asked for again");
        assert!(bases.find((1, 8)).is_none(), "another pack's");
        assert!(held(&bases) <= 2 * GENERATION_BYTES);
    }

    #[test]
    fn a_text_that_fills_everything_is_not_kept() {
        let bases = Bases::default();
        bases.keep((0, 8), &base(GENERATION_BYTES + 1));
        assert!(bases.find((0, 8)).is_none());
        bases.keep((0, 8), &base(GENERATION_BYTES));
        assert!(bases.find((0, 8)).is_some());
    }
}
