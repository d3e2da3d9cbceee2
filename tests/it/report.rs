//! What a run says to a program: the JSON contract, where a report goes, and what it never holds.

use std::fs::{self, File};
use std::process::Stdio;

use hf_guard::finding::{Evidence, Finding};
use hf_guard::outcome::{Accepted, AcceptedBy, Outcome, Skip, Summary};
use hf_guard::report::{self, Format, Options};
use hf_guard::rules::{Confidence, RuleSet};
use hf_guard::scan::Scanner;
use serde_json::{Value, json};

use crate::findings::in_text;
use crate::support::{GUARD, Run, Sandbox, hf_token};

/// A notebook with one token in the code and one in what it printed.
pub fn notebook(source: &str, output: &str) -> String {
    let notebook = json!({
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]},
            {
                "cell_type": "code",
                "metadata": {},
                "source": ["from huggingface_hub import login\n", format!("login(token=\"{source}\")")],
                "outputs": [{
                    "output_type": "execute_result",
                    "metadata": {},
                    "data": {"text/plain": ["ok\n", format!("'{output}'")]},
                }],
            },
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    });
    serde_json::to_string_pretty(&notebook).expect("it is JSON")
}

#[track_caller]
pub fn finding_in(path: &str, seed: u64) -> Finding {
    let scanner = Scanner::new(RuleSet::builtin());
    let text = format!("token = \"{}\"\n", hf_token(seed));
    in_text(&scanner, path, text.as_bytes())
        .pop()
        .expect("a token is found")
}

/// Something of each kind that a report tells.
pub fn everything() -> Outcome {
    let mut note = finding_in("note.py", 2);
    note.confidence = Confidence::Low;
    note.evidence = Evidence::Placeholder;
    let mut medium = finding_in("medium.js", 3);
    medium.confidence = Confidence::Medium;
    medium.evidence = Evidence::FailedCheck;
    medium.notes = vec![
        "expired 2026-01-02".to_owned(),
        "scopes: read-repos {0} [x](y)".to_owned(),
    ];
    let entry = AcceptedBy::Entry {
        line: 7,
        reason: "of a test hub\u{1b}[1m".to_owned(),
    };
    let comment = AcceptedBy::Comment {
        marker: "gitleaks:allow".to_owned(),
    };
    let accepted = [entry, comment, AcceptedBy::PublicTestCredential];
    Outcome {
        repository: None,
        min_confidence: Confidence::Medium,
        findings: vec![finding_in("high.py", 1), note, medium],
        accepted: (4..)
            .zip(accepted)
            .map(|(seed, by)| Accepted {
                finding: finding_in("accepted.py", seed),
                by,
            })
            .collect(),
        skipped: vec![Skip {
            path: "secret\u{1b}.bin".into(),
            reason: "permission denied".to_owned(),
            is_packed: false,
        }],
        accepted_unread: Vec::new(),
        summary: Summary {
            texts: 5,
            bytes: 1234,
            without_content: 2,
        },
        warnings: vec!["the configuration is part of this commit".to_owned()],
        is_partial: false,
        rewrite: None,
        narrowed: None,
    }
}

pub fn written(outcome: &Outcome, options: &Options) -> String {
    let mut out = Vec::new();
    report::write(outcome, options, &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("a report is UTF-8")
}

#[test]
fn json_tells_what_the_contract_names() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.stage(
        "models/train.py",
        format!("import os\ntoken = \"{token}\"\n"),
    );
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1).assert_hides(&token);
    let report = run.json();
    assert_eq!(report["schema"], 1);
    let finding = &report["findings"][0];
    for (field, expected) in [
        ("rule", "huggingface-user-token"),
        ("description", "Hugging Face user access token"),
        ("provider", "Hugging Face"),
        ("confidence", "high"),
        ("path", "models/train.py"),
        ("part", "content"),
    ] {
        assert_eq!(finding[field], expected, "{field}");
    }
    for (field, expected) in [
        ("line", 2),
        ("column", 10),
        ("end_line", 2),
        ("end_column", 47),
    ] {
        assert_eq!(finding[field], expected, "{field}");
    }
    assert_eq!(finding["origin"], json!({"kind": "staged"}));
    assert_eq!(finding["secret"], format!("{}…(37)", &token[..7]));
    let sha256 = finding["secret_sha256"]
        .as_str()
        .expect("a random token has a hash");
    assert_eq!(sha256.len(), 64);
    let fingerprint = finding["fingerprint"].as_str().expect("a string");
    assert_eq!(fingerprint.len(), 32);
    assert_eq!(report["accepted"], json!([]));
    assert_eq!(report["skipped"], json!([]));
    assert_eq!(report["summary"]["findings"], 1);
    assert_eq!(report["summary"]["blocking"], 1);
}

