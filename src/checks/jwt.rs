//! What a JSON Web Token says of itself, offline.
//!
//! In: the three-part text and the time. Out: whether it decodes and who issued it, and notes in plain words: expiry,
//! scopes, on whose behalf it acts. No signature is checked: a note is a hint to a person, never a permission.

use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use super::Verdict;
use crate::date;

/// Characters of a claim that a note repeats.
const CLAIM_CHARS: usize = 60;

/// Entries of a list of scopes that a note repeats.
const SCOPES: usize = 12;

/// Who must have issued a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// Anyone.
    Any,
    /// `https://huggingface.co`.
    HuggingFace,
}

/// Decodes `token` (without any prefix before `eyJ`) and puts its claims into words. `now` is in seconds since 1970.
#[must_use]
pub fn check(token: &[u8], issuer: Issuer, now: i64) -> Verdict {
    let Some(claims) = claims(token) else {
        return Verdict::of(false, "its payload does not decode");
    };
    let mut notes = Vec::new();
    let issued_by = claims.get("iss").and_then(Value::as_str);
    let passed = issuer == Issuer::Any || issued_by == Some("https://huggingface.co");
    if !passed {
        notes.push("is not issued by https://huggingface.co".to_owned());
    }
    if let Some(expires) = claims.get("exp").and_then(seconds) {
        notes.push(if expires <= now {
            format!("expired {}", date::iso(expires))
        } else {
            format!("valid until {}", date::iso(expires))
        });
    }
    if let Some(scopes) = claims.get("scope").and_then(list) {
        notes.push(format!("scopes: {scopes}"));
    }
    if let Some(permissions) = claims.get("permissions").and_then(list) {
        notes.push(format!("permissions: {permissions}"));
    }
    if let Some(name) = claims.get("onBehalfOf").and_then(user) {
        notes.push(format!("acts for {name}"));
    }
    Verdict {
        passed,
        proof: None,
        notes,
    }
}

/// The JSON object that `text`, base64 or base64url, decodes to.
#[must_use]
pub fn decode_json(text: &[u8]) -> Option<Map<String, Value>> {
    let bytes = base64url()
        .decode(text)
        .or_else(|_| base64_standard().decode(text))
        .ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Base64url as tokens use it: padding may be there or not.
pub(super) fn base64url() -> GeneralPurpose {
    GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT)
}

pub(super) fn base64_standard() -> GeneralPurpose {
    GeneralPurpose::new(&alphabet::STANDARD, LENIENT)
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// The claims of `token` (without any prefix before `eyJ`).
#[must_use]
pub fn claims(token: &[u8]) -> Option<Map<String, Value>> {
    let mut parts = token.split(|&byte| byte == b'.');
    decode_json(parts.next()?)?;
    decode_json(parts.next()?)
}

/// A NumericDate, which may have a fraction (RFC 7519, section 2).
#[must_use]
pub fn seconds(value: &Value) -> Option<i64> {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a cast from float saturates, and the date is clamped anyway"
    )]
    value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

fn list(value: &Value) -> Option<String> {
    let items = list_of(value)?;
    let mut shown: Vec<&str> = items.iter().take(SCOPES).map(String::as_str).collect();
    if items.len() > SCOPES {
        shown.push("…");
    }
    Some(shown.join(", "))
}

/// Scopes are a list, or words in one string (RFC 8693); permissions also an object whose keys name them. `None` for none.
#[must_use]
pub fn list_of(value: &Value) -> Option<Vec<String>> {
    let items: Vec<&str> = match value {
        Value::String(words) => words.split_ascii_whitespace().collect(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::Object(fields) => fields.keys().map(String::as_str).collect(),
        _ => return None,
    };
    (!items.is_empty()).then(|| items.into_iter().map(plain).collect())
}

/// `onBehalfOf` is an object with `user`, or just a name.
#[must_use]
pub fn user(value: &Value) -> Option<String> {
    let name = match value {
        Value::Object(fields) => fields.get("user").or_else(|| fields.get("name"))?,
        name => name,
    };
    match name {
        Value::String(name) => Some(plain(name)),
        Value::Object(fields) => fields.get("name").and_then(Value::as_str).map(plain),
        _ => None,
    }
    .filter(|name| !name.is_empty())
}

/// A claim is repository text: only what cannot steer a terminal or break a line is repeated.
fn plain(claim: &str) -> String {
    claim
        .chars()
        .filter(|character| character.is_alphanumeric() || "-_./:@+ ".contains(*character))
        .take(CLAIM_CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        let part = |json: &str| base64url().encode(json);
        format!(
            "{}.{}.{}",
            part(r#"{"alg":"EdDSA"}"#),
            part(claims),
            part("signature")
        )
    }

    const NOW: i64 = 1_780_000_000; // 2026-05-28

    #[test]
    fn claims_become_words() {
        let token = token(
            r#"{"iss":"https://huggingface.co","exp":1767312000,"scope":["write-repos","inference-api"],
                "permissions":{"repo.write":true},"onBehalfOf":{"kind":"user","_id":"1","user":"ada"}}"#,
        );
        let verdict = check(token.as_bytes(), Issuer::HuggingFace, NOW);
        assert!(verdict.passed);
        assert_eq!(
            verdict.notes,
            [
                "expired 2026-01-02",
                "scopes: write-repos, inference-api",
                "permissions: repo.write",
                "acts for ada"
            ]
        );
    }

    #[test]
    fn expiry_is_told_from_the_time_that_is_passed_in() {
        let token = token(r#"{"exp":1797768000}"#);
        let notes = |now| check(token.as_bytes(), Issuer::Any, now).notes;
        assert_eq!(notes(NOW), ["valid until 2026-12-20"]);
        assert_eq!(notes(1_797_767_999), ["valid until 2026-12-20"]);
        assert_eq!(notes(1_797_768_000), ["expired 2026-12-20"]);
    }

    #[test]
    fn another_issuer_fails_and_so_does_what_is_no_json() {
        let other = token(r#"{"iss":"https://example.org"}"#);
        assert!(!check(other.as_bytes(), Issuer::HuggingFace, NOW).passed);
        assert!(check(other.as_bytes(), Issuer::Any, NOW).passed);
        for broken in ["", "eyJ", "a.b.c", "eyJhbGciOiJFZERTQSJ9.AAAA.sig"] {
            assert!(
                !check(broken.as_bytes(), Issuer::Any, NOW).passed,
                "{broken}"
            );
        }
    }

    #[test]
    fn a_claim_cannot_steer_the_terminal_nor_flood_it() {
        let long = "x".repeat(500);
        let hostile = token(&format!(
            r#"{{"exp":1e300,"scope":"a\u001b[31m b\u202e\n::error {long}","onBehalfOf":"\u001b[2J"}}"#
        ));
        let notes = check(hostile.as_bytes(), Issuer::Any, NOW).notes.join("\n");
        assert!(notes.contains("valid until 9999-12-31"), "{notes}");
        assert!(notes.len() < 300 && !notes.contains('\u{1b}') && !notes.contains('\u{202e}'));
    }

    #[test]
    fn padding_and_the_standard_alphabet_decode_too() {
        assert!(decode_json(b"eyJhIjoxfQ==").is_some());
        assert!(decode_json(b"eyJhIjoxfQ").is_some());
        assert!(decode_json(b"eyJhIjoiPz8/In0=").is_some());
        assert!(decode_json(b"WzFd").is_none());
    }
}
