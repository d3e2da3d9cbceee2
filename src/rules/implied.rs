//! Does every match of a regex hold a keyword? If not, the prefilter would hide matches.
//!
//! In: a regex as regex-syntax understands it. Out: a proof, or no. Texts are followed exactly as long as a part of
//! the regex allows but few; where it allows many, the thread is cut and taken up again behind it. So a "yes" is
//! certain, and a "no" may be a regex too clever to be followed.

use crate::order;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::model::Text;

/// Texts followed at once.
const MAX_TEXTS: usize = 512;

/// Bytes followed in a row; no keyword is as long.
const MAX_BYTES: usize = 256;

/// How case is taken.
type Fold = fn(u8) -> u8;

/// Whether every text that `hir` matches holds one of `keywords`, without regard to ASCII case.
pub(super) fn by(hir: &Hir, keywords: &[Text]) -> bool {
    holds(hir, keywords, |byte| byte.to_ascii_lowercase())
}

/// The same with regard to case: then a keyword in another case is no sign of a match.
#[cfg_attr(not(test), allow(dead_code, reason = "`build/` asks"))]
pub(super) fn exactly_by(hir: &Hir, keywords: &[Text]) -> bool {
    holds(hir, keywords, |byte| byte)
}

fn holds(hir: &Hir, keywords: &[Text], fold: Fold) -> bool {
    let keywords: Vec<Vec<u8>> = keywords
        .iter()
        .map(|keyword| keyword.bytes().map(fold).collect())
        .collect();
    match follow(hir, &keywords, fold) {
        Followed::Holds => true,
        Followed::Texts(texts) => all_hold(&texts, &keywords),
        Followed::Many => false,
    }
}

/// What can be said of the texts that a part matches.
enum Followed {
    /// Each holds a keyword.
    Holds,
    /// They are these, folded.
    Texts(Vec<Vec<u8>>),
    /// Nothing.
    Many,
}

fn follow(hir: &Hir, keywords: &[Vec<u8>], fold: Fold) -> Followed {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Followed::Texts(vec![Vec::new()]),
        HirKind::Literal(literal) => {
            Followed::Texts(vec![literal.0.iter().map(|&byte| fold(byte)).collect()])
        }
        HirKind::Class(class) => class_texts(class, fold).map_or(Followed::Many, Followed::Texts),
        HirKind::Capture(capture) => follow(&capture.sub, keywords, fold),
        HirKind::Concat(parts) => concat(
            parts
                .iter()
                .flat_map(inlined)
                .map(|part| follow(part, keywords, fold)),
            keywords,
        ),
        HirKind::Alternation(parts) => either(
            parts.iter().map(|part| follow(part, keywords, fold)),
            keywords,
        ),
        HirKind::Repetition(repetition) => {
            let once = follow(&repetition.sub, keywords, fold);
            match (repetition.min, repetition.max, once) {
                (1.., _, Followed::Holds) => Followed::Holds,
                (0, Some(1), Followed::Texts(mut texts)) => {
                    texts.push(Vec::new());
                    Followed::Texts(texts)
                }
                (min, Some(max), Followed::Texts(texts)) if min == max && max <= 64 => {
                    concat((0..max).map(|_| Followed::Texts(texts.clone())), keywords)
                }
                (1.., _, Followed::Texts(texts)) if all_hold(&texts, keywords) => Followed::Holds,
                _ => Followed::Many,
            }
        }
    }
}

/// The parts of a group: a keyword may begin before the group and end in it.
fn inlined(part: &Hir) -> &[Hir] {
    match part.kind() {
        HirKind::Capture(capture) => match capture.sub.kind() {
            HirKind::Concat(parts) => parts,
            _ => std::slice::from_ref(&*capture.sub),
        },
        _ => std::slice::from_ref(part),
    }
}

fn concat(parts: impl Iterator<Item = Followed>, keywords: &[Vec<u8>]) -> Followed {
    let mut so_far = vec![Vec::new()];
    let mut cut = false;
    for part in parts {
        let texts = match part {
            Followed::Holds => return Followed::Holds,
            Followed::Texts(texts) if so_far.len() * texts.len() <= MAX_TEXTS => texts,
            Followed::Texts(texts) => {
                if all_hold(&so_far, keywords) {
                    return Followed::Holds;
                }
                cut = true;
                so_far = texts;
                continue;
            }
            Followed::Many => {
                if all_hold(&so_far, keywords) {
                    return Followed::Holds;
                }
                cut = true;
                so_far = vec![Vec::new()];
                continue;
            }
        };
        so_far = so_far
            .iter()
            .flat_map(|head| {
                texts
                    .iter()
                    .map(move |tail| [&head[..], &tail[..]].concat())
            })
            .collect();
        order::sort(&mut so_far);
        so_far.dedup();
        if so_far.iter().any(|text| text.len() > MAX_BYTES) {
            if all_hold(&so_far, keywords) {
                return Followed::Holds;
            }
            cut = true;
            so_far = vec![Vec::new()];
        }
    }
    if !cut {
        Followed::Texts(so_far)
    } else if all_hold(&so_far, keywords) {
        Followed::Holds
    } else {
        Followed::Many
    }
}

