//! Paths in machine-readable reports: UTF-8, and yet every byte comes back.

use bstr::{BString, ByteSlice};
use serde::Serializer;

/// Writes bytes that are not UTF-8 as `\xHH` and a backslash as `\\`.
///
/// A path that is UTF-8 without a backslash stays as it is; [`decode`] undoes it.
#[must_use]
pub fn encode(path: &[u8]) -> String {
    let mut encoded = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        encoded.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            encoded.push_str(&format!("\\x{byte:02x}"));
        }
    }
    encoded
}

/// The bytes that [`encode`] was given; `None` where the text has another backslash sequence.
#[must_use]
pub fn decode(encoded: &str) -> Option<BString> {
    let mut path = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some(backslash) = rest.find_byte(b'\\') {
        path.extend_from_slice(&rest[..backslash]);
        rest = match rest.get(backslash + 1)? {
            b'\\' => {
                path.push(b'\\');
                &rest[backslash + 2..]
            }
            b'x' => {
                let digits = rest.get(backslash + 2..backslash + 4)?.to_str().ok()?;
                path.push(u8::from_str_radix(digits, 16).ok()?);
                &rest[backslash + 4..]
            }
            _ => return None,
        };
    }
    path.extend_from_slice(rest);
    Some(BString::from(path))
}

/// Serializes a path as [`encode`] writes it.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(path: &BString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&encode(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        for path in [
            &b"a/b.py"[..],
            b"caf\xe9",
            b"back\\slash",
            b"\\x41",
            "é/模型".as_bytes(),
            b"\xff\xfe\\",
        ] {
            assert_eq!(decode(&encode(path)), Some(BString::from(path)));
        }
        assert_eq!(encode(b"a/b.py"), "a/b.py");
        assert_eq!(encode(b"caf\xe9"), "caf\\xe9");
    }

    #[test]
    fn what_encode_never_writes_is_refused() {
        assert_eq!(decode("a\\n"), None);
        assert_eq!(decode("a\\"), None);
        assert_eq!(decode("a\\xg1"), None);
    }
}
