//! Python's pickles of every protocol, and several in a row as PyTorch once wrote them.
//!
//! Read as instructions, never run. What is no instruction ends the reading: the arrays that joblib puts in between, for instance.
//!
//! Source: <https://github.com/python/cpython/blob/main/Lib/pickletools.py>

use std::ops::Range;

use super::{Cursor, Label, Tell};

/// Whether a pickle of protocol 1 or later begins so; protocol 0 is a text, with strings in quotes or on lines of their own.
pub(super) fn may_begin(head: &[u8]) -> bool {
    match head {
        [0x80, 2..=5, ..] => true,
        // A list, dictionary or tuple, kept as number 0.
        [b']' | b'}', b'q', 0, ..] | [b'(', b'l' | b'd' | b't', b'q', 0, ..] => true,
        [b'(', b']' | b'}', b'q', 0, ..] => true,
        _ => false,
    }
}

/// Every string, and what is as counted as one: bytes.
pub(super) fn strings(blob: &[u8], tell: &mut Tell<'_>) {
    let mut cursor = Cursor { blob, at: 0 };
    while let Some(told) = instruction(&mut cursor) {
        if let Some(string) = told {
            tell(string, &|| Label::Pickle);
        }
    }
}

/// Passes one instruction, and gives its string if it has one; `None` at the end, or where no instruction stands.
#[allow(
    clippy::option_option,
    reason = "the end and an instruction without a string are two things"
)]
fn instruction(cursor: &mut Cursor<'_>) -> Option<Option<Range<usize>>> {
    let code = cursor.take(1)?[0];
    let counted = |cursor: &mut Cursor<'_>, width: usize| {
        let len = cursor.little(width)?;
        cursor.skip(len)
    };
    Some(match code {
        b'U' | b'C' | 0x8c => Some(counted(cursor, 1)?),
        b'X' | b'T' | b'B' => Some(counted(cursor, 4)?),
        0x8d | 0x8e | 0x96 => Some(counted(cursor, 8)?),
        b'S' | b'V' => Some(cursor.line()?),
        // Whole numbers of many bytes.
        0x8a => counted(cursor, 1).map(|_| None)?,
        0x8b => counted(cursor, 4).map(|_| None)?,
        b'K' | b'q' | b'h' | 0x80 | 0x82 => cursor.skip(1).map(|_| None)?,
        b'M' | 0x83 => cursor.skip(2).map(|_| None)?,
        b'J' | b'r' | b'j' | 0x84 => cursor.skip(4).map(|_| None)?,
        b'G' | 0x95 => cursor.skip(8).map(|_| None)?,
        b'I' | b'L' | b'F' | b'P' | b'p' | b'g' => cursor.line().map(|_| None)?,
        b'c' | b'i' => {
            cursor.line()?;
            cursor.line().map(|_| None)?
        }
        // Another pickle may follow.
        b'.' => (cursor.blob.get(cursor.at) == Some(&0x80)).then_some(None)?,
        b'('
        | b'0'
        | b'1'
        | b'2'
        | b'N'
        | b'Q'
        | b'R'
        | b'a'
        | b'b'
        | b'd'
        | b'}'
        | b'e'
        | b'l'
        | b']'
        | b'o'
        | b's'
        | b't'
        | b')'
        | b'u'
        | 0x81
        | 0x85..=0x89
        | 0x8f..=0x94
        | 0x97
        | 0x98 => None,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(blob: &[u8]) -> Vec<&[u8]> {
        let mut found = Vec::new();
        strings(blob, &mut |string, _| found.push(&blob[string]));
        found
    }

    #[test]
    fn strings_are_told_and_nothing_else() {
        // {'ab': b'cd', 'é': ('x', 7, 1.5)} as CPython writes it.
        let two = b"\x80\x02}q\0(X\x02\0\0\0abq\x01c_codecs\nencode\nq\x02X\x02\0\0\0cdq\x03X\x06\0\0\0latin1q\x04\x86q\x05Rq\x06X\x02\0\0\0\xc3\xa9q\x07X\x01\0\0\0xq\x08K\x07G?\xf8\0\0\0\0\0\0\x87q\x09u.";
        assert!(may_begin(two));
        assert_eq!(
            found(two),
            [&b"ab"[..], b"cd", b"latin1", b"\xc3\xa9", b"x"]
        );
        let four =
            b"\x80\x04\x95\x18\0\0\0\0\0\0\0}\x94(\x8c\x02ab\x94C\x02cd\x94\x8c\x01x\x94]\x94u.";
        assert_eq!(found(four), [&b"ab"[..], b"cd", b"x"]);
        let twice = [&two[..], four, b"raw bytes Xx"].concat();
        assert_eq!(found(&twice).len(), 8);
        assert_eq!(
            found(b"(dp0\nS'ab'\np1\nVcd\np2\ns."),
            [&b"'ab'"[..], b"cd"]
        );
    }

    #[test]
    fn what_is_cut_short_or_lies_ends_the_reading() {
        let text = b"\x80\x02X\x02\0\0\0abq\x01X\xff\xff\xff\x7fcd";
        for len in 0..=text.len() {
            assert!(found(&text[..len]).len() <= 1);
        }
        assert_eq!(found(text), [b"ab"]);
        assert_eq!(
            found(b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xffab").len(),
            0
        );
    }
}
