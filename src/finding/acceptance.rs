//! What accepts a finding.

use serde::{Deserialize, Serialize};

/// What accepts a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AcceptedBy {
    /// An `[[allow]]` entry of the configuration.
    Entry {
        /// 1-based line of the entry in the configuration.
        line: usize,
        /// The reason it states.
        reason: String,
    },
    /// An inline comment, as it is written.
    Comment {
        /// `hf-guard: allow`, `gitleaks:allow`…
        marker: String,
    },
    /// A credential that its issuer publishes for tests.
    PublicTestCredential,
    /// The baseline: it was known before.
    Baseline,
    /// A push option that the server's administrator allows.
    BreakGlass {
        /// The reason that came with it.
        reason: String,
    },
}
