//! Checksums that issuers put into their tokens, so that an invented one can be told offline.
//!
//! In: a token's bytes. Out: whether its checksum holds; anything malformed does not.

use base64::Engine as _;
use sha2::{Digest, Sha256};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Whether the last six characters of `body` (no prefix) are the base62 CRC-32 of those before them.
///
/// Source: <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>
#[must_use]
pub fn crc32_base62(body: &[u8]) -> bool {
    body.split_last_chunk::<6>()
        .is_some_and(|(payload, sum)| *sum == base62(crc32fast::hash(payload)))
}

/// Whether eight characters near the end of a whole `github_pat_` token are base32 of the SHA-256 of what precedes
/// its last sixteen.
#[must_use]
pub fn github_pat(token: &[u8]) -> bool {
    token
        .split_last_chunk::<16>()
        .is_some_and(|(payload, tail)| {
            tail[..8].eq_ignore_ascii_case(&base32(&Sha256::digest(payload)))
        })
}

/// Whether a whole `glsa_` token ends in the CRC-32 of what precedes its last `_`, bytes little-endian, as hex.
///
/// Source: <https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/satokengen.go>
#[must_use]
pub fn grafana(token: &[u8]) -> bool {
    token
        .split_last_chunk::<9>()
        .is_some_and(|(payload, tail)| {
            let sum = crc32fast::hash(payload).swap_bytes();
            tail[0] == b'_' && tail[1..] == *format!("{sum:08x}").as_bytes()
        })
}

/// Whether `body` (no prefix) ends in the lower-hex CRC-32 of the characters before.
#[must_use]
pub fn cloudflare(body: &[u8]) -> bool {
    body.split_last_chunk::<8>()
        .is_some_and(|(payload, sum)| *sum == *hex(payload).as_bytes())
}

/// Whether a whole Atlassian token ends in the upper-hex CRC-32 of everything up to and including its `=`.
#[must_use]
pub fn atlassian(token: &[u8]) -> bool {
    token
        .split_last_chunk::<8>()
        .is_some_and(|(payload, sum)| *sum == *hex(payload).to_ascii_uppercase().as_bytes())
}

/// Whether `body` (no `pypi-`) is a version 2 macaroon whose location is PyPI or its test twin.
///
/// Source: <https://github.com/pypi/warehouse/blob/main/warehouse/macaroons/services.py>
#[must_use]
pub fn pypi_macaroon(body: &[u8]) -> bool {
    super::jwt::base64url().decode(body).is_ok_and(|bytes| {
        bytes.starts_with(b"\x02\x01\x08pypi.org\x02")
            || bytes.starts_with(b"\x02\x01\x0dtest.pypi.org\x02")
    })
}

fn hex(payload: &[u8]) -> String {
    format!("{:08x}", crc32fast::hash(payload))
}

fn base62(mut value: u32) -> [u8; 6] {
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(value % 62) as usize];
        value /= 62;
    }
    digits
}

/// The first eight base32 characters of `bytes`, which are the first five of them.
fn base32(bytes: &[u8]) -> [u8; 8] {
    let bits = bytes
        .iter()
        .take(5)
        .fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
    let mut characters = [0; 8];
    for (at, character) in characters.iter_mut().enumerate() {
        *character = BASE32[(bits >> (35 - 5 * at) & 31) as usize];
    }
    characters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base62_is_big_endian_and_padded() {
        assert_eq!(&base62(0), b"000000");
        assert_eq!(&base62(61), b"00000z");
        assert_eq!(&base62(62), b"000010");
        assert_eq!(&base62(u32::MAX), b"4gfFC3");
    }

    #[test]
    fn base32_takes_forty_bits() {
        // RFC 4648, section 10.
        assert_eq!(&base32(b"fooba"), b"MZXW6YTB");
    }

    #[test]
    fn one_changed_character_breaks_a_checksum() {
        // The check value of CRC-32 for "123456789" is cbf43926.
        assert!(cloudflare(b"123456789cbf43926"));
        assert!(!cloudflare(b"123456780cbf43926"));
        assert!(atlassian(b"123456789CBF43926"));
        assert!(!atlassian(b"123456789cbf43926"));
        assert!(grafana(b"123456789_2639f4cb"));
        assert!(!grafana(b"123456789-2639f4cb"));
        let sum = base62(0xcbf4_3926);
        assert!(crc32_base62(&[b"123456789", &sum[..]].concat()));
        assert!(!crc32_base62(&[b"123456788", &sum[..]].concat()));
    }

    #[test]
    fn what_is_too_short_has_no_checksum() {
        for token in [&b""[..], b"abc", b"12345"] {
            assert!(!crc32_base62(token) && !github_pat(token) && !grafana(token));
            assert!(!cloudflare(token) && !atlassian(token) && !pypi_macaroon(token));
        }
    }

    #[test]
    fn macaroons_name_their_host() {
        let of =
            |bytes: &[u8]| pypi_macaroon(super::super::jwt::base64url().encode(bytes).as_bytes());
        assert!(of(b"\x02\x01\x08pypi.org\x02\x03abc"));
        assert!(of(b"\x02\x01\x0dtest.pypi.org\x02\x03abc"));
        assert!(!of(b"\x02\x01\x08evil.org\x02\x03abc"));
        assert!(!pypi_macaroon(b"***"));
    }
}
