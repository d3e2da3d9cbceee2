//! Arguments of what is accepted and what is looked for.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub(in crate::cli) struct AllowArguments {
    /// The fingerprint that the report prints
    #[arg(value_name = "FINGERPRINT")]
    pub(in crate::cli) fingerprint: String,
    /// Why it may stay; whoever reads the configuration will want to know
    #[arg(long)]
    pub(in crate::cli) reason: String,
    /// Last day on which it is accepted
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(in crate::cli) expires: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RulesCommand {
    /// One line a rule
    List,
    /// What a rule looks for, its source, and how to revoke what it finds
    Show {
        /// The rule
        id: String,
    },
    /// Turn what another scanner was told into entries and rules for `.hf-guard.toml`
    ///
    /// They are written to standard output; what could not be carried over is told on standard error, one line each.
    Import {
        /// The scanner that the file was written for
        #[arg(value_enum)]
        from: Scanner,
        /// Its configuration (gitleaks) or baseline (detect-secrets)
        file: PathBuf,
    },
    /// Check rules and allowlist of a configuration: regexes, examples, cost, duplicates, unused entries
    Check {
        /// The configuration; `.hf-guard.toml` of this repository by default
        file: Option<PathBuf>,
    },
}

/// Another scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Scanner {
    /// A `.gitleaks.toml`
    Gitleaks,
    /// A `.secrets.baseline`, with the files that it speaks of
    DetectSecrets,
}
