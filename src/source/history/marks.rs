//! Where keywords stand in an object, handed down from a base to its deltas.
//!
//! A keyword inside a copy stands in the base too, so a text's keywords are those of its copies and those in its
//! [`Novelty`]: the very set that a scan of the whole text gives. Each keyword's regex is asked once whether anything
//! around it matches; the answer is handed down too, as long as everything that it was drawn from was copied. Only where
//! the answer is "yes" ([`stretches`]) is a text read by every rule and check. A stretch in which something is encoded is handed down like a keyword with
//! an answer, if that is "yes"; where a change touches one, it is in the novelty, and looked at anew.

use std::ops::Range;

use crate::git::Kind;
use crate::git::pack::{Change, Piece};
use crate::order;
use crate::prefilter::Hit;
use crate::rules::{Compiled, RuleError, RuleSet, Shape};

use super::novelty::Novelty;
use super::tree;
use super::verdicts::Verdicts;

/// More keywords than this in one text are not remembered: it and what is made of it are read whole.
pub(super) const MAX_MARKS: usize = 1 << 16;

/// What stands in the place of a rule for what is encoded.
const HIDDEN: usize = usize::MAX;

/// A keyword in a text, and what its rule's regex says of the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    hit: Hit,
    /// The bytes that the answer was drawn from; `None` until it is.
    seen: Option<(usize, usize)>,
    /// Whether the regex matches there; boundaries and checks are not asked yet.
    pub(super) matches: bool,
}

/// The keywords of a text that is read whole, and the stretches of it in which a match is hidden.
pub(super) fn whole(
    rules: &RuleSet,
    kind: Kind,
    text: &[u8],
    hits: &[Hit],
    hidden: Vec<Range<usize>>,
    verdicts: &mut Verdicts,
) -> Result<Vec<Mark>, RuleError> {
    let mut marks = Vec::with_capacity(hits.len() + hidden.len());
    marks.extend(hits.iter().map(|&hit| Mark::unasked(hit)));
    marks.extend(hidden.into_iter().map(Mark::hidden));
    in_order(&mut marks);
    ask(rules, kind, text, &mut marks, verdicts)?;
    Ok(marks)
}

/// The keywords of a changed text: `base` are those of its base, `hits` those in `novelty`; `hidden` are the stretches in
/// which a match is hidden, of those that the change touches.
///
/// `None` where there are too many.
pub(super) fn inherited(
    rules: &RuleSet,
    kind: Kind,
    base: &[Mark],
    (novelty, hits): (&Novelty, &[Hit]),
    hidden: Vec<Range<usize>>,
    change: &mut Change<'_>,
    verdicts: &mut Verdicts,
) -> Result<Option<Vec<Mark>>, RuleError> {
    let mut marks = Vec::with_capacity(base.len() + hits.len() + hidden.len());
    if !base.is_empty() {
        let mut at = 0;
        // Most copies stand in the order in which they stood.
        let mut next = 0;
        for piece in change.pieces() {
            let run_len = match piece {
                Piece::Insert(run) => run.len(),
                Piece::Copy(from, run) => {
                    let range = from..from + run.len();
                    let is_before = |mark: &Mark| mark.hit.start < range.start;
                    next = order::partition_point_near(base, next, is_before);
                    while let Some(mark) = base.get(next).filter(|mark| mark.hit.start < range.end)
                    {
                        next += 1;
                        if mark.hit.end <= range.end {
                            let moved = mark.moved(&range, at);
                            marks.extend(Some(moved).filter(Mark::is_worth_keeping));
                        }
                    }
                    run.len()
                }
            };
            if marks.len() > MAX_MARKS {
                return Ok(None);
            }
            at += run_len;
        }
    }
    // Behind those, which are in order: so there are two runs to be joined.
    marks.extend(hits.iter().map(|hit| {
        let start = novelty.place(hit.start);
        Mark::unasked(Hit {
            rule: hit.rule,
            start,
            end: start + (hit.end - hit.start),
        })
    }));
    marks.extend(hidden.into_iter().map(Mark::hidden));
    if marks.len() > MAX_MARKS {
        return Ok(None);
    }
    in_order(&mut marks);
    if marks.iter().any(|mark| mark.seen.is_none()) {
        ask(rules, kind, change.text(), &mut marks, verdicts)?;
    }
    Ok(Some(marks))
}

/// The stretches of a text of `len` bytes that hold every match and everything encoded in which there is one, in order and
/// disjoint.
pub(super) fn stretches(marks: &[Mark], len: usize) -> Vec<Range<usize>> {
    let matching = marks.iter().filter(|mark| mark.matches);
    let mut all: Vec<Range<usize>> = matching
        .map(|mark| mark.hit.start..mark.hit.end.min(len))
        .collect();
    order::join(&mut all);
    all
}

/// By place; of a keyword that was both handed down and found anew, the one that has its answer stays.
fn in_order(marks: &mut Vec<Mark>) {
    marks.sort_by_key(|mark| {
        (
            mark.hit.start,
            mark.hit.rule,
            mark.hit.end,
            mark.seen.is_none(),
        )
    });
    marks.dedup_by_key(|mark| mark.hit);
}

