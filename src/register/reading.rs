//! A JSON report, or a register of another machine, as entries of this one.
//!
//! In: the document's bytes. Out: a register of what counts in it. Nothing in it is taken for more than it says: what a report
//! could not read stays unread, and what it was narrowed to is told.

use super::Register;
use super::credential::{Credential, Holding, PartOf, Revocation};
use crate::finding::AcceptedBy;
use crate::rules::Confidence;
use crate::source::report::document::{Document, Entry, MalformedReport, Place, SCHEMA, Unread};

/// Which findings of a report are entries.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Those of this confidence or more.
    pub min_confidence: Confidence,
    /// What of those that something accepts.
    pub accepted: Accepted,
}

/// Which accepted findings are entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Those of a baseline: it says that a leak is known, not that it is none.
    Baseline,
    /// All.
    All,
}

/// Reads a report or a register; `name` is what its repository is called where it does not say.
///
/// # Errors
/// [`MalformedReport`] where `bytes` are neither.
pub fn read(bytes: &[u8], name: &str, wanted: Wanted) -> Result<Register, MalformedReport> {
    match Document::parse(bytes) {
        Ok(document) => Ok(of_report(document, name, wanted)),
        Err(MalformedReport::Other) => {
            let register: Register =
                serde_json::from_slice(bytes).map_err(|_| MalformedReport::Other)?;
            match register.schema {
                SCHEMA => Ok(register),
                schema => Err(MalformedReport::Schema { schema }),
            }
        }
        Err(other) => Err(other),
    }
}

fn of_report(document: Document, name: &str, wanted: Wanted) -> Register {
    let repository = document.repository.as_deref().unwrap_or(name);
    let mut register = Register::new(String::new());
    let known = document
        .accepted
        .into_iter()
        .filter(|entry| wanted.accepted == Accepted::All || is_known_leak(entry));
    let left_out = document
        .summary
        .and_then(|summary| summary.narrowed)
        .map_or(0, |narrowed| narrowed.left_out);
    for entry in document.findings.into_iter().chain(known) {
        if entry.confidence >= wanted.min_confidence {
            register.credentials.push(credential(entry, repository));
        }
    }
    register.warnings = document
        .warnings
        .iter()
        .map(|warning| format!("{repository}: {warning}"))
        .collect();
    if left_out > 0 {
        register.warnings.push(format!(
            "the report of {repository} was narrowed: {left_out} more secret(s) stand there"
        ));
    }
    register.skipped = document
        .skipped
        .into_iter()
        .map(|skip| Unread {
            path: format!("{repository}: {}", skip.path),
            ..skip
        })
        .collect();
    register
}

fn is_known_leak(entry: &Entry) -> bool {
    matches!(entry.by, Some(AcceptedBy::Baseline))
}

fn credential(mut entry: Entry, repository: &str) -> Credential {
    let accepted = entry.by.is_some() && !is_known_leak(&entry);
    let parts = std::mem::take(&mut entry.parts);
    let mut credential = Credential {
        description: std::mem::take(&mut entry.description),
        provider: std::mem::take(&mut entry.provider),
        rules: vec![entry.rule.clone()],
        secret: std::mem::take(&mut entry.secret),
        secret_sha256: entry.secret_sha256.take(),
        parts: Vec::new(),
        status: Default::default(),
        access: Default::default(),
        signals: Vec::new(),
        stands: Default::default(),
        responsible: Default::default(),
        first_seen: None,
        last_seen: None,
        revoke: Revocation::default(),
        accepted,
        verification: entry.verification.take(),
        repositories: vec![holding(entry, repository)],
    };
    for part in parts {
        credential.parts.push(PartOf {
            rule: part.rule.clone(),
            secret: part.secret.clone(),
            secret_sha256: part.secret_sha256.clone(),
        });
        credential.repositories.push(holding(part, repository));
    }
    credential
}

fn holding(entry: Entry, repository: &str) -> Holding {
    let repository = repository.to_owned();
    match entry.provenance {
        Some(provenance) => Holding {
            repository,
            in_head: provenance.in_head,
            refs: provenance.refs.unwrap_or_default(),
            first: provenance.first,
            last: provenance.last,
            commits: provenance.commits,
            places: provenance.places,
        },
        None => {
            let place = Place {
                first: entry.origin.commit(),
                ..entry.place()
            };
            Holding {
                repository,
                in_head: None,
                refs: Vec::new(),
                first: place.first.clone(),
                last: None,
                commits: None,
                places: vec![place],
            }
        }
    }
}
