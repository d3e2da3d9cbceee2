//! Strings of a JSON list that are one text: the lines of a notebook's cell.
//!
//! In: a notebook. Out: the same without what stands between two strings of a list of which the first does not end its
//! line, so that what is split over both is in one piece; nothing where no list has such strings.

use memchr::memchr2;

use super::map::{Escape, Map};
use super::{Encoding, Layer};

/// The text with such strings joined.
#[must_use]
pub fn joined(text: &[u8]) -> Option<Layer> {
    let mut decoded = Vec::new();
    let mut escapes = vec![Escape {
        decoded: 0..0,
        written: 0..0,
    }];
    let mut copied = 0;
    let mut string = next_string(text, 0);
    while let Some((start, end)) = string {
        string = next_string(text, end + 1);
        let Some((next_start, next_end)) = string else {
            break;
        };
        let between = &text[end + 1..next_start - 1];
        let is_list = between.iter().filter(|&&byte| byte == b',').count() == 1
            && between
                .iter()
                .all(|byte| byte.is_ascii_whitespace() || *byte == b',');
        if is_list && !ends_line(&text[start..end]) && !is_key(text, next_end) {
            decoded.extend(&text[copied..end]);
            escapes.push(Escape {
                decoded: decoded.len()..decoded.len(),
                written: end..next_start,
            });
            copied = next_start;
        }
    }
    if escapes.len() == 1 {
        return None;
    }
    decoded.extend(&text[copied..]);
    Some(Layer {
        encoding: Encoding::Split,
        text: decoded,
        map: Map::Parts(escapes),
    })
}

/// Between the quotes of the first string from `at` on; its closing quote stands at the end.
fn next_string(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let start = at + memchr::memchr(b'"', text.get(at..)?)? + 1;
    let mut end = start;
    loop {
        end += memchr2(b'"', b'\\', text.get(end..)?)?;
        if text[end] == b'"' {
            return Some((start, end));
        }
        end += 2;
    }
}

fn ends_line(string: &[u8]) -> bool {
    string.ends_with(b"\\n") || string.ends_with(b"\\r")
}

/// Whether the string that ends at `end` is the key of an object.
fn is_key(text: &[u8], end: usize) -> bool {
    let after = text[end + 1..].iter();
    after.into_iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_a_list_are_joined_where_no_line_ends() {
        let text =
            br#"{"source": ["a = 1\n", "key = 'one", "two", "three'\n", "x"], "id": "y", "k": 1}"#;
        let layer = joined(text).expect("three are one");
        let expected =
            br#"{"source": ["a = 1\n", "key = 'onetwothree'\n", "x"], "id": "y", "k": 1}"#;
        assert_eq!(bstr::BStr::new(&layer.text), bstr::BStr::new(expected));
        let at = memchr::memmem::find(&layer.text, b"netwoth").expect("it is there");
        let written = layer.map.written(&(at..at + 7));
        assert_eq!(&text[written], br#"ne", "two", "th"#);
        let last = layer.text.len() - 1;
        assert_eq!(
            layer.map.written(&(last..last + 1)),
            text.len() - 1..text.len()
        );
    }

    #[test]
    fn other_strings_are_left_alone() {
        for text in [
            &br#"{"a": "b", "c": "d"}"#[..],
            br#"["a\n", "b\n"]"#,
            br#"["a"]"#,
            br#"[["a"], ["b"]]"#,
            br#"["a",, "b"]"#,
            br#"["a", "b"#,
            br#"["a", 1, "b\""#,
            b"",
        ] {
            assert_eq!(joined(text), None, "{:?}", bstr::BStr::new(text));
        }
    }
}
