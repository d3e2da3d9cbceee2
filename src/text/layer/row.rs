//! The lines that wrapped base64 makes of one run of characters.
//!
//! In: a text and a place in a long run. Out: the [`Row`] around it.

use std::borrow::Cow;
use std::ops::Range;

use super::run::{MIN_RUN, end_of_run, is_digit, run_around};

/// Blanks before a line of wrapped base64, at most.
pub const MAX_BLANKS: usize = 24;

/// Runs of base64 characters that are one text when read without what stands between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Not empty, in order.
    runs: Vec<Range<usize>>,
}

/// The row of the run around `at`, with the lines above and below that belong to it.
pub(super) fn around(text: &[u8], at: usize) -> Row {
    let mut first = without_escape(text, run_around(text, at));
    let mut above = Vec::new();
    let mut start = first.start;
    while let Some(end) = line_end_above(text, start) {
        let run = without_escape(text, run_around(text, end));
        if run.len() < MIN_RUN || run.end != end {
            break;
        }
        start = run.start;
        above.push(run);
    }
    if let Some(top) = above.pop() {
        above.insert(0, first);
        first = top;
    }
    let mut runs = vec![first];
    runs.extend(above.into_iter().rev());
    while let Some(last) = runs.last()
        && last.len() >= MIN_RUN
        && let Some(next) = line_start_below(text, last.end)
    {
        runs.push(next..end_of_run(text, next));
    }
    Row { runs }
}

/// A place from which on the row around it reads as it does from its beginning: `at` or, inside of a long row, one at most
/// [`MAX_BACK`] bytes before it, where a group of four characters begins.
#[must_use]
pub fn aligned(text: &[u8], at: usize) -> usize {
    if !text.get(at).is_some_and(|&byte| is_digit(byte)) {
        return at;
    }
    let row = around(text, at);
    let mut before = 0;
    let mut found = at;
    for run in &row.runs {
        // The rest of a line has to be as long as one of a row.
        let latest = run.end.saturating_sub(MIN_RUN).min(at);
        let shift = (4 - before % 4) % 4;
        if run.start + shift <= latest {
            found = latest - (latest - run.start - shift) % 4;
        }
        before += run.len();
    }
    if at - found.min(at) <= MAX_BACK {
        found
    } else {
        at
    }
}

/// See [`aligned`].
pub const MAX_BACK: usize = 4_096;

/// A run that follows a backslash begins after the `n` that belongs to it.
pub(super) fn without_escape(text: &[u8], run: Range<usize>) -> Range<usize> {
    let escaped = run.start > 0 && text[run.start - 1] == b'\\' && !run.is_empty();
    if escaped && matches!(text[run.start], b'n' | b'r' | b't') {
        run.start + 1..run.end
    } else {
        run
    }
}

/// Where the run ends that the line above ends with, if nothing but a line end and blanks stand before `start`.
fn line_end_above(text: &[u8], start: usize) -> Option<usize> {
    let before = &text[..start];
    if let Some(rest) = before.strip_suffix(b"\\n") {
        return Some(rest.strip_suffix(b"\\r").unwrap_or(rest).len());
    }
    let blanks = before
        .iter()
        .rev()
        .take_while(|&&byte| is_blank(byte))
        .count();
    if blanks > MAX_BLANKS {
        return None;
    }
    let rest = before[..start - blanks].strip_suffix(b"\n")?;
    Some(rest.strip_suffix(b"\r").unwrap_or(rest).len())
}

