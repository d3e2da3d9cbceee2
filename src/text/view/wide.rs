//! UTF-16 and UTF-32: is a blob written in it, and what does it say?

use std::borrow::Cow;

use super::{Encoding, MARK_EVERY, SNIFFED, View};

/// By byte order mark, else by where the NUL bytes stand: in UTF-16 of mostly Latin text they fill one parity, in UTF-32
/// three bytes of four. Two readings where the mark is of two kinds: that of little-endian UTF-32 is that of UTF-16
/// before a NUL.
pub(super) fn sniff(blob: &[u8]) -> [Option<Encoding>; 2] {
    let one = |encoding| [Some(encoding), None];
    match blob {
        [0xff, 0xfe, 0, 0, ..] => {
            return [Some(Encoding::Utf32Le(4)), Some(Encoding::Utf16Le(2))];
        }
        [0, 0, 0xfe, 0xff, ..] => return one(Encoding::Utf32Be(4)),
        [0xff, 0xfe, ..] => return one(Encoding::Utf16Le(2)),
        [0xfe, 0xff, ..] => return one(Encoding::Utf16Be(2)),
        _ => {}
    }
    let head = &blob[..blob.len().min(SNIFFED)];
    if memchr::memchr(0, head).is_none() {
        return [None; 2];
    }
    let mut nuls = [0_usize; 4];
    for at in memchr::memchr_iter(0, head) {
        nuls[at % 4] += 1;
    }
    let even = nuls[0] + nuls[2];
    let odd = nuls[1] + nuls[3];
    let units = head.len() / 4;
    if odd > 3 * even {
        one(Encoding::Utf16Le(0))
    } else if even > 3 * odd {
        one(Encoding::Utf16Be(0))
    } else if is_utf32(nuls, units) {
        one(Encoding::Utf32Le(0))
    } else if is_utf32([nuls[3], nuls[2], nuls[1], nuls[0]], units) {
        one(Encoding::Utf32Be(0))
    } else {
        [None; 2]
    }
}

/// Whether characters, most of them Latin, have `nuls` NUL bytes at each place of their `units` units, the lowest byte
/// first. Tables of numbers have more zeros, or larger numbers.
fn is_utf32(nuls: [usize; 4], units: usize) -> bool {
    nuls[3] >= units && 8 * nuls[2] >= 7 * units && 2 * nuls[1] > units && 8 * nuls[0] <= units
}

/// Decodes `blob` from `start` on; lone surrogates become U+FFFD, an odd last byte is left to the raw view.
pub(super) fn utf16(
    blob: &[u8],
    start: usize,
    unit: fn([u8; 2]) -> u16,
    encoding: Encoding,
) -> View<'static> {
    let (units, _) = blob[start..].as_chunks::<2>();
    let characters = char::decode_utf16(units.iter().map(|&pair| unit(pair))).map(|decoded| {
        let decoded = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
        (decoded, 2 * decoded.len_utf16())
    });
    view(characters, start, units.len(), encoding)
}

/// The same for units of four bytes; what is no character becomes U+FFFD, odd last bytes are left to the raw view.
pub(super) fn utf32(
    blob: &[u8],
    start: usize,
    unit: fn([u8; 4]) -> u32,
    encoding: Encoding,
) -> View<'static> {
    let (units, _) = blob[start..].as_chunks::<4>();
    let characters = units.iter().map(|&four| {
        let decoded = char::from_u32(unit(four));
        (decoded.unwrap_or(char::REPLACEMENT_CHARACTER), 4)
    });
    view(characters, start, units.len(), encoding)
}

/// A text of characters, each with the bytes that it took from `start` of the blob on.
fn view(
    characters: impl Iterator<Item = (char, usize)>,
    start: usize,
    count: usize,
    encoding: Encoding,
) -> View<'static> {
    let mut text = String::with_capacity(count + count / 8);
    let mut marks = vec![(0, start)];
    let mut at = start;
    for (character, len) in characters {
        if text.len() >= marks.len() * MARK_EVERY {
            marks.push((text.len(), at));
        }
        text.push(character);
        at += len;
    }
    View {
        text: Cow::Owned(text.into_bytes()),
        encoding,
        marks,
        hidden: None,
    }
}
