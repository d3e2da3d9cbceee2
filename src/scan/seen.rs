//! Where in an archive's own bytes anything stood that a search begins at.
//!
//! In: keywords and signs of what is encoded, as the archive was searched. Out: for a member that lies in these bytes as it is, where
//! a search of it has to look. What is stored, as tensors are, and every file in a tar would else be searched twice.

use std::ops::Range;

use crate::order;
use crate::text::layer::Seeds;

/// Bytes behind a sign in which the search that found it finds it again; and at the beginning of a member, where a run of
/// characters may have begun before it.
const REACH: usize = 128;

/// Stretches of a text, in order and disjoint; elsewhere is neither a keyword nor a sign.
#[derive(Debug, Default)]
pub(super) struct Seen(Vec<Range<usize>>);

impl Seen {
    /// The `windows` around keywords, and what stands at the seeds of a text of `len` bytes.
    pub(super) fn new(
        windows: impl Iterator<Item = Range<usize>>,
        seeds: &Seeds,
        len: usize,
    ) -> Self {
        // What makes a text a notebook or a manifest has no place.
        if seeds.notebook || seeds.manifest {
            let all = 0..len;
            return Self(vec![all]);
        }
        let signs = seeds.places().map(|at| at..len.min(at + REACH));
        let mut all: Vec<Range<usize>> = windows.chain(signs).collect();
        order::join(&mut all);
        Self(all)
    }

    /// Those in the bytes at `range`, counted from its start.
    pub(super) fn within(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let head = 0..range.len().min(REACH);
        let mut found = vec![head];
        let first = self.0.partition_point(|stretch| stretch.end <= range.start);
        let inside = self.0[first..]
            .iter()
            .take_while(|stretch| stretch.start < range.end);
        for stretch in inside {
            let start = stretch.start.max(range.start) - range.start;
            let end = stretch.end.min(range.end) - range.start;
            match found.last_mut().filter(|last| start <= last.end) {
                Some(last) => last.end = last.end.max(end),
                None => found.push(start..end),
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_those_of_the_part() {
        let seeds = Seeds {
            runs: vec![900],
            ..Seeds::default()
        };
        let windows = [2_000..2_100, 300..500, 480..600, 1_020..1_030];
        let seen = Seen::new(windows.into_iter(), &seeds, 2_050);
        assert_eq!(seen.0, [300..600, 900..1_030, 2_000..2_100]);
        assert_eq!(
            seen.within(&(0..2_050)),
            [0..128, 300..600, 900..1_030, 2_000..2_050]
        );
        assert_eq!(seen.within(&(550..950)), [0..128, 350..400]);
        assert_eq!(seen.within(&(600..660)).len(), 1);
        let notebook = Seeds {
            notebook: true,
            ..Seeds::default()
        };
        let seen = Seen::new([].into_iter(), &notebook, 1_000);
        assert_eq!(seen.within(&(300..800)).pop(), Some(0..500));
    }
}
