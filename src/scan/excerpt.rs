//! The line of a finding as a person may see it: cut to a window, every secret in it masked.

use std::ops::Range;

use bstr::BString;

use crate::finding::Excerpt;
use crate::text::position;

/// Bytes shown on each side of the secret.
const WINDOW: usize = 60;

/// The line around `secret`; `masked` are the ranges of all matches in `text`, in order, with their masks.
pub(super) fn around(
    text: &[u8],
    secret: &Range<usize>,
    mask: &str,
    masked: &[(Range<usize>, String)],
) -> Excerpt {
    let line = position::line_around(text, secret.start);
    let before_start = char_boundary(text, line.start.max(secret.start.saturating_sub(WINDOW)));
    let after_start = token_end(text, secret.end).min(line.end.max(secret.end));
    let after_end = char_boundary(
        text,
        line.end
            .max(after_start)
            .min(after_start.saturating_add(WINDOW)),
    );
    Excerpt {
        before: redact(text, before_start.min(secret.start)..secret.start, masked),
        mask: mask.to_owned(),
        after: redact(text, after_start..after_end.max(after_start), masked),
    }
}

/// `text[range]` with every part that belongs to a secret replaced by its mask.
pub(super) fn redact(
    text: &[u8],
    range: Range<usize>,
    masked: &[(Range<usize>, String)],
) -> BString {
    let mut shown = Vec::new();
    let mut at = range.start;
    for (secret, mask) in masked {
        let hidden = secret.start..token_end(text, secret.end);
        if hidden.end <= at || hidden.start >= range.end {
            continue;
        }
        shown.extend_from_slice(&text[at..hidden.start.max(at)]);
        shown.extend_from_slice(mask.as_bytes());
        at = hidden.end.min(range.end);
    }
    shown.extend_from_slice(&text[at.min(range.end)..range.end]);
    BString::from(shown)
}

/// Where the run of token characters that continues a secret ends: a rule may match only the head of a longer one.
fn token_end(text: &[u8], at: usize) -> usize {
    let more = text[at..]
        .iter()
        .take_while(|&&byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=')
        })
        .count();
    at + more
}

/// `at`, moved left to the start of a UTF-8 sequence.
fn char_boundary(text: &[u8], at: usize) -> usize {
    let back = text[..at]
        .iter()
        .rev()
        .take(3)
        .take_while(|&&byte| byte & 0xc0 == 0x80)
        .count();
    if text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80) {
        at - back - usize::from(at > back)
    } else {
        at
    }
}
