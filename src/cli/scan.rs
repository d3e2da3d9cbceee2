//! `hf-guard scan`: pick the source, scan, apply the allowlist, report.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use bstr::{BStr, BString};

use super::args::{Options, ScanArguments};
use super::{Ended, reporting};
use crate::allow;
use crate::config::{self, Config, ConfigError};
use crate::date::Date;
use crate::git::{GitError, Oid, Ownership, Repository};
use crate::outcome::Outcome;
use crate::rules::{Preset, RuleSet};
use crate::scan::Scanner;
use crate::source::paths::Base;
use crate::source::{self, Progress, Scanned, SourceError, repository_name};

/// What a scan came to, before the report.
pub(super) type Gathered = Result<Outcome, Box<dyn std::error::Error>>;

pub(super) fn run(arguments: &ScanArguments, options: &Options) -> Ended {
    told(&mut gather(arguments, options)?, options)
}

/// The same up to the report.
pub(super) fn gather(arguments: &ScanArguments, options: &Options) -> Gathered {
    if arguments.tracked {
        return tracked_outcome(Ownership::Check, options);
    }
    if arguments.paths.is_empty() {
        return staged_outcome(Ownership::Check, &[], options);
    }
    let mut base = base()?;
    if arguments.paths.iter().any(|path| path.is_dir()) {
        base.tracked = tracked_paths(&base)?;
    }
    let root = base.work_dir.as_ref().unwrap_or(&base.current_dir);
    let config = || config::from_folder(root);
    match arguments.paths.as_slice() {
        [path] if path == Path::new("-") => outcome(options, config, |scanner, progress| {
            let input = input().map_err(|source| SourceError::ReadInput { source })?;
            source::stdin::scan(input, scanner, progress)
        }),
        paths => outcome(options, config, |scanner, progress| {
            source::paths::scan(paths, &base, scanner, progress)
        }),
    }
}

/// Standard input, unless nothing can come from it: what a caller has closed is `/dev/null` by now, and would read as clean.
#[cfg(unix)]
fn input() -> io::Result<io::StdinLock<'static>> {
    use std::io::IsTerminal as _;
    use std::os::fd::AsFd as _;
    let input = io::stdin().lock();
    let file = std::fs::File::from(input.as_fd().try_clone_to_owned()?);
    if source::special::is_device(&file.metadata()?) && !input.is_terminal() {
        return Err(io::Error::other(
            "it is closed, or a device such as /dev/null; pipe the text in, or name a file",
        ));
    }
    Ok(input)
}

/// Standard input.
#[cfg(not(unix))]
fn input() -> io::Result<io::StdinLock<'static>> {
    Ok(io::stdin().lock())
}

/// Scans what `git commit` would record now.
///
/// `merge_heads` are commits being merged that git names in the environment only.
pub(super) fn staged(ownership: Ownership, merge_heads: &[Oid], options: &Options) -> Ended {
    told(
        &mut staged_outcome(ownership, merge_heads, options)?,
        options,
    )
}

fn staged_outcome(ownership: Ownership, merge_heads: &[Oid], options: &Options) -> Gathered {
    let repository = Repository::open(ownership)?;
    outcome(
        options,
        || config::from_index(&repository),
        |scanner, progress| source::staged::scan(&repository, scanner, merge_heads, progress),
    )
}

/// Scans every file in the index, new or not.
pub(super) fn tracked(ownership: Ownership, options: &Options) -> Ended {
    told(&mut tracked_outcome(ownership, options)?, options)
}

fn tracked_outcome(ownership: Ownership, options: &Options) -> Gathered {
    let repository = Repository::open(ownership)?;
    outcome(
        options,
        || config::from_index(&repository),
        |scanner, progress| source::staged::tracked(&repository, scanner, progress),
    )
}

/// Writes the report.
pub(super) fn told(outcome: &mut Outcome, options: &Options) -> Ended {
    reporting::write(outcome, options)?;
    Ok(outcome.exit())
}

