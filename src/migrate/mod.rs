//! What a team wrote for another scanner, in the words of `.hf-guard.toml`.
//!
//! In: the configuration or baseline of gitleaks or detect-secrets. Out: a [`Migration`]: entries and rules that mean the
//! same or less, and a line for each thing that could not be carried over. Whatever is accepted here was accepted there.

mod bounded;
pub mod detect_secrets;
pub mod gitleaks;
mod path;
mod sample;

use toml_edit::Value;

use crate::config::{Config, ConfigError};
use crate::rules::RuleError;
use crate::scan::Scanner;

/// The keys and values of a table.
pub type Table = Vec<(&'static str, Value)>;

/// What came of another scanner's file.
#[derive(Debug, Default)]
pub struct Migration {
    /// What may stay.
    pub entries: Vec<Accept>,
    /// Rules, each as its table's keys and values.
    pub rules: Vec<Table>,
    /// What could not be carried over, one line each; no secret in them.
    pub left_out: Vec<String>,
}

/// One `[[allow]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accept {
    /// A fingerprint.
    pub fingerprint: Option<String>,
    /// Findings of this rule only.
    pub rule: Option<String>,
    /// Under this path.
    pub path: Option<String>,
    /// Secrets in which this regex matches.
    pub regex: Option<String>,
    /// Why.
    pub reason: String,
}

/// A file that is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// Not TOML.
    #[error(
        "{name} is no TOML (line {line}); give the configuration of gitleaks, usually .gitleaks.toml"
    )]
    Toml {
        /// The file.
        name: String,
        /// 1-based.
        line: usize,
    },
    /// Not JSON.
    #[error(
        "{name} is no baseline of detect-secrets (line {line}); give the file that `detect-secrets scan` wrote"
    )]
    Json {
        /// The file.
        name: String,
        /// 1-based.
        line: usize,
    },
    /// A rule of the scan is unusable.
    #[error(transparent)]
    Rule(#[from] RuleError),
}

impl Migration {
    /// Drops entries whose regex is a secret, word for word: a configuration must hold none.
    ///
    /// # Errors
    /// [`RuleError`] where a rule that was hit is unusable.
    pub fn drop_secrets(&mut self, scanner: &Scanner) -> Result<(), RuleError> {
        let mut kept = Vec::new();
        for entry in self.entries.drain(..) {
            let text = entry.regex.as_deref().unwrap_or_default();
            if scanner.candidates(text.as_bytes())?.is_empty() {
                kept.push(entry);
            } else {
                self.left_out.push(
                    "allowlist: a regex that is a credential, word for word; accept its places by fingerprint"
                        .to_owned(),
                );
            }
        }
        self.entries = kept;
        Ok(())
    }

    /// The lines for `.hf-guard.toml`.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text: String = self.entries.iter().map(Accept::to_toml).collect();
        text.extend(self.rules.iter().map(|rule| table(rule)));
        text
    }
}

impl Accept {
    fn to_toml(&self) -> String {
        let fields = [
            ("fingerprint", self.fingerprint.as_ref()),
            ("rule", self.rule.as_ref()),
            ("path", self.path.as_ref()),
            ("regex", self.regex.as_ref()),
            ("reason", Some(&self.reason)),
        ];
        let fields = fields
            .iter()
            .filter_map(|(key, value)| Some((key, (*value)?)));
        let lines = fields.map(|(key, value)| format!("{key} = {}\n", Value::from(value)));
        format!("[[allow]]\n{}\n", lines.collect::<String>())
    }
}

fn table(rule: &[(&'static str, Value)]) -> String {
    let lines = rule.iter().map(|(key, value)| format!("{key} = {value}\n"));
    format!("[[rules]]\n{}\n", lines.collect::<String>())
}

/// Whether a configuration takes the entry, beside the rules that were carried over; else why not.
fn usable(entry: &Accept, rules: &[Table]) -> Result<(), String> {
    let rules: String = rules.iter().map(|rule| table(rule)).collect();
    let text = entry.to_toml() + &rules;
    match Config::parse("", text.as_bytes()) {
        Ok(_) => Ok(()),
        Err(ConfigError::Invalid { message, .. }) => Err(message),
        Err(other) => Err(other.to_string()),
    }
}
