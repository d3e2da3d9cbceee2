//! Loose objects, read without libgit2.
//!
//! In: the object directories and a name. Out: the object, its kind, size and hash checked, or "not loose". What a
//! commit adds has just been written by `git add` and is nearly always loose. libdeflate inflates twice as fast as zlib,
//! and libgit2 1.9 never comes back from a loose object that is cut short.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::PathBuf;

use flate2::{Decompress, FlushDecompress};
use libdeflater::{DecompressionError, Decompressor};

use super::alternates::Alternates;
use super::hash::{Algorithm, Kind};
use super::{GitError, Oid};

/// The first try's room for the inflated object: most source files fit, and need no second try.
const FIRST_TRY_BYTES: usize = 64 * 1024;

/// Nothing deflates to less than a thousandth.
const MAX_EXPANSION: u64 = 1_100;

/// Longer headers are not git's: a word, a space, a 64-bit number and a NUL.
const HEADER_MAX_BYTES: usize = 32;

/// Reads the object `oid` from one of `directories`; `None` where none has it.
///
/// # Errors
/// [`GitError`] where one has it and it is unreadable or damaged.
pub(super) fn read(
    directories: &[PathBuf],
    oid: &Oid,
) -> Result<Option<(Kind, Vec<u8>)>, GitError> {
    for path in paths(directories, oid) {
        match fs::read(&path) {
            Ok(deflated) => return inflate(&deflated, oid).map(Some),
            Err(error) if is_absent(&error) => {}
            Err(source) => return Err(GitError::ReadLoose { oid: *oid, source }),
        }
    }
    Ok(None)
}

/// Where the object `oid` would be.
pub(super) fn paths(directories: &[PathBuf], oid: &Oid) -> impl Iterator<Item = PathBuf> {
    let hex = oid.to_string();
    let path = move |directory: &PathBuf| directory.join(&hex[..2]).join(&hex[2..]);
    directories.iter().map(path)
}

/// The size that the header of the object `oid` states; a hint, from the first kilobyte of its file.
pub(super) fn size(directories: &[PathBuf], oid: &Oid) -> Option<u64> {
    let mut head = Vec::new();
    paths(directories, oid)
        .find_map(|path| File::open(path).ok())?
        .take(1024)
        .read_to_end(&mut head)
        .ok()?;
    let (_, size, _) = stated(&head)?;
    u64::try_from(size).ok()
}

/// Whether the object `oid` states a size of more than `max_bytes`. The length of its file rules that out for most.
pub(super) fn is_larger(directories: &[PathBuf], oid: &Oid, max_bytes: usize) -> bool {
    let max = max_bytes as u64;
    let file = paths(directories, oid).find_map(|path| fs::metadata(path).ok());
    file.is_some_and(|file| file.len() > max / MAX_EXPANSION)
        && size(directories, oid).is_some_and(|size| size > max)
}

