//! Runs of base64 characters, and the lines that wrapped base64 makes of one.
//!
//! In: a text. Out: [`run_seeds`], places in long runs, found at little cost where there are none; and around each of
//! them a [`Row`].

use std::borrow::Cow;
use std::ops::Range;

use crate::text::bits;

/// Fewer characters of base64 in a row are a word, a path or a number. A line of wrapped base64 is as long, but for the
/// last.
pub const MIN_RUN: usize = 40;

/// Blanks before a line of wrapped base64, at most.
pub const MAX_BLANKS: usize = 24;

/// Bytes looked at together, and from the first of them to those that are looked at next: each run of [`MIN_RUN`]
/// characters has such a block inside of it.
const BLOCK: usize = 16;
const STRIDE: usize = MIN_RUN - BLOCK + 1;

/// Blocks looked at before any of them is looked into: a branch that is not foreseen costs as much as five of them.
const GROUP: usize = 64;

/// Characters beside a block that make a run of it.
const BESIDE: usize = MIN_RUN - BLOCK;

/// Appends places in runs of at least [`MIN_RUN`] characters that reach into `range`, one or more for each.
///
/// `done` is where the last run ends that was looked into, and is kept up to date: a run can be longer than many ranges.
pub fn run_seeds(text: &[u8], range: Range<usize>, done: &mut usize, seeds: &mut Vec<usize>) {
    let mut look_into = |at: usize| {
        if at >= *done && may_be_in_run(text, at) {
            let run = run_around(text, at);
            *done = run.end;
            if run.len() >= MIN_RUN {
                seeds.push(run.start);
            }
        }
    };
    let mut at = range.start;
    let (groups, rest) = text[range].as_chunks::<{ GROUP * STRIDE }>();
    for group in groups {
        let (strides, _) = group.as_chunks::<STRIDE>();
        // In the order of memory: caches foresee that.
        let mut found = strides.iter().fold(0_u64, |found, stride| {
            let may_be = stride.first_chunk().is_some_and(may_be_digits);
            found >> 1 | u64::from(may_be) << (GROUP - 1)
        });
        while found != 0 {
            look_into(at + STRIDE * wide(found.trailing_zeros()));
            found &= found - 1;
        }
        at += group.len();
    }
    for at in (at..at + rest.len()).step_by(STRIDE) {
        // The last block may reach past the range.
        if text[at..].first_chunk().is_some_and(may_be_digits) {
            look_into(at);
        }
    }
}

/// Whether the run around the block at `at` is of [`MIN_RUN`] characters; near the ends of the text it may be.
fn may_be_in_run(text: &[u8], at: usize) -> bool {
    const { assert!(BESIDE + BLOCK + BESIDE == 64, "a bit for each") };
    let start = at.checked_sub(BESIDE);
    let Some(around) = start.and_then(|start| text[start..].first_chunk::<64>()) else {
        let block = text[at..].first_chunk::<BLOCK>();
        return block.is_some_and(are_digits);
    };
    // Either half of what is beside it has to be there: this is told sooner, and nearly always it is not.
    let [before, after] = [BESIDE / 2, BESIDE + BESIDE / 2].map(|start| {
        let half = around[start..].first_chunk();
        half.is_some_and(may_be_digits)
    });
    if !(before | after) {
        return false;
    }
    let others = bits::of(around, |byte| !is_digit_of_ranges(byte));
    let block = others << BESIDE >> (64 - BLOCK);
    let before = wide((others << (64 - BESIDE)).leading_zeros());
    let after = wide((others >> (64 - BESIDE)).trailing_zeros());
    (block == 0) & (before.min(BESIDE) + after.min(BESIDE) >= BESIDE)
}

fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Whether there is nothing but characters of base64 and brackets: next to all blocks hold a blank, a quote or a dot. Written so
/// that compilers make eleven vector instructions of it.
#[inline(always)]
fn may_be_digits(block: &[u8; BLOCK]) -> bool {
    let others = block.map(|byte| {
        // Letters in lower case, and `_` as the last of ASCII.
        let is_late = (byte | 0x20).wrapping_sub(b'a') < 0x1f;
        let is_early = byte.wrapping_sub(b'+') < 15;
        let is_stop = byte & !2 == b',';
        u8::from(!(is_late | is_early) | is_stop)
    });
    u128::from_ne_bytes(others) == 0
}

