//! What base64 of UTF-16 says, as far as it is readable: PowerShell takes commands so (`-EncodedCommand`).
//!
//! In: the characters of a row. Out: a layer for each stretch in which enough pairs of groups stand for three characters of ASCII
//! each. Of the eight characters of such a pair two at fixed places are `A`: others are passed over by these.

use super::base64::{Reading, decoded};
use super::row::Row;
use super::{Encoding, Layer, MIN_BYTES};

/// Pairs of groups that must be ASCII in a row.
const MIN_PAIRS: usize = MIN_BYTES.div_ceil(3);

/// Which byte of a code unit the character is.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

/// Calls `found` with every layer of `chars`, which are those of `row`.
pub(super) fn layers<E>(
    chars: &[u8],
    row: &Row,
    mut found: impl FnMut(Layer) -> Result<(), E>,
) -> Result<(), E> {
    for order in [Order::Little, Order::Big] {
        let reading = Reading {
            encoding: Encoding::Base64Utf16,
            bits: 16,
            min: MIN_PAIRS,
            is_good: |pair: &[u8; 8]| is_ascii(pair, order),
            decoded: |pair: &[u8; 8]| characters(pair, order),
        };
        reading.layers(chars, row, &mut found)?;
    }
    Ok(())
}

/// Six bytes of eight characters.
fn bytes([a, b, c, d, e, f, g, h]: &[u8; 8]) -> [u8; 6] {
    let ([a, b, c], [d, e, f]) = (decoded(&[*a, *b, *c, *d]), decoded(&[*e, *f, *g, *h]));
    [a, b, c, d, e, f]
}

fn characters(pair: &[u8; 8], order: Order) -> [u8; 3] {
    let [a, b, c, d, e, f] = bytes(pair);
    match order {
        Order::Little => [a, c, e],
        Order::Big => [b, d, f],
    }
}

fn is_ascii(pair: &[u8; 8], order: Order) -> bool {
    let (zeros, characters) = match (order, pair) {
        (Order::Little, [_, _, _, _, b'A', _, _, b'A']) => {
            let [a, x, b, y, c, z] = bytes(pair);
            ([x, y, z], [a, b, c])
        }
        (Order::Big, [b'A', _, _, b'A', _, _, _, _]) => {
            let [x, a, y, b, z, c] = bytes(pair);
            ([x, y, z], [a, b, c])
        }
        _ => return false,
    };
    let is_text = |byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    zeros == [0; 3] && characters.into_iter().all(is_text)
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

    use super::*;
    use crate::text::layer::row;

    #[test]
    fn a_secret_is_found_wherever_it_begins_in_either_order() {
        let secret = "a secret of thirty characters!";
        for before in 0..9 {
            for after in 0..9 {
                let plain = format!("{}{secret}{}", ">".repeat(before), "?".repeat(after));
                for order in [u16::to_le_bytes, u16::to_be_bytes] {
                    let wide: Vec<u8> = plain.encode_utf16().flat_map(order).collect();
                    for digits in [STANDARD.encode(&wide), STANDARD_NO_PAD.encode(&wide)] {
                        for glued in ["", "x", "xy", "a/b"] {
                            let text = format!("{glued}{digits}");
                            let row = row::around(text.as_bytes(), 0);
                            let mut found = Vec::new();
                            layers(&row.chars(text.as_bytes()), &row, |layer: Layer| {
                                let at = memchr::memmem::find(&layer.text, secret.as_bytes());
                                let written = |at| layer.map.written(&(at..at + secret.len()));
                                found.extend(at.map(written));
                                Ok::<(), ()>(())
                            })
                            .expect("nothing fails");
                            let start = glued.len() + before * 16 / 6;
                            let end = glued.len() + ((before + secret.len()) * 16).div_ceil(6);
                            assert_eq!(found, vec![start..end], "{text}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn zeros_and_other_scripts_say_nothing() {
        let other: Vec<u8> = "漢字かな交じり文の長い文章、そしてもう少し長く続く"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [vec![0; 99], [1, 0, 0, 0].repeat(30), other] {
            let text = STANDARD.encode(bytes);
            let row = row::around(text.as_bytes(), 0);
            let chars = row.chars(text.as_bytes());
            assert_eq!(layers(&chars, &row, |layer| Err(layer.text)), Ok(()));
        }
    }
}
