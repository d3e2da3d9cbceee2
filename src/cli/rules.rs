//! `hf-guard rules`: list, show and check.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::SystemTime;

use super::args::{Format, Options, RulesCommand};
use super::{Ended, scan};
use crate::allow;
use crate::config::{self, Config, Date, nearest};
use crate::git::{GitError, Ownership, Repository};
use crate::outcome::Exit;
use crate::report::catalog;
use crate::rules::{Rule, RuleSet, verify};
use crate::scan::{Scanner, proof};
use crate::source;
use crate::text::escape;

/// Why a `rules` command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
enum RulesError {
    /// No such rule, but one of nearly that name.
    #[error("there is no rule `{id}`; did you mean `{meant}`?")]
    Misspelt {
        /// As typed.
        id: String,
        /// The nearest id.
        meant: String,
    },
    /// No such rule.
    #[error("there is no rule `{id}`; `hf-guard rules list` shows them all")]
    Unknown {
        /// As typed.
        id: String,
    },
    /// Rules are no findings.
    #[error("rules have no SARIF form; use --format human or --format json")]
    Sarif,
    /// Rules do not do what they say.
    #[error("{count} of the rules cannot be relied upon; correct what is listed above")]
    Faulty {
        /// How many faults were listed.
        count: usize,
    },
}

pub(super) fn run(arguments: &RulesCommand, options: &Options) -> Ended {
    if options.format == Format::Sarif {
        return Err(RulesError::Sarif.into());
    }
    let config = configuration(arguments, options)?;
    let set = scan::rule_set(&config, options);
    let mut out = output(options)?;
    match arguments {
        RulesCommand::List => {
            let rules: Vec<&Rule> = set.as_slice().iter().map(|one| one.rule()).collect();
            if options.format == Format::Json {
                catalog::json(&rules, &mut out)?;
            } else {
                catalog::list(&rules, &mut out)?;
            }
        }
        RulesCommand::Show { id } => {
            let rule = find(&set, id)?;
            if options.format == Format::Json {
                catalog::json(&[rule], &mut out)?;
            } else {
                catalog::show(rule, &mut out)?;
            }
        }
        RulesCommand::Check { .. } => {
            check(set, &mut out)?;
            warn_of_unused(&config, options, &mut out)?;
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

/// The configuration that a scan here would read, or the one that `rules check` was given.
fn configuration(
    arguments: &RulesCommand,
    options: &Options,
) -> Result<Config, Box<dyn std::error::Error>> {
    let named = match arguments {
        RulesCommand::Check { file: Some(file) } => Some(file),
        _ => options.config.as_ref(),
    };
    if let Some(file) = named {
        return Ok(config::from_file(file)?);
    }
    if options.no_config {
        return Ok(Config::default());
    }
    let work_dir = Repository::open(Ownership::Check)
        .ok()
        .and_then(|repository| repository.work_dir());
    Ok(config::from_folder(
        work_dir.as_deref().unwrap_or(Path::new(".")),
    )?)
}

fn output(options: &Options) -> io::Result<Box<dyn Write>> {
    Ok(match &options.output {
        Some(path) => Box::new(BufWriter::new(File::create(path)?)),
        None => Box::new(BufWriter::new(io::stdout().lock())),
    })
}

fn find(set: &RuleSet, id: &str) -> Result<&'static Rule, RulesError> {
    let rules = || set.as_slice().iter().map(|compiled| compiled.rule());
    if let Some(rule) = rules().find(|rule| rule.id == id) {
        return Ok(rule);
    }
    Err(match nearest(id, rules().map(|rule| &*rule.id)) {
        Some(meant) => RulesError::Misspelt {
            id: id.to_owned(),
            meant: meant.to_owned(),
        },
        None => RulesError::Unknown { id: id.to_owned() },
    })
}

/// Entries that accept nothing in the files that git tracks; outside a repository nobody knows.
fn warn_of_unused(
    config: &Config,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), Box<dyn std::error::Error>> {
    if config.entries().is_empty() {
        return Ok(());
    }
    let repository = match Repository::open(Ownership::Check) {
        Ok(repository) => repository,
        Err(GitError::NoRepository { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let scanner = Scanner::new(scan::rule_set(config, options));
    let scanned = source::staged::tracked(&repository, &scanner, &options.progress)?;
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
fn check(set: RuleSet, out: &mut dyn Write) -> Result<(), Box<dyn std::error::Error>> {
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
        for warning in verify::warnings(rule) {
            writeln!(out, "hf-guard: warning: {warning}")?;
        }
    }
    for fault in &faults {
        // A custom rule's text comes from a repository.
        writeln!(out, "{}", escape::for_terminal(fault.as_bytes()))?;
    }
    if !faults.is_empty() {
        out.flush()?;
        return Err(RulesError::Faulty {
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
