//! The texts inside one blob: its raw bytes, what they decode to where they look like UTF-16 or UTF-32, and what is hidden in either.
//!
//! All are scanned: a byte order mark in front of ASCII must not hide it, and interleaved NULs must not either.

mod hidden;
mod wide;

use std::borrow::Cow;
use std::ops::Range;

use super::passage::{self, Passages};
use super::strings::{self, Strings};
use hidden::Hidden;
use wide::{sniff, utf16, utf32};

/// Bytes looked at to tell UTF-16 without a byte order mark.
pub const SNIFFED: usize = 8_192;

/// Bytes of a byte order mark; in a text without any NUL nothing else makes it look like UTF-16.
pub const MARK_BYTES: usize = 2;

/// Bytes of decoded text between two marks of where their code units stood.
const MARK_EVERY: usize = 4_096;

/// One reading of a blob.
#[derive(Debug)]
pub struct View<'a> {
    /// What the rules see.
    pub text: Cow<'a, [u8]>,
    encoding: Encoding,
    /// For every stretch of [`MARK_EVERY`] bytes of a decoded text: the first character in it, as its offset in the
    /// text and in the blob.
    marks: Vec<(usize, usize)>,
    /// What it was decoded from: the index of another view, and the layers between, outermost first.
    hidden: Option<Hidden>,
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
    /// Little-endian UTF-32, its first code unit at this byte offset.
    Utf32Le(usize),
    /// Big-endian UTF-32, its first code unit at this byte offset.
    Utf32Be(usize),
    /// Passages of a text of another kind, in units of so many bytes: those of UTF-16 or UTF-32.
    Passages(usize),
    /// Strings of a text that counts them.
    Strings,
}

/// The raw view, then a decoded one where `blob` looks like UTF-16.
#[must_use]
pub fn of(blob: &[u8]) -> Vec<View<'_>> {
    let mut views = vec![View {
        text: Cow::Borrowed(blob),
        encoding: Encoding::Raw,
        marks: Vec::new(),
        hidden: None,
    }];
    for encoding in sniff(blob).into_iter().flatten() {
        views.extend(match encoding {
            Encoding::Raw | Encoding::Passages(_) | Encoding::Strings => None,
            Encoding::Utf16Le(start) => Some(utf16(blob, start, u16::from_le_bytes, encoding)),
            Encoding::Utf16Be(start) => Some(utf16(blob, start, u16::from_be_bytes, encoding)),
            Encoding::Utf32Le(start) => Some(utf32(blob, start, u32::from_le_bytes, encoding)),
            Encoding::Utf32Be(start) => Some(utf32(blob, start, u32::from_be_bytes, encoding)),
        });
    }
    for Passages { text, starts, unit } in
        passage::find(blob).into_iter().chain([strings::wide(blob)])
    {
        if !text.is_empty() {
            views.push(View {
                text: Cow::Owned(text),
                encoding: Encoding::Passages(unit),
                marks: starts,
                hidden: None,
            });
        }
    }
    let Strings { text, starts } = strings::find(blob);
    if !text.is_empty() {
        views.push(View {
            text: Cow::Owned(text),
            encoding: Encoding::Strings,
            marks: starts,
            hidden: None,
        });
    }
    views
}

