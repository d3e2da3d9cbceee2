//! Where the bytes of a decoded text stood.

use std::ops::Range;

/// Leads from a decoded text back to the text that it was decoded from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Map {
    /// A fixed number of characters for each few bytes.
    Digits(Digits),
    /// One stretch for all of it: it was packed.
    Whole(Range<usize>),
    /// Bytes as they stood, between escapes.
    Escapes(Vec<Escape>),
    /// The same for a whole text in which only some parts were written otherwise: nothing else in it is hidden.
    Parts(Vec<Escape>),
}

/// Base64 or hex: digits on one line or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digits {
    /// Where each line's digits begin: the number of digits before them, and the offset in the text.
    pub(super) lines: Vec<(usize, usize)>,
    /// The number of digits before the first decoded byte.
    pub(super) first: usize,
    /// Bits of a digit: 6 or 4.
    pub(super) bits: usize,
    /// Bits that stand for a decoded byte: 8, of UTF-16 16.
    pub(super) unit: usize,
}

/// An escape, or the place at which a decoded stretch begins (with both ranges empty).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escape {
    /// The bytes that it stands for, in the decoded text.
    pub(super) decoded: Range<usize>,
    /// Itself.
    pub(super) written: Range<usize>,
}

impl Map {
    /// The bytes that `range` of the decoded text, which is not empty, was written with.
    #[must_use]
    pub fn written(&self, range: &Range<usize>) -> Range<usize> {
        let last = range.end.max(range.start + 1) - 1;
        match self {
            Self::Digits(digits) => {
                digits.place(digits.first_digit(range.start))
                    ..digits.place(digits.last_digit(last)) + 1
            }
            Self::Whole(written) => written.clone(),
            Self::Escapes(escapes) | Self::Parts(escapes) => {
                written_at(escapes, range.start).start..written_at(escapes, last).end
            }
        }
    }

    /// Whether what stands at `range` of the decoded text, which is not empty, may not be seen in the text that it was decoded
    /// from.
    #[must_use]
    pub fn tells(&self, range: &Range<usize>) -> bool {
        match self {
            Self::Digits(_) | Self::Whole(_) | Self::Escapes(_) => true,
            Self::Parts(_) => self.written(range).len() > range.len(),
        }
    }
}

impl Digits {
    fn first_digit(&self, byte: usize) -> usize {
        self.first + byte * self.unit / self.bits
    }

    fn last_digit(&self, byte: usize) -> usize {
        self.first + (byte * self.unit + self.unit - 1) / self.bits
    }

    fn place(&self, digit: usize) -> usize {
        let passed = self.lines.partition_point(|&(before, _)| before <= digit);
        let (before, at) = self.lines[passed.saturating_sub(1)];
        at + (digit - before)
    }
}

fn written_at(escapes: &[Escape], byte: usize) -> Range<usize> {
    let passed = escapes.partition_point(|escape| escape.decoded.start <= byte);
    let escape = &escapes[passed.saturating_sub(1)];
    if escape.decoded.contains(&byte) {
        return escape.written.clone();
    }
    let at = escape.written.end + (byte - escape.decoded.end);
    at..at + 1
}
