//! The line of a finding as a person may see it: cut to a window, every secret in it masked.
//!
//! In: a text and all that matched in it, whether or not it became a finding. Out: an [`Excerpt`], or a whole text, that
//! shows of each secret its mask at most.

use std::ops::Range;

use bstr::BString;

use crate::finding::Excerpt;
use crate::order;
use crate::text::position::Lines;

/// Bytes shown on each side of the secret.
const WINDOW: usize = 60;

/// Stands for what was cut off.
const CUT: &str = "…";

/// What of one text may not be shown, and the mask in its place.
#[derive(Debug, Default)]
pub(super) struct Masks {
    /// Disjoint, in order.
    hidden: Vec<Hidden>,
}

#[derive(Debug)]
struct Hidden {
    range: Range<usize>,
    mask: String,
}

impl Masks {
    /// Hides each of `secrets`, and the rest of the token where one is only its head. Those that overlap become one,
    /// under the mask of the first: two masks of one stretch would show more of it than one may.
    pub(super) fn new(text: &[u8], mut secrets: Vec<(Range<usize>, String)>) -> Self {
        order::sort_by(&mut secrets, |(a, _), (b, _)| {
            (a.start, b.end).cmp(&(b.start, a.end))
        });
        let mut hidden: Vec<Hidden> = Vec::new();
        for (range, mask) in secrets {
            match hidden.last_mut() {
                // What ends before the last one's end cannot be the head of a token that ends after it.
                Some(last) if range.end <= last.range.end => {}
                Some(last) if range.start < last.range.end => {
                    last.range.end = token_end(text, range.end);
                }
                _ => hidden.push(Hidden {
                    range: range.start..token_end(text, range.end),
                    mask,
                }),
            }
        }
        Self { hidden }
    }

    /// `text[range]` with every hidden stretch, or part of one, replaced by its mask.
    pub(super) fn redact(&self, text: &[u8], range: Range<usize>) -> BString {
        let mut shown = Vec::new();
        let mut at = range.start;
        let first = self
            .hidden
            .partition_point(|hidden| hidden.range.end <= range.start);
        for hidden in &self.hidden[first..] {
            if hidden.range.start >= range.end {
                break;
            }
            shown.extend_from_slice(&text[at..hidden.range.start.max(at)]);
            shown.extend_from_slice(hidden.mask.as_bytes());
            at = hidden.range.end.min(range.end);
        }
        shown.extend_from_slice(&text[at..range.end]);
        BString::from(shown)
    }

    /// Whether the bytes on both sides of `at` are the same word, and not a hidden one.
    fn cuts_word(&self, text: &[u8], at: usize) -> bool {
        let is_word = |at: Option<usize>| {
            at.and_then(|at| text.get(at))
                .is_some_and(|&byte| is_word(byte))
        };
        let hidden = self.around(&(at..at));
        hidden.is_empty() && is_word(at.checked_sub(1)) && is_word(Some(at))
    }

    /// The stretch that hides `secret`.
    fn around(&self, secret: &Range<usize>) -> Range<usize> {
        let at = self
            .hidden
            .partition_point(|hidden| hidden.range.end <= secret.start);
        match self.hidden.get(at) {
            Some(hidden) if hidden.range.start <= secret.start => {
                hidden.range.start..hidden.range.end.max(secret.end)
            }
            _ => secret.clone(),
        }
    }
}

/// The line in which `secret` begins, with `mask` in its place; of a secret of several lines only the first is shown.
pub(super) fn around(
    lines: &Lines<'_>,
    secret: &Range<usize>,
    mask: &str,
    masks: &Masks,
) -> Excerpt {
    let text = lines.text();
    let hidden = masks.around(secret);
    let window_start = char_start(text, hidden.start.saturating_sub(WINDOW));
    let line_start = lines.cut(window_start..hidden.start, hidden.start).start;
    let before = masks.redact(text, line_start..hidden.start);
    let mut before = without_long_words(&before, masks.cuts_word(text, line_start), false);
    if !lines.starts_at(line_start) {
        before.splice(..0, CUT.bytes());
    }
    let window_end = char_start(text, text.len().min(hidden.end.saturating_add(WINDOW)));
    let mut after = BString::default();
    if !lines.breaks(&hidden) {
        let line_end = lines.cut(hidden.end..window_end, hidden.end).end;
        after = masks.redact(text, hidden.end..line_end);
        after = without_long_words(&after, false, masks.cuts_word(text, line_end));
        if !lines.ends_at(line_end) {
            after.extend_from_slice(CUT.as_bytes());
        }
    }
    Excerpt {
        before,
        mask: mask.to_owned(),
        after,
    }
}

