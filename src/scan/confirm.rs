//! From keyword hits to regex matches.
//!
//! A rule's regex runs on windows around its keyword hits only, each as wide as the longest match the rule can make.
//! Every match holds a keyword, so windows that touch are joined and the result equals that on the whole text.

use std::ops::Range;

use crate::checks::boundary;
use crate::prefilter::Hit;
use crate::rules::{Compiled, Matcher, RuleError, RuleSet};

/// Calls `found` with the rule and the secret's range of every match that stands free.
///
/// `hits` is sorted in place.
pub(super) fn matches(
    rules: &RuleSet,
    text: &[u8],
    hits: &mut [Hit],
    mut found: impl FnMut(usize, Range<usize>),
) -> Result<(), RuleError> {
    hits.sort_unstable();
    for of_one_rule in hits.chunk_by(|a, b| a.rule == b.rule) {
        let index = of_one_rule[0].rule;
        let compiled = &rules.as_slice()[index];
        let matcher = compiled.matcher()?;
        for window in windows(of_one_rule, matcher.max_len, text.len()) {
            matches_in(compiled, matcher, text, window, |secret| {
                found(index, secret)
            });
        }
    }
    Ok(())
}

/// The stretches of the text that can hold a match, disjoint and in order.
fn windows(hits: &[Hit], max_len: usize, text_len: usize) -> Vec<Range<usize>> {
    let mut windows: Vec<Range<usize>> = Vec::new();
    for hit in hits {
        // One byte more on each side, for `\b` and `^`.
        let start = hit.end.saturating_sub(max_len + 1);
        let end = (hit.start + max_len + 1).min(text_len);
        match windows.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => windows.push(start..end),
        }
    }
    windows
}

fn matches_in(
    compiled: &Compiled,
    matcher: &Matcher,
    text: &[u8],
    window: Range<usize>,
    mut found: impl FnMut(Range<usize>),
) {
    let rule = compiled.rule;
    let haystack = &text[..window.end];
    let mut at = window.start;
    while at <= window.end {
        let Some(captures) = matcher.regex.captures_at(haystack, at) else {
            return;
        };
        let Some(whole) = captures.get(0) else { return };
        let secret = captures.name("secret").unwrap_or(whole).range();
        if boundary::is_free(text, &secret, rule.left, rule.right) {
            found(secret);
            at = whole.end().max(at + 1);
        } else {
            // The match is part of a longer word; another can begin inside it.
            at = whole.start() + 1;
        }
    }
}
