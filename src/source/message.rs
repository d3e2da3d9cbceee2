//! A commit message as git will record it.
//!
//! In: the file that git hands to `commit-msg`. Out: the same text with every line emptied that git will drop, so that
//! line numbers stay. Where it cannot be known that a line is dropped, it stays: the message is then read too far, not
//! too short.
//!
//! Source: <https://git-scm.com/docs/git-commit#Documentation/git-commit.txt---cleanupmode>

use bstr::{BStr, ByteSlice};

use super::{Progress, Scanned, SourceError};
use crate::finding::{Origin, Part};
use crate::scan::{Place, Scanner};

/// What follows the comment character on the line at which git cuts a message.
///
/// Source: <https://github.com/git/git/blob/master/wt-status.c>, `cut_line`
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------\n";

/// How git cleans this message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleanup {
    /// `commit.cleanup`.
    pub mode: CleanupMode,
    /// Whether the person saw the message in an editor; git drops comments only then, unless told otherwise.
    pub edited: bool,
    /// `core.commentChar` or `core.commentString`; `None` for `auto`.
    pub comment: Option<Vec<u8>>,
}

/// The values of `commit.cleanup`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CleanupMode {
    /// As [`CleanupMode::Strip`] where the message was edited, else as [`CleanupMode::Whitespace`].
    Default,
    /// Comments go.
    Strip,
    /// Comments stay.
    Whitespace,
    /// Everything stays.
    Verbatim,
    /// Where the message was edited everything under the scissors line goes; comments stay.
    Scissors,
}

/// Scans the message in `text`, reported under `path`.
///
/// `cleanup` is only asked for where something was found at all.
///
/// # Errors
/// [`SourceError`] where a rule is unusable or `cleanup` fails.
pub fn scan(
    text: &[u8],
    path: &BStr,
    cleanup: impl FnOnce() -> Result<Cleanup, SourceError>,
    scanner: &Scanner,
    progress: &Progress,
) -> Result<Scanned, SourceError> {
    let place = Place {
        path,
        part: Part::Message,
        origin: &Origin::Message,
    };
    let mut scanned = Scanned::default();
    scanned.scan_whole(scanner, text, place)?;
    progress.advance();
    if scanned.findings.is_empty() {
        return Ok(scanned);
    }
    let mut scanned = Scanned::default();
    scanned.scan_whole(scanner, &recorded(text, &cleanup()?), place)?;
    Ok(scanned)
}

/// `text` without the lines that git drops, their line ends left in place.
#[must_use]
pub fn recorded(text: &[u8], cleanup: &Cleanup) -> Vec<u8> {
    let mode = match (cleanup.mode, cleanup.edited) {
        (CleanupMode::Default, true) => CleanupMode::Strip,
        (CleanupMode::Default | CleanupMode::Scissors, false) => CleanupMode::Whitespace,
        (mode, _) => mode,
    };
    let comment = cleanup.comment.as_deref();
    let is_comment = |line: &[u8]| comment.is_some_and(|comment| line.starts_with(comment));
    let cut = cleanup.edited.then(|| cut(text, mode, comment)).flatten();
    let kept_len = cut.unwrap_or(text.len());
    let mut kept = Vec::with_capacity(text.len());
    for line in text[..kept_len].lines_with_terminator() {
        if mode == CleanupMode::Strip && is_comment(line) {
            kept.push(b'\n');
        } else {
            kept.extend_from_slice(line);
        }
    }
    kept
}

/// Where git cuts the message: above the scissors, if the mode asks for them or `commit --verbose` has put a diff below.
///
/// That there was a `--verbose` can be seen from the diff alone. Without one, what stands below the line is recorded.
fn cut(text: &[u8], mode: CleanupMode, comment: Option<&[u8]>) -> Option<usize> {
    let mut at = 0;
    let mut lines = text.lines_with_terminator();
    let line = lines.find(|line| {
        at += line.len();
        is_scissors(line, comment)
    })?;
    let start = at - line.len();
    if mode == CleanupMode::Scissors {
        return Some(start);
    }
    let sign = &line[..line.len() - SCISSORS.len()];
    let diff = lines.find(|line| !line.starts_with(sign));
    diff.is_none_or(|line| line.starts_with(b"diff --") || line.starts_with(b"Submodule "))
        .then_some(start)
}

