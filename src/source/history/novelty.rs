//! The part of a changed text that could hold a keyword which its base does not hold at the same place.
//!
//! In: a [`Change`]. Out: its inserted bytes and, around each seam, as much of the copies as a keyword can reach over
//! it, in one buffer that the prefilter reads in one go. What is left out lies inside one copy, further from its ends
//! than any keyword is long: each keyword there stands in the base as well.

use crate::git::pack::{Change, Piece};

/// Stands between stretches that do not touch. Keywords are UTF-8, in which this byte never occurs, so that none can
/// be found across it.
const GAP: u8 = 0xff;

/// The new parts of one text; kept and refilled for the next one.
#[derive(Debug, Default)]
pub(super) struct Novelty {
    bytes: Vec<u8>,
    /// Where each stretch begins, in `bytes` and in the text.
    stretches: Vec<(usize, usize)>,
}

impl Novelty {
    /// Takes what is new in `change`; `reach` is the length of the longest keyword, less one.
    pub(super) fn fill(&mut self, change: &Change<'_>, reach: usize) {
        self.bytes.clear();
        self.stretches.clear();
        self.stretches.push((0, 0));
        let mut at = 0;
        for piece in change.pieces() {
            let run = match piece {
                Piece::Insert(run) => {
                    self.bytes.extend_from_slice(run);
                    at += run.len();
                    continue;
                }
                Piece::Copy(_, run) => run,
            };
            // No keyword can begin before the text or end after it, so its ends are no seams.
            let head = if at == 0 { 0 } else { reach };
            let tail = if at + run.len() == change.len() {
                0
            } else {
                reach
            };
            if run.len() <= head + tail {
                self.bytes.extend_from_slice(run);
            } else {
                self.bytes.extend_from_slice(&run[..head]);
                self.bytes.push(GAP);
                let resumed = run.len() - tail;
                self.stretches.push((self.bytes.len(), at + resumed));
                self.bytes.extend_from_slice(&run[resumed..]);
            }
            at += run.len();
        }
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
