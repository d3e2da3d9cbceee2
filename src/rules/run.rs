//! A cheap "no" before a regex is asked.
//!
//! In: a regex's structure. Out: runs of bytes, one of which every match holds, such as "34 letters". Most keywords stand
//! in code where nothing like a secret follows; there a look at every 34th byte of the surroundings settles it. A lazy
//! DFA takes a look at each byte, and with some hundred rules its states do not stay cached. `build/` includes this file, as
//! it does [`super::shape`].

use regex_syntax::hir::{Class, Hir, HirKind};

/// What a match must hold: one of these runs. Without any, nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Runs {
    pub(super) any_of: Vec<Run>,
}

/// So many bytes in a row, all of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) set: Set,
    pub(super) len: usize,
}

/// More alternatives than this cost more than they save.
const MAX_RUNS: usize = 4;

/// A shorter run is everywhere.
const MIN_LEN: usize = 8;

impl Runs {
    pub(super) fn of(hir: &Hir) -> Self {
        let any_of = runs(hir).unwrap_or_default();
        Self { any_of }
    }

    /// Whether `text` holds what a match must hold.
    pub(super) fn may_match(&self, text: &[u8]) -> bool {
        self.any_of.is_empty() || self.any_of.iter().any(|run| run.is_in(text))
    }
}

impl Run {
    /// A run of `len` bytes covers a place that is a multiple of `len`, less one.
    fn is_in(&self, text: &[u8]) -> bool {
        let mut at = self.len - 1;
        while let Some(&byte) = text.get(at) {
            if !self.set.has(byte) {
                at += self.len;
                continue;
            }
            let before = text[..at]
                .iter()
                .rev()
                .take_while(|&&byte| self.set.has(byte))
                .count();
            let wanted = self.len.saturating_sub(before);
            let after = text[at..]
                .iter()
                .take(wanted)
                .take_while(|&&byte| self.set.has(byte))
                .count();
            if after == wanted {
                return true;
            }
            // The byte after these is not of the set.
            at += after + self.len;
        }
        false
    }

    /// Bits that a text must have by chance to hold it: the more, the rarer.
    fn weight(&self) -> f64 {
        let share = f64::from(self.set.count()) / 256.0;
        -share.log2() * f64::from(u32::try_from(self.len).unwrap_or(u32::MAX))
    }
}

/// The best runs of `hir`, one of which each match holds; `None` where there are none.
fn runs(hir: &Hir) -> Option<Vec<Run>> {
    let whole = whole(hir).filter(|run| run.len >= MIN_LEN);
    let inner = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) | HirKind::Class(_) => None,
        HirKind::Capture(capture) => runs(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => runs(&repetition.sub),
        HirKind::Repetition(_) => None,
        HirKind::Alternation(branches) => {
            let each: Option<Vec<Vec<Run>>> = branches.iter().map(runs).collect();
            each.map(|each| each.concat())
                .filter(|all| all.len() <= MAX_RUNS)
        }
        HirKind::Concat(parts) => best_slice(parts)
            .map(|run| vec![run])
            .into_iter()
            .chain(parts.iter().filter_map(runs))
            .max_by(|a, b| weight(a).total_cmp(&weight(b))),
    };
    whole
        .map(|run| vec![run])
        .into_iter()
        .chain(inner)
        .max_by(|a, b| weight(a).total_cmp(&weight(b)))
}

fn weight(runs: &[Run]) -> f64 {
    runs.iter().map(Run::weight).fold(f64::MAX, f64::min)
}

/// Neighbours make a run together: at least so many bytes, none of which is outside of all their sets.
fn best_slice(parts: &[Hir]) -> Option<Run> {
    let parts: Vec<Option<Run>> = parts.iter().map(whole).collect();
    let mut best: Option<Run> = None;
    for start in 0..parts.len() {
        let mut run = Run {
            set: Set::default(),
            len: 0,
        };
        for part in &parts[start..] {
            let Some(part) = part else {
                break;
            };
            run.set.add(&part.set);
            run.len += part.len;
            let is_better = best
                .as_ref()
                .is_none_or(|best| best.weight() < run.weight());
            if run.len >= MIN_LEN && is_better {
                best = Some(run);
            }
        }
    }
    best
}

