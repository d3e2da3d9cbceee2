//! Turns `src/rules/*.toml` into constants, so that a run of the program parses no TOML of its own.
#![allow(clippy::unwrap_used, reason = "a build script may stop the build")]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "src/rules/model.rs"]
mod model;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "src/prefilter/table.rs"]
mod table;

use model::{Rule, Text};
use table::{Needle, Table};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rules: Vec<Rule>,
}

fn main() {
    println!("cargo::rerun-if-changed=src/rules");
    println!("cargo::rerun-if-changed=src/prefilter/table.rs");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files: Vec<_> = fs::read_dir("src/rules")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    let mut rules = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        match toml::from_str::<RuleFile>(&text) {
            Ok(parsed) => rules.extend(parsed.rules),
            Err(error) => panic!("{}: {error}", file.display()),
        }
    }
    let out = env::var("OUT_DIR").unwrap();
    fs::write(Path::new(&out).join("catalog.rs"), catalog(&rules)).unwrap();
    fs::write(Path::new(&out).join("keywords.rs"), keywords(&rules)).unwrap();
}

fn catalog(rules: &[Rule]) -> String {
    let mut source =
        String::from("/// The built-in rules, in file order.\npub static BUILTIN: &[Rule] = &[\n");
    for rule in rules {
        writeln!(
            source,
            "Rule {{ id: {}, provider: {}, description: {}, keywords: {}, regex: {}, prefix: {}, \
             left: Boundary::{:?}, right: Boundary::{:?}, min_entropy: {:?}, placeholders: Placeholders::{:?}, check: {}, \
             confidence: Confidence::{:?}, guessable: {:?}, public_sha256: {}, source: {}, revoke: {}, examples: {}, \
             counter_examples: {} }},",
            text(&rule.id),
            text(&rule.provider),
            text(&rule.description),
            texts(&rule.keywords),
            text(&rule.regex),
            text(&rule.prefix),
            rule.left,
            rule.right,
            rule.min_entropy,
            rule.placeholders,
            rule.check.map_or("None".to_owned(), |check| format!("Some(Check::{check:?})")),
            rule.confidence,
            rule.guessable,
            texts(&rule.public_sha256),
            text(&rule.source),
            text(&rule.revoke),
            texts(&rule.examples),
            texts(&rule.counter_examples),
        )
        .unwrap();
    }
    source.push_str("];\n");
    source
}

fn text(value: &Text) -> String {
    format!("Cow::Borrowed({value:?})")
}

fn texts(values: &[Text]) -> String {
    let items: Vec<String> = values.iter().map(text).collect();
    format!("Cow::Borrowed(&[{}])", items.join(", "))
}

/// The automaton of the rules' keywords, computed here so that no run has to.
fn keywords(rules: &[Rule]) -> String {
    let needles = rules.iter().enumerate().flat_map(|(index, rule)| {
        rule.keywords.iter().map(move |keyword| Needle {
            keyword: keyword.clone(),
            rule: index,
        })
    });
    let mut source = String::from("static BUILTIN_TABLES: &[Table] = &[\n");
    for table in Table::build(needles) {
        let needles: Vec<String> = table
            .needles
            .iter()
            .map(|needle| {
                format!(
                    "Needle {{ keyword: {}, rule: {} }}",
                    text(&needle.keyword),
                    needle.rule
                )
            })
            .collect();
        writeln!(
            source,
            "Table {{ rows: Cow::Borrowed(&{:?}), root: {}, first_match: {}, output_ends: Cow::Borrowed(&{:?}), \
             outputs: Cow::Borrowed(&{:?}), needles: Cow::Borrowed(&[{}]) }},",
            table.rows,
            table.root,
            table.first_match,
            table.output_ends,
            table.outputs,
            needles.join(", "),
        )
        .unwrap();
    }
    source.push_str("];\n");
    source
}
