//! "Could any rule match here?", asked of every byte that is read.
//!
//! In: a text. Out: where keywords stand. It may only say "maybe": the same findings come out with it off.
//! `table` is the automaton, which for the built-in rules `build/` has computed; `lanes` steps it.

mod lanes;
mod table;

use std::borrow::Cow;
use std::ops::Range;

use table::{Entry, Needle, Table};

use crate::rules::{BUILTIN, Member, RuleSet, STRICT};
use crate::text::layer::{self, Seeds, sign};

include!(concat!(env!("OUT_DIR"), "/keywords.rs"));

/// Bytes that are read twice in a row, for runs and for keywords: they are in a near cache the second time. Whole blocks of
/// all lanes.
const PIECE: usize = 64 << 10;

/// A keyword of a rule at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Index into [`RuleSet::as_slice`].
    pub rule: usize,
    /// Byte offset of the keyword's first byte.
    pub start: usize,
    /// Byte offset one past its last.
    pub end: usize,
}

/// The keyword automata of a rule set.
#[derive(Debug)]
pub struct Prefilter {
    layers: Vec<Layer>,
}

/// A table and what its rules are called in the set.
#[derive(Debug)]
struct Layer {
    table: Cow<'static, Table>,
    /// The index in the set of each rule that the table was made of, if it is in there.
    in_set: Vec<Option<usize>>,
}

impl Prefilter {
    /// Takes the built-in rules' table as it stands and builds one for other rules, if there are any.
    #[must_use]
    pub fn new(rules: &RuleSet) -> Self {
        let mut builtin = vec![None; BUILTIN.len()];
        let mut strict = vec![None; STRICT.len()];
        let mut others = Vec::new();
        for (index, compiled) in rules.as_slice().iter().enumerate() {
            let slot = match compiled.member {
                Member::Builtin(at) => match at.checked_sub(BUILTIN.len()) {
                    None => builtin.get_mut(at),
                    Some(at) => strict.get_mut(at),
                },
                Member::Own(_) => None,
            };
            match slot {
                Some(slot) if slot.is_none() => *slot = Some(index),
                _ => others.push(index),
            }
        }
        let mut layers = Vec::new();
        // The first table is always there: it knows the escapes.
        for (tables, in_set, wanted) in [
            (BUILTIN_TABLES, &builtin, true),
            (STRICT_TABLES, &strict, strict.iter().any(Option::is_some)),
        ] {
            if wanted {
                layers.extend(tables.iter().map(|table| Layer {
                    table: Cow::Borrowed(table),
                    in_set: in_set.clone(),
                }));
            }
        }
        let needles = others.iter().enumerate().flat_map(|(at, &index)| {
            let keywords = rules.as_slice()[index].rule().keywords.iter();
            keywords.map(move |keyword| Needle {
                keyword: keyword.clone(),
                rule: at,
                exact: false,
            })
        });
        layers.extend(Table::build(needles).into_iter().map(|table| Layer {
            table: Cow::Owned(table),
            in_set: others.iter().copied().map(Some).collect(),
        }));
        Self { layers }
    }

    /// Every string that is looked for: keywords, and signs that something is encoded or a notebook.
    pub fn needles(&self) -> impl Iterator<Item = &[u8]> {
        self.layers.iter().flat_map(|layer| needles(&layer.table))
    }

    /// Appends every keyword in `text`, overlapping ones too, in no order.
    pub fn hits(&self, text: &[u8], found: &mut Vec<Hit>) {
        self.hits_within(text, 0..text.len(), found);
    }

    /// The same for a part of a text: appends the keywords whose automaton ends in `range`.
    ///
    /// Ranges that make up a text together give each of its keywords once, and a keyword starts no further before its
    /// range than the automaton looks back.
    pub fn hits_within(&self, text: &[u8], range: Range<usize>, found: &mut Vec<Hit>) {
        self.search(text, range, found, |_, _| {});
    }

