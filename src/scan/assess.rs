//! From matches to findings: each is graded, then placed and shown.

use bstr::{BStr, BString};

use super::excerpt::{self, Masks};
use super::grade::{self, Graded, secret_of};
use super::marker::{self, LineEnds};
use super::notebook::Notebook;
use super::{Candidates, Match, Place, Scanner};
use crate::finding::Finding;
use crate::fingerprint::{Fingerprint, Guessable};
use crate::order;
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
        let graded: Vec<Graded> = candidates
            .matches
            .iter()
            .filter(|found| found.view == index)
            .filter_map(|found| grade::grade(scanner, text, found))
            .collect();
        if graded.is_empty() {
            continue;
        }
        let masks = masks(scanner, candidates, index);
        let mut lines = Lines::of(text);
        let mut raw_lines = (!view.has_lines()).then(|| Lines::of(&candidates.views[0].text));
        let ends = LineEnds::of(text);
        let mut notebook = Notebook::open(place.path, text);
        for graded in grade::strongest(graded) {
            let Graded {
                rule,
                range,
                secret,
                publicity,
                confidence,
                evidence,
                notes,
            } = graded;
            let guessable = if rule.guessable {
                Guessable::Yes
            } else {
                Guessable::No
            };
            // What is only a passage has no lines of its own: its place is that of its bytes.
            let (start, end) = match &mut raw_lines {
                Some(raw_lines) => {
                    let raw = view.raw(range.clone());
                    (raw_lines.position(raw.start), raw_lines.position(raw.end))
                }
                None => (lines.position(range.start), lines.position(range.end)),
            };
            found.push(Finding {
                rule,
                path: BString::from(place.path),
                shown_path: shown_path.clone(),
                part: place.part,
                origin: place.origin.clone(),
                start,
                end,
                confidence,
                evidence,
                encoding: Vec::new(),
                publicity,
                fingerprint: Fingerprint::new(&rule.id, place.path, &secret, guessable),
                excerpt: excerpt::around(&lines, &range, &secret.mask(), &masks),
                notes,
                cell: notebook
                    .as_mut()
                    .and_then(|notebook| notebook.cell_at(range.start)),
                markers: marker::near(text, &ends, range.start, range.end),
                secret,
            });
        }
    }
    order::sort_by(&mut found, |a, b| {
        (a.start, &a.rule.id).cmp(&(b.start, &b.rule.id))
    });
    found
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
        let rule = scanner.rule(found);
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
