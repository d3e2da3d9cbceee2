//! Values that only the name beside them makes secrets: does one look drawn at random, or like somebody's password?
//!
//! In: a value. Out: yes or no. A value without a shape of its own must show more than that it is no placeholder: else
//! every variable that is called `token` would be one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::placeholder::{has_shape, holds_any};
use super::{entropy, words};

/// Fragments that a value known only by its name must not hold.
const HINTS: &[&str] = &[
    "token",
    "secret",
    "passw",
    "your",
    "here",
    "insert",
    "replace",
    "dummy",
    "fake",
    "sample",
    "test",
    "demo",
    "xxxx",
    "****",
    "....",
    "12345",
    "abcde",
    "00000",
    "mock",
    "config",
    "environ",
    "getenv",
    "none",
    "null",
    "huggingface",
    "model",
    "invalid",
    "public",
    "hf_hub",
];

/// Whether a value beside a telling name looks drawn at random: everything that [`has_shape`] asks, and more.
#[must_use]
pub fn looks_random(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let upper = value
        .iter()
        .filter(|byte| byte.is_ascii_uppercase())
        .count();
    let lower = value
        .iter()
        .filter(|byte| byte.is_ascii_lowercase())
        .count();
    let separators = value
        .iter()
        .filter(|byte| matches!(byte, b'_' | b'-' | b'.'))
        .count();
    let mixed = (digits >= 3 && upper + lower >= 3) || (upper >= 4 && lower >= 4);
    mixed
        && (separators * 10 <= value.len() || is_uuid(value))
        && entropy::bits_per_byte(value) >= 3.0
        && !has_shape(value)
        && !holds_any(value, HINTS)
        && words::bits_saved(value) < 8.0
}

/// Fragments of passwords that stand in documentation and tests.
const PASSWORD_HINTS: &[&str] = &[
    "word", "admin", "root", "user", "hunter", "qwert", "letmein",
];

/// Whether a value beside the name of a password is one that somebody protects something with: three kinds of
/// characters, and neither words nor a path.
#[must_use]
pub fn looks_like_password(value: &[u8]) -> bool {
    let kinds = [
        u8::is_ascii_lowercase,
        u8::is_ascii_uppercase,
        u8::is_ascii_digit,
        u8::is_ascii_punctuation,
    ];
    let kinds = kinds.iter().filter(|kind| value.iter().any(kind)).count();
    let letters = value
        .iter()
        .filter(|byte| byte.is_ascii_alphabetic())
        .count();
    // `Mot-de-passe` is what a form calls its field.
    let is_compound =
        |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b'.' | b'\'');
    kinds >= 3
        && !value.iter().all(is_compound)
        && letters >= 3
        && !value.starts_with(b"/")
        && entropy::bits_per_byte(value) >= 2.5
        && !has_shape(value)
        && !holds_any(value, HINTS)
        && !holds_any(value, PASSWORD_HINTS)
        && words::bits_saved(value) < 8.0
}

/// Bytes that base64 must decode to before it can be told from random characters.
const DECODED: usize = 12;

/// Digits that a value beside a name of any program must have: identifiers in camel case have fewer.
const OPAQUE_DIGITS: usize = 2;

/// Whether a value beside a name that any program uses looks drawn at random, and is no identifier.
#[must_use]
pub fn looks_opaque(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    digits >= OPAQUE_DIGITS
        && looks_random(value)
        && !is_uuid(value)
        && !is_type_name(value)
        && decoded_text(value).is_none_or(|text| looks_random(&text))
}

/// `Curve25519SeedBin`: words in camel case around one number.
fn is_type_name(value: &[u8]) -> bool {
    let is_lower = |at: usize| value.get(at).is_some_and(u8::is_ascii_lowercase);
    let capitals = |at: &usize| value[*at].is_ascii_uppercase();
    let numbers = value
        .split(|byte| !byte.is_ascii_digit())
        .filter(|digits| !digits.is_empty());
    value.iter().all(u8::is_ascii_alphanumeric)
        && value.first().is_some_and(u8::is_ascii_uppercase)
        && numbers.count() == 1
        && (0..value.len())
            .filter(capitals)
            .all(|at| is_lower(at + 1) && is_lower(at + 2))
}

/// What base64 of a text says; of random bytes one value in ten million is a text.
fn decoded_text(value: &[u8]) -> Option<Vec<u8>> {
    let value = value.trim_ascii_end().strip_suffix(b"=").unwrap_or(value);
    let value = value.strip_suffix(b"=").unwrap_or(value);
    let text = STANDARD_NO_PAD.decode(value).ok()?;
    let is_text = text.iter().all(|byte| (b' '..=b'~').contains(byte));
    (is_text && text.len() >= DECODED).then_some(text)
}

fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::rules::example;

    /// Letters and digits of the length that `template` says, drawn at random.
    fn bodies(template: &str, count: u64) -> impl Iterator<Item = Vec<u8>> {
        (0..count).map(move |seed| {
            let body = example::expand(template, seed);
            body.expect("a good template").into_bytes()
        })
    }

    #[test]
    fn a_value_beside_a_name_must_look_random() {
        let kept = bodies("{{A32}}", 10_000)
            .filter(|body| looks_random(body))
            .count();
        assert!(kept > 9_900, "{kept}");
        for value in [
            "hf_my_read_token_2024",
            "os.environ.get",
            "meta-llama-Llama-2-7b-chat-hf",
            "sentence-transformers-all-MiniLM-L6-v2",
            "tokenizer.unk_token",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "HUGGINGFACEHUB_API_TOKEN",
            "myWriteAccessKeyForTheHub",
            "refs_convert_parquet_0000_parquet",
            "",
        ] {
            assert!(!looks_random(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn base64_of_words_is_not_opaque_and_of_a_key_it_is() {
        for (text, expected) in [
            ("{\"session_id\": 12, \"at\": 3}", false),
            ("you are not supposed to read this", false),
            ("VuaCfGcBCdbkQm-e5aOx:ui2lp2axTNmsyakw9tvNnw", true),
        ] {
            let value = STANDARD.encode(text);
            assert_eq!(looks_opaque(value.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_type_is_not_opaque() {
        assert!(!looks_opaque(b"Curve25519SeedBin"));
        // Of random values with as many digits as a secret's, none in thousands has its digits in a row and capitals before
        // small letters only.
        let is_lost = |body: &Vec<u8>| {
            let digits = body.iter().filter(|byte| byte.is_ascii_digit()).count();
            digits >= OPAQUE_DIGITS && is_type_name(body)
        };
        let lost = bodies("{{A17}}", 20_000).filter(is_lost).count();
        assert!(lost <= 2, "{lost}");
    }

    #[test]
    fn a_label_of_a_form_is_no_password() {
        for (value, expected) in [
            ("Palavra-passe", false),
            ("Mot_de.Passe", false),
            ("Palavr4-passq", true),
        ] {
            assert_eq!(looks_like_password(value.as_bytes()), expected, "{value}");
        }
    }
}
