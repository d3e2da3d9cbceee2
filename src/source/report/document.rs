//! A JSON report as it is read back.
//!
//! In: a document of schema 1, of this version or a later one: what is not known here is passed over. Out: its fields, with
//! what is optional left open. What nobody needs again (excerpts, notes, evidence) is not taken in.

use serde::{Deserialize, Serialize};

use crate::finding::{AcceptedBy, Part, Reach};
use crate::rules::Confidence;
use crate::verification::Verification;

/// The version that is understood.
pub const SCHEMA: u32 = 1;

/// Why a file is no report.
#[derive(Debug, thiserror::Error)]
pub enum MalformedReport {
    /// It is something else.
    #[error(
        "this is no JSON report of hf-guard; make one with `hf-guard scan --format json --output FILE`"
    )]
    Other,
    /// It comes from a later version.
    #[error("this report has schema {schema}, and only {SCHEMA} is known here; update hf-guard")]
    Schema {
        /// Its version.
        schema: u32,
    },
}

/// A whole report.
#[derive(Debug, Deserialize)]
pub struct Document {
    /// Its version.
    pub schema: u32,
    /// Which repository it is about, where it says so.
    pub repository: Option<String>,
    /// What counts.
    pub findings: Vec<Entry>,
    /// What something accepts.
    #[serde(default)]
    pub accepted: Vec<Entry>,
    /// What was not read.
    #[serde(default)]
    pub skipped: Vec<Unread>,
    /// Lines for a person.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Counts, of which only what was left out is of interest.
    pub summary: Option<Summary>,
}

/// What is read of the field `summary`.
#[derive(Debug, Deserialize)]
pub struct Summary {
    /// How a history was narrowed.
    pub narrowed: Option<Narrowed>,
}

/// What is read of the field `narrowed`.
#[derive(Debug, Deserialize)]
pub struct Narrowed {
    /// How many secrets lie outside of what was asked for.
    pub left_out: usize,
}

/// A text that was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unread {
    /// Where it stands.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// One finding.
#[derive(Debug, Deserialize)]
pub struct Entry {
    /// Rule, path and secret in one name.
    pub fingerprint: String,
    /// The rule's id.
    pub rule: String,
    /// What the rule finds, in words.
    #[serde(default)]
    pub description: String,
    /// Who issues it.
    #[serde(default)]
    pub provider: String,
    /// After checks.
    #[serde(default = "high")]
    pub confidence: Confidence,
    /// As [`crate::text::path::encode`] writes it.
    pub path: String,
    /// Which text of the file.
    pub part: Part,
    /// 1-based line.
    #[serde(default)]
    pub line: usize,
    /// 1-based column.
    #[serde(default)]
    pub column: usize,
    /// 1-based line of the end.
    #[serde(default)]
    pub end_line: usize,
    /// 1-based column one past the last character.
    #[serde(default)]
    pub end_column: usize,
    /// How the text came to be scanned.
    pub origin: Written,
    /// The mask.
    #[serde(default)]
    pub secret: String,
    /// The hash, unless the secret could be guessed.
    pub secret_sha256: Option<String>,
    /// The other parts of one credential.
    #[serde(default)]
    pub parts: Vec<Entry>,
    /// All places in a history.
    pub provenance: Option<Provenance>,
    /// What its issuer said.
    pub verification: Option<Verification>,
    /// What accepts it.
    pub by: Option<AcceptedBy>,
}

impl Entry {
    /// Where it stands, for one whose history nobody asked for.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            path: self.path.clone(),
            part: self.part,
            line: self.line,
            column: self.column,
            end_line: self.end_line,
            end_column: self.end_column,
            origin: self.origin.clone(),
            first: None,
            last: None,
            commits: None,
            reflog_commits: None,
            in_head: None,
            reach: Reach::Unknown,
            fingerprint: self.fingerprint.clone(),
            by: self.by.clone(),
            owners: Vec::new(),
        }
    }
}

/// A report that does not say counts in full.
fn high() -> Confidence {
    Confidence::High
}

/// An origin as it is written: the fields of every kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Written {
    /// Which kind.
    pub kind: String,
    /// A commit's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// `Name <e-mail>` of its author, encoded as a path is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The day of the author's date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// A tag object's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// An object's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
}

impl Written {
    /// The commit that it names.
    #[must_use]
    pub fn commit(&self) -> Option<Commit> {
        Some(Commit {
            commit: self.commit.clone()?,
            author: self.author.clone()?,
            date: self.date.clone()?,
        })
    }
}

/// The field `provenance`.
#[derive(Clone, Debug, Deserialize)]
pub struct Provenance {
    /// The first commit that has the secret, where one has it; so with the next three.
    pub first: Option<Commit>,
    /// The last.
    pub last: Option<Commit>,
    /// How many.
    pub commits: Option<usize>,
    /// How many more that reflogs alone lead to.
    pub reflog_commits: Option<usize>,
    /// How many blobs hold it.
    #[serde(default)]
    pub blobs: usize,
    /// Whether HEAD has it, where that was asked.
    pub in_head: Option<bool>,
    /// The refs that have it, where that was asked.
    pub refs: Option<Vec<String>>,
    /// Where it stands.
    pub places: Vec<Place>,
}

/// One commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Its name.
    pub commit: String,
    /// `Name <e-mail>` of its author, encoded as a path is.
    pub author: String,
    /// The day of the author's date.
    pub date: String,
}

/// One place of a secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    /// As [`crate::text::path::encode`] writes it.
    pub path: String,
    /// Which text of the file.
    pub part: Part,
    /// 1-based line.
    pub line: usize,
    /// 1-based column.
    pub column: usize,
    /// 1-based line of the end.
    pub end_line: usize,
    /// 1-based column one past the last character.
    pub end_column: usize,
    /// How the text came to be scanned.
    pub origin: Written,
    /// The first commit that has it there, where one has it; so with the next three.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Commit>,
    /// The last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Commit>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commits: Option<usize>,
    /// How many more that reflogs alone lead to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reflog_commits: Option<usize>,
    /// Whether HEAD has it there, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_head: Option<bool>,
    /// What leads there.
    pub reach: Reach,
    /// Rule, path and secret in one name.
    pub fingerprint: String,
    /// What accepts it there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<AcceptedBy>,
    /// Whom CODEOWNERS names for the path: in a register only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
}

impl Place {
    /// Whether it is a file, or the name of one: something that has an owner by its path.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self.part, Part::Content | Part::Path | Part::SymlinkTarget)
            && !matches!(&*self.origin.kind, "stdin" | "object" | "unreachable")
    }
}

impl Document {
    /// Reads a report.
    ///
    /// # Errors
    /// [`MalformedReport`] where `bytes` are none.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedReport> {
        let document: Self = serde_json::from_slice(bytes).map_err(|_| MalformedReport::Other)?;
        match document.schema {
            SCHEMA => Ok(document),
            schema => Err(MalformedReport::Schema { schema }),
        }
    }
}
