//! The texts inside one blob: its raw bytes, and what they decode to where they look like UTF-16.
//!
//! Both are scanned: a byte order mark in front of ASCII must not hide it, and interleaved NULs must not either.

use std::borrow::Cow;
use std::ops::Range;

/// Bytes looked at to tell UTF-16 without a byte order mark.
const SNIFFED: usize = 8_192;

/// One reading of a blob.
#[derive(Debug)]
pub struct View<'a> {
    /// What the rules see.
    pub text: Cow<'a, [u8]>,
    encoding: Encoding,
}

/// How the bytes of a [`View`] were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As they stand.
    Raw,
    /// Little-endian UTF-16, its first code unit at this byte offset.
    Utf16Le(usize),
    /// Big-endian UTF-16, its first code unit at this byte offset.
    Utf16Be(usize),
}

/// The raw view, then a decoded one where `blob` looks like UTF-16.
#[must_use]
pub fn of(blob: &[u8]) -> Vec<View<'_>> {
    let mut views = vec![View {
        text: Cow::Borrowed(blob),
        encoding: Encoding::Raw,
    }];
    if let Some(encoding) = sniff(blob) {
        views.push(View {
            text: Cow::Owned(decode(blob, encoding)),
            encoding,
        });
    }
    views
}

impl View<'_> {
    /// The bytes of the blob that `range` of the text was made of.
    #[must_use]
    pub fn raw(&self, range: Range<usize>) -> Range<usize> {
        let start = match self.encoding {
            Encoding::Raw => return range,
            Encoding::Utf16Le(start) | Encoding::Utf16Be(start) => start,
        };
        let text = String::from_utf8_lossy(&self.text[..range.start]);
        let raw_start = start + 2 * text.encode_utf16().count();
        let inside = String::from_utf8_lossy(&self.text[range]);
        raw_start..raw_start + 2 * inside.encode_utf16().count()
    }
}

/// By byte order mark, else by where the NUL bytes stand: in UTF-16 of mostly Latin text they fill one parity.
fn sniff(blob: &[u8]) -> Option<Encoding> {
    match blob {
        [0xff, 0xfe, ..] => return Some(Encoding::Utf16Le(2)),
        [0xfe, 0xff, ..] => return Some(Encoding::Utf16Be(2)),
        _ => {}
    }
    let head = &blob[..blob.len().min(SNIFFED)];
    memchr::memchr(0, head)?;
    let mut nuls = [0_usize; 2];
    for (at, _) in head.iter().enumerate().filter(|&(_, &byte)| byte == 0) {
        nuls[at % 2] += 1;
    }
    let [even, odd] = nuls;
    if odd > 3 * even {
        Some(Encoding::Utf16Le(0))
    } else if even > 3 * odd {
        Some(Encoding::Utf16Be(0))
    } else {
        None
    }
}

fn decode(blob: &[u8], encoding: Encoding) -> Vec<u8> {
    let (start, unit): (usize, fn([u8; 2]) -> u16) = match encoding {
        Encoding::Raw => return blob.to_vec(),
        Encoding::Utf16Le(start) => (start, u16::from_le_bytes),
        Encoding::Utf16Be(start) => (start, u16::from_be_bytes),
    };
    let units = blob[start..]
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units)
        .map(|decoded| decoded.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn utf16_is_seen_with_and_without_a_mark() {
        for (blob, expected) in [
            (
                utf16("\u{feff}key = 1", u16::to_le_bytes),
                Encoding::Utf16Le(2),
            ),
            (utf16("key = 1", u16::to_le_bytes), Encoding::Utf16Le(0)),
            (
                utf16("\u{feff}key = 1", u16::to_be_bytes),
                Encoding::Utf16Be(2),
            ),
            (utf16("key = 1", u16::to_be_bytes), Encoding::Utf16Be(0)),
        ] {
            let views = of(&blob);
            assert_eq!(views.len(), 2);
            assert_eq!(views[1].encoding, expected);
            assert_eq!(&*views[1].text, b"key = 1");
        }
        assert_eq!(of(b"plain").len(), 1);
    }

    #[test]
    fn a_decoded_range_leads_back_to_its_bytes() {
        let blob = utf16("\u{feff}é😀 key", u16::to_le_bytes);
        let views = of(&blob);
        let at = memchr::memmem::find(&views[1].text, b"key").expect("the text holds it");
        let raw = views[1].raw(at..at + 3);
        assert_eq!(&blob[raw], utf16("key", u16::to_le_bytes));
    }
}
