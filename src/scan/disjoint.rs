//! Ranges of a text that do not overlap.
//!
//! In: ranges, the better ones first. Out: which of them are taken. What one row packs has the range of the row as a whole: there a
//! range of its own tells it from others, that in the unpacked text.

use std::collections::BTreeMap;
use std::ops::Range;

/// What is taken: by group, start, start in the packed text; the ends.
#[derive(Default)]
pub(super) struct Disjoint(BTreeMap<(usize, usize, usize), (usize, usize)>);

impl Disjoint {
    /// Takes `range`, unless something of its group is taken that shares bytes with it.
    pub(super) fn take(
        &mut self,
        group: usize,
        range: &Range<usize>,
        packed: Option<Range<usize>>,
    ) -> bool {
        let inner = packed.unwrap_or(0..0);
        // The last that starts before an end is the only one that can overlap.
        let last = |before| self.0.range((group, 0, 0)..before).next_back();
        let overlaps = match last((group, range.end, 0)) {
            Some((&(_, start, _), &(end, _)))
                if start == range.start && end == range.end && !inner.is_empty() =>
            {
                // Of a range that is taken as a whole nothing else is left.
                let is_whole = self
                    .0
                    .get(&(group, start, 0))
                    .is_some_and(|ends| ends.1 == 0);
                let beside = last((group, start, inner.end));
                let beside = beside.filter(|(key, _)| key.1 == start);
                is_whole || beside.is_some_and(|(_, ends)| ends.1 > inner.start)
            }
            Some((_, &(end, _))) => end > range.start,
            None => false,
        };
        if !overlaps {
            self.0
                .insert((group, range.start, inner.start), (range.end, inner.end));
        }
        !overlaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_is_not_taken() {
        let mut taken = Disjoint::default();
        assert!(taken.take(0, &(10..20), None));
        for range in [5..11, 19..30, 12..13, 10..20, 0..99] {
            assert!(!taken.take(0, &range, None), "{range:?}");
            assert!(!taken.take(0, &range, Some(1..2)), "{range:?}");
        }
        assert!(taken.take(1, &(12..13), None), "another group");
        assert!(taken.take(0, &(20..21), None) && taken.take(0, &(0..10), None));
    }

    #[test]
    fn in_one_row_the_packed_ranges_count() {
        let mut taken = Disjoint::default();
        assert!(taken.take(0, &(10..20), Some(100..110)));
        assert!(taken.take(0, &(10..20), Some(0..40)));
        assert!(taken.take(0, &(10..20), Some(110..130)));
        assert!(!taken.take(0, &(10..20), Some(39..50)));
        assert!(!taken.take(0, &(10..20), Some(90..200)));
        assert!(!taken.take(0, &(10..20), None));
        assert!(!taken.take(0, &(11..20), Some(500..510)));
        assert!(taken.take(0, &(20..30), Some(0..40)), "another row");
    }
}
