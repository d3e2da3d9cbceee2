//! Is a rule fit for use? Asked of built-in rules by a test, and of custom ones when a configuration is read.
//!
//! In: a [`Rule`]. Out: the first thing that is wrong with it, in words that say what to do. The examples are proved
//! elsewhere, with the whole pipeline: [`crate::scan::proof`].

use regex_syntax::hir::{Hir, HirKind};

use super::implied;
use super::{Rule, RuleError, compile, parse, shape_of};

/// Longest match of any rule, in bytes: on either side of a keyword so much is searched.
pub const MAX_MATCH_BYTES: usize = 2_560;

/// Texts in which no rule finds anything; one that does finds something everywhere.
const CANARIES: &[&str] = &[
    "",
    " ",
    "\n",
    "a",
    "0",
    "The quick brown fox jumps over the lazy dog.",
    "import os\n\ndef main(path: str = \"data\") -> None:\n    tokens = tokenizer(text)[\"input_ids\"]\n",
];

/// Checks everything that can be said of one rule by itself.
///
/// # Errors
/// The first [`RuleError`].
pub fn rule(rule: &Rule) -> Result<(), RuleError> {
    let id = || rule.id.clone().into_owned();
    let id_is_good = !rule.id.is_empty()
        && rule
            .id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !id_is_good {
        return Err(RuleError::Id { id: id() });
    }
    for (name, value) in [
        ("provider", &rule.provider),
        ("description", &rule.description),
        ("source", &rule.source),
        ("revoke", &rule.revoke),
    ] {
        if value.trim().is_empty() {
            return Err(RuleError::EmptyField { id: id(), name });
        }
    }
    if rule.examples.is_empty() {
        return Err(RuleError::NoExample { id: id() });
    }
    if !(0.0..=8.0).contains(&rule.min_entropy) {
        return Err(RuleError::Entropy { id: id() });
    }
    for sha256 in rule.public_sha256.iter() {
        let is_hash = sha256.len() == 64
            && sha256
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if !is_hash {
            return Err(RuleError::PublicSha256 { id: id() });
        }
    }
    let regex = compile(&rule.regex).map_err(|source| RuleError::Regex { id: id(), source })?;
    let max_len = shape_of(rule)?.max_len;
    if max_len > MAX_MATCH_BYTES {
        return Err(RuleError::TooLong { id: id(), max_len });
    }
    if CANARIES.iter().any(|text| regex.is_match(text.as_bytes())) {
        return Err(RuleError::MatchesEverything { id: id() });
    }
    let hir = parse(rule)?;
    captures(rule, &hir)?;
    keywords(rule, &hir)
}

fn keywords(rule: &Rule, hir: &Hir) -> Result<(), RuleError> {
    if rule.keywords.is_empty() || rule.keywords.iter().any(|keyword| keyword.is_empty()) {
        return Err(RuleError::NoKeyword {
            id: rule.id.clone().into_owned(),
        });
    }
    if !implied::by(hir, &rule.keywords) {
        return Err(RuleError::KeywordNotImplied {
            id: rule.id.clone().into_owned(),
        });
    }
    Ok(())
}

/// The only named group is `secret`, it takes part in every match, and it is never empty.
fn captures(rule: &Rule, hir: &Hir) -> Result<(), RuleError> {
    let mut names = Vec::new();
    group_names(hir, &mut names);
    if let Some(name) = names.iter().find(|name| **name != "secret") {
        return Err(RuleError::UnknownGroup {
            id: rule.id.clone().into_owned(),
            name: name.clone(),
        });
    }
    if !names.is_empty() && !always_captures(hir) {
        return Err(RuleError::OptionalSecret {
            id: rule.id.clone().into_owned(),
        });
    }
    Ok(())
}

fn group_names(hir: &Hir, names: &mut Vec<String>) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            names.extend(capture.name.as_deref().map(str::to_owned));
            group_names(&capture.sub, names);
        }
        HirKind::Repetition(repetition) => group_names(&repetition.sub, names),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            for part in parts {
                group_names(part, names);
            }
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {}
    }
}

