//! UTF-16 and UTF-32 inside a text of another kind: behind a log of single bytes, in a program's data segment, at an odd offset, in
//! an array of NumPy.
//!
//! In: a blob. Out: the Latin text of every passage in which each second byte is NUL, once read as little-endian and once
//! as big-endian, and where each stood; the same for passages in which one of four bytes is none. Files that are in either as a
//! whole are decoded by [`super::view`].

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
    /// Bytes of a code unit: 2 or 4.
    pub unit: usize,
}

/// Bytes beside a passage that may decide that it ends there: a code unit of UTF-32.
const MARGIN: usize = 4;

/// Finds every passage, those of UTF-16 and those of UTF-32; the cost is one search for NUL in a text without any.
#[must_use]
pub fn find(blob: &[u8]) -> [Passages; 2] {
    let [mut found, mut wide] = [2, 4].map(|unit| Passages {
        unit,
        ..Passages::default()
    });
    if memchr::memchr(0, blob).is_none() {
        return [found, wide];
    }
    let (mut done, mut done_wide) = (0, 0);
    for at in (0..blob.len()).step_by(STRIDE) {
        let Some(block) = blob[at..].first_chunk::<BLOCK>() else {
            break;
        };
        match phase(block) {
            Some((2, phase)) if at >= done => done = found.add_pairs(blob, at + 1 - phase),
            Some((4, phase)) if at >= done_wide => done_wide = wide.add_fours(blob, at + phase),
            _ => {}
        }
    }
    [found, wide]
}

/// How far a change at an end of `run` can reach into it: as far as a passage goes that stands there, with all that decides
/// about it. `run` is read from that end.
pub fn touched<'b>(run: impl Iterator<Item = &'b u8> + Clone) -> usize {
    if run.clone().take(MARGIN + 2).all(|&byte| byte != 0) {
        return 0;
    }
    let from = |skipped: usize| {
        let own = run.clone().skip(skipped);
        let pairs = own.clone().zip(own.clone().skip(1));
        let alternating = pairs.take_while(|(a, b)| (**a == 0) != (**b == 0)).count();
        let is_first_of_fours = own.clone().take(4).filter(|&&byte| byte != 0).count() == 1;
        let fours = own.clone().zip(own.skip(4));
        let repeating = fours.take_while(|(a, b)| (**a == 0) == (**b == 0)).count();
        let wide = if is_first_of_fours { repeating + 4 } else { 0 };
        skipped + alternating.max(wide)
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
        let after = unit + self.unit * (end - start - 1);
        unit.saturating_sub(self.unit)..after + MARGIN + 1 - self.unit
    }

    /// The characters, a line feed at the end, and their first code unit.
    pub(super) fn add(&mut self, characters: impl Iterator<Item = u8>, unit: usize) {
        self.starts.push((self.text.len(), unit));
        self.text.extend(characters);
        self.text.push(b'\n');
    }

    /// The passage around `at`, a NUL of it; gives where it ends.
    fn add_pairs(&mut self, blob: &[u8], at: usize) -> usize {
        // The first NUL and the last.
        let (mut first, mut last) = (at, at);
        while first >= 2 && blob[first - 1] != 0 && blob[first - 2] == 0 {
            first -= 2;
        }
        while blob.get(last + 1).is_some_and(|&byte| byte != 0) && blob.get(last + 2) == Some(&0) {
            last += 2;
        }
        if last - first >= 2 * (MIN_CHARS - 1) {
            // Little-endian units begin one byte before the NUL, big-endian ones with it.
            if first > 0 {
                self.add(shown(&blob[first - 1..last]), first - 1);
            }
            self.add(shown(&blob[first..(last + 2).min(blob.len())]), first);
        }
        last + 1
    }

    /// The passage around `at`, a byte of it, with three NULs between each two; gives where it ends.
    fn add_fours(&mut self, blob: &[u8], at: usize) -> usize {
        let (mut first, mut last) = (at, at);
        while first >= 4 && blob[first - 4] != 0 && blob[first - 3..first] == [0; 3] {
            first -= 4;
        }
        while blob.get(last + 1..last + 4) == Some(&[0; 3])
            && blob.get(last + 4).is_some_and(|&byte| byte != 0)
        {
            last += 4;
        }
        if last - first >= 4 * (MIN_CHARS - 1) {
            // What stands at an end may be a byte of something else, by which of its sides is NUL.
            let begins = first >= 3 && blob[first - 3..first] == [0; 3];
            let ends = blob.get(last + 1..last + 4) == Some(&[0; 3]);
            let little = first..if ends { last + 1 } else { last };
            let big = if begins { first } else { first + 4 }..last + 1;
            if little != big {
                self.add(shown(&blob[big.clone()]), big.start - 3);
            }
            self.add(shown(&blob[little.clone()]), little.start);
        }
        last + 1
    }
}

fn shown(units: &[u8]) -> impl Iterator<Item = u8> + '_ {
    units.iter().copied().filter(|&byte| byte != 0)
}

/// Bytes looked at together, and from the first of them to those that are looked at next: each passage of [`MIN_CHARS`]
/// characters has such a block inside of it. So tensors, which are full of NUL, cost no more than a look here and there.
const BLOCK: usize = 8;
const STRIDE: usize = 24;

