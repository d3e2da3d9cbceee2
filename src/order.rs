//! Sorting where speed does not matter and the size of the program does, and searching where speed does.
//!
//! In: a slice and how two of its items compare. Out: the slice in that order. The standard library's sorts are made
//! anew for every type, at five to ten kilobytes each; this one sorts positions, so that all types share one sort.

use std::cmp::Ordering;
use std::ops::Range;

/// Puts `items` in the order that `compare` says; what is equal stays as it stood.
///
/// For the few findings, refs and files of a run. Hot loops over many plain numbers use the standard library's sorts.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut places = {
        let items = &*items;
        positions(items.len(), &|a, b| compare(&items[a], &items[b]))
    };
    // Each cycle of the permutation is walked once: `places[at]` is where the item for `at` stands.
    for start in 0..places.len() {
        let mut at = start;
        while places[at] != start {
            let from = places[at];
            items.swap(at, from);
            places[at] = at;
            at = from;
        }
        places[at] = at;
    }
}

/// Puts `items` in their own order.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Where the item of each place stands before it is sorted.
fn positions(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..len).collect();
    places.sort_unstable_by(|&a, &b| compare(a, b).then(a.cmp(&b)));
    places
}

/// How many of the first `items`, which are in order, satisfy `is_before`: as `partition_point`, for answers that lie at `near` or a
/// little further on. Halving all of them costs a branch that nothing foresees, or a wait for memory, each time.
pub fn partition_point_near<T>(items: &[T], near: usize, is_before: impl Fn(&T) -> bool) -> usize {
    let near = near.min(items.len());
    let (before, rest) = items.split_at(near);
    if before.last().is_some_and(|item| !is_before(item)) {
        return before.partition_point(is_before);
    }
    let (mut start, mut step) = (0, 1);
    while rest.get(start + step - 1).is_some_and(&is_before) {
        start += step;
        step *= 2;
    }
    let end = rest.len().min(start + step - 1);
    near + start + rest[start..end].partition_point(is_before)
}

/// Puts `stretches` in order and joins those that touch.
pub fn join(stretches: &mut Vec<Range<usize>>) {
    stretches.sort_unstable_by_key(|stretch| stretch.start);
    stretches.dedup_by(|next, last| {
        let touches = next.start <= last.end;
        if touches {
            last.end = last.end.max(next.end);
        }
        touches
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_search_nearby_finds_what_a_plain_one_does(
            mut items in prop::collection::vec(0..40_u32, 0..80),
            near in 0..90_usize,
            wanted in 0..42_u32,
        ) {
            items.sort_unstable();
            let is_before = |item: &u32| *item < wanted;
            let expected = items.partition_point(is_before);
            prop_assert_eq!(partition_point_near(&items, near, is_before), expected);
        }

        #[test]
        fn equals_the_stable_sort_of_the_standard_library(items: Vec<(u8, u8)>) {
            let mut ours = items.clone();
            sort_by(&mut ours, |a, b| a.0.cmp(&b.0));
            let mut theirs = items;
            theirs.sort_by_key(|item| item.0);
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn sorts_what_is_moved_and_not_copied(mut items: Vec<String>) {
            let mut ours = items.clone();
            sort(&mut ours);
            items.sort();
            prop_assert_eq!(ours, items);
        }
    }
}
