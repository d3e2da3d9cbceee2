//! The part of a changed text that could hold a keyword which its base does not hold at the same place.
//!
//! In: a [`Change`]. Out: its inserted bytes and, around each seam, as much of the copies as a keyword can reach over
//! it, in one buffer that the prefilter reads in one go. What is left out lies inside one copy, further from its ends
//! than any keyword is long: each keyword there stands in the base as well. So does each stretch of carriers
//! ([`layer::is_carrier`]), in which something may be encoded, and each passage of UTF-16: one that a seam touches is in the
//! buffer, whole.

use std::ops::Range;

use crate::git::Kind;
use crate::git::pack::{Change, Piece};
use crate::text::layer::{self, Seeds, sign};
use crate::text::passage;

/// Stands between stretches that do not touch. Keywords are UTF-8, in which this byte never occurs, so that none can
/// be found across it.
/// Twice, so that it is no half of a character of UTF-16 either.
const GAP: [u8; 2] = [0xff; 2];

/// The new parts of one text; kept and refilled for the next one.
#[derive(Debug, Default)]
pub(super) struct Novelty {
    bytes: Vec<u8>,
    /// Where each stretch begins, in `bytes` and in the text.
    stretches: Vec<(usize, usize)>,
}

impl Novelty {
    /// Takes what is new in `change`, of an object of `kind`; `reach` is the length of the longest keyword, less one.
    pub(super) fn fill(&mut self, kind: Kind, change: &Change<'_>, reach: usize) {
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
            // No keyword can begin before the text or end after it. A stretch can: it may have been cut there.
            let head = match (at, from) {
                (0, 0) => 0,
                (0, _) => touched(run.iter(), is_wide),
                _ => reach.max(touched(run.iter(), is_wide)),
            };
            let is_last = at + run.len() == change.len();
            // What tells that a value is encoded stands before it.
            let lead = sign::MAX_LEAD;
            let tail = match (is_last, from + run.len() == change.base_len()) {
                (true, true) => 0,
                (true, false) => touched(run.iter().rev(), is_wide) + lead,
                (false, _) => reach.max(touched(run.iter().rev(), is_wide) + lead),
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

/// How many bytes of a copy, counted from a seam, belong to anything encoded that the seam touches.
fn touched<'b>(run: impl Iterator<Item = &'b u8> + Clone, is_wide: bool) -> usize {
    let wide = if is_wide {
        passage::touched(run.clone())
    } else {
        0
    };
    wide.max(carried(run))
}

/// How many bytes of a copy, counted from a seam, belong to a stretch of carriers that the seam touches; and, if it may be
/// a line of wrapped base64, enough of the next line to see that it is one.
fn carried<'b>(run: impl Iterator<Item = &'b u8> + Clone) -> usize {
    let is_carrier = |byte: &&u8| layer::is_carrier(**byte);
    let own = run.clone().take_while(is_carrier).count();
    let rest = run.skip(own);
    let is_blank = |byte: &&u8| byte.is_ascii_whitespace();
    let most = layer::MAX_BLANKS + 2;
    let blanks = rest.clone().take(most).take_while(is_blank).count();
    if blanks == 0 {
        return own;
    }
    let next = rest.skip(blanks).take_while(is_carrier);
    match next.take(layer::MIN_RUN).count() {
        layer::MIN_RUN => own + blanks + layer::MIN_RUN,
        _ => own,
    }
}
