//! Strings that are counted instead of ended, as in pickles, GGUF, MessagePack, protocol buffers and compiled code.
//!
//! There the byte before a string is its length and the byte after it says what comes next. Either can happen to be a letter or a
//! digit, and then the string looks like a part of a longer word. In: a text and where something in it does. Out: the strings that
//! it may be, of which the caller asks whether they hold it. Only binary surroundings are believed to count.

use std::ops::Range;

/// Bytes on either side of a string in which something must be no text.
const CONTEXT: usize = 256;

/// How far before the end of a string its length is looked for.
const LOOKBACK: usize = 1_024;

/// Bytes before a string among which something is no text: a type and a length may look like it.
const LEAD: usize = 4;

/// Bytes of a text that are looked at in one go, to know of the next place too.
const AHEAD: usize = 4_096;

/// The longest string that is looked for from its beginning.
const MAX_STRING_BYTES: usize = 1 << 16;

/// A text in which strings may be counted.
#[derive(Debug)]
pub struct Counted<'t> {
    text: &'t [u8],
    /// Where nothing but text is known to stand, so that a long text is looked at once.
    plain: Range<usize>,
}

impl<'t> Counted<'t> {
    /// Of which nothing is known yet.
    #[must_use]
    pub fn of(text: &'t [u8]) -> Self {
        Self { text, plain: 0..0 }
    }

    /// The strings that may begin at `start` where the byte before it belongs to their length.
    pub fn beginning_at(&mut self, start: usize) -> Vec<Range<usize>> {
        let mut strings = Vec::new();
        if !self.is_plain(start.saturating_sub(CONTEXT)..start + CONTEXT) {
            for len in lengths_before(self.text, start).into_iter().flatten() {
                let string = start..start.saturating_add(len);
                if len <= MAX_STRING_BYTES
                    && string.end <= self.text.len()
                    && self.is_plain(string.clone())
                    && self.is_binary_around(&string)
                {
                    strings.push(string);
                }
            }
        }
        strings.extend(line_of_pickle(self.text, start));
        strings
    }

    /// The string that may end where `word` does and holds it, its length before it.
    pub fn ending_with(&mut self, word: &Range<usize>) -> Option<Range<usize>> {
        if !self.is_binary_around(word) {
            return None;
        }
        // What is no ASCII may be no text; nor is what stands before the first byte looked at.
        let mut odd = word.start;
        for start in (word.start.saturating_sub(LOOKBACK)..=word.start).rev() {
            let before = start.checked_sub(1).map(|at| self.text[at]);
            let ends = before.is_none_or(|byte| !is_text(&byte));
            if ends || !before.is_some_and(|byte| byte.is_ascii()) {
                // The string begins here, or after a type and a length that look like text.
                let last = odd.min(start + LEAD);
                let found = (start..=last).find(|&start| self.is_counted(start..word.end));
                if let Some(start) = found {
                    return Some(start..word.end);
                }
                odd = start;
            }
            if ends {
                break;
            }
        }
        self.is_counted(word.clone()).then(|| word.clone())
    }

    fn is_counted(&self, string: Range<usize>) -> bool {
        let mut lengths = lengths_before(self.text, string.start).into_iter();
        lengths.any(|len| len == Some(string.len()))
    }

    /// Whether there is anything near `string` that no text holds; in itself there is nothing.
    fn is_binary_around(&mut self, string: &Range<usize>) -> bool {
        !self.is_plain(string.start.saturating_sub(CONTEXT)..string.end + CONTEXT)
    }

    /// Whether nothing but text stands in `range`, as far as it lies in the text.
    fn is_plain(&mut self, range: Range<usize>) -> bool {
        let end = range.end.min(self.text.len());
        let is_known = self.plain.start <= range.start && range.start <= self.plain.end;
        if is_known && end <= self.plain.end {
            return true;
        }
        let (first, from) = match is_known {
            true => (self.plain.start, self.plain.end),
            false => (range.start, range.start),
        };
        let to = self.text.len().min(end + AHEAD);
        self.plain = first..first_odd(self.text, from..to).unwrap_or(to);
        end <= self.plain.end
    }
}