/// Whether `byte` is a character of base64, standard or URL-safe; the padding is none.
pub(super) fn is_digit(byte: u8) -> bool {
    IS_DIGIT[usize::from(byte)]
}

const IS_DIGIT: [bool; 256] = {
    let mut is_digit = [false; 256];
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
    let mut at = 0;
    while at < digits.len() {
        is_digit[digits[at] as usize] = true;
        at += 1;
    }
    is_digit
};

/// The characters of base64 around `at`, which may be none.
fn run_around(text: &[u8], at: usize) -> Range<usize> {
    let (mut start, mut end) = (at, at);
    while let Some(chunk) = text[..start].last_chunk::<CHUNK>()
        && are_digits(chunk)
    {
        start -= CHUNK;
    }
    while let Some(chunk) = text[end..].first_chunk::<CHUNK>()
        && are_digits(chunk)
    {
        end += CHUNK;
    }
    let before = text[..start].iter().rev();
    let after = text[end..].iter();
    start - before.take_while(|&&byte| is_digit(byte)).count()
        ..end + after.take_while(|&&byte| is_digit(byte)).count()
}

/// Bytes of a run that are told from others together.
const CHUNK: usize = 32;

fn are_digits<const LEN: usize>(chunk: &[u8; LEN]) -> bool {
    chunk
        .iter()
        .fold(true, |all, &byte| all & is_digit_of_ranges(byte))
}

/// The same as [`is_digit`] without branches or tables, so that compilers turn it into vector instructions: an image is one
/// long run.
#[inline(always)]
fn is_digit_of_ranges(byte: u8) -> bool {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let is_number = byte.wrapping_sub(b'0') < 10;
    let is_sign = (byte == b'+') | (byte == b'/') | (byte == b'-') | (byte == b'_');
    is_letter | is_number | is_sign
}

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
        let run = run_around(text, next);
        runs.push(next..run.end);
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
fn without_escape(text: &[u8], run: Range<usize>) -> Range<usize> {
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
fn line_start_below(text: &[u8], end: usize) -> Option<usize> {
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

    #[test]
    fn a_chunk_is_of_digits_if_each_byte_is_one() {
        for byte in 0..=u8::MAX {
            for at in 0..CHUNK {
                let mut chunk = [b'Q'; CHUNK];
                chunk[at] = byte;
                assert_eq!(are_digits(&chunk), is_digit(byte), "{byte}");
            }
        }
    }

    #[test]
    fn every_long_run_has_a_seed_wherever_it_stands() {
        for before in (0..64).chain(GROUP * STRIDE - 60..GROUP * STRIDE + 4) {
            for len in [MIN_RUN - 1, MIN_RUN, MIN_RUN + 1, 100, 1000] {
                let text = format!(
                    "{}{} and, more",
                    " ".repeat(before),
                    "Ab0+/-_9".repeat(200).split_at(len).0
                );
                for cut in [0, 30, 70, text.len()] {
                    let cut = cut.min(text.len());
                    let mut seeds = Vec::new();
                    for (first_done, mut done) in [(0, 0), (usize::MAX, 0)] {
                        seeds.clear();
                        run_seeds(text.as_bytes(), 0..cut, &mut done, &mut seeds);
                        done = done.min(first_done);
                        run_seeds(text.as_bytes(), cut..text.len(), &mut done, &mut seeds);
                        seeds.dedup();
                        let expected = if len >= MIN_RUN { vec![before] } else { vec![] };
                        assert_eq!(seeds, expected, "{before} {len} {cut}");
                    }
                }
            }
        }
    }

    #[test]
    fn runs_are_told_from_what_looks_like_one() {
        let mut random = 7_u32;
        let mut below = |bound: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 16) % bound
        };
        for _ in 0..200 {
            let mut text = String::new();
            let mut expected = Vec::new();
            for _ in 0..100 {
                let len = wide(20 + below(26));
                if len >= MIN_RUN {
                    expected.push(text.len());
                }
                let start = wide(below(8));
                text.push_str(&"Ab0+/-_9".repeat(7)[start..start + len]);
                text.push(char::from(b" \0*,.:@[\\]^`{|}~\x7f"[wide(below(17))]));
            }
            let mut seeds = Vec::new();
            run_seeds(text.as_bytes(), 0..text.len(), &mut 0, &mut seeds);
            assert_eq!(seeds, expected);
        }
    }

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
