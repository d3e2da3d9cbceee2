//! Whether a match stands alone or is part of a longer word.
//!
//! Done here and not in the regexes: a boundary that a regex consumes hides the next token of `A,B`, and no regex
//! knows that the `n` before a token can be the end of an escaped `\n`.

use std::ops::Range;

use crate::rules::Boundary;

/// What stands before the value in `${NAME:-VALUE}`; the `-` is no part of it.
const SHELL_DEFAULT: &[u8] = b":-";

/// Bytes of the parameters of a control sequence that are looked at: three colours of 24 bits are not longer.
const MAX_PARAMETERS: usize = 64;

/// Whether `range` of `text` is free on both sides.
#[must_use]
pub fn is_free(text: &[u8], range: &Range<usize>, left: Boundary, right: Boundary) -> bool {
    let before = &text[..range.start];
    let starts = match before.last() {
        Some(&byte) => {
            !extends(left, byte) || ends_an_escape(before) || before.ends_with(SHELL_DEFAULT)
        }
        None => true,
    };
    let ends = text
        .get(range.end)
        .is_none_or(|&byte| !extends(right, byte));
    starts && ends
}

fn extends(boundary: Boundary, byte: u8) -> bool {
    match boundary {
        Boundary::Alnum => byte.is_ascii_alphanumeric(),
        Boundary::Word => byte.is_ascii_alphanumeric() || byte == b'_',
        Boundary::Base64Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
        Boundary::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
        Boundary::None => false,
    }
}

/// Whether `before` ends in `\n`, `\t`, `\012`, `\x1b`, `\u0022`, `%3D`, mail's `=3D` or what steers a terminal: its last
/// letter or digit belongs to that, not to a word.
fn ends_an_escape(before: &[u8]) -> bool {
    letter_escape(before)
        || octal_escape(before)
        || hex_escape(before, b"\\x", 2)
        || hex_escape(before, b"\\u", 4)
        || hex_escape(before, b"\\U", 8)
        || hex_escape(before, b"%", 2)
        || hex_escape(before, b"%25", 2)
        || quoted_printable(before)
        || control_sequence(before)
}

/// However many backslashes there are: in a string that stands in another one, as JSON in JSON and code in a notebook,
/// `\\n` is the end of a line.
fn letter_escape(before: &[u8]) -> bool {
    matches!(
        before,
        [
            ..,
            b'\\',
            b'a' | b'b' | b'e' | b'f' | b'n' | b'r' | b't' | b'v' | b'0'
        ]
    )
}

/// `\012`, as C, Python and shells write a line feed.
fn octal_escape(before: &[u8]) -> bool {
    matches!(before, [.., b'\\', b'0'..=b'3', b'0'..=b'7', b'0'..=b'7'])
}

fn hex_escape(before: &[u8], introducer: &[u8], digits: usize) -> bool {
    let Some(at) = before.len().checked_sub(digits) else {
        return false;
    };
    before[at..].iter().all(u8::is_ascii_hexdigit) && before[..at].ends_with(introducer)
}

/// `=3D` and a few more: how mail writes `=`, a line feed, a space and quotes. Any two hex digits would do in mail, yet `=12` is
/// the beginning of a value everywhere else.
fn quoted_printable(before: &[u8]) -> bool {
    [&b"=3D"[..], b"=0A", b"=20", b"=22", b"=27"]
        .iter()
        .any(|escape| before.ends_with(escape))
}

/// `ESC [ 2 K` and the like, the escape character written in one of its ways. A colour is one without it, too: some programs
/// drop it.
///
/// Source: <https://ecma-international.org/publications-and-standards/standards/ecma-48/>, 5.4
fn control_sequence(before: &[u8]) -> bool {
    let [rest @ .., last] = before else {
        return false;
    };
    if !last.is_ascii_alphabetic() {
        return false;
    }
    let parameters = rest.iter().rev().take(MAX_PARAMETERS);
    let parameters = parameters
        .take_while(|byte| matches!(byte, b'0'..=b'?'))
        .count();
    let Some(introducer) = rest[..rest.len() - parameters].strip_suffix(b"[") else {
        return false;
    };
    let escapes = [
        &b"\x1b"[..],
        b"\\x1b",
        b"\\x1B",
        b"\\u001b",
        b"\\u001B",
        b"\\033",
        b"\\e",
    ];
    *last == b'm' || escapes.iter().any(|one| introducer.ends_with(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_free(before: &str, after: &str, expected: bool) {
        let text = format!("{before}TOKEN{after}");
        let range = before.len()..before.len() + 5;
        assert_eq!(
            is_free(text.as_bytes(), &range, Boundary::Alnum, Boundary::Alnum),
            expected,
            "{text:?}"
        );
    }

    #[test]
    fn a_shell_default_is_free_and_a_word_with_hyphens_is_not() {
        for (text, expected) in [
            ("${A:-TOKEN}", true),
            ("${A-TOKEN}", false),
            ("a-TOKEN", false),
        ] {
            let at = text.find("TOKEN").expect("it is there");
            let range = at..at + 5;
            assert_eq!(
                is_free(text.as_bytes(), &range, Boundary::Base64Url, Boundary::None),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn words_are_not_free_and_escapes_are() {
        for before in [
            "",
            " ",
            "\"",
            "_",
            "\\n",
            "\\\\n",
            "\\\\\\n",
            "%3D",
            "%20",
            "%253D",
            "token=3D",
            "\\u0022",
            "\\U0000000a",
            "\\012",
            "\\\\\\012",
            "\\x1b[32m",
            "\\u001b[2K",
            "\\033[1;1H",
            "\\e[?25l",
            "\u{1b}[0K",
            "\u{1b}[0m",
        ] {
            assert_free(before, "", true);
        }
        for before in [
            "a", "9", "n", "\\\\q", "%3", "m", "%%G1", "x=12", "3D", "012", "\\\\412", "a[2K", "[K",
        ] {
            assert_free(before, "", false);
        }
        assert_free("", "\\n", true);
        assert_free("", "_x", true);
        assert_free("", "x", false);
    }

    #[test]
    fn a_long_row_of_digits_takes_no_square_of_the_time() {
        let text = "1".repeat(2 << 20);
        let begun = std::time::Instant::now();
        for at in text.len() - 2_000..text.len() {
            let free = is_free(text.as_bytes(), &(at..at), Boundary::Alnum, Boundary::None);
            assert!(!free, "{at}");
        }
        assert!(begun.elapsed() < std::time::Duration::from_secs(5));
    }
}
