//! The part of a changed text that could hold a keyword which its base does not hold at the same place.
//!
//! In: a [`Change`]. Out: its inserted bytes and, around each seam, as much of the copies as a keyword can reach over
//! it ([`Reach`]), in one buffer that the prefilter reads in one go. What is left out lies inside one copy, further from its
//! ends than any keyword reaches: each keyword there stands in the base as well. So does each stretch of carriers
//! ([`layer::is_carrier`]), in which something may be encoded, and each passage of UTF-16: one that a seam touches is in the
//! buffer, whole.

use std::ops::Range;

use crate::git::Kind;
use crate::git::pack::{Change, Piece};
use crate::text::bits;
use crate::text::layer::{self, Seeds};
use crate::text::passage;

use super::reach::{Reach, Side};

/// Stands between stretches that do not touch. Keywords are UTF-8, in which this byte never occurs, so that none can
/// be found across it.
/// Twice, so that it is no half of a character of UTF-16 either.
const GAP: [u8; 2] = [0xff; 2];

/// A copy of so few bytes is searched whole: that takes no longer than to tell how much of it must be (measured: 24, 64, 128, 256).
const SHORT: usize = 128;

/// The new parts of one text; kept and refilled for the next one.
#[derive(Debug, Default)]
pub(super) struct Novelty {
    bytes: Vec<u8>,
    /// Where each stretch begins, in `bytes` and in the text.
    stretches: Vec<(usize, usize)>,
}

impl Novelty {
    /// Takes what is new in `change`, of an object of `kind`.
    pub(super) fn fill(&mut self, kind: Kind, change: &Change<'_>, reach: &Reach) {
        // The names in a tree hold no NUL, and around them is nothing but.
        let is_wide = kind != Kind::Tree;
        self.bytes.clear();
        self.stretches.clear();
        self.stretches.push((0, 0));
        let mut at = 0;
        for piece in change.pieces() {
            let (from, run) = match piece {
                Piece::Insert(run) => {
                    self.bytes.extend_from_slice(run);
                    at += run.len();
                    continue;
                }
                Piece::Copy(from, run) => (from, run),
            };
            // Most of it is near a seam.
            if run.len() <= SHORT {
                self.bytes.extend_from_slice(run);
                at += run.len();
                continue;
            }
            // No keyword can begin before the text or end after it. A stretch can: it may have been cut there.
            let head = match (at, from) {
                (0, 0) => 0,
                (0, _) => touched(run, Side::Front, is_wide),
                _ => reach.within(run, Side::Front, touched(run, Side::Front, is_wide)),
            };
            // What tells that a value is encoded stands before it.
            let is_end = at + run.len() == change.len() && from + run.len() == change.base_len();
            let tail = match is_end {
                true => 0,
                false => reach.within(run, Side::Back, touched(run, Side::Back, is_wide)),
            };
            if run.len() <= head + tail {
                self.bytes.extend_from_slice(run);
            } else {
                self.bytes.extend_from_slice(&run[..head]);
                self.bytes.extend(GAP);
                let resumed = run.len() - tail;
                self.stretches.push((self.bytes.len(), at + resumed));
                self.bytes.extend_from_slice(&run[resumed..]);
            }
            at += run.len();
        }
    }

    /// Where the byte at `at` of a text stands, for each of `seeds`.
    pub(super) fn place_all(&self, seeds: &mut Seeds) {
        seeds.place_all(|at| self.place(at));
    }

    /// Where the bytes at `range` of [`Self::bytes`] stand in the text, which is `len` bytes long.
    pub(super) fn place_range(&self, range: &Range<usize>, len: usize) -> Range<usize> {
        let start = self.place(range.start);
        start..(start + range.len()).min(len)
    }

    /// What the prefilter must read.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where the byte at `at` of [`Self::bytes`] stands in the text.
    pub(super) fn place(&self, at: usize) -> usize {
        let next = self.stretches.partition_point(|stretch| stretch.0 <= at);
        let (start, text_start) = self.stretches[next - 1];
        text_start + (at - start)
    }
}

/// How many bytes of a copy, counted from the seam at its `side`, belong to anything encoded that the seam touches.
fn touched(run: &[u8], side: Side, is_wide: bool) -> usize {
    let wide = match side {
        _ if !is_wide => 0,
        Side::Front => passage::touched(run.iter()),
        Side::Back => passage::touched(run.iter().rev()),
    };
    wide.max(nearly_carried(run, side).unwrap_or_else(|| carried(run, side)))
}

/// How many bytes of a copy, counted from a seam, belong to a stretch of carriers that the seam touches; and, if it may be
/// a line of wrapped base64, enough of the next line to see that it is one.
fn carried(run: &[u8], side: Side) -> usize {
    let own = side.count(run, layer::is_carrier);
    let rest = side.without(run, own);
    let near = side.first(rest, layer::MAX_BLANKS + 2);
    let blanks = side.count(near, |byte| byte.is_ascii_whitespace());
    if blanks == 0 {
        return own;
    }
    let next = side.first(side.without(rest, blanks), layer::MIN_RUN);
    match side.count(next, layer::is_carrier) {
        layer::MIN_RUN => own + blanks + layer::MIN_RUN,
        _ => own,
    }
}

/// The same where the bytes next to the seam tell, as nearly all do: a word, and no line of carriers behind it. Counting one by one
/// ends with a branch that nothing foresees, three times a seam.
fn nearly_carried(run: &[u8], side: Side) -> Option<usize> {
    let bits = match side {
        Side::Front => run.first_chunk::<NEAR>().map(carriers_and_blanks),
        Side::Back => run.last_chunk::<NEAR>().map(|near| {
            let (carriers, blanks) = carriers_and_blanks(near);
            (carriers.reverse_bits(), blanks.reverse_bits())
        }),
    };
    let (carriers, blanks) = bits?;
    let own = carriers.trailing_ones();
    let skipped = own + blanks.unbounded_shr(own).trailing_ones();
    // Where all of the rest are carriers, it may be a line.
    let others = (!carriers).unbounded_shr(skipped);
    (others != 0).then_some(own as usize)
}

/// Bytes looked at together.
const NEAR: usize = 32;

/// A bit for each carrier, and for each blank.
#[inline(always)]
fn carriers_and_blanks(near: &[u8; NEAR]) -> (u32, u32) {
    let [carriers, blanks] = [
        bits::of(near, layer::is_carrier_of_ranges),
        bits::of(near, |byte| byte.is_ascii_whitespace()),
    ];
    let [carriers, blanks] = [carriers, blanks].map(|bits| u32::try_from(bits).unwrap_or(0));
    (carriers, blanks)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_near_is_counted_alike(
            pieces in prop::collection::vec(("[a-z+/=%\\\\{}._-]{0,45}", "[ \t\r\n\x0b\x0c]{0,30}|[(\u{e9}\",]"), 1..4),
            cut in 0..40_usize,
        ) {
            let run: String = pieces.into_iter().map(|(word, gap)| word + &gap).collect();
            let run = run.as_bytes().get(cut..).unwrap_or_default();
            for side in [Side::Front, Side::Back] {
                if let Some(near) = nearly_carried(run, side) {
                    prop_assert_eq!(near, carried(run, side));
                } else {
                    let most = side.first(run, NEAR);
                    let is_word = |byte: u8| layer::is_carrier(byte) || byte.is_ascii_whitespace();
                    prop_assert!(most.len() < NEAR || side.count(most, is_word) == NEAR);
                }
            }
        }
    }
}
