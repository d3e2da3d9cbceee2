//! Is every rule's secret found wherever secrets stand?
//!
//! Each rule's own examples, filled at random, are placed in each context of [`contexts`]; every one must give the secret,
//! whole, at no lower a confidence. What cannot stand in a context is counted with its reason. A run of the tests
//! takes every rule and every context, but not every pair; `HF_GUARD_RECALL=FILE cargo test --test it
//! recall` takes all pairs, with several seeds, and writes the table of `docs/detection.md` into FILE.

mod contexts;
mod sample;
mod writing;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use hf_guard::rules::{Preset, Rule, RuleSet};
use hf_guard::scan::Scanner;

use contexts::{CONTEXTS, Context, LeftOut};
use sample::{Kind, Sample};

/// Of the pairs of a rule and a context, a run of the tests takes one in so many.
const ONE_IN: usize = 4;

/// Random fillings of each example in the full run.
const SEEDS: u64 = 3;

/// What came of one rule or one context.
#[derive(Clone, Debug, Default)]
struct Tally {
    placed: usize,
    found: usize,
    left_out: BTreeMap<LeftOut, usize>,
}

#[derive(Default)]
struct Results {
    by_context: Vec<Tally>,
    by_kind: BTreeMap<&'static str, Tally>,
    missed: Vec<String>,
}

#[test]
fn secrets_are_found_wherever_they_stand() {
    let report = std::env::var_os("HF_GUARD_RECALL");
    let scanner = Scanner::new(RuleSet::of(Preset::Strict));
    let results = run(&scanner, report.is_some());
    if let Some(path) = report {
        std::fs::write(path, table(&results)).expect("the report can be written");
    }
    assert!(
        results.missed.is_empty(),
        "{} missed:\n{}",
        results.missed.len(),
        results.missed.join("\n")
    );
}

fn run(scanner: &Scanner, every_pair: bool) -> Results {
    let rules: Vec<&'static Rule> = scanner
        .rules()
        .as_slice()
        .iter()
        .map(|one| one.rule())
        .collect();
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Results {
        by_context: vec![Tally::default(); CONTEXTS.len()],
        ..Results::default()
    });
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&rule) = rules.get(at) else { break };
                    let seeds = if every_pair { SEEDS } else { 1 };
                    for seed in 0..seeds {
                        let samples = sample::of(scanner, rule, seed * 1_000);
                        for (index, context) in CONTEXTS.iter().enumerate() {
                            if every_pair || (at + index).is_multiple_of(ONE_IN) {
                                for sample in &samples {
                                    try_one(scanner, sample, index, context, &results);
                                }
                            }
                        }
                    }
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no thread panicked");
    results.missed.sort();
    results.missed.dedup();
    results
}

fn try_one(
    scanner: &Scanner,
    sample: &Sample,
    index: usize,
    context: &Context,
    results: &Mutex<Results>,
) {
    let found = context
        .place(sample)
        .map(|text| is_found(scanner, sample, &text));
    let mut results = results.lock().expect("no thread panicked");
    let results = &mut *results;
    let kind = match sample.kind {
        Kind::Token => "by its own form",
        Kind::Named => "by a name beside it",
        Kind::Passage => "by the form around it",
    };
    for tally in [
        &mut results.by_context[index],
        results.by_kind.entry(kind).or_default(),
    ] {
        match found {
            Ok(found) => {
                tally.placed += 1;
                tally.found += usize::from(found);
            }
            Err(reason) => *tally.left_out.entry(reason).or_default() += 1,
        }
    }
    if found == Ok(false) {
        results.missed.push(format!(
            "{}\t{}\t{kind}\t{}",
            context.name, sample.rule.id, sample.name
        ));
    }
}

/// Whether a finding holds the whole secret, and is worth what it is alone. Another rule may tell of it: in an address with a
/// password or behind `Bearer` more is known. Where the alphabet of a password has what follows it, that belongs to it.
fn is_found(scanner: &Scanner, sample: &Sample, text: &[u8]) -> bool {
    let found = sample::secrets_in(scanner, text);
    let value = sample.value.as_bytes();
    found.iter().any(|one| {
        let secret = one.secret.expose();
        // What has several lines is written in another way wherever lines are.
        let holds = if value.contains(&b'\n') || value.contains(&b'\\') {
            one.rule.id == sample.rule.id
        } else {
            memchr::memmem::find(secret, value).is_some()
        };
        holds && one.confidence >= sample.rule.confidence
    })
}

fn table(results: &Results) -> String {
    let mut text = String::from("| context | placed | found | left out |\n|---|--:|--:|--:|\n");
    let mut all = Tally::default();
    for (context, tally) in CONTEXTS.iter().zip(&results.by_context) {
        all.placed += tally.placed;
        all.found += tally.found;
        for (reason, count) in &tally.left_out {
            *all.left_out.entry(*reason).or_default() += count;
        }
        row(&mut text, context.name, tally);
    }
    row(&mut text, "**all**", &all);
    text.push_str(
        "\n| how the rule knows the secret | placed | found | left out |\n|---|--:|--:|--:|\n",
    );
    for (kind, tally) in &results.by_kind {
        row(&mut text, kind, tally);
    }
    text.push_str("\n| left out because | pairs |\n|---|--:|\n");
    for (reason, count) in &all.left_out {
        writeln!(text, "| {} | {count} |", reason.in_words()).expect("a string takes all");
    }
    text
}

fn row(text: &mut String, name: &str, tally: &Tally) {
    let left_out: usize = tally.left_out.values().sum();
    writeln!(
        text,
        "| {name} | {} | {} | {left_out} |",
        tally.placed, tally.found
    )
    .expect("a string takes all");
}
