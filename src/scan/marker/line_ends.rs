//! Where lines end, in a text or in the strings of JSON that hold a program.
//!
//! In: a text. Out: the line ends around a place in it. A file is read by its own: newlines, or, where there is none,
//! carriage returns; in JSON, a notebook say, also `\n` as it is written there.

use std::ops::Range;

/// What ends a line of a text.
#[derive(Debug)]
pub(in crate::scan) struct LineEnds {
    byte: u8,
    /// In JSON the lines of a program are strings, and end in `\n`, written out.
    pub(super) escaped: bool,
}

impl LineEnds {
    /// Looks through `text` once.
    pub(in crate::scan) fn of(text: &[u8]) -> Self {
        let byte = if memchr::memchr(b'\n', text).is_some() {
            b'\n'
        } else {
            b'\r'
        };
        Self {
            byte,
            escaped: is_json(text),
        }
    }

    /// The last line end in `low..high`.
    pub(super) fn last_before(&self, text: &[u8], low: usize, high: usize) -> Option<Range<usize>> {
        let mut at = high;
        while at > low {
            at -= 1;
            if let Some(end) = self.at(text, at).filter(|end| end.end <= high) {
                return Some(end);
            }
        }
        None
    }

    /// The first line end in `low..high`.
    pub(super) fn first_after(&self, text: &[u8], low: usize, high: usize) -> Option<Range<usize>> {
        (low..high).find_map(|at| self.at(text, at))
    }

    fn at(&self, text: &[u8], at: usize) -> Option<Range<usize>> {
        if text[at] == self.byte {
            return Some(at..at + 1);
        }
        let escape = self.escaped && text[at] == b'\\' && text.get(at + 1) == Some(&b'n');
        (escape && !is_escaped(text, at)).then(|| at..at + 2)
    }
}

/// Whether an odd number of backslashes stands before `at`.
pub(super) fn is_escaped(text: &[u8], at: usize) -> bool {
    let backslashes = text[..at]
        .iter()
        .rev()
        .take_while(|&&byte| byte == b'\\')
        .count();
    backslashes % 2 == 1
}

/// Whether a text starts as JSON does, and as programs and INI files do not: `{"`, `{}`, `["`, `[{`.
fn is_json(text: &[u8]) -> bool {
    let mut start = text
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .take(2);
    matches!(
        (start.next(), start.next()),
        (Some(b'{'), Some(b'"' | b'}')) | (Some(b'['), Some(b'"' | b'{'))
    )
}
