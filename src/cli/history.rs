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
use super::{Ended, push, scan};
use crate::allow;
use crate::allow::baseline::{Baseline, MalformedBaseline};
use crate::config::Date;
use crate::git::pack::Progress as Walk;
use crate::git::{Ownership, Repository};
use crate::outcome::Skip;
use crate::source::history::narrowing::{Narrowing, NarrowingError, Words};
use crate::source::history::{self, Asked, History, HistoryError, names, provenance};
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
    scan::told(&mut outcome(arguments, options)?, options)
}

/// The same up to the report.
pub(super) fn outcome(arguments: &HistoryArguments, options: &Options) -> scan::Gathered {
    let baseline = match &arguments.baseline {
        Some(path) => read_baseline(path)?,
        None => Baseline::default(),
    };
    let repository = Repository::open(Ownership::Check)?;
    let config = scan::configuration(options, || push::local_config(&repository))?;
    let narrowing = narrowing(arguments, &repository)?;
    let now = SystemTime::now();
    let scanner = scan::scanner(&config, options, now);
    let asked = Asked {
        repository: &repository,
        scanner: &scanner,
        narrowing: &narrowing,
        progress: &options.progress,
        limits: limits(arguments),
    };
    let history = walk(&asked)?;
    let mut scanned = Scanned {
        skipped: unread(&history, &repository),
        ..Scanned::default()
    };
    match names::names_and_reflogs(&repository, &scanner) {
        Ok(names) => scanned.append(names),
        Err(HistoryError::Git(error)) => scanned.skipped.push(Skip {
            path: BString::from("ref names and reflogs"),
            reason: error.to_string(),
        }),
        Err(error) => return Err(error.into()),
    }
    scanned.summary.texts += history.objects;
    scanned.summary.bytes += history.bytes;
    let placed = place(arguments, &history, &asked, scanned)?;
    let shown = placed.scanned.with_shown_paths(&scanner);
    let mut outcome = allow::apply(shown, &config, Date::of(now));
    outcome.min_confidence = options.min_confidence.into();
    outcome.warnings.extend(placed.warning);
    outcome.narrowed = placed
        .left_out
        .and_then(|left_out| narrowing.narrowed(left_out));
    baseline.apply(&mut outcome);
    if let Some(path) = &arguments.write_baseline {
        fs::write(path, Baseline::of(&outcome).to_text()).map_err(|source| {
            BaselineError::Write {
                path: path.clone(),
                source,
            }
        })?;
    }
    Ok(outcome)
}

fn read_baseline(path: &Path) -> Result<Baseline, BaselineError> {
    let bytes = fs::read(path).map_err(|source| BaselineError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    Ok(Baseline::parse(&bytes)?)
}

fn narrowing(
    arguments: &HistoryArguments,
    repository: &Repository,
) -> Result<Narrowing, NarrowingError> {
    let words = Words {
        refs: &arguments.refs,
        since: arguments.since.as_deref(),
        until: arguments.until.as_deref(),
        paths: &arguments.path,
    };
    Narrowing::new(words, repository)
}

fn limits(arguments: &HistoryArguments) -> history::Options {
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    history::Options {
        jobs: arguments.jobs.map_or_else(cores, usize::from),
        max_bytes: arguments.max_memory,
    }
}

fn walk(asked: &Asked<'_>) -> Result<History, HistoryError> {
    let walk = Walk::default();
    let (ended, ends) = mpsc::channel::<()>();
    let watched = &walk;
    thread::scope(|scope| {
        scope.spawn(move || tell(watched, asked.progress, &ends));
        let scanned = history::scan(asked.repository, asked.scanner, asked.limits, watched);
        drop(ended);
        scanned
    })
}

/// Findings with their places, as far as those could be told.
struct Placed {
    scanned: Scanned,
    warning: Option<String>,
    /// How many secrets are outside of what was asked for; `None` where everything is told of.
    left_out: Option<usize>,
}

/// Says of each secret where it comes from, as far as that is asked for and can be told; `scanned` is what was found beside
/// the objects.
fn place(
    arguments: &HistoryArguments,
    history: &History,
    asked: &Asked<'_>,
    mut scanned: Scanned,
) -> Result<Placed, HistoryError> {
    let named = std::mem::take(&mut scanned.findings);
    let told = if arguments.no_provenance {
        None
    } else {
        match provenance::told(history, named.clone(), asked) {
            Ok(told) => Some(Ok(told)),
            Err(HistoryError::Git(error)) => Some(Err(error)),
            Err(error) => return Err(error),
        }
    };
    let is_whole = asked.narrowing.is_whole();
    let (warning, left_out) = match &told {
        None => (None, None),
        Some(Ok(told)) if told.has_gaps && !is_whole => {
            scanned.skipped.push(Skip {
                path: BString::from("commits and trees"),
                reason:
                    "not all of them could be read: there may be more inside of what was asked for"
                        .to_owned(),
            });
            (None, Some(told.left_out))
        }
        Some(Ok(told)) => {
            let gaps = "not every commit and tree could be read: what is said to be unreachable may be reachable, and there \
                        may be more places";
            (told.has_gaps.then(|| gaps.to_owned()), Some(told.left_out))
        }
        Some(Err(error)) => {
            let all = if is_whole {
                ""
            } else {
                ", so everything is told"
            };
            let warning = format!("which commits brought this in cannot be told{all}: {error}");
            (Some(warning), None)
        }
    };
    scanned.findings = match told {
        Some(Ok(told)) => told.findings,
        None | Some(Err(_)) => provenance::untold(history, named, asked)?,
    };
    Ok(Placed {
        scanned,
        warning,
        left_out,
    })
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
