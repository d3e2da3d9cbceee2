//! A text that is too large to be held, scanned in pieces.
//!
//! In: the text, twice, in chunks: once for the [`Whole`], what must be known of all of it, once for the [`Pieces`]. Out: the
//! findings that a scan of the whole text gives. Pieces overlap by a `MARGIN` on either side, and a finding counts for
//! the piece in which it begins; so whatever decides about it within that reach (a match, its line, comments, what it is
//! encoded in) is at hand. What reaches further is told by [`Whole`]: the kind of line end, lines before, where groups of
//! base64 begin. Three things are left. Where the keywords of one rule stand closer to each other than its matches are
//! long for more than a margin on end, its matches may begin at other places. And base64 inside of base64 is read as from
//! the start of a margin, if both are longer than that.
//! And an excerpt does not show what stands beside base64 that is longer.
//!
//! A text as a whole in UTF-16 or UTF-32, a notebook, a Kubernetes Secret, an archive, and a file that counts its strings cannot be read so:
//! [`Whole::is_one`].

#[cfg(test)]
mod tests;

use crate::archive;
use crate::finding::Finding;
use crate::rules::RuleError;
use crate::text::layer;
use crate::text::position::{Lines, Position};
use crate::text::{strings, view};

use super::{Place, Scanner};

/// Bytes of a piece without its margins.
const PIECE: usize = 8 << 20;

/// Bytes read on either side of a piece.
const MARGIN: usize = 1 << 20;

/// What tells a notebook.
const NOTEBOOK: &[u8] = b"\"nbformat\"";

/// Bytes of it, or of what tells a Kubernetes Secret.
const LONGEST_SIGN: usize = 18;

/// What must be known of a whole text before pieces of it can be read.
#[derive(Debug, Default)]
pub struct Whole {
    /// Its first bytes.
    head: Vec<u8>,
    /// The first two of its bytes that are not blank.
    start: Vec<u8>,
    /// The last bytes seen, in which a sign may have begun.
    tail: Vec<u8>,
    has_line_feed: bool,
    is_notebook: bool,
    is_manifest: bool,
}

impl Whole {
    /// Takes the next bytes.
    pub fn add(&mut self, chunk: &[u8]) {
        let missing = view::SNIFFED - self.head.len();
        self.head.extend(&chunk[..chunk.len().min(missing)]);
        let shown = chunk.iter().filter(|byte| !byte.is_ascii_whitespace());
        self.start.extend(shown.take(2 - self.start.len()));
        self.has_line_feed |= memchr::memchr(b'\n', chunk).is_some();
        let keep = LONGEST_SIGN - 1;
        let seam = [&self.tail, &chunk[..chunk.len().min(keep)]].concat();
        for text in [&seam, chunk] {
            self.is_notebook |= memchr::memmem::find(text, NOTEBOOK).is_some();
            self.is_manifest |= layer::is_manifest(text);
        }
        if chunk.len() >= keep {
            self.tail.clear();
        }
        self.tail.extend(&chunk[chunk.len().saturating_sub(keep)..]);
        let excess = self.tail.len().saturating_sub(keep);
        self.tail.drain(..excess);
    }

    /// Why the text must be read in one piece, if it must.
    #[must_use]
    pub fn is_one(&self) -> Option<&'static str> {
        if self.is_notebook {
            Some("a notebook is read as one text")
        } else if self.is_manifest {
            Some("a Kubernetes Secret is read as one text")
        } else if view::is_decoded(&self.head) {
            Some("UTF-16 and UTF-32 are decoded as one text")
        } else if archive::may_begin(&self.head) {
            Some("an archive is unpacked as one text")
        } else if strings::may_begin(&self.head) {
            Some("a file that counts its strings is read from its beginning")
        } else {
            None
        }
    }

    fn line_end(&self) -> u8 {
        if self.has_line_feed { b'\n' } else { b'\r' }
    }

    /// What stands before every piece but the first: it makes of the piece a text of the kind of the whole. It is as long as
    /// what is looked at to tell UTF-16, and ends a line.
    fn prologue(&self) -> Vec<u8> {
        let is_json = matches!(&*self.start, b"{\"" | b"{}" | b"[\"" | b"[{");
        let mut prologue = vec![b' '; view::SNIFFED];
        prologue[..2].copy_from_slice(if is_json { b"{}" } else { b"x." });
        prologue[view::SNIFFED - 1] = self.line_end();
        prologue
    }
}

