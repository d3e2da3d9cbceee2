//! `hf-guard --all-history`: everything that a repository holds, and who brought what was found.

use std::io::{self, Write as _};
use std::num::NonZero;
use std::process;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, SystemTime};

use bstr::BString;

use super::args::{HistoryArguments, Options};
use super::meter::Meter;
use super::{Ended, baseline, interrupt, push, scan};
use crate::allow;
use crate::allow::baseline::Baseline;
use crate::config::{self, Config};
use crate::date::Date;
use crate::git::pack::Progress as Walk;
use crate::git::{Ownership, Repository};
use crate::outcome::{Exit, Outcome, Skip};
use crate::parallel;
use crate::rules::Preset;
use crate::source::history::narrowing::{Narrowing, NarrowingError, Words};
use crate::source::history::{self, Asked, History, HistoryError, provenance};
use crate::source::{Progress, Scanned};

/// How often it is looked whether the walk has come further.
const LOOK: Duration = Duration::from_secs(1);

/// How often a person wants to see it.
const GLANCE: Duration = Duration::from_millis(100);

pub(super) fn run(arguments: &HistoryArguments, options: &Options) -> Ended {
    scan::told(&mut outcome(arguments, options)?, options)
}

/// The same up to the report.
pub(super) fn outcome(arguments: &HistoryArguments, options: &Options) -> scan::Gathered {
    let repository = Repository::open(Ownership::Check)?;
    read(&repository, arguments, options, &|early| {
        scan::told(early, options)
    })
}

/// All of `repository`, for a register; nothing is written where somebody ends it early.
pub(super) fn whole(repository: &Repository, options: &Options) -> scan::Gathered {
    read(repository, &HistoryArguments::whole(), options, &|_| {
        no_register()
    })
}

/// Half a history makes none.
pub(super) fn no_register() -> Ended {
    writeln!(
        io::stderr().lock(),
        "hf-guard: interrupted; no register was written."
    )?;
    Ok(Exit::Interrupted)
}

/// The same; `tell` has the last word where somebody ends it early and the rest cannot be waited for.
fn read(
    repository: &Repository,
    arguments: &HistoryArguments,
    options: &Options,
    tell: &dyn Fn(&mut Outcome) -> Ended,
) -> scan::Gathered {
    let baseline = match &arguments.baseline {
        Some(path) => baseline::read(path)?,
        None => Baseline::default(),
    };
    let config = scan::configuration(options, || push::local_config(repository))?;
    let narrowing = narrowing(arguments, repository)?;
    let now = SystemTime::now();
    let scanner = scan::scanner(&config, options, now);
    let asked = Asked {
        repository,
        scanner: &scanner,
        narrowing: &narrowing,
        progress: &options.progress,
        limits: limits(arguments),
    };
    let walk = Walk::default();
    interrupt::listen(&walk.stop)?;
    let aside = || scan::name_of(repository);
    let (name, history) = parallel::both(aside, || walked(&asked, &walk, options));
    let mut history = history?;
    let named = std::mem::take(&mut history.named);
    let report = Report {
        walk: &walk,
        config: &config,
        baseline: &baseline,
        asked: &asked,
        history: &history,
        options,
    };
    if history.is_stopped {
        return report.early(now);
    }
    let mut found = Scanned {
        skipped: unread(&history, repository),
        ..Scanned::default()
    };
    found.append(named);
    found.summary.texts += history.objects;
    found.summary.bytes += history.bytes;
    let placed = unless_stopped(
        &walk,
        || place(arguments, &history, &asked, found),
        || tell(&mut report.early(now)?),
    )?;
    let mut outcome = report.outcome(placed.scanned, now);
    scan::told_name(&mut outcome, name);
    outcome.warnings.extend(placed.warning);
    if options.verbose {
        outcome.warnings.extend(in_chunks(&history));
        outcome.warnings.extend(slower(&history));
    }
    outcome.narrowed = placed
        .left_out
        .and_then(|left_out| narrowing.narrowed(left_out));
    scan::mask_words(&mut outcome, &scanner);
    if let Some(path) = &arguments.write_baseline {
        baseline::write(path, &outcome)?;
    }
    Ok(outcome)
}

/// What a report is made of.
struct Report<'a> {
    walk: &'a Walk,
    config: &'a Config,
    baseline: &'a Baseline,
    asked: &'a Asked<'a>,
    history: &'a History,
    options: &'a Options,
}

