//! Where texts come from. Each source reads every text that it is asked for, hands it to the [`crate::scan`] stage and
//! counts it; what it could not read is an error or a skip, never nothing.

pub mod staged;

use crate::finding::Finding;
use crate::outcome::{Skip, Summary};

/// What a source found, before the allowlist.
#[derive(Debug, Default)]
pub struct Scanned {
    /// Every finding.
    pub findings: Vec<Finding>,
    /// What was not read.
    pub skipped: Vec<Skip>,
    /// What was.
    pub summary: Summary,
}

/// Why a source gave up.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The repository could not be read.
    #[error(transparent)]
    Git(#[from] crate::git::GitError),
    /// A rule is unusable.
    #[error(transparent)]
    Rule(#[from] crate::rules::RuleError),
}