#[test]
fn a_clean_run_is_a_whole_document_too() {
    let sandbox = Sandbox::new();
    sandbox.stage("train.py", "print(1)\n");
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(0);
    assert_eq!(run.json()["findings"], json!([]));
}

#[test]
fn output_goes_to_a_file_and_changes_no_exit_code() {
    let sandbox = Sandbox::new();
    let token = hf_token(2);
    sandbox.stage("a.py", format!("{token}\n"));
    let run = sandbox.guard(&["--format", "json", "--output", "report.json"]);
    run.assert_code(1).assert_hides(&token);
    assert_eq!(run.stdout, "");
    run.assert_stderr("report.json");
    let text = fs::read_to_string(sandbox.path().join("report.json")).expect("it was written");
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(report["summary"]["findings"], 1);
    let run = sandbox.guard(&["--format", "json", "--output", "no/such/folder/report.json"]);
    run.assert_code(2)
        .assert_stderr("no/such/folder/report.json");
}

#[test]
fn a_notebook_is_told_by_its_cells() {
    let sandbox = Sandbox::new();
    let (source, output) = (hf_token(1), hf_token(2));
    sandbox.stage("demo.ipynb", notebook(&source, &output));
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1)
        .assert_hides(&source)
        .assert_hides(&output);
    let report = run.json();
    let mut cells: Vec<Value> = report["findings"]
        .as_array()
        .expect("findings are a list")
        .iter()
        .map(|finding| finding["cell"].clone())
        .collect();
    cells.sort_by_key(Value::to_string);
    assert_eq!(
        cells,
        [
            json!({"number": 2, "kind": "output", "mime": "text/plain", "line": 2}),
            json!({"number": 2, "kind": "source", "line": 2}),
        ]
    );
    let run = sandbox.guard(&[]);
    run.assert_code(1)
        .assert_hides(&source)
        .assert_hides(&output);
    for expected in [
        "cell 2, source, line 2 of it",
        "cell 2, output (text/plain), line 2 of it",
        "userdata.get(\"HF_TOKEN\")",
        "jupyter nbconvert --clear-output --inplace demo.ipynb",
    ] {
        run.assert_stdout(expected);
    }
}

#[test]
fn a_report_that_cannot_be_written_is_no_success() {
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", "print(1)\n");
    for format in ["human", "json", "sarif"] {
        let full = File::options()
            .write(true)
            .open("/dev/full")
            .expect("Linux has it");
        let mut command = sandbox.command(GUARD);
        let run = Run::of(
            command
                .args(["--format", format, "--verbose"])
                .stdout(full)
                .stderr(Stdio::piped()),
        );
        run.assert_code(2).assert_stderr("--output");
        let run = sandbox.guard(&["--format", format, "--verbose", "--output", "/dev/full"]);
        run.assert_code(2).assert_stderr("/dev/full");
    }
    sandbox.stage("b.py", hf_token(1));
    for format in ["human", "json", "sarif"] {
        let (reader, writer) = std::io::pipe().expect("a pipe can be made");
        drop(reader);
        let mut command = sandbox.command(GUARD);
        let run = Run::of(
            command
                .args(["--format", format])
                .stdout(writer)
                .stderr(Stdio::piped()),
        );
        run.assert_code(2);
    }
}

#[test]
fn json_holds_everything() {
    let outcome = everything();
    let options = Options {
        format: Format::Json,
        ..Options::default()
    };
    let report: Value = serde_json::from_str(&written(&outcome, &options)).expect("it is JSON");
    assert_eq!(
        report["summary"],
        json!({"findings": 3, "blocking": 2, "accepted": 3, "skipped": 1, "texts": 5, "bytes": 1234, "without_content": 2})
    );
    assert_eq!(
        report["accepted"][0]["by"],
        json!({"kind": "entry", "line": 7, "reason": "of a test hub\u{1b}[1m"})
    );
    assert_eq!(
        report["accepted"][1]["by"],
        json!({"kind": "comment", "marker": "gitleaks:allow"})
    );
    assert_eq!(
        report["accepted"][2]["by"],
        json!({"kind": "public-test-credential"})
    );
    assert_eq!(
        report["skipped"],
        json!([{"path": "secret\u{1b}.bin", "reason": "permission denied"}])
    );
    assert_eq!(
        report["warnings"],
        json!(["the configuration is part of this commit"])
    );
    assert_eq!(report["findings"][2]["notes"][0], "expired 2026-01-02");
    assert_eq!(report["findings"][1]["confidence"], "low");
}
