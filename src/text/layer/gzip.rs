//! What gzip packed and base64 wrote: the releases of Helm, files that a notebook carries with it, data of cloud-init.
//!
//! In: the characters of a row that begins so. Out: what it unpacks to, as one layer. All of the row stands for any byte of that.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc1952>

use libdeflater::Decompressor;

use super::base64::decoded;
use super::map::Map;
use super::row::Row;
use super::{Encoding, Layer};

/// How base64 of a gzip begins.
const MAGIC: &[u8] = b"H4sI";

/// Characters of a row that is unpacked, at most: less than what is at hand beside a piece of a large text.
const MAX_CHARS: usize = 512 << 10;

/// How many times larger than the row may be what it unpacks to. Text becomes a tenth.
const MAX_RATIO: usize = 64;

/// What `chars` unpack to, which are those of `row`, if they are the base64 of a whole gzip.
pub(super) fn layer(chars: &[u8], row: &Row) -> Option<Layer> {
    if !chars.starts_with(MAGIC) || chars.len() > MAX_CHARS {
        return None;
    }
    let (groups, rest) = chars.as_chunks::<4>();
    let mut packed: Vec<u8> = groups.iter().flat_map(decoded).collect();
    if !rest.is_empty() {
        let mut last = [b'A'; 4];
        last[..rest.len()].copy_from_slice(rest);
        packed.extend(&decoded(&last)[..rest.len() - 1]);
    }
    let size = u32::from_le_bytes(*packed.last_chunk()?);
    let size = usize::try_from(size).ok()?;
    if size / MAX_RATIO > chars.len() {
        return None;
    }
    let mut text = vec![0; size];
    let len = Decompressor::new()
        .gzip_decompress(&packed, &mut text)
        .ok()?;
    text.truncate(len);
    Some(Layer {
        encoding: Encoding::Base64Gzip,
        text,
        map: Map::Whole(row.whole()),
    })
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::STANDARD;
    use libdeflater::{CompressionLvl, Compressor};

    use super::*;
    use crate::text::layer::row;

    fn packed(text: &[u8]) -> String {
        let mut compressor = Compressor::new(CompressionLvl::default());
        let mut out = vec![0; compressor.gzip_compress_bound(text.len())];
        let len = compressor
            .gzip_compress(text, &mut out)
            .expect("there is room");
        STANDARD.encode(&out[..len])
    }

    fn unpacked(text: &str) -> Option<Layer> {
        let row = row::around(text.as_bytes(), 8);
        layer(&row.chars(text.as_bytes()), &row)
    }

    #[test]
    fn all_of_the_row_stands_for_what_it_holds() {
        for len in 20..40 {
            let plain = &b"some words, and more words of it, and an end"[..len];
            let digits = packed(plain);
            let text = format!("data: {digits}\n");
            let layer = unpacked(&text).expect("it is whole");
            assert_eq!(layer.text, plain);
            let end = 6 + digits.trim_end_matches('=').len();
            assert_eq!(layer.map.written(&(3..9)), 6..end);
            // Wrapped, as `base64` writes it.
            if digits.len() > 44 {
                let (line, rest) = digits.split_at(44);
                let text = format!("data:\n  {line}\n  {rest}\n");
                let row = row::around(text.as_bytes(), 10);
                let again = layer_of(&text, &row);
                assert_eq!(again, plain);
            }
        }
    }

    fn layer_of(text: &str, row: &Row) -> Vec<u8> {
        layer(&row.chars(text.as_bytes()), row)
            .expect("it is whole")
            .text
    }

    #[test]
    fn what_is_cut_short_or_a_bomb_says_nothing() {
        let digits = packed(b"some words, and more words of it, and an end");
        assert_eq!(unpacked(&digits[..digits.len() - 4]), None);
        assert_eq!(unpacked(&digits.replacen("H4sI", "H4sJ", 1)), None);
        assert_eq!(unpacked(&packed(&[b'x'; 1 << 20])), None);
    }
}
