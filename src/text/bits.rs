//! A bit for each byte that is of a kind, so that a stretch is measured without a branch for each byte of it.
//!
//! Written so that compilers turn the comparisons into vector instructions.

use std::array;

/// A bit for each of `bytes` that is one, the lowest for the first.
#[inline(always)]
pub fn of<const LEN: usize>(bytes: &[u8; LEN], is_one: impl Fn(u8) -> bool) -> u64 {
    const { assert!(LEN <= 64 && LEN.is_multiple_of(8), "whole words of a mask") };
    let ones: [u8; LEN] = array::from_fn(|at| u8::from(is_one(bytes[at])));
    let (words, _) = ones.as_chunks::<8>();
    words.iter().rev().fold(0, |all, word| {
        // The product has the lowest bit of each byte in its highest byte, at a place of its own.
        let bits = u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        all.unbounded_shl(8) | bits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_its_bit() {
        for ones in [0, 1, 0x8000_0001, 0xdead_beef_0123_4567, u64::MAX] {
            let bytes: [u8; 64] = array::from_fn(|at| (ones >> at & 1) as u8 * 7);
            assert_eq!(of(&bytes, |byte| byte == 7), ones);
            let near = bytes.first_chunk::<32>().expect("32 of 64");
            assert_eq!(of(near, |byte| byte == 7), ones & 0xffff_ffff);
        }
    }
}
