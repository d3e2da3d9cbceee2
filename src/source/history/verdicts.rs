//! What a regex said of the very same bytes before.
//!
//! In: a rule and a window of a text. Out: whether the rule's regex matches there. Versions of a file that are stored
//! whole, or as deltas of different bases, hold the same lines over and over, and a lazy DFA over hundreds of rules is
//! dear. The bytes themselves are kept and compared, so that no answer is drawn from a hash.

use crate::rules::{Compiled, RuleError};

/// Places for answers.
const SLOTS: usize = 1 << 11;

/// A longer window is not kept.
const MAX_BYTES: usize = 1 << 11;

/// The answers of one thread: four megabytes at most.
#[derive(Debug)]
pub(super) struct Verdicts {
    slots: Vec<Slot>,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    rule: usize,
    /// Whether the window stands at the start of its text: no byte before it is kept.
    is_first: bool,
    bytes: Vec<u8>,
    matches: bool,
}

impl Verdicts {
    pub(super) fn new() -> Self {
        Self {
            slots: vec![Slot::default(); SLOTS],
        }
    }

    /// Whether the regex of the `compiled` rule, which is number `rule`, matches in `text` from `start` on, as
    /// `Regex::is_match_at` says.
    pub(super) fn is_match(
        &mut self,
        rule: usize,
        compiled: &Compiled,
        text: &[u8],
        start: usize,
    ) -> Result<bool, RuleError> {
        let ask = || {
            let may_match = compiled.may_match(&text[start..])?;
            Ok(may_match && compiled.matcher()?.regex.is_match_at(text, start))
        };
        // Assertions look at one byte before.
        let window = &text[start.saturating_sub(1)..];
        if window.is_empty() || window.len() > MAX_BYTES {
            return ask();
        }
        let slot = &mut self.slots[place(rule, window)];
        let is_first = start == 0;
        if slot.rule != rule || slot.is_first != is_first || slot.bytes != window {
            slot.rule = rule;
            slot.is_first = is_first;
            slot.bytes.clear();
            slot.matches = ask()?;
            slot.bytes.extend_from_slice(window);
        }
        Ok(slot.matches)
    }
}

/// A slot for the window: any will do, as long as the same window gets the same.
fn place(rule: usize, window: &[u8]) -> usize {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (chunks, rest) = window.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mixed = chunks
        .iter()
        .chain([&last])
        .fold(rule as u64, |mixed, chunk| {
            (mixed.rotate_left(5) ^ u64::from_le_bytes(*chunk)).wrapping_mul(FACTOR)
        });
    usize::try_from(mixed >> 32).unwrap_or(0) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    /// The same bytes at other places of a text, and other bytes beside them.
    #[test]
    fn an_answer_is_the_regexs_own() {
        let rules = RuleSet::builtin();
        let mut verdicts = Verdicts::new();
        let token = format!("hf_{}", "qWeRtYuIoPaSdFgHjKlZxCvBnMqWeRtYuI");
        let texts = [
            token.clone(),
            format!("x{token}"),
            format!(" {token}"),
            format!("{token} "),
            token[..20].to_owned(),
            format!("password = \"{token}\""),
            String::new(),
            "a".repeat(3 * MAX_BYTES) + &token,
        ];
        for _ in 0..2 {
            for (rule, compiled) in rules.as_slice().iter().enumerate() {
                let matcher = compiled.matcher().expect("built-in rules compile");
                for text in &texts {
                    let text = text.as_bytes();
                    for start in [0, 1, 2, 5].into_iter().filter(|&at| at <= text.len()) {
                        let expected = matcher.regex.is_match_at(text, start);
                        let said = verdicts.is_match(rule, compiled, text, start);
                        assert_eq!(said.expect("built-in rules compile"), expected);
                    }
                }
            }
        }
    }
}
