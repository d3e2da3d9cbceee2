//! What a walk shows: objects, whole or as a change of their base.
//!
//! A [`Change`] lets its visitor read only what is new, and puts the whole text together only on demand.

use super::delta::{self, Instruction};
use super::{Kind, Oid, Pack};

/// Sees every object.
pub trait Visitor {
    /// What it wants to know of a base when it sees a delta of it.
    type State;
    /// Why it gives up; the walk ends.
    type Error: Send;

    /// Whether it sees objects of this kind; those of others are not even inflated.
    fn wants(&self, _kind: Kind) -> bool {
        true
    }

    /// An object that is stored whole.
    ///
    /// # Errors
    /// Those of the visitor.
    fn whole(&mut self, object: &Object<'_>, text: &[u8]) -> Result<Self::State, Self::Error>;

    /// An object that is stored as a delta of one that was seen before.
    ///
    /// # Errors
    /// Those of the visitor.
    fn delta(
        &mut self,
        object: &Object<'_>,
        base: &Self::State,
        change: &mut Change<'_>,
    ) -> Result<Self::State, Self::Error>;
}

/// Which object is visited.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// What it is.
    pub kind: Kind,
    pub(super) name: Name<'a>,
}

/// Most objects are never asked for their name, and it costs a cache miss.
#[derive(Clone, Copy, Debug)]
pub(super) enum Name<'a> {
    Known(Oid),
    Position(&'a Pack, u32),
}

impl Object<'_> {
    /// An object that is not in a pack.
    #[must_use]
    pub fn new(oid: Oid, kind: Kind) -> Self {
        Self {
            kind,
            name: Name::Known(oid),
        }
    }

    /// Its name.
    #[must_use]
    pub fn oid(&self) -> Oid {
        match self.name {
            Name::Known(oid) => oid,
            Name::Position(pack, position) => pack.oid(position),
        }
    }
}

/// An object told as what it takes from its base and what is new.
#[derive(Debug)]
pub struct Change<'a> {
    pub(super) base: &'a [u8],
    pub(super) delta: &'a [u8],
    pub(super) instructions: &'a [Instruction],
    pub(super) len: usize,
    /// Holds the text once somebody has asked for it.
    pub(super) text: &'a mut Vec<u8>,
    pub(super) applied: bool,
}

/// A run of bytes of a [`Change`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Bytes that stand in the base too, at this offset.
    Copy(usize, &'a [u8]),
    /// Bytes that are new.
    Insert(&'a [u8]),
}

impl Change<'_> {
    /// Length of the text in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Length of the base in bytes.
    #[must_use]
    pub fn base_len(&self) -> usize {
        self.base.len()
    }

    /// The runs that make up the text, in order.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        self.instructions.iter().map(|instruction| {
            let run = delta::run(self.base, self.delta, instruction);
            match *instruction {
                Instruction::Copy { from, .. } => Piece::Copy(from as usize, run),
                Instruction::Insert { .. } => Piece::Insert(run),
            }
        })
    }

    /// The text, put together when it is first asked for.
    pub fn text(&mut self) -> &[u8] {
        if !self.applied {
            delta::apply(
                self.base,
                self.delta,
                self.instructions,
                self.len,
                self.text,
            );
            self.applied = true;
        }
        self.text
    }
}
