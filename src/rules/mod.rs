//! What to look for.
//!
//! In: `src/rules/*.toml` (as constants that `build.rs` made) and the rules of a configuration. Out: a [`RuleSet`],
//! whose regexes compile when a keyword is first hit.

mod model;

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

pub use model::{Boundary, Check, Confidence, Rule, Text};

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

/// Why a rule cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RuleError {
    /// The regex does not compile.
    #[error("rule `{id}`: its regex does not compile; correct it")]
    Regex {
        /// The rule.
        id: String,
        /// What the regex crate says.
        #[source]
        source: Box<regex::Error>,
    },
    /// The regex can match without end.
    #[error(
        "rule `{id}`: a match of its regex has no longest length; bound every `*` and `+`, as in {{1,200}}"
    )]
    Unbounded {
        /// The rule.
        id: String,
    },
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
    let max_len = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(&rule.regex)
        .ok()
        .and_then(|hir| hir.properties().maximum_len())
        .ok_or_else(|| RuleError::Unbounded { id: id() })?;
    Ok(Matcher { regex, max_len })
}
