//! Every object that a repository holds, reachable or not: which of them hold credentials.
//!
//! In: a repository. Out: [`History`]. Packs are walked as trees of deltas and only what is new in each object is
//! read (`reader`); the result equals that of reading every object whole. Loose objects are read whole. Names of
//! files are texts too: those in each tree are read. [`names`] reads what is no object, meanwhile; [`provenance`] tells
//! where everything comes from.
//!
//! ```text
//!  reader           one thread's reading; loose, streamed: what is in no pack, or too large
//!    ├─ novelty ─ reach     which bytes of a changed text can make a keyword that its base has not
//!    ├─ marks ─ verdicts    where keywords stand and what regexes said of them, handed down from base to delta
//!    ├─ tree                names of files
//!    └─ links               names of objects ──► connected: is any of them missing?
//!  beside ─ names   refs and reflogs, read meanwhile; tips: what they lead to
//!  provenance       where what was found comes from; narrowing: what of it was asked for
//! ```

mod beside;
mod connected;
mod entries;
mod links;
mod loose;
mod marks;
pub mod names;
pub mod narrowing;
mod novelty;
pub mod provenance;
mod reach;
mod reader;
mod streamed;
#[cfg(test)]
mod tests;
mod tips;
mod tree;
mod verdicts;

use crate::order;
use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::thread;

use crate::finding::Finding;
use crate::git::pack::{
    self, Failure, Limits, PackError, Progress, ReadError, Store, Visitor as _,
};
use crate::git::{GitError, Kind, Oid, Repository};
use crate::parallel;
use crate::rules::RuleError;
use crate::scan::Scanner;
use crate::source::{self, Scanned};

use beside::Beside;
use links::{Absent, Present};
use narrowing::Narrowing;
use reader::Reader;
use streamed::Streamed;

/// How much a scan may use.
pub type Options = Limits;

/// What a scan of all objects found.
#[derive(Debug, Default)]
pub struct History {
    /// The objects that hold credentials, by name.
    pub held: Vec<Held>,
    /// What was found in names of refs and in reflogs.
    pub named: Scanned,
    /// The objects that could not be read, by name; with one of these the scan is not complete.
    pub unread: Vec<Failure>,
    /// The objects that the walk of the packs declined and that were read in another way, one at a time, and why.
    pub slower: Vec<(Oid, &'static str)>,
    /// The objects that were larger than what the walk may hold, and were read in chunks.
    pub streamed: Vec<Oid>,
    /// How many objects were read; one that is stored twice counts twice.
    pub objects: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// What else is not known, so that the scan is not complete either.
    pub gaps: Vec<Gap>,
    /// Whether objects are missing, as a partial clone may: what was never fetched was not read.
    pub is_partial: bool,
    /// Whether [`Progress::stop`] ended it early.
    pub is_stopped: bool,
}

/// Something beside objects that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// What it is.
    pub what: String,
    /// Why it could not be read.
    pub why: String,
    /// Whether it is an archive, or in one, whose bytes were read as they stand.
    pub is_packed: bool,
}

/// An object that holds credentials.
#[derive(Debug)]
pub struct Held {
    /// Its name.
    pub oid: Oid,
    /// What it is.
    pub kind: Kind,
    /// What it holds, in order of place. Of a tree these are names of files, with the name as path; otherwise the
    /// path is empty, for an object does not know where it lies.
    pub findings: Vec<Finding>,
}

/// Why a history could not be scanned.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The object folders cannot be read.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// Commits or refs cannot be listed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A rule is unusable.
    #[error(transparent)]
    Rule(#[from] RuleError),
}

/// Scans every object of `repository` and of those that it borrows from, names of its refs and its reflogs.
///
/// The result does not depend on the number of threads.
///
/// # Errors
/// [`HistoryError`] where a folder, an index or a pack as a whole is unusable. A single object that cannot be read is
/// in [`History::unread`].
pub fn scan(
    repository: &Repository,
    scanner: &Scanner,
    options: Options,
    progress: &Progress,
) -> Result<History, HistoryError> {
    let (store, loose) = repository.store_with_loose()?;
    // libgit2 does not come back from deltas that are made of each other.
    let other_way = |oid: &Oid| match store.read(oid, usize::MAX) {
        Ok(read) => Some(read),
        Err(_) if store.is_packed(oid) => None,
        Err(_) => repository.object(oid).ok(),
    };
    let present = Present::new(&store, &loose);
    let mut readers = readers(options, scanner, &present, progress);
    let (beside, history) = thread::scope(|scope| {
        let beside = scope.spawn(|| Beside::read(repository, scanner));
        let history = read(&store, &loose, options, progress, &mut readers);
        let beside = progress.while_waiting(|| beside.join());
        (parallel::joined(beside), history)
    });
    let mut history = history?;
    if let Some(error) = store.unknown() {
        // Where git does not know it either, what is said of the pack tells what to do.
        let Ok(all) = repository.every_object() else {
            return Err(error.into());
        };
        let alone = all.into_iter().filter(|oid| !present.has(oid));
        history.unread.extend(alone.map(|oid| Failure {
            oid,
            problem: "the format of its pack is known to git at most",
        }));
    }
    let absent = fetch(&store, &mut history, &mut readers, &present, &other_way)?;
    let mut history = collect(history, readers, progress);
    if !history.is_stopped {
        let tips = beside.tips.as_deref();
        progress
            .while_waiting(|| connected::check(repository, &present, tips, absent, &mut history));
        beside.tell(&mut history)?;
    }
    Ok(history)
}

