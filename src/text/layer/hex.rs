//! What hexadecimal digits say, as far as it is readable: two digits a byte, each byte ASCII.
//!
//! The runs of pictures and hashes are passed over: four of every thirty-six characters tell that they hold no
//! such text.

use super::map::{Digits, Map};
use super::row::Row;
use super::{Encoding, Layer, MIN_BYTES, good_stretches};

/// Calls `found` with every layer of `chars`, which are those of `row`.
pub(super) fn layers<E>(
    chars: &[u8],
    row: &Row,
    mut found: impl FnMut(Layer) -> Result<(), E>,
) -> Result<(), E> {
    if !may_hold_text(chars) {
        return Ok(());
    }
    for start in 0..2.min(chars.len()) {
        let (pairs, _) = chars[start..].as_chunks::<2>();
        for stretch in good_stretches(pairs.len(), MIN_BYTES, |at| byte(pairs[at]).is_some()) {
            found(Layer {
                encoding: Encoding::Hex,
                text: pairs[stretch.clone()]
                    .iter()
                    .filter_map(|&pair| byte(pair))
                    .collect(),
                map: Map::Digits(Digits {
                    lines: row.lines(),
                    first: start + 2 * stretch.start,
                    bits: 4,
                    unit: 8,
                }),
            })?;
        }
    }
    Ok(())
}

/// Whether so many digits stand in a row that they can be a text; then so do quadruples of them.
fn may_hold_text(chars: &[u8]) -> bool {
    const QUADRUPLES: usize = 2 * MIN_BYTES / 4 - 1;
    let (quadruples, _) = chars.as_chunks::<4>();
    let are_digits = |at: usize| {
        let is_digit = |byte: u8| IS_DIGIT[usize::from(byte)];
        let [a, b, c, d] = quadruples[at];
        is_digit(a) & is_digit(b) & is_digit(c) & is_digit(d)
    };
    let mut stretches = good_stretches(quadruples.len(), QUADRUPLES, are_digits);
    stretches.next().is_some()
}

const IS_DIGIT: [bool; 256] = {
    let mut is_digit = [false; 256];
    let digits = b"0123456789abcdefABCDEF";
    let mut at = 0;
    while at < digits.len() {
        is_digit[digits[at] as usize] = true;
        at += 1;
    }
    is_digit
};

/// The byte of two digits, if it is printed or ends a line.
fn byte([high, low]: [u8; 2]) -> Option<u8> {
    let byte = digit(high)? << 4 | digit(low)?;
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n').then_some(byte)
}

/// The value of a hexadecimal digit.
pub(super) fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::layer::row;

    fn all(text: &str) -> Vec<Layer> {
        let row = row::around(text.as_bytes(), 0);
        let mut all = Vec::new();
        layers(&row.chars(text.as_bytes()), &row, |layer| {
            all.push(layer);
            Ok::<(), ()>(())
        })
        .expect("nothing fails");
        all
    }

    #[test]
    fn digits_in_either_case_are_read_at_any_place() {
        let secret = "a secret of thirty characters!";
        for upper in [false, true] {
            for before in ["", "0x", "f", "zz", "xyz", "0xf", &"+".repeat(1_001)] {
                let mut digits: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
                if upper {
                    digits.make_ascii_uppercase();
                }
                let text = format!("{before}{digits}");
                let layers = all(&text);
                let found = layers.iter().find_map(|layer| {
                    let at = memchr::memmem::find(&layer.text, secret.as_bytes())?;
                    Some(layer.map.written(&(at..at + secret.len())))
                });
                assert_eq!(found, Some(before.len()..text.len()), "{text}");
            }
        }
    }

    #[test]
    fn digests_say_nothing() {
        let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        assert_eq!(all(digest), []);
    }
}
