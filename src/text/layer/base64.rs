//! What base64 says, as far as it is readable.
//!
//! In: the characters of a row. Out: a layer for each stretch in which enough groups of four in a row stand for ASCII.
//! Of random bytes, as in images and hashes, one group in eleven does: so they are passed over unread, a probe every few
//! groups.

use super::map::{Digits, Map};
use super::row::Row;
use super::{ANY_START, Encoding, Layer, MIN_BYTES, good_stretches};

/// Groups of four characters, three bytes each, that must be ASCII in a row.
const MIN_GROUPS: usize = MIN_BYTES.div_ceil(3);

/// Bits of [`FITS`]: a character that can begin a group of ASCII bytes, be the second, the third, or any.
const FIRST: u8 = 1;
const SECOND: u8 = 2;
const THIRD: u8 = 4;
const DIGIT: u8 = 8;

/// What each byte can be in a group.
#[allow(
    clippy::cast_possible_truncation,
    reason = "in a constant there is no other conversion, and it counts to 255"
)]
const FITS: [u8; 256] = {
    let mut fits = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "it is below 256")]
        if let Some(value) = value(byte as u8) {
            fits[byte] = DIGIT;
            // The first six bits of a tab, a line end or of what is printed.
            if matches!(value, 2 | 3 | 8..32) {
                fits[byte] |= FIRST;
            }
            // The highest bit of the second byte, of the third.
            if value & 0b1000 == 0 {
                fits[byte] |= SECOND;
            }
            if value & 0b10 == 0 {
                fits[byte] |= THIRD;
            }
        }
        byte += 1;
    }
    fits
};

