//! Objects by name, from wherever they are, each checked against its name.
//!
//! In: a name and the kind it must have. Out: its bytes. Loose files and packs are read by our own code; what neither
//! has is asked of git, which has the last word on what is missing.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::door::Door;
use super::hash::{Algorithm, Kind};
use super::pack::{Listed, PackError, Packs, Unread};
use super::{GitError, Oid, loose};

/// An object's kind and bytes.
type Object = (Kind, Vec<u8>);

/// The repository's objects; any thread may ask.
#[derive(Debug)]
pub(super) struct Objects {
    directories: Vec<PathBuf>,
    packs: Packs,
    /// Whether the object read last was a packed one: the next is looked for there first. Of what a clone has brought
    /// nothing is loose, of what was just staged everything, and each look in the wrong place is a system call.
    packs_first: AtomicBool,
}

impl Objects {
    /// Those in `directories` and their alternates.
    ///
    /// # Errors
    /// [`GitError::ReadFile`] where a list of alternates cannot be read.
    pub(super) fn new(mut directories: Vec<PathBuf>) -> Result<Self, GitError> {
        loose::add_alternates(&mut directories)?;
        Ok(Self {
            packs: Packs::new(&directories),
            directories,
            packs_first: AtomicBool::new(false),
        })
    }

    /// Where they are.
    pub(super) fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// The object `oid`, which must be a `kind`.
    ///
    /// # Errors
    /// [`GitError`] where it is missing, damaged or of another kind.
    pub(super) fn read(&self, door: &Door, oid: &Oid, kind: Kind) -> Result<Vec<u8>, GitError> {
        let (found, content) = self.any(door, oid)?;
        if found == kind {
            Ok(content)
        } else {
            Err(GitError::DamagedObject {
                oid: *oid,
                what: "it is of another kind than it is used as",
            })
        }
    }

    /// The size of a loose object's content in bytes, as its header says; `None` where that cannot be had.
    pub(super) fn loose_size(&self, oid: &Oid) -> Option<u64> {
        loose::size(&self.directories, oid)
    }

    /// The object `oid` and its kind.
    ///
    /// # Errors
    /// [`GitError`] where it is missing or damaged; a sound copy elsewhere makes up for a damaged one.
    pub(super) fn any(&self, door: &Door, oid: &Oid) -> Result<Object, GitError> {
        let packs_first = self.packs_first.load(Ordering::Relaxed);
        let first = self.in_one_place(oid, packs_first);
        if let Ok(Some(object)) = first {
            return Ok(object);
        }
        let second = self.in_one_place(oid, !packs_first);
        if let Ok(Some(object)) = second {
            self.packs_first.store(!packs_first, Ordering::Relaxed);
            return Ok(object);
        }
        let algorithm = Algorithm::of(oid);
        // git knows these two without having them.
        for kind in [Kind::Blob, Kind::Tree] {
            if algorithm.name(kind, b"") == *oid {
                return Ok((kind, Vec::new()));
            }
        }
        // While we looked, it may have been packed, or its pack replaced by another.
        if let Some(listed) = self
            .packs
            .listed_anew()
            .map_err(|error| refused(Arc::new(error)))?
            && let Some(object) = self.packed(&listed, oid)?
        {
            return Ok(object);
        }
        if let (Ok(None), Ok(None)) = (&first, &second) {
            return self.asked_of_git(door, oid);
        }
        Err(first
            .and(second)
            .err()
            .unwrap_or(GitError::MissingObject { oid: *oid }))
    }

    fn in_one_place(&self, oid: &Oid, packed: bool) -> Result<Option<Object>, GitError> {
        if packed {
            let listed = self
                .packs
                .listed()
                .map_err(|error| refused(Arc::new(error)))?;
            self.packed(&listed, oid)
        } else {
            loose::read(&self.directories, oid)
        }
    }

    fn packed(&self, listed: &Listed, oid: &Oid) -> Result<Option<Object>, GitError> {
        let is_sound = |kind, content: &[u8]| Algorithm::of(oid).name(kind, content) == *oid;
        self.packs
            .read(listed, oid, is_sound)
            .map_err(|unread| match unread {
                Unread::Damaged(what) => GitError::DamagedObject { oid: *oid, what },
                Unread::Pack(error) => refused(error),
            })
    }

    /// There may be places that only git knows.
    fn asked_of_git(&self, door: &Door, oid: &Oid) -> Result<Object, GitError> {
        let (kind, content) = door
            .read(oid)?
            .ok_or(GitError::MissingObject { oid: *oid })?;
        if Algorithm::of(oid).name(kind, &content) == *oid {
            Ok((kind, content))
        } else {
            Err(GitError::DamagedObject {
                oid: *oid,
                what: "its content does not match its name",
            })
        }
    }
}

fn refused(error: Arc<PackError>) -> GitError {
    GitError::ReadPacks { source: error }
}
