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

/// The strings that may begin at `start` where the byte before it belongs to their length.
pub fn beginning_at(text: &[u8], start: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    let counted = lengths_before(text, start).filter_map(move |len| {
        let string = start..start.checked_add(len)?;
        let is_string = text.get(string.clone())?.iter().all(is_text);
        (is_string && is_binary_around(text, &string)).then_some(string)
    });
    counted.chain(line_of_pickle(text, start))
}

/// The string that may end where `word` does and holds it, its length before it.
#[must_use]
pub fn ending_with(text: &[u8], word: &Range<usize>) -> Option<Range<usize>> {
    let before = &text[word.start.saturating_sub(LOOKBACK)..word.start];
    let run = before.iter().rev().take_while(|byte| is_text(byte)).count();
    // Either the word is the whole string, or what is no text stands shortly before the string.
    let may_start = |start: &usize| {
        let lead = &text[start.saturating_sub(LEAD)..*start];
        *start == word.start || lead.iter().any(|byte| !is_text(byte) || !byte.is_ascii())
    };
    (word.start - run..=word.start)
        .filter(may_start)
        .map(|start| start..word.end)
        .find(|string| {
            lengths_before(text, string.start).any(|len| len == string.len())
                && is_binary_around(text, string)
        })
}

/// What may be said there of a length, in each way in which formats write one. (What is written in eight bytes is a number of four
/// beside four zeros.)
fn lengths_before(text: &[u8], at: usize) -> impl Iterator<Item = usize> + '_ {
    let before = move |skipped: usize, len: usize| {
        let end = at.checked_sub(skipped)?;
        text.get(end.checked_sub(len)?..end)
    };
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |number, &byte| number << 8 | usize::from(byte))
    };
    let reversed = move |bytes: &[u8]| number(&bytes.iter().rev().copied().collect::<Vec<u8>>());
    let one = before(0, 1).map(number);
    let zigzag = one.filter(|len| len % 2 == 0).map(|len| len / 2);
    // Seven bits a byte, the lowest first.
    let varint = before(0, 2)
        .filter(|bytes| bytes[0] >= 0x80 && bytes[1] < 0x80)
        .map(|bytes| usize::from(bytes[0] & 0x7f) | usize::from(bytes[1]) << 7);
    let big = [before(0, 2), before(0, 4)]
        .into_iter()
        .flatten()
        .map(number);
    let little = [before(0, 2), before(0, 4), before(4, 4)];
    let little = little.into_iter().flatten().map(reversed);
    [one, zigzag, varint]
        .into_iter()
        .flatten()
        .chain(big)
        .chain(little)
}

/// In pickles of protocol 0 a string is what follows a `V` up to the end of the line. Before it stand only instructions of one
/// letter, and the next line begins with one.
fn line_of_pickle(text: &[u8], start: usize) -> Option<Range<usize>> {
    const INSTRUCTIONS: &[u8] = b"(.0]{}NRabdelostu)";
    let line = memchr::memrchr(b'\n', &text[..start]).map_or(0, |at| at + 1);
    let (b'V', instructions) = text[line..start].split_last()? else {
        return None;
    };
    if !instructions.iter().all(|byte| INSTRUCTIONS.contains(byte)) {
        return None;
    }
    let end = start + memchr::memchr(b'\n', &text[start..])?;
    match text.get(end + 1..)? {
        [b'p', b'0'..=b'9', ..] | [b'.'] => Some(start..end),
        [one, b'V' | b'S' | b'I' | b'.' | b'(' | b's', ..] if INSTRUCTIONS.contains(one) => {
            Some(start..end)
        }
        _ => None,
    }
}

/// Whether there is anything near `string` that no text holds.
fn is_binary_around(text: &[u8], string: &Range<usize>) -> bool {
    let around = |range: Range<usize>| {
        let part = &text[range];
        !part.iter().all(is_text) || has_invalid(part)
    };
    let start = string.start.saturating_sub(CONTEXT);
    let end = text.len().min(string.end + CONTEXT);
    around(start..string.start) || around(string.end..end)
}

/// Whether something is no UTF-8, other than at the ends, where a character may be cut.
fn has_invalid(part: &[u8]) -> bool {
    let start = part.iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80);
    let whole = &part[start.count()..];
    match std::str::from_utf8(whole) {
        Ok(_) => false,
        Err(error) => error.error_len().is_some(),
    }
}

fn is_text(byte: &u8) -> bool {
    !matches!(byte, 0..=0x08 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORD: &[u8] = b"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";

    #[track_caller]
    fn assert_begins(before: &[u8], after: &[u8], expected: bool) {
        let text = [before, WORD, after].concat();
        let wanted = before.len()..before.len() + WORD.len();
        let found = beginning_at(&text, before.len()).any(|string| string == wanted);
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
            let string = ending_with(&text, &word);
            assert_eq!(string, Some(before.len()..word.end), "{before:?}");
            let longer = word.start..word.end + 1;
            assert_eq!(ending_with(&text, &longer), None, "{before:?}");
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
