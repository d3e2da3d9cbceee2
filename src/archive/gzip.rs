//! A gzip file, whole.
//!
//! In: its bytes. Out: what all of its members hold, or why not. libdeflate does not say where a member ends: it ends before the next
//! header, or the end of the file or the zeros that fill it, and its trailer has the size and the checksum of what was unpacked.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc1952>

use bstr::ByteSlice as _;
use libdeflater::{Decompressor, crc32};

use super::room::{MOST_PER_BYTE, Room};

/// How a member begins.
const MAGIC: &[u8] = b"\x1f\x8b\x08";

/// Header and trailer of the shortest member.
const MIN_BYTES: usize = 18;

/// Bytes that may be unpacked for nothing, while the end of a member is looked for.
const MAX_WASTED: usize = 256 << 20;

/// What the content is called where no header says it.
pub(super) const NAMELESS: &[u8] = b"content";

const DAMAGED: &str = "a damaged gzip file; pack it anew";

/// Whether `bytes` begin with a header: no flags that mean nothing, and a level and system that some program writes.
pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    match bytes {
        [0x1f, 0x8b, 8, flags, _, _, _, _, level, system, ..] => {
            flags & 0xe0 == 0 && matches!(level, 0 | 2 | 4) && matches!(system, 0..=13 | 255)
        }
        _ => false,
    }
}

/// The name that the header gives to what is packed.
pub(super) fn name(bytes: &[u8]) -> &[u8] {
    let Some(&flags) = bytes.get(3) else {
        return NAMELESS;
    };
    let mut rest = bytes.get(10..).unwrap_or_default();
    if flags & 4 != 0 {
        let [a, b, after @ ..] = rest else {
            return NAMELESS;
        };
        let len = usize::from(u16::from_le_bytes([*a, *b]));
        rest = after.get(len..).unwrap_or_default();
    }
    match rest.split_once_str("\0") {
        Some((name, _)) if flags & 8 != 0 && !name.is_empty() => name,
        _ => NAMELESS,
    }
}

/// The contents of `bytes`, if there is `room`; else why not.
pub(super) fn inflate(bytes: &[u8], room: &mut Room) -> Result<Vec<u8>, &'static str> {
    let mut all = Vec::new();
    let mut rest = bytes;
    let mut wasted = 0;
    while !rest.is_empty() {
        if !all.is_empty() && rest.iter().all(|&byte| byte == 0) {
            break;
        }
        let (out, end) = member(rest, all.len(), room, &mut wasted)?;
        room.take(out.len());
        if all.is_empty() {
            all = out;
        } else {
            all.extend_from_slice(&out);
        }
        rest = &rest[end..];
    }
    Ok(all)
}

/// What the first member of `bytes` holds, and where it ends; `before` bytes were unpacked of this file.
fn member(
    bytes: &[u8],
    before: usize,
    room: &Room,
    wasted: &mut usize,
) -> Result<(Vec<u8>, usize), &'static str> {
    if !is_gzip(bytes) {
        return Err(DAMAGED);
    }
    let mut problem = DAMAGED;
    let next_headers = bytes
        .find_iter(MAGIC)
        .filter(|at| *at >= MIN_BYTES && is_gzip(&bytes[*at..]));
    // Zeros fill the last block of a tape; some of them belong to the trailer.
    let unfilled = bytes.trim_end_with(|filler| filler == '\0').len();
    let before_filler = unfilled..bytes.len().min(unfilled + 8);
    for end in next_headers.chain([bytes.len()]).chain(before_filler) {
        let Some((_, trailer)) = bytes[..end].split_last_chunk::<8>() else {
            continue;
        };
        let [a, b, c, d, size @ ..] = *trailer;
        let size = usize::try_from(u32::from_le_bytes(size)).unwrap_or(usize::MAX);
        // No bytes unpack to so many: the member does not end here.
        if size / MOST_PER_BYTE > end {
            continue;
        }
        if let Err(reason) = room.holds(size, before) {
            problem = reason;
            continue;
        }
        if *wasted > MAX_WASTED {
            break;
        }
        let mut out = vec![0; size];
        let unpacked = Decompressor::new().gzip_decompress(bytes, &mut out);
        if unpacked == Ok(size) && crc32(&out) == u32::from_le_bytes([a, b, c, d]) {
            return Ok((out, end));
        }
        // The shortest trial costs something too.
        *wasted += size.max(4_096);
    }
    Err(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_header_is_one() {
        assert!(is_gzip(b"\x1f\x8b\x08\0\0\0\0\0\0\x03"));
        assert!(is_gzip(b"\x1f\x8b\x08\x08abcd\x02\xffname\0"));
        for other in [
            &b"\x1f\x8b\x08"[..],
            b"\x1f\x8b\x08 is how gzip begins",
            b"\x1f\x8b\x07\0\0\0\0\0\0\x03",
            b"\x1f\x8b\x08\x20\0\0\0\0\0\x03",
            b"",
        ] {
            assert!(!is_gzip(other), "{other:?}");
        }
    }

    #[test]
    fn the_name_stands_behind_the_extra_field() {
        assert_eq!(name(b"\x1f\x8b\x08\x08\0\0\0\0\0\x03a.log\0rest"), b"a.log");
        assert_eq!(
            name(b"\x1f\x8b\x08\x0c\0\0\0\0\0\x03\x02\0xya.log\0"),
            b"a.log"
        );
        assert_eq!(name(b"\x1f\x8b\x08\0\0\0\0\0\0\x03rest\0"), NAMELESS);
        assert_eq!(name(b"\x1f\x8b\x08\x0c\0\0\0\0\0\x03\xff\xffx"), NAMELESS);
        assert_eq!(name(b"\x1f"), NAMELESS);
    }
}