/// The first byte in `range` that no text holds: a control character, or a byte of no character in UTF-8. It depends on nothing but
/// the bytes beside it, wherever the range begins; only at the ends of `text` a character may be cut.
fn first_odd(text: &[u8], range: Range<usize>) -> Option<usize> {
    let control = text[range.clone()].iter().position(|byte| !is_text(byte));
    let end = control.map_or(range.end, |at| range.start + at);
    let is_inside = |byte: &&u8| **byte & 0xc0 == 0x80;
    let cut_before = text[..range.start].iter().rev().take(3);
    let cut_before = cut_before.take_while(is_inside).count() + 1;
    let cut_after = text[end..].iter().take(3).take_while(is_inside).count();
    let first = range.start.saturating_sub(cut_before);
    let mut at = first;
    for chunk in text[first..end + cut_after].utf8_chunks() {
        let odd = at + chunk.valid().len();
        at = odd + chunk.invalid().len();
        let is_cut_at_end = at == text.len() && is_lead(chunk.invalid());
        let is_cut_at_start = odd < 3 && text[..at].iter().all(|byte| is_inside(&byte));
        if odd.max(range.start) < at.min(end) && !is_cut_at_end && !is_cut_at_start {
            return Some(odd.max(range.start));
        }
    }
    control.map(|at| range.start + at)
}

