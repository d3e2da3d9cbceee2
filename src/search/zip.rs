//! The files of a zip archive, as exports of Slack, Jira and Confluence are, and office documents.
//!
//! In: the archive. Out: the name and bytes of each file, or why not. The central directory is read: what it does not name is not
//! in the archive.
//!
//! Source: <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>

use bstr::ByteSlice as _;
use libdeflater::{Decompressor, crc32};

/// The record at the archive's end, without its comment.
const END_BYTES: usize = 22;

/// A file of an archive.
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) bytes: Result<Vec<u8>, &'static str>,
}

/// Whether `bytes` begin as a zip archive does.
pub(super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Hands on each file, none of which may be larger than `max_bytes`; `false` where the archive cannot be read to its end.
pub(super) fn entries<E>(
    bytes: &[u8],
    max_bytes: usize,
    mut visit: impl FnMut(Entry) -> Result<(), E>,
) -> Result<bool, E> {
    let Some(end) = bytes
        .rfind(b"PK\x05\x06")
        .and_then(|at| bytes.get(at..at + END_BYTES))
    else {
        return Ok(false);
    };
    let count = short(end, 10);
    let mut at = long(end, 16);
    // Both are all ones where the figures stand elsewhere (zip64).
    if count == usize::from(u16::MAX) || at == ALL_ONES {
        return Ok(false);
    }
    for _ in 0..count {
        let Some(header) = bytes
            .get(at..at.saturating_add(46))
            .filter(|header| header.starts_with(b"PK\x01\x02"))
        else {
            return Ok(false);
        };
        let name_len = short(header, 28);
        let Some(name) = bytes.get(at + 46..at + 46 + name_len) else {
            return Ok(false);
        };
        if !name.ends_with(b"/") {
            visit(Entry {
                name: name.to_vec(),
                bytes: file(bytes, header, max_bytes),
            })?;
        }
        at += 46 + name_len + short(header, 30) + short(header, 32);
    }
    Ok(true)
}

/// A 32-bit field that says "elsewhere".
const ALL_ONES: usize = u32::MAX as usize;

fn file(bytes: &[u8], header: &[u8], max_bytes: usize) -> Result<Vec<u8>, &'static str> {
    const DAMAGED: &str = "a damaged zip archive";
    let (packed, size, local) = (long(header, 20), long(header, 24), long(header, 42));
    if short(header, 8) & 1 != 0 {
        return Err("it is encrypted; unpack it first");
    }
    if [packed, size, local].contains(&ALL_ONES) {
        return Err("a zip64 archive; unpack it first");
    }
    if size > max_bytes {
        return Err("it unpacks to more than is read here; unpack it first");
    }
    let head = bytes.get(local..local.saturating_add(30)).ok_or(DAMAGED)?;
    let start = local + 30 + short(head, 26) + short(head, 28);
    let data = bytes
        .get(start..start.saturating_add(packed))
        .ok_or(DAMAGED)?;
    let out = match short(header, 10) {
        0 => data.to_vec(),
        8 => {
            let mut out = vec![0; size];
            let len = Decompressor::new()
                .deflate_decompress(data, &mut out)
                .map_err(|_| DAMAGED)?;
            out.truncate(len);
            out
        }
        _ => return Err("compressed in a way that is not known here; unpack it first"),
    };
    let crc = u32::try_from(long(header, 16)).map_err(|_| DAMAGED)?;
    match out.len() == size && crc32(&out) == crc {
        true => Ok(out),
        false => Err(DAMAGED),
    }
}

fn short(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
}

fn long(bytes: &[u8], at: usize) -> usize {
    short(bytes, at) | short(bytes, at + 2) << 16
}
