//! Objects by name, from wherever they are, each checked against its name.
//!
//! In: a name and the kind it must have. Out: its bytes. Loose files are tried first, then libgit2's object database or,
//! where libgit2 cannot read the repository, git.

use std::path::PathBuf;

use super::door::Door;
use super::hash::{Algorithm, Kind};
use super::{GitError, Oid, loose};

/// The repository's objects; any thread may ask.
#[derive(Debug)]
pub(super) struct Objects {
    directories: Vec<PathBuf>,
}

impl Objects {
    /// Those in `directories` and their alternates.
    ///
    /// # Errors
    /// [`GitError::ReadFile`] where a list of alternates cannot be read.
    pub(super) fn new(mut directories: Vec<PathBuf>) -> Result<Self, GitError> {
        loose::add_alternates(&mut directories)?;
        Ok(Self { directories })
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
    /// [`GitError`] where it is missing or damaged.
    pub(super) fn any(&self, door: &Door, oid: &Oid) -> Result<(Kind, Vec<u8>), GitError> {
        if let Some(object) = loose::read(&self.directories, oid)? {
            return Ok(object);
        }
        let algorithm = Algorithm::of(oid);
        // git knows these two without having them.
        for kind in [Kind::Blob, Kind::Tree] {
            if algorithm.name(kind, b"") == *oid {
                return Ok((kind, Vec::new()));
            }
        }
        let (kind, content) = door
            .read_packed(oid)?
            .ok_or(GitError::MissingObject { oid: *oid })?;
        if algorithm.name(kind, &content) == *oid {
            Ok((kind, content))
        } else {
            Err(GitError::DamagedObject {
                oid: *oid,
                what: "its content does not match its name",
            })
        }
    }
}
