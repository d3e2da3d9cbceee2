//! `hf-guard rules`: list and show; `rules_check` does the rest.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::args::{Format, Options, RulesCommand};
use super::reporting::ReportError;
use super::{Ended, rules_check, rules_import, scan};
use crate::config::{self, Config, nearest};
use crate::git::{Ownership, Repository};
use crate::outcome::Exit;
use crate::report::catalog;
use crate::rules::{Rule, RuleSet};

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
}

pub(super) fn run(arguments: &RulesCommand, options: &Options) -> Ended {
    told(arguments, options).map_err(|error| match error.downcast::<io::Error>() {
        Ok(source) => Box::new(ReportError::new(options, *source)),
        Err(error) => error,
    })
}

fn told(arguments: &RulesCommand, options: &Options) -> Ended {
    if options.format == Format::Sarif {
        return Err(RulesError::Sarif.into());
    }
    if let RulesCommand::Import { from, file } = arguments {
        return rules_import::run(*from, file, options, &mut output(options)?);
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
        RulesCommand::Import { .. } => {}
        RulesCommand::Check { .. } => {
            rules_check::run(&config, set, options, &mut out)?;
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
