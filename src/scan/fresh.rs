//! Which matches are new: those in lines that the old text does not have.
//!
//! No diff is made. git calls a line added only if the old blob lacks it or has fewer or elsewhere; a line that is
//! merely moved or repeated was already published, so it is passed over.

use std::ops::Range;

use memchr::memmem;

use super::Candidates;
use crate::text::view;

impl Candidates<'_> {
    /// Puts aside the matches whose lines, as git splits them, all stand in a row in one of `old_texts`.
    pub fn keep_new(&mut self, old_texts: &[&[u8]]) {
        self.keep_new_lines(old_texts);
        self.keep_new_in_members(old_texts);
    }

    /// The same without members.
    pub(super) fn keep_new_lines(&mut self, old_texts: &[&[u8]]) {
        let views = &self.views;
        let new_text: &[u8] = &views[0].text;
        let (new, mut known) = self.matches.drain(..).partition(|found| {
            let raw = view::raw(views, found.view, found.secret.clone());
            let lines = git_lines(new_text, &raw);
            !old_texts
                .iter()
                .any(|old| has_lines(old, &new_text[lines.clone()]))
        });
        self.matches = new;
        // They are no findings, and yet stay secret where a finding shows its line.
        self.known.append(&mut known);
    }
}

/// The lines that `range` touches, from the first's first byte to the last's LF (or the end of the text).
fn git_lines(text: &[u8], range: &Range<usize>) -> Range<usize> {
    let start = memchr::memrchr(b'\n', &text[..range.start]).map_or(0, |at| at + 1);
    let last = range.end.max(range.start + 1).min(text.len()) - 1;
    let end = memchr::memchr(b'\n', &text[last..]).map_or(text.len(), |at| last + at + 1);
    start..end
}

/// Whether `old` has `lines` as whole lines. A last line without LF is another line than one with it: git says so.
fn has_lines(old: &[u8], lines: &[u8]) -> bool {
    let ends_in_newline = lines.ends_with(b"\n");
    memmem::find_iter(old, lines).any(|at| {
        let starts = at == 0 || old[at - 1] == b'\n';
        starts && (ends_in_newline || at + lines.len() == old.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_compared_whole() {
        assert!(has_lines(b"a\nkey\nb\n", b"key\n"));
        assert!(!has_lines(b"a\nxkey\nb\n", b"key\n"));
        assert!(!has_lines(b"a\nkey x\nb\n", b"key\n"));
        assert!(!has_lines(b"key\n", b"key"));
        assert!(!has_lines(b"key", b"key\n"));
        assert!(has_lines(b"a\nkey", b"key"));
    }

    #[test]
    fn a_match_over_several_lines_takes_all_of_them() {
        assert_eq!(git_lines(b"one\ntwo\nthree\nfour", &(5..9)), 4..14);
        assert_eq!(git_lines(b"one\ntwo", &(4..7)), 4..7);
        assert_eq!(git_lines(b"one\n", &(0..4)), 0..4);
    }
}