/// With `core.commentChar=auto` the character is whatever stands before the scissors.
fn is_scissors(line: &[u8], comment: Option<&[u8]>) -> bool {
    match (line.strip_suffix(SCISSORS), comment) {
        (Some(before), Some(comment)) => before == comment,
        (Some(before), None) => before.len() == 1,
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: &str = "# ------------------------ >8 ------------------------\n";

    fn cleanup(mode: CleanupMode, edited: bool, comment: Option<&str>) -> Cleanup {
        Cleanup {
            mode,
            edited,
            comment: comment.map(|comment| comment.as_bytes().to_vec()),
        }
    }

    #[track_caller]
    fn assert_recorded(text: &str, cleanup: &Cleanup, expected: &str) {
        assert_eq!(
            recorded(text.as_bytes(), cleanup).as_bstr(),
            expected.as_bytes().as_bstr()
        );
    }

    #[test]
    fn an_edited_message_loses_comments_and_what_is_below_the_scissors() {
        let text = format!("fix\n\n# a comment\nbody\n{CUT}# note\ndiff --git a/x b/x\n+x\n");
        let edited = cleanup(CleanupMode::Default, true, Some("#"));
        assert_recorded(&text, &edited, "fix\n\n\nbody\n");
        let scissors = cleanup(CleanupMode::Scissors, true, Some("#"));
        assert_recorded(&text, &scissors, "fix\n\n# a comment\nbody\n");
        assert_recorded(
            &format!("a\n{CUT}# empty diff\n"),
            &cleanup(CleanupMode::Whitespace, true, Some("#")),
            "a\n",
        );
    }

    #[test]
    fn scissors_that_git_does_not_heed_hide_nothing() {
        let text = format!("fix\n{CUT}# no diff\nbelow\n");
        let edited = cleanup(CleanupMode::Default, true, Some("#"));
        assert_recorded(&text, &edited, "fix\n\n\nbelow\n");
        let not_edited = cleanup(CleanupMode::Scissors, false, Some("#"));
        assert_recorded(&text, &not_edited, &text);
        let scissors = cleanup(CleanupMode::Scissors, true, Some("#"));
        let text = CUT.replace('\n', "\r\n") + "below\n";
        assert_recorded(&text, &scissors, &text);
    }

    #[test]
    fn a_message_from_the_command_line_stays_whole() {
        let text = &format!("fix\n# no comment\n{CUT}below\n");
        assert_recorded(text, &cleanup(CleanupMode::Default, false, Some("#")), text);
        assert_recorded(
            text,
            &cleanup(CleanupMode::Whitespace, false, Some("#")),
            text,
        );
        assert_recorded(text, &cleanup(CleanupMode::Verbatim, true, Some("#")), text);
    }

    #[test]
    fn the_comment_character_is_the_configured_one() {
        let edited = cleanup(CleanupMode::Strip, true, Some(";"));
        assert_recorded("a\n; gone\n# stays\n", &edited, "a\n\n# stays\n");
        let edited = cleanup(CleanupMode::Strip, true, Some("//"));
        assert_recorded("a\n// gone\n/ stays\n", &edited, "a\n\n/ stays\n");
    }

    #[test]
    fn an_automatic_comment_character_drops_nothing_but_what_is_below_the_scissors() {
        let text = format!("a\n; stays\n{}diff --git a/x b/x\n", CUT.replace('#', ";"));
        assert_recorded(
            &text,
            &cleanup(CleanupMode::Default, true, None),
            "a\n; stays\n",
        );
    }
}