/// Whether `bytes`, which are no character, are the beginning of one.
fn is_lead(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// What may be said there of a length, in each way in which formats write one. (What is written in eight bytes is a number of four
/// beside four zeros.)
fn lengths_before(text: &[u8], at: usize) -> [Option<usize>; 8] {
    let before = |skipped: usize, len: usize| -> Option<&[u8]> {
        let end = at.checked_sub(skipped)?;
        text.get(end.checked_sub(len)?..end)
    };
    let add = |number: usize, byte: &u8| number << 8 | usize::from(*byte);
    let big = |bytes: &[u8]| bytes.iter().fold(0, add);
    let little = |bytes: &[u8]| bytes.iter().rev().fold(0, add);
    let one = before(0, 1).map(big);
    // Seven bits a byte, the lowest first.
    let varint = before(0, 2).filter(|bytes| bytes[0] >= 0x80 && bytes[1] < 0x80);
    [
        one,
        one.filter(|len| len % 2 == 0).map(|len| len / 2),
        varint.map(|bytes| usize::from(bytes[0] & 0x7f) | usize::from(bytes[1]) << 7),
        before(0, 2).map(big),
        before(0, 4).map(big),
        before(0, 2).map(little),
        before(0, 4).map(little),
        before(4, 4).map(little),
    ]
}

/// In pickles of protocol 0 a string is what follows a `V` up to the end of the line. Before it stand only instructions of one
/// letter, and the next line begins with one.
fn line_of_pickle(text: &[u8], start: usize) -> Option<Range<usize>> {
    const INSTRUCTIONS: &[u8] = b"(.0]{}NRabdelostu)";
    const MAX_INSTRUCTIONS: usize = 16;
    let (b'V', before) = text[..start].split_last()? else {
        return None;
    };
    let before = before.iter().rev().take(MAX_INSTRUCTIONS);
    let mut others = before.skip_while(|byte| INSTRUCTIONS.contains(byte));
    if others.next().is_some_and(|&byte| byte != b'\n') {
        return None;
    }
    let rest = &text[start..text.len().min(start + MAX_STRING_BYTES)];
    let end = start + memchr::memchr(b'\n', rest)?;
    match text.get(end + 1..)? {
        [b'p', b'0'..=b'9', ..] | [b'.'] => Some(start..end),
        [one, b'V' | b'S' | b'I' | b'.' | b'(' | b's', ..] if INSTRUCTIONS.contains(one) => {
            Some(start..end)
        }
        _ => None,
    }
}

fn is_text(byte: &u8) -> bool {
    !matches!(byte, 0..=0x08 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const WORD: &[u8] = b"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";

    /// Whether each byte of `text` is one that no text holds. Only at the ends a character may be cut.
    fn odd_bytes(text: &[u8]) -> Vec<bool> {
        let inside = text.iter().take_while(|byte| **byte & 0xc0 == 0x80).count();
        let mut odd: Vec<bool> = text.iter().map(|byte| !is_text(byte)).collect();
        let mut at = 0;
        for chunk in text.utf8_chunks() {
            let invalid = at + chunk.valid().len();
            at = invalid + chunk.invalid().len();
            let is_cut = at == text.len() && chunk.invalid().starts_with(b"\xf0\x9f");
            odd[invalid..at].fill(!is_cut);
        }
        odd[..inside.min(3)].fill(false);
        odd
    }

    proptest! {
        /// What is known from one question must not change the answer to another.
        #[test]
        fn answers_depend_on_nothing_but_the_bytes(
            pieces in vec((0..3_000_usize, 0..8_usize), 1..20),
            questions in vec((0..60_000_usize, 0..3_000_usize), 40),
            scale in select(vec![1, 500]),
        ) {
            let odd: [&[u8]; 4] = [b"\x90", "\u{20ac}".as_bytes(), b"\xf0\x9f", b"\x01"];
            let mut text = Vec::new();
            for (len, kind) in pieces {
                text.extend(vec![b'a'; len / scale]);
                text.extend(odd[kind / 2].repeat(kind % 2 + 1));
            }
            let odd = odd_bytes(&text);
            let mut counted = Counted::of(&text);
            for (start, len) in questions {
                let start = start % text.len();
                let end = start + len / scale;
                let expected = !odd[start..end.min(text.len())].contains(&true);
                prop_assert_eq!(counted.is_plain(start..end), expected, "{}..{}", start, end);
            }
        }
    }

    #[track_caller]
    fn assert_begins(before: &[u8], after: &[u8], expected: bool) {
        let text = [before, WORD, after].concat();
        let wanted = before.len()..before.len() + WORD.len();
        let found = Counted::of(&text)
            .beginning_at(before.len())
            .contains(&wanted);
        assert_eq!(found, expected, "{before:?} {after:?}");
    }

    #[test]
    fn a_length_is_known_in_each_way_of_writing_it() {
        for before in [
            &b"\0U4"[..],
            b"\x1a4",
            b"\0\0\0\x004",
            b"\0\0\0\x08h",
            b"\xfa4",
            b"\x80\x02}q\0U\x03keyq\x01U4",
        ] {
            assert_begins(before, b"q\0", true);
        }
        assert_begins(b"text x4", b"q and more", false);
        assert_begins("é x4".as_bytes(), "q é".as_bytes(), false);
        assert_begins(b"\0\0x", b"q", false);
    }

    #[test]
    fn a_string_ends_where_its_length_says() {
        for (before, value) in [
            (&b"\0X\x38\0\0\0"[..], &b"key="[..]),
            (b"\0\x38\0\0\0\0\0\0\0", b"key="),
            (b"\0U8", b"key="),
            (b"\x80\x02some text before it U4", b""),
        ] {
            let text = [before, value, WORD, b"q\0"].concat();
            let start = before.len() + value.len();
            let word = start..start + WORD.len();
            let string = Counted::of(&text).ending_with(&word);
            assert_eq!(string, Some(before.len()..word.end), "{before:?}");
            let longer = word.start..word.end + 1;
            assert_eq!(Counted::of(&text).ending_with(&longer), None, "{before:?}");
        }
    }

    #[test]
    fn a_line_of_a_pickle_is_a_string() {
        for (before, after, expected) in [
            ("(dp0\nV", "\np1\ns.", true),
            ("V", "\n.", true),
            ("(lp0\nV", "\naV", true),
            ("p1\naV", "\np2\na.", true),
            ("xV", "\np1\n", false),
            ("V", "\nand so on", false),
        ] {
            assert_begins(before.as_bytes(), after.as_bytes(), expected);
        }
    }
}
