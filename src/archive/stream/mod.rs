//! Forms of compression without names in them: bzip2, xz, LZMA and zstd, as files of their own and as methods of zip.
//!
//! In: bytes. Out: what they unpack to, or why not. None of these forms has to say how much that is, so it is unpacked in steps,
//! each held against the [`Room`]. The decoders are others', none of them C; where a file ends and what may follow is decided here.
//!
//! Sources: <https://tukaani.org/xz/xz-file-format.txt>, <https://www.rfc-editor.org/rfc/rfc8878>,
//! <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT> (5.8.8, LZMA in zip)

mod bzip2;
mod zstd;

use std::io::{self, ErrorKind, Read};

use lzma_rust2::{LzmaReader, XzReader};

use super::room::{Room, TOO_LARGE};

/// A form of compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Bzip2,
    Xz,
    Zstd,
    /// What `lzma` wrote before there was xz.
    Lzma,
    /// The same in a zip, of so many bytes: properties, and a stream that ends in one of two ways.
    LzmaInZip(usize),
}

/// Bytes that are unpacked at a time.
const STEP: usize = 64 << 10;

/// Bytes after which it is told that it goes on: a part of a second, even of bzip2.
const SIGN_OF_LIFE: usize = 8 << 20;

/// What `bytes` begin with: a header, and one that a program may have written.
pub(super) fn form(bytes: &[u8]) -> Option<Form> {
    match bytes {
        [b'B', b'Z', ..] => bzip2::is_bzip2(bytes).then_some(Form::Bzip2),
        // No flags are known but the kind of checksum; a checksum of the flags follows.
        [0xfd, b'7', b'z', b'X', b'Z', 0, 0, 0..=15, _, _, _, _, ..] => Some(Form::Xz),
        [0x28, 0xb5, ..] | [0x50..=0x5f, 0x2a, ..] => zstd::is_zstd(bytes).then_some(Form::Zstd),
        // Usual properties, whole kilobytes of dictionary, no size, and the byte with which every stream begins.
        [0x5d, 0, _, _, _, size @ ..] => size
            .starts_with(b"\xff\xff\xff\xff\xff\xff\xff\xff\0")
            .then_some(Form::Lzma),
        _ => None,
    }
}

/// Whether a file may be in one of these forms that begins with `head`, two bytes of it or more.
pub(super) fn may_begin(head: &[u8]) -> bool {
    match head {
        [b'B', b'Z', rest @ ..] => rest.first().is_none_or(|&third| third == b'h'),
        [0x50..=0x5f, 0x2a, rest @ ..] => rest.first().is_none_or(|&third| third == b'M'),
        [0xfd, b'7', ..] | [0x28, 0xb5, ..] | [0x5d, 0, ..] => true,
        _ => false,
    }
}

/// What `bytes` unpack to, if there is `room` for it; else why not. `going_on` is called now and then.
pub(super) fn unpack(
    form: Form,
    bytes: &[u8],
    room: &mut Room,
    going_on: &mut dyn FnMut(),
) -> Result<Vec<u8>, &'static str> {
    let most = room.most_of_one();
    // What a decoder may take beside what it unpacks.
    let most_kib = u32::try_from(most >> 10).unwrap_or(u32::MAX);
    match form {
        Form::Bzip2 => read(&mut bzip2::Streams::of(bytes), form, room, going_on),
        Form::Zstd => read(&mut zstd::Frames::of(bytes, most), form, room, going_on),
        Form::Xz => {
            let mut streams = XzReader::new_mem_limit(bytes, true, most_kib);
            read(&mut streams, form, room, going_on)
        }
        Form::Lzma => {
            let mut stream = LzmaReader::new_mem_limit(bytes, most_kib, None)
                .map_err(|error| told(form, &error))?;
            let all = read(&mut stream, form, room, going_on)?;
            let (after, ahead) = stream.into_parts();
            match after.is_empty() && ahead.is_empty() {
                true => Ok(all),
                false => Err(damaged(form)),
            }
        }
        Form::LzmaInZip(size) => {
            let mut stream = in_zip(bytes, size).map_err(|error| told(form, &error))?;
            read(&mut stream, form, room, going_on)
        }
    }
}

