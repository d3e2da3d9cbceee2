//! The forms in which a copy of a secret is written.
//!
//! In: secrets. Out: an automaton that finds every form of all of them in one pass. Base64 has three forms, by where the
//! secret begins among the three bytes that make four characters; the characters that its neighbours share are left out.

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::Serialize;

use crate::secret::{Secret, hex};

/// Shorter needles are found everywhere.
const MIN_NEEDLE_BYTES: usize = 8;

/// How a copy is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// As it is.
    Plain,
    /// UTF-16, either byte order.
    Utf16,
    /// Base64 or base64url, at any alignment, of UTF-16 too.
    Base64,
    /// Two hex digits a byte.
    Hex,
    /// `%41`, for every byte or only where a URL needs it.
    Percent,
    /// `\u0041`, or the escapes that JSON needs.
    JsonEscape,
    /// `&#104;` and `&#x68;`, as in HTML.
    Entities,
    /// Base64 of base64, as a Kubernetes secret of a Docker configuration has it.
    Base64Twice,
}

/// All forms of all secrets.
pub(super) struct Needles {
    automaton: Option<AhoCorasick>,
    of: Vec<(usize, Form)>,
}

/// One form found.
pub(super) struct Hit {
    /// Byte offset of its first byte.
    pub(super) start: usize,
    /// Index of the secret.
    pub(super) secret: usize,
    /// How it is written.
    pub(super) form: Form,
}