fn readers<'a>(
    options: Options,
    scanner: &'a Scanner,
    present: &'a Present<'a>,
    progress: &'a Progress,
) -> Vec<Reader<'a>> {
    let jobs = options.jobs.max(1);
    (0..jobs)
        .map(|_| Reader::new(scanner, present, progress))
        .collect()
}

/// Reads every packed and loose object that can be read here; the others are in [`History::unread`].
fn read(
    store: &Store,
    loose: &[Oid],
    options: Options,
    progress: &Progress,
    readers: &mut [Reader<'_>],
) -> Result<History, HistoryError> {
    let mut history = History::default();
    let resolve = |oid: &Oid| match store.read(oid, options.max_bytes) {
        Ok(read) => Ok(read),
        Err(ReadError::Damaged(problem)) => Err(problem),
        Err(ReadError::TooLarge) => Err(TOO_LARGE),
    };
    let packed: usize = store.packs().iter().map(pack::Pack::len).sum();
    let total = (packed + loose.len()) as u64;
    progress.total.store(total, Ordering::Relaxed);
    let unread = &mut history.unread;
    for pack in store.packs() {
        let walked = pack::walk(pack, options, &resolve, progress, readers)?;
        history.objects += walked.visited;
        unread.extend(walked.failures);
        let too_large = walked.too_large.into_iter().map(|(oid, _)| Failure {
            oid,
            problem: TOO_LARGE,
        });
        unread.extend(too_large);
    }
    let loose = loose::scan(store, loose, options, progress, readers)?;
    history.objects += loose.visited;
    unread.extend(loose.failures);
    unread.sort_unstable();
    unread.dedup_by_key(|failure| failure.oid);
    Ok(history)
}

/// Reads in chunks what was too large, and asks `other_way` for what else could not be read and for what is named but was not
/// there; gives the names that still lead nowhere.
fn fetch(
    store: &Store,
    history: &mut History,
    readers: &mut [Reader<'_>],
    present: &Present<'_>,
    other_way: &OtherWay<'_>,
) -> Result<Absent, HistoryError> {
    let mut unread = std::mem::take(&mut history.unread);
    let (mut slower, mut still_unread) = (Vec::new(), Vec::new());
    for failure in unread.extract_if(.., |failure| failure.problem == TOO_LARGE) {
        match streamed::read(store, failure.oid, &mut readers[0])? {
            Streamed::Read => {
                history.objects += 1;
                history.streamed.push(failure.oid);
            }
            Streamed::Whole(problem) => still_unread.push(Failure { problem, ..failure }),
            // It is told that not everything was read.
            Streamed::Stopped => {}
        }
    }
    unread.append(&mut still_unread);
    let mut fetched = HashSet::new();
    let mut asked = HashSet::new();
    let mut ask = |oid: Oid, readers: &mut [Reader<'_>]| -> Result<bool, HistoryError> {
        let Some((kind, text)) = other_way(&oid) else {
            return Ok(false);
        };
        readers[0].whole(&pack::Object::new(oid, kind), &text)?;
        history.objects += 1;
        let progress = readers[0].progress;
        progress.objects.fetch_add(1, Ordering::Relaxed);
        Ok(true)
    };
    // There may be a sound copy, and one object at a time may be as large as it is.
    for failure in unread {
        if ask(failure.oid, readers)? {
            asked.insert(failure.oid);
            fetched.insert(failure.oid);
            slower.push((failure.oid, failure.problem));
        } else {
            still_unread.push(failure);
        }
    }
    let mut absent = Absent::default();
    loop {
        for reader in &mut *readers {
            absent.append(reader.links.take_absent());
        }
        // In a partial clone they may be many, and are not expected to be anywhere.
        let mut open: Vec<Oid> = match present.is_partial() {
            true => Vec::new(),
            false => absent.names().filter(|oid| asked.insert(*oid)).collect(),
        };
        if open.is_empty() {
            absent.forget(&fetched);
            history.slower = slower;
            history.unread = still_unread;
            return Ok(absent);
        }
        open.sort_unstable();
        // git may have packed them anew since the packs were opened.
        for oid in open {
            if ask(oid, readers)? {
                slower.push((oid, "it was packed anew meanwhile"));
                fetched.insert(oid);
            }
        }
    }
}

fn collect(mut history: History, readers: Vec<Reader<'_>>, progress: &Progress) -> History {
    history.is_stopped = progress.is_stopped();
    for reader in readers {
        history.bytes += reader.bytes;
        history.held.extend(reader.held);
        history.gaps.extend(reader.gaps);
    }
    order::sort_by(&mut history.held, |a, b| a.oid.cmp(&b.oid));
    history.held.dedup_by_key(|held| held.oid);
    order::sort(&mut history.gaps);
    history.gaps.dedup();
    history
}

/// What is asked of a history beside its objects.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// The rules.
    pub scanner: &'a Scanner,
    /// What counts.
    pub narrowing: &'a Narrowing,
    /// What the watchdog looks at.
    pub progress: &'a source::Progress,
    /// How much it may use.
    pub limits: Options,
}

/// Gives an object that the pack reader declined, or nothing.
type OtherWay<'a> = dyn Fn(&Oid) -> Option<(Kind, Vec<u8>)> + 'a;

const TOO_LARGE: &str = "it is larger than the memory that the walk may use";
