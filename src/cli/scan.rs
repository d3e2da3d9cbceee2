//! `hf-guard scan`: pick the source, scan, apply the allowlist, report.

use std::io;
use std::path::Path;

use super::args::{Options, ScanArguments};
use super::{Ended, reporting, watchdog};
use crate::allow;
use crate::config::Config;
use crate::git::{Ownership, Repository};
use crate::rules::RuleSet;
use crate::scan::Scanner;
use crate::source::paths::Base;
use crate::source::{self, Progress, Scanned, SourceError};

pub(super) fn run(arguments: &ScanArguments, options: &Options) -> Ended {
    match arguments.paths.as_slice() {
        [] => staged(Ownership::Check, options),
        [path] if path == Path::new("-") => scan(options, |scanner, progress| {
            source::stdin::scan(io::stdin().lock(), scanner, progress)
        }),
        paths => {
            let base = base()?;
            scan(options, |scanner, progress| {
                source::paths::scan(paths, &base, scanner, progress)
            })
        }
    }
}

/// Scans what `git commit` would record now.
pub(super) fn staged(ownership: Ownership, options: &Options) -> Ended {
    let repository = Repository::open(ownership)?;
    scan(options, |scanner, _progress| {
        source::staged::scan(&repository, scanner)
    })
}

/// The part that every source shares.
fn scan(
    options: &Options,
    source: impl FnOnce(&Scanner, &Progress) -> Result<Scanned, SourceError>,
) -> Ended {
    let progress = watchdog::start()?;
    let config = Config::default();
    let scanner = Scanner::new(RuleSet::builtin());
    let scanned = source(&scanner, &progress)?;
    let outcome = allow::apply(scanned, &config);
    reporting::write(&outcome, options)?;
    Ok(outcome.exit())
}

/// Paths are counted from the work tree's root, if there is one.
fn base() -> io::Result<Base> {
    let current_dir = std::env::current_dir()?;
    let work_dir = Repository::open(Ownership::Check)
        .ok()
        .and_then(|repository| repository.work_dir())
        .and_then(|root| root.canonicalize().ok());
    Ok(Base {
        current_dir: current_dir.canonicalize()?,
        work_dir,
    })
}
