//! `--all-history`: what a repository has ever held, where it lies and since when, however git keeps it.

mod faults;
mod formats;
mod index;
mod large;
mod missing;
mod narrowing;
mod objects;
mod oracle;
mod pack_file;
mod places;
mod provenance;
mod reached;
mod scan;
mod secrecy;
mod strays;
mod streams;
mod words;

use serde_json::Value;

use crate::support::{Run, Sandbox};

/// Commits a token in `config.py` and takes it out again.
#[track_caller]
fn added_then_removed(sandbox: &Sandbox, token: &str) {
    sandbox.write("config.py", "import os\n");
    sandbox.commit_all("start");
    sandbox.write("config.py", format!("import os\ntoken = \"{token}\"\n"));
    sandbox.commit_all("add");
    sandbox.write("config.py", "import os\n");
    sandbox.commit_all("remove");
}

#[track_caller]
fn scan(sandbox: &Sandbox) -> Run {
    sandbox.guard(&["--all-history"])
}

/// The findings of a scan that must find something, and whose output must not hold `token`.
#[track_caller]
fn findings(sandbox: &Sandbox, token: &str) -> Vec<Value> {
    let run = sandbox.guard(&["--all-history", "--format", "json"]);
    run.assert_code(1).assert_hides(token);
    let report = run.json();
    assert_eq!(report["warnings"], Value::Array(Vec::new()), "{report:#}");
    report["findings"].as_array().expect("a list").clone()
}

/// The one finding.
#[track_caller]
fn finding(sandbox: &Sandbox, token: &str) -> Value {
    let findings = findings(sandbox, token);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings[0].clone()
}

fn id(sandbox: &Sandbox, revision: &str) -> String {
    sandbox.git(&["rev-parse", revision]).trim().to_owned()
}

/// The places of a finding: path and what leads there.
fn places(finding: &Value) -> Vec<(String, String)> {
    let places = finding["provenance"]["places"].as_array().expect("a list");
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    places
        .iter()
        .map(|place| (word(&place["path"]), word(&place["reach"])))
        .collect()
}

/// Path, reach and origin of every place of a report, in order.
#[track_caller]
fn reached_places(report: &Value) -> Vec<[String; 3]> {
    let findings = report["findings"].as_array().expect("a list").iter();
    let mut places: Vec<[String; 3]> = findings
        .flat_map(|finding| finding["provenance"]["places"].as_array().expect("a list"))
        .map(|place| {
            [&place["path"], &place["reach"], &place["origin"]["kind"]]
                .map(|word| word.as_str().expect("a word").to_owned())
        })
        .collect();
    places.sort();
    places
}