const _: () = assert!(2 * (MIN_CHARS - 1) + 1 >= STRIDE + BLOCK - 1);

/// What a block can be inside of: bytes of a unit, and where the first byte stands that is not NUL.
#[inline(always)]
fn phase(block: &[u8; BLOCK]) -> Option<(usize, usize)> {
    const EVEN: u64 = u64::from_le_bytes([0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0]);
    let word = u64::from_le_bytes(*block);
    let is_none = word == 0 || (word & EVEN != 0 && word & !EVEN != 0);
    if is_none { None } else { phase_of(block) }
}

fn phase_of(block: &[u8; BLOCK]) -> Option<(usize, usize)> {
    let first = block.iter().position(|&byte| byte != 0)?;
    let is = |unit: usize| {
        first < unit
            && block
                .iter()
                .enumerate()
                .all(|(at, &byte)| (byte != 0) == (at % unit == first))
    };
    [2, 4]
        .into_iter()
        .find(|&unit| is(unit))
        .map(|unit| (unit, first))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reading, and where it stood.
    fn readings(blob: &[u8], unit: usize) -> Vec<(String, usize)> {
        let found = find(blob).into_iter().find(|found| found.unit == unit);
        let found = found.expect("there are both");
        let starts = found.starts.iter();
        let reading = |&(text_at, raw_at): &(usize, usize)| {
            let rest = &found.text[text_at..];
            let end = memchr::memchr(b'\n', rest).expect("it ends");
            (String::from_utf8_lossy(&rest[..end]).into_owned(), raw_at)
        };
        starts.map(reading).collect()
    }

    #[test]
    fn a_passage_is_read_at_any_offset_and_in_both_orders() {
        let words = "a key of twenty letters";
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            for before in ["", "x", "xy", "plain\n"] {
                let mut blob = before.as_bytes().to_vec();
                let start = blob.len();
                blob.extend(words.encode_utf16().flat_map(unit));
                blob.extend(b"\xff\xff");
                let found = readings(&blob, 2).into_iter();
                let exact = found
                    .clone()
                    .any(|(reading, raw_at)| raw_at == start && reading.starts_with(words));
                assert!(exact, "{before:?}: {found:?}");
            }
        }
    }

    #[test]
    fn wide_units_are_read_at_any_offset_and_in_both_orders() {
        let words = "a key of twenty letters";
        for (little, unit) in [
            (true, u32::to_le_bytes as fn(u32) -> [u8; 4]),
            (false, u32::to_be_bytes),
        ] {
            for before in 0..70 {
                for (beside, after) in [(0xff, 0xff), (0, 0), (0xff, 0), (0, 0xff)] {
                    let mut blob = vec![beside; before];
                    blob.extend(words.chars().map(u32::from).flat_map(unit));
                    blob.extend([after; 9]);
                    let found = readings(&blob, 4);
                    let exact = found.iter().any(|(reading, raw_at)| {
                        // Where NULs follow, big-endian units are little-endian ones too.
                        let starts = [before, before + if little { 0 } else { 3 }];
                        reading == words && starts.contains(raw_at)
                    });
                    assert!(exact, "{little} {before} {beside} {after}: {found:?}");
                    assert!(found.len() <= 2);
                }
            }
        }
        let short: Vec<u8> = words[..15]
            .chars()
            .map(u32::from)
            .flat_map(u32::to_le_bytes)
            .collect();
        assert_eq!(readings(&short, 4), []);
    }

    /// Every passage of UTF-16, by looking at each byte.
    fn plain(blob: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(next) = memchr::memchr(0, &blob[at..]) {
            let first = at + next;
            let mut last = first;
            while blob.get(last + 1).is_some_and(|&byte| byte != 0)
                && blob.get(last + 2) == Some(&0)
            {
                last += 2;
            }
            if last - first >= 2 * (MIN_CHARS - 1) {
                found.push(first..last);
            }
            at = last + 1;
        }
        found
    }

    #[test]
    fn looking_here_and_there_finds_every_passage() {
        let mut random = 3_u64;
        let mut next = || {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (random >> 33) as usize
        };
        let mut count = 0;
        for _ in 0..600 {
            let mut blob = Vec::new();
            for _ in 0..12 {
                let len = next() % 60;
                match next() % 4 {
                    0 => blob.extend(vec![0; len]),
                    1 => blob.extend(vec![b'a'; len % 5]),
                    2 => blob.extend([b'x', 0].iter().cycle().take(len)),
                    _ => blob.extend([0, b'y'].iter().cycle().take(len)),
                }
            }
            let expected = plain(&blob);
            count += expected.len();
            let starts: Vec<usize> = readings(&blob, 2).into_iter().map(|(_, at)| at).collect();
            let both = |one: &Range<usize>| one.start.checked_sub(1).into_iter().chain([one.start]);
            assert_eq!(starts, expected.iter().flat_map(both).collect::<Vec<_>>());
        }
        assert!(count > 500, "{count}");
    }

    #[test]
    fn zeros_and_short_runs_are_no_passages() {
        for blob in [
            &b"no such byte"[..],
            &[0; 4_096],
            b"a\0b\0c\0",
            b"a\0\0\0b\0\0\0",
        ] {
            for passages in find(blob) {
                assert_eq!((passages.text, passages.starts), (vec![], vec![]));
            }
        }
    }
}
