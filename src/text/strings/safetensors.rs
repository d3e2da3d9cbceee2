//! The header of a safetensors file: JSON behind its length. It is found as the text that it is; here is what its strings are.
//!
//! Source: <https://huggingface.co/docs/safetensors>

use std::ops::Range;

use super::{Label, Tell};

/// No header is longer, in bytes.
const MAX_HEADER_BYTES: usize = 100_000_000;

/// The key that holds what people wrote.
const METADATA: &[u8] = b"__metadata__";

/// Every string of the header.
pub(super) fn strings(blob: &[u8], tell: &mut Tell<'_>) {
    let Some((len, rest)) = blob.split_first_chunk::<8>() else {
        return;
    };
    let len = usize::try_from(u64::from_le_bytes(*len)).unwrap_or(usize::MAX);
    let header = match rest.get(..len) {
        Some(header) if header.starts_with(b"{") && len <= MAX_HEADER_BYTES => header,
        _ => return,
    };
    let mut depth = 0_usize;
    // The keys that lead to where the reading is, and the last string, which may be one.
    let mut path: Vec<Range<usize>> = Vec::new();
    let mut last = 0..0;
    let mut at = 0;
    while let Some(&byte) = header.get(at) {
        at += 1;
        match byte {
            b'{' => {
                depth += 1;
                path.push(last.clone());
            }
            b'}' => {
                depth = depth.saturating_sub(1);
                path.pop();
            }
            b'"' => {
                let start = at;
                while header.get(at).is_some_and(|&byte| byte != b'"') {
                    at += 1 + usize::from(header[at] == b'\\');
                }
                let string = start..at.min(header.len());
                at += 1;
                let is_value = header[..start - 1].trim_ascii_end().ends_with(b":");
                let in_metadata = path
                    .last()
                    .is_some_and(|of| header[of.clone()] == *METADATA);
                let key = last.clone();
                tell(string.start + 8..string.end + 8, &|| match in_metadata {
                    true if is_value => Label::Metadata(header[key.clone()].to_vec()),
                    true => Label::Metadata(Vec::new()),
                    false => Label::Tensor,
                });
                last = string;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::label_at;
    use super::*;

    fn file(header: &str) -> Vec<u8> {
        let len = header.len() as u64;
        [&len.to_le_bytes()[..], header.as_bytes(), &[7; 64]].concat()
    }

    #[test]
    fn a_string_has_a_key() {
        let blob = file(
            r#"{"__metadata__": {"format":"pt", "a\"uthor" : "ada { lovelace"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,64]}}   "#,
        );
        let label = |word: &[u8]| {
            let at = memchr::memmem::find(&blob, word).expect("it is there");
            label_at(&blob, at)
        };
        let of = |key: &[u8]| Some(Label::Metadata(key.to_vec()));
        assert_eq!(label(b"pt\""), of(b"format"));
        assert_eq!(label(b"lovelace"), of(b"a\\\"uthor"));
        assert_eq!(label(b"uthor"), of(b""));
        assert_eq!(label(b"F32"), Some(Label::Tensor));
        assert_eq!(label(b"w\":"), Some(Label::Tensor));
        assert_eq!(label(&[7; 64]), None);
    }

    #[test]
    fn what_is_no_header_has_no_strings() {
        let blob = file(r#"{"__metadata__":{"a":"b"}}"#);
        for at in 0..blob.len() {
            for to in [0xff, b'"', b'}', b'\\'] {
                let mut bent = blob.clone();
                bent[at] = to;
                for blob in [&blob[..at], &bent] {
                    for at in 0..blob.len() {
                        let label = label_at(blob, at);
                        assert!(label.is_none() || at >= 8);
                    }
                }
            }
        }
        assert_eq!(label_at(b"{\"a\": 1}", 3), None);
    }
}
