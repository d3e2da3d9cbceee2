//! How evenly a secret uses its characters.

/// Shannon entropy of the bytes of `text`, in bits per byte; 0 for an empty one.
#[must_use]
pub fn bits_per_byte(text: &[u8]) -> f32 {
    let mut counts = [0_u32; 256];
    for &byte in text {
        counts[usize::from(byte)] += 1;
    }
    let total = text.len() as f32;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| count as f32 / total)
        .map(|share| -share * share.log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniform_text_has_the_logarithm_of_its_alphabet() {
        assert_eq!(bits_per_byte(b""), 0.0);
        assert_eq!(bits_per_byte(b"aaaa"), 0.0);
        assert!((bits_per_byte(b"abcdabcd") - 2.0).abs() < 1e-6);
    }
}
