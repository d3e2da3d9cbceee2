//! The keyword automaton as a plain table.
//!
//! In: keywords. Out: [`Table`], a deterministic Aho-Corasick automaton over 16-bit states and byte classes.
//! `build/` includes this very file, so that the built-in keywords' table is a constant and costs a run nothing;
//! therefore it imports nothing of the crate. Custom rules' keywords get a table at run time.
//!
//! The automaton says "maybe": it sees classes of bytes and only the first [`HEAD`] of a keyword's. [`Found::is_at`]
//! has the last word.

use std::borrow::Cow;
use std::collections::HashMap;

use aho_corasick::automaton::{Automaton as _, StateID};
use aho_corasick::{Anchored, MatchKind, StartKind, dfa};

/// Bytes of a keyword that the automaton knows. It bounds how far a state can look back.
///
/// With 1,400 keywords a table of heads of eight bytes is half as large as one of sixteen, and source text holds one head
/// in 500 bytes, nearly all of them keywords.
pub(super) const HEAD: usize = 8;

/// Byte classes; one state's row is a cache line.
pub(super) const CLASSES: usize = 32;

/// One state's successors by byte class.
pub(super) type Row = [u16; CLASSES];

/// The class of a byte: for a letter the five bits in which its two cases are one.
///
/// Plain arithmetic, so that compilers turn it into vector instructions. What stands below the letters is turned so that
/// it meets few of them where keywords have it: a blank is of the class of `e`, a comma of `q`, `%` of `j`. Of all turns
/// this one leads to the fewest match states without a keyword in Python, C, Rust, Markdown, JavaScript and JSON, with the
/// built-in rules: 4 in 10,000 bytes. (With a blank as `y` 26: then `e co` is `,yco`.) Told apart by a sixth bit, bytes of
/// one class would save one head in four, and take a table of twice the size.
#[inline]
#[must_use]
pub(super) const fn class(byte: u8) -> u8 {
    let turn = if byte < b'@' { 5 } else { 0 };
    byte.wrapping_add(turn) & 0x1f
}

/// A keyword and the rule that it stands for.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    /// What is looked for.
    pub(super) keyword: Cow<'static, str>,
    /// The rule's index in the list that the table was made of.
    pub(super) rule: usize,
    /// Whether its ASCII case counts.
    pub(super) exact: bool,
}

impl Needle {
    fn head_classes(&self) -> Vec<u8> {
        self.keyword.bytes().take(HEAD).map(class).collect()
    }
}

/// A needle in a table: plain numbers, which need no relocation at start-up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// One past the keyword's last byte in the table's keywords; it begins where that of the entry before ends.
    pub(super) end: u32,
    pub(super) rule: u32,
    pub(super) exact: bool,
}

/// A keyword of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'t> {
    keyword: &'t [u8],
    exact: bool,
    /// The rule's index in the list that the table was made of.
    pub(super) rule: usize,
}

impl Found<'_> {
    /// The half-open byte range of the keyword in `text`, if its first bytes end at `head_end`.
    #[must_use]
    pub(super) fn is_at(&self, text: &[u8], head_end: usize) -> Option<std::ops::Range<usize>> {
        let start = head_end.checked_sub(self.keyword.len().min(HEAD))?;
        let end = start + self.keyword.len();
        let found = text.get(start..end)?;
        let is_equal = if self.exact {
            found == self.keyword
        } else {
            found.eq_ignore_ascii_case(self.keyword)
        };
        is_equal.then_some(start..end)
    }
}

/// An automaton.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Successors of each state.
    pub(super) rows: Cow<'static, [Row]>,
    /// The state before the first byte.
    pub(super) root: usize,
    /// Match states are those from here on: one compare tells.
    pub(super) first_match: usize,
    /// For each match state, one past its last index into `outputs`.
    pub(super) output_ends: Cow<'static, [u32]>,
    /// Indices into `entries`.
    pub(super) outputs: Cow<'static, [u16]>,
    /// What the automaton looks for.
    pub(super) entries: Cow<'static, [Entry]>,
    /// The keywords of the entries, one after the other.
    pub(super) keywords: Cow<'static, [u8]>,
}

