//! `hf-guard rules check`: do the rules find what they say, at what cost, and does every entry still accept something?
//!
//! In: a configuration. Out: warnings, one a line, and an error where a rule cannot be relied upon. The cost of a rule of
//! one's own is measured on what git tracks: nobody else's files say how often its keywords stand in these.

use std::error::Error;
use std::io::Write;
use std::time::{Duration, Instant, SystemTime};

use super::args::Options;
use super::{failure, scan};
use crate::allow;
use crate::config::Config;
use crate::date::Date;
use crate::git::{GitError, Mode, Ownership, Repository};
use crate::prefilter::Prefilter;
use crate::rules::{Rule, RuleSet, catalogue, doubts, verify};
use crate::scan::{Scanner, proof};
use crate::source;
use crate::text::escape;

/// A keyword that stands more often than once in so many bytes makes its rule slow.
const BYTES_A_HIT: usize = 4_096;

/// Rules do not do what they say.
#[derive(Debug, thiserror::Error)]
#[error("{count} of the rules cannot be relied upon; correct what is listed above")]
struct Faulty {
    /// How many faults were listed.
    count: usize,
}

pub(super) fn run(
    config: &Config,
    set: RuleSet,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let own: Vec<&'static Rule> = set
        .as_slice()
        .iter()
        .map(|one| one.rule())
        .filter(|rule| is_own(rule))
        .collect();
    check(set, out)?;
    let repository = match Repository::open(Ownership::Check) {
        Ok(repository) => repository,
        Err(GitError::NoRepository) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    tell_costs(&own, &repository, out)?;
    warn_of_unused(config, &repository, options, out)
}

/// Whether a rule is one of the configuration's, or changed by it.
fn is_own(rule: &Rule) -> bool {
    catalogue().all(|known| !std::ptr::eq(known, rule))
}

/// What looking for the keywords of each of `rules` costs on the files that git tracks.
fn tell_costs(
    rules: &[&'static Rule],
    repository: &Repository,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    if rules.is_empty() {
        return Ok(());
    }
    let set = RuleSet::new(rules.iter().copied());
    let prefilter = Prefilter::new(&set);
    let mut counts = vec![0_usize; rules.len()];
    let (mut bytes, mut found, mut spent) = (0, Vec::new(), Duration::ZERO);
    for change in repository.tracked()?.changes {
        if change.mode != Mode::File {
            continue;
        }
        let text = repository.blob(&change.blob)?;
        bytes += text.len();
        found.clear();
        let begun = Instant::now();
        prefilter.hits(&text, &mut found);
        spent += begun.elapsed();
        for hit in &found {
            counts[hit.rule] += 1;
        }
    }
    if bytes == 0 {
        return Ok(());
    }
    for (rule, count) in rules.iter().zip(counts) {
        writeln!(
            out,
            "rule `{}`: its keywords stand {count} times in the {bytes} bytes that git tracks",
            rule.id
        )?;
        if count > bytes / BYTES_A_HIT + 1 {
            writeln!(
                out,
                "hf-guard: warning: rule `{}`: that is so often that it costs time; take a longer keyword",
                rule.id
            )?;
        }
    }
    writeln!(
        out,
        "looking for these keywords takes {:.1} ms here",
        spent.as_secs_f64() * 1e3
    )?;
    Ok(())
}

/// Entries that accept nothing in the files that git tracks; outside a repository nobody knows.
fn warn_of_unused(
    config: &Config,
    repository: &Repository,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    if config.entries().is_empty() {
        return Ok(());
    }
    let scanner = Scanner::new(scan::rule_set(config, options));
    let scanned = source::staged::tracked(repository, &scanner, &options.progress)?;
    let outcome = allow::apply(scanned, config, Date::of(SystemTime::now()));
    for entry in allow::unused(&outcome, config) {
        writeln!(
            out,
            "hf-guard: warning: line {}: this entry accepts nothing in the files that git tracks ({}); take it out",
            entry.line,
            entry.shown_reason(),
        )?;
    }
    Ok(())
}

/// Every rule by itself, then its examples through the whole pipeline; each fault is one line.
fn check(set: RuleSet, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let scanner = Scanner::new(set);
    let rules: Vec<&Rule> = scanner
        .rules()
        .as_slice()
        .iter()
        .map(|one| one.rule())
        .collect();
    let mut faults = Vec::new();
    for rule in &rules {
        if let Err(error) = verify::rule(rule) {
            faults.push(super::chain(&error));
        } else if let Err(error) = proof::examples(&scanner, rule) {
            faults.push(super::chain(&error));
        }
        // What is built in is held to more by tests.
        let doubts = if is_own(rule) {
            doubts::about(rule, &rules)
        } else {
            Vec::new()
        };
        for doubt in doubts {
            let doubt = escape::for_terminal(doubt.as_bytes());
            writeln!(out, "hf-guard: warning: {doubt}")?;
        }
    }
    for fault in &faults {
        // A custom rule's text comes from a repository, and its example may be what it must never be, a secret.
        writeln!(out, "{}", failure::masked(fault))?;
    }
    if !faults.is_empty() {
        out.flush()?;
        return Err(Faulty {
            count: faults.len(),
        }
        .into());
    }
    let examples: usize = rules.iter().map(|rule| rule.examples.len()).sum();
    let counter_examples: usize = rules.iter().map(|rule| rule.counter_examples.len()).sum();
    writeln!(
        out,
        "{} rules are sound: {examples} examples give their finding, {counter_examples} counter-examples none",
        rules.len()
    )?;
    out.flush()?;
    Ok(())
}
