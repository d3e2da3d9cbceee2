//! Byte offsets turned into the line and column that an editor shows.

use std::ops::Range;

use bstr::ByteSlice;

use serde::Serialize;

/// A place in a text as an editor counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// 1-based line.
    pub line: usize,
    /// 1-based column in Unicode code points; a byte that is not UTF-8 counts as one.
    pub column: usize,
}

/// The lines of one text, found once. Offsets asked in rising order cost one pass over the text in all, even where all
/// of it is one line.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a [u8],
    line_end: u8,
    /// Byte offset at which each line starts.
    starts: Vec<usize>,
    /// The offset asked last and its column.
    last: (usize, usize),
}

impl<'a> Lines<'a> {
    /// Lines end at LF; in a text without any LF (classic Mac files) at CR.
    #[must_use]
    pub fn of(text: &'a [u8]) -> Self {
        let line_end = line_end_byte(text);
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(line_end, text).map(|at| at + 1));
        Self {
            text,
            line_end,
            starts,
            last: (0, 1),
        }
    }

    /// The line and column of the byte at `offset`.
    pub fn position(&mut self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts[line - 1];
        let (mut from, mut column) = (start, 1);
        if (start..=offset).contains(&self.last.0) {
            (from, column) = self.last;
        }
        column += self.text[from..offset].chars().count();
        if is_boundary(self.text, offset) {
            self.last = (offset, column);
        }
        Position { line, column }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// The part of `window` (a half-open byte range) that lies in the line of the byte at `offset`, which it must hold.
    #[must_use]
    pub fn cut(&self, window: Range<usize>, offset: usize) -> Range<usize> {
        let start = memchr::memrchr(self.line_end, &self.text[window.start..offset])
            .map_or(window.start, |at| window.start + at + 1);
        let end = memchr::memchr(self.line_end, &self.text[offset..window.end])
            .map_or(window.end, |at| offset + at);
        start..end
    }

    /// Whether a line starts at `offset`.
    #[must_use]
    pub fn starts_at(&self, offset: usize) -> bool {
        self.starts.binary_search(&offset).is_ok()
    }

    /// Whether a line ends inside the half-open byte range.
    #[must_use]
    pub fn breaks(&self, range: &Range<usize>) -> bool {
        let next = self.starts.partition_point(|&start| start <= range.start);
        self.starts
            .get(next)
            .is_some_and(|&start| start <= range.end)
    }

    /// Whether a line ends at `offset`: there stands a line end, or nothing.
    #[must_use]
    pub fn ends_at(&self, offset: usize) -> bool {
        self.text
            .get(offset)
            .is_none_or(|&byte| byte == self.line_end)
    }
}

/// Counting may go on from `offset` only if no UTF-8 sequence is cut there.
fn is_boundary(text: &[u8], offset: usize) -> bool {
    text.get(offset).is_none_or(|&byte| byte & 0xc0 != 0x80)
}

fn line_end_byte(text: &[u8]) -> u8 {
    if memchr::memchr(b'\n', text).is_some() {
        b'\n'
    } else {
        b'\r'
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_position(text: &[u8], offset: usize, line: usize, column: usize) {
        let expected = Position { line, column };
        assert_eq!(Lines::of(text).position(offset), expected);
    }

    #[test]
    fn columns_are_code_points() {
        let text = "é = 'x'\r\nsecond".as_bytes();
        assert_position(text, 6, 1, 6);
        assert_position(text, text.len(), 2, 7);
        assert_position(text, text.len() + 9, 2, 7);
        assert_position(b"a\xffb", 2, 1, 3);
        assert_position(b"", 0, 1, 1);
        assert_position(b"\n", 1, 2, 1);
    }

    #[test]
    fn a_carriage_return_ends_a_line_only_where_nothing_else_does() {
        assert_position(b"a\rb\rc", 4, 3, 1);
        assert_position(b"10%\r20%\nx", 4, 1, 5);
    }

    #[test]
    fn any_order_gives_the_same() {
        let text = "é模\n\nab é\n\u{1f600}x".as_bytes();
        let mut shared = Lines::of(text);
        for first in 0..=text.len() {
            for second in 0..=text.len() {
                shared.position(first);
                let expected = Lines::of(text).position(second);
                assert_eq!(shared.position(second), expected, "{first} {second}");
            }
        }
    }

    #[test]
    fn a_window_is_cut_to_its_line() {
        let lines = Lines::of(b"one\ntwo\nthree");
        assert_eq!(lines.cut(0..13, 5), 4..7);
        assert_eq!(lines.cut(5..6, 5), 5..6);
        assert_eq!(lines.cut(2..13, 9), 8..13);
        assert!(lines.starts_at(4) && !lines.starts_at(5) && lines.starts_at(0));
        assert!(lines.breaks(&(2..4)) && !lines.breaks(&(0..3)) && !lines.breaks(&(4..7)));
        assert!(lines.ends_at(7) && !lines.ends_at(6) && lines.ends_at(13));
    }
}