/// Words at least this long are not shown: what no rule took for a secret, such as one glued to another word, may be one.
const LONG_WORD: usize = 32;

/// How much of such a word is shown.
const SHOWN: usize = 4;

/// `shown` with long words cut short, and words that the window cut left out.
fn without_long_words(shown: &[u8], cut_at_start: bool, cut_at_end: bool) -> BString {
    let mut kept = Vec::with_capacity(shown.len());
    let mut at = 0;
    while at < shown.len() {
        let len = shown[at..]
            .iter()
            .take_while(|&&byte| is_word(byte))
            .count();
        let cut = (cut_at_start && at == 0) || (cut_at_end && at + len == shown.len());
        if len >= LONG_WORD && !cut {
            kept.extend_from_slice(&shown[at..at + SHOWN]);
            kept.extend_from_slice(CUT.as_bytes());
        } else if !cut {
            kept.extend_from_slice(&shown[at..at + len]);
        }
        at += len;
        if let Some(&byte) = shown.get(at) {
            kept.push(byte);
            at += 1;
        }
    }
    BString::from(kept)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'=')
}

/// Where the run of token characters that continues a secret ends: a rule may match only the head of a longer one.
fn token_end(text: &[u8], at: usize) -> usize {
    let more = text[at..]
        .iter()
        .take_while(|&&byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=')
        })
        .count();
    at + more
}

