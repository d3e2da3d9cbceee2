//! Matched bytes, and the only forms in which they may leave the process.
//!
//! In: the bytes that a rule captured and the length of its public prefix. Out: a mask, and a hash.
//! The type exists so that `{}`, `{:?}` and serde cannot print a secret by accident.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// How many characters after the public prefix a mask may show.
const SHOWN_AFTER_PREFIX: usize = 4;

/// A mask shows its characters only if at least this many stay hidden.
const HIDDEN_AT_LEAST: usize = 16;

/// The bytes of a credential; `Debug`, `Display` and `Serialize` print [`Secret::mask`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    bytes: Vec<u8>,
    public_prefix_len: usize,
}

impl Secret {
    /// Takes the matched bytes; the first `public_prefix_len` of them say only what kind it is.
    #[must_use]
    pub fn new(bytes: Vec<u8>, public_prefix_len: usize) -> Self {
        let public_prefix_len = public_prefix_len.min(bytes.len());
        Self {
            bytes,
            public_prefix_len,
        }
    }

    /// The secret itself: for hashing, checksums and the issuer that is asked about it, nothing else.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// Public prefix, at most four characters and the length in bytes: `hf_AbCd…(37)`.
    ///
    /// A secret too short to hide behind its first characters shows none of them, nor its length.
    #[must_use]
    pub fn mask(&self) -> String {
        let (prefix, body) = self.bytes.split_at(self.public_prefix_len);
        let mut mask = visible(prefix);
        if body.len() < SHOWN_AFTER_PREFIX + HIDDEN_AT_LEAST {
            mask.push_str("****");
            return mask;
        }
        mask.push_str(&visible(&body[..SHOWN_AFTER_PREFIX]));
        mask.push_str(&format!("…({})", self.bytes.len()));
        mask
    }

    /// Lower-case hex SHA-256 of the bytes.
    #[must_use]
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(&self.bytes))
    }
}

/// Printable ASCII stays, anything else becomes `?`: a mask must not carry control characters.
fn visible(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&byte| {
            if byte.is_ascii_graphic() || byte == b' ' {
                char::from(byte)
            } else {
                '?'
            }
        })
        .collect()
}

/// Lower-case hexadecimal of `bytes`.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .map(char::from)
        .collect()
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.mask())
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mask())
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.mask())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_form_prints_more_than_prefix_and_four_characters() {
        let secret = Secret::new(format!("hf_{}", "aBcDeF".repeat(6)).into_bytes(), 3);
        assert_eq!(secret.mask(), "hf_aBcD…(39)");
        assert_eq!(format!("{secret}"), secret.mask());
        assert_eq!(format!("{secret:?}"), "Secret(hf_aBcD…(39))");
        assert_eq!(
            serde_json::to_string(&secret).expect("a string serializes"),
            "\"hf_aBcD…(39)\""
        );
    }

    #[test]
    fn short_secrets_show_nothing_of_their_body() {
        assert_eq!(Secret::new(b"hunter2".to_vec(), 0).mask(), "****");
        assert_eq!(Secret::new(b"ab".to_vec(), 5).mask(), "ab****");
    }

    #[test]
    fn control_characters_do_not_reach_a_mask() {
        let secret = Secret::new(b"\x1b[2J_________________________".to_vec(), 0);
        assert!(!secret.mask().contains('\u{1b}'));
    }
}
