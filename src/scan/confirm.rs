//! From keyword hits to regex matches.
//!
//! A rule's regex runs on windows around its keyword hits only, each as wide as the longest match the rule can make.
//! Every match holds a keyword, so windows that touch are joined and the result equals that on the whole text.

use std::collections::BTreeMap;
use std::ops::Range;

use super::barren::{Barren, Key};
use super::seen::Seen;
use crate::checks::boundary;
use crate::checks::counted::Counted;
use crate::parallel;
use crate::prefilter::{Hit, Prefilter};
use crate::rules::{Boundary, Matcher, RuleError, RuleSet};
use crate::text::layer::Seeds;

/// Bytes whose hits a thread holds at a time: a file that is nothing but keywords must not cost eight times its size.
const BLOCK: usize = 512 << 10;

/// What is known before a search, and what is to be known after it.
#[derive(Debug, Default)]
pub(super) struct Known<'k> {
    /// What it holds is passed over; what turns out to be barren is added.
    pub(super) barren: Option<&'k Barren>,
    /// Where keywords and signs can stand, if it is known: in order, disjoint.
    pub(super) only: Option<&'k [Range<usize>]>,
    /// Where they stood.
    pub(super) seen: Option<&'k mut Seen>,
}

/// Calls `found` with the rule and the secret's range of every match in `text` that stands free, rule by rule. Appends to
/// `seeds` where more may be hidden, and gives whether there was any keyword.
pub(super) fn matches(
    rules: &RuleSet,
    prefilter: &Prefilter,
    known: Known<'_>,
    text: &[u8],
    seeds: &mut Seeds,
    mut found: impl FnMut(usize, Range<usize>),
) -> Result<bool, RuleError> {
    let Known { barren, only, seen } = known;
    let windows = windows(rules, prefilter, text, only, seeds)?;
    if let Some(seen) = seen {
        *seen = Seen::new(windows.values().flatten().cloned(), seeds, text.len());
    }
    let has_keywords = !windows.is_empty();
    let mut counted = Counted::of(text);
    for (index, windows) in windows {
        let compiled = &rules.as_slice()[index];
        let shape = compiled.shape()?;
        for window in windows {
            if !shape.may_match(&text[window.clone()]) {
                continue;
            }
            let key = barren.map(|barren| (barren, Key::new(index, text, &window)));
            if key.as_ref().is_some_and(|(barren, key)| barren.holds(key)) {
                continue;
            }
            if !compiled.may_match(&text[window.clone()])? {
                continue;
            }
            let matcher = compiled.matcher()?;
            let matched = matches_in(matcher, text, &mut counted, window, |secret| {
                found(index, secret);
            });
            if let Some((barren, key)) = key
                && matched == Matched::Nothing
            {
                barren.add(key);
            }
        }
    }
    Ok(has_keywords)
}

/// What the regex matches in a window, whether it stands free or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Matched {
    Nothing,
    Something,
}

/// For each rule that was hit, stretches of a text that can hold a match, disjoint and in order.
type Windows = BTreeMap<usize, Vec<Range<usize>>>;

/// Those of `text`, which is shared between threads where it is large.
fn windows(
    rules: &RuleSet,
    prefilter: &Prefilter,
    text: &[u8],
    only: Option<&[Range<usize>]>,
    seeds: &mut Seeds,
) -> Result<Windows, RuleError> {
    let all = 0..text.len();
    let wanted = only.unwrap_or(std::slice::from_ref(&all)).iter();
    let blocks = wanted.flat_map(|Range { start, end }| {
        let starts = (*start..*end).step_by(BLOCK);
        starts.map(|start| start..(start + BLOCK).min(*end))
    });
    let blocks: Vec<Range<usize>> = blocks.collect();
    if let [block] = &blocks[..] {
        return windows_in(rules, prefilter, text, block.clone(), seeds);
    }
    let in_block = |block: &Range<usize>| {
        let mut seeds = Seeds::default();
        windows_in(rules, prefilter, text, block.clone(), &mut seeds)
            .map(|windows| (windows, seeds))
    };
    // Many short blocks are less than a thread costs.
    let parts = match blocks.iter().map(Range::len).sum() {
        0..=BLOCK => blocks.iter().map(in_block).collect(),
        _ => parallel::map(&blocks, 1, in_block),
    };
    let mut windows = Windows::new();
    for part in parts {
        let (of_block, of_block_seeds) = part?;
        seeds.append(of_block_seeds);
        for (rule, of_one_rule) in of_block {
            let windows = windows.entry(rule).or_default();
            for window in of_one_rule {
                add(windows, window);
            }
        }
    }
    Ok(windows)
}

