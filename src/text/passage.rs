//! UTF-16 inside a text of another kind: behind a log of single bytes, in a program's data segment, at an odd offset.
//!
//! In: a blob. Out: the Latin text of every passage in which each second byte is NUL, once read as little-endian and once
//! as big-endian, and where each stood. Files that are UTF-16 as a whole are decoded by [`super::view`].

use std::ops::Range;

/// Fewer characters than this are numbers in a table, not a credential.
const MIN_CHARS: usize = 16;

/// The passages of a blob, joined by line feeds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Passages {
    /// Their characters.
    pub text: Vec<u8>,
    /// Where each reading starts: in the text, and its first code unit in the blob.
    pub starts: Vec<(usize, usize)>,
}

/// Bytes beside a passage that may decide that it ends there.
const MARGIN: usize = 4;

/// Finds every passage; the cost is one search for NUL in a text without any.
#[must_use]
pub fn find(blob: &[u8]) -> Passages {
    let mut found = Passages::default();
    let mut at = 0;
    while let Some(next) = memchr::memchr(0, &blob[at..]) {
        let first = at + next;
        let mut last = first;
        while blob.get(last + 1).is_some_and(|&byte| byte != 0) && blob.get(last + 2) == Some(&0) {
            last += 2;
        }
        if last - first >= 2 * (MIN_CHARS - 1) {
            // Little-endian units begin one byte before the NUL, big-endian ones with it.
            if first > 0 {
                found.add(blob, first - 1..last);
            }
            found.add(blob, first..(last + 2).min(blob.len()));
        }
        at = last + 1;
    }
    found
}

/// How far a change at an end of `run` can reach into it: as far as a passage goes that stands there, with all that decides
/// about it. `run` is read from that end.
pub fn touched<'b>(run: impl Iterator<Item = &'b u8> + Clone) -> usize {
    if run.clone().take(MARGIN + 2).all(|&byte| byte != 0) {
        return 0;
    }
    let from = |skipped: usize| {
        let own = run.clone().skip(skipped);
        let pairs = own.clone().zip(own.skip(1));
        let alternating = pairs.take_while(|(a, b)| (**a == 0) != (**b == 0));
        skipped + alternating.count()
    };
    (0..=MARGIN).map(from).max().unwrap_or(0) + MARGIN
}

impl Passages {
    /// The bytes of the blob that decide about the reading that the character at `at` of the text is of: its own, and some
    /// on either side, `MARGIN` at most. They may lie beyond the blob's end.
    #[must_use]
    pub fn stretch_at(&self, at: usize) -> Range<usize> {
        let next = self.starts.partition_point(|&(start, _)| start <= at);
        let (start, unit) = self.starts[next.saturating_sub(1)];
        let end = match self.starts.get(next) {
            Some(&(end, _)) => end,
            None => self.text.len(),
        };
        unit.saturating_sub(2)..unit + 2 * (end - start) + 1
    }

    /// Appends the characters of the code units in `units`, which start with a whole one.
    fn add(&mut self, blob: &[u8], units: Range<usize>) {
        self.starts.push((self.text.len(), units.start));
        self.text
            .extend(blob[units].iter().filter(|&&byte| byte != 0));
        self.text.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_is_read_at_any_offset_and_in_both_orders() {
        let words = "a key of twenty letters";
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            for before in ["", "x", "xy", "plain\n"] {
                let mut blob = before.as_bytes().to_vec();
                let start = blob.len();
                blob.extend(words.encode_utf16().flat_map(unit));
                blob.extend(b"\xff\xff");
                let found = find(&blob);
                let exact = found.starts.iter().any(|&(text_at, raw_at)| {
                    raw_at == start && found.text[text_at..].starts_with(words.as_bytes())
                });
                assert!(exact, "{before:?}: {found:?}");
            }
        }
    }

    #[test]
    fn zeros_and_short_runs_are_no_passages() {
        assert_eq!(find(b"no such byte"), Passages::default());
        assert_eq!(find(&[0; 4_096]), Passages::default());
        assert_eq!(find(b"a\0b\0c\0"), Passages::default());
    }
}