/// The six bits of a character.
const fn value(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// Calls `found` with every layer of `chars`, which are those of `row`.
pub(super) fn layers<E>(
    chars: &[u8],
    row: &Row,
    found: impl FnMut(Layer) -> Result<(), E>,
) -> Result<(), E> {
    let reading = Reading {
        encoding: Encoding::Base64,
        bits: 8,
        min: MIN_GROUPS,
        is_good: is_ascii,
        decoded,
    };
    reading.layers(chars, row, found)
}

/// How characters are read in groups of so many, each of which stands for so many characters.
pub(super) struct Reading<const CHARS: usize, const BYTES: usize, G, D> {
    pub(super) encoding: Encoding,
    /// Bits of a character that is encoded.
    pub(super) bits: usize,
    /// Good groups in a row that are looked at any further.
    pub(super) min: usize,
    pub(super) is_good: G,
    pub(super) decoded: D,
}

impl<const CHARS: usize, const BYTES: usize, G, D> Reading<CHARS, BYTES, G, D>
where
    G: Fn(&[u8; CHARS]) -> bool,
    D: Fn(&[u8; CHARS]) -> [u8; BYTES],
{
    /// Calls `found` with every layer of `chars`, which are those of `row`.
    pub(super) fn layers<E>(
        &self,
        chars: &[u8],
        row: &Row,
        mut found: impl FnMut(Layer) -> Result<(), E>,
    ) -> Result<(), E> {
        let starts = if chars.len() > ANY_START { 1 } else { 4 };
        for start in 0..starts.min(chars.len()) {
            let (groups, rest) = chars[start..].as_chunks::<CHARS>();
            let is_good = |at: usize| (self.is_good)(&groups[at]);
            for stretch in good_stretches(groups.len(), self.min, is_good) {
                // A token may begin and end inside of a group that is not good.
                let first = stretch.start.saturating_sub(1);
                let mut text: Vec<u8> = Vec::with_capacity(BYTES * (stretch.len() + 2));
                for group in &groups[first..groups.len().min(stretch.end + 1)] {
                    text.extend((self.decoded)(group));
                }
                if stretch.end == groups.len() {
                    let mut last = [b'A'; CHARS];
                    last[..rest.len()].copy_from_slice(rest);
                    let whole = rest.len() * 6 / self.bits;
                    text.extend(&(self.decoded)(&last)[..whole]);
                }
                found(Layer {
                    encoding: self.encoding,
                    text,
                    map: Map::Digits(Digits {
                        lines: row.lines(),
                        first: start + CHARS * first,
                        bits: 6,
                        unit: self.bits,
                    }),
                })?;
            }
        }
        Ok(())
    }
}

/// Of random characters each test holds for half: taken together they are one branch, which is seldom taken.
fn is_ascii(&[first, second, third, _]: &[u8; 4]) -> bool {
    let fits = |byte: u8, part| FITS[usize::from(byte)] & part != 0;
    fits(first, FIRST) & fits(second, SECOND) & fits(third, THIRD)
}

/// Three bytes of four characters, all of which are of the alphabet.
pub(super) fn decoded(group: &[u8; 4]) -> [u8; 3] {
    let bits = group.iter().fold(0_u32, |bits, &byte| {
        bits << 6 | u32::from(value(byte).unwrap_or(0))
    });
    let [_, bytes @ ..] = bits.to_be_bytes();
    bytes
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

    use super::*;
    use crate::text::layer::row;

    /// Every layer of the row around `at`, with its text and the first and last place of `part` in it.
    fn all(text: &str, at: usize) -> Vec<Layer> {
        let row = row::around(text.as_bytes(), at);
        let mut all = Vec::new();
        let chars = row.chars(text.as_bytes());
        layers(&chars, &row, |layer| {
            all.push(layer);
            Ok::<(), ()>(())
        })
        .expect("nothing fails");
        all
    }

    #[test]
    fn a_secret_is_found_behind_any_number_of_bytes() {
        let secret = "a secret of thirty characters!";
        for before in 0..12 {
            for after in 0..12 {
                let plain = format!("{}{secret}{}", ">".repeat(before), "?".repeat(after));
                for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE] {
                    for glued in ["", "x", "xy", "path/", "A/b/"] {
                        let text = format!("{glued}{}", engine.encode(&plain));
                        let found = all(&text, 0).into_iter().find_map(|layer| {
                            let at = memchr::memmem::find(&layer.text, secret.as_bytes())?;
                            Some(layer.map.written(&(at..at + secret.len())))
                        });
                        let start = glued.len() + before * 8 / 6;
                        let end = glued.len() + ((before + secret.len()) * 8).div_ceil(6);
                        assert_eq!(found, Some(start..end), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn wrapped_lines_lead_back() {
        let secret = "a secret of thirty characters!";
        let plain = format!("{}{secret}{}", "x".repeat(40), "y".repeat(90));
        let encoded = STANDARD.encode(&plain);
        let lines: Vec<String> = encoded
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        let text = format!("data:\n  {}\n", lines.join("\n  "));
        let layers = all(&text, 8);
        let at = memchr::memmem::find(&layers[0].text, secret.as_bytes()).expect("it is there");
        let written = layers[0].map.written(&(at..at + secret.len()));
        let without: String = text[written.clone()].split_whitespace().collect();
        let digit = 40 * 8 / 6;
        assert_eq!(without, encoded[digit..][..without.len()]);
        assert_eq!(without.len(), ((40 + 30) * 8_usize).div_ceil(6) - digit);
        assert!(text[written].contains('\n'));
    }

    #[test]
    fn random_bytes_and_words_say_nothing() {
        let mut state = 1_u64;
        let bytes: Vec<u8> = (0..30_000)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 56) as u8
            })
            .collect();
        assert_eq!(all(&STANDARD.encode(&bytes), 0), []);
        let hashes: String = bytes
            .chunks(64)
            .map(|hash| STANDARD.encode(hash) + "\n")
            .collect();
        for (at, _) in hashes.match_indices('\n') {
            assert_eq!(all(&hashes, at.saturating_sub(20)), []);
        }
        assert_eq!(
            all(
                "tests/models/encoder_decoder/test_modeling_encoder_decoder",
                0
            ),
            []
        );
    }
}