impl Table {
    /// As many tables as the keywords need for 16-bit states: practically one.
    #[must_use]
    pub(super) fn build(needles: impl IntoIterator<Item = Needle>) -> Vec<Self> {
        // At most one state for every byte of a head, and the root.
        const MAX_HEADS: usize = (u16::MAX as usize - 1) / HEAD;
        let needles: Vec<Needle> = needles.into_iter().collect();
        needles.chunks(MAX_HEADS).map(Self::of).collect()
    }

    /// The keywords of which `state`, a match state, is the end of the head.
    pub(super) fn found_at(&self, state: usize) -> impl Iterator<Item = Found<'_>> {
        let index = state - self.first_match;
        let start = index.checked_sub(1).map_or(0, |at| self.output_ends[at]);
        let outputs = &self.outputs[wide(start)..wide(self.output_ends[index])];
        outputs
            .iter()
            .map(|&output| self.found(usize::from(output)))
    }

    fn found(&self, at: usize) -> Found<'_> {
        let Entry { end, rule, exact } = self.entries[at];
        let start = at.checked_sub(1).map_or(0, |at| self.entries[at].end);
        Found {
            keyword: &self.keywords[wide(start)..wide(end)],
            exact,
            rule: wide(rule),
        }
    }

    fn of(needles: &[Needle]) -> Self {
        let automaton = dfa::DFA::builder()
            .match_kind(MatchKind::Standard)
            .start_kind(StartKind::Unanchored)
            .prefilter(false)
            .build(needles.iter().map(Needle::head_classes))
            .expect("the heads are short and few");
        let start = automaton
            .start_state(Anchored::No)
            .expect("it was built unanchored");

        let mut states = reachable(&automaton, start);
        states.sort_by_key(|&state| automaton.is_match(state));
        let numbers: HashMap<StateID, u16> = states.iter().copied().zip(0..).collect();
        let rows = states
            .iter()
            .map(|&state| successors(&automaton, state).map(|next| numbers[&next]))
            .collect();

        let mut outputs = Vec::new();
        let mut output_ends = Vec::new();
        let (plain, matching) =
            states.split_at(states.partition_point(|&state| !automaton.is_match(state)));
        for &state in matching {
            outputs.extend(
                (0..automaton.match_len(state))
                    .map(|index| automaton.match_pattern(state, index).as_usize())
                    .map(|needle| u16::try_from(needle).expect("a table has fewer than states")),
            );
            output_ends.push(small(outputs.len()));
        }
        let mut keywords = Vec::new();
        let entry = |needle: &Needle| {
            keywords.extend_from_slice(needle.keyword.as_bytes());
            Entry {
                end: small(keywords.len()),
                rule: small(needle.rule),
                exact: needle.exact,
            }
        };
        let entries = needles.iter().map(entry).collect();
        Self {
            rows,
            root: usize::from(numbers[&start]),
            first_match: plain.len(),
            output_ends: Cow::Owned(output_ends),
            outputs: Cow::Owned(outputs),
            entries: Cow::Owned(entries),
            keywords: Cow::Owned(keywords),
        }
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).expect("nobody writes four billion rules")
}

fn wide(number: u32) -> usize {
    usize::try_from(number).expect("what was counted in memory fits into it")
}

/// Every state that `start` leads to, itself first.
fn reachable(automaton: &dfa::DFA, start: StateID) -> Vec<StateID> {
    let mut states = vec![start];
    let mut seen = HashMap::from([(start, ())]);
    let mut at = 0;
    while let Some(&state) = states.get(at) {
        for next in successors(automaton, state) {
            if seen.insert(next, ()).is_none() {
                states.push(next);
            }
        }
        at += 1;
    }
    states
}

fn successors(automaton: &dfa::DFA, state: StateID) -> [StateID; CLASSES] {
    let mut classes = 0..;
    [(); CLASSES].map(|()| {
        let class = classes.next().expect("the range has no end");
        automaton.next_state(Anchored::No, state, class)
    })
}
