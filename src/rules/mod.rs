//! What to look for.
//!
//! In: `src/rules/*.toml` (as constants that `build.rs` made) and the rules of a configuration. Out: a [`RuleSet`],
//! whose regexes compile when a keyword is first hit.

mod error;
pub mod example;
mod implied;
mod model;
pub mod verify;

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::Hir;

pub use error::RuleError;
pub use model::{Boundary, Check, Confidence, Placeholders, Rule, Text};

use std::borrow::Cow;

include!(concat!(env!("OUT_DIR"), "/catalog.rs"));

/// The rules of one run, each with its regex once that is needed.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Compiled>,
}

/// A rule and what is computed from it on first use.
#[derive(Debug)]
pub struct Compiled {
    /// The rule.
    pub rule: &'static Rule,
    regex: OnceLock<Result<Matcher, RuleError>>,
}

/// A rule's compiled regex and how far a match can reach.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// Byte regex, Unicode off.
    pub regex: Regex,
    /// No match is longer than this many bytes.
    pub max_len: usize,
}

impl RuleSet {
    /// Every built-in rule.
    #[must_use]
    pub fn builtin() -> Self {
        Self::new(BUILTIN.iter())
    }

    /// A set of just these rules.
    pub fn new(rules: impl IntoIterator<Item = &'static Rule>) -> Self {
        let rules = rules
            .into_iter()
            .map(|rule| Compiled {
                rule,
                regex: OnceLock::new(),
            })
            .collect();
        Self { rules }
    }

    /// The rules, in the order that a prefilter's hits count them.
    #[must_use]
    pub fn as_slice(&self) -> &[Compiled] {
        &self.rules
    }
}

impl Compiled {
    /// Compiles the regex on first use.
    ///
    /// # Errors
    /// [`RuleError`] for a rule that [`RuleSet`] was given unchecked.
    pub fn matcher(&self) -> Result<&Matcher, RuleError> {
        self.regex
            .get_or_init(|| compile(self.rule))
            .as_ref()
            .map_err(Clone::clone)
    }
}

fn compile(rule: &Rule) -> Result<Matcher, RuleError> {
    let id = || rule.id.clone().into_owned();
    let regex = RegexBuilder::new(&rule.regex)
        .unicode(false)
        .build()
        .map_err(|source| RuleError::Regex {
            id: id(),
            source: Box::new(source),
        })?;
    let max_len = parse(rule)?
        .properties()
        .maximum_len()
        .ok_or_else(|| RuleError::Unbounded { id: id() })?;
    Ok(Matcher { regex, max_len })
}

/// The regex's structure, read as [`compile`] reads it.
fn parse(rule: &Rule) -> Result<Hir, RuleError> {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(&rule.regex)
        .map_err(|error| RuleError::Regex {
            id: rule.id.clone().into_owned(),
            source: Box::new(regex::Error::Syntax(error.to_string())),
        })
}
