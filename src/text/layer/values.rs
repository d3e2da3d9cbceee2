//! Base64 of a few characters, where something tells that it is a value.
//!
//! In: a sign before a value, or a manifest: the text of Kubernetes Secrets. Out: what the value says; the manifest with what its
//! values say in their place, so that a rule sees the name beside each. What is not text is no value: a word decodes to bytes
//! that nobody prints.

use super::base64::decoded;
use super::map::{Digits, Escape, Map};
use super::run::is_digit;
use super::sign::{KIND, MANIFESTS, MIN_VALUE};
use super::{Encoding, Layer, MIN_RUN};

/// What the value says that begins at `start`, if it is shorter than a run that is looked into wherever it stands; and where it ends.
pub(super) fn short(text: &[u8], start: usize) -> Option<(Layer, usize)> {
    let value = Value::at(text, start);
    if value.digits >= MIN_RUN {
        return None;
    }
    let layer = Layer {
        encoding: Encoding::Base64,
        text: value.says(text)?,
        map: Map::Digits(Digits {
            lines: vec![(0, start)],
            first: 0,
            bits: 6,
            unit: 8,
        }),
    };
    Some((layer, value.end()))
}

/// Whether one of [`MANIFESTS`] stands in `text`.
#[must_use]
pub fn is_manifest(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, KIND).any(|at| {
        let sign_of = |sign: &&str| text[..at + KIND.len()].ends_with(sign.as_bytes());
        MANIFESTS.iter().any(sign_of)
    })
}

/// The manifest `text` with its values decoded; nothing where none of them is base64 of a text.
pub(super) fn manifest(text: &[u8]) -> Option<Layer> {
    let mut says = Vec::new();
    let mut values = vec![Escape {
        decoded: 0..0,
        written: 0..0,
    }];
    let mut copied = 0;
    let mut at = 0;
    while at < text.len() {
        let value = Value::at(text, at);
        if value.len() >= MIN_VALUE
            && value.len().is_multiple_of(4)
            && value.stands_free(text)
            && let Some(value_says) = value.says(text)
        {
            says.extend(&text[copied..at]);
            let start = says.len();
            says.extend(value_says);
            values.push(Escape {
                decoded: start..says.len(),
                written: at..value.end(),
            });
            copied = value.end();
        }
        at = value.end().max(at + 1);
    }
    if values.len() == 1 {
        return None;
    }
    says.extend(&text[copied..]);
    Some(Layer {
        encoding: Encoding::Base64,
        text: says,
        map: Map::Parts(values),
    })
}

/// A run of base64 characters and the padding after it.
struct Value {
    start: usize,
    digits: usize,
    padding: usize,
}

impl Value {
    /// The one that begins at `start`; it may be empty.
    fn at(text: &[u8], start: usize) -> Self {
        let digits = text[start..].iter().take_while(|&&byte| is_digit(byte));
        let digits = digits.count();
        let after = text[start + digits..].iter();
        Self {
            start,
            digits,
            padding: after.take(2).take_while(|&&byte| byte == b'=').count(),
        }
    }

    fn len(&self) -> usize {
        self.digits + self.padding
    }

    fn end(&self) -> usize {
        self.start + self.len()
    }

    /// Whether it is not a part of a path, an address or a longer word.
    fn stands_free(&self, text: &[u8]) -> bool {
        let before = self.start.checked_sub(1).and_then(|at| text.get(at));
        let after = text.get(self.end());
        !matches!(before, Some(b'.' | b'%' | b'\\')) && !matches!(after, Some(b'.' | b'%' | b'='))
    }

    /// What it decodes to, if that is text.
    fn says(&self, text: &[u8]) -> Option<Vec<u8>> {
        let digits = &text[self.start..self.start + self.digits];
        let (groups, rest) = digits.as_chunks::<4>();
        let mut says: Vec<u8> = groups.iter().flat_map(decoded).collect();
        if rest.len() == 1 {
            return None;
        }
        if !rest.is_empty() {
            let mut last = [b'A'; 4];
            last[..rest.len()].copy_from_slice(rest);
            says.extend(&decoded(&last)[..rest.len() - 1]);
        }
        let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
        says.iter().all(is_text).then_some(says)
    }
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

    use super::*;

    #[test]
    fn a_value_of_any_length_is_read() {
        for len in 12..30 {
            let plain = &"a secret of thirty characters!"[..len];
            for digits in [STANDARD.encode(plain), STANDARD_NO_PAD.encode(plain)] {
                let text = format!("auth {digits}\"");
                let found = short(text.as_bytes(), 5);
                if digits.trim_end_matches('=').len() >= MIN_RUN {
                    assert_eq!(found, None);
                    continue;
                }
                let (layer, end) = found.expect("it says something");
                assert_eq!(layer.text, plain.as_bytes());
                assert_eq!(end, text.len() - 1);
                let digits = digits.trim_end_matches('=').len();
                assert_eq!(layer.map.written(&(0..len)), 5..5 + digits);
            }
        }
        assert_eq!(short(b"internationalization", 0), None);
        assert_eq!(short(b"QUJDREVGR0hJSktMT", 0), None);
    }

    #[test]
    fn the_values_of_a_manifest_stand_beside_their_names() {
        let [one, two] = ["a secret of 24 letters..", "another:short/one"];
        let [first, second] = [one, two].map(|plain| STANDARD.encode(plain));
        for text in [
            format!("data:\n  KEY: {first}\n  b: \"{second}\"\n"),
            format!("{{\"KEY\":\"{first}\",\"b\":\"{second}\"}}"),
            format!("{{\\\"KEY\\\": \\\"{first}\\\", \\\"b\\\": \\\"{second}\\\"}}"),
            format!("data: {{KEY: {first}, b: '{second}'}}"),
            format!("--from-literal=KEY={first} {second}"),
        ] {
            let layer = manifest(text.as_bytes()).expect("it has values");
            let expected = text.replace(&first, one).replace(&second, two);
            assert_eq!(String::from_utf8_lossy(&layer.text), expected);
            let at = expected.find("24").expect("it is there");
            let start = text.find(&first).expect("it is there");
            assert_eq!(layer.map.written(&(at..at + 2)), start..start + first.len());
            assert!(layer.map.tells(&(at..at + 2)));
            assert!(layer.map.tells(&(at + 20..at + 40)));
            let name = expected.find("KEY").expect("it is there");
            assert!(!layer.map.tells(&(name..name + 3)));
        }
    }

    #[test]
    fn a_manifest_is_told_by_its_kind() {
        for sign in MANIFESTS {
            assert!(is_manifest(format!("a {sign}\n").as_bytes()), "{sign}");
            assert!(!is_manifest(&sign.as_bytes()[1..]), "{sign}");
        }
        assert!(!is_manifest(b"kind: Service\nname: Secret"));
    }

    #[test]
    fn what_is_no_value_stays_as_it_is() {
        let digits = STANDARD.encode("a secret of 24 letters..");
        for text in [
            "kind: Secret, internationalization of applications".to_owned(),
            format!("path/{digits}.txt"),
            format!("x.{digits}"),
            format!("a: {digits}==="),
            format!("a: {}", &digits[..digits.len() - 1]),
            "a: QUJDREVGR0g=".to_owned(),
        ] {
            assert_eq!(manifest(text.as_bytes()), None, "{text}");
        }
    }
}
