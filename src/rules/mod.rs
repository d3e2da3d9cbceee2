//! What to look for.
//!
//! In: `src/rules/*.toml` (as constants that `build.rs` made) and the rules of a configuration. Out: a [`RuleSet`],
//! whose regexes compile when a keyword is first hit.

pub mod example;
mod implied;
mod model;
pub mod verify;

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::Hir;

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
    /// A match can be longer than history scanning allows for.
    #[error(
        "rule `{id}`: a match can be {max_len} bytes, longer than {}; match only the secret's head",
        verify::MAX_MATCH_BYTES
    )]
    TooLong {
        /// The rule.
        id: String,
        /// Longest match in bytes.
        max_len: usize,
    },
    /// The id is no name.
    #[error("rule `{id}`: an `id` is in kebab case: lower-case letters, digits and `-`")]
    Id {
        /// The rule.
        id: String,
    },
    /// A text that a person needs is missing.
    #[error("rule `{id}`: `{name}` is empty; fill it in")]
    EmptyField {
        /// The rule.
        id: String,
        /// The field.
        name: &'static str,
    },
    /// Nothing shows that the rule works.
    #[error("rule `{id}`: has no `examples`; add a template such as \"KEY={{{{A32}}}}\"")]
    NoExample {
        /// The rule.
        id: String,
    },
    /// A hash that is none.
    #[error("rule `{id}`: `public_sha256` takes 64 lower-case hex digits each")]
    PublicSha256 {
        /// The rule.
        id: String,
    },
    /// The regex matches the empty text or plain prose.
    #[error("rule `{id}`: its regex matches ordinary text; make it more exact")]
    MatchesEverything {
        /// The rule.
        id: String,
    },
    /// A named group without a meaning.
    #[error(
        "rule `{id}`: the group `{name}` means nothing; the one that has a meaning is `secret`"
    )]
    UnknownGroup {
        /// The rule.
        id: String,
        /// The group.
        name: String,
    },
    /// A match without a secret.
    #[error(
        "rule `{id}`: in some matches the group `secret` takes no part or is empty; let it take part in all"
    )]
    OptionalSecret {
        /// The rule.
        id: String,
    },
    /// Nothing for the prefilter.
    #[error("rule `{id}`: `keywords` is empty; add a literal that every match contains")]
    NoKeyword {
        /// The rule.
        id: String,
    },
    /// The prefilter would hide matches.
    #[error(
        "rule `{id}`: its regex can match text without any of its keywords; add the missing ones"
    )]
    KeywordNotImplied {
        /// The rule.
        id: String,
    },
    /// Two rules of one name.
    #[error("rule `{id}`: the id is taken; choose another, or `extend` that rule")]
    Duplicate {
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
