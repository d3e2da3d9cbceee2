//! Runs of base64 characters: which bytes they are, and how far a run goes.

use std::ops::Range;

use crate::text::bits;

/// Fewer characters of base64 in a row are a word, a path or a number. A line of wrapped base64 is as long, but for the
/// last.
pub const MIN_RUN: usize = 40;

/// Whether `byte` is a character of base64, standard or URL-safe; the padding is none.
pub(super) fn is_digit(byte: u8) -> bool {
    IS_DIGIT[usize::from(byte)]
}

const IS_DIGIT: [bool; 256] = {
    let mut is_digit = [false; 256];
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
    let mut at = 0;
    while at < digits.len() {
        is_digit[digits[at] as usize] = true;
        at += 1;
    }
    is_digit
};

/// The characters of base64 around `at`, which may be none.
pub(super) fn run_around(text: &[u8], at: usize) -> Range<usize> {
    start_of_run(text, at)..end_of_run(text, at)
}

/// Where those before `at` begin.
fn start_of_run(text: &[u8], at: usize) -> usize {
    let mut start = at;
    while let Some(chunk) = text[..start].last_chunk::<CHUNK>() {
        if !are_digits(chunk) {
            let others = bits::of(chunk, |byte| !is_digit_of_ranges(byte));
            return start - wide((others << (64 - CHUNK)).leading_zeros());
        }
        start -= CHUNK;
    }
    let before = text[..start].iter().rev();
    start - before.take_while(|&&byte| is_digit(byte)).count()
}

/// Where those from `at` on end.
pub(super) fn end_of_run(text: &[u8], at: usize) -> usize {
    let mut end = at;
    while let Some(chunk) = text[end..].first_chunk::<CHUNK>() {
        if !are_digits(chunk) {
            let others = bits::of(chunk, |byte| !is_digit_of_ranges(byte));
            return end + wide(others.trailing_zeros());
        }
        end += CHUNK;
    }
    let after = text[end..].iter();
    end + after.take_while(|&&byte| is_digit(byte)).count()
}

/// Bytes of a run that are told from others together.
const CHUNK: usize = 32;

pub(super) fn are_digits<const LEN: usize>(chunk: &[u8; LEN]) -> bool {
    chunk
        .iter()
        .fold(true, |all, &byte| all & is_digit_of_ranges(byte))
}

/// The same as [`is_digit`] without branches or tables, so that compilers turn it into vector instructions: an image is one
/// long run.
#[inline(always)]
pub(super) fn is_digit_of_ranges(byte: u8) -> bool {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let is_number = byte.wrapping_sub(b'0') < 10;
    let is_sign = (byte == b'+') | (byte == b'/') | (byte == b'-') | (byte == b'_');
    is_letter | is_number | is_sign
}

/// A number of bits as one of bytes.
pub(super) fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_of_digits_if_each_byte_is_one() {
        for byte in 0..=u8::MAX {
            for at in 0..CHUNK {
                let mut chunk = [b'Q'; CHUNK];
                chunk[at] = byte;
                assert_eq!(are_digits(&chunk), is_digit(byte), "{byte}");
            }
        }
    }

    #[test]
    fn a_run_is_all_digits_around_a_place() {
        for len in [0, 1, 31, 32, 33, 63, 64, 65, 100] {
            for (before, after) in [(0, 0), (1, 40), (40, 1), (33, 33)] {
                let text = [
                    ".".repeat(before),
                    "Ab0+/-_9".repeat(20).split_at(len).0.to_owned(),
                    ",".repeat(after),
                ];
                let text = text.concat();
                for at in before..=before + len {
                    assert_eq!(run_around(text.as_bytes(), at), before..before + len);
                }
            }
        }
    }
}
