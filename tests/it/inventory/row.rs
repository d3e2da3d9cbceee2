//! One row: a credential, what is known of it, and what to do.

use std::path::Path;

use serde_json::json;

use super::{inventory, leaked, merged, repositories, row, second};
use crate::findings::sha256;
use crate::support::{Sandbox, letters};

#[test]
fn one_secret_in_two_repositories_is_one_row() {
    let (sandbox, token) = leaked();
    second(
        &sandbox,
        "second",
        "eval.py",
        &format!("key = \"{token}\"\n"),
    );
    let run = inventory(&sandbox, &[".", "../second"]);
    run.assert_code(1).assert_hides(&token);
    let register = run.json();
    assert_eq!(register["schema"], 1);
    assert_eq!(
        register["summary"],
        json!({"credentials": 2, "repositories": 2, "places": 3})
    );
    let row = row(&register, &token);
    let mut names = repositories(row);
    names.sort_unstable();
    assert_eq!(names, ["repo", "second"]);
    // One repository has it at HEAD, the other in its history.
    assert_eq!(row["stands"], "head");
    assert_eq!(row["status"], "unverified");
    assert_eq!(row["access"], "unknown");
    assert_eq!(row["signals"], json!(["no-owner"]));
    assert_eq!(row["provider"], "Hugging Face");
    assert_eq!(row["rules"], json!(["huggingface-user-token"]));
    assert_eq!(row["first_seen"]["date"], "2026-01-02");
    assert_eq!(
        row["revoke"]["page"],
        "https://huggingface.co/settings/tokens"
    );
    let command = row["revoke"]["command"].as_str().expect("a command");
    let fingerprint = &row["repositories"][0]["places"][0]["fingerprint"];
    assert_eq!(
        command,
        format!(
            "hf-guard revoke --all-history --fingerprint {}",
            fingerprint.as_str().expect("a fingerprint")
        )
    );
}

#[test]
fn the_repository_at_hand_is_the_one_without_arguments() {
    let (sandbox, token) = leaked();
    let run = sandbox.guard(&["inventory"]);
    run.assert_code(1).assert_hides(&token);
    for part in [
        "Signals\n     0  exposed and still live\n     0  can write\n     2  without an owner",
        "STATUS      ACCESS   CREDENTIAL    OWNER  RESPONSIBLE                   FIRST SEEN  LAST SEEN   WHERE\n",
        "A. Author <author@example.o…",
        "repo: train.py:1 (history only)\n",
        "repo: other.py:1 (at HEAD)\n",
        "  Hugging Face: https://huggingface.co/settings/tokens\n",
        "hf-guard: 2 credentials at 2 places in 1 repository.\n",
    ] {
        run.assert_stdout(part);
    }
}

#[test]
fn nothing_found_is_an_empty_register() {
    let sandbox = Sandbox::new();
    let run = sandbox.guard(&["inventory"]);
    run.assert_code(0);
    assert_eq!(run.stdout, "hf-guard: 0 credentials.\n");
    sandbox.write("a.py", "print()\n");
    sandbox.commit_all("Clean");
    let run = inventory(&sandbox, &[]);
    run.assert_code(0);
    assert_eq!(run.json()["credentials"], json!([]));
}

#[test]
fn a_rule_of_the_repository_says_where_to_revoke() {
    let sandbox = Sandbox::new();
    let key = format!("acme_{}", letters(8, 32));
    sandbox.write(
        ".hf-guard.toml",
        "[[rules]]\nid = \"acme-key\"\ndescription = \"Acme key\"\nprovider = \"Acme\"\n\
         regex = 'acme_[A-Za-z]{32}'\nkeywords = [\"acme_\"]\nconfidence = \"high\"\n\
         source = \"https://acme.example\"\nrevoke = \"https://acme.example/keys\"\n\
         examples = ['acme_{{a32}}']\n",
    );
    sandbox.write("a.py", format!("x = \"{key}\"\n"));
    sandbox.commit_all("Train");
    let run = inventory(&sandbox, &["--output", "../acme.json"]);
    run.assert_code(1);
    // Where nobody knows the rule, the register does.
    let run = inventory(&sandbox, &["--no-config", "--from", "../acme.json"]);
    run.assert_code(1).assert_hides(&key);
    let register = run.json();
    let row = row(&register, &key);
    assert_eq!(row["description"], "Acme key");
    assert_eq!(row["revoke"], json!({"page": "https://acme.example/keys"}));
}

#[test]
fn an_accepted_leak_counts_if_a_baseline_accepts_it() {
    let (sandbox, token) = leaked();
    let report = |arguments: &[&str], name: &str| {
        let mut all = vec!["--all-history", "--format", "json", "--output", name];
        all.extend(arguments);
        sandbox.guard(&all);
    };
    report(&["--write-baseline", "../baseline"], "../first.json");
    report(&["--baseline", "../baseline"], "../known.json");
    let known = merged(&sandbox, &["../known.json"]);
    assert_eq!(known.assert_code(1).json()["summary"]["credentials"], 2);
    sandbox.write(
        ".hf-guard.toml",
        format!(
            "[[allow]]\nsecret_sha256 = \"{}\"\nreason = \"for tests\"\n",
            sha256(&token)
        ),
    );
    sandbox.commit_all("Allow");
    let run = inventory(&sandbox, &[]);
    assert_eq!(run.assert_code(1).json()["summary"]["credentials"], 1);
    let run = inventory(&sandbox, &["--show-accepted"]);
    let all = run.assert_code(1).json();
    assert_eq!(row(&all, &token)["accepted"], true);
}

#[test]
fn formats_of_the_register_are_for_the_register() {
    let (sandbox, _) = leaked();
    for (arguments, words) in [
        (
            ["inventory", "--format", "sarif"],
            "has --format human, json, csv and html",
        ),
        (
            ["scan", "--format", "csv"],
            "formats of `hf-guard inventory`",
        ),
        (
            ["scan", "--format", "html"],
            "formats of `hf-guard inventory`",
        ),
    ] {
        let run = sandbox.guard(&arguments);
        run.assert_code(2).assert_stderr(words);
    }
    let run = sandbox.guard(&["inventory", "--output", "register.txt"]);
    run.assert_code(1).assert_stderr("2 credential(s)");
    assert!(Path::new(&sandbox.path().join("register.txt")).exists());
}
