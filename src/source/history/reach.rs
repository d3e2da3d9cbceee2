//! How far a keyword that a seam goes through can reach into the copy beside it; or a sign before a value in base64, with as
//! much of the value as tells that it is one ([`sign::value_of`]).
//!
//! In: every keyword. Out: a number of bytes for an end of a copy. The longest keyword gives a bound that hardly any
//! comes near to. But all of a keyword is made of pairs of bytes that keywords have, and most code holds another pair a few
//! bytes on: there every keyword ends.

use crate::text::layer::sign;

/// The pairs of neighbours that keywords have, ASCII letters in lower case: a bit each.
#[derive(Debug)]
pub(super) struct Reach {
    /// The length of the longest, less one.
    most: usize,
    pairs: Vec<[u64; 4]>,
}

/// An end of a run of bytes, from which they are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Front,
    Back,
}

impl Reach {
    /// Of `keywords` and of signs with their values.
    pub(super) fn new<'k>(keywords: impl Iterator<Item = &'k [u8]>) -> Self {
        let mut reach = Self {
            most: sign::MAX_LEAD + sign::MIN_VALUE - 1,
            pairs: vec![[0; 4]; 256],
        };
        for keyword in keywords {
            reach.most = reach.most.max(keyword.len().saturating_sub(1));
            for pair in keyword.windows(2) {
                reach.add(pair[0], pair[1]);
            }
        }
        reach.add_values();
        reach
    }

    /// Pairs from the last byte of a sign on.
    fn add_values(&mut self) {
        let digits = (0..=u8::MAX).filter(|&byte| sign::is_standard_or_url_safe(byte));
        let digits: Vec<u8> = digits.collect();
        let gap_or_digit = [sign::GAP, &digits].concat();
        let lasts = sign::VALUES.iter().filter_map(|sign| sign.bytes().last());
        for before in lasts.chain(sign::GAP.iter().copied()) {
            for &after in &gap_or_digit {
                self.add(before, after);
            }
        }
        for &quote in b"\"'" {
            self.add(b'b', quote);
        }
        for &first in &digits {
            for &second in &digits {
                self.add(first, second);
            }
        }
    }

    fn add(&mut self, first: u8, second: u8) {
        let [first, second] = [first, second].map(|byte| byte.to_ascii_lowercase());
        self.pairs[usize::from(first)][usize::from(second >> 6)] |= 1 << (second & 63);
    }

    /// At least as many bytes of `run` as can belong to a keyword that begins or ends beyond its `side`; and before the `known`
    /// bytes at its back, which may be all or part of a value, as many as can be a sign of it.
    ///
    /// Pairs among the known ones are not looked at: where a keyword goes beyond these, it has the pairs that follow.
    pub(super) fn within(&self, run: &[u8], side: Side, known: usize) -> usize {
        if known >= run.len() {
            return known;
        }
        let near = side.first(run, self.most.max(known + sign::MAX_LEAD));
        let rest = side.without(near, known.saturating_sub(1));
        let has = |pair: &[u8]| self.has(pair[0], pair[1]);
        let pairs = match side {
            Side::Front => rest.windows(2).take_while(|pair| has(pair)).count(),
            Side::Back => rest.windows(2).rev().take_while(|pair| has(pair)).count(),
        };
        near.len().min(known.max(1) + pairs)
    }

    #[inline(always)]
    fn has(&self, first: u8, second: u8) -> bool {
        let [first, second] = [first, second].map(|byte| byte.to_ascii_lowercase());
        self.pairs[usize::from(first)][usize::from(second >> 6)] >> (second & 63) & 1 == 1
    }
}

impl Side {
    /// So many bytes from here, or all.
    #[inline(always)]
    pub(super) fn first(self, run: &[u8], len: usize) -> &[u8] {
        let len = len.min(run.len());
        match self {
            Self::Front => &run[..len],
            Self::Back => &run[run.len() - len..],
        }
    }

    /// The others.
    #[inline(always)]
    pub(super) fn without(self, run: &[u8], len: usize) -> &[u8] {
        match self {
            Self::Front => &run[len..],
            Self::Back => &run[..run.len() - len],
        }
    }