fn either(branches: impl Iterator<Item = Followed>, keywords: &[Vec<u8>]) -> Followed {
    let mut texts = Vec::new();
    let mut one_holds = false;
    for branch in branches {
        match branch {
            Followed::Holds => one_holds = true,
            Followed::Texts(more) => texts.extend(more),
            Followed::Many => return Followed::Many,
        }
    }
    // A branch that holds a keyword is no longer a list of texts; the others must then hold one by themselves.
    if !one_holds {
        Followed::Texts(texts)
    } else if all_hold(&texts, keywords) {
        Followed::Holds
    } else {
        Followed::Many
    }
}

fn class_texts(class: &Class, fold: Fold) -> Option<Vec<Vec<u8>>> {
    let mut bytes = Vec::new();
    let ranges: Vec<(u8, u8)> = match class {
        Class::Bytes(class) => class
            .iter()
            .map(|range| (range.start(), range.end()))
            .collect(),
        Class::Unicode(class) => class
            .iter()
            .map(|range| {
                Some((
                    u8::try_from(range.start()).ok()?,
                    u8::try_from(range.end()).ok()?,
                ))
            })
            .collect::<Option<_>>()?,
    };
    for (start, end) in ranges {
        bytes.extend((start..=end).map(fold));
    }
    bytes.sort_unstable();
    bytes.dedup();
    (!bytes.is_empty() && bytes.len() <= 16 && bytes.is_ascii())
        .then(|| bytes.into_iter().map(|byte| vec![byte]).collect())
}

fn all_hold(texts: &[Vec<u8>], keywords: &[Vec<u8>]) -> bool {
    texts.iter().all(|text| {
        keywords
            .iter()
            .any(|keyword| text.windows(keyword.len()).any(|window| window == keyword))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(regex: &str, keywords: &[&'static str], expected: bool) {
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(regex)
            .expect("a good regex");
        let keywords: Vec<Text> = keywords.iter().map(|&keyword| keyword.into()).collect();
        assert_eq!(by(&hir, &keywords), expected, "{regex} {keywords:?}");
    }

    #[test]
    fn a_yes_is_a_proof() {
        check("hf_[A-Za-z]{34}", &["hf_"], true);
        check(
            "gh[pousr]_[A-Za-z]{9}",
            &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
            true,
        );
        check("(?i)HF_?TOKEN", &["hf_token", "hftoken"], true);
        check("[a-z]{3}(?:acme|[A-Z]{2}ACME)x", &["acme"], true);
        check("(?:a(?:bc)d){2,9}", &["bcda"], false);
        check("(?:abcd){2,9}", &["abcd"], true);
        check("x{8}", &["xxxx"], true);
        check("\\bAKIA[A-Z]{3}", &["akia"], true);
        check("a.?b(?P<secret>key)", &["key"], true);
        check("[=:](?P<secret>ac[a-z]{3})", &["=ac", ":ac"], true);
    }

    #[test]
    fn case_counts_where_it_is_asked_for() {
        let hir = |regex: &str| regex_syntax::parse(regex).expect("a good regex");
        assert!(exactly_by(&hir("AKIA[A-Z]{3}"), &["AKIA".into()]));
        assert!(!exactly_by(&hir("AKIA[A-Z]{3}"), &["akia".into()]));
        assert!(!exactly_by(&hir("(?i:AKIA)x"), &["AKIA".into()]));
        assert!(exactly_by(&hir("[sS]k-x"), &["sk-".into(), "Sk-".into()]));
    }

    #[test]
    fn what_can_miss_is_refused() {
        check("gh[pousr]_[A-Za-z]{9}", &["ghp_", "gho_"], false);
        check("(?:hf_)?[A-Za-z]{34}", &["hf_"], false);
        check("HF_?TOKEN", &["hf_token"], false);
        check("a[a-z]b", &["ab"], false);
        check("(?:acme|[a-z]{4})", &["acme"], false);
        check("(?:acme){0,3}x", &["acme"], false);
        check("[a-z]{4}", &["acme"], false);
    }
}