/// `at`, moved left to the start of the UTF-8 sequence that it cuts.
fn char_start(text: &[u8], at: usize) -> usize {
    let is_inner = |at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    (at.saturating_sub(3)..=at)
        .rev()
        .find(|&at| !is_inner(at))
        .unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masks(text: &str, secrets: &[&str]) -> Masks {
        let found = secrets
            .iter()
            .map(|secret| {
                let at = text.find(secret).expect("the text holds it");
                (at..at + secret.len(), format!("<{}>", &secret[..1]))
            })
            .collect();
        Masks::new(text.as_bytes(), found)
    }

    #[track_caller]
    fn excerpt(text: &str, secret: &str, others: &[&str]) -> String {
        let at = text.find(secret).expect("the text holds it");
        let all: Vec<&str> = others.iter().copied().chain([secret]).collect();
        let lines = Lines::of(text.as_bytes());
        let shown = around(&lines, &(at..at + secret.len()), "MASK", &masks(text, &all));
        format!("{}|{}|{}", shown.before, shown.mask, shown.after)
    }

    #[test]
    fn a_line_is_shown_without_its_secrets() {
        assert_eq!(
            excerpt("x\na = 'SECRET' # c\ny", "SECRET", &[]),
            "a = '|MASK|' # c"
        );
        assert_eq!(
            excerpt("k=ONE, l=TWO, m=TRI", "TWO", &["ONE", "TRI"]),
            "k=<O>, l=|MASK|, m=<T>"
        );
        assert_eq!(excerpt("SECRET", "SECRET", &[]), "|MASK|");
        assert_eq!(excerpt("a\rSECRET\rb", "SECRET", &[]), "|MASK|");
    }

    #[test]
    fn the_rest_of_a_longer_token_is_hidden_too() {
        assert_eq!(
            excerpt("k=SECRETandmore-of_it/x==; y", "SECRET", &[]),
            "k=|MASK|; y"
        );
        assert_eq!(
            excerpt("a=SECRETandmore b=TWO", "TWO", &["SECRET"]),
            "a=<S> b=|MASK|"
        );
    }

    #[test]
    fn overlapping_secrets_show_one_mask() {
        assert_eq!(
            excerpt("k=abcdef;ghi z", "ef;gh", &["abcdef"]),
            "k=|MASK| z"
        );
        assert_eq!(
            excerpt("k=abcdef z=TWO", "TWO", &["abcdef", "cdef", "bc"]),
            "k=<a> z=|MASK|"
        );
    }

    #[test]
    fn a_token_across_the_edge_of_the_window_is_hidden() {
        let text = format!(
            "{}LEFT{}SECRET{}RIGHT{}",
            "x ".repeat(99),
            " ".repeat(58),
            " ".repeat(58),
            " y".repeat(99)
        );
        let shown = excerpt(&text, "SECRET", &["LEFT", "RIGHT"]);
        assert_eq!(
            shown,
            format!("…<L>{}|MASK|{}<R>…", " ".repeat(58), " ".repeat(58))
        );
    }

    #[test]
    fn a_secret_of_several_lines_shows_its_first() {
        let text = "a = '-BEGIN\nbody\nEND-' z\nnext";
        assert_eq!(excerpt(text, "-BEGIN\nbody\nEND-", &[]), "a = '|MASK|");
        assert_eq!(
            excerpt("K-BEGIN\nbody\nEND-' z TWO", "TWO", &["-BEGIN\nbody\nEND-"]),
            "<->' z |MASK|"
        );
    }

    #[test]
    fn what_is_not_new_is_hidden_too() {
        use crate::finding::{Origin, Part};
        use crate::rules::{BUILTIN, Boundary, Rule, RuleSet};
        use crate::scan::{Place, Scanner};

        let user_token = BUILTIN
            .iter()
            .find(|rule| rule.id == "huggingface-user-token")
            .expect("the rule is built in");
        let block: &'static Rule = Box::leak(Box::new(Rule {
            id: "block".into(),
            keywords: vec!["<<".into()].into(),
            regex: "<<[^>]{1,80}>>".into(),
            prefix: "".into(),
            left: Boundary::None,
            right: Boundary::None,
            min_entropy: 0.0,
            ..user_token.clone()
        }));
        let scanner = Scanner::new(RuleSet::new([user_token, block]));
        let body = "qWeRtYuIoPaSdFgHjKlZxCvBnMqAzWsXeD";
        let old = format!("a = 'hf_{body}' <<\nold\n>>\n");
        let new = old.replace("old", "new");
        let mut candidates = scanner
            .candidates(new.as_bytes())
            .expect("the rules compile");
        candidates.keep_new(&[old.as_bytes()]);
        let place = Place {
            path: "a.txt".into(),
            part: Part::Content,
            origin: &Origin::Staged,
        };
        let findings = scanner.findings(&candidates, place);
        let rules: Vec<&str> = findings.iter().map(|finding| &*finding.rule.id).collect();
        assert_eq!(rules, ["block"]);
        assert_eq!(findings[0].excerpt.before, "a = 'hf_qWeR…(37)' ");
    }

    #[test]
    fn a_long_word_is_shown_by_its_head() {
        let long = "abcdefgh".repeat(4);
        let text = format!("file{long} k=SECRET x{long}, short-word");
        assert_eq!(
            excerpt(&text, "SECRET", &[]),
            "file… k=|MASK| xabc…, short-word"
        );
        let text = format!("{0} {0} k=SECRET, {0} {0}", "abcdefgh".repeat(3) + "i");
        let word = "abcdefgh".repeat(3) + "i";
        assert_eq!(
            excerpt(&text, "SECRET", &[]),
            format!("{word} {word} k=|MASK|, {word} {word}")
        );
        let text = format!("{0} {0}{0} k=SECRET, {0} {0}{0}", word);
        assert_eq!(
            excerpt(&text, "SECRET", &[]),
            format!("… abcd… k=|MASK|, {word} …")
        );
    }

    #[test]
    fn a_window_cuts_no_character() {
        let text = format!("{}SECRET'{}", "模".repeat(50), "é".repeat(50));
        let shown = excerpt(&text, "SECRET", &[]);
        assert_eq!(
            shown,
            format!("…{}|MASK|'{}…", "模".repeat(20), "é".repeat(29))
        );
        assert_eq!(char_start(b"\x80\x80\x80\x80\x80", 4), 4);
    }

    #[test]
    fn a_long_line_of_secrets_is_quick() {
        let text = b"SECRET, ".repeat(200_000);
        let ranges: Vec<Range<usize>> = (0..200_000).map(|at| at * 8..at * 8 + 6).collect();
        let begun = std::time::Instant::now();
        let masks = Masks::new(
            &text,
            ranges
                .iter()
                .map(|range| (range.clone(), "M".to_owned()))
                .collect(),
        );
        let mut lines = Lines::of(&text);
        for range in &ranges {
            let shown = around(&lines, range, "M", &masks);
            assert!(!shown.before.contains(&b'S') && !shown.after.contains(&b'S'));
            assert_eq!(lines.position(range.start).column, range.start + 1);
        }
        assert!(
            begun.elapsed().as_secs() < 20,
            "the work does not grow with the square of the line"
        );
    }
}
