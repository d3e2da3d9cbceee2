//! The lines that make `git filter-repo` write something else in a secret's place.
//!
//! In: secrets, each with a name for what takes its place. Out: the text of a file for `--replace-text` and `--replace-message`;
//! with [`Style::Regex`] also for `--paths-from-file`, whose literal lines mean whole names. Every form in which the scan would find
//! the secret has a line: a file is rewritten in all of its versions, and the encoding of only one of them is known.
//! Source: <https://github.com/newren/git-filter-repo/blob/main/Documentation/git-filter-repo.txt>

use crate::order::sort_by;
use crate::search::{Form, forms};
use crate::secret::Secret;

/// What stands between a line's pattern and what takes its place; the last one of a line counts.
const ARROW: &[u8] = b"==>";

/// How every replacement begins.
const PLACEHOLDER: &str = "REMOVED-BY-HF-GUARD-";

/// Digits of the fingerprint in a placeholder.
const DIGITS: usize = 12;

/// Shorter forms are found where nothing was encoded, in bytes.
const MIN_FORM_BYTES: usize = 12;

/// The rest of a private key: a scan reads only its first lines. Up to its end, or else as long as lines of base64 follow.
const REST_OF_KEY: &str = r#"(?:[A-Za-z0-9+/=\s\\"',]*-----END[A-Z0-9 ]{0,40}-----|(?:[\s\\nr"',+]{1,40}[A-Za-z0-9+/=]{24,160})*(?:[\s\\nr"',+]{1,40}[A-Za-z0-9+/]{1,160}={1,2})?)"#;

/// The rest of an encoded one.
const REST_OF_RUN: &str = "[A-Za-z0-9+/=_-]*";

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `literal:` wherever one line can hold it.
    Literal,
    /// `regex:` throughout.
    Regex,
}

/// A secret and what takes its place.
#[derive(Debug)]
pub struct Replacement {
    /// The secret.
    pub secret: Secret,
    /// See [`placeholder`].
    pub placeholder: String,
    /// Whether more of it may follow than was found.
    pub extent: Extent,
}

/// How much of a secret a scan finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All.
    Whole,
    /// The first lines of a private key.
    FirstLines,
}

impl Extent {
    /// That of the secrets of a rule.
    #[must_use]
    pub fn of_rule(id: &str) -> Self {
        match id.ends_with("private-key") {
            true => Self::FirstLines,
            false => Self::Whole,
        }
    }
}

/// What stands in the secret's place afterwards: a name by which the incident can be found again.
#[must_use]
pub fn placeholder(fingerprint: &str) -> String {
    let digits: String = fingerprint.chars().take(DIGITS).collect();
    format!("{PLACEHOLDER}{digits}")
}

/// The text of the file.
#[must_use]
pub fn lines(replacements: &[Replacement], style: Style) -> Vec<u8> {
    let mut patterns: Vec<(Vec<u8>, &'static str, &str)> = Vec::new();
    for one in replacements {
        for (index, pattern) in self::patterns(one.secret.expose()).into_iter().enumerate() {
            let rest = match (one.extent, index) {
                (Extent::Whole, _) => "",
                (Extent::FirstLines, 0) => REST_OF_KEY,
                (Extent::FirstLines, _) => REST_OF_RUN,
            };
            patterns.push((pattern, rest, &one.placeholder));
        }
    }
    // One secret may be the beginning of another.
    sort_by(&mut patterns, |(a, ..), (b, ..)| b.len().cmp(&a.len()));
    let mut text = Vec::new();
    for (pattern, rest, placeholder) in patterns {
        if style == Style::Literal && rest.is_empty() && !pattern.contains(&b'\n') {
            text.extend_from_slice(b"literal:");
            text.extend_from_slice(&pattern);
        } else {
            regex(&pattern, &mut text);
            text.extend_from_slice(rest.as_bytes());
        }
        text.extend_from_slice(ARROW);
        text.extend_from_slice(placeholder.as_bytes());
        text.push(b'\n');
    }
    text
}

/// The forms of a secret that have a line, first as it is; UTF-16 has none, for no text with NUL is rewritten.
#[must_use]
pub fn patterns(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut patterns = vec![secret.to_vec()];
    for (needle, form) in forms(secret) {
        let is_wanted = !matches!(form, Form::Plain | Form::Utf16 | Form::Base64Twice);
        if is_wanted && needle.len() >= MIN_FORM_BYTES && !patterns.contains(&needle) {
            patterns.push(needle);
        }
    }
    patterns
}

fn regex(needle: &[u8], text: &mut Vec<u8>) {
    text.extend_from_slice(b"regex:");
    let mut rest = needle;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            // A checkout may have changed the ends of lines.
            b'\r' if after.first() == Some(&b'\n') => {}
            b'\n' => text.extend_from_slice(b"\\r?\\n"),
            byte if byte.is_ascii_alphanumeric() => text.push(byte),
            byte => text.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        }
    }
}

