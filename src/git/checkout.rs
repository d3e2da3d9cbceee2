//! A blob out of the work tree, where the file there is still what was staged.
//!
//! In: a blob's name and its path. Out: its bytes, if the file at the path hashes to that very name. Hashing takes a sixth
//! of the time of inflating; whatever does not match is read from the object database.

use std::fs;
use std::path::Path;

use bstr::ByteSlice;

use super::Oid;
use super::hash::{Algorithm, Kind};

/// A smaller blob is inflated in less time than a second file takes to open.
const MIN_BYTES: u64 = 256 << 10;

/// The bytes of the blob `oid`, if the file at `path` below `work_dir` holds them.
///
/// The file need not be the staged one: it can be edited since, converted by a filter, unreadable or gone. None of that is
/// an error here.
pub(super) fn read(work_dir: &Path, path: &[u8], oid: &Oid) -> Option<Vec<u8>> {
    let file = work_dir.join(path.to_path().ok()?);
    // Looked at before it is opened: opening a named pipe waits for ever.
    let metadata = fs::symlink_metadata(&file).ok()?;
    if !metadata.is_file() || metadata.len() < MIN_BYTES {
        return None;
    }
    let bytes = fs::read(&file).ok()?;
    (Algorithm::of(oid).name(Kind::Blob, &bytes) == *oid).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_bytes_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let large = vec![b'x'; 300 << 10];
        let oid = Algorithm::Sha1.name(Kind::Blob, &large);
        assert_eq!(read(folder.path(), b"a", &oid), None, "there is no file");
        fs::write(folder.path().join("a"), &large).unwrap();
        assert_eq!(read(folder.path(), b"a", &oid), Some(large.clone()));
        fs::write(folder.path().join("a"), [&large[..], b"y"].concat()).unwrap();
        assert_eq!(read(folder.path(), b"a", &oid), None, "it was edited");
        fs::write(folder.path().join("a"), b"x").unwrap();
        let small = Algorithm::Sha1.name(Kind::Blob, b"x");
        assert_eq!(read(folder.path(), b"a", &small), None, "it is small");
    }
}
