//! "Could any rule match here?", asked of every byte that is read.
//!
//! In: a text. Out: where keywords stand. It may only say "maybe": the same findings come out with it off.

use aho_corasick::AhoCorasick;

use crate::rules::RuleSet;

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

/// The keyword automaton of a rule set.
#[derive(Debug)]
pub struct Prefilter {
    automaton: AhoCorasick,
    rules_of: Vec<usize>,
}

impl Prefilter {
    /// Builds the automaton.
    #[must_use]
    pub fn new(rules: &RuleSet) -> Self {
        let (keywords, rules_of): (Vec<&str>, Vec<usize>) = rules
            .as_slice()
            .iter()
            .enumerate()
            .flat_map(|(index, compiled)| {
                compiled
                    .rule
                    .keywords
                    .iter()
                    .map(move |keyword| (&**keyword, index))
            })
            .unzip();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(keywords)
            .expect("keywords are short and few");
        Self {
            automaton,
            rules_of,
        }
    }

    /// Appends every keyword in `text`, overlapping ones too, in order of their ends.
    pub fn hits(&self, text: &[u8], found: &mut Vec<Hit>) {
        found.extend(self.automaton.find_overlapping_iter(text).map(|hit| Hit {
            rule: self.rules_of[hit.pattern().as_usize()],
            start: hit.start(),
            end: hit.end(),
        }));
    }
}
