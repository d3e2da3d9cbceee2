//! Sorting where speed does not matter and the size of the program does.
//!
//! In: a slice and how two of its items compare. Out: the slice in that order. The standard library's sorts are made
//! anew for every type, at five to ten kilobytes each; this one sorts positions, so that all types share one sort.

use std::cmp::Ordering;

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
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