/// Asks the regexes about the marks that have no answer.
///
/// Where windows of one rule overlap, they are searched as one: as a rule nothing matches, and that settles them all.
fn ask(
    rules: &RuleSet,
    kind: Kind,
    text: &[u8],
    marks: &mut [Mark],
    verdicts: &mut Verdicts,
) -> Result<(), RuleError> {
    let mut open: Vec<&mut Mark> = marks
        .iter_mut()
        .filter(|mark| mark.seen.is_none())
        .collect();
    open.sort_by_key(|mark| mark.hit.rule);
    for of_one_rule in open.chunk_by_mut(|a, b| a.hit.rule == b.hit.rule) {
        let rule = of_one_rule[0].hit.rule;
        let compiled = &rules.as_slice()[rule];
        let shape = compiled.shape()?;
        if kind == Kind::Tree {
            for mark in of_one_rule {
                mark.ask_names((compiled, shape), text)?;
            }
            continue;
        }
        let reach = shape.max_len + 1;
        for row in of_one_rule.chunk_by_mut(|a, b| b.hit.end <= a.hit.start + 2 * reach) {
            // A keyword that begins later may end earlier, and so have the window that begins first.
            let start = row.iter().map(|mark| mark.hit.end).min();
            let start = start.unwrap_or(0).saturating_sub(reach);
            let end = row.iter().map(|mark| mark.hit.start + reach).max();
            let end = end.unwrap_or(start).min(text.len());
            let window = &text[start..end];
            let mut asked = None;
            if shape.may_match(window) {
                // The window of one keyword is the whole row.
                let is_alone = row.len() == 1;
                let may_match =
                    is_alone || verdicts.is_match(rule, compiled, &text[..end], start)?;
                asked = may_match.then_some((Some(shape).filter(|_| !is_alone), compiled));
            }
            for mark in row {
                mark.ask(asked, reach, text, verdicts)?;
            }
        }
    }
    Ok(())
}

impl Mark {
    fn unasked(hit: Hit) -> Self {
        Self {
            hit,
            seen: None,
            matches: false,
        }
    }

    /// Something is encoded in `stretch`; the bytes on either side bound it.
    fn hidden(stretch: Range<usize>) -> Self {
        Self {
            hit: Hit {
                rule: HIDDEN,
                start: stretch.start,
                end: stretch.end,
            },
            seen: Some((stretch.start, stretch.end)),
            matches: true,
        }
    }

    /// Something encoded of which only a part was copied is looked at anew.
    fn is_worth_keeping(&self) -> bool {
        self.hit.rule != HIDDEN || self.matches
    }

    /// The same keyword after the bytes at `range` of its text were copied to `to`.
    fn moved(&self, range: &Range<usize>, to: usize) -> Self {
        let shift = |at: usize| at - range.start + to;
        let seen = self
            .seen
            .filter(|&(start, end)| range.start <= start && end <= range.end);
        Self {
            hit: Hit {
                rule: self.hit.rule,
                start: shift(self.hit.start),
                end: shift(self.hit.end),
            },
            seen: seen.map(|(start, end)| (shift(start), shift(end))),
            matches: seen.is_some() && self.matches,
        }
    }

    fn ask_names(
        &mut self,
        (compiled, shape): (&Compiled, &Shape),
        tree: &[u8],
    ) -> Result<(), RuleError> {
        let name = tree::part_around(tree, self.hit.start);
        self.matches = false;
        for name in tree::names_around(tree, self.hit.start) {
            let name = &tree[name];
            let may_match = shape.may_match(name) && compiled.may_match(name)?;
            self.matches |= may_match && compiled.matcher()?.regex.is_match(name);
        }
        // At the ends of a bent tree no NUL says that the name is whole.
        self.seen = Some(match name.start.checked_sub(1) {
            Some(start) if name.end < tree.len() => (start, name.end + 1),
            _ => (0, usize::MAX),
        });
        Ok(())
    }

    /// `rule` is there unless a wider search has found nothing, and its shape unless its answer is known; `reach` is the
    /// length of the longest match, and one.
    fn ask(
        &mut self,
        rule: Option<(Option<&Shape>, &Compiled)>,
        reach: usize,
        text: &[u8],
        verdicts: &mut Verdicts,
    ) -> Result<(), RuleError> {
        // A match that holds the keyword begins and ends in here, with a byte to spare for `\b`, `^` and `$`.
        let start = self.hit.end.checked_sub(reach);
        let end = self.hit.start + reach;
        let (from, to) = (start.unwrap_or(0), end.min(text.len()));
        self.matches = match rule {
            Some((shape, compiled)) => {
                let may_match = shape.is_none_or(|shape| shape.may_match(&text[from..to]));
                may_match && verdicts.is_match(self.hit.rule, compiled, &text[..to], from)?
            }
            None => false,
        };
        // An answer drawn from the text's end does not hold where more text follows: give it a range no copy has.
        self.seen = Some(match start {
            Some(start) if end <= text.len() => (start, end),
            _ => (0, usize::MAX),
        });
        Ok(())
    }
}
