//! Byte offsets turned into the line and column that an editor shows.

use bstr::ByteSlice;

use crate::finding::Position;

/// The line and column of `offset` (a byte offset into `text`).
///
/// Lines end at LF; in a text without any LF (classic Mac files) at CR.
#[must_use]
pub fn of(text: &[u8], offset: usize) -> Position {
    let line_end = line_end_byte(text);
    let before = &text[..offset.min(text.len())];
    let line = 1 + memchr::memchr_iter(line_end, before).count();
    let line_start = memchr::memrchr(line_end, before).map_or(0, |at| at + 1);
    Position {
        line,
        column: 1 + before[line_start..].chars().count(),
    }
}

/// The half-open byte range of the line around `offset`, without its line end.
#[must_use]
pub fn line_around(text: &[u8], offset: usize) -> std::ops::Range<usize> {
    let line_end = line_end_byte(text);
    let start = memchr::memrchr(line_end, &text[..offset]).map_or(0, |at| at + 1);
    let end = memchr::memchr(line_end, &text[offset..]).map_or(text.len(), |at| offset + at);
    start..end
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

    #[test]
    fn columns_are_code_points() {
        let text = "é = 'x'\r\nsecond".as_bytes();
        assert_eq!(of(text, 6), Position { line: 1, column: 6 });
        assert_eq!(of(text, text.len()), Position { line: 2, column: 7 });
        assert_eq!(of(b"a\xffb", 2), Position { line: 1, column: 3 });
    }

    #[test]
    fn a_carriage_return_ends_a_line_only_where_nothing_else_does() {
        assert_eq!(of(b"a\rb\rc", 4), Position { line: 3, column: 1 });
        assert_eq!(of(b"10%\r20%\nx", 4), Position { line: 1, column: 5 });
        assert_eq!(line_around(b"a\rbc\rd", 3), 2..4);
    }
}