/// The bytes of the blob that `range` of the view at `index` was made of.
#[must_use]
pub fn raw(views: &[View<'_>], index: usize, range: Range<usize>) -> Range<usize> {
    let view = &views[index];
    let written = view.written(range);
    match view.parent() {
        Some(parent) => raw(views, parent, written),
        None => written,
    }
}

/// Whether a text that begins with `head`, its first [`SNIFFED`] bytes or all of it, is in UTF-16 or UTF-32.
#[must_use]
pub fn is_decoded(head: &[u8]) -> bool {
    sniff(head)[0].is_some()
}

impl View<'_> {
    /// The same with a text of its own.
    #[must_use]
    pub fn into_owned(self) -> View<'static> {
        View {
            text: Cow::Owned(self.text.into_owned()),
            encoding: self.encoding,
            marks: self.marks,
            hidden: self.hidden,
        }
    }

    /// The bytes of its parent that `range` of its text was written with; of the blob, where it has no parent.
    #[must_use]
    pub fn written(&self, range: Range<usize>) -> Range<usize> {
        match &self.hidden {
            Some(hidden) => {
                let layers = hidden.layers.iter().rev();
                layers.fold(range, |range, (_, map)| map.written(&range))
            }
            None => self.raw(range),
        }
    }

    /// Whether its lines are those that an editor shows.
    #[must_use]
    pub fn has_lines(&self) -> bool {
        !matches!(self.encoding, Encoding::Passages(_) | Encoding::Strings)
    }

    /// Whether it is known where its words end, which bytes of other meaning beside them may hide elsewhere.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.encoding == Encoding::Strings
    }

    /// The bytes of the blob that `range` of the text was made of; a character that is touched counts whole.
    fn raw(&self, range: Range<usize>) -> Range<usize> {
        match self.encoding {
            Encoding::Raw => return range,
            Encoding::Strings => {
                let start = self.byte(range.start);
                let end = self.byte(range.end.saturating_sub(1)) + 1;
                return start..if range.is_empty() {
                    start
                } else {
                    end.max(start)
                };
            }
            Encoding::Passages(bytes) => {
                let start = self.unit(range.start, bytes);
                // What reaches into another reading may end before it begins: the same bytes are read twice.
                let end = self
                    .end_of_unit(range.end.saturating_sub(1), bytes)
                    .max(start);
                return if range.is_empty() {
                    start..start
                } else {
                    start..end
                };
            }
            Encoding::Utf16Le(_)
            | Encoding::Utf16Be(_)
            | Encoding::Utf32Le(_)
            | Encoding::Utf32Be(_) => {}
        }
        let is_boundary = |at: usize| self.text.get(at).is_none_or(|byte| byte & 0xc0 != 0x80);
        let start = (0..=range.start).rev().find(|&at| is_boundary(at));
        let end = (range.end..).find(|&at| is_boundary(at));
        self.raw_offset(start.unwrap_or(0))..self.raw_offset(end.unwrap_or(self.text.len()))
    }

    /// Where the byte at `at` stood in the blob; a line feed between strings stands where the string before it ends.
    fn byte(&self, at: usize) -> usize {
        let passed = self.marks.partition_point(|&(text_at, _)| text_at <= at);
        let (text_at, raw_at) = self.marks[passed.saturating_sub(1)];
        raw_at + (at - text_at)
    }

    /// Where the code unit of so many bytes of the character at `at` stood in the blob.
    fn unit(&self, at: usize, bytes: usize) -> usize {
        let passed = self.marks.partition_point(|&(text_at, _)| text_at <= at);
        let (text_at, raw_at) = self.marks[passed.saturating_sub(1)];
        raw_at + bytes * (at - text_at)
    }

    /// The same for its end; the line feed that ends a reading has no unit.
    fn end_of_unit(&self, at: usize, bytes: usize) -> usize {
        let next = at + 1;
        let ends_reading = next == self.text.len()
            || self
                .marks
                .binary_search_by_key(&next, |&(text_at, _)| text_at)
                .is_ok();
        self.unit(at, bytes) + if ends_reading { 0 } else { bytes }
    }

    /// Where the character at `at`, a boundary, stood in the blob.
    fn raw_offset(&self, at: usize) -> usize {
        let passed = self.marks.partition_point(|&(text_at, _)| text_at <= at);
        let (text_at, raw_at) = self.marks[passed.saturating_sub(1)];
        let is_wide = matches!(self.encoding, Encoding::Utf32Le(_) | Encoding::Utf32Be(_));
        let raw_len = |byte: &u8| match byte {
            0x80..=0xbf => 0,
            0xf0.. => 4,
            _ if is_wide => 4,
            _ => 2,
        };
        raw_at + self.text[text_at..at].iter().map(raw_len).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    fn utf32(text: &str, unit: fn(u32) -> [u8; 4]) -> Vec<u8> {
        text.chars().map(u32::from).flat_map(unit).collect()
    }

    #[test]
    fn utf32_is_seen_by_its_mark() {
        let text = "a é😀\u{2028}".repeat(2 * MARK_EVERY / 10);
        for (unit, expected) in [
            (u32::to_le_bytes as fn(u32) -> [u8; 4], Encoding::Utf32Le(4)),
            (u32::to_be_bytes, Encoding::Utf32Be(4)),
        ] {
            let blob = utf32(&format!("\u{feff}{text}"), unit);
            let views = of(&blob);
            assert_eq!(views[1].encoding, expected);
            assert_eq!(views[1].text, text.as_bytes());
            assert!(is_decoded(&blob[..4]));
            for (count, (at, character)) in text.char_indices().enumerate() {
                let raw = views[1].raw(at..at + character.len_utf8());
                assert_eq!(raw, 4 * count + 4..4 * count + 8);
            }
        }
        let blob = [&b"\xff\xfe\0\0"[..], &utf16("key", u16::to_le_bytes)].concat();
        let views = of(&blob);
        assert!(views.iter().any(|view| *view.text == *b"\0key"));
    }

    #[test]
    fn utf32_is_seen_without_a_mark() {
        for (unit, expected) in [
            (u32::to_le_bytes as fn(u32) -> [u8; 4], Encoding::Utf32Le(0)),
            (u32::to_be_bytes, Encoding::Utf32Be(0)),
        ] {
            for odd_bytes in 0..4 {
                let mut blob = utf32("key = 1 # 模", unit);
                blob.extend(&b"xyz"[..odd_bytes]);
                let views = of(&blob);
                assert_eq!(views[1].encoding, expected);
                assert_eq!(&*views[1].text, "key = 1 # 模".as_bytes());
                let numbers: Vec<u8> = (0..3_000).flat_map(|n| unit(n * 7)).collect();
                assert!(!is_decoded(&numbers), "ids of words");
                let labels: Vec<u8> = (0..3_000).flat_map(|n| unit(n % 3)).collect();
                assert!(!is_decoded(&labels), "small numbers");
            }
        }
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
    fn ranges_of_a_long_text_lead_back() {
        let text = "a é😀\u{2028}".repeat(3 * MARK_EVERY / 10);
        for unit in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
            let blob = utf16(&format!("\u{feff}{text}"), unit);
            let views = of(&blob);
            assert_eq!(views[1].marks.len(), text.len().div_ceil(MARK_EVERY));
            let mut raw = 2;
            for (at, character) in text.char_indices() {
                let raw_end = raw + 2 * character.len_utf16();
                let end = at + character.len_utf8();
                if at % 11 == 0 || at % MARK_EVERY < 8 {
                    assert_eq!(views[1].raw(at..end), raw..raw_end);
                    assert_eq!(views[1].raw(end - 1..end), raw..raw_end, "a part of it");
                }
                raw = raw_end;
            }
            assert_eq!(raw, blob.len());
        }
    }

    #[test]
    fn a_range_of_passages_leads_to_bytes_of_the_blob() {
        let passage = utf16("a key of twenty letters", u16::to_le_bytes);
        let blob = [&b"plain"[..], &passage, b"plain", &passage].concat();
        let views = of(&blob);
        let view = views.last().expect("there is one");
        assert_eq!(view.encoding, Encoding::Passages(2));
        for start in 0..view.text.len() {
            for end in start..=view.text.len() {
                let raw = view.raw(start..end);
                assert!(raw.start <= raw.end && raw.end <= blob.len(), "{raw:?}");
            }
        }
        assert_eq!(view.raw(2..5), 9..15);
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
