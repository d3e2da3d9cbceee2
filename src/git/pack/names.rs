//! Whether a pack holds an object, asked of every name in every tree.
//!
//! In: a pack. Out: the same answers as its index gives, from a finer table: where the names begin that share as many bits
//! as tell them apart, so that an answer takes one look at the table and one at a name.

use std::ops::Range;

use super::{Oid, Pack};

/// The names in a pack; 4 bytes for each at most.
#[derive(Debug)]
pub struct Names<'p> {
    pack: &'p Pack,
    /// Of the first 32 bits of a name, those that choose no place in `starts`.
    shift: u32,
    /// The position of the first name with these leading bits; one more than there are of them.
    starts: Vec<u32>,
}

impl<'p> Names<'p> {
    /// Those of `pack`.
    #[must_use]
    pub fn new(pack: &'p Pack) -> Self {
        // No more places than names.
        let bits = pack.len().checked_ilog2().unwrap_or(0).min(MOST_BITS);
        let shift = u32::BITS - bits;
        let mut starts = vec![0; (1 << bits) + 1];
        for position in 0..pack.len() {
            starts[place(pack.index.name(position), shift) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self {
            pack,
            shift,
            starts,
        }
    }

    /// Reads what [`Self::has`] will read for each of `oids`: nothing here depends on what was read before, so that the
    /// processor waits for many at a time.
    pub fn draw_near<'o>(&self, oids: impl Iterator<Item = &'o Oid>) {
        let seen = oids.fold(0, |seen, oid| {
            let start = self.starts[place(oid.as_bytes(), self.shift)] as usize;
            let last = self.pack.len().saturating_sub(1);
            match self.pack.is_empty() {
                true => seen,
                false => seen ^ self.pack.index.name(start.min(last))[0],
            }
        });
        std::hint::black_box(seen);
    }

    /// Whether the object `oid` is one of them.
    #[must_use]
    pub fn has(&self, oid: &Oid) -> bool {
        let wanted = oid.as_bytes();
        if wanted.len() != self.pack.hash_len() {
            return false;
        }
        let at = place(wanted, self.shift);
        let Range { mut start, mut end } = self.starts[at] as usize..self.starts[at + 1] as usize;
        // Whoever chooses names can give many the same bits.
        while start < end {
            let middle = start + (end - start) / 2;
            match self.pack.index.name(middle).cmp(wanted) {
                std::cmp::Ordering::Less => start = middle + 1,
                std::cmp::Ordering::Equal => return true,
                std::cmp::Ordering::Greater => end = middle,
            }
        }
        false
    }
}

/// A table of 64 MB; with more names, some share a place.
const MOST_BITS: u32 = 24;

fn place(name: &[u8], shift: u32) -> usize {
    let leading = name
        .first_chunk()
        .map_or(0, |bytes| u32::from_be_bytes(*bytes));
    leading.checked_shr(shift).unwrap_or(0) as usize
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Made, name};
    use super::*;

    fn pack_of(count: usize) -> Pack {
        let entries: Vec<Made> = (0..count).map(|_| Made::Whole(3, b"x".to_vec())).collect();
        testing::open(&testing::files(&entries)).expect("it opens")
    }

    #[test]
    fn those_in_the_pack_are_found_and_no_others() {
        for count in [0, 1, 2, 3, 127, 128, 1_000] {
            let pack = pack_of(count);
            let names = Names::new(&pack);
            assert!(names.starts.len() <= count.max(1) + 1);
            let all: Vec<Oid> = (0..2 * count + 2).map(name).collect();
            names.draw_near(all.iter());
            for (number, oid) in all.iter().enumerate() {
                assert_eq!(names.has(oid), number < count, "{number} of {count}");
                let mut near = oid.as_bytes().to_vec();
                near[19] ^= 1;
                let near = Oid::from_bytes(&near).expect("20 bytes");
                assert!(!names.has(&near), "beside {number} of {count}");
            }
            assert!(!names.has(&Oid::from_bytes(&[0; 32]).expect("32 bytes")));
        }
    }

    /// As whoever chooses names could have them.
    #[test]
    fn names_that_share_their_first_bits_are_told_apart() {
        let pack = pack_of(300);
        let mut names = Names::new(&pack);
        // All in one place of the table.
        names.shift = u32::BITS;
        names.starts = vec![0, 300];
        for number in 0..600 {
            assert_eq!(names.has(&name(number)), number < 300, "{number}");
        }
    }
}