/// Those around keywords in `block`.
fn windows_in(
    rules: &RuleSet,
    prefilter: &Prefilter,
    text: &[u8],
    block: Range<usize>,
    seeds: &mut Seeds,
) -> Result<Windows, RuleError> {
    let mut windows = Windows::new();
    let mut hits = Vec::new();
    prefilter.hits_and_seeds(text, block, &mut hits, seeds);
    hits.sort_unstable_by_key(|hit| (hit.rule, hit.end));
    for of_one_rule in hits.chunk_by(|a, b| a.rule == b.rule) {
        let rule = of_one_rule[0].rule;
        let max_len = rules.as_slice()[rule].max_len()?;
        let windows = windows.entry(rule).or_default();
        for hit in of_one_rule {
            add(windows, window(hit, max_len, text.len()));
        }
    }
    Ok(windows)
}

/// Where the matches that hold `hit` can stand, and one byte more on each side, for `\b` and `^`.
fn window(hit: &Hit, max_len: usize, text_len: usize) -> Range<usize> {
    hit.end.saturating_sub(max_len + 1)..(hit.start + max_len + 1).min(text_len)
}

/// Adds a window that may reach back over those that are there.
fn add(windows: &mut Vec<Range<usize>>, mut new: Range<usize>) {
    while let Some(last) = windows.pop_if(|last| new.start <= last.end) {
        new = new.start.min(last.start)..new.end.max(last.end);
    }
    windows.push(new);
}

fn matches_in(
    matcher: &Matcher,
    text: &[u8],
    counted: &mut Counted<'_>,
    window: Range<usize>,
    mut found: impl FnMut(Range<usize>),
) -> Matched {
    let haystack = &text[..window.end];
    let mut at = window.start;
    let mut matched = Matched::Nothing;
    while at <= window.end {
        let Some(whole) = matcher.regex.find_at(haystack, at) else {
            break;
        };
        matched = Matched::Something;
        let secret = secret_in(matcher, haystack, whole.range());
        if boundary::is_free(text, &secret, matcher.left, matcher.right) {
            found(secret);
            at = whole.end().max(at + 1);
        } else if let Some(secret) = counted_in(matcher, text, counted, &whole.range(), &secret) {
            at = secret.end.max(at + 1);
            found(secret);
        } else {
            // The match is part of a longer word; another can begin inside it.
            at = whole.start() + 1;
            if matcher.regex.captures_len() == 1 {
                at = next_start(text, counted, at..window.end, matcher.left);
            }
        }
    }
    matched
}

/// What matches in a string that only its length tells from what stands beside it, if such a string holds the match.
fn counted_in(
    matcher: &Matcher,
    text: &[u8],
    counted: &mut Counted<'_>,
    whole: &Range<usize>,
    secret: &Range<usize>,
) -> Option<Range<usize>> {
    let mut strings = counted.beginning_at(secret.start);
    strings.extend(counted.ending_with(secret));
    strings.into_iter().find_map(|string| {
        let haystack = &text[string.clone()];
        let from = whole.start.max(string.start) - string.start;
        let inner = matcher.regex.find_at(haystack, from)?.range();
        let inner = secret_in(matcher, haystack, inner);
        let is_free = boundary::is_free(haystack, &inner, matcher.left, matcher.right);
        is_free.then(|| string.start + inner.start..string.start + inner.end)
    })
}

/// The group `secret` of the match at `whole`, or all of it. Most rules have no groups, and groups cost a second search.
fn secret_in(matcher: &Matcher, haystack: &[u8], whole: Range<usize>) -> Range<usize> {
    if matcher.regex.captures_len() == 1 {
        return whole;
    }
    matcher
        .regex
        .captures_at(haystack, whole.start)
        .and_then(|captures| captures.name("secret"))
        .map_or(whole, |secret| secret.range())
}