    /// The same, and appends to `seeds` the places in the range at which something may be encoded.
    pub fn hits_and_seeds(
        &self,
        text: &[u8],
        range: Range<usize>,
        found: &mut Vec<Hit>,
        seeds: &mut Seeds,
    ) {
        let mut done = 0;
        for start in range.clone().step_by(PIECE) {
            let piece = start..range.end.min(start + PIECE);
            layer::run_seeds(text, piece.clone(), &mut done, &mut seeds.runs);
            self.search(text, piece, found, |kind, at| match kind {
                0 => seeds.escapes.push(at),
                1 => seeds.notebook = true,
                2 => seeds.manifest = true,
                _ => seeds.values.extend(sign::value_of(text, at).map(|_| at)),
            });
        }
    }

    fn search(
        &self,
        text: &[u8],
        range: Range<usize>,
        found: &mut Vec<Hit>,
        mut sign: impl FnMut(usize, usize),
    ) {
        for layer in &self.layers {
            lanes::run(&layer.table, text, range.clone(), &mut |state, end| {
                for needle in layer.table.found_at(state) {
                    // Past the rules of a table stand the signs of what is encoded, a number for each kind.
                    let rule = match layer.in_set.get(needle.rule) {
                        Some(None) => continue,
                        Some(&rule) => rule,
                        None => None,
                    };
                    match (rule, needle.is_at(text, end)) {
                        (Some(rule), Some(Range { start, end })) => {
                            found.push(Hit { rule, start, end });
                        }
                        (None, Some(at)) => sign(needle.rule - layer.in_set.len(), at.start),
                        (_, None) => {}
                    }
                }
            });
        }
    }
}

/// The strings that `table` was made of.
fn needles(table: &Table) -> impl Iterator<Item = &[u8]> {
    let mut rest = &*table.keywords;
    let mut start = 0;
    table.entries.iter().map(move |entry| {
        let (needle, others) = rest.split_at((entry.end - start) as usize);
        (rest, start) = (others, entry.end);
        needle
    })
}

