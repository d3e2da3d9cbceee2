//! `%68` of URLs, `\u0068`, `\u{68}`, `\x68`, `\n`, `\/` of strings, `&#104;` and `&#x68;` of HTML.
//!
//! In: a stretch of a text. Out: the stretch without its escapes; nothing where it has none.

use std::ops::Range;

use super::hex::digit;
use super::map::{Escape, Map};
use super::{Encoding, Layer};

/// The stretch with its percent escapes decoded.
pub(super) fn percent(text: &[u8], stretch: &Range<usize>) -> Option<Layer> {
    layer(text, stretch, Encoding::Percent, |rest, decoded| {
        let [b'%', high, low, ..] = *rest else {
            return None;
        };
        decoded.push(digit(high)? << 4 | digit(low)?);
        Some(3)
    })
}

/// The stretch with the escapes of strings decoded.
pub(super) fn strings(text: &[u8], stretch: &Range<usize>) -> Option<Layer> {
    layer(text, stretch, Encoding::Escapes, |rest, decoded| {
        let [b'\\', kind, after @ ..] = rest else {
            return None;
        };
        let (code, len) = match kind {
            b'x' => (number(after.get(..2)?, 16)?, 4),
            b'U' => (number(after.get(..8)?, 16)?, 10),
            b'u' if after.first() == Some(&b'{') => {
                let end = after.iter().take(8).position(|&byte| byte == b'}')?;
                (number(after.get(1..end)?, 16)?, end + 3)
            }
            b'u' => (number(after.get(..4)?, 16)?, 6),
            b'n' => (u32::from(b'\n'), 2),
            b'r' => (u32::from(b'\r'), 2),
            b't' => (u32::from(b'\t'), 2),
            b'\\' | b'/' | b'"' | b'\'' => (u32::from(*kind), 2),
            _ => return None,
        };
        let character = char::from_u32(code)?;
        decoded.extend(character.encode_utf8(&mut [0; 4]).bytes());
        Some(len)
    })
}

/// The stretch with its numeric entities decoded.
pub(super) fn entities(text: &[u8], stretch: &Range<usize>) -> Option<Layer> {
    layer(text, stretch, Encoding::Entities, |rest, decoded| {
        let digits = rest.strip_prefix(b"&#")?;
        let len = digits.iter().take(9).position(|&byte| byte == b';')?;
        let code = match &digits[..len] {
            [b'x' | b'X', digits @ ..] => number(digits, 16)?,
            digits => number(digits, 10)?,
        };
        let character = char::from_u32(code)?;
        decoded.extend(character.encode_utf8(&mut [0; 4]).bytes());
        Some(len + 3)
    })
}

/// Decodes with `escape`, which appends what stands for the escape at the head of its first argument, and gives the
/// escape's length in bytes; `None` where there is none, or nothing came of it but characters that are never escaped by
/// name.
fn layer(
    text: &[u8],
    stretch: &Range<usize>,
    encoding: Encoding,
    escape: impl Fn(&[u8], &mut Vec<u8>) -> Option<usize>,
) -> Option<Layer> {
    let introducer = match encoding {
        Encoding::Percent => b'%',
        Encoding::Entities => b'&',
        _ => b'\\',
    };
    let mut decoded = Vec::with_capacity(stretch.len());
    let mut escapes = vec![Escape {
        decoded: 0..0,
        written: stretch.start..stretch.start,
    }];
    let mut at = stretch.start;
    while at < stretch.end {
        let rest = &text[at..stretch.end];
        let plain = memchr::memchr(introducer, rest).unwrap_or(rest.len());
        decoded.extend(&rest[..plain]);
        at += plain;
        let rest = &rest[plain..];
        if rest.is_empty() {
            break;
        }
        let before = decoded.len();
        match escape(rest, &mut decoded) {
            Some(len) => {
                escapes.push(Escape {
                    decoded: before..decoded.len(),
                    written: at..at + len,
                });
                at += len;
            }
            None => {
                decoded.push(introducer);
                at += 1;
            }
        }
    }
    (escapes.len() > 1).then_some(Layer {
        encoding,
        text: decoded,
        map: Map::Escapes(escapes),
    })
}

/// No more than eight digits.
fn number(digits: &[u8], base: u32) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |number, &byte| {
        let digit = u32::from(digit(byte)?);
        (digit < base).then_some(number * base + digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_decoded(
        decode: fn(&[u8], &Range<usize>) -> Option<Layer>,
        text: &str,
        expected: &str,
    ) {
        let bytes = text.as_bytes();
        let layer = decode(bytes, &(0..bytes.len())).expect("there is an escape");
        assert_eq!(String::from_utf8_lossy(&layer.text), expected);
        let mut end = 0;
        for at in 0..layer.text.len() {
            let written = layer.map.written(&(at..at + 1));
            assert!(
                written.start == end || expected.as_bytes()[at] >= 0x80,
                "{at}"
            );
            end = written.end;
        }
        assert_eq!(end, text.len());
        assert_eq!(layer.map.written(&(0..layer.text.len())), 0..text.len());
    }

    #[test]
    fn escapes_are_what_they_stand_for() {
        assert_decoded(percent, "%68f%5F%41bc%", "hf_Abc%");
        assert_decoded(percent, "100%25%2568", "100%%68");
        assert_decoded(strings, r"\u0068f\u005Fab\x41\n", "hf_abA\n");
        assert_decoded(strings, r"\u{68}f\U0000005f\\u0041\/", r"hf_\u0041/");
        assert_decoded(strings, r"\q\u00\x4\u00e9", "\\q\\u00\\x4é");
        assert_decoded(entities, "&#104;f&#x5F;&#X41;bc&", "hf_Abc&");
        assert_decoded(entities, "&amp;&#38;#104;&#8217;", "&amp;&#104;’");
    }

    #[test]
    fn without_an_escape_there_is_no_layer() {
        for text in [
            "",
            "plain",
            "50%",
            "%zz%4",
            r"\q\u12\xg",
            r"\ud83d",
            "&amp;&#;&#x;&#104&#xg;&#1114112;&#+65;",
        ] {
            let all = 0..text.len();
            assert_eq!(percent(text.as_bytes(), &all), None, "{text}");
            assert_eq!(strings(text.as_bytes(), &all), None, "{text}");
            assert_eq!(entities(text.as_bytes(), &all), None, "{text}");
        }
    }
}
