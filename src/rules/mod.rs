//! What to look for.
//!
//! In: `src/rules/*.toml` (packed by `build/`) and the rules of a configuration. Out: a [`RuleSet`], whose rules are
//! unpacked and whose regexes compile when a keyword is first hit.
//!
//! ```text
//!  model, issuer      what a rule is, and how its issuer is asked
//!  catalog, preset    the built-in ones, packed; which of them a run uses
//!  shorthand          what the regexes of many have in common
//!  parts, run, shape  what can be asked before a regex, or without it
//!  verify             is one fit for use? implied (its keywords), example (its samples), doubts
//! ```

mod catalog;
pub mod doubts;
mod error;
pub mod example;
#[cfg(test)]
mod family;
mod implied;
pub mod issuer;
mod model;
mod parts;
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
    shape: OnceLock<Result<Shape, RuleError>>,
    side: OnceLock<Result<Option<Regex>, RuleError>>,
    matcher: OnceLock<Result<Matcher, RuleError>>,
}

/// A rule's compiled regex, and what must not stand around what it matches.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// Byte regex, Unicode off.
    pub regex: Regex,
    /// What must not stand directly before the secret.
    pub left: Boundary,
    /// What must not stand directly after it.
    pub right: Boundary,
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
                shape: OnceLock::new(),
                side: OnceLock::new(),
                matcher: OnceLock::new(),
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

    /// The length in bytes of the longest match.
    ///
    /// # Errors
    /// [`RuleError`] for a rule that [`RuleSet`] was given unchecked.
    pub fn max_len(&self) -> Result<usize, RuleError> {
        match self.member {
            Member::Builtin(index) => Ok(catalog::max_len(index)),
            Member::Own(_) => Ok(self.shape()?.max_len),
        }
    }

    /// What is known of the rule's matches; of a built-in rule without unpacking it.
    ///
    /// # Errors
    /// As [`Compiled::max_len`].
    pub fn shape(&self) -> Result<&Shape, RuleError> {
        let shape = self.shape.get_or_init(|| match self.member {
            Member::Builtin(index) => Ok(catalog::shape(index)),
            Member::Own(rule) => shape_of(rule),
        });
        shape.as_ref().map_err(Clone::clone)
    }

    /// Whether it is worth to search `window`, which reaches a byte beyond each match that it can hold, with
    /// [`Compiled::matcher`]: of a regex with a gap one side is looked for first, and mostly it never has to be compiled.
    ///
    /// # Errors
    /// As [`Compiled::max_len`].
    pub fn may_match(&self, window: &[u8]) -> Result<bool, RuleError> {
        let side = self.side.get_or_init(|| {
            let side = parts::with_secret(self.regex());
            side.map(|side| self.compiled(&side)).transpose()
        });
        let side = side.as_ref().map_err(Clone::clone)?;
        Ok(side.as_ref().is_none_or(|side| side.is_match(window)))
    }

    /// Compiles the regex on first use; a built-in rule is not unpacked for it.
    ///
    /// # Errors
    /// As [`Compiled::max_len`].
    pub fn matcher(&self) -> Result<&Matcher, RuleError> {
        let matcher = self.matcher.get_or_init(|| {
            let (left, right) = match self.member {
                Member::Builtin(index) => catalog::edges(index),
                Member::Own(rule) => (rule.left, rule.right),
            };
            Ok(Matcher {
                regex: self.compiled(self.regex())?,
                left,
                right,
            })
        });
        matcher.as_ref().map_err(Clone::clone)
    }

    fn regex(&self) -> &str {
        match self.member {
            Member::Builtin(index) => catalog::regex(index),
            Member::Own(rule) => &rule.regex,
        }
    }

    fn compiled(&self, regex: &str) -> Result<Regex, RuleError> {
        compile(regex).map_err(|source| RuleError::Regex {
            id: self.rule().id.clone().into_owned(),
            source,
        })
    }
}

fn compile(regex: &str) -> Result<Regex, Box<regex::Error>> {
    RegexBuilder::new(&shorthand::expand(regex))
        .unicode(false)
        .build()
        .map_err(Box::new)
}

fn shape_of(rule: &Rule) -> Result<Shape, RuleError> {
    Shape::of(&parse(rule)?).ok_or_else(|| RuleError::Unbounded {
        id: rule.id.clone().into_owned(),
    })
}

/// The regex's structure, read as [`Compiled::matcher`] reads it.
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
