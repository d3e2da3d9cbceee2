//! The built-in rules, packed.
//!
//! In: two compressed texts a file of `src/rules`, made by `build/`. Out: the regexes of a file, when the first of them is
//! to run; its rules, when there is something to tell of one; and small tables of what is known without either. Most
//! commits need none. Packed, all rules take a tenth of what they do as constants, whose every text is a pointer that has
//! to be relocated at start-up.

use std::ops::Index;
use std::sync::OnceLock;

use super::model::Boundary;
use super::run::{Run, Runs, Set};
use super::{Rule, Shape};
use crate::packed::Packed;

include!(concat!(env!("OUT_DIR"), "/catalog.rs"));

/// The rules of one file.
struct Family {
    /// The index over all files of the first one.
    first: usize,
    /// The regexes, each with a zero byte behind it.
    regexes: Packed,
    /// A JSON array of the rules, which have no regexes.
    others: Packed,
    /// The regexes, once they were asked for.
    unpacked: OnceLock<Vec<Box<str>>>,
    /// The rules, likewise.
    rules: OnceLock<Vec<Rule>>,
}

impl Family {
    fn regexes(&self) -> &[Box<str>] {
        self.unpacked.get_or_init(|| {
            let text = String::from_utf8(self.regexes.unpack());
            let text = text.expect("the build script wrote it");
            text.split_terminator('\0').map(Box::from).collect()
        })
    }

    fn rules(&'static self) -> &'static [Rule] {
        self.rules.get_or_init(|| {
            let json = self.others.unpack();
            let mut rules: Vec<Rule> =
                serde_json::from_slice(&json).expect("the build script wrote it");
            for (rule, regex) in rules.iter_mut().zip(self.regexes()) {
                rule.regex = (&**regex).into();
            }
            rules
        })
    }
}

/// What is known of a rule without unpacking it.
struct Known {
    max_len: u32,
    /// Index into [`NEEDS`].
    need: u8,
    /// One past its last index into [`RUNS`].
    runs_end: u16,
    left: Boundary,
    right: Boundary,
}

/// The built-in rules of the preset `default`, in the order of their files' names and within each of its lines.
pub static BUILTIN: Catalog = Catalog {
    start: 0,
    end: DEFAULT_RULES,
};

/// What the preset `strict` adds to them.
pub static STRICT: Catalog = Catalog {
    start: DEFAULT_RULES,
    end: DEFAULT_RULES + STRICT_RULES,
};

/// A stretch of the rules in the program.
#[derive(Clone, Copy, Debug)]
pub struct Catalog {
    start: usize,
    end: usize,
}

impl Catalog {
    /// How many rules there are.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "it is a constant above zero")]
    pub const fn len(&self) -> usize {
        self.end - self.start
    }

    /// All rules, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static Rule> + Clone {
        (self.start..self.end).map(rule)
    }
}

impl Index<usize> for Catalog {
    type Output = Rule;

    fn index(&self, index: usize) -> &'static Rule {
        assert!(index < self.len(), "there are {} rules", self.len());
        rule(self.start + index)
    }
}

/// The file that holds the rule of this index, counted over all files, and its index there.
fn file_of(index: usize) -> (&'static Family, usize) {
    let file = &FAMILIES[FAMILIES.partition_point(|family| family.first <= index) - 1];
    (file, index - file.first)
}

/// The rule of this index.
pub(super) fn rule(index: usize) -> &'static Rule {
    let (file, at) = file_of(index);
    &file.rules()[at]
}

/// Its regex, with shorthands.
pub(super) fn regex(index: usize) -> &'static str {
    let (file, at) = file_of(index);
    &file.regexes()[at]
}

/// No match of it is longer than this many bytes.
pub(super) fn max_len(index: usize) -> usize {
    usize::try_from(KNOWN[index].max_len).expect("a match fits into memory")
}

/// What its matches are like.
pub(super) fn shape(index: usize) -> Shape {
    let start = index.checked_sub(1).map_or(0, |at| KNOWN[at].runs_end);
    let runs = &RUNS[usize::from(start)..usize::from(KNOWN[index].runs_end)];
    Shape {
        max_len: max_len(index),
        need: NEEDS[usize::from(KNOWN[index].need)],
        runs: Runs {
            any_of: runs
                .iter()
                .map(|&(set, len)| Run {
                    set: Set(SETS[usize::from(set)]),
                    len: usize::from(len),
                })
                .collect(),
        },
    }
}

/// What must not stand before and after its secret.
pub(super) fn edges(index: usize) -> (Boundary, Boundary) {
    (KNOWN[index].left, KNOWN[index].right)
}

#[cfg(test)]
mod tests {
    use super::super::family;
    use super::*;

    #[test]
    fn unpacked_rules_equal_the_files() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
        let families = [folder.clone(), folder.join("strict")];
        let mut written = Vec::new();
        for family in families.iter().flat_map(|folder| family::all(folder)) {
            for one in family.rules {
                let index = written.len();
                assert_eq!(&one, rule(index), "{}", family.name);
                assert_eq!((one.left, one.right), edges(index));
                written.push(one);
            }
        }
        assert_eq!(written.len(), BUILTIN.len() + STRICT.len());
        assert_eq!(written.last(), Some(&STRICT[STRICT.len() - 1]));
    }
}
