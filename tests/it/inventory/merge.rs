//! Reports and registers become one register: what they say of the same credential is one row.

use std::fs;

use serde_json::{Value, json};

use super::{inventory, leaked, merged, reports, repositories, row, second};
use crate::findings::sha256;
use crate::issuer::{Issuer, Play, whoami};
use crate::support::{GUARD, Run, Sandbox, hf_token, letters};

#[test]
fn a_report_and_its_verification_are_one_row() {
    let (sandbox, token) = leaked();
    let issuer = Issuer::start(|_| Play::json(whoami("write")));
    reports(&sandbox, &issuer);
    let run = merged(&sandbox, &["../scan.json", "../verified.json"]);
    run.assert_code(1).assert_hides(&token);
    let register = run.json();
    assert_eq!(
        register["signals"],
        json!({"no_owner": 0, "can_write": 2, "live": 2})
    );
    assert_eq!(register["summary"]["places"], 2);
    let row = row(&register, &token);
    assert_eq!(row["status"], "live");
    assert_eq!(row["access"], "write");
    assert_eq!(row["signals"], json!(["live", "can-write"]));
    assert_eq!(row["verification"]["owner"], "ada");
    assert_eq!(row["stands"], "history");
    assert_eq!(repositories(row), ["repo"]);
    // The later report alone says as much: `verify` carries over what the scan had said of the places.
    let run = merged(&sandbox, &["../verified.json"]);
    let mut alone = run.json();
    let mut both = register;
    for register in [&mut alone, &mut both] {
        register["made_at"].take();
    }
    assert_eq!(alone, both);
    let [scanned, verified] = ["scan.json", "verified.json"].map(|name| {
        let text = fs::read_to_string(sandbox.root().join(name)).expect("the report is there");
        let report: Value = serde_json::from_str(&text).expect("JSON");
        let mut told: Vec<String> = report["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .map(|finding| format!("{} {}", finding["fingerprint"], finding["provenance"]))
            .collect();
        told.sort_unstable();
        told
    });
    assert_eq!(scanned, verified);
    assert!(scanned[0].contains("\"in_head\""), "{scanned:?}");
}

#[test]
fn what_verify_says_of_files_joins_what_the_history_says() {
    let (sandbox, _) = leaked();
    sandbox.git(&["remote", "add", "origin", "git@hub.example:acme/models.git"]);
    let issuer = Issuer::start(|_| Play::json(whoami("read")));
    let verify = [
        "verify",
        "--tracked",
        "--format",
        "json",
        "--output",
        "../files.json",
    ];
    let mut command = sandbox.command(GUARD);
    Run::of(issuer.serves(&mut command).args(verify)).assert_code(1);
    let run = inventory(&sandbox, &[".", "--from", "../files.json"]);
    let register = run.assert_code(1).json();
    let row = row(&register, &hf_token(2));
    assert_eq!(row["status"], "live");
    assert_eq!(repositories(row), ["hub.example/acme/models"]);
    let places = row["repositories"][0]["places"].as_array().expect("places");
    assert_eq!(places.len(), 1);
    assert_eq!(
        places[0]["origin"]["kind"], "commit",
        "the history says more"
    );
}

#[test]
fn registers_of_machines_become_one() {
    let (sandbox, token) = leaked();
    let issuer = Issuer::start(|_| Play::json(whoami("read")));
    reports(&sandbox, &issuer);
    second(
        &sandbox,
        "second",
        "eval.py",
        &format!("key = \"{token}\"\n"),
    );
    for (name, arguments) in [
        ("../a.json", ["--from", "../verified.json"].as_slice()),
        ("../b.json", &["../second"]),
    ] {
        let all = [&["--output", name], arguments].concat();
        inventory(&sandbox, &all).assert_code(1);
    }
    let run = merged(&sandbox, &["../b.json", "../a.json"]);
    let both = run.assert_code(1).json();
    let row = row(&both, &token);
    assert_eq!(row["status"], "live");
    assert_eq!(row["access"], "read");
    let mut names = repositories(row);
    names.sort_unstable();
    assert_eq!(names, ["repo", "second"]);
    // The same again changes nothing.
    fs::write(sandbox.root().join("both.json"), &run.stdout).expect("the file can be written");
    let run = merged(&sandbox, &["../both.json", "../a.json"]);
    let mut again = run.json();
    again["made_at"] = both["made_at"].clone();
    assert_eq!(again, both);
}

#[test]
fn the_later_answer_counts_unless_it_says_nothing() {
    let sandbox = Sandbox::new();
    let answer = |status: &str, checked_at: &str| {
        json!({
            "schema": 1, "repository": "r", "skipped": [], "findings": [{
                "rule": "huggingface-user-token", "description": "token", "provider": "Hugging Face",
                "path": "a.py", "part": "content", "line": 1, "column": 1, "origin": {"kind": "worktree"},
                "secret": "hf_****", "secret_sha256": sha256("x"), "fingerprint": "f".repeat(32),
                "verification": {
                    "status": status, "kind": null, "owner": null, "role": null, "can_write": null,
                    "organizations": [], "scopes": [], "checked_at": checked_at
                }
            }]
        })
        .to_string()
    };
    for (first, second, expected) in [
        (
            ("live", "2026-01-01T00:00:00Z"),
            ("revoked", "2026-01-02T00:00:00Z"),
            "revoked",
        ),
        (
            ("revoked", "2026-01-02T00:00:00Z"),
            ("live", "2026-01-01T00:00:00Z"),
            "revoked",
        ),
        (
            ("live", "2026-01-01T00:00:00Z"),
            ("unknown", "2026-01-02T00:00:00Z"),
            "live",
        ),
        (
            ("unknown", "2026-01-02T00:00:00Z"),
            ("unknown", "2026-01-01T00:00:00Z"),
            "unknown",
        ),
    ] {
        for (name, (status, checked_at)) in [("a.json", first), ("b.json", second)] {
            sandbox.write(name, answer(status, checked_at));
        }
        let run = merged(&sandbox, &["a.json", "b.json"]);
        let register = run.assert_code(1).json();
        assert_eq!(register["credentials"].as_array().map(Vec::len), Some(1));
        assert_eq!(
            register["credentials"][0]["status"], expected,
            "{first:?} {second:?}"
        );
        // What is dead asks for nothing any more.
        let signals = &register["credentials"][0]["signals"];
        assert_eq!(*signals == json!([]), expected == "revoked", "{signals}");
    }
}

#[test]
fn secrets_without_a_hash_meet_by_their_fingerprints() {
    let sandbox = Sandbox::new();
    let password = letters(7, 14);
    let line = format!("postgres://ada:{password}@db.example/models\n");
    sandbox.write("a.env", &line);
    sandbox.commit_all("Train");
    second(&sandbox, "second", "a.env", &line);
    let run = inventory(&sandbox, &[".", "../second"]);
    run.assert_code(1).assert_hides(&password);
    let register = run.json();
    let row = &register["credentials"][0];
    assert_eq!(row["secret_sha256"], Value::Null);
    assert_eq!(register["summary"]["credentials"], 1, "{}", run.stdout);
    assert_eq!(repositories(row).len(), 2);
}

#[test]
fn an_id_and_its_secret_are_one_row_in_any_order() {
    let sandbox = Sandbox::new();
    let id = format!("AKIA{}", letters(3, 16).to_uppercase());
    let secret: String = (0..4)
        .map(|seed| format!("{}{seed}", letters(seed, 9)))
        .collect();
    sandbox.write(
        "credentials",
        format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n"),
    );
    sandbox.commit_all("Train");
    sandbox
        .guard(&[
            "--all-history",
            "--format",
            "json",
            "--output",
            "../joined.json",
        ])
        .assert_code(1);
    let verify = [
        "verify",
        "--offline",
        "--from",
        "../joined.json",
        "--format",
        "json",
        "--output",
        "../apart.json",
    ];
    sandbox.guard(&verify).assert_code(2);
    for order in [
        ["../joined.json", "../apart.json"],
        ["../apart.json", "../joined.json"],
    ] {
        let [first, second] = order;
        let run = merged(&sandbox, &[first, second]);
        run.assert_code(1).assert_hides(&secret);
        let register = run.json();
        assert_eq!(register["summary"]["credentials"], 1, "{}", run.stdout);
        let row = row(&register, &id);
        assert_eq!(row["parts"][0]["secret_sha256"], sha256(&secret));
        assert_eq!(row["parts"].as_array().map(Vec::len), Some(1));
    }
}
