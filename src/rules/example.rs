//! Examples are written as templates, so that no token-shaped text stands in a repository.
//!
//! In: a template such as `HF_TOKEN="hf_{{L34}}"` and a seed. Out: the text, the same for the same seed. Checksums are
//! computed here from the issuers' descriptions, apart from the code that checks them.
//!
//! | field | becomes |
//! |---|---|
//! | `{{L34}}` | letters |
//! | `{{A20}}` | letters and digits |
//! | `{{B43}}` | the base64url alphabet; first and last a letter or digit |
//! | `{{S40}}` | the base64 alphabet; first and last a letter or digit |
//! | `{{h40}}` `{{H8}}` | lower-case and upper-case hex |
//! | `{{d12}}` | digits |
//! | `{{a48}}` `{{U16}}` | lower-case and upper-case letters, and digits |
//! | `{{T16}}` | the base32 alphabet, `A` to `Z` and `2` to `7` |
//! | `{{R58}}` `{{r58}}` | the bech32 alphabet in upper and in lower case |
//! | `{{uuid}}` | a UUID in lower case |
//! | `{{open}}` `{{close}}` | two braces |
//! | `{{x*34}}` | what stands before the star, so many times |
//! | `{{crc62:ghp_:30}}` | prefix, letters and digits, and their CRC-32 in base62 |
//! | `{{github_pat}}` `{{glsa}}` `{{cloudflare:cfut_}}` `{{atlassian}}` `{{pypi:pypi.org}}` | a whole token of that kind |
//! | `{{jwt:{"iss":"…"}}}` | a JWT with these claims |
//! | `{{base64:…}}` `{{base64url:…}}` | that text, encoded |

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE64URL: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const BASE64: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BECH32: &[u8] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

/// Longest text that one field may become, in bytes.
const FIELD_BYTES: usize = 10_000;

/// Why a template cannot be expanded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExampleError {
    /// `{{` without its `}}`.
    #[error("`{{{{` has no `}}}}`")]
    Open,
    /// A field that is not in the table.
    #[error(
        "`{{{{{0}}}}}` is no field of the template language; write for example {{{{A20}}}} or {{{{h32}}}}"
    )]
    Field(String),
}

/// The text that `template` stands for; another seed gives other random characters.
///
/// # Errors
/// [`ExampleError`] where a field is unknown or not closed.
pub fn expand(template: &str, seed: u64) -> Result<String, ExampleError> {
    let mut random = Random::new(seed);
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let end = field_end(after).ok_or(ExampleError::Open)?;
        let field = &after[..end];
        let value =
            value(field, &mut random).ok_or_else(|| ExampleError::Field(field.to_owned()))?;
        text.push_str(&value);
        rest = &after[end + 2..];
    }
    text.push_str(rest);
    Ok(text)
}

/// Where the `}}` stands that closes a field, past the braces of any JSON in it.
fn field_end(after: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in after.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth > 0 => depth -= 1,
            b'}' => return after[at..].starts_with("}}").then_some(at),
            _ => {}
        }
    }
    None
}

