//! What may stay in a rule and had better not: short keywords, a secret that is any text, a rule that is there already.
//!
//! In: a rule and those beside it. Out: words for whoever wrote it. What makes a rule unfit for use is an error, and
//! [`super::verify`]'s.

use crate::order;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::{Placeholders, Rule, parse};

/// Keywords shorter than this occur in every file.
const KEYWORD_BYTES: usize = 3;

/// A class of this many of the 95 printable characters excludes hardly anything.
const ANY_CHARACTER: usize = 90;

/// Repeated this often, such a class is a text.
const ANY_TEXT: u32 = 8;

/// The doubts about `rule`, one line each.
#[must_use]
pub fn about(rule: &Rule, all: &[&Rule]) -> Vec<String> {
    let id = &rule.id;
    let short = rule
        .keywords
        .iter()
        .filter(|keyword| keyword.len() < KEYWORD_BYTES);
    let mut doubts: Vec<String> = short
        .map(|keyword| {
            format!(
                "rule `{id}`: the keyword `{keyword}` is so short that nearly every file is read twice; take at least \
                 {KEYWORD_BYTES} characters"
            )
        })
        .collect();
    if takes_anything(rule) {
        doubts.push(format!(
            "rule `{id}`: its secret can be any text; name the characters that it has, or set `placeholders = \
             \"drop-unless-random\"`"
        ));
    }
    let others = all.iter().filter(|other| other.id != *id);
    doubts.extend(others.filter(|other| is_same(rule, other)).map(|other| {
        format!(
            "rule `{id}`: looks for the same as rule `{}`; take one of them out",
            other.id
        )
    }));
    doubts
}

fn takes_anything(rule: &Rule) -> bool {
    let picky = matches!(
        rule.placeholders,
        Placeholders::DropUnlessRandom
            | Placeholders::DropUnlessOpaque
            | Placeholders::DropUnlessPassword
    );
    !picky && parse(rule).is_ok_and(|hir| is_any_text(secret_of(&hir).unwrap_or(&hir)))
}

/// The group `secret`, if there is one.
fn secret_of(hir: &Hir) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some("secret") => {
            Some(&capture.sub)
        }
        HirKind::Capture(capture) => secret_of(&capture.sub),
        HirKind::Repetition(repetition) => secret_of(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(secret_of),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => None,
    }
}

/// Whether nothing in it says more than "some characters".
fn is_any_text(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            let often = repetition.max.is_none_or(|max| max >= ANY_TEXT);
            often && is_any_character(&repetition.sub)
        }
        HirKind::Capture(capture) => is_any_text(&capture.sub),
        HirKind::Concat(parts) => {
            parts.iter().any(is_any_text)
                && parts
                    .iter()
                    .all(|part| is_any_text(part) || is_any_character(part))
        }
        HirKind::Alternation(parts) => parts.iter().any(is_any_text),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

fn is_any_character(hir: &Hir) -> bool {
    let HirKind::Class(Class::Bytes(class)) = hir.kind() else {
        return false;
    };
    let has = |byte: u8| {
        class
            .ranges()
            .iter()
            .any(|range| (range.start()..=range.end()).contains(&byte))
    };
    (b' '..=b'~').filter(|&byte| has(byte)).count() >= ANY_CHARACTER
}

/// The same regex, or the same prefix behind the same keywords.
fn is_same(one: &Rule, other: &Rule) -> bool {
    let keywords = |rule: &Rule| {
        let mut keywords: Vec<String> = rule
            .keywords
            .iter()
            .map(|keyword| keyword.to_lowercase())
            .collect();
        order::sort(&mut keywords);
        keywords
    };
    one.regex == other.regex
        || !one.prefix.is_empty() && one.prefix == other.prefix && keywords(one) == keywords(other)
}

#[cfg(test)]
mod tests {
    use super::super::BUILTIN;
    use super::*;

    fn rule(id: &'static str, keyword: &'static str, regex: &'static str) -> Rule {
        Rule {
            id: id.into(),
            keywords: vec![keyword.into()].into(),
            regex: regex.into(),
            prefix: "".into(),
            placeholders: Placeholders::DropShapes,
            ..BUILTIN[0].clone()
        }
    }

    #[test]
    fn a_sound_rule_raises_none() {
        let sound = rule("acme", "acme_", "acme_[a-z0-9]{20}");
        let other = rule(
            "other",
            "other_",
            r#"other_key = "(?P<secret>[!-~]{1,4}[a-z0-9]{20})""#,
        );
        assert_eq!(about(&sound, &[&sound, &other]), Vec::<String>::new());
        assert_eq!(about(&other, &[&sound, &other]), Vec::<String>::new());
    }

    #[test]
    fn each_doubt_has_its_words() {
        let short = rule("short", "ak", "ak-[a-z0-9]{20}");
        assert!(about(&short, &[])[0].contains("the keyword `ak` is so short"));
        for regex in [
            "acme_key=(?P<secret>.{20,80})",
            "acme_key=(?P<secret>[^\"]{8,80})",
            r"acme_key=(?P<secret>\S{8,80}.)",
        ] {
            let any = rule("any", "acme_key", regex);
            assert!(
                about(&any, &[])[0].contains("its secret can be any text"),
                "{regex}"
            );
            let picky = Rule {
                placeholders: Placeholders::DropUnlessRandom,
                ..any
            };
            assert_eq!(about(&picky, &[]), Vec::<String>::new());
        }
        let (one, two) = (
            rule("one", "acme_", "acme_[a-z]{9}"),
            rule("two", "acme_", "acme_[a-z]{9}"),
        );
        assert!(about(&two, &[&one, &two])[0].contains("the same as rule `one`"));
    }
}
