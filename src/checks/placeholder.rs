//! Texts that have a token's shape and are none: `xxxx…`, alphabet runs, sentences, a vendor's own examples.
//!
//! In: a secret's body without its prefix. Out: whether it is a placeholder. Each test of [`has_shape`] was chosen so
//! that random bodies practically never fail it; the tests below measure that.

use memchr::memmem;

use super::words;

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

/// Whether words make up so much of the body that somebody may have typed it: of random ones it says that of one in
/// 65,536, which is too many to drop and too few to leave unsaid.
#[must_use]
pub fn reads_made_up(body: &[u8]) -> bool {
    words::bits_saved(body) >= 16.0
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
    use super::super::entropy;
    use super::*;
    use crate::rules::example;

    /// Bodies of `template`, drawn at random.
    fn bodies(template: &str, count: u64) -> impl Iterator<Item = String> {
        (0..count).map(move |seed| example::expand(template, seed).expect("a good template"))
    }

    #[test]
    fn no_random_body_is_dropped() {
        let mut lowest = f32::MAX;
        for body in bodies("{{L34}}", 300_000) {
            lowest = lowest.min(entropy::bits_per_byte(body.as_bytes()));
            assert!(!has_shape(body.as_bytes()), "{body}");
        }
        assert!(lowest > 3.5, "{lowest}");
        for (template, count) in [
            ("{{A36}}", 20_000),
            ("{{B93}}", 5_000),
            ("{{h40}}", 20_000),
            ("{{h64}}", 10_000),
            ("{{a48}}", 10_000),
            ("{{T16}}", 20_000),
        ] {
            for body in bodies(template, count) {
                assert!(!has_shape(body.as_bytes()), "{body}");
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
}
