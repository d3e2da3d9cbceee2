//! `.hf-guard.toml`: what a team accepts, and the rules it adds.
//!
//! In: bytes of a blob or a file. Out: a [`Config`], or the line and column of the first mistake.
//!
//! ```toml
//! # Which built-in rules there are: "default", "strict" or "hf". Stands above the first table.
//! preset = "default"
//!
//! # Built-in rules that are off. Stands above the first table.
//! disable = ["huggingface-legacy-token"]
//!
//! # What may stay. Every criterion of an entry must hold.
//! [[allow]]
//! fingerprint = "0123456789abcdef0123456789abcdef"  # as the report prints it: one secret in one file
//! reason = "revoked on 2026-01-02"                  # required
//! expires = "2026-12-31"                            # last day on which it accepts
//!
//! [[allow]]
//! rule = "huggingface-user-token"                   # findings of one rule
//! path = "tests/fixtures/"                          # under a path, read as in .gitignore
//! reason = "made up for the parser's tests"
//!
//! [[allow]]
//! secret_sha256 = "…"                               # one secret wherever it stands
//! regex = "^hf_example"                             # matched in the secret, not in its line
//! reason = "documentation"
//!
//! # A built-in rule, changed. Lists grow, everything else is replaced.
//! [[extend]]
//! id = "huggingface-user-token"
//! keywords = ["…"]                  # also public_sha256, examples, counter_examples
//! min_entropy = 3.8                 # also regex, left, right, placeholders, confidence, description, revoke
//!
//! # A rule of one's own, with the fields of a built-in one.
//! [[rules]]
//! id = "acme-api-key"
//! …
//! ```

mod append;
mod custom;
mod document;
mod entry;
mod error;
mod load;
mod nearest;
mod pattern;
mod redact;
mod weakening;

pub use append::{Appended, NewEntry, append, written};
pub use entry::{Criteria, Entry};
pub use error::{ConfigError, Unfit};
pub use load::{FILE_NAME, bytes_of, from_blob, from_commit, from_file, from_folder, from_index};
pub use nearest::nearest;
pub use pattern::{PathPattern, SecretPattern};
pub use weakening::weaker_rules;

use crate::rules::{Preset, RuleSet};
use crate::text::position;
use document::Document;
use error::Mistake;

/// A checked configuration; the default one accepts nothing and changes no rule.
#[derive(Clone, Debug, Default)]
pub struct Config {
    name: String,
    entries: Vec<Entry>,
    changes: custom::Changes,
    preset: Option<Preset>,
    news: Vec<String>,
}

impl Config {
    /// Reads a configuration; `name` is what its file is called in messages, safe for a terminal.
    ///
    /// # Errors
    /// [`ConfigError`] where `bytes` are not UTF-8, more than 64 KB, or not a valid configuration.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, ConfigError> {
        let unfit = |problem| ConfigError::Unfit {
            name: name.to_owned(),
            problem,
        };
        if load::is_too_large(bytes) {
            return Err(unfit(Unfit::TooLarge));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| unfit(Unfit::NotUtf8))?;
        Self::checked(name, text).map_err(|mistake| ConfigError::Invalid {
            name: name.to_owned(),
            at: position::Lines::of(bytes).position(mistake.offset),
            message: mistake.message,
        })
    }

    fn checked(name: &str, text: &str) -> Result<Self, Mistake> {
        let document = Document::parse(text)?;
        let changes = custom::apply(&document.disable, &document.extend, document.rules)?;
        let entries = document
            .allow
            .iter()
            .map(|table| {
                let line = position::Lines::of(text.as_bytes())
                    .position(table.span().start)
                    .line;
                Entry::new(table, line, |id| custom::known(id, &changes.added))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            name: name.to_owned(),
            entries,
            changes,
            preset: document.preset.map(|preset| preset.into_inner()),
            news: Vec::new(),
        })
    }

    /// What its file is called, safe for a terminal; empty for the default.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The allowlist, in file order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What it newly accepts, one line each, where it is part of the commit that is scanned.
    #[must_use]
    pub fn news(&self) -> &[String] {
        &self.news
    }

    /// The same, with nothing to say of what it changes: another hook of the same commit has said it.
    #[must_use]
    pub fn without_news(mut self) -> Self {
        self.news.clear();
        self
    }

    /// The preset that it names, or `default`.
    #[must_use]
    pub fn preset(&self) -> Preset {
        self.preset.unwrap_or_default()
    }

    /// The rules of the run: those of `preset`, or else of its own preset, and the custom ones.
    #[must_use]
    pub fn rule_set(&self, preset: Option<Preset>) -> RuleSet {
        let preset = preset.unwrap_or(self.preset());
        match &self.changes.rules {
            Some(rules) => RuleSet::new(rules.iter().copied().filter(|member| {
                let rule = member.rule();
                preset.has(rule) || self.changes.added.iter().any(|id| *id == rule.id)
            })),
            None => RuleSet::of(preset),
        }
    }

    /// Whether there is a rule `id`, built in or custom, disabled or not.
    #[must_use]
    pub fn knows_rule(&self, id: &str) -> bool {
        custom::known(id, &self.changes.added).is_ok()
    }
}