/// Everything that `hir` matches, as one run: its shortest length, and every byte that can be in it.
fn whole(hir: &Hir) -> Option<Run> {
    let mut set = Set::default();
    set.fill(hir)?;
    Some(Run {
        set,
        len: hir.properties().minimum_len().unwrap_or(0),
    })
}

/// A set of bytes, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Set(pub(super) [u64; 4]);

impl Set {
    fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    fn add(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own |= other;
        }
    }

    fn count(&self) -> u32 {
        self.0.iter().map(|part| part.count_ones()).sum()
    }

    /// Adds every byte that a match of `hir` can hold; `None` where that is not known.
    fn fill(&mut self, hir: &Hir) -> Option<()> {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => literal.0.iter().for_each(|&byte| self.insert(byte)),
            HirKind::Class(Class::Bytes(class)) => {
                for range in class.iter() {
                    (range.start()..=range.end()).for_each(|byte| self.insert(byte));
                }
            }
            HirKind::Class(Class::Unicode(class)) => {
                for range in class.iter() {
                    let end = u8::try_from(range.end()).ok().filter(u8::is_ascii)?;
                    let start = u8::try_from(range.start()).ok()?;
                    (start..=end).for_each(|byte| self.insert(byte));
                }
            }
            HirKind::Capture(capture) => self.fill(&capture.sub)?,
            HirKind::Repetition(repetition) => self.fill(&repetition.sub)?,
            HirKind::Concat(parts) | HirKind::Alternation(parts) => {
                parts.iter().try_for_each(|part| self.fill(part))?;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(regex: &str) -> Runs {
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(regex);
        Runs::of(&hir.expect("it is well-formed"))
    }

    #[track_caller]
    fn assert_told(regex: &str, fits: &[&str], does_not: &[&str]) {
        let runs = of(regex);
        for text in fits {
            assert!(runs.may_match(text.as_bytes()), "{regex}: {text}");
        }
        for text in does_not {
            assert!(!runs.may_match(text.as_bytes()), "{regex}: {text}");
        }
    }

    #[test]
    fn the_longest_run_decides() {
        let fits = ["key=aaaaaaaaaa", "..keykey=aaaaaaa", "-- key=abcabcabcad"];
        assert_told(
            "key=[a-c]{10}",
            &fits,
            &["key=", "key=aaaaaaaaa.aaaaaaaaa", "abcabcabca"],
        );
        assert_told(
            "[a-c]{4}-[d-f]{4}-[a-c]{4}",
            &["abca-defd-abca"],
            &["abca-defd.abca"],
        );
        // What may be absent may also be there.
        assert_told(
            "[a-c]{8}x?[a-c]{8}",
            &["abcaabcaxabcaabca"],
            &["abcaabca.bcaabca"],
        );
    }

    #[test]
    fn of_alternatives_any_will_do() {
        assert_told(
            "(?:key|token)(?:=[a-c]{10}|=[0-9]{12})",
            &["aaaaaaaaaaaa", "123456789012"],
            &["key=aaaaaaaaa", "token=12345678901"],
        );
    }

    #[test]
    fn where_nothing_is_known_anything_may_match() {
        for regex in [
            "abc",
            "(?:[a-c]{10}|x)",
            "[a-c]{0,10}x",
            "(?:[a-c]{10})?abcdefg",
        ] {
            assert!(of(regex).may_match(b"anything"), "{regex}");
        }
    }

    #[test]
    fn a_run_is_found_at_every_place_and_no_shorter_one() {
        let run = &of("[a-c]{10}").any_of[0];
        for before in 0..30 {
            for len in 0..30 {
                for after in [0, 1, 9, 10, 25] {
                    let text = [".".repeat(before), "b".repeat(len), ".".repeat(after)].concat();
                    assert_eq!(run.is_in(text.as_bytes()), len >= 10, "{text}");
                    let twice = [&*text, "bbbbbbbbb.", &text].concat();
                    let joined = after == 0 && len + 9 >= 10;
                    assert_eq!(run.is_in(twice.as_bytes()), len >= 10 || joined, "{twice}");
                }
            }
        }
    }
}
