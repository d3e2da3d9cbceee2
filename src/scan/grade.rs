//! What a match is worth: placeholders and floors drop it, checks grade it, and of overlapping ones the surest stays.

use std::ops::Range;

use super::{Match, Scanner};
use crate::checks::{self, Verdict, entropy, placeholder};
use crate::finding::Publicity;
use crate::order;
use crate::rules::{Confidence, Placeholders, Rule};
use crate::secret::Secret;

/// A match that is no placeholder, and what its check says.
pub(super) struct Graded {
    pub(super) rule: &'static Rule,
    pub(super) range: Range<usize>,
    pub(super) secret: Secret,
    pub(super) publicity: Publicity,
    pub(super) confidence: Confidence,
    pub(super) notes: Vec<String>,
}

/// What a match is worth; `None` for a placeholder.
pub(super) fn grade(scanner: &Scanner, text: &[u8], found: &Match) -> Option<Graded> {
    let rule = scanner.rule(found);
    let range = found.secret.clone();
    let secret = secret_of(rule, &text[range.clone()]);
    let publicity =
        if !rule.public_sha256.is_empty() && rule.public_sha256.contains(&secret.sha256().into()) {
            Publicity::TestCredential
        } else {
            Publicity::Private
        };
    if publicity == Publicity::Private && is_placeholder(rule, &secret) {
        return None;
    }
    let Verdict { passed, notes } = checks::run(rule, secret.expose(), scanner.now);
    let confidence = match (passed, rule.confidence) {
        (true, confidence) => confidence,
        (false, Confidence::High) => Confidence::Medium,
        (false, Confidence::Medium | Confidence::Low) => Confidence::Low,
    };
    Some(Graded {
        rule,
        range,
        secret,
        publicity,
        confidence,
        notes,
    })
}

fn is_placeholder(rule: &Rule, secret: &Secret) -> bool {
    let bytes = secret.expose();
    let body = bytes.strip_prefix(rule.prefix.as_bytes()).unwrap_or(bytes);
    entropy::bits_per_byte(body) < rule.min_entropy
        || match rule.placeholders {
            Placeholders::Keep => false,
            Placeholders::DropShapes => placeholder::has_shape(body),
            Placeholders::DropUnlessRandom => !placeholder::looks_random(body),
        }
}

/// Of matches that share bytes one reports: the surest, of equals the longest, of equals that of the earlier rule.
///
/// An OpenAI key beside a telling name is one leaked key, not two.
pub(super) fn strongest(mut graded: Vec<Graded>) -> Vec<Graded> {
    order::sort_by(&mut graded, |a, b| {
        (b.confidence, b.range.len(), a.range.start).cmp(&(
            a.confidence,
            a.range.len(),
            b.range.start,
        ))
    });
    // Kept ranges are disjoint, so the last one that starts before an end is the only one that can overlap.
    let mut kept: std::collections::BTreeMap<usize, Graded> = std::collections::BTreeMap::new();
    for grade in graded {
        let overlaps = kept
            .range(..grade.range.end)
            .next_back()
            .is_some_and(|(_, other)| other.range.end > grade.range.start);
        if !overlaps {
            kept.insert(grade.range.start, grade);
        }
    }
    kept.into_values().collect()
}

impl Scanner {
    /// The rule of a match.
    pub(super) fn rule(&self, found: &Match) -> &'static Rule {
        self.rules.as_slice()[found.rule].rule()
    }
}

/// The matched bytes, which know how many of them are the rule's public prefix.
pub(super) fn secret_of(rule: &Rule, bytes: &[u8]) -> Secret {
    Secret::new(
        bytes.to_vec(),
        if bytes.starts_with(rule.prefix.as_bytes()) {
            rule.prefix.len()
        } else {
            0
        },
    )
}
