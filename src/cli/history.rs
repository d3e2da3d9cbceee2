//! `hf-guard --all-history`: everything that a repository holds, and who brought what was found.

use std::fs;
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, SystemTime};

use bstr::BString;

use super::args::{HistoryArguments, Options};
use super::{Ended, push, reporting, scan};
use crate::allow;
use crate::allow::baseline::{Baseline, MalformedBaseline};
use crate::config::Date;
use crate::git::pack::Progress as Walk;
use crate::git::{Ownership, Repository};
use crate::outcome::Skip;
use crate::scan::Scanner;
use crate::source::history::{self, History, HistoryError, names, provenance};
use crate::source::{Progress, Scanned};

/// How often it is looked whether the walk has come further.
const LOOK: Duration = Duration::from_secs(1);

/// Why a baseline is of no use.
#[derive(Debug, thiserror::Error)]
enum BaselineError {
    /// It cannot be read.
    #[error("cannot read the baseline {path:?}; write it with --write-baseline FILE")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It cannot be written.
    #[error("cannot write the baseline {path:?}; name another FILE")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It holds something else.
    #[error(transparent)]
    Malformed(#[from] MalformedBaseline),
}

pub(super) fn run(arguments: &HistoryArguments, options: &Options) -> Ended {
    let baseline = match &arguments.baseline {
        Some(path) => read_baseline(path)?,
        None => Baseline::default(),
    };
    let repository = Repository::open(Ownership::Check)?;
    let config = scan::configuration(options, || push::local_config(&repository))?;
    let now = SystemTime::now();
    let scanner = scan::scanner(&config, options, now);
    let history = walk(arguments, &repository, &scanner, &options.progress)?;
    let (mut scanned, warning) = place(arguments, &history, &repository, &scanner, options)?;
    scanned.skipped.extend(unread(&history, &repository));
    scanned.summary.texts = history.objects;
    scanned.summary.bytes = history.bytes;
    match names::names_and_reflogs(&repository, &scanner) {
        Ok(names) => scanned.append(names),
        Err(HistoryError::Git(error)) => scanned.skipped.push(Skip {
            path: BString::from("ref names and reflogs"),
            reason: error.to_string(),
        }),
        Err(error) => return Err(error.into()),
    }
    let mut outcome = allow::apply(scanned.with_shown_paths(&scanner), &config, Date::of(now));
    outcome.min_confidence = options.min_confidence.into();
    outcome.warnings.extend(warning);
    baseline.apply(&mut outcome);
    if let Some(path) = &arguments.write_baseline {
        fs::write(path, Baseline::of(&outcome).to_text()).map_err(|source| {
            BaselineError::Write {
                path: path.clone(),
                source,
            }
        })?;
    }
    reporting::write(&mut outcome, options)?;
    Ok(outcome.exit())
}

fn read_baseline(path: &Path) -> Result<Baseline, BaselineError> {
    let bytes = fs::read(path).map_err(|source| BaselineError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    Ok(Baseline::parse(&bytes)?)
}

fn walk(
    arguments: &HistoryArguments,
    repository: &Repository,
    scanner: &Scanner,
    progress: &Progress,
) -> Result<History, HistoryError> {
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    let limits = history::Options {
        jobs: arguments.jobs.map_or_else(cores, usize::from),
        max_bytes: arguments.max_memory,
    };
    let walk = Walk::default();
    let (ended, ends) = mpsc::channel::<()>();
    let watched = &walk;
    thread::scope(|scope| {
        scope.spawn(move || tell(watched, progress, &ends));
        let scanned = history::scan(repository, scanner, limits, watched);
        drop(ended);
        scanned
    })
}

/// Says of each finding where it comes from, as far as that is asked for and can be told.
fn place(
    arguments: &HistoryArguments,
    history: &History,
    repository: &Repository,
    scanner: &Scanner,
    options: &Options,
) -> Result<(Scanned, Option<String>), HistoryError> {
    let unplaced = || history::unplaced(history, repository, scanner, &options.progress);
    if arguments.no_provenance {
        return Ok((unplaced()?, None));
    }
    match provenance::placed(history, repository, scanner, &options.progress) {
        Ok(placed) => {
            let gaps = placed.has_gaps.then(|| {
                "not every commit and tree could be read: what is said to be unreachable may be \
                 reachable, and there may be more places"
                    .to_owned()
            });
            Ok((placed.scanned, gaps))
        }
        Err(HistoryError::Git(error)) => {
            let warning = format!("which commits brought this in cannot be told: {error}");
            Ok((unplaced()?, Some(warning)))
        }
        Err(error) => Err(error),
    }
}

/// Tells the watchdog that the walk goes on, for as long as it does.
fn tell(walk: &Walk, progress: &Progress, ends: &mpsc::Receiver<()>) {
    let mut seen = 0;
    while ends.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        let now = walk.objects.load(Ordering::Relaxed);
        if now != seen || walk.waiting.load(Ordering::Relaxed) {
            progress.advance();
        }
        seen = now;
    }
}

/// What was not read: each damaged object, and what the clone does not have.
fn unread(history: &History, repository: &Repository) -> Vec<Skip> {
    let mut skips: Vec<Skip> = history
        .unread
        .iter()
        .map(|failure| Skip {
            path: BString::from(format!("object {}", failure.oid)),
            reason: failure.problem.to_owned(),
        })
        .collect();
    skips.extend(history.gaps.iter().map(|gap| Skip {
        path: BString::from(&*gap.what),
        reason: gap.why.clone(),
    }));
    if history.is_partial {
        skips.push(Skip {
            path: BString::from("partial clone"),
            reason: "it holds only some of the objects; scan a whole one: `git clone --mirror URL`"
                .to_owned(),
        });
    }
    if repository.common_dir().join("shallow").exists() {
        skips.push(Skip {
            path: BString::from("shallow clone"),
            reason: "its history is cut off; bring the rest: `git fetch --unshallow`".to_owned(),
        });
    }
    skips
}