/// The pieces of one text, as they come.
#[derive(Debug)]
pub struct Pieces<'a> {
    scanner: &'a Scanner,
    place: Place<'a>,
    whole: Whole,
    /// Bytes of a piece, of a margin.
    sizes: (usize, usize),
    /// A prologue, and then the text from some place on.
    buffer: Vec<u8>,
    prologue_len: usize,
    /// Where in `buffer` the findings begin that were not told yet.
    next: usize,
    /// Line ends before the buffer's text, and characters since the last of them.
    before: Position,
    findings: Vec<Finding>,
}

impl<'a> Pieces<'a> {
    /// For the text that `whole` has seen.
    #[must_use]
    pub fn new(scanner: &'a Scanner, place: Place<'a>, whole: Whole) -> Self {
        Self::of_sizes(scanner, place, whole, (PIECE, MARGIN))
    }

    fn of_sizes(
        scanner: &'a Scanner,
        place: Place<'a>,
        whole: Whole,
        sizes: (usize, usize),
    ) -> Self {
        Self {
            scanner,
            place,
            whole,
            sizes,
            buffer: Vec::new(),
            prologue_len: 0,
            next: 0,
            before: Position { line: 0, column: 0 },
            findings: Vec::new(),
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`RuleError`] where a rule that was hit cannot be compiled.
    pub fn add(&mut self, chunk: &[u8]) -> Result<(), RuleError> {
        self.buffer.extend_from_slice(chunk);
        let (piece, margin) = self.sizes;
        while self.buffer.len() >= self.next + piece + margin {
            let end = char_start(&self.buffer, self.next + piece);
            self.scan(end)?;
            self.drop_before(end.saturating_sub(margin), end);
        }
        Ok(())
    }

    /// The findings, in order of place.
    ///
    /// # Errors
    /// [`RuleError`] where a rule that was hit cannot be compiled.
    pub fn finish(mut self) -> Result<Vec<Finding>, RuleError> {
        self.scan(self.buffer.len() + 1)?;
        Ok(self.findings)
    }

    /// Adds the findings that begin from `next` on and before `end`.
    fn scan(&mut self, end: usize) -> Result<(), RuleError> {
        let candidates = self.scanner.candidates(&self.buffer)?;
        if candidates.is_empty() {
            return Ok(());
        }
        let mut lines = Lines::of(&self.buffer);
        let from = lines.position(self.next);
        let to = (end <= self.buffer.len()).then(|| lines.position(end));
        let found = self.scanner.findings(&candidates, self.place).into_iter();
        let own =
            found.filter(|finding| finding.start >= from && to.is_none_or(|to| finding.start < to));
        let prologue_lines = usize::from(self.prologue_len > 0);
        let moved = |at: Position| Position {
            line: at.line - prologue_lines + self.before.line,
            column: if at.line == prologue_lines + 1 {
                at.column + self.before.column
            } else {
                at.column
            },
        };
        self.findings.extend(own.map(|finding| Finding {
            start: moved(finding.start),
            end: moved(finding.end),
            ..finding
        }));
        Ok(())
    }

    /// Forgets what stands before `at`, or some bytes less, and puts a prologue in its place; what was told ends at `told`.
    fn drop_before(&mut self, at: usize, told: usize) {
        let mut start = layer::aligned(&self.buffer, at);
        start = char_start(&self.buffer, start);
        if start <= self.prologue_len {
            self.next = told;
            return;
        }
        let dropped = &self.buffer[self.prologue_len..start];
        let line_end = self.whole.line_end();
        let rest = match memchr::memrchr(line_end, dropped) {
            Some(last) => {
                self.before.line += memchr::memchr_iter(line_end, dropped).count();
                self.before.column = 0;
                &dropped[last + 1..]
            }
            None => dropped,
        };
        self.before.column += bstr::ByteSlice::chars(rest).count();
        let mut buffer = self.whole.prologue();
        self.prologue_len = buffer.len();
        buffer.extend_from_slice(&self.buffer[start..]);
        self.next = self.prologue_len + (told - start);
        self.buffer = buffer;
    }
}

/// The start of the character that the byte at `at` belongs to.
fn char_start(text: &[u8], at: usize) -> usize {
    let is_start = |at: &usize| text.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80);
    let first = at.saturating_sub(3);
    (first..=at).rev().find(is_start).unwrap_or(at)
}
