//! The rules themselves, and `hf-guard rules`.

mod builtin;
mod command;

use hf_guard::rules::{Rule, RuleSet};
use hf_guard::scan::Scanner;

/// 2026-05-28, in the middle of the fixtures' dates.
const NOW: i64 = 1_780_000_000;

fn scanner() -> Scanner {
    Scanner::new(RuleSet::builtin()).with_now(NOW)
}

fn rules(scanner: &Scanner) -> Vec<&'static Rule> {
    scanner
        .rules()
        .as_slice()
        .iter()
        .map(|one| one.rule())
        .collect()
}
