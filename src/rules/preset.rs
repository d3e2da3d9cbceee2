//! Which of the built-in rules a run uses.
//!
//! In: a name, from the command line or the configuration. Out: whether a rule is of that preset. Custom rules are of
//! every preset.

use serde::Deserialize;

use std::ops::Range;

use super::catalog::HUGGING_FACE;
use super::{BUILTIN, Rule, STRICT};

/// A selection of the built-in rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// Credentials with a shape of their own, and values beside a provider's name.
    #[default]
    Default,
    /// Those, and whatever value is assigned to a password, secret, token or key.
    Strict,
    /// Those of Hugging Face only.
    Hf,
}

impl Preset {
    /// Its name as the command line and the configuration have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strict => "strict",
            Self::Hf => "hf",
        }
    }

    /// Whether `rule`, a built-in one or a changed copy of one, is used.
    #[must_use]
    pub fn has(self, rule: &Rule) -> bool {
        match self {
            Self::Strict => true,
            Self::Default => STRICT.iter().all(|strict| strict.id != rule.id),
            Self::Hf => rule.provider == "Hugging Face",
        }
    }

    /// The indexes in [`catalogue`] of its rules.
    #[must_use]
    pub(super) fn range(self) -> Range<usize> {
        match self {
            Self::Default => 0..BUILTIN.len(),
            Self::Strict => 0..BUILTIN.len() + STRICT.len(),
            Self::Hf => HUGGING_FACE,
        }
    }

    /// Whether everything that `other` finds is found with this one too.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        let rank = |preset| match preset {
            Self::Hf => 0,
            Self::Default => 1,
            Self::Strict => 2,
        };
        rank(self) >= rank(other)
    }
}

/// Every rule in the program, whatever the preset.
pub fn catalogue() -> impl Iterator<Item = &'static Rule> + Clone {
    BUILTIN.iter().chain(STRICT.iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_nested() {
        let of = |preset: Preset| -> Vec<&str> {
            let rules = catalogue().filter(|rule| preset.has(rule));
            rules.map(|rule| &*rule.id).collect()
        };
        let (hf, default, strict) = (of(Preset::Hf), of(Preset::Default), of(Preset::Strict));
        assert!(hf.contains(&"huggingface-user-token") && hf.len() < default.len());
        assert!(hf.iter().all(|id| default.contains(id)));
        assert!(default.iter().all(|id| strict.contains(id)));
        assert_eq!(default.len(), BUILTIN.len());
        assert_eq!(strict.len(), BUILTIN.len() + STRICT.len());
        assert!(strict.contains(&"generic-secret") && !default.contains(&"generic-secret"));
        for preset in [Preset::Hf, Preset::Default, Preset::Strict] {
            let by_index: Vec<&str> = catalogue()
                .enumerate()
                .filter(|(index, _)| preset.range().contains(index))
                .map(|(_, rule)| &*rule.id)
                .collect();
            assert_eq!(by_index, of(preset), "{preset:?}");
        }
        assert!(Preset::Strict.covers(Preset::Hf) && !Preset::Hf.covers(Preset::Default));
    }
}
