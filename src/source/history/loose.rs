//! Loose objects, shared out among threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::git::Oid;
use crate::git::pack::{Failure, Limits, Object, Progress, ReadError, Store, Visitor as _};
use crate::parallel;

use super::reader::Reader;
use super::{HistoryError, TOO_LARGE};

/// What became of the loose objects.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) visited: u64,
    pub(super) failures: Vec<Failure>,
}

/// Reads the loose objects `names` of `store` whole, one reader a thread.
pub(super) fn scan(
    store: &Store,
    names: &[Oid],
    limits: Limits,
    progress: &Progress,
    readers: &mut [Reader<'_>],
) -> Result<Read, HistoryError> {
    let max_bytes = limits.max_bytes / readers.len().max(1);
    let next = AtomicUsize::new(0);
    let parts = parallel::each(readers, |reader| {
        some(store, names, max_bytes, &next, progress, reader)
    });
    let mut all = Read::default();
    for part in parts {
        let part = part?;
        all.visited += part.visited;
        all.failures.extend(part.failures);
    }
    Ok(all)
}

fn some(
    store: &Store,
    names: &[Oid],
    max_bytes: usize,
    next: &AtomicUsize,
    progress: &Progress,
    reader: &mut Reader<'_>,
) -> Result<Read, HistoryError> {
    let mut read = Read::default();
    while !progress.is_stopped() {
        let Some(oid) = names.get(next.fetch_add(1, Ordering::Relaxed)) else {
            break;
        };
        match store.read_loose(oid, max_bytes) {
            Ok((kind, text)) => {
                reader.whole(&Object::new(*oid, kind), &text)?;
                read.visited += 1;
                progress.objects.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => read.failures.push(Failure {
                oid: *oid,
                problem: match error {
                    ReadError::Damaged(problem) => problem,
                    ReadError::TooLarge => TOO_LARGE,
                },
            }),
        }
    }
    Ok(read)
}
