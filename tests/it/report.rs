//! What a run says: to a person, to a program, to a code host.

use serde_json::Value;

use crate::support::{Run, Sandbox, hf_token};

#[track_caller]
fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).expect("standard output is one JSON document")
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
    let report = json(&run);
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
    assert_eq!(finding["origin"], serde_json::json!({"kind": "staged"}));
    assert_eq!(finding["secret"], format!("{}…(37)", &token[..7]));
    let sha256 = finding["secret_sha256"]
        .as_str()
        .expect("a random token has a hash");
    assert_eq!(sha256.len(), 64);
    let fingerprint = finding["fingerprint"].as_str().expect("a string");
    assert_eq!(fingerprint.len(), 32);
    assert_eq!(report["accepted"], serde_json::json!([]));
    assert_eq!(report["skipped"], serde_json::json!([]));
    assert_eq!(report["summary"]["findings"], 1);
    assert_eq!(report["summary"]["blocking"], 1);
}

#[test]
fn a_clean_run_is_a_whole_document_too() {
    let sandbox = Sandbox::new();
    sandbox.stage("train.py", "print(1)\n");
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(0);
    assert_eq!(json(&run)["findings"], serde_json::json!([]));
}

#[test]
fn output_goes_to_a_file_and_changes_no_exit_code() {
    let sandbox = Sandbox::new();
    let token = hf_token(2);
    sandbox.stage("a.py", format!("{token}\n"));
    let run = sandbox.guard(&["--format", "json", "--output", "report.json"]);
    run.assert_code(1).assert_hides(&token);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("report.json"), "{}", run.stderr);
    let text = std::fs::read_to_string(sandbox.path().join("report.json")).expect("it was written");
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(report["summary"]["findings"], 1);
    let run = sandbox.guard(&["--format", "json", "--output", "no/such/folder/report.json"]);
    run.assert_code(2);
    assert!(
        run.stderr.contains("no/such/folder/report.json"),
        "{}",
        run.stderr
    );
}
