//! `hf-guard respond`: the plan for one incident, and the file that takes its secret out of a history.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::args::{HistoryArguments, Options, RespondArguments};
use super::{Ended, failure, history, reporting};
use crate::allow::parts;
use crate::finding::{Finding, Part};
use crate::git::{Ownership, Repository};
use crate::issuer::{Issuers, Trust};
use crate::outcome::{Exit, Outcome};
use crate::report;
use crate::respond::replacement::{self, Extent, Replacement, Style};
use crate::respond::{self, Incident, Plan, Record, Remedy, Remotes, file};
use crate::rules::{Rule, catalogue};
use crate::source::report::document::{Document, Entry};

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
enum RespondError {
    /// A report cannot be read.
    #[error("cannot read the report {path:?}")]
    ReadReport {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file of secrets would be called by one.
    #[error(
        "a credential stands in the path of --replace-text, and the plan would name it; name another file"
    )]
    SecretName,
    /// There is nothing to replace.
    #[error(
        "the secret of {fingerprint} does not stand in the history of this repository, so there is nothing to replace in it; run \
         this in a clone that has it"
    )]
    NotHere {
        /// The fingerprint.
        fingerprint: String,
    },
}

pub(super) fn run(arguments: &RespondArguments, options: &Options) -> Ended {
    if let Some(path) = &arguments.remove_replace_text {
        file::remove(path)?;
        let told = format!("hf-guard: {} is removed.", path.display());
        writeln!(io::stderr().lock(), "{}", failure::masked(&told))?;
        return Ok(Exit::Clean);
    }
    let mut records = Vec::new();
    for path in &arguments.from {
        let bytes = read(path, options).map_err(|source| RespondError::ReadReport {
            path: path.clone(),
            source,
        })?;
        records.extend(respond::records(Document::parse(&bytes)?));
    }
    let scanned = scanned(arguments, &mut records, options)?;
    let incidents = Incident::gather(&records, &arguments.fingerprints, hint(arguments))?;
    let written = match &arguments.replace_text {
        Some(path) if holds_secret(&std::path::absolute(path)?) => {
            return Err(RespondError::SecretName.into());
        }
        Some(path) => Some(write_replacement(path, &incidents, &scanned)?),
        None => None,
    };
    let told = plans(incidents, &scanned, arguments, options, written.as_deref())
        .and_then(|plans| Ok(reporting::write_plans(&plans, options)?));
    match (told, written) {
        (Ok(()), None) => {}
        (Ok(()), Some(path)) => writeln!(
            io::stderr().lock(),
            "hf-guard: {0} holds the secret, for you alone; afterwards: hf-guard respond --remove-replace-text {0}",
            path.display()
        )?,
        (Err(error), None) => return Err(error),
        (Err(error), Some(path)) => {
            file::remove(&path)?;
            return Err(error);
        }
    }
    Ok(match &scanned.outcome {
        Some(outcome) if outcome.is_partial => Exit::Interrupted,
        Some(outcome) if !outcome.skipped.is_empty() => Exit::Unfinished,
        _ => Exit::Clean,
    })
}

fn read(path: &Path, options: &Options) -> io::Result<Vec<u8>> {
    if path != Path::new("-") {
        return fs::read(path);
    }
    let mut bytes = Vec::new();
    let mut stdin = io::stdin().lock();
    options
        .progress
        .while_waiting(|| stdin.read_to_end(&mut bytes))?;
    Ok(bytes)
}

/// Whether a plan cannot print this path.
fn holds_secret(path: &Path) -> bool {
    let name = path.as_os_str().as_encoded_bytes();
    failure::hidden(name) != name
}

fn hint(arguments: &RespondArguments) -> &'static str {
    match arguments.from.is_empty() {
        true => "if a report has it, name that: --from REPORT.json",
        false => "look among the fingerprints of the report",
    }
}

/// The repository at hand, and what its history came to, where that was asked.
struct Scan {
    repository: Option<Repository>,
    outcome: Option<Outcome>,
}

impl Scan {
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        let outcome = self.outcome.iter();
        outcome.flat_map(|outcome| {
            let accepted = outcome.accepted.iter().map(|accepted| &accepted.finding);
            let all = outcome.findings.iter().chain(accepted);
            all.flat_map(|finding| std::iter::once(finding).chain(&finding.parts))
        })
    }

    /// The findings of one secret.
    fn of<'s>(&'s self, record: &'s Entry) -> impl Iterator<Item = &'s Finding> {
        self.findings().filter(|finding| {
            finding
                .at_each_site()
                .any(|site| respond::answers_to(record, &site.fingerprint.to_string()))
        })
    }
}