    /// How many bytes in a row, from here, are such ones.
    pub(super) fn count(self, run: &[u8], is_one: impl Fn(u8) -> bool) -> usize {
        match self {
            Self::Front => run.iter().take_while(|&&byte| is_one(byte)).count(),
            Self::Back => run.iter().rev().take_while(|&&byte| is_one(byte)).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prefilter::Prefilter;
    use crate::rules::RuleSet;

    /// Wherever a keyword is cut, and in whatever case it is written, both parts are within reach; and signs of escapes and of
    /// notebooks are keywords too.
    #[test]
    fn no_keyword_goes_beyond_it() {
        let prefilter = Prefilter::new(&RuleSet::builtin());
        let reach = Reach::new(prefilter.needles());
        let mut count = 0;
        for keyword in prefilter.needles().chain([&b"\"nbformat\""[..], b"\\u006"]) {
            for keyword in [keyword.to_ascii_uppercase(), keyword.to_vec()] {
                for cut in 1..keyword.len() {
                    let (first, second) = keyword.split_at(cut);
                    let before = [b" a, b", first].concat();
                    let after = [second, b" a, b"].concat();
                    for known in 0..6 {
                        assert!(reach.within(&before, Side::Back, known) >= first.len());
                        assert!(reach.within(&after, Side::Front, known) >= second.len());
                        count += 1;
                    }
                }
            }
        }
        assert!(count > 10_000, "{count}");
    }

    /// However much of a value stands before the seam, its sign is within reach; and so is what tells of the value behind a
    /// seam in its sign.
    #[test]
    fn a_sign_is_read_with_its_value() {
        let prefilter = Prefilter::new(&RuleSet::builtin());
        let reach = Reach::new(prefilter.needles());
        let value = "dXNlcjpwYXNzd29yZA/+dXNlcjpwYXNzd29yZA";
        let mut count = 0;
        for sign in sign::VALUES {
            for gap in ["", " ", "\"", "b'", "b\"", "  \\\"", " `", "\t  \"'"] {
                let text = format!("{sign}{gap}{value}");
                assert!(sign::value_of(text.as_bytes(), 0).is_some(), "{text}");
                for cut in 1..text.len() {
                    let (first, second) = text.as_bytes().split_at(cut);
                    let before = [b"(x, y);", first].concat();
                    let after = [second, b";(x, y)"].concat();
                    let is_digit = sign::is_standard_or_url_safe;
                    for known in [0, 1, 3] {
                        let known = known
                            .min(second.len())
                            .max(Side::Front.count(&after, is_digit));
                        let head = reach.within(&after, Side::Front, known);
                        let known = Side::Back.count(&before, is_digit);
                        let tail = reach.within(&before, Side::Back, known);
                        assert!(tail >= first.len(), "{text} {cut} {tail}");
                        let seen = [first, &after[..head]].concat();
                        assert!(sign::value_of(&seen, 0).is_some(), "{text} {cut} {head}");
                        count += 1;
                    }
                }
            }
        }
        assert!(count > 10_000, "{count}");
    }

    #[test]
    fn it_ends_where_no_keyword_goes_on() {
        let reach = Reach::new([&b":;<:"[..], b"X>"].into_iter());
        for (run, front, back) in [
            (&b":;<, :;<"[..], 3, 3),
            (b";<:;", 4, 4),
            (b">x", 1, 1),
            (b"x>", 2, 2),
            (b"(a, b)", 2, 1),
            (b"", 0, 0),
        ] {
            assert_eq!(reach.within(run, Side::Front, 0), front, "{run:?}");
            assert_eq!(reach.within(run, Side::Back, 0), back, "{run:?}");
        }
        assert_eq!(reach.within(b":;<", Side::Back, 5), 5);
        assert_eq!(reach.within(b":,;<:;", Side::Front, 1), 1);
        assert_eq!(reach.within(b":,;<:;", Side::Front, 3), 6);
        assert_eq!(reach.within(b"<:;,:", Side::Back, 3), 5);
        let long = [b'x'; 100];
        assert_eq!(reach.within(&long, Side::Front, 0), reach.most);
        assert_eq!(reach.within(&long, Side::Back, 50), 50 + sign::MAX_LEAD);
    }
}
