//! `hf-guard scan`: pick the source, scan, apply the allowlist, report.

use std::io;

use super::Ended;
use super::args::{Options, ScanArguments};
use crate::config::Config;
use crate::git::{Ownership, Repository};
use crate::rules::RuleSet;
use crate::scan::Scanner;
use crate::{allow, report, source};

pub(super) fn run(arguments: &ScanArguments, options: &Options) -> Ended {
    debug_assert!(arguments.staged || !arguments.tracked, "clap excludes both");
    staged(options)
}

pub(super) fn staged(_options: &Options) -> Ended {
    let repository = Repository::open(Ownership::Check)?;
    let scanner = Scanner::new(RuleSet::builtin());
    let scanned = source::staged::scan(&repository, &scanner)?;
    let outcome = allow::apply(scanned, &Config::default());
    report::human::write(&outcome, &mut io::stdout().lock())?;
    Ok(outcome.exit())
}