/// Whether every match captures `secret`, not empty, just once.
fn always_captures(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some("secret") => {
            capture.sub.properties().minimum_len() > Some(0)
        }
        HirKind::Capture(capture) => always_captures(&capture.sub),
        HirKind::Repetition(repetition) => {
            (repetition.min, repetition.max) == (1, Some(1)) && always_captures(&repetition.sub)
        }
        HirKind::Concat(parts) => parts.iter().any(always_captures),
        HirKind::Alternation(parts) => parts.iter().all(always_captures),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BUILTIN, Confidence, catalogue, doubts};
    use super::*;
    use std::borrow::Cow;

    fn sound() -> Rule {
        let mut rule = BUILTIN[0].clone();
        rule.id = Cow::Borrowed("acme-key");
        rule.keywords = Cow::Owned(vec!["acme_".into()]);
        rule.regex = "acme_(?P<secret>[a-z]{20})".into();
        rule.confidence = Confidence::High;
        rule.public_sha256 = Cow::Borrowed(&[]);
        rule
    }

    fn error(change: impl FnOnce(&mut Rule)) -> String {
        let mut rule = sound();
        change(&mut rule);
        super::rule(&rule)
            .expect_err("the rule is broken")
            .to_string()
    }

    #[test]
    fn built_in_rules_are_sound() {
        for rule in catalogue() {
            if let Err(error) = super::rule(rule) {
                panic!("{error}: {:?}", std::error::Error::source(&error));
            }
            assert_eq!(doubts::about(rule, &[]), Vec::<String>::new());
            assert!(rule.source.starts_with("https://"), "{}", rule.id);
            assert!(rule.revoke.starts_with("https://"), "{}", rule.id);
        }
    }

    #[test]
    fn each_fault_has_its_message() {
        assert!(rule(&sound()).is_ok());
        for (part, change) in [
            (
                "kebab case",
                (|rule| rule.id = "Acme_Key".into()) as fn(&mut Rule),
            ),
            ("`revoke` is empty", |rule| rule.revoke = " ".into()),
            ("has no `examples`", |rule| {
                rule.examples = Cow::Borrowed(&[])
            }),
            ("0 to 8", |rule| rule.min_entropy = -1.0),
            ("0 to 8", |rule| rule.min_entropy = f32::NAN),
            ("64 lower-case hex", |rule| {
                rule.public_sha256 = Cow::Owned(vec!["abc".into()])
            }),
            ("does not compile", |rule| rule.regex = "acme_[".into()),
            ("no longest length", |rule| {
                rule.regex = "acme_[a-z]+".into()
            }),
            ("longer than", |rule| {
                rule.regex = "acme_[a-z]{1,9000}".into()
            }),
            ("ordinary text", |rule| rule.regex = "[a-z ]{0,9}".into()),
            ("`secert`", |rule| {
                rule.regex = "acme_(?P<secert>[a-z]{9})".into()
            }),
            ("takes no part", |rule| {
                rule.regex = "acme_(?:x|(?P<secret>[a-z]{9}))".into()
            }),
            ("takes no part", |rule| {
                rule.regex = "acme_(?P<secret>[a-z]{9})?".into()
            }),
            ("takes no part", |rule| {
                rule.regex = "acme_(?P<secret>[a-z]{0,9})".into()
            }),
            ("`keywords` is empty", |rule| {
                rule.keywords = Cow::Borrowed(&[])
            }),
            ("without any of its keywords", |rule| {
                rule.keywords = Cow::Owned(vec!["other".into()])
            }),
        ] {
            let message = error(change);
            assert!(message.contains(part), "{message} lacks {part}");
            assert!(
                part == "kebab case" || message.contains("acme-key"),
                "{message}"
            );
        }
    }

    #[test]
    fn short_keywords_are_warned_of() {
        let mut rule = sound();
        rule.keywords = Cow::Owned(vec!["ac".into(), "acme".into()]);
        assert_eq!(doubts::about(&rule, &[]).len(), 1);
    }
}