impl Report<'_> {
    fn outcome(&self, found: Scanned, now: SystemTime) -> Outcome {
        let shown = found.with_shown_paths(self.asked.scanner);
        let mut outcome = allow::apply(shown, self.config, Date::of(now));
        // Whoever looks at what others left behind does not know what they told it to pass over.
        if self.options.config.is_none() {
            let preset = self.options.preset.map(Preset::from);
            let weaker = config::weaker_rules(self.config, preset);
            outcome.warnings.extend(weaker);
        }
        scan::mask_words(&mut outcome, self.asked.scanner);
        outcome.min_confidence = self.options.min_confidence.into();
        self.baseline.apply(&mut outcome);
        outcome
    }

    fn how_far(&self) -> String {
        let total = self.walk.total.load(Ordering::Relaxed);
        match self.history.objects {
            read if read < total => {
                format!("the scan was interrupted after {read} of {total} objects")
            }
            _ => "the scan was interrupted when all objects were read, before it was known where they come from".to_owned(),
        }
    }

    /// Tells what was found until somebody had enough.
    fn early(&self, now: SystemTime) -> scan::Gathered {
        let mut found = Scanned {
            findings: provenance::untold(self.history, Vec::new(), self.asked)?,
            skipped: unread(self.history, self.asked.repository),
            ..Scanned::default()
        };
        found.summary.texts = self.history.objects;
        found.summary.bytes = self.history.bytes;
        found.skipped.push(Skip {
            path: BString::from("the rest of the history"),
            reason: self.how_far(),
            is_packed: false,
        });
        let mut outcome = self.outcome(found, now);
        outcome.is_partial = true;
        Ok(outcome)
    }
}

/// Does `work`; once somebody has had enough, `ends` says how the process is to end, while the work is still going on.
#[allow(
    clippy::exit,
    reason = "the work may be waiting for git; nothing else can end it at once"
)]
fn unless_stopped<T: Send>(
    walk: &Walk,
    work: impl FnOnce() -> T + Send,
    ends: impl FnOnce() -> Ended,
) -> T {
    thread::scope(|scope| {
        // Nothing is ever sent; the worker's end goes away with it.
        let (working, is_done) = mpsc::channel::<()>();
        let worker = scope.spawn(move || {
            let result = work();
            drop(working);
            result
        });
        while is_done.recv_timeout(GLANCE) == Err(RecvTimeoutError::Timeout) {
            if walk.is_stopped() {
                let code = match ends() {
                    Ok(Exit::Interrupted) => interrupt::EXIT_CODE,
                    Ok(_) | Err(_) => 2,
                };
                process::exit(code);
            }
        }
        parallel::joined(worker.join())
    })
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

fn walked(asked: &Asked<'_>, walk: &Walk, options: &Options) -> Result<History, HistoryError> {
    let (ended, ends) = mpsc::channel::<()>();
    let meter = Meter::on_terminal().filter(|_| !options.quiet);
    thread::scope(|scope| {
        scope.spawn(move || tell(walk, asked.progress, meter, &ends));
        let scanned = history::scan(asked.repository, asked.scanner, asked.limits, walk);
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
                is_packed: false,
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

/// Tells the watchdog, and whoever looks at the terminal, that the walk goes on, for as long as it does.
fn tell(walk: &Walk, progress: &Progress, mut meter: Option<Meter>, ends: &mpsc::Receiver<()>) {
    let mut seen = 0;
    let pause = if meter.is_some() { GLANCE } else { LOOK };
    while ends.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        let now = walk.objects.load(Ordering::Relaxed) + walk.bytes.load(Ordering::Relaxed);
        if now != seen || walk.waiting.load(Ordering::Relaxed) {
            progress.advance();
        }
        seen = now;
        if let Some(meter) = &mut meter {
            meter.show(walk);
        }
    }
    if let Some(meter) = &mut meter {
        meter.clear();
    }
}

/// Which objects did not fit the memory that the walk may use, and still cost no more than that.
fn in_chunks(history: &History) -> Option<String> {
    let oid = history.streamed.first()?;
    let others = and_more(history.streamed.len());
    Some(format!(
        "object {oid}{others} did not fit --max-memory, and was read in chunks"
    ))
}

/// The others of so many, after the first.
fn and_more(count: usize) -> String {
    match count - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    }
}

/// Which objects were read whole and alone, for whoever wonders why it took so long or so much.
fn slower(history: &History) -> Option<String> {
    let (oid, why) = history.slower.first()?;
    let others = and_more(history.slower.len());
    Some(format!(
        "object {oid}{others} took the slower way, each alone, past the walk of the packs: {why}"
    ))
}

/// What was not read: each damaged object, and what the clone does not have.
fn unread(history: &History, repository: &Repository) -> Vec<Skip> {
    let mut skips: Vec<Skip> = history
        .unread
        .iter()
        .map(|failure| Skip {
            path: BString::from(format!("object {}", failure.oid)),
            reason: failure.problem.to_owned(),
            is_packed: false,
        })
        .collect();
    skips.extend(history.gaps.iter().map(|gap| Skip {
        path: BString::from(&*gap.what),
        reason: gap.why.clone(),
        is_packed: gap.is_packed,
    }));
    if history.is_partial {
        skips.push(Skip {
            path: BString::from("partial clone"),
            reason: "it holds only some of the objects; scan a whole one: `git clone --mirror URL`"
                .to_owned(),
            is_packed: false,
        });
    }
    if repository.common_dir().join("shallow").exists() {
        skips.push(Skip {
            path: BString::from("shallow clone"),
            reason: "its history is cut off; bring the rest: `git fetch --unshallow`".to_owned(),
            is_packed: false,
        });
    }
    skips
}
