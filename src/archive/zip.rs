//! The files of a zip archive: wheels, PyTorch's and NumPy's files, office documents, exports of chats.
//!
//! In: the archive. Out: the name of each file and where it is packed, or why it cannot be read. The central directory is read; what it
//! does not name is told as unread. Sizes and places of 64 bits are understood, and so is an archive behind a program.
//!
//! Source: <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>

use crate::order;
use std::borrow::Cow;

use bstr::ByteSlice as _;
use libdeflater::{Decompressor, crc32};

use super::UNKNOWN_METHOD;
use super::room::{MOST_PER_BYTE, Room};
use super::stream::{self, Form};

/// The record at the archive's end, without its comment.
const END_BYTES: usize = 22;

/// The same of zip64, without what may follow, and the record that says where it is.
const END64_BYTES: usize = 56;
const LOCATOR_BYTES: usize = 20;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END64: &[u8] = b"PK\x06\x06";
const LOCATOR: &[u8] = b"PK\x06\x07";

/// A field that says "elsewhere".
const ELSEWHERE: usize = u32::MAX as usize;

const DAMAGED: &str = "a damaged zip archive; pack it anew";

/// A file of an archive.
pub(super) struct Entry<'a> {
    pub(super) name: &'a [u8],
    pub(super) packed: Result<Packed<'a>, &'static str>,
}

/// The bytes of a file as they stand in the archive.
#[derive(Clone, Copy)]
pub(super) struct Packed<'a> {
    bytes: &'a [u8],
    size: usize,
    crc: usize,
    method: Method,
    /// Where its header begins, and where its bytes end.
    span: (usize, usize),
}

/// How a file is packed.
#[derive(Clone, Copy)]
enum Method {
    Stored,
    Deflated,
    Other(Form),
}

/// Whether `bytes` are a zip archive, or what is left of one. A text that begins with `PK` is none.
pub(super) fn is_zip(bytes: &[u8]) -> bool {
    if bytes.starts_with(LOCAL) {
        is_local_header(bytes) || Directory::of(bytes).is_some()
    } else if bytes.starts_with(END) {
        bytes
            .get(..END_BYTES)
            .is_some_and(|end| bytes.len() == END_BYTES + short(end, 20))
    } else {
        // Behind a program, without a comment: anything else that happens to end so is no archive.
        let end = bytes.len().saturating_sub(END_BYTES);
        bytes[end..].starts_with(END) && Directory::of(bytes).is_some_and(|it| it.start < it.end)
    }
}

/// Whether a file that begins so may be a program with an archive behind it. An archive holds NUL bytes, so that of a text
/// without any only two bytes are shown here.
pub(super) fn may_be_prefix(head: &[u8]) -> bool {
    head.len() > 2
        && (head.starts_with(b"#!") || head.starts_with(b"MZ") || head.starts_with(b"\x7fELF"))
}

/// Whether the header is one that some program may have written: a version, a method and a name.
fn is_local_header(bytes: &[u8]) -> bool {
    bytes.len() >= 30
        && bytes[4] <= 63
        && bytes[5] <= 20
        && matches!(short(bytes, 8), 0..=20 | 93..=99)
        && bytes
            .get(30..30 + short(bytes, 26))
            .is_some_and(|name| !name.is_empty() && name.find_byte(0).is_none())
}

/// Where the central directory stands.
struct Directory {
    start: usize,
    end: usize,
    count: usize,
    /// How many bytes stand before the archive, which its figures do not know of.
    shift: usize,
}

impl Directory {
    fn of(bytes: &[u8]) -> Option<Self> {
        // A comment of 65,535 bytes may follow, in which the signature may stand too.
        let from = bytes
            .len()
            .saturating_sub(END_BYTES + usize::from(u16::MAX));
        let tail = &bytes[from..];
        let mut ends = tail.rfind_iter(END).map(|at| from + at);
        ends.find_map(|end| Self::ending_at(bytes, end))
    }