/// Scans the history unless the reports tell all; what it finds is added to `records`.
fn scanned(
    arguments: &RespondArguments,
    records: &mut Vec<Rc<Record>>,
    options: &Options,
) -> Result<Scan, Box<dyn std::error::Error>> {
    let opened = Repository::open(Ownership::Check);
    let all = |holds: &dyn Fn(&Entry) -> bool| {
        arguments.fingerprints.iter().all(|fingerprint| {
            records.iter().any(|record| {
                respond::answers_to(&record.entry, fingerprint) && holds(&record.entry)
            })
        })
    };
    let is_told = all(&|record| record.provenance.is_some());
    // A report of files needs no repository; its plan is the shorter for it.
    let is_elsewhere = opened.is_err() && all(&|_| true);
    if arguments.replace_text.is_none() && (is_told || is_elsewhere) {
        return Ok(Scan {
            repository: opened.ok(),
            outcome: None,
        });
    }
    let repository = opened?;
    let mut outcome = history::outcome(&HistoryArguments::whole(), options)?;
    parts::join(&mut outcome);
    let mut json = Vec::new();
    report::json::write(&outcome, &mut json)?;
    records.extend(respond::records(Document::parse(&json)?));
    Ok(Scan {
        repository: Some(repository),
        outcome: Some(outcome),
    })
}

fn write_replacement(
    path: &Path,
    incidents: &[Incident],
    scan: &Scan,
) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let mut replacements: Vec<Replacement> = Vec::new();
    let mut style = Style::Literal;
    for incident in incidents {
        let before = replacements.len();
        for finding in scan.of(incident.entry()) {
            if finding.at_each_site().any(|site| site.part == Part::Path) {
                style = Style::Regex;
            }
            if !replacements
                .iter()
                .any(|known| known.secret == finding.secret)
            {
                replacements.push(Replacement {
                    secret: finding.secret.clone(),
                    placeholder: replacement::placeholder(&incident.entry().fingerprint),
                    extent: Extent::of_rule(&finding.rule.id),
                });
            }
        }
        if replacements.len() == before {
            return Err(Box::new(RespondError::NotHere {
                fingerprint: incident.asked.join(", "),
            }));
        }
    }
    let work_dir = scan.repository.as_ref().and_then(Repository::work_dir);
    let text = replacement::lines(&replacements, style);
    Ok(file::write(path, &text, work_dir.as_deref())?)
}

fn plans(
    incidents: Vec<Incident>,
    scan: &Scan,
    arguments: &RespondArguments,
    options: &Options,
    replacement: Option<&Path>,
) -> Result<Vec<Plan>, Box<dyn std::error::Error>> {
    let trust = match options.config {
        Some(_) => Trust::Named,
        None => Trust::Repository,
    };
    let issuers = Issuers::new(trust);
    let remotes = match &scan.repository {
        Some(repository) => remotes(repository)?,
        None => Remotes::default(),
    };
    let unread: Vec<String> = scan
        .outcome
        .iter()
        .flat_map(|outcome| &outcome.skipped)
        .map(|skip| format!("{}: {}", skip.path, skip.reason))
        .collect();
    let any_renames = replacement.is_some() && incidents.iter().any(Incident::is_in_a_name);
    let plan = |incident: Incident| {
        let rule = scan
            .of(incident.entry())
            .map(|finding| finding.rule)
            .find(|rule| rule.id == *incident.entry().rule)
            .or_else(|| catalogue().find(|rule| rule.id == *incident.entry().rule));
        let obstacles = match &scan.repository {
            Some(repository) => scan
                .of(incident.entry())
                .flat_map(|finding| respond::obstacles(finding, repository))
                .collect(),
            None => Vec::new(),
        };
        Plan {
            remedy: remedy(rule, &issuers),
            rule,
            remotes,
            obstacles,
            renames: any_renames || incident.is_in_a_name(),
            replacement: replacement.map(|path| path.display().to_string()),
            // What came through a pipe cannot be named again, nor what is called by a secret.
            report: arguments
                .from
                .iter()
                .find(|path| *path != Path::new("-") && !holds_secret(path))
                .cloned(),
            unread: unread.clone(),
            incident,
        }
    };
    Ok(incidents.into_iter().map(plan).collect())
}

fn remedy(rule: Option<&'static Rule>, issuers: &Issuers) -> Remedy {
    let Some(rule) = rule else {
        return Remedy::default();
    };
    Remedy {
        by_command: issuers.can_withdraw(&[rule]),
        page: rule.revoke.to_string(),
        steps: issuers.of(rule).steps.map(str::to_owned),
    }
}

fn remotes(repository: &Repository) -> Result<Remotes, crate::git::GitError> {
    let mut remotes = Remotes::default();
    for (_, url) in repository.settings(r"^remote\..*\.url$")? {
        remotes.add(&url.to_string());
    }
    Ok(remotes)
}
