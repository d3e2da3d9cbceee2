//! From matches to findings: placeholders and floors drop, checks grade, positions and excerpts are taken.

use std::ops::Range;

use bstr::{BStr, BString};

use super::excerpt::{self, Masks};
use super::notebook::Notebook;
use super::{Candidates, Match, Place, Scanner, marker};
use crate::checks::entropy;
use crate::finding::Finding;
use crate::fingerprint::{Fingerprint, Guessable};
use crate::rules::Rule;
use crate::secret::Secret;
use crate::text::position::Lines;

pub(super) fn findings(
    scanner: &Scanner,
    candidates: &Candidates<'_>,
    place: Place<'_>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let shown_path = shown_path(scanner, place.path);
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
        let masks = masks(scanner, candidates, index);
        let mut lines = Lines::of(text);
        let mut notebook = Notebook::open(place.path, text);
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
                shown_path: shown_path.clone(),
                part: place.part,
                origin: place.origin,
                start: lines.position(range.start),
                end: lines.position(range.end),
                confidence: rule.confidence,
                fingerprint: Fingerprint::new(&rule.id, place.path, &secret, guessable),
                excerpt: excerpt::around(&lines, range, &secret.mask(), &masks),
                notes: Vec::new(),
                cell: notebook
                    .as_mut()
                    .and_then(|notebook| notebook.cell_at(range.start)),
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
pub(super) fn shown_path(scanner: &Scanner, path: &BStr) -> BString {
    let Ok(candidates) = scanner.candidates(path) else {
        return BString::from("(path not shown)");
    };
    masks(scanner, &candidates, 0).redact(path, 0..path.len())
}

/// What an excerpt of the view at `index` hides: all that matched, in old lines and placeholders too.
fn masks(scanner: &Scanner, candidates: &Candidates<'_>, index: usize) -> Masks {
    let mask = |found: &Match| {
        let rule = scanner.rules.as_slice()[found.rule].rule;
        let view = &candidates.views[found.view];
        let mask = secret_of(rule, &view.text[found.secret.clone()]).mask();
        match (found.view, index) {
            (own, shown) if own == shown => Some((found.secret.clone(), mask)),
            // What is UTF-16 to one view is letters between NULs to the raw one.
            (_, 0) => Some((view.raw(found.secret.clone()), mask)),
            _ => None,
        }
    };
    let all = candidates.matches.iter().chain(&candidates.known);
    Masks::new(
        &candidates.views[index].text,
        all.filter_map(mask).collect(),
    )
}