/// The first place in `range` where a secret that is the whole match may start, so that a long word full of keywords
/// is not matched again from each of them.
fn next_start(
    text: &[u8],
    counted: &mut Counted<'_>,
    range: Range<usize>,
    left: Boundary,
) -> usize {
    let end = range.end;
    range
        .into_iter()
        .find(|&at| {
            boundary::is_free(text, &(at..at), left, Boundary::None)
                || !counted.beginning_at(at).is_empty()
        })
        .unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::prefilter::generate::{self, Random};
    use crate::rules::{BUILTIN, Rule};

    /// Rules whose windows differ: nested keywords of different lengths, a group, look-around, a free choice of case.
    fn odd_rules() -> [&'static Rule; 4] {
        let rule =
            |keywords: &'static [&'static str], regex: &'static str, left| -> &'static Rule {
                let keywords = keywords.iter().map(|&keyword| keyword.into());
                Box::leak(Box::new(Rule {
                    keywords: keywords.collect(),
                    regex: regex.into(),
                    left,
                    ..BUILTIN[0].clone()
                }))
            };
        [
            rule(
                &["token", "my_token_of_twenty_"],
                "[a-d]{0,30}my_token|my_token_of_twenty_[ab]{4}",
                Boundary::None,
            ),
            rule(
                &["key"],
                "(?i)key[ =:]{1,4}['\"](?P<secret>[a-f0-9]{6,12})['\"]",
                Boundary::Alnum,
            ),
            rule(&["pass"], r"(?m)^pass:\b[a-z]{3,9}$", Boundary::Word),
            rule(&["ab_"], "ab_[a-z]{0,20}_(?:x|$)", Boundary::Alnum),
        ]
    }

    type Found = Vec<(usize, Range<usize>)>;

    fn with_prefilter(rules: &RuleSet, text: &[u8]) -> Found {
        found(rules, None, text)
    }

    fn found(rules: &RuleSet, barren: Option<&Barren>, text: &[u8]) -> Found {
        let mut found = Vec::new();
        let prefilter = Prefilter::new(rules);
        let mut seeds = Seeds::default();
        matches(
            rules,
            &prefilter,
            Known {
                barren,
                ..Known::default()
            },
            text,
            &mut seeds,
            |rule, secret| {
                found.push((rule, secret));
            },
        )
        .expect("the rules compile");
        found
    }

    fn without_prefilter(rules: &RuleSet, text: &[u8]) -> Found {
        let mut found = Vec::new();
        for (index, compiled) in rules.as_slice().iter().enumerate() {
            let matcher = compiled.matcher().expect("the rules compile");
            let mut counted = Counted::of(text);
            matches_in(matcher, text, &mut counted, 0..text.len(), |secret| {
                found.push((index, secret));
            });
        }
        found
    }

    #[test]
    fn a_short_keyword_inside_a_long_one_widens_the_window() {
        let rules = RuleSet::new(odd_rules());
        let text = format!("{}my_token_of_twenty_", "a".repeat(30));
        let text = text.as_bytes();
        assert_eq!(with_prefilter(&rules, text), [(0, 0..38)]);
        assert_eq!(
            with_prefilter(&rules, text),
            without_prefilter(&rules, text)
        );
    }

    #[test]
    fn a_file_of_nothing_but_keywords_is_one_window() {
        let rules = RuleSet::new(odd_rules());
        let text = "my_token_of_twenty_".repeat(2 * BLOCK / 19);
        let windows = windows(
            &rules,
            &Prefilter::new(&rules),
            text.as_bytes(),
            None,
            &mut Seeds::default(),
        );
        let windows = windows.expect("the rules compile");
        let whole = 0..text.len();
        assert_eq!(windows, BTreeMap::from([(0, vec![whole])]));
    }

    /// What the regex matches must never be ruled out beforehand; most code should be.
    #[test]
    fn only_what_cannot_match_is_ruled_out() {
        let rules = RuleSet::builtin();
        let code = b"def key(token: str, api_key=None): return os.environ[\"KEY\"]";
        let mut ruled_out = 0;
        for compiled in rules.as_slice() {
            let matcher = compiled.matcher().expect("built-in rules compile");
            let shape = compiled.shape().expect("it is a constant");
            let own = RuleSet::new([compiled.rule()]);
            let computed = own.as_slice()[0].shape().expect("the rule is bounded");
            assert_eq!(shape, computed, "{}", compiled.rule().id);
            for seed in 0..60 {
                let text = generate::matching(&compiled.rule().regex, seed);
                let around = [b"some code = ", &*text, b"(and, more)"].concat();
                for text in [text, around] {
                    let may_match =
                        shape.may_match(&text) && compiled.may_match(&text).expect("it compiles");
                    assert!(
                        may_match || !matcher.regex.is_match(&text),
                        "{}: {}",
                        compiled.rule().id,
                        text.escape_ascii()
                    );
                }
            }
            ruled_out += usize::from(!shape.may_match(code));
        }
        let all = rules.as_slice().len();
        assert!(ruled_out * 4 > all * 3, "{ruled_out} of {all}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn matches_are_those_without_a_prefilter(seed: u64, pieces in 1..60_usize) {
            static RULES: LazyLock<RuleSet> =
                LazyLock::new(|| RuleSet::new(BUILTIN.iter().chain(odd_rules())));
            let rules = &*RULES;
            let mut random = Random(seed);
            let mut text = Vec::new();
            for _ in 0..pieces {
                let rule = rules.as_slice()[random.below(rules.as_slice().len())].rule();
                let keyword = &rule.keywords[random.below(rule.keywords.len())];
                let mut piece = match random.below(4) {
                    0 => keyword.clone().into_owned().into_bytes(),
                    1 => vec![b"a _\n.'7-"[random.below(8)]; random.below(90)],
                    _ => generate::matching(&rule.regex, random.0),
                };
                piece.truncate(piece.len().saturating_sub(random.below(9) / 8));
                text.extend(piece);
                if random.below(2) == 0 {
                    text.push(b" \n\"a\\"[random.below(5)]);
                }
            }
            let expected = without_prefilter(rules, &text);
            prop_assert_eq!(with_prefilter(rules, &text), &*expected);
            let barren = Barren::default();
            // Neither what is remembered of the whole nor of a part that begins and ends elsewhere leads astray.
            let part = &text[text.len() / 3..text.len() - text.len() / 4];
            prop_assert_eq!(found(rules, Some(&barren), part), without_prefilter(rules, part));
            for _ in 0..2 {
                prop_assert_eq!(found(rules, Some(&barren), &text), &*expected);
            }
        }
    }
}
