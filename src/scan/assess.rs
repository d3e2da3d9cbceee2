//! From matches to findings: placeholders and floors drop, checks grade, positions and excerpts are taken.

use std::ops::Range;

use bstr::BString;

use super::{Candidates, Place, Scanner, excerpt, marker};
use crate::checks::entropy;
use crate::finding::Finding;
use crate::fingerprint::{Fingerprint, Guessable};
use crate::rules::Rule;
use crate::secret::Secret;
use crate::text::position;

pub(super) fn findings(
    scanner: &Scanner,
    candidates: &Candidates<'_>,
    place: Place<'_>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, view) in candidates.views.iter().enumerate() {
        let text: &[u8] = &view.text;
        let matches: Vec<(&'static Rule, Range<usize>)> = candidates
            .matches
            .iter()
            .filter(|found| found.view == index)
            .map(|found| {
                (
                    scanner.rules.as_slice()[found.rule].rule,
                    found.secret.clone(),
                )
            })
            .collect();
        let mut masked: Vec<(Range<usize>, String)> = matches
            .iter()
            .map(|(rule, range)| (range.clone(), secret_of(rule, &text[range.clone()]).mask()))
            .collect();
        masked.sort_by_key(|(range, _)| range.start);
        for (rule, range) in &matches {
            let secret = secret_of(rule, &text[range.clone()]);
            if entropy::bits_per_byte(&secret.expose()[rule.prefix.len().min(range.len())..])
                < rule.min_entropy
            {
                continue;
            }
            let guessable = if rule.guessable {
                Guessable::Yes
            } else {
                Guessable::No
            };
            found.push(Finding {
                rule,
                path: BString::from(place.path),
                shown_path: shown_path(scanner, place),
                part: place.part,
                origin: place.origin,
                start: position::of(text, range.start),
                end: position::of(text, range.end),
                confidence: rule.confidence,
                fingerprint: Fingerprint::new(&rule.id, place.path, &secret, guessable),
                excerpt: excerpt::around(text, range, &secret.mask(), &masked),
                notes: Vec::new(),
                cell: None,
                markers: marker::near(text, range.start, range.end),
                secret,
            });
        }
    }
    found.sort_by(|a, b| (a.start, &a.rule.id).cmp(&(b.start, &b.rule.id)));
    found
}

fn secret_of(rule: &Rule, bytes: &[u8]) -> Secret {
    Secret::new(
        bytes.to_vec(),
        if bytes.starts_with(rule.prefix.as_bytes()) {
            rule.prefix.len()
        } else {
            0
        },
    )
}

/// The path with secrets in it masked: a path too can hold a token, and every report prints it.
fn shown_path(scanner: &Scanner, place: Place<'_>) -> BString {
    let Ok(candidates) = scanner.candidates(place.path) else {
        return BString::from("(path not shown)");
    };
    let mut masked: Vec<(Range<usize>, String)> = candidates
        .matches
        .iter()
        .filter(|found| found.view == 0)
        .map(|found| {
            let rule = scanner.rules.as_slice()[found.rule].rule;
            (
                found.secret.clone(),
                secret_of(rule, &place.path[found.secret.clone()]).mask(),
            )
        })
        .collect();
    masked.sort_by_key(|(range, _)| range.start);
    excerpt::redact(place.path, 0..place.path.len(), &masked)
}
