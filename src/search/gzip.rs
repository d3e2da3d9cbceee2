//! A gzip file, whole.
//!
//! In: its bytes. Out: what all of its members hold, or why not. libdeflate does not say where a member ends: it ends before the next
//! header, or the end of the file, whose trailer has the size and the checksum of what was unpacked.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc1952>

use bstr::ByteSlice as _;
use libdeflater::{Decompressor, crc32};

/// How a member begins.
pub(super) const MAGIC: &[u8] = b"\x1f\x8b\x08";

/// Header and trailer of the shortest member.
const MIN_BYTES: usize = 18;

/// The contents of `bytes`, no more than `max_bytes` of them; else why not.
pub(super) fn inflate(bytes: &[u8], max_bytes: usize) -> Result<Vec<u8>, &'static str> {
    let mut all = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        // Zeros fill the last block of a tape.
        if !all.is_empty() && rest.iter().all(|&byte| byte == 0) {
            break;
        }
        let (out, end) = member(rest, max_bytes.saturating_sub(all.len()))?;
        all.extend_from_slice(&out);
        rest = &rest[end..];
    }
    Ok(all)
}

/// What the first member of `bytes` holds, and where it ends.
fn member(bytes: &[u8], max_bytes: usize) -> Result<(Vec<u8>, usize), &'static str> {
    let mut problem = "a damaged gzip file";
    let next_headers = bytes
        .find_iter(MAGIC)
        .filter(|at| *at >= MIN_BYTES)
        .chain([bytes.len()]);
    for end in next_headers {
        let Some((_, trailer)) = bytes[..end].split_last_chunk::<8>() else {
            continue;
        };
        let [a, b, c, d, size @ ..] = *trailer;
        let size = usize::try_from(u32::from_le_bytes(size)).unwrap_or(usize::MAX);
        if size > max_bytes {
            problem = "it unpacks to more than is read here; unpack it first";
            continue;
        }
        let mut out = vec![0; size];
        let unpacked = Decompressor::new().gzip_decompress(bytes, &mut out);
        if unpacked == Ok(size) && crc32(&out) == u32::from_le_bytes([a, b, c, d]) {
            return Ok((out, end));
        }
    }
    Err(problem)
}