    fn ending_at(bytes: &[u8], at: usize) -> Option<Self> {
        let record = bytes.get(at..at + END_BYTES)?;
        let (mut end, mut count) = (at, short(record, 10));
        let (mut len, mut start) = (long(record, 12), long(record, 16));
        let locator = at.checked_sub(LOCATOR_BYTES);
        let locator = locator.filter(|&locator| bytes[locator..].starts_with(LOCATOR));
        if let Some(locator) = locator {
            let told = longer(bytes, locator + 8);
            let beside = locator.checked_sub(END64_BYTES);
            let is_record = |at: &usize| {
                bytes
                    .get(*at..locator)
                    .is_some_and(|record| record.len() >= END64_BYTES && record.starts_with(END64))
            };
            end = told.into_iter().chain(beside).find(is_record)?;
            count = longer(bytes, end + 32)?;
            len = longer(bytes, end + 40)?;
            start = longer(bytes, end + 48)?;
        }
        let is_directory = |start: usize| count == 0 || bytes[start..].starts_with(CENTRAL);
        let beside = end.checked_sub(len).filter(|&start| is_directory(start));
        if let Some(found) = beside {
            let shift = found.checked_sub(start)?;
            return Some(Self {
                start: found,
                end,
                count,
                shift,
            });
        }
        let is_whole = start.checked_add(len).is_some_and(|told| told <= end);
        (is_whole && is_directory(start)).then_some(Self {
            start,
            end,
            count,
            shift: 0,
        })
    }
}

/// The files, and why that may not be all; no more of them than `max`.
pub(super) fn entries(bytes: &[u8], max: usize) -> (Vec<Entry<'_>>, Option<&'static str>) {
    let Some(directory) = Directory::of(bytes) else {
        return (Vec::new(), Some(DAMAGED));
    };
    let mut entries = Vec::new();
    let mut count = 0_usize;
    let mut at = directory.start;
    let mut problem = None;
    while let Some(header) = bytes
        .get(at..directory.end)
        .filter(|rest| rest.len() >= 46 && rest.starts_with(CENTRAL))
    {
        let (name_len, extra_len) = (short(header, 28), short(header, 30));
        let fields = header
            .get(46..46 + name_len)
            .zip(header.get(46 + name_len..46 + name_len + extra_len));
        let Some((name, extra)) = fields else {
            break;
        };
        if count == max {
            problem = Some("more files than are read here; unpack it first");
            break;
        }
        count += 1;
        at += 46 + name_len + extra_len + short(header, 32);
        entries.push(Entry {
            name,
            packed: packed(bytes, header, extra, directory.shift),
        });
    }
    // A directory without zip64 counts to 65,535 and begins anew.
    if problem.is_none() && count & 0xffff != directory.count & 0xffff {
        problem = Some(DAMAGED);
    }
    let strays = lay_out(bytes, &mut entries, directory.start);
    entries.retain(|entry| {
        let is_folder = entry.name.ends_with(b"/");
        !(is_folder && entry.packed.as_ref().is_ok_and(|packed| packed.size == 0))
    });
    (entries, problem.or(strays))
}

