//! Pure functions on a matched secret: is it whole, is it real, what does it say of itself.
//!
//! In: the bytes that a rule captured and, for expiry, the time. Out: whether they stand free ([`boundary`], [`counted`]), whether
//! they are a placeholder ([`placeholder`], [`named`], [`words`], [`entropy`]), and a [`Verdict`] on the rule's named check.

pub mod boundary;
pub mod checksum;
pub mod counted;
pub mod entropy;
pub mod jwt;
pub mod named;
pub mod placeholder;
pub mod surroundings;
pub mod words;

use base64::Engine as _;

use crate::finding::Evidence;
use crate::rules::{Check, Rule};

/// What a named check learned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the secret is what its rule says; a failure lowers the confidence by one grade.
    pub passed: bool,
    /// What a check that passed has proved; `None` where it proves nothing beyond the format.
    pub proof: Option<Evidence>,
    /// Plain words for the report, safe for a terminal: "expired 2026-01-02".
    pub notes: Vec<String>,
}

impl Verdict {
    fn of(passed: bool, note_on_failure: &str) -> Self {
        let notes = if passed {
            Vec::new()
        } else {
            vec![note_on_failure.to_owned()]
        };
        Self {
            passed,
            proof: None,
            notes,
        }
    }

    fn proves(self, proof: Evidence) -> Self {
        Self {
            proof: self.passed.then_some(proof),
            ..self
        }
    }
}

/// Runs the rule's named check on its secret; a rule without one passes. `now` is in seconds since 1970, UTC.
#[must_use]
pub fn run(rule: &Rule, secret: &[u8], now: i64) -> Verdict {
    let Some(check) = rule.check else {
        return Verdict::of(true, "");
    };
    let body = secret
        .strip_prefix(rule.prefix.as_bytes())
        .unwrap_or(secret);
    let sum =
        |passed| Verdict::of(passed, "the checksum does not match").proves(Evidence::Checksum);
    match check {
        Check::HuggingFaceLetters => Verdict::of(
            body.iter().all(u8::is_ascii_alphabetic),
            "has digits, which tokens of huggingface.co do not",
        ),
        Check::Crc32Base62 => sum(checksum::crc32_base62(body)),
        Check::GithubPat => sum(checksum::github_pat(secret)),
        Check::GrafanaCrc32 => sum(checksum::grafana(secret)),
        Check::CloudflareCrc32 => sum(checksum::cloudflare(body)),
        Check::AtlassianCrc32 => sum(checksum::atlassian(secret)),
        Check::PypiMacaroon => Verdict::of(
            checksum::pypi_macaroon(body),
            "does not decode to a token of PyPI",
        )
        .proves(Evidence::Decoded),
        Check::Jwt => {
            jwt::check(from_header(secret), jwt::Issuer::Any, now).proves(Evidence::Decoded)
        }
        Check::HuggingFaceJwt => {
            jwt::check(from_header(secret), jwt::Issuer::HuggingFace, now).proves(Evidence::Decoded)
        }
        Check::Base64Json => Verdict::of(
            jwt::decode_json(secret).is_some(),
            "does not decode to JSON",
        )
        .proves(Evidence::Decoded),
        Check::BasicAuth => Verdict::of(
            holds_password(secret),
            "does not decode to a user and a real password",
        )
        .proves(Evidence::Decoded),
    }
}

/// Whether base64 of `user:password` holds a password that nobody writes as an example.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc7617>
fn holds_password(secret: &[u8]) -> bool {
    jwt::base64_standard().decode(secret).is_ok_and(|text| {
        memchr::memchr(b':', &text).is_some_and(|colon| {
            std::str::from_utf8(&text).is_ok() && named::looks_random(&text[colon + 1..])
        })
    })
}

/// A JWT from its first header character on; some issuers put more than a prefix before it.
fn from_header(body: &[u8]) -> &[u8] {
    let at = memchr::memmem::find(body, b"eyJ").unwrap_or(0);
    &body[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_authentication_needs_a_real_password() {
        for (text, expected) in [
            ("ada:q7Rz2LmW9xKc4TbV", true),
            ("ada:password", false),
            ("Aladdin:open sesame", false),
            ("no colon q7Rz2LmW9xKc4TbV", false),
        ] {
            let encoded = jwt::base64_standard().encode(text);
            assert_eq!(holds_password(encoded.as_bytes()), expected, "{text}");
        }
        assert!(!holds_password(b"not base64!"));
    }
}
