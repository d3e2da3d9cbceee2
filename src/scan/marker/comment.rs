//! The words of an inline comment, whatever stands around them.
//!
//! In: a line. Out: each comment of a known tool in it.

use bstr::ByteSlice;

use crate::finding::Marker;
use crate::order;

/// Bytes of a rule id that are read, at most.
const MAX_ID: usize = 100;

/// A comment as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Comment {
    Of(Marker),
    DetectSecretsNextLine,
}

impl Comment {
    /// Whether it is about the line below.
    pub(super) fn acts_on_the_next_line(&self) -> bool {
        matches!(
            self,
            Self::Of(Marker::HfGuard(_)) | Self::DetectSecretsNextLine
        )
    }

    /// What the finding is told.
    pub(super) fn into_marker(self) -> Option<Marker> {
        Some(match self {
            Self::Of(marker) => marker,
            Self::DetectSecretsNextLine => Marker::DetectSecrets,
        })
    }
}

/// The comments in `line`, each with the offset of its first byte.
pub(super) fn all(line: &[u8]) -> Vec<(usize, Comment)> {
    let mut found = Vec::new();
    for at in line.find_iter(b"hf-guard:") {
        let rest = line[at + b"hf-guard:".len()..].trim_start_with(|character| character == ' ');
        if let Some(rest) = word(rest, b"allow") {
            found.push((at, Comment::Of(Marker::HfGuard(ids(rest)))));
        }
    }
    for (text, marker) in [
        (&b"gitleaks:allow"[..], Marker::Gitleaks),
        (b"betterleaks:allow", Marker::Betterleaks),
        (b"trufflehog:ignore", Marker::Trufflehog),
    ] {
        found.extend(
            line.find_iter(text)
                .map(|at| (at, Comment::Of(marker.clone()))),
        );
    }
    for at in line.find_iter(b"pragma:") {
        found.extend(pragma(&line[at + b"pragma:".len()..]).map(|comment| (at, comment)));
    }
    found.retain(|(at, _)| !line[..*at].last().is_some_and(|&byte| is_of_word(byte)));
    order::sort_by(&mut found, |(a, _), (b, _)| a.cmp(b));
    found
}

/// What follows `pragma:`; detect-secrets takes `whitelist` for `allowlist`, and hyphens for spaces.
fn pragma(rest: &[u8]) -> Option<Comment> {
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let rest = rest
        .strip_prefix(b"allowlist")
        .or_else(|| rest.strip_prefix(b"whitelist"))?;
    let rest = rest
        .strip_prefix(b" ")
        .or_else(|| rest.strip_prefix(b"-"))?;
    let next_line = rest
        .strip_prefix(b"nextline")
        .and_then(|rest| rest.strip_prefix(b" ").or_else(|| rest.strip_prefix(b"-")));
    word(next_line.unwrap_or(rest), b"secret")?;
    Some(match next_line {
        Some(_) => Comment::DetectSecretsNextLine,
        None => Comment::Of(Marker::DetectSecrets),
    })
}

/// What follows the whole word `word` at the start of `text`.
fn word<'a>(text: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let rest = text.strip_prefix(word)?;
    (!rest.first().is_some_and(|&byte| is_of_word(byte))).then_some(rest)
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// `ID, ID`; ends at the first word that no comma leads to, so that a sentence may follow.
fn ids(mut rest: &[u8]) -> Vec<String> {
    let mut ids = Vec::new();
    loop {
        rest = rest.trim_start_with(|character| matches!(character, ' ' | '\t'));
        let len = rest.iter().take_while(|&&byte| is_of_word(byte)).count();
        let Ok(id) = std::str::from_utf8(&rest[..len.min(MAX_ID)]) else {
            return ids;
        };
        // `-->` and `--}}` end a comment, they are no part of an id.
        let id = id.trim_end_matches('-');
        if id.is_empty() {
            return ids;
        }
        ids.push(id.to_owned());
        let after = rest[len..].trim_start_with(|character| matches!(character, ' ' | '\t'));
        match after.strip_prefix(b",") {
            Some(more) => rest = more,
            None => return ids,
        }
    }
}