/// Kind, size and the header's length, as the first bytes of a deflated object state them.
pub(super) fn stated(deflated: &[u8]) -> Option<(Kind, usize, usize)> {
    let mut room = [0; 2 * HEADER_MAX_BYTES];
    let mut inflater = Decompress::new(true);
    let inflated = inflater.decompress(deflated, &mut room, FlushDecompress::None);
    inflated.ok()?;
    header(&room)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn inflate(deflated: &[u8], oid: &Oid) -> Result<(Kind, Vec<u8>), GitError> {
    let damaged = |what| GitError::DamagedObject { oid: *oid, what };
    let mut object = inflated(deflated).ok_or(damaged("it cannot be inflated"))?;
    let (kind, size, header_len) =
        header(&object).ok_or(damaged("its header cannot be understood"))?;
    if object.len() - header_len != size {
        return Err(damaged("its size is not as its header says"));
    }
    if Algorithm::of(oid).sum(&[&object]) != *oid {
        return Err(damaged("its content does not match its name"));
    }
    object.drain(..header_len);
    Ok((kind, object))
}

/// Header and content. libdeflate must be given room for all of it, and only the header says how much that is.
fn inflated(deflated: &[u8]) -> Option<Vec<u8>> {
    let mut inflater = Decompressor::new();
    let mut room = vec![0; FIRST_TRY_BYTES];
    loop {
        match inflater.zlib_decompress(deflated, &mut room) {
            Ok(len) => {
                room.truncate(len);
                return Some(room);
            }
            Err(DecompressionError::BadData) => return None,
            // What was inflated before the room was full starts with the header. That is only a hint: the object is
            // checked as a whole afterwards, and without a hint the room is doubled.
            Err(DecompressionError::InsufficientSpace) => {
                let hint = header(&room).and_then(|(_, size, len)| size.checked_add(len));
                let wanted = hint
                    .filter(|wanted| *wanted > room.len())
                    .unwrap_or(room.len().checked_mul(2)?);
                // A greater size is a lie, and not worth the memory.
                if wanted as u64 / MAX_EXPANSION > deflated.len() as u64 {
                    return None;
                }
                room = vec![0; wanted];
            }
        }
    }
}

/// Kind, size and the header's length, from `KIND SIZE NUL`.
fn header(object: &[u8]) -> Option<(Kind, usize, usize)> {
    let nul = memchr::memchr(0, &object[..object.len().min(HEADER_MAX_BYTES)])?;
    let (kind, size) = std::str::from_utf8(&object[..nul]).ok()?.split_once(' ')?;
    if !size.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((
        Kind::from_name(kind.as_bytes())?,
        size.parse().ok()?,
        nul + 1,
    ))
}

/// The object directories that `info/alternates` of `directory` names, and theirs in turn; relative ones start at the
/// directory that names them.
///
/// # Errors
/// [`GitError::ReadFile`] where such a file is there and cannot be read.
///
/// Source: <https://git-scm.com/docs/gitrepository-layout#Documentation/gitrepository-layout.txt-objectsinfoalternates>
pub(super) fn add_alternates(directories: &mut Vec<PathBuf>) -> Result<(), GitError> {
    let mut next = 0;
    while next < directories.len() {
        let file = directories[next].join("info").join("alternates");
        let listed = match fs::read(&file) {
            Ok(listed) => listed,
            Err(error) if is_absent(&error) => Vec::new(),
            Err(source) => return Err(GitError::ReadFile { path: file, source }),
        };
        for path in Alternates::parse_file(&listed).directories {
            let path = directories[next].join(path);
            // Without this two that name each other would go round for ever under ever longer names.
            let path = path.canonicalize().unwrap_or(path);
            if !directories.contains(&path) {
                directories.push(path);
            }
        }
        next += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use libdeflater::{CompressionLvl, Compressor};

    use super::*;

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut deflater = Compressor::new(CompressionLvl::default());
        let mut deflated = vec![0; deflater.zlib_compress_bound(bytes.len())];
        let len = deflater.zlib_compress(bytes, &mut deflated).unwrap();
        deflated.truncate(len);
        deflated
    }

    fn content(len: usize) -> Vec<u8> {
        let bytes = (0..251_u8).flat_map(|byte| [byte; 7]).cycle();
        bytes.take(len).collect()
    }

    fn object(content: &[u8]) -> (Oid, Vec<u8>) {
        let mut whole = format!("blob {}\0", content.len()).into_bytes();
        whole.extend_from_slice(content);
        (Algorithm::Sha1.name(Kind::Blob, content), deflate(&whole))
    }

    #[test]
    fn the_header_tells_the_size_without_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        for len in [0, 1, 1_000, 700_000] {
            let content = content(len);
            let (oid, deflated) = object(&content);
            let hex = oid.to_string();
            fs::create_dir_all(folder.path().join(&hex[..2])).unwrap();
            fs::write(folder.path().join(&hex[..2]).join(&hex[2..]), deflated).unwrap();
            let directories = [folder.path().to_path_buf()];
            assert_eq!(size(&directories, &oid), Some(len as u64));
        }
    }

    #[test]
    fn objects_of_every_size_come_back() {
        for len in [0, 1, 1000, FIRST_TRY_BYTES - 11, FIRST_TRY_BYTES, 3_000_000] {
            let content = content(len);
            let (oid, deflated) = object(&content);
            let (kind, read) = inflate(&deflated, &oid).unwrap();
            assert!(kind == Kind::Blob && read == content, "{len}");
        }
    }

    #[test]
    fn a_run_of_one_byte_is_no_lie() {
        let (oid, deflated) = object(&vec![b'a'; 50_000_000]);
        assert_eq!(inflate(&deflated, &oid).unwrap().1.len(), 50_000_000);
    }

    #[test]
    fn every_cut_and_flip_is_noticed() {
        let (oid, deflated) = object(b"token = os.environ[\"HF_TOKEN\"]\n");
        for len in 0..deflated.len() {
            assert!(inflate(&deflated[..len], &oid).is_err(), "cut at {len}");
        }
        for at in 0..deflated.len() {
            let mut flipped = deflated.clone();
            flipped[at] ^= 0x20;
            if let Ok((_, content)) = inflate(&flipped, &oid) {
                assert_eq!(
                    content, b"token = os.environ[\"HF_TOKEN\"]\n",
                    "flip at {at}"
                );
            }
        }
    }

    #[test]
    fn a_header_that_lies_is_refused() {
        for whole in [
            &b"blob 9\0abc"[..],
            b"blob +3\0abc",
            b"bolb 3\0abc",
            b"blob 3abc",
            b"blob 99999999999999999999999\0abc",
        ] {
            let oid = Algorithm::Sha1.sum(&[whole]);
            assert!(inflate(&deflate(whole), &oid).is_err());
        }
    }

    #[test]
    fn absent_is_not_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let (oid, deflated) = object(b"x");
        let directories = [folder.path().join("none"), folder.path().to_path_buf()];
        assert!(read(&directories, &oid).unwrap().is_none());
        let hex = oid.to_string();
        fs::create_dir(folder.path().join(&hex[..2])).unwrap();
        fs::write(folder.path().join(&hex[..2]).join(&hex[2..]), deflated).unwrap();
        assert_eq!(read(&directories, &oid).unwrap().unwrap().1, b"x");
    }

    #[test]
    fn alternates_are_followed_and_circles_end() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
        for (from, to) in [(&a, "../b"), (&b, "../a\n# note\n\n/elsewhere/none")] {
            fs::create_dir_all(from.join("info")).unwrap();
            fs::write(from.join("info/alternates"), to).unwrap();
        }
        let [a, b] = [a, b].map(|path| path.canonicalize().unwrap());
        let mut directories = vec![a.clone()];
        assert!(add_alternates(&mut directories).is_ok());
        assert_eq!(directories, [a, b, PathBuf::from("/elsewhere/none")]);
    }
}
