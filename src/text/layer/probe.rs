//! Places in long runs of base64 characters, found at little cost where there are none: most code has none.

use std::ops::Range;

use super::row::{self, line_start_below};
use super::run::{MIN_RUN, are_digits, end_of_run, is_digit_of_ranges, run_around, wide};
use crate::text::bits;

/// Bytes looked at together, and from the first of them to those that are looked at next: each run of [`MIN_RUN`]
/// characters has such a block inside of it.
const BLOCK: usize = 16;
const STRIDE: usize = MIN_RUN - BLOCK + 1;

/// Blocks looked at before any of them is looked into: a branch that is not foreseen costs as much as five of them.
const GROUP: usize = 64;

/// Characters beside a block that make a run of it.
const BESIDE: usize = MIN_RUN - BLOCK;

/// Appends places in runs of at least [`MIN_RUN`] characters that reach into `range`, one or more for each row of them, wrapped lines of one text.
///
/// `done` is where the last row ends that was looked into, and is kept up to date: it can be longer than many ranges.
pub fn run_seeds(text: &[u8], range: Range<usize>, done: &mut usize, seeds: &mut Vec<usize>) {
    let mut look_into = |at: usize| {
        if at >= *done && may_be_in_run(text, at) {
            let run = run_around(text, at);
            if run.len() >= MIN_RUN {
                seeds.push(run.start);
            }
            // Its next lines are not looked into: they are in the row around it.
            let mut run = row::without_escape(text, run);
            while run.len() >= MIN_RUN
                && let Some(next) = line_start_below(text, run.end)
            {
                run = next..end_of_run(text, next);
            }
            *done = run.end;
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

#[cfg(test)]
mod tests {
    use super::*;

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
                    // What was looked into may be known or not.
                    for known in [0, usize::MAX] {
                        let mut done = 0;
                        seeds.clear();
                        run_seeds(text.as_bytes(), 0..cut, &mut done, &mut seeds);
                        done = done.min(known);
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

    /// Whatever stands between two runs: if the second has no seed, it is in the row of one before it.
    #[test]
    fn every_long_run_is_in_a_row_of_a_seed() {
        let gaps = [
            "\n", "\r\n", "\\n", "\\r\\n", "\n   ", "\\n\\n", " ", "=\n", "\\t", "\\", "\n\n",
            "\"\n",
        ];
        let mut random = 7_u32;
        let mut below = |bound: usize| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            wide(random >> 16) % bound
        };
        let mut in_others = 0;
        for _ in 0..400 {
            let mut text = String::new();
            for _ in 0..12 {
                text.push_str(&"Ab0+/-_9".repeat(10)[..[39, 40, 41, 76, 3][below(5)]]);
                text.push_str(gaps[below(gaps.len())]);
            }
            let text = text.as_bytes();
            let mut seeds = Vec::new();
            run_seeds(text, 0..text.len(), &mut 0, &mut seeds);
            let rows = seeds
                .iter()
                .flat_map(|&seed| row::around(text, seed).lines());
            let lines: Vec<usize> = rows.map(|(_, start)| start).collect();
            let mut at = 0;
            while at < text.len() {
                let run = run_around(text, at);
                if run.len() >= MIN_RUN {
                    assert!(
                        lines.iter().any(|line| run.contains(line)),
                        "{run:?} of {}",
                        text.escape_ascii()
                    );
                    in_others += usize::from(!seeds.contains(&run.start));
                }
                at = run.end + 1;
            }
        }
        assert!(in_others > 100, "{in_others}");
    }
}
