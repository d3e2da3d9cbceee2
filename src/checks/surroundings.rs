//! What stands around a value and says that it is no secret: its name, or that it is one row of many.
//!
//! In: a text and where a value stands in it. Out: yes or no.

use std::ops::Range;

use super::placeholder;

/// Parts of names whose values look random and are no secrets.
const HARMLESS_NAMES: &[&str] = &[
    "sha",
    "hash",
    "digest",
    "checksum",
    "md5",
    "fingerprint",
    "commit",
    "revision",
    "public",
    "cursor",
    "continuation",
    "page",
    "cell",
    "uuid",
    "_id",
    "hint",
    "etag",
    "version",
    "schema",
    "pattern",
    "regex",
    "csrf",
    "nexttoken",
    "next_token",
    "clienttoken",
    "cache_key",
    "cachekey",
    "token_key",
    "keyid",
];

/// Ends of file names: lists of digests have files for names, and `token.rs` is one.
const FILES: &[&str] = &[
    "rs",
    "py",
    "pyi",
    "js",
    "mjs",
    "cjs",
    "ts",
    "tsx",
    "jsx",
    "vue",
    "go",
    "c",
    "cc",
    "cpp",
    "h",
    "hpp",
    "S",
    "asm",
    "java",
    "kt",
    "swift",
    "cs",
    "rb",
    "php",
    "proto",
    "md",
    "rst",
    "txt",
    "html",
    "css",
    "json",
    "toml",
    "yml",
    "yaml",
    "xml",
    "ipynb",
    "sh",
    "cmake",
    "lock",
    "map",
    "list",
    "bin",
    "a",
    "o",
    "der",
    "p8",
    "pem",
    "pt",
    "snap",
    "stderr",
    "errordata",
    "svg",
    "png",
];

/// Whether a name, as it stands in the line before a value, says that the value is a digest, a cursor, public.
#[must_use]
pub fn is_named_harmless(before: &[u8]) -> bool {
    placeholder::holds_any(name(before), HARMLESS_NAMES) || is_a_file(before)
}

/// The end of the line before a value, without other names: `client_id="…", ` says nothing of the secret behind it.
fn name(before: &[u8]) -> &[u8] {
    let ends_another =
        |byte: &u8| matches!(byte, b',' | b';' | b'{' | b'(' | b'[' | b'&' | b'?' | b'|');
    let assignment = memchr::memrchr(b'=', before).unwrap_or(0);
    let start = before[..assignment]
        .iter()
        .rposition(|&byte| byte == b'=')
        .into_iter()
        .chain(before.iter().rposition(ends_another))
        .max();
    &before[start.map_or(0, |at| at + 1)..]
}

/// `"src/token.rs":"` as vendored packages list their digests.
fn is_a_file(before: &[u8]) -> bool {
    let is_between = |byte: &u8| matches!(byte, b'"' | b'\'' | b':' | b'=' | b' ' | b'\t');
    let between = before
        .iter()
        .rev()
        .take_while(|byte| is_between(byte))
        .count();
    let name = &before[..before.len() - between];
    let Some(dot) = memchr::memrchr(b'.', name) else {
        return false;
    };
    FILES.iter().any(|end| end.as_bytes() == &name[dot + 1..])
}

/// Bytes of a row of wrapped base64, at least: PEM has 64, MIME 76.
const ROW: usize = 60;

/// Whether the secret at `range`, which begins with `prefix`, is one row of wrapped base64: a line of its own beside one that
/// is as long and begins otherwise. The prefix stands there by chance.
#[must_use]
pub fn is_a_row(text: &[u8], range: &Range<usize>, prefix: &[u8]) -> bool {
    let len = range.len();
    if len < ROW || prefix.is_empty() {
        return false;
    }
    let start = memchr::memrchr(b'\n', &text[..range.start]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &text[range.end..]).map_or(text.len(), |at| range.end + at);
    let (before, after) = (&text[start..range.start], &text[range.end..end]);
    let is_frame = |byte: &u8| !byte.is_ascii_alphanumeric();
    if !before.iter().all(is_frame) || after.len() > 8 {
        return false;
    }
    let is_row = |line: &[u8]| {
        line.len() >= before.len() + len && line.starts_with(before) && line.ends_with(after) && {
            let row = &line[before.len()..line.len() - after.len()];
            row.len() == len && !row.starts_with(prefix) && row.iter().all(is_base64)
        }
    };
    let above = text[..start.saturating_sub(1)]
        .rsplit(|&byte| byte == b'\n')
        .next();
    let below = text
        .get(end + 1..)
        .and_then(|rest| rest.split(|&byte| byte == b'\n').next());
    above.is_some_and(is_row) || below.is_some_and(is_row)
}

fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_digests_and_files_are_harmless() {
        for before in [
            "token_sha256 = \"",
            "{\"src/token.rs\":\"",
            "  'tests/api_key.py': '",
            "\"NextToken\": \"",
            "token_sha256: str = '",
            "f(key_hash=",
        ] {
            assert!(is_named_harmless(before.as_bytes()), "{before}");
        }
        for before in [
            "token = \"",
            "\"service.auth.key\": \"",
            "config.api_token: ",
            "client_id=\"a\", client_secret=\"",
            "{\"user_id\": 3, \"token\": \"",
            "USER_ID=3 TOKEN=",
            "?page=2&token=",
            "",
        ] {
            assert!(!is_named_harmless(before.as_bytes()), "{before}");
        }
    }

    #[test]
    fn a_row_has_a_neighbour_of_its_length() {
        let row = |first: &str| format!("{first}{}", "k3Wq9ZtR".repeat(8));
        let secret = row("EAAA");
        for (text, expected) in [
            (format!("\"{}\\n\"\n\"{secret}\\n\"\n", row("AbCd")), true),
            (format!("{secret}\n{}\n", row("9+/d")), true),
            (format!("  {secret}\n  {}\n", row("9+/d")), true),
            // Two tokens of one kind, a token by itself, one beside its name.
            (format!("{secret}\n{}\n", row("EAAA")), false),
            (format!("{secret}\n"), false),
            (format!("{}\n{secret}", "short"), false),
            (format!("a={secret}\n{}\n", row("9+/d")), false),
        ] {
            let at = text.find("EAAA").expect("it is there");
            assert_eq!(
                is_a_row(text.as_bytes(), &(at..at + secret.len()), b"EAAA"),
                expected,
                "{text}"
            );
        }
    }
}
