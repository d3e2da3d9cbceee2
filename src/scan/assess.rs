//! From matches to findings: each is graded, then placed and shown.

use std::ops::Range;

use bstr::{BStr, BString};

use super::excerpt::{self, Masks};
use super::grade::{self, Graded, secret_of};
use super::marker::{self, LineEnds};
use super::notebook::Notebook;
use super::{Candidates, Match, Place, Scanner};
use crate::finding::Finding;
use crate::fingerprint::{Fingerprint, Guessable};
use crate::order;
use crate::text::escape;
use crate::text::position::Lines;
use crate::text::strings::{self, Label};
use crate::text::view::{self, View};

/// Of a longer key the beginning is shown.
const MAX_KEY_BYTES: usize = 80;

/// Findings in one text that are told what they stand in: for each the text is read again.
const MAX_LABELLED: usize = 100;

pub(super) fn findings(
    scanner: &Scanner,
    candidates: &Candidates<'_>,
    place: Place<'_>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let shown_path = shown_path(scanner, place.path);
    let views = &candidates.views;
    for (index, view) in views.iter().enumerate() {
        let text: &[u8] = &view.text;
        let graded: Vec<Graded> = candidates
            .matches
            .iter()
            .filter(|found| shown_in(views, found) == index)
            .filter_map(|found| {
                let graded = grade::grade(scanner, &views[found.view].text, found)?;
                Some(if found.view == index {
                    graded
                } else {
                    graded.written_as(&views[found.view])
                })
            })
            .collect();
        if graded.is_empty() {
            continue;
        }
        let masks = masks(scanner, candidates, index);
        let mut lines = Lines::of(text);
        let mut raw_lines = (!view.has_lines()).then(|| Lines::of(&views[0].text));
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
                encoding,
                packed: _,
                mut notes,
            } = graded;
            let guessable = if rule.guessable {
                Guessable::Yes
            } else {
                Guessable::No
            };
            // What is only a passage has no lines of its own: its place is that of its bytes.
            let (start, end) = match &mut raw_lines {
                Some(raw_lines) => {
                    let raw = view::raw(views, index, range.clone());
                    (raw_lines.position(raw.start), raw_lines.position(raw.end))
                }
                None => (lines.position(range.start), lines.position(range.end)),
            };
            let raw_at = view::raw(views, index, range.clone()).start;
            if found.len() < MAX_LABELLED {
                notes.extend(label(scanner, &views[0].text, raw_at));
            }
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
                encoding,
                publicity,
                fingerprint: Fingerprint::new(&rule.id, place.path, &secret, guessable),
                excerpt: excerpt::around(&lines, &range, &secret.mask(), &masks),
                notes,
                cell: notebook
                    .as_mut()
                    .and_then(|notebook| notebook.cell_at(range.start)),
                markers: marker::near(text, &ends, range.start, range.end),
                parts: Vec::new(),
                verification: None,
                secret,
                provenance: None,
            });
        }
    }
    order::sort_by(&mut found, |a, b| {
        (a.start, &a.rule.id).cmp(&(b.start, &b.rule.id))
    });
    found
}

/// What the text says of the string at `at`, where it is a model's file.
fn label(scanner: &Scanner, text: &[u8], at: usize) -> Option<String> {
    Some(match strings::label_at(text, at)? {
        Label::Metadata(key) if key.is_empty() => "it stands in a key of the metadata".to_owned(),
        Label::Metadata(key) => {
            // Masked before it is cut: of a secret not even the beginning is shown.
            let masked = shown_path(scanner, BStr::new(&key));
            let shown = escape::for_terminal(&masked[..masked.len().min(MAX_KEY_BYTES)]);
            format!("it stands in the metadata, under the key `{shown}`")
        }
        Label::Tensor => "it stands in what is said of a tensor".to_owned(),
        Label::Pickle => "it stands in a string of a pickle".to_owned(),
        Label::Array => "it stands in an array of strings".to_owned(),
    })
}

/// The path with secrets in it masked: a path too can hold a token, and every report prints it.
pub(super) fn shown_path(scanner: &Scanner, path: &BStr) -> BString {
    let Ok(candidates) = scanner.candidates(path) else {
        return BString::from("(path not shown)");
    };
    masks(scanner, &candidates, 0).redact(path, 0..path.len())
}

/// The view whose lines show a match: its own, or that in which it is encoded.
fn shown_in(views: &[View<'_>], found: &Match) -> usize {
    views[found.view].parent().unwrap_or(found.view)
}

/// What an excerpt of the view at `index` hides: all that matched, in old lines and placeholders too.
fn masks(scanner: &Scanner, candidates: &Candidates<'_>, index: usize) -> Masks {
    let views = &candidates.views;
    let mask = |found: &Match| {
        let rule = scanner.rule(found);
        let view = &views[found.view];
        let mask = secret_of(rule, &view.text[found.secret.clone()]).mask();
        let hidden = match (found.view, view.parent(), index) {
            (own, None, shown) if own == shown => found.secret.clone(),
            (_, Some(parent), shown) if parent == shown => stretch(views, found),
            // What is UTF-16 to one view is letters between NULs to the raw one.
            (_, None, 0) => view::raw(views, found.view, found.secret.clone()),
            (_, Some(parent), 0) => view::raw(views, parent, stretch(views, found)),
            _ => return None,
        };
        Some((hidden, mask))
    };
    let all = candidates.matches.iter().chain(&candidates.known);
    Masks::new(&views[index].text, all.filter_map(mask).collect())
}

/// All of an encoded stretch from the line on in which the secret begins: what stands around the secret is a part of it.
/// Of a text in parts only those of the secret are hidden: the rest can be read.
fn stretch(views: &[View<'_>], found: &Match) -> Range<usize> {
    let view = &views[found.view];
    let whole = view.written(0..view.text.len());
    let secret = view.written(found.secret.clone());
    if view.is_in_parts() {
        return secret;
    }
    let parent = &views[shown_in(views, found)].text;
    let line = memchr::memrchr(b'\n', &parent[..secret.start]).map_or(0, |at| at + 1);
    whole.start.max(line)..whole.end
}
