//! The stable name of a finding: survives edits, rebases and moves within the file.
//!
//! In: rule id, path and secret. Out: 32 hex digits. No line and no commit goes in.

use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::secret::{Secret, hex};

/// Rounds of SHA-256 for password-like secrets: about 1 ms here, 2,000 guesses a second for whoever tries to
/// reverse one from a committed allowlist (a bare hash allows millions).
const GUESSABLE_ROUNDS: u32 = 1 << 14;

/// Bytes of the digest that are kept.
const LEN: usize = 16;

/// 32 lower-case hex digits made of rule, path and secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

/// Whether a secret could be found by trying likely ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guessable {
    /// A password: hash it slowly.
    Yes,
    /// A random token.
    No,
}

impl Fingerprint {
    /// Names the secret of `rule_id` at `path` (forward slashes).
    #[must_use]
    pub fn new(rule_id: &str, path: &[u8], secret: &Secret, guessable: Guessable) -> Self {
        let mut digest = Sha256::new()
            .chain_update(rule_id.as_bytes())
            .chain_update([0])
            .chain_update(path)
            .chain_update([0])
            .chain_update(secret.expose())
            .finalize();
        if guessable == Guessable::Yes {
            for _ in 1..GUESSABLE_ROUNDS {
                digest = Sha256::digest(digest);
            }
        }
        Self(hex(&digest[..LEN]))
    }

    /// Reads the written form back; `None` unless it is 32 lower-case hex digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == 2 * LEN
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        well_formed.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
