//! Stretches of text in which a rule's regex was seen to match nowhere.
//!
//! In: a rule and the window around its keywords. Out: whether the regex need not run. The versions of a file that a
//! push brings hold the same windows over and over, and running regexes on them costs more than anything else there.
//! A window is known by its bytes, never by a hash of them alone: nothing can be passed over by chance.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// A longer window is not remembered.
const WINDOW_MAX_BYTES: usize = 4096;

/// When more is remembered, in bytes, everything is forgotten.
const MAX_BYTES: usize = 16 << 20;

/// What an entry costs beside its bytes, roughly.
const ENTRY_BYTES: usize = 48;

/// Windows without a match; threads may share it.
#[derive(Debug, Default)]
pub struct Barren(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    windows: HashSet<Box<[u8]>>,
    bytes: usize,
}

/// All that the search in one window depends on.
#[derive(Debug)]
pub(super) struct Key(Option<Box<[u8]>>);

impl Key {
    /// The search of the rule at `index` in `window` of `text`; a regex sees no further than one byte before it.
    pub(super) fn new(index: usize, text: &[u8], window: &Range<usize>) -> Self {
        if window.len() > WINDOW_MAX_BYTES {
            return Self(None);
        }
        let mut key = Vec::with_capacity(size_of::<usize>() + 2 + window.len());
        key.extend_from_slice(&index.to_ne_bytes());
        key.push(u8::from(window.start == 0));
        key.extend_from_slice(&text[window.start.saturating_sub(1)..window.end]);
        Self(Some(key.into()))
    }
}

impl Barren {
    /// Whether this search was seen to find nothing.
    pub(super) fn holds(&self, key: &Key) -> bool {
        let Key(Some(window)) = key else { return false };
        self.known().windows.contains(window)
    }

    /// Remembers that this search finds nothing.
    pub(super) fn add(&self, key: Key) {
        let Key(Some(window)) = key else { return };
        let mut known = self.known();
        if known.bytes > MAX_BYTES {
            *known = Known::default();
        }
        known.bytes += window.len() + ENTRY_BYTES;
        known.windows.insert(window);
    }

    /// A thread that panicked has left whole entries only.
    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_known_by_all_that_it_depends_on() {
        let barren = Barren::default();
        let text = b"a token and a token and a token";
        barren.add(Key::new(3, text, &(2..12)));
        assert!(barren.holds(&Key::new(3, text, &(2..12))));
        // The same bytes after the same byte, elsewhere.
        assert!(barren.holds(&Key::new(3, text, &(14..24))));
        assert!(!barren.holds(&Key::new(4, text, &(2..12))), "another rule");
        assert!(!barren.holds(&Key::new(3, text, &(2..11))), "another end");
        assert!(
            !barren.holds(&Key::new(3, &text[2..], &(0..10))),
            "at the start"
        );
        assert!(
            !barren.holds(&Key::new(3, b"a-token and", &(2..11))),
            "after another byte"
        );
        // One begins the text, the other follows what the first begins with.
        barren.add(Key::new(3, b"xyz", &(0..3)));
        assert!(!barren.holds(&Key::new(3, b"xyz", &(1..3))));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let barren = Barren::default();
        let long = vec![b'a'; WINDOW_MAX_BYTES + 1];
        barren.add(Key::new(0, &long, &(0..long.len())));
        assert!(!barren.holds(&Key::new(0, &long, &(0..long.len()))));
        for index in 0..10_000 {
            barren.add(Key::new(index, &long, &(0..WINDOW_MAX_BYTES)));
        }
        assert!(barren.known().bytes <= MAX_BYTES + 2 * WINDOW_MAX_BYTES);
    }
}
