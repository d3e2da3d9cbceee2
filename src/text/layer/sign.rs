//! What tells that a few characters of base64 are a value.
//!
//! A word is as long as the base64 of a short token, so a run of less than [`MIN_RUN`](super::MIN_RUN) characters is looked
//! into only behind one of [`VALUES`], or in a text that holds one of [`MANIFESTS`]. The keyword automaton finds both.
//! `build/` includes this file for its lists; therefore it imports nothing of the crate.

/// Stand right before a value in base64: HTTP's Basic, Docker's and npm's configuration, calls that decode. In any case.
pub const VALUES: &[&str] = &[
    "basic ",
    "auth\":",
    "auth\\\":",
    "_auth=",
    "_auth =",
    "_password=",
    "_password =",
    "b64decode(",
    "decode64(",
    "base64string(",
    "atob(",
    "buffer.from(",
];

/// Stand in a text of which every value may be in base64: a Kubernetes Secret in YAML, JSON, JSON in a string, Python or HCL.
/// They may stand far before the values or after them. Kubernetes minds the case.
pub const MANIFESTS: &[&str] = &[
    "kind: Secret",
    "kind: \"Secret",
    "kind: 'Secret",
    "kind\":\"Secret",
    "kind\": \"Secret",
    "kind\\\":\\\"Secret",
    "kind\\\": \\\"Secret",
    "kind': 'Secret",
    "kind=\"Secret",
    "kind = \"Secret",
];

/// How each of [`MANIFESTS`] ends.
pub const KIND: &[u8] = b"Secret";

/// Characters of base64 that are a value, at least: twelve bytes.
pub const MIN_VALUE: usize = 16;

/// Blanks, quotes and the backslashes before them may stand between a sign and its value.
pub const GAP: &[u8] = b" \t\"'`\\";

/// So many of them, at most.
const MAX_GAP: usize = 6;

/// Bytes from the first of a sign to the first of its value, at most.
pub const MAX_LEAD: usize = 13 + MAX_GAP;

/// Where the value begins of which the sign stands at `at`, if both do. It is told by no more than [`MAX_LEAD`] and
/// [`MIN_VALUE`] bytes from there on.
#[must_use]
pub fn value_of(text: &[u8], at: usize) -> Option<usize> {
    let sign = VALUES.iter().find(|sign| {
        let written = text.get(at..at + sign.len());
        written.is_some_and(|written| written.eq_ignore_ascii_case(sign.as_bytes()))
    })?;
    let after = at + sign.len();
    let mut start = after;
    // Bytes of Python.
    if let [b'b', b'"' | b'\'', ..] = text[start..] {
        start += 1;
    }
    let is_gap = |byte: &&u8| GAP.contains(byte);
    start += text[start..].iter().take_while(is_gap).count();
    let value = text.get(start..start + MIN_VALUE)?;
    (start - after <= MAX_GAP && value.iter().all(|&byte| is_standard_or_url_safe(byte)))
        .then_some(start)
}

/// Whether `byte` is a character of base64.
#[must_use]
pub fn is_standard_or_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_as_long_as_is_said() {
        let longest = VALUES.iter().map(|sign| sign.len()).max();
        assert_eq!(longest, Some(MAX_LEAD - MAX_GAP));
        assert!(MANIFESTS.iter().all(|sign| sign.as_bytes().ends_with(KIND)));
    }

    #[test]
    fn a_value_stands_right_behind_its_sign() {
        let value = "dXNlcjpwYXNzd29y";
        for (text, lead) in [
            (format!("Basic {value}"), Some(6)),
            (format!("basic   \"{value}"), Some(9)),
            (format!("\"auth\": \"{value}"), Some(9)),
            (format!("auth\\\":\\\"{value}"), Some(9)),
            (format!("b64decode(b'{value}"), Some(12)),
            (format!("_auth = {value}"), Some(8)),
            (format!("basic {}", &value[1..]), None),
            (format!("basic        {value}"), None),
            (format!("basic: {value}"), None),
            ("basic usage of a long sentence".to_owned(), None),
        ] {
            let at = usize::from(text.starts_with('"'));
            assert_eq!(value_of(text.as_bytes(), at), lead, "{text}");
        }
    }
}
