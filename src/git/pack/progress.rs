//! How far a walk over a pack is, and what it came to.
//!
//! In: what the threads of a walk add to [`Progress`], which another thread reads. Out: [`Walked`], whose numbers add up
//! to all entries of the pack.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{Failure, Kind, Oid};

/// How far a walk is, to be read from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    /// How many objects there are to visit; 0 until that is known.
    pub total: AtomicU64,
    /// Objects visited.
    pub objects: AtomicU64,
    /// Their size in bytes, as whole texts.
    pub bytes: AtomicU64,
    /// What was found in them, before any of it is accepted.
    pub found: AtomicU64,
    /// Set from outside, by a signal even, to end the walk early; the numbers then do not add up.
    pub stop: Arc<AtomicBool>,
    /// Whether somebody else is at work, and no object is expected to be visited.
    pub waiting: AtomicBool,
}

impl Progress {
    /// Whether the walk is to end early.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Runs `wait`, which takes as long as it takes.
    pub fn while_waiting<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.waiting.store(true, Ordering::Relaxed);
        let result = wait();
        self.waiting.store(false, Ordering::Relaxed);
        result
    }
}

/// What became of the entries of a pack.
#[derive(Debug, Default)]
pub struct Walked {
    /// How many were visited.
    pub visited: u64,
    /// How many the visitors did not want.
    pub passed_over: u64,
    /// Those that are damaged or built on one that is.
    pub failures: Vec<Failure>,
    /// Those too large for [`Limits::max_bytes`](super::Limits::max_bytes), and those built on them; to be read some other way.
    pub too_large: Vec<(Oid, Kind)>,
}