#[cfg(test)]
pub(crate) mod generate;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rules::Rule;

    /// Longer than a block of each kind of segment, and some more.
    const LONG_TEXT: usize = 16_000;

    fn rule_with(keywords: &[&str]) -> &'static Rule {
        let keywords = keywords.iter().map(|&keyword| keyword.to_owned().into());
        Box::leak(Box::new(Rule {
            keywords: keywords.collect(),
            ..BUILTIN[0].clone()
        }))
    }

    fn found(prefilter: &Prefilter, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        prefilter.hits(text, &mut hits);
        hits.sort_unstable();
        hits
    }

    /// The same, by comparing every keyword with every place.
    fn expected(rules: &RuleSet, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (rule, compiled) in rules.as_slice().iter().enumerate() {
            for keyword in compiled.rule().keywords.iter() {
                let windows = text.windows(keyword.len()).enumerate();
                hits.extend(
                    windows
                        .filter(|(_, window)| window.eq_ignore_ascii_case(keyword.as_bytes()))
                        .map(|(start, window)| Hit {
                            rule,
                            start,
                            end: start + window.len(),
                        }),
                );
            }
        }
        hits.sort_unstable();
        hits
    }

    #[test]
    fn a_keyword_is_found_wherever_it_stands() {
        let keywords = ["needle_", "a-very-long-keyword-of-forty-bytes-and-1"];
        let rules = RuleSet::new([rule_with(&keywords)]);
        let prefilter = Prefilter::new(&rules);
        for keyword in keywords {
            for shift in 0..48 {
                let mut text = vec![b'.'; shift];
                while text.len() < LONG_TEXT {
                    text.extend_from_slice(keyword.as_bytes());
                    text.resize(text.len().next_multiple_of(48) + shift, b'.');
                }
                assert_eq!(found(&prefilter, &text), expected(&rules, &text), "{shift}");
                text.truncate(shift + keyword.len());
                assert_eq!(found(&prefilter, &text).len(), 1, "{shift}");
                text.pop();
                assert_eq!(found(&prefilter, &text), [], "{shift}");
            }
        }
    }

    #[test]
    fn bytes_of_one_class_are_told_apart() {
        let rules = RuleSet::new([rule_with(&["sk-a", "caf\u{e9}"])]);
        let prefilter = Prefilter::new(&rules);
        for (text, count) in [
            (&b"SK-A"[..], 1),
            (b"sk\ra", 0),
            (b"s\x0b-a", 0),
            ("caf\u{e9}".as_bytes(), 1),
            (b"cafC)", 0),
        ] {
            assert_eq!(found(&prefilter, text).len(), count, "{text:?}");
        }
    }

    #[test]
    fn a_keyword_of_several_rules_hits_each_that_is_in_the_set() {
        let rules = RuleSet::new(
            (0..BUILTIN.len())
                .rev()
                .map(Member::Builtin)
                .chain([rule_with(&[&BUILTIN[0].keywords[0], "mine"]).into()]),
        );
        let text = format!("{} MINE", BUILTIN[0].keywords[0]);
        let hits = found(&Prefilter::new(&rules), text.as_bytes());
        assert_eq!(hits, expected(&rules, text.as_bytes()));
        for rule in [BUILTIN.len() - 1, BUILTIN.len()] {
            assert!(hits.iter().any(|hit| hit.rule == rule), "{rule}");
        }
        let without = RuleSet::new((1..BUILTIN.len()).map(Member::Builtin));
        assert_eq!(
            found(&Prefilter::new(&without), text.as_bytes()),
            expected(&without, text.as_bytes())
        );
        assert_eq!(
            found(&Prefilter::new(&RuleSet::new([] as [Member; 0])), b"hf_"),
            []
        );
    }

    #[test]
    fn what_a_built_in_rule_matches_is_hit() {
        let rules = RuleSet::builtin();
        let prefilter = Prefilter::new(&rules);
        for (index, compiled) in rules.as_slice().iter().enumerate() {
            let regex = &compiled.matcher().expect("built-in rules compile").regex;
            let mut matching = 0;
            for seed in 0..60 {
                let text = generate::matching(&compiled.rule().regex, seed);
                if !regex.is_match(&text) {
                    continue;
                }
                matching += 1;
                assert!(
                    found(&prefilter, &text).iter().any(|hit| hit.rule == index),
                    "{}: {}",
                    compiled.rule().id,
                    text.escape_ascii()
                );
            }
            assert!(matching > 20, "{}: {matching}", compiled.rule().id);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn hits_are_those_of_a_plain_search(
            keywords in prop::collection::vec("[abAB_-]{1,4}|[a-b]{14,20}|[a-zA-Z0-9 é=/]{1,20}", 1..8),
            pieces in prop::collection::vec(("[ab_-]{0,9}|[^a-b]{0,40}|\\PC{0,200}", 0..8_usize, 1..40_usize), 0..40),
            cut in 0..LONG_TEXT,
        ) {
            let mut text = Vec::new();
            for (piece, keyword, times) in pieces {
                text.extend(piece.repeat(times).bytes());
                text.extend(keywords[keyword % keywords.len()].bytes());
            }
            text.truncate(LONG_TEXT);
            let keywords: Vec<&str> = keywords.iter().map(String::as_str).collect();
            let (first, second) = keywords.split_at(keywords.len() / 2);
            let rules = RuleSet::new([
                rule_with(first).into(),
                rule_with(second).into(),
                Member::Builtin(0),
            ]);
            let prefilter = Prefilter::new(&rules);
            let expected = expected(&rules, &text);
            prop_assert_eq!(&found(&prefilter, &text), &expected);

            let cut = cut.min(text.len());
            let mut parts = Vec::new();
            prefilter.hits_within(&text, cut..text.len(), &mut parts);
            prefilter.hits_within(&text, 0..cut, &mut parts);
            parts.sort_unstable();
            prop_assert_eq!(&parts, &expected);
        }
    }
}
