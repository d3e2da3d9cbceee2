//! `hf-guard inventory`: the register of credentials, from histories that are read here and from reports of elsewhere.

use std::env;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::args::{InventoryArguments, Options};
use super::{Ended, history, reporting, scan};
use crate::allow::parts;
use crate::date;
use crate::git::{GitError, Ownership, Repository};
use crate::issuer::{Issuers, Trust};
use crate::outcome::Outcome;
use crate::register::Register;
use crate::register::codeowners::Codeowners;
use crate::register::reading::{self, Accepted, Wanted};
use crate::report::json;
use crate::rules::RuleSet;
use crate::scan::Scanner;
use crate::source::report::MalformedReport;
use crate::text::path;

/// Why there is no register.
#[derive(Debug, thiserror::Error)]
enum InventoryError {
    /// A report cannot be read.
    #[error("cannot read the report {path:?}")]
    ReadReport {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A report is none.
    #[error("cannot take in {path:?}")]
    Report {
        /// The file.
        path: PathBuf,
        /// What it is.
        #[source]
        source: MalformedReport,
    },
    /// A repository cannot be read.
    #[error("cannot read the repository {path:?}")]
    Repository {
        /// Its folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: GitError,
    },
    /// The folder of a repository is not there.
    #[error("cannot read the repository {path:?}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Two answers to the question which repository is meant.
    #[error(
        "REPOSITORY names a repository, and so does the environment; unset {variable}, or name none"
    )]
    Environment {
        /// The variable.
        variable: &'static str,
    },
}

/// Variables that lead git to a repository, whatever folder it stands in.
const LEADING: [&str; 5] = [
    "GIT_DIR",
    "GIT_COMMON_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
];

pub(super) fn run(arguments: &InventoryArguments, options: &Options) -> Ended {
    let now = scan::unix_seconds(SystemTime::now());
    let mut register = Register::new(date::instant(now));
    // What is quick to fail comes first: opening, then reports, then histories.
    let repositories = repositories(arguments)?;
    for report in &arguments.from {
        register.append(taken_in(report, options)?);
    }
    let mut names: Vec<String> = Vec::new();
    for (path, repository) in repositories {
        let mut outcome = history::whole(&repository, options)?;
        if outcome.is_partial {
            return history::no_register();
        }
        let name = name(&outcome, &path, &names);
        outcome.repository = Some(name.clone());
        let mut scanned = read(&mut outcome, options)?;
        let masks = Scanner::new(RuleSet::builtin());
        let codeowners = Codeowners::of_head(&repository, &masks)?;
        scanned.name_owners(&name, &codeowners, &options.progress);
        register.append(scanned);
        names.push(name);
    }
    let register = register.concluded(&Issuers::new(Trust::Repository));
    reporting::write_register(&register, options)?;
    Ok(register.exit())
}

/// Those that are named, or the one at hand, each with the path under which it was named.
fn repositories(
    arguments: &InventoryArguments,
) -> Result<Vec<(PathBuf, Repository)>, InventoryError> {
    let opened = |path: &Path, repository: Result<Repository, GitError>| match repository {
        Ok(repository) => Ok((path.to_path_buf(), repository)),
        Err(source) => Err(InventoryError::Repository {
            path: path.to_path_buf(),
            source,
        }),
    };
    if arguments.repositories.is_empty() {
        let here = Path::new(".");
        return match arguments.from.is_empty() {
            true => Ok(vec![opened(here, Repository::open(Ownership::Check))?]),
            false => Ok(Vec::new()),
        };
    }
    if let Some(variable) = LEADING
        .into_iter()
        .find(|variable| env::var_os(variable).is_some())
    {
        return Err(InventoryError::Environment { variable });
    }
    arguments
        .repositories
        .iter()
        .map(|path| {
            let folder = path
                .canonicalize()
                .map_err(|source| InventoryError::Folder {
                    path: path.clone(),
                    source,
                })?;
            opened(path, Repository::open_in(&folder, Ownership::Check))
        })
        .collect()
}

/// What a repository is called in the register: two folders of one name are two, two clones of one remote are one.
fn name(outcome: &Outcome, path: &Path, taken: &[String]) -> String {
    let as_named = || path::encode(path.as_os_str().as_encoded_bytes());
    match &outcome.repository {
        Some(name) if name.contains('/') || !taken.contains(name) => name.clone(),
        _ => as_named(),
    }
}

/// A report or register from a file or standard input.
fn taken_in(path: &Path, options: &Options) -> Result<Register, InventoryError> {
    let failed = |source| InventoryError::ReadReport {
        path: path.to_path_buf(),
        source,
    };
    let mut bytes = Vec::new();
    let name = if path == Path::new("-") {
        let mut stdin = io::stdin().lock();
        options
            .progress
            .while_waiting(|| stdin.read_to_end(&mut bytes))
            .map_err(failed)?;
        "standard input".to_owned()
    } else {
        bytes = std::fs::read(path).map_err(failed)?;
        let stem = path.file_stem().unwrap_or(path.as_os_str());
        path::encode(stem.as_encoded_bytes())
    };
    reading::read(&bytes, &name, wanted(options)).map_err(|source| InventoryError::Report {
        path: path.to_path_buf(),
        source,
    })
}

/// The history's own report, taken in as one from elsewhere is.
fn read(outcome: &mut Outcome, options: &Options) -> Result<Register, Box<dyn std::error::Error>> {
    parts::join(outcome);
    let mut bytes = Vec::new();
    json::write(outcome, &mut bytes)?;
    let mut register = reading::read(&bytes, "", wanted(options))?;
    // A report does not say where its own configuration's rules have what they find revoked.
    for credential in &mut register.credentials {
        let mut rules = outcome.findings.iter().map(|finding| finding.rule);
        let rule = rules.find(|rule| credential.rules.iter().any(|id| *id == rule.id));
        if let Some(rule) = rule {
            credential.revoke.page = rule.revoke.to_string();
        }
    }
    Ok(register)
}

fn wanted(options: &Options) -> Wanted {
    Wanted {
        min_confidence: options.min_confidence.into(),
        accepted: match options.show_accepted {
            true => Accepted::All,
            false => Accepted::Baseline,
        },
    }
}