/// The stream behind a version, the number 5 and so many bytes of properties.
fn in_zip(bytes: &[u8], size: usize) -> io::Result<LzmaReader<&[u8]>> {
    let [_, _, 5, 0, properties, a, b, c, d, stream @ ..] = bytes else {
        return Err(ErrorKind::InvalidData.into());
    };
    // No more of a dictionary is in use than there is text.
    let whole = u32::try_from(size).unwrap_or(u32::MAX).max(4_096);
    let dictionary = u32::from_le_bytes([*a, *b, *c, *d]).min(whole);
    let mut stream =
        LzmaReader::new_with_props(stream, size as u64, *properties, dictionary, None)?;
    // More than was said may be hidden.
    stream.set_relaxed_end_condition(false);
    Ok(stream)
}

/// Everything that `from` gives, step by step.
fn read(
    from: &mut dyn Read,
    form: Form,
    room: &mut Room,
    going_on: &mut dyn FnMut(),
) -> Result<Vec<u8>, &'static str> {
    let mut all = Vec::new();
    loop {
        let len = all.len();
        all.resize(len + STEP, 0);
        let step = from
            .read(&mut all[len..])
            .map_err(|error| told(form, &error))?;
        all.truncate(len + step);
        if step == 0 {
            room.take(len);
            return Ok(all);
        }
        room.holds(all.len(), 0)?;
        if len / SIGN_OF_LIFE != all.len() / SIGN_OF_LIFE {
            going_on();
        }
    }
}

/// Why a decoder gave up, in a few words.
fn told(form: Form, error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::OutOfMemory => TOO_LARGE,
        ErrorKind::Unsupported => super::UNKNOWN_METHOD,
        ErrorKind::NotFound => "it needs a dictionary of zstd that is elsewhere; unpack it first",
        _ => damaged(form),
    }
}

fn damaged(form: Form) -> &'static str {
    match form {
        Form::Bzip2 => "a damaged bzip2 file; pack it anew",
        Form::Xz => "a damaged xz file; pack it anew",
        Form::Zstd => "a damaged zstd file; pack it anew",
        Form::Lzma | Form::LzmaInZip(_) => "a damaged LZMA file; pack it anew",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_header_is_one() {
        let lzma = b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0";
        for (head, is) in [
            (&b"BZh91AY&SY\xd4\x2f\x8c\x1b\0\0\x01\x04"[..], Form::Bzip2),
            (b"BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0", Form::Bzip2),
            (b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46", Form::Xz),
            (b"\x28\xb5\x2f\xfd\x04\x58\x49\0\0rest", Form::Zstd),
            (
                b"\x50\x2a\x4d\x18\x02\0\0\0ab\x28\xb5\x2f\xfd\x24\0\x01\0\0",
                Form::Zstd,
            ),
            (lzma, Form::Lzma),
        ] {
            assert_eq!(form(head), Some(is), "{head:?}");
            assert!(may_begin(head) && may_begin(&head[..2]), "{head:?}");
        }
        for other in [
            &b"BZh is how bzip2 begins"[..],
            b"BZh91AY&SY",
            b"BZh91AY&SY is how bzip2 begins",
            b"BZh01AY&SY\xd4\x2f\x8c\x1b\0\0\x01\x04",
            b"\xfd7zXZ\0",
            b"\xfd7zXZ\0 is how xz begins",
            b"\x28\xb5\x2f\xfd",
            b"\x28\xb5\x2f\xfd is how zstd begins",
            b"\x50\x2a\x4d\x18\x02\0\0\0abc",
            b"\x50\x2a\x4d\x18\xff\xff\xff\xff",
            b"P*M",
            b"]\0\0\0",
            b"",
        ] {
            assert_eq!(form(other), None, "{other:?}");
        }
    }
}
