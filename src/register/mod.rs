//! The register of non-human identities: one entry a credential, over many repositories and machines.
//!
//! ```text
//!  JSON reports, registers ──► reading ──► merge ──► conclude ──► a register
//!  CODEOWNERS of a repository ──► codeowners ─┘
//! ```
//!
//! A repository that is scanned here comes in as its own report too: there is one way in, so that a register of reports from
//! other machines equals one that is made on the spot. No secret ever gets here, only masks and hashes.

pub mod codeowners;
mod conclude;
pub mod credential;
mod merge;
pub mod reading;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::outcome::Exit;
use crate::source::Progress;
use crate::source::report::document::{SCHEMA, Unread};
use crate::text::path;
use codeowners::Codeowners;
pub use credential::Credential;

/// All credentials that are known.
#[derive(Debug, Serialize, Deserialize)]
pub struct Register {
    /// Version of the document.
    pub schema: u32,
    /// When it was made, UTC: `2026-01-02T03:04:05Z`.
    pub made_at: String,
    /// How many credentials give each signal.
    #[serde(skip_deserializing)]
    pub signals: Signals,
    /// One a credential, what is most urgent first.
    pub credentials: Vec<Credential>,
    /// What was not read, here or on another machine.
    pub skipped: Vec<Unread>,
    /// Lines for a person.
    pub warnings: Vec<String>,
    /// How much of what.
    #[serde(skip_deserializing)]
    pub summary: Summary,
}

/// How many credentials ask for something to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Signals {
    /// Neither its issuer nor CODEOWNERS names an owner.
    pub no_owner: usize,
    /// It can change something.
    pub can_write: usize,
    /// It stands in a repository, and its issuer accepts it.
    pub live: usize,
}

/// How much a register holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Credentials.
    pub credentials: usize,
    /// Repositories that hold one.
    pub repositories: usize,
    /// Places at which one stands.
    pub places: usize,
}

impl Register {
    /// An empty one of this moment.
    #[must_use]
    pub fn new(made_at: String) -> Self {
        Self {
            schema: SCHEMA,
            made_at,
            signals: Signals::default(),
            credentials: Vec::new(),
            skipped: Vec::new(),
            warnings: Vec::new(),
            summary: Summary::default(),
        }
    }

    /// Takes over what `other` holds.
    pub fn append(&mut self, mut other: Self) {
        self.credentials.append(&mut other.credentials);
        self.skipped.append(&mut other.skipped);
        self.warnings.append(&mut other.warnings);
    }

    /// Says at each place of `repository` whom `codeowners` names for it.
    pub fn name_owners(&mut self, repository: &str, codeowners: &Codeowners, progress: &Progress) {
        if codeowners.is_too_large {
            self.warnings.push(format!(
                "{repository}: CODEOWNERS is larger than 3 MB, and code hosts do not read it; neither is it read here"
            ));
        }
        let mut known: HashMap<String, Vec<String>> = HashMap::new();
        let holdings = self
            .credentials
            .iter_mut()
            .flat_map(|credential| &mut credential.repositories)
            .filter(|holding| holding.repository == repository);
        for place in holdings.flat_map(|holding| &mut holding.places) {
            let decoded = path::decode(&place.path).filter(|_| place.is_file());
            if let Some(path) = decoded {
                let owners = known.entry(place.path.clone()).or_insert_with(|| {
                    progress.advance();
                    codeowners.owners(&path)
                });
                place.owners.clone_from(owners);
            }
        }
    }

    /// A register with credentials is a finding, unless something was not read: then there may be more.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match (self.skipped.is_empty(), self.credentials.is_empty()) {
            (false, _) => Exit::Unfinished,
            (true, false) => Exit::Findings,
            (true, true) => Exit::Clean,
        }
    }
}
