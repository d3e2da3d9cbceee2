//! What a report says of a secret: all that a plan is made of.
//!
//! In: a JSON report of hf-guard. Out: its findings and accepted findings, each part of a credential as one of its own.

use serde::{Deserialize, Serialize};

use crate::finding::Part;
use crate::source::report::MalformedReport;
use crate::verification::Verification;

/// The version that is understood.
const SCHEMA: u32 = 1;

#[derive(Deserialize)]
struct Document {
    schema: u32,
    findings: Vec<Record>,
    #[serde(default)]
    accepted: Vec<Record>,
}

/// One finding of a report. Its texts come from a repository or an issuer: whoever prints them escapes them.
#[derive(Clone, Debug, Deserialize)]
pub struct Record {
    /// Its fingerprint.
    pub fingerprint: String,
    /// The id of its rule.
    pub rule: String,
    /// What it is: "Hugging Face user access token".
    pub description: String,
    /// Who issues it.
    pub provider: String,
    /// The mask.
    pub secret: String,
    /// The hash, where the secret cannot be guessed.
    pub secret_sha256: Option<String>,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// All of its places, of a scan of a whole history.
    pub provenance: Option<Provenance>,
    /// What its issuer says.
    pub verification: Option<Verification>,
    #[serde(default)]
    parts: Vec<Record>,
}

/// The history of a secret.
#[derive(Clone, Debug, Deserialize)]
pub struct Provenance {
    /// The commits that have it.
    #[serde(flatten)]
    pub stay: Stay,
    /// Whether the commit of HEAD has it; `None` where nobody asked.
    pub in_head: Option<bool>,
    /// The refs whose tip still has it.
    #[serde(default)]
    pub refs: Vec<String>,
    /// Each place.
    pub places: Vec<Place>,
}

/// The commits that have a secret, or have it at one place.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Stay {
    /// The first.
    pub first: Option<Commit>,
    /// The last that still does.
    pub last: Option<Commit>,
    /// How many do.
    #[serde(default)]
    pub commits: usize,
}

/// A commit as reports write it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Commit {
    /// Its name in hex.
    pub commit: String,
    /// `Name <e-mail>`.
    pub author: String,
    /// `YYYY-MM-DD`.
    pub date: String,
}

/// One place.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Place {
    /// The path, as [`crate::text::path::encode`] writes it.
    pub path: String,
    /// Which text.
    pub part: Part,
    /// 1-based line.
    pub line: usize,
    /// 1-based column.
    pub column: usize,
    /// How it came to be read.
    pub origin: Origin,
    /// The fingerprint there, of a place of a history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The commits that have it there, of a place of a history.
    #[serde(flatten)]
    pub stay: Stay,
    /// Whether the commit of HEAD has it there.
    pub in_head: Option<bool>,
    /// What leads there: `refs`, `reflogs`, `index`, `nothing`, `unknown`.
    #[serde(default)]
    pub reach: String,
}

/// How a text came to be read.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Origin {
    /// `staged`, `worktree`, `commit`, …
    pub kind: String,
    /// The commit, where it is one.
    pub commit: Option<String>,
    /// Its author.
    pub author: Option<String>,
    /// Its date.
    pub date: Option<String>,
}

impl Origin {
    /// The commit that it names.
    #[must_use]
    pub fn as_commit(&self) -> Option<Commit> {
        Some(Commit {
            commit: self.commit.clone()?,
            author: self.author.clone()?,
            date: self.date.clone()?,
        })
    }
}

/// Reads a report.
///
/// # Errors
/// [`MalformedReport`] where `bytes` are none.
pub fn parse(bytes: &[u8]) -> Result<Vec<Record>, MalformedReport> {
    let document: Document = serde_json::from_slice(bytes).map_err(|_| MalformedReport::Other)?;
    if document.schema != SCHEMA {
        return Err(MalformedReport::Schema {
            schema: document.schema,
        });
    }
    let mut records = Vec::new();
    let mut rest = document.findings;
    rest.extend(document.accepted);
    rest.reverse();
    while let Some(mut record) = rest.pop() {
        rest.append(&mut record.parts);
        records.push(record);
    }
    Ok(records)
}

impl Record {
    /// Whether one of its places has this fingerprint.
    #[must_use]
    pub fn answers_to(&self, fingerprint: &str) -> bool {
        self.fingerprint == fingerprint
            || self
                .places()
                .iter()
                .any(|place| place.fingerprint.as_deref() == Some(fingerprint))
    }

    /// Whether `other` tells of the same secret.
    #[must_use]
    pub fn is_same_secret(&self, other: &Self) -> bool {
        match (&self.secret_sha256, &other.secret_sha256) {
            (Some(one), Some(other)) => one == other,
            _ => other
                .fingerprints()
                .any(|fingerprint| self.answers_to(fingerprint)),
        }
    }

    fn fingerprints(&self) -> impl Iterator<Item = &str> {
        let places = self.places().iter();
        std::iter::once(&*self.fingerprint)
            .chain(places.filter_map(|place| place.fingerprint.as_deref()))
    }

    /// Its places, of a whole history; else none but [`Record::place`] is known.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        self.provenance
            .as_ref()
            .map_or(&[], |provenance| &provenance.places)
    }
}
