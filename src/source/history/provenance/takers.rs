//! The objects of some kinds in all packs, on all cores.
//!
//! In: the kinds, and who takes the objects, one taker a thread. A delta whose base is in another pack is rare, and left out, as is
//! what cannot be read: whoever asks for it later reads it by itself.

use super::entry::Placed;
use crate::git::pack::{self, Change, Limits, Object, PackError, Progress, Store, Visitor};
use crate::git::{Kind, Oid};

/// Takes objects.
pub(super) trait Taker: Send {
    /// Takes one; gives what it wants to know of it when it is given a change of it.
    fn take(&mut self, object: &Object<'_>, text: &[u8]) -> Option<Placed>;

    /// Takes one that is a change of another.
    fn take_changed(
        &mut self,
        object: &Object<'_>,
        _base: &Option<Placed>,
        change: &mut Change<'_>,
    ) -> Option<Placed> {
        self.take(object, change.text())
    }
}

/// Hands every object of one of `kinds` to one of `takers`.
///
/// # Errors
/// [`PackError`] where a pack as a whole cannot be read.
pub(super) fn serve<T: Taker>(
    store: &Store,
    kinds: &[Kind],
    limits: Limits,
    takers: &mut [T],
) -> Result<(), PackError> {
    let takers = takers.iter_mut().map(|taker| taker as &mut dyn Taker);
    let mut whole: Vec<Whole<'_>> = takers.map(|taker| Whole { kinds, taker }).collect();
    let resolve = |_: &Oid| Err("its base is in no pack");
    for pack in store.packs() {
        pack::walk(pack, limits, &resolve, &Progress::default(), &mut whole)?;
    }
    Ok(())
}

/// One thread's visits.
struct Whole<'a> {
    kinds: &'a [Kind],
    taker: &'a mut dyn Taker,
}

impl Visitor for Whole<'_> {
    type State = Option<Placed>;
    type Error = PackError;

    fn wants(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    fn whole(&mut self, object: &Object<'_>, text: &[u8]) -> Result<Option<Placed>, PackError> {
        Ok(self.taker.take(object, text))
    }

    fn delta(
        &mut self,
        object: &Object<'_>,
        base: &Option<Placed>,
        change: &mut Change<'_>,
    ) -> Result<Option<Placed>, PackError> {
        Ok(self.taker.take_changed(object, base, change))
    }
}
