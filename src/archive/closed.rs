//! Forms of compression that are not known here.
//!
//! In: bytes. Out: that they are in such a form, and in which. A file in it is told as unread, never taken for clean.

/// How such files begin, and what is said of them.
const CLOSED: [(&[u8], &str); 4] = [
    (
        b"7z\xbc\xaf\x27\x1c\0",
        "compressed with 7-Zip; unpack it first",
    ),
    (b"Rar!\x1a\x07", "compressed with RAR; unpack it first"),
    (b"LZIP\x01", "compressed with lzip; unpack it first"),
    (b"\x04\x22\x4d\x18", "compressed with lz4; unpack it first"),
];

/// Bytes of the shortest of their headers.
const MIN_BYTES: usize = 15;

/// Why `bytes` cannot be read, if they are in such a form.
pub(super) fn reason(bytes: &[u8]) -> Option<&'static str> {
    if let [0x1e | 0x22..=0x27, 0xb5, 0x2f, 0xfd, ..] = bytes {
        return Some("compressed with an old zstd; unpack it first");
    }
    let (_, reason) = CLOSED.iter().find(|(magic, _)| bytes.starts_with(magic))?;
    (bytes.len() >= MIN_BYTES).then_some(reason)
}

/// Whether a file may be in such a form that begins with `head`, two bytes of it or more.
pub(super) fn may_begin(head: &[u8]) -> bool {
    let old = matches!(head, [0x1e | 0x22..=0x27, 0xb5, ..]);
    old || CLOSED.iter().any(|(magic, _)| {
        let shown = magic.len().min(head.len());
        shown > 1 && head[..shown] == magic[..shown]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_so_may_be_so() {
        for (magic, said) in CLOSED {
            let file = [magic, &[0; MIN_BYTES]].concat();
            assert_eq!(reason(&file), Some(said));
            assert!(may_begin(&file) && may_begin(&file[..2]));
            assert_eq!(reason(magic), None, "a text about it");
        }
        let old = b"\x27\xb5\x2f\xfd\0";
        assert!(reason(old).is_some() && may_begin(old) && may_begin(&old[..2]));
        for text in [&b"Rare words are no archive"[..], b"7zip", b"LZMA", b""] {
            assert_eq!(reason(text), None);
            assert!(!may_begin(text));
        }
    }
}
