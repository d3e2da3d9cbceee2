//! A file of the repository as bytes, without copying it: the one place with `unsafe` memory maps.
//!
//! The index of a large repository has tens of megabytes, of which a commit looks at all names but few of the rest;
//! its packs have hundreds, which several threads read out of order.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

/// A file's bytes.
#[derive(Debug)]
pub(super) enum Bytes {
    /// Mapped.
    Map(Mmap),
    /// In memory.
    Owned(Vec<u8>),
}

impl Bytes {
    /// Maps the file at `path`.
    ///
    /// # Errors
    /// Those of opening and mapping it.
    pub(super) fn map(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file",
            ));
        }
        // SAFETY: the map is read-only and private. git never writes into an index: it writes a new file and renames
        // it over the old one, so the mapped bytes stay. Packs and their indexes it never changes, only unlinks. Should another program cut the file short all the same, the
        // system ends this process with SIGBUS: a hook that dies blocks the commit.
        #[expect(unsafe_code, reason = "a read-only memory map")]
        let map = unsafe { Mmap::map(&file)? };
        Ok(Self::Map(map))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Map(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_file_reads_like_a_read_one() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"DIRC and more").unwrap();
        assert_eq!(&*Bytes::map(file.path()).unwrap(), b"DIRC and more");
        std::fs::write(file.path(), b"").unwrap();
        assert_eq!(&*Bytes::map(file.path()).unwrap(), b"");
    }

    #[test]
    fn what_is_no_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Bytes::map(folder.path()).is_err());
        assert!(Bytes::map(&folder.path().join("absent")).is_err());
    }
}
