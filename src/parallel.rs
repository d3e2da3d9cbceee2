//! Work on all cores, with results in an order that does not depend on them.

use crate::order;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Runs `work` on every item and gives the results in the order of `items`, on no more threads than there are times
/// `worth_a_thread` items.
///
/// A panic in `work` becomes a panic here: a text that nobody finished must not look like a clean one.
pub fn map<T: Sync, R: Send>(
    items: &[T],
    worth_a_thread: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let wanted = items.len() / worth_a_thread;
    if wanted < 2 {
        return items.iter().map(work).collect();
    }
    let threads = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(wanted);
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    let some = || {
        let mut mine = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            mine.push((at, work(item)));
        }
        done.lock()
            .expect("no thread panics while it holds the lock")
            .append(&mut mine);
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(some);
        }
        some();
    });
    let mut done = done
        .into_inner()
        .expect("no thread panics while it holds the lock");
    order::sort_by(&mut done, |a, b| a.0.cmp(&b.0));
    assert_eq!(done.len(), items.len(), "every item was worked on");
    done.into_iter().map(|(_, result)| result).collect()
}

/// Runs `work` with each of `workers`, on a thread of its own, and gives the results in their order; a panic in any becomes a
/// panic here.
pub fn each<W: Send, R: Send>(workers: &mut [W], work: impl Fn(&mut W) -> R + Sync) -> Vec<R> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = workers
            .iter_mut()
            .map(|worker| scope.spawn(move || work(worker)))
            .collect();
        threads
            .into_iter()
            .map(|thread| joined(thread.join()))
            .collect()
    })
}

/// Runs `aside` on a thread of its own while `work` runs on this one; a panic in either becomes a panic here.
pub fn both<A: Send, R>(aside: impl FnOnce() -> A + Send, work: impl FnOnce() -> R) -> (A, R) {
    thread::scope(|scope| {
        let aside = scope.spawn(aside);
        let result = work();
        (joined(aside.join()), result)
    })
}

/// What a thread gave that was waited for; its panic becomes a panic here.
pub fn joined<T>(ended: thread::Result<T>) -> T {
    ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        for len in [0, 1, 63, 64, 1_000] {
            let items: Vec<usize> = (0..len).collect();
            assert_eq!(
                map(&items, 32, |item| item * 2),
                items.iter().map(|item| item * 2).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn every_worker_works_and_keeps_its_place() {
        let mut workers = [1, 2, 3];
        let results = each(&mut workers, |worker| {
            *worker *= 10;
            *worker + 1
        });
        assert_eq!((workers, results), ([10, 20, 30], vec![11, 21, 31]));
    }

    #[test]
    fn a_panic_is_not_lost() {
        let items: Vec<usize> = (0..1_000).collect();
        let run = std::panic::catch_unwind(|| map(&items, 32, |&item| assert_ne!(item, 500)));
        assert!(run.is_err());
        let run = std::panic::catch_unwind(|| each(&mut [1, 2], |&mut item| assert_ne!(item, 1)));
        assert!(run.is_err());
        let run = std::panic::catch_unwind(|| both(|| panic!("aside"), || ()));
        assert!(run.is_err());
    }
}