/// Where the next line's run begins, if nothing but a line end and blanks stand after `end`.
pub(super) fn line_start_below(text: &[u8], end: usize) -> Option<usize> {
    let after = &text[end..];
    let unescaped = after.strip_prefix(b"\\r").unwrap_or(after);
    let rest = if let Some(rest) = unescaped.strip_prefix(b"\\n") {
        rest
    } else {
        let rest = after
            .strip_prefix(b"\r")
            .unwrap_or(after)
            .strip_prefix(b"\n")?;
        let blanks = rest.iter().take_while(|&&byte| is_blank(byte)).count();
        rest.get(..blanks)
            .filter(|blanks| blanks.len() <= MAX_BLANKS)?;
        &rest[blanks..]
    };
    rest.first()
        .is_some_and(|&byte| is_digit(byte))
        .then_some(text.len() - rest.len())
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

impl Row {
    /// From the first character to the last.
    pub(super) fn whole(&self) -> Range<usize> {
        let end = self.runs.last().map_or(0, |run| run.end);
        self.runs.first().map_or(0, |run| run.start)..end
    }

    /// Its characters, in a row.
    pub(super) fn chars<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match &self.runs[..] {
            [only] => Cow::Borrowed(&text[only.clone()]),
            runs => {
                let runs: Vec<&[u8]> = runs.iter().map(|run| &text[run.clone()]).collect();
                Cow::Owned(runs.concat())
            }
        }
    }

    /// The number of characters before each run, and where the run begins.
    pub(super) fn lines(&self) -> Vec<(usize, usize)> {
        let mut before = 0;
        let line = |run: &Range<usize>| {
            let line = (before, run.start);
            before += run.len();
            line
        };
        self.runs.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decoding from there gives the same groups as decoding from the start of the row.
    #[test]
    fn a_row_can_be_entered_where_a_group_begins() {
        for width in [64, 76, 75, 41, 1_000] {
            for wrap in ["\n", "\r\n", "\\n"] {
                let digits: String = ('a'..='z').cycle().take(3_000).collect();
                let lines: Vec<&str> = (0..digits.len())
                    .step_by(width)
                    .map(|start| &digits[start..digits.len().min(start + width)])
                    .collect();
                let text = format!("key: x{}", lines.join(wrap));
                let row = around(text.as_bytes(), 20);
                for at in (6..text.len()).filter(|&at| is_digit(text.as_bytes()[at])) {
                    let start = aligned(text.as_bytes(), at);
                    assert!(start <= at && at - start < 200, "{at} {start}");
                    let rest = &text.as_bytes()[start..];
                    let (before, line) = row
                        .lines()
                        .into_iter()
                        .rfind(|line| line.1 <= start)
                        .unwrap_or((0, start));
                    if start != at || width != 41 {
                        assert_eq!(
                            (before + start - line) % 4,
                            0,
                            "{width} {wrap:?} {at} {start}"
                        );
                    }
                    let entered = around(rest, 0).chars(rest).len();
                    assert_eq!(
                        entered + before + start - line,
                        row.chars(text.as_bytes()).len()
                    );
                }
            }
        }
        assert_eq!(aligned(b"a, b", 1), 1);
        assert_eq!(aligned(b"a, b", 4), 4);
    }

    #[track_caller]
    fn assert_row(text: &str, expected: &str) {
        let at = text.find("SEED").expect("the text holds it");
        let row = around(text.as_bytes(), at);
        let chars = row.chars(text.as_bytes()).into_owned();
        assert_eq!(String::from_utf8_lossy(&chars), expected, "{text:?}");
        for (before, start) in row.lines() {
            assert_eq!(text.as_bytes()[start], chars[before]);
        }
    }

    #[test]
    fn lines_of_one_text_are_a_row() {
        let long = "x".repeat(MIN_RUN);
        let seed = format!("SEED{long}");
        for wrap in ["\n", "\r\n", "\n    ", "\n\t", "\\n", "\\r\\n"] {
            let text = format!("key: |{wrap}{long}{wrap}{seed}{wrap}{long}{wrap}short=={wrap}next");
            assert_row(&text, &format!("{long}{seed}{long}short"));
        }
        assert_row(&format!("short\n{seed}\n{long}"), &format!("{seed}{long}"));
        assert_row(&format!("{long}\n\n{seed}\n\n{long}"), &seed);
        assert_row(
            &format!("{long}\n{}{seed}", " ".repeat(MAX_BLANKS + 1)),
            &seed,
        );
        assert_row(
            &format!("{long}==\n{seed}\nshort\n{long}"),
            &format!("{seed}short"),
        );
        assert_row(&format!("{long}\nSEED"), &format!("{long}SEED"));
    }
}
