//! The rules themselves: sound, proved by their examples, quiet on their counter-examples.

use std::path::Path;

use bstr::BStr;
use hf_guard::finding::{Finding, Origin, Part, Publicity};
use hf_guard::rules::{Confidence, RuleSet, example, verify};
use hf_guard::scan::{Place, Scanner, proof};

use crate::support::{Sandbox, hf_token, letters};

fn findings(text: &str) -> Vec<Finding> {
    let scanner = Scanner::new(RuleSet::builtin()).with_now(1_780_000_000);
    let candidates = scanner
        .candidates(text.as_bytes())
        .expect("the rules compile");
    let place = Place {
        path: BStr::new("a.py"),
        part: Part::Content,
        origin: &Origin::Stdin,
    };
    scanner.findings(&candidates, place)
}

#[test]
fn every_rule_is_sound_and_proved_by_its_examples() {
    let scanner = Scanner::new(RuleSet::builtin());
    let mut faults = Vec::new();
    let rules: Vec<_> = scanner
        .rules()
        .as_slice()
        .iter()
        .map(|compiled| compiled.rule)
        .collect();
    if let Err(error) = verify::all(rules.iter().copied()) {
        faults.push(error.to_string());
    }
    for rule in rules {
        if let Err(error) = proof::examples(&scanner, rule) {
            faults.push(error.to_string());
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
