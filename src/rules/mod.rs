//! What to look for.
//!
//! In: `src/rules/*.toml` (packed by `build/`) and the rules of a configuration. Out: a [`RuleSet`], whose rules are
//! unpacked and whose regexes compile when a keyword is first hit.

mod catalog;
pub mod doubts;
mod error;
pub mod example;
mod implied;
pub mod issuer;
mod model;
mod preset;
mod run;
mod shape;
mod shorthand;
pub mod verify;

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::Hir;

pub use catalog::{BUILTIN, Catalog, STRICT};
pub use error::RuleError;
pub use model::{Boundary, Check, Confidence, Placeholders, Rule, Text};
pub use preset::{Preset, catalogue};
pub use shape::Shape;
pub use shorthand::expand as written_out;

use run::Runs;

/// The rules of one run, each with its regex once that is needed.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Compiled>,
}

/// One rule of a set, built in or not.
#[derive(Clone, Copy, Debug)]
pub enum Member {
    /// The rule of this index in [`catalogue`], unpacked when it is asked for.
    Builtin(usize),
    /// A rule of a configuration.
    Own(&'static Rule),
}

impl Member {
    /// The rule itself.
    #[must_use]
    pub fn rule(self) -> &'static Rule {
        match self {
            Self::Builtin(index) => catalog::rule(index),
            Self::Own(rule) => rule,
        }
    }
}

impl From<&'static Rule> for Member {
    fn from(rule: &'static Rule) -> Self {
        Self::Own(rule)
    }
}

/// A rule and what is computed from it on first use.
#[derive(Debug)]
pub struct Compiled {
    /// Which rule it is.
    pub member: Member,
    regex: OnceLock<Result<Matcher, RuleError>>,
}

/// A rule's compiled regex and how far a match can reach.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// Byte regex, Unicode off.
    pub regex: Regex,
    /// How far a match can reach, and what it holds.
    pub shape: Shape,
    runs: Runs,
}

impl Matcher {
    /// Whether the regex is worth asking whether it matches somewhere in `text`.
    #[must_use]
    pub fn may_match(&self, text: &[u8]) -> bool {
        self.runs.may_match(text)
    }
}

impl RuleSet {
    /// The built-in rules of the preset `default`.
    #[must_use]
    pub fn builtin() -> Self {
        Self::of(Preset::Default)
    }

    /// The built-in rules of `preset`.
    #[must_use]
    pub fn of(preset: Preset) -> Self {
        Self::new(preset.range().map(Member::Builtin))
    }

    /// A set of just these rules.
    pub fn new(rules: impl IntoIterator<Item = impl Into<Member>>) -> Self {
        let rules = rules
            .into_iter()
            .map(|rule| Compiled {
                member: rule.into(),
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
    /// The rule.
    #[must_use]
    pub fn rule(&self) -> &'static Rule {
        self.member.rule()
    }

    /// What is known of the rule's matches; of a built-in rule without unpacking it.
    ///
    /// # Errors
    /// [`RuleError`] for a rule that [`RuleSet`] was given unchecked.
    pub fn shape(&self) -> Result<Shape, RuleError> {
        match self.member {
            Member::Builtin(index) => Ok(catalog::SHAPES[index]),
            Member::Own(_) => Ok(self.matcher()?.shape),
        }
    }

    /// Compiles the regex on first use.
    ///
    /// # Errors
    /// [`RuleError`] for a rule that [`RuleSet`] was given unchecked.
    pub fn matcher(&self) -> Result<&Matcher, RuleError> {
        self.regex
            .get_or_init(|| compile(self.rule()))
            .as_ref()
            .map_err(Clone::clone)
    }
}

fn compile(rule: &Rule) -> Result<Matcher, RuleError> {
    let id = || rule.id.clone().into_owned();
    let regex = RegexBuilder::new(&shorthand::expand(&rule.regex))
        .unicode(false)
        .build()
        .map_err(|source| RuleError::Regex {
            id: id(),
            source: Box::new(source),
        })?;
    let hir = parse(rule)?;
    let shape = Shape::of(&hir).ok_or_else(|| RuleError::Unbounded { id: id() })?;
    Ok(Matcher {
        regex,
        shape,
        runs: Runs::of(&hir),
    })
}

/// The regex's structure, read as [`compile`] reads it.
fn parse(rule: &Rule) -> Result<Hir, RuleError> {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(&shorthand::expand(&rule.regex))
        .map_err(|error| RuleError::Regex {
            id: rule.id.clone().into_owned(),
            source: Box::new(regex::Error::Syntax(error.to_string())),
        })
}