impl Needles {
    pub(super) fn new(secrets: &[Secret]) -> Self {
        let mut seen = HashSet::new();
        let mut patterns = Vec::new();
        let mut of = Vec::new();
        for (index, secret) in secrets.iter().enumerate() {
            for (needle, form) in forms(secret.expose()) {
                if needle.len() >= MIN_NEEDLE_BYTES && seen.insert((needle.clone(), index)) {
                    patterns.push(needle);
                    of.push((index, form));
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&patterns)
            .ok()
            .filter(|_| !patterns.is_empty());
        Self { automaton, of }
    }

    /// Every form in `text`, in order.
    pub(super) fn hits(&self, text: &[u8]) -> Vec<Hit> {
        let Some(automaton) = &self.automaton else {
            return Vec::new();
        };
        automaton
            .find_overlapping_iter(text)
            .map(|found| {
                let (secret, form) = self.of[found.pattern().as_usize()];
                Hit {
                    start: found.start(),
                    secret,
                    form,
                }
            })
            .collect()
    }
}

/// Every form of `secret` that is looked for; some more than once.
#[must_use]
pub fn forms(secret: &[u8]) -> Vec<(Vec<u8>, Form)> {
    let text = |text: String| text.into_bytes();
    let mut forms = vec![(secret.to_vec(), Form::Plain)];
    // Without the outer zeros both byte orders are the same bytes.
    let mut wide: Vec<u8> = secret.iter().flat_map(|&byte| [byte, 0]).collect();
    wide.pop();
    for once in base64(&wide) {
        forms.push((once, Form::Base64));
    }
    forms.push((wide, Form::Utf16));
    for once in base64(secret) {
        for twice in base64(&once) {
            forms.push((twice, Form::Base64Twice));
        }
        forms.push((once, Form::Base64));
    }
    let lower = hex(secret);
    forms.push((text(lower.to_ascii_uppercase()), Form::Hex));
    forms.push((text(lower), Form::Hex));
    for upper in [true, false] {
        let byte = |byte: u8| match upper {
            true => format!("%{byte:02X}"),
            false => format!("%{byte:02x}"),
        };
        let every: String = secret.iter().map(|&one| byte(one)).collect();
        let some: String = secret
            .iter()
            .map(|&one| match one {
                one if one.is_ascii_alphanumeric() || b"-._~".contains(&one) => {
                    char::from(one).to_string()
                }
                one => byte(one),
            })
            .collect();
        forms.push((text(every), Form::Percent));
        forms.push((text(some), Form::Percent));
        let unicode: String = secret
            .iter()
            .map(|&one| match upper {
                true => format!("\\u00{one:02X}"),
                false => format!("\\u00{one:02x}"),
            })
            .collect();
        forms.push((text(unicode), Form::JsonEscape));
    }
    for entity in [
        |byte: u8| format!("&#{byte};"),
        |byte: u8| format!("&#x{byte:x};"),
        |byte: u8| format!("&#x{byte:X};"),
    ] {
        let every: String = secret.iter().map(|&one| entity(one)).collect();
        let some: String = secret
            .iter()
            .map(|&one| match one.is_ascii_alphanumeric() {
                true => char::from(one).to_string(),
                false => entity(one),
            })
            .collect();
        forms.push((text(every), Form::Entities));
        forms.push((text(some), Form::Entities));
    }
    if let Ok(readable) = std::str::from_utf8(secret) {
        let json = serde_json::Value::from(readable).to_string();
        let inner = json.trim_matches('"').to_owned();
        forms.push((text(inner.replace('/', "\\/")), Form::JsonEscape));
        forms.push((text(inner), Form::JsonEscape));
    }
    forms
}

/// The characters that stand for nothing but the secret, at each alignment and in both alphabets.
fn base64(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut needles = Vec::new();
    for before in 0..3 {
        let mut padded = vec![0; before];
        padded.extend_from_slice(secret);
        // The first whole character of the secret, and one past its last.
        let start = (before * 8).div_ceil(6);
        let end = padded.len() * 8 / 6;
        for engine in [STANDARD, URL_SAFE] {
            let encoded = engine.encode(&padded).into_bytes();
            if let Some(needle) = encoded.get(start..end) {
                needles.push(needle.to_vec());
            }
        }
    }
    needles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &[u8], secret: &str) -> Vec<Form> {
        let secrets = [Secret::new(secret.as_bytes().to_vec(), 0)];
        let mut forms: Vec<Form> = Needles::new(&secrets)
            .hits(text)
            .into_iter()
            .map(|hit| hit.form)
            .collect();
        forms.dedup();
        forms
    }

    const SECRET: &str = "s3cr?t+Wq/z~Lm9\"x";

    #[test]
    fn base64_is_found_at_every_alignment_and_between_any_neighbours() {
        for before in 0..7 {
            for after in 0..7 {
                let text = format!("{}{SECRET}{}", "k".repeat(before), "\u{7f}".repeat(after));
                for engine in [STANDARD, URL_SAFE] {
                    let encoded = engine.encode(&text);
                    assert_eq!(
                        found(encoded.as_bytes(), SECRET),
                        [Form::Base64],
                        "{before} {after}"
                    );
                    let twice = STANDARD.encode(format!("{{\"auth\":\"{encoded}\"}}"));
                    assert_eq!(
                        found(twice.as_bytes(), SECRET),
                        [Form::Base64Twice],
                        "{before} {after}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_other_form_is_found() {
        let json = serde_json::to_string(SECRET).expect("text serializes");
        let php = json.replace('/', "\\/");
        let units: Vec<u16> = SECRET.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let unicode: String = SECRET
            .bytes()
            .map(|byte| format!("\\u{byte:04x}"))
            .collect();
        for (text, form) in [
            (SECRET.as_bytes().to_vec(), Form::Plain),
            (json.into_bytes(), Form::JsonEscape),
            (php.into_bytes(), Form::JsonEscape),
            (unicode.into_bytes(), Form::JsonEscape),
            (little, Form::Utf16),
            (big, Form::Utf16),
            (hex(SECRET.as_bytes()).into_bytes(), Form::Hex),
            (
                hex(SECRET.as_bytes()).to_uppercase().into_bytes(),
                Form::Hex,
            ),
            (
                b"s3cr&#63;t&#43;Wq&#47;z&#126;Lm9&#34;x".to_vec(),
                Form::Entities,
            ),
            (b"s3cr%3Ft%2BWq%2Fz~Lm9%22x".to_vec(), Form::Percent),
            (b"s3cr%3ft%2bWq%2fz~Lm9%22x".to_vec(), Form::Percent),
        ] {
            let text = [b"x=", &text[..], b"&y"].concat();
            assert_eq!(found(&text, SECRET), [form]);
        }
    }

    #[test]
    fn base64_of_utf_16_is_found_at_every_alignment() {
        for before in 0..4 {
            let text = format!("{}{SECRET}; exit", "$".repeat(before));
            for order in [u16::to_le_bytes, u16::to_be_bytes] {
                let wide: Vec<u8> = text.encode_utf16().flat_map(order).collect();
                let encoded = STANDARD.encode(&wide);
                assert_eq!(found(encoded.as_bytes(), SECRET), [Form::Base64]);
            }
        }
    }

    #[test]
    fn other_text_is_not_found() {
        assert!(found(b"s3cr?t+Wq/z~Lm9", SECRET).is_empty());
        assert!(found(STANDARD.encode("s3cr?t+Wq/z~Lm8").as_bytes(), SECRET).is_empty());
        assert!(found(b"anything", "short").is_empty());
    }
}
