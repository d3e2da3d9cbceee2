//! One entry of a pack: what its header says, and its bytes inflated.
//!
//! In: the bytes from one entry's offset to the next one's. Out: kind, size, what it is a delta of, and its data. A
//! problem is told as a phrase; the caller knows the object's name.
//! Source: <https://git-scm.com/docs/gitformat-pack>, "pack-*.pack files have the following format".

use libdeflater::{DecompressionError, Decompressor};

use super::Kind;

/// What an entry holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape<'a> {
    /// A whole object.
    Whole(Kind),
    /// A delta of the entry that begins this many bytes before.
    OffsetDelta(u64),
    /// A delta of the object with this name.
    NameDelta(&'a [u8]),
}

/// A parsed entry header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header<'a> {
    pub(super) shape: Shape<'a>,
    /// Inflated size in bytes: the object's, or the delta's.
    pub(super) size: usize,
    /// Where the compressed data begin.
    pub(super) len: usize,
}

/// DEFLATE makes at most 258 bytes of two bits; whatever claims more is not its output.
/// Source: <https://www.zlib.net/zlib_tech.html>, "Maximum Compression Factor".
const MAX_EXPANSION: usize = 1032;

const TRUNCATED: &str = "its header is cut short";

/// Reads the header at the start of `entry`.
pub(super) fn header(entry: &[u8], hash_len: usize) -> Result<Header<'_>, &'static str> {
    let mut bytes = entry.iter().copied();
    let first = bytes.next().ok_or(TRUNCATED)?;
    let mut size = u64::from(first & 15);
    let mut shift = 4;
    let mut last = first;
    while last & 0x80 != 0 {
        last = bytes.next().ok_or(TRUNCATED)?;
        let bits = u64::from(last & 0x7f);
        if shift > 57 || bits << shift >> shift != bits {
            return Err("its size does not fit 64 bits");
        }
        size |= bits << shift;
        shift += 7;
    }
    let shape = match first >> 4 & 7 {
        1 => Shape::Whole(Kind::Commit),
        2 => Shape::Whole(Kind::Tree),
        3 => Shape::Whole(Kind::Blob),
        4 => Shape::Whole(Kind::Tag),
        6 => Shape::OffsetDelta(distance(&mut bytes)?),
        7 => {
            let at = entry.len() - bytes.len();
            let name = entry.get(at..at + hash_len).ok_or(TRUNCATED)?;
            bytes.nth(hash_len - 1);
            Shape::NameDelta(name)
        }
        _ => return Err("its type is none that git knows"),
    };
    let len = entry.len() - bytes.len();
    let size = usize::try_from(size).map_err(|_| "its size does not fit this machine")?;
    check_size(size, entry.len() - len)?;
    Ok(Header { shape, size, len })
}

/// Whether `compressed_len` bytes can inflate to `size`.
pub(super) fn check_size(size: usize, compressed_len: usize) -> Result<(), &'static str> {
    if size / MAX_EXPANSION > compressed_len {
        return Err("its size is more than its data can hold");
    }
    Ok(())
}

/// The offset encoding of OFS deltas: each further byte adds one before it shifts.
fn distance(bytes: &mut impl Iterator<Item = u8>) -> Result<u64, &'static str> {
    let mut last = bytes.next().ok_or(TRUNCATED)?;
    let mut distance = u64::from(last & 0x7f);
    while last & 0x80 != 0 {
        last = bytes.next().ok_or(TRUNCATED)?;
        if distance >= 1 << 56 {
            return Err("the distance to its base does not fit 64 bits");
        }
        distance = (distance + 1) << 7 | u64::from(last & 0x7f);
    }
    Ok(distance)
}

/// Inflates `compressed` into `out`, which it must fill.
pub(super) fn inflate(
    inflater: &mut Decompressor,
    compressed: &[u8],
    out: &mut [u8],
) -> Result<(), &'static str> {
    match inflater.zlib_decompress(compressed, out) {
        Ok(written) if written == out.len() => Ok(()),
        Ok(_) => Err("it is shorter than its header says"),
        Err(DecompressionError::InsufficientSpace) => Err("it is longer than its header says"),
        Err(DecompressionError::BadData) => Err("its compressed data are damaged"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_distances_of_several_bytes_are_read() {
        // 0x95 = more, commit, 5; 0x0a = 10 << 4.
        let padding = [0; 4];
        let whole = [&[0x95, 0x0a][..], &padding].concat();
        assert_eq!(
            header(&whole, 20),
            Ok(Header {
                shape: Shape::Whole(Kind::Commit),
                size: 165,
                len: 2
            })
        );
        // The example of git's documentation: 0x80 0x00 is 128.
        let delta = [&[0x61, 0x80, 0x00][..], &padding].concat();
        assert_eq!(
            header(&delta, 20).map(|header| (header.shape, header.len)),
            Ok((Shape::OffsetDelta(128), 3))
        );
        let named = [&[0x71][..], &[7; 20], &padding].concat();
        assert_eq!(
            header(&named, 20).map(|header| (header.shape, header.len)),
            Ok((Shape::NameDelta(&[7; 20]), 21))
        );
    }

    #[test]
    fn bent_headers_are_refused() {
        for entry in [
            &[][..],
            &[0x95],
            &[0x01, 0],
            &[0x51, 0],
            &[
                0xb0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0,
            ],
            &[0x61, 0x80],
            &[
                0x61, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
            ],
            &[0x71, 1, 2, 3],
            &[0xb0, 0xff, 0xff, 0x7f, 1, 2, 3],
        ] {
            assert!(header(entry, 20).is_err(), "{entry:x?}");
        }
    }

    #[test]
    fn the_inflated_size_must_be_the_one_stated() {
        let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
        let text = b"a text, a text, a text";
        let mut compressed = vec![0; compressor.zlib_compress_bound(text.len())];
        let len = compressor
            .zlib_compress(text, &mut compressed)
            .expect("it has room");
        compressed.truncate(len);
        let mut inflater = Decompressor::new();
        let mut out = vec![1; text.len()];
        assert_eq!(inflate(&mut inflater, &compressed, &mut out), Ok(()));
        assert_eq!(out, text);
        for size in [0, text.len() - 1, text.len() + 1] {
            assert!(inflate(&mut inflater, &compressed, &mut vec![0; size]).is_err());
        }
        for at in 0..len {
            let mut flipped = compressed.clone();
            flipped[at] ^= 0x10;
            assert!(inflate(&mut inflater, &flipped, &mut out).is_err() || out == text);
            assert!(inflate(&mut inflater, &compressed[..at], &mut out).is_err());
        }
    }
}
