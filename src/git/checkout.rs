//! A blob out of the work tree, where the file there is still what was staged.
//!
//! In: a blob's name and its path. Out: the file at the path, and whether it hashes to that very name. Hashing takes a sixth
//! of the time of inflating; whatever does not match is read from the object database.

use std::fs;
use std::path::Path;

use bstr::ByteSlice;

use super::Oid;
use super::hash::{Algorithm, Kind};

/// A smaller blob is inflated in less time than a second file takes to open.
const MIN_BYTES: u64 = 256 << 10;

/// A file that may be the blob: its bytes can be looked at while they are hashed.
#[derive(Debug)]
pub struct MaybeStaged {
    oid: Oid,
    bytes: Vec<u8>,
}

impl MaybeStaged {
    /// What the file holds.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether that is the blob. If it is not, nothing that was learnt from the bytes counts.
    #[must_use]
    pub fn is_staged(&self) -> bool {
        Algorithm::of(&self.oid).name(Kind::Blob, &self.bytes) == self.oid
    }
}

/// The file at `path` below `work_dir`, if it is large and as long as the blob `oid`.
///
/// The file need not be the staged one: it can be edited since, converted by a filter, unreadable or gone. None of that is
/// an error here. `size` gives the blob's, and is only asked where the file is large: the work tree has gigabytes where
/// git-lfs has staged a pointer.
pub(super) fn read(
    work_dir: &Path,
    path: &[u8],
    oid: &Oid,
    size: impl FnOnce() -> Option<u64>,
) -> Option<MaybeStaged> {
    let file = work_dir.join(path.to_path().ok()?);
    // Looked at before it is opened: opening a named pipe waits for ever.
    let metadata = fs::symlink_metadata(&file).ok()?;
    if !metadata.is_file() || metadata.len() < MIN_BYTES || size() != Some(metadata.len()) {
        return None;
    }
    let bytes = fs::read(&file).ok()?;
    Some(MaybeStaged { oid: *oid, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_bytes_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let large = vec![b'x'; 300 << 10];
        let oid = Algorithm::Sha1.name(Kind::Blob, &large);
        let size = Some(large.len() as u64);
        let taken = |oid: &Oid, size| {
            read(folder.path(), b"a", oid, || size)
                .filter(MaybeStaged::is_staged)
                .map(|file| file.bytes)
        };
        assert_eq!(taken(&oid, size), None, "there is no file");
        fs::write(folder.path().join("a"), &large).unwrap();
        assert_eq!(taken(&oid, size), Some(large.clone()));
        assert_eq!(taken(&oid, Some(130)), None, "the blob is a pointer to it");
        assert_eq!(taken(&oid, None), None, "nobody knows");
        fs::write(folder.path().join("a"), vec![b'y'; 300 << 10]).unwrap();
        assert_eq!(taken(&oid, size), None, "it was edited");
        fs::write(folder.path().join("a"), b"x").unwrap();
        let small = Algorithm::Sha1.name(Kind::Blob, b"x");
        assert_eq!(taken(&small, Some(1)), None, "it is small");
    }
}