fn value(field: &str, random: &mut Random) -> Option<String> {
    if let Some((name, argument)) = field.split_once(':') {
        return with_argument(name, argument, random);
    }
    if let Some((unit, times)) = field.rsplit_once('*') {
        let times = times.parse::<usize>().ok()?;
        return (unit.len().checked_mul(times)? <= FIELD_BYTES).then(|| unit.repeat(times));
    }
    match field {
        "open" => return Some("{{".to_owned()),
        "close" => return Some("}}".to_owned()),
        "uuid" => return Some(random.uuid()),
        "github_pat" => return Some(random.github_pat()),
        "glsa" => return Some(random.grafana()),
        "atlassian" => return Some(random.atlassian()),
        _ => {}
    }
    let (kind, len) = field.split_at_checked(1)?;
    let len = len
        .parse::<usize>()
        .ok()
        .filter(|&len| len <= FIELD_BYTES)?;
    Some(match kind {
        "L" => random.of(LETTERS, len),
        "A" => random.of(ALPHANUMERIC, len),
        "B" => random.closed(BASE64URL, len),
        "S" => random.closed(BASE64, len),
        "h" => random.of(b"0123456789abcdef", len),
        "H" => random.of(b"0123456789ABCDEF", len),
        "d" => random.of(b"0123456789", len),
        "a" => random.of(b"0123456789abcdefghijklmnopqrstuvwxyz", len),
        "U" => random.of(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", len),
        "T" => random.of(BASE32, len),
        "R" => random.of(BECH32, len),
        "r" => random.of(BECH32, len).to_ascii_lowercase(),
        _ => return None,
    })
}

fn with_argument(name: &str, argument: &str, random: &mut Random) -> Option<String> {
    Some(match name {
        "crc62" => {
            let (prefix, len) = argument.split_once(':')?;
            let len = len.parse().ok().filter(|&len| len <= FIELD_BYTES)?;
            let body = random.of(ALPHANUMERIC, len);
            format!("{prefix}{body}{}", base62(crc32fast::hash(body.as_bytes())))
        }
        "cloudflare" => {
            let body = random.of(ALPHANUMERIC, 40);
            format!("{argument}{body}{:08x}", crc32fast::hash(body.as_bytes()))
        }
        "pypi" => {
            let mut bytes = vec![2, 1, u8::try_from(argument.len()).ok()?];
            bytes.extend_from_slice(argument.as_bytes());
            bytes.push(2);
            bytes.extend(random.of(BASE64, 100).bytes());
            format!("pypi-{}", URL_SAFE_NO_PAD.encode(bytes))
        }
        "jwt" => {
            let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","typ":"JWT"}"#);
            let claims = URL_SAFE_NO_PAD.encode(argument);
            format!("{header}.{claims}.{}", random.closed(BASE64URL, 86))
        }
        "base64" => STANDARD.encode(expand(argument, random.next()).ok()?),
        "base64url" => URL_SAFE_NO_PAD.encode(expand(argument, random.next()).ok()?),
        _ => return None,
    })
}

fn base62(mut value: u32) -> String {
    let mut digits = Vec::new();
    for _ in 0..6 {
        digits.push(char::from(ALPHANUMERIC[(value % 62) as usize]));
        value /= 62;
    }
    digits.iter().rev().collect()
}

/// SplitMix64: the same characters for the same seed on every machine.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn of(&mut self, alphabet: &[u8], len: usize) -> String {
        let count = alphabet.len() as u64;
        (0..len)
            .map(|_| {
                let at = usize::try_from(self.next() % count).expect("an index into an alphabet");
                char::from(alphabet[at])
            })
            .collect()
    }

    /// As [`Random::of`], first and last a letter or digit, so that the text around cannot touch it.
    fn closed(&mut self, alphabet: &[u8], len: usize) -> String {
        match len {
            0..=2 => self.of(ALPHANUMERIC, len),
            _ => format!(
                "{}{}{}",
                self.of(ALPHANUMERIC, 1),
                self.of(alphabet, len - 2),
                self.of(ALPHANUMERIC, 1)
            ),
        }
    }

    fn uuid(&mut self) -> String {
        let hex = self.of(b"0123456789abcdef", 30);
        format!(
            "{}-{}-4{}-a{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..15],
            &hex[15..18],
            &hex[18..30]
        )
    }

    fn github_pat(&mut self) -> String {
        let head = format!(
            "github_pat_{}_{}",
            self.of(ALPHANUMERIC, 22),
            self.of(ALPHANUMERIC, 43)
        );
        let digest = Sha256::digest(&head);
        let mut sum = String::new();
        let mut bits = digest[..5]
            .iter()
            .fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
        for _ in 0..8 {
            sum.insert(0, char::from(BASE32[(bits % 32) as usize]));
            bits /= 32;
        }
        format!("{head}{sum}{}", self.of(ALPHANUMERIC, 8))
    }

    fn grafana(&mut self) -> String {
        let head = format!("glsa_{}", self.of(ALPHANUMERIC, 32));
        let sum: String = crc32fast::hash(head.as_bytes())
            .to_le_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{head}_{sum}")
    }

    fn atlassian(&mut self) -> String {
        let head = format!("ATATT3xFfGF0{}=", self.closed(BASE64URL, 171));
        format!("{head}{:08X}", crc32fast::hash(head.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_what_the_table_says() {
        let text = expand("a{{L34}}-{{h8}}{{x*3}}!", 1).expect("a good template");
        assert_eq!(text.len(), 1 + 34 + 1 + 8 + 3 + 1);
        assert!(text[1..35].bytes().all(|byte| byte.is_ascii_alphabetic()));
        assert!(text.ends_with("xxx!"));
        assert_eq!(expand("{{L34}}", 1), expand("{{L34}}", 1));
        assert_ne!(expand("{{L34}}", 1), expand("{{L34}}", 2));
        assert_eq!(expand("no field }} {", 1).as_deref(), Ok("no field }} {"));
    }

    #[test]
    fn braces_of_claims_do_not_end_a_field() {
        let text = expand(r#"<{{jwt:{"a":{"b":1}}}}>"#, 1).expect("a good template");
        let payload = text.split('.').nth(1).expect("three parts");
        assert_eq!(
            URL_SAFE_NO_PAD.decode(payload).expect("base64url"),
            br#"{"a":{"b":1}}"#
        );
        assert!(text.ends_with('>'));
    }

    #[test]
    fn unknown_fields_are_errors() {
        assert_eq!(expand("{{L34", 1), Err(ExampleError::Open));
        for field in [
            "",
            "Q3",
            "L",
            "L99999999",
            "x*99999999",
            "crc62:ghp_",
            "nope:1",
            "é",
        ] {
            assert_eq!(
                expand(&format!("{{{{{field}}}}}"), 1),
                Err(ExampleError::Field(field.to_owned()))
            );
        }
    }
}
