//! Texts that have a token's shape and are none: `xxxx…`, alphabet runs, sentences, a vendor's own examples.
//!
//! In: a secret's body without its prefix. Out: whether it is a placeholder. Each test of [`has_shape`] was chosen so
//! that random bodies practically never fail it; the tests below measure that.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use memchr::memmem;

use super::{entropy, words};

/// One character this often in a row: a random body of 34 letters has that once in 10^13.
const REPEATED: usize = 9;

/// Neighbours in alphabet or number order this often in a row.
const SEQUENCE: usize = 8;

/// Letters of one case only, this many and nothing else.
const ONE_CASE: usize = 30;

/// Longest unit of a body that is the same few characters again and again.
const PERIOD: usize = 8;

/// Rows of a keyboard and lists that hands type.
const TYPED: &[&str] = &["qwertyuiop", "asdfghjkl", "1234567890", "0123456789abcdef"];

/// Words that only a placeholder holds, as they stand in documentation. Seven letters or more: random bodies hold
/// none. The last is a secret that was crossed out in part.
const MARKERS: &[&str] = &[
    "example",
    "placeholder",
    "redacted",
    "changeme",
    "change_me",
    "change-me",
    "yourtoken",
    "your_token",
    "your-token",
    "yourkey",
    "your_key",
    "your-key",
    "your_api",
    "your-api",
    "token_here",
    "token-here",
    "tokenhere",
    "key_here",
    "key-here",
    "dummytoken",
    "faketoken",
    "testtoken",
    "notarealtoken",
    "invalid_token",
    "deadbeef",
    "xxxxxxx",
];

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

/// Whether the body is repeated, sequential, of one case, worded or a vendor's example.
#[must_use]
pub fn has_shape(body: &[u8]) -> bool {
    longest_run(body, |a, b| a == b) >= REPEATED
        || longest_run(body, |a, b| a.checked_add(1) == Some(b)) >= SEQUENCE
        || longest_run(body, |a, b| b.checked_add(1) == Some(a)) >= SEQUENCE
        || has_period(body)
        || is_one_case(body)
        || holds_typed_row(body)
        || holds_any(body, MARKERS)
        || words::bits_saved(body) >= words::SURELY_WORDED
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

/// Whether words make up so much of the body that somebody may have typed it: of random ones it says that of one in
/// 65,536, which is too many to drop and too few to leave unsaid.
#[must_use]
pub fn reads_made_up(body: &[u8]) -> bool {
    words::bits_saved(body) >= 16.0
}

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

/// The length of the longest stretch whose neighbours all satisfy `follows`.
fn longest_run(body: &[u8], follows: impl Fn(u8, u8) -> bool) -> usize {
    let mut longest = usize::from(!body.is_empty());
    let mut run = longest;
    for pair in body.windows(2) {
        run = if follows(pair[0], pair[1]) {
            run + 1
        } else {
            1
        };
        longest = longest.max(run);
    }
    longest
}

fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn has_period(body: &[u8]) -> bool {
    (1..=PERIOD.min(body.len() / 2)).any(|period| {
        body.len() >= 8
            && body[period..]
                .iter()
                .zip(body)
                .all(|(later, earlier)| later == earlier)
    })
}

fn is_one_case(body: &[u8]) -> bool {
    body.len() >= ONE_CASE
        && (body.iter().all(u8::is_ascii_lowercase) || body.iter().all(u8::is_ascii_uppercase))
}

fn holds_typed_row(body: &[u8]) -> bool {
    let body = body.to_ascii_lowercase();
    TYPED.iter().any(|row| {
        row.as_bytes()
            .windows(SEQUENCE)
            .any(|part| memmem::find(&body, part).is_some())
    })
}

pub(super) fn holds_any(body: &[u8], parts: &[&str]) -> bool {
    let body = body.to_ascii_lowercase();
    parts
        .iter()
        .any(|part| memmem::find(&body, part.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const BASE64URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const HEX: &[u8] = b"0123456789abcdef";
    const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    const AWS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    struct Random(u64);

    impl Random {
        fn body(&mut self, alphabet: &[u8], len: usize) -> Vec<u8> {
            (0..len)
                .map(|_| {
                    // xorshift64*, seeded: the same bodies in every run.
                    self.0 ^= self.0 >> 12;
                    self.0 ^= self.0 << 25;
                    self.0 ^= self.0 >> 27;
                    let random = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
                    alphabet[random as usize % alphabet.len()]
                })
                .collect()
        }
    }

    #[test]
    fn no_random_body_is_dropped() {
        let mut random = Random(0x5eed);
        let mut lowest = f32::MAX;
        for _ in 0..300_000 {
            let body = random.body(LETTERS, 34);
            lowest = lowest.min(entropy::bits_per_byte(&body));
            assert!(!has_shape(&body), "{}", String::from_utf8_lossy(&body));
        }
        assert!(lowest > 3.5, "{lowest}");
        for (alphabet, len, count) in [
            (ALPHANUMERIC, 36, 20_000),
            (BASE64URL, 93, 5_000),
            (HEX, 40, 20_000),
            (HEX, 64, 10_000),
            (LOWER, 48, 10_000),
            (AWS, 16, 20_000),
        ] {
            for _ in 0..count {
                let body = random.body(alphabet, len);
                assert!(!has_shape(&body), "{}", String::from_utf8_lossy(&body));
            }
        }
    }

    #[test]
    fn placeholders_are_dropped() {
        for body in [
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "AbCdxxxxxxxxxKqWzRtYpLmNbVcXsDfGhJ",
            "abcdefghijklmnopqrstuvwxyzabcdefgh",
            "qKABCDEFGHrTzWvPlMnBxCsDfGhJkLqRtY",
            "zyxwvutsrqponmlkjihgfedcbaZYXWVUTS",
            "qwertyuiopasdfghjklzxcvbnmqwertyui",
            "abcabcabcabcabcabcabcabcabcabcabca",
            "kqzwvpmtrkxhjdlnbgfcskqzwvpmtrkxhj",
            "KQZWVPMTRKXHJDLNBGFCSKQZWVPMTRKXHJ",
            "ThisIsNotARealTokenPleaseReplaceIt",
            "IOSFODNN7EXAMPLE",
            "your_token_here",
            "0123456789abcdef0123456789abcdef",
            "deadbeefdeadbeefdeadbeefdeadbeef",
            "hRFiXuWpUXuRvQ9PZL3GMXXXXXXXJnrulxKDHwy87oGKPznh0D6b",
        ] {
            assert!(has_shape(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn a_value_beside_a_name_must_look_random() {
        let mut random = Random(7);
        let mut kept = 0;
        for _ in 0..10_000 {
            kept += u32::from(looks_random(&random.body(ALPHANUMERIC, 32)));
        }
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
        use base64::engine::general_purpose::STANDARD;
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
        let mut random = Random(11);
        let is_lost = |_: &i32| {
            let body = random.body(ALPHANUMERIC, 17);
            let digits = body.iter().filter(|byte| byte.is_ascii_digit()).count();
            digits >= OPAQUE_DIGITS && is_type_name(&body)
        };
        let lost = (0..20_000).filter(is_lost).count();
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