/// The part that every source shares; `config` reads the repository's own configuration.
pub(super) fn outcome(
    options: &Options,
    config: impl FnOnce() -> Result<Config, ConfigError>,
    source: impl FnOnce(&Scanner, &Progress) -> Result<Scanned, SourceError>,
) -> Gathered {
    let config = configuration(options, config)?;
    let now = SystemTime::now();
    let scanner = scanner(&config, options, now);
    let scanned = source(&scanner, &options.progress)?.with_shown_paths(&scanner);
    let mut outcome = allow::apply(scanned, &config, Date::of(now));
    mask_words(&mut outcome, &scanner);
    outcome.min_confidence = options.min_confidence.into();
    Ok(outcome)
}

/// Masks secrets in what is warned of, and in what a person asked for: the path of a configuration can hold one, what git
/// complains of, and a glob.
pub(super) fn mask_words(outcome: &mut Outcome, scanner: &Scanner) {
    let narrowed = outcome.narrowed.iter_mut();
    let globs = narrowed.flat_map(|narrowed| narrowed.refs.iter_mut().chain(&mut narrowed.paths));
    for text in outcome.warnings.iter_mut().chain(globs) {
        *text = scanner.shown_path(BStr::new(text)).to_string();
    }
}

/// Says which repository was scanned.
pub(super) fn name_repository(outcome: &mut Outcome, repository: &Repository) {
    told_name(outcome, name_of(repository));
}

/// What `repository` is called; git is asked.
pub(super) fn name_of(repository: &Repository) -> Result<String, GitError> {
    repository_name(repository, &Scanner::new(RuleSet::builtin()))
}

/// Writes it down.
pub(super) fn told_name(outcome: &mut Outcome, name: Result<String, GitError>) {
    match name {
        Ok(name) => outcome.repository = Some(name),
        Err(error) => outcome.warnings.push(format!(
            "what the repository is called cannot be told: {error}"
        )),
    }
}

/// The configuration that the options name, or else the repository's own, which `own` reads.
pub(super) fn configuration(
    options: &Options,
    own: impl FnOnce() -> Result<Config, ConfigError>,
) -> Result<Config, ConfigError> {
    match &options.config {
        _ if options.no_config => Ok(Config::default()),
        Some(file) => config::from_file(file),
        None => own(),
    }
}

/// A scanner with the rules of `config`, of the preset that the options name or else the configuration.
pub(super) fn scanner(config: &Config, options: &Options, now: SystemTime) -> Scanner {
    Scanner::new(rule_set(config, options))
        .with_now(unix_seconds(now))
        .with_pulse(options.progress.pulse())
}

/// The rules of such a scanner.
pub(super) fn rule_set(config: &Config, options: &Options) -> RuleSet {
    config.rule_set(options.preset.map(Preset::from))
}

/// A clock before 1970 is wrong, and then no token has expired.
pub(super) fn unix_seconds(time: SystemTime) -> i64 {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Paths are counted from the work tree's root, if there is one.
pub(super) fn base() -> io::Result<Base> {
    let current_dir = std::env::current_dir()?;
    let work_dir = Repository::open(Ownership::Check)
        .ok()
        .and_then(|repository| repository.work_dir())
        .and_then(|root| root.canonicalize().ok());
    Ok(Base {
        current_dir: current_dir.canonicalize()?,
        work_dir,
        tracked: Vec::new(),
    })
}

/// What git tracks below the root that paths are counted from.
fn tracked_paths(base: &Base) -> Result<Vec<BString>, GitError> {
    if base.work_dir.is_none() {
        return Ok(Vec::new());
    }
    match Repository::open(Ownership::Check)?.every_stage() {
        Ok(index) => Ok(index
            .changes
            .into_iter()
            .map(|change| change.path)
            .collect()),
        // A clone that nothing is checked out of has none.
        Err(GitError::ReadIndex { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}