/// Refuses entries that share bytes: so a small archive becomes a huge one. Says whether there are files that no entry names.
fn lay_out(bytes: &[u8], entries: &mut [Entry<'_>], end: usize) -> Option<&'static str> {
    let mut spans: Vec<(usize, usize)> = entries
        .iter()
        .filter_map(|entry| Some(entry.packed.as_ref().ok()?.span))
        .collect();
    order::sort(&mut spans);
    spans.dedup();
    let mut shared = Vec::new();
    let mut last = (0, 0);
    for &span in &spans {
        if span.0 < last.1 {
            shared.extend([last, span]);
        }
        if span.1 > last.1 {
            last = span;
        }
    }
    if !shared.is_empty() {
        order::sort(&mut shared);
        for entry in &mut *entries {
            let span = entry.packed.as_ref().ok().map(|packed| packed.span);
            if span.is_some_and(|span| shared.binary_search(&span).is_ok()) {
                entry.packed =
                    Err("it shares its bytes with another file of a zip archive; pack it anew");
            }
        }
        return None;
    }
    let is_whole = entries.iter().all(|entry| entry.packed.is_ok());
    let mut at = 0;
    for (start, next) in spans.into_iter().chain([(end, end)]) {
        let gap = bytes.get(at..start).unwrap_or_default();
        // After the data of a file its sizes may stand once more, and nothing else.
        if is_whole
            && at > 0
            && gap
                .find(LOCAL)
                .is_some_and(|at| is_local_header(&gap[at..]))
        {
            return Some("it holds a file that its directory does not name; unpack it first");
        }
        at = next;
    }
    None
}

fn packed<'a>(
    bytes: &'a [u8],
    header: &[u8],
    extra: &[u8],
    shift: usize,
) -> Result<Packed<'a>, &'static str> {
    if short(header, 8) & (1 | 1 << 6) != 0 {
        return Err("it is encrypted; unpack it first");
    }
    let mut wide = wide_fields(extra);
    let mut field = |at| match long(header, at) {
        ELSEWHERE => wide.next().ok_or(DAMAGED),
        near => Ok(near),
    };
    // In this order they stand in the extra field.
    let (size, packed_len, local) = (field(24)?, field(20)?, field(42)?);
    let method = match short(header, 10) {
        0 => Method::Stored,
        8 => Method::Deflated,
        12 => Method::Other(Form::Bzip2),
        14 => Method::Other(Form::LzmaInZip(size)),
        20 | 93 => Method::Other(Form::Zstd),
        95 => Method::Other(Form::Xz),
        _ => return Err(UNKNOWN_METHOD),
    };
    let local = local.checked_add(shift).ok_or(DAMAGED)?;
    let head = local
        .checked_add(30)
        .and_then(|end| bytes.get(local..end))
        .filter(|head| head.starts_with(LOCAL))
        .ok_or(DAMAGED)?;
    let start = local + 30 + short(head, 26) + short(head, 28);
    let end = start.checked_add(packed_len).ok_or(DAMAGED)?;
    let packed = bytes.get(start..end).ok_or(DAMAGED)?;
    let is_possible = match method {
        Method::Stored => size == packed_len,
        Method::Deflated => size / MOST_PER_BYTE <= packed_len,
        Method::Other(_) => true,
    };
    if !is_possible {
        return Err(DAMAGED);
    }
    Ok(Packed {
        bytes: packed,
        size,
        crc: long(header, 16),
        method,
        span: (local, end),
    })
}

/// The numbers of 64 bits in an extra field.
fn wide_fields(mut extra: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let mut wide: &[u8] = &[];
    while extra.len() >= 4 {
        let len = short(extra, 2);
        let field = extra.get(4..4 + len).unwrap_or(&extra[4..]);
        if short(extra, 0) == 1 {
            wide = field;
        }
        extra = extra.get(4 + len..).unwrap_or_default();
    }
    wide.chunks_exact(8).filter_map(|field| longer(field, 0))
}

impl<'a> Packed<'a> {
    /// The file, if there is `room`; else why not. What is stored as it is takes none. `going_on` is called now and then.
    pub(super) fn unpack(
        &self,
        room: &mut Room,
        going_on: &mut dyn FnMut(),
    ) -> Result<Cow<'a, [u8]>, &'static str> {
        let out = match self.method {
            Method::Stored => return Ok(Cow::Borrowed(self.bytes)),
            Method::Deflated => {
                room.holds(self.size, 0)?;
                let mut out = vec![0; self.size];
                let len = Decompressor::new()
                    .deflate_decompress(self.bytes, &mut out)
                    .map_err(|_| DAMAGED)?;
                room.take(len);
                out.truncate(len);
                out
            }
            Method::Other(form) => {
                room.holds(self.size, 0)?;
                stream::unpack(form, self.bytes, room, going_on)?
            }
        };
        match out.len() == self.size && u32::try_from(self.crc) == Ok(crc32(&out)) {
            true => Ok(Cow::Owned(out)),
            false => Err(DAMAGED),
        }
    }
}

fn short(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
}

fn long(bytes: &[u8], at: usize) -> usize {
    short(bytes, at) | short(bytes, at + 2) << 16
}

/// A number of 64 bits; `None` where it is cut short, or is no place in memory.
fn longer(bytes: &[u8], at: usize) -> Option<usize> {
    let field = bytes.get(at..)?.first_chunk::<8>()?;
    usize::try_from(u64::from_le_bytes(*field)).ok()
}