/// Whether `text` is what [`lines`] writes: nothing else is ever removed.
#[must_use]
pub fn is_ours(text: &[u8]) -> bool {
    let mut lines = text.split(|&byte| byte == b'\n').peekable();
    let mut any = false;
    while let Some(line) = lines.next() {
        if line.is_empty() && lines.peek().is_none() {
            return any;
        }
        any = true;
        let starts = line.starts_with(b"literal:") || line.starts_with(b"regex:");
        let end = PLACEHOLDER.len() + DIGITS;
        let Some(at) = line.len().checked_sub(end + ARROW.len()) else {
            return false;
        };
        let (arrow, placeholder) = line[at..].split_at(ARROW.len());
        if !starts || arrow != ARROW || !placeholder.starts_with(PLACEHOLDER.as_bytes()) {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(secret: &[u8], style: Style) -> String {
        let replacement = Replacement {
            secret: Secret::new(secret.to_vec(), 0),
            placeholder: placeholder("0123456789abcdef0123456789abcdef"),
            extent: Extent::Whole,
        };
        String::from_utf8_lossy(&lines(&[replacement], style)).into_owned()
    }

    #[test]
    fn a_secret_is_a_literal_line_in_every_form() {
        let text = of(b"aB/c==>D+efgh.i", Style::Literal);
        assert!(text.contains("literal:aB/c==>D+efgh.i==>REMOVED-BY-HF-GUARD-0123456789ab\n"));
        assert!(text.contains("literal:61422f633d3d3e442b656667682e69==>"));
        assert!(text.contains("literal:aB%2Fc%3D%3D%3ED%2Befgh.i==>"));
        assert!(text.lines().all(|line| line.starts_with("literal:")));
        assert!(is_ours(text.as_bytes()));
    }

    #[test]
    fn what_no_line_holds_is_a_regex() {
        let text = of(b"-----BEGIN\r\nQUJD\nREVG\n-----END", Style::Literal);
        assert!(
            text.contains(
                "regex:\\x2d\\x2d\\x2d\\x2d\\x2dBEGIN\\r?\\nQUJD\\r?\\nREVG\\r?\\n\\x2d\\x2d\\x2d\\x2d\\x2dEND==>"
            ),
            "{text}"
        );
        assert!(is_ours(text.as_bytes()));
        let names = of(b"a.b\xe9cdefghijklm", Style::Regex);
        assert!(
            names.contains("regex:a\\x2eb\\xe9cdefghijklm==>"),
            "{names}"
        );
        assert!(names.lines().all(|line| line.starts_with("regex:")));
    }

    #[test]
    fn the_rest_of_a_key_goes_too() {
        let replacement = Replacement {
            secret: Secret::new(b"-----BEGIN PRIVATE KEY-----\nQUJD".to_vec(), 0),
            placeholder: placeholder(&"0".repeat(32)),
            extent: Extent::of_rule("private-key"),
        };
        let text = String::from_utf8(lines(&[replacement], Style::Literal)).expect("ASCII");
        assert!(
            text.lines().all(|line| line.starts_with("regex:")),
            "{text}"
        );
        assert!(text.contains("QUJD(?:[A-Za-z0-9+/=\\s"), "{text}");
        assert!(is_ours(text.as_bytes()));
        assert_eq!(Extent::of_rule("npm-token"), Extent::Whole);
    }

    #[test]
    fn the_longer_goes_first() {
        let pair = |secret: &str, digit: &str| Replacement {
            secret: Secret::new(secret.as_bytes().to_vec(), 0),
            placeholder: placeholder(&digit.repeat(32)),
            extent: Extent::Whole,
        };
        let (short, long) = ("abcdefghijkl", "abcdefghijklmnop");
        let text = lines(&[pair(short, "1"), pair(long, "2")], Style::Literal);
        let text = String::from_utf8(text).expect("it is ASCII");
        let at = |needle: &str| text.find(&format!("literal:{needle}==>")).expect("a line");
        assert!(at(long) < at(short));
    }

    #[test]
    fn nothing_else_passes_for_ours() {
        for text in [
            &b""[..],
            b"\n",
            b"hello\n",
            b"literal:x==>y\n",
            b"literal:x==>REMOVED-BY-HF-GUARD-0123456789ab",
            b"literal:x==>REMOVED-BY-HF-GUARD-0123456789ab\nmore\n",
        ] {
            assert!(!is_ours(text), "{}", text.escape_ascii());
        }
    }
}
