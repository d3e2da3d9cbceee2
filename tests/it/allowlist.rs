//! What accepts a finding, and what does not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{GUARD, Run, Sandbox, hf_token, letters};

const RULE: &str = "huggingface-user-token";

#[track_caller]
fn report(sandbox: &Sandbox) -> Value {
    let run = sandbox.guard(&["--format", "json"]);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr))
}

/// The fingerprints of the findings that count.
#[track_caller]
fn fingerprints(sandbox: &Sandbox) -> Vec<String> {
    let report = report(sandbox);
    let findings = report["findings"].as_array().expect("a list");
    findings
        .iter()
        .map(|finding| {
            finding["fingerprint"]
                .as_str()
                .expect("a string")
                .to_owned()
        })
        .collect()
}

fn sha256(secret: &str) -> String {
    Sha256::digest(secret)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// How many findings count and how many are accepted, under this configuration.
#[track_caller]
fn counts(sandbox: &Sandbox, config: &str) -> (u64, u64) {
    sandbox.stage(".hf-guard.toml", config);
    let report = report(sandbox);
    let count = |what: &str| report["summary"][what].as_u64().expect("a number");
    (count("findings"), count("accepted"))
}

#[test]
fn a_fingerprint_accepts_exactly_one_finding() {
    let sandbox = Sandbox::new();
    let (one, two) = (hf_token(1), hf_token(2));
    sandbox.stage("a.py", format!("x = '{one}'\ny = '{two}'\n"));
    sandbox.stage("b.py", format!("x = '{one}'\n"));
    let found = fingerprints(&sandbox);
    assert_eq!(found.len(), 3);
    for fingerprint in &found {
        let config = format!("[[allow]]\nfingerprint = \"{fingerprint}\"\nreason = \"test\"\n");
        assert_eq!(counts(&sandbox, &config), (2, 1));
    }
    // Moving within the file changes nothing.
    sandbox.stage("b.py", format!("import os\n\n\nx = '{one}'\n"));
    let config = format!(
        "[[allow]]\nfingerprint = \"{}\"\nreason = \"test\"\n",
        found[2]
    );
    assert_eq!(counts(&sandbox, &config), (2, 1));
}

#[test]
fn every_criterion_of_an_entry_must_hold() {
    let sandbox = Sandbox::new();
    let (one, two) = (hf_token(1), hf_token(2));
    sandbox.stage("docs/a.md", format!("{one} and {two}\n"));
    sandbox.stage("src/a.py", format!("{one}\n"));
    let hash = sha256(&one);
    let start = &one[..8];
    for (criteria, accepted) in [
        (format!("rule = \"{RULE}\""), 3),
        ("path = \"docs/\"".to_owned(), 2),
        ("path = \"*.md\"".to_owned(), 2),
        ("path = \"/a.py\"".to_owned(), 0),
        (format!("secret_sha256 = \"{hash}\""), 2),
        (format!("secret_sha256 = \"{}\"", hash.to_uppercase()), 2),
        (format!("regex = \"^{start}\""), 2),
        ("regex = \"docs|and\"".to_owned(), 0),
        (
            format!(
                "rule = \"{RULE}\"\npath = \"docs/\"\nsecret_sha256 = \"{hash}\"\nregex = \"^{start}\""
            ),
            1,
        ),
        (
            format!("path = \"docs/\"\nsecret_sha256 = \"{}\"", "0".repeat(64)),
            0,
        ),
        (format!("path = \"tests/\"\nsecret_sha256 = \"{hash}\""), 0),
        (format!("path = \"docs/\"\nregex = \"^{start}\""), 1),
    ] {
        let config = format!("[[allow]]\nreason = \"test\"\n{criteria}\n");
        assert_eq!(
            counts(&sandbox, &config),
            (3 - accepted, accepted),
            "{criteria}"
        );
    }
    sandbox.stage(
        ".hf-guard.toml",
        "[[allow]]\npath = \"docs/\"\nreason = \"made up\"\n",
    );
    let report = report(&sandbox);
    assert_eq!(
        report["accepted"][0]["by"],
        json!({"kind": "entry", "line": 1, "reason": "made up"})
    );
}

#[test]
fn an_entry_accepts_until_its_last_day() {
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", hf_token(1));
    let entry =
        |last: &str| format!("\n[[allow]]\npath = \"a.py\"\nreason = \"test\"\nexpires = {last}\n");
    let today = Run::of(sandbox.command("date").args(["-u", "+%Y-%m-%d"])).stdout;
    assert_eq!(
        counts(&sandbox, &entry(&format!("\"{}\"", today.trim()))),
        (0, 1)
    );
    assert_eq!(counts(&sandbox, &entry("9999-12-31")), (0, 1));
    for past in ["2020-01-01", "\"2020-01-01\""] {
        assert_eq!(counts(&sandbox, &entry(past)), (1, 0));
        let warning = ".hf-guard.toml:2: this entry expired on 2020-01-01 and accepts nothing any more; remove it, or \
                       move `expires`";
        let warnings = report(&sandbox)["warnings"].clone();
        assert!(
            warnings
                .as_array()
                .expect("a list")
                .contains(&json!(warning)),
            "{warnings}"
        );
    }
    // Also where nothing is found.
    sandbox.stage("a.py", "clean\n");
    assert_eq!(counts(&sandbox, &entry("2020-01-01")), (0, 0));
    assert!(
        report(&sandbox)["warnings"]
            .to_string()
            .contains("expired on 2020-01-01")
    );
}

/// What is accepted by which comment in a staged file of this content; the rest counts.
#[track_caller]
fn comments(name: &str, content: impl AsRef<[u8]>) -> Vec<String> {
    let sandbox = Sandbox::new();
    sandbox.stage(name, content);
    let report = report(&sandbox);
    let accepted = report["accepted"].as_array().expect("a list");
    let marker = |accepted: &Value| {
        assert_eq!(accepted["by"]["kind"], "comment");
        accepted["by"]["marker"]
            .as_str()
            .expect("a string")
            .to_owned()
    };
    let code = i32::from(report["summary"]["findings"] != 0);
    sandbox.guard(&[]).assert_code(code);
    accepted.iter().map(marker).collect()
}

#[test]
fn a_comment_accepts_for_the_rules_it_names() {
    let token = hf_token(1);
    let own = ["hf-guard: allow"];
    assert_eq!(
        comments("a.py", format!("t = '{token}'  # hf-guard: allow {RULE}\n")),
        own
    );
    assert_eq!(
        comments("a.py", format!("# hf-guard: allow {RULE}\nt = '{token}'\n")),
        own
    );
    assert_eq!(
        comments(
            "a.py",
            format!("# hf-guard: allow {RULE}\r\nt = '{token}'\r\n")
        ),
        own
    );
    assert_eq!(
        comments(
            "a.js",
            format!("/* hf-guard: allow aws-access-key, {RULE} */ t = '{token}';\n")
        ),
        own
    );
    assert_eq!(
        comments(
            "a.py",
            format!("t = '{token}'  # hf-guard: allow aws-access-key\n")
        ),
        [""; 0]
    );
    assert_eq!(
        comments("a.py", format!("t = '{token}'  # hf-guard: allow\n")),
        [""; 0]
    );
    assert_eq!(
        comments(
            "a.py",
            format!("# hf-guard: allow {RULE}\n\nt = '{token}'\n")
        ),
        [""; 0]
    );
    // Two secrets, one comment behind the first.
    let two = format!(
        "t = '{token}'  # hf-guard: allow {RULE}\nu = '{}'\n",
        hf_token(2)
    );
    assert_eq!(comments("a.py", two), own);
}

#[test]
fn comments_of_other_tools_count_on_their_lines() {
    let token = hf_token(1);
    for marker in [
        "gitleaks:allow",
        "betterleaks:allow",
        "trufflehog:ignore",
        "pragma: allowlist secret",
    ] {
        assert_eq!(
            comments("a.py", format!("t = '{token}'  # {marker}\n")),
            [marker]
        );
        assert_eq!(
            comments("a.py", format!("# {marker}\nt = '{token}'\n")),
            [""; 0]
        );
        assert_eq!(
            comments("a.py", format!("t = '{token}'\n# {marker}\n")),
            [""; 0]
        );
    }
    let next = "pragma: allowlist nextline secret";
    assert_eq!(
        comments("a.py", format!("# {next}\nt = '{token}'\n")),
        ["pragma: allowlist secret"]
    );
    assert_eq!(
        comments("a.py", format!("t = '{token}'  # {next}\n")),
        [""; 0]
    );
}

#[test]
fn a_comment_far_away_accepts_nothing() {
    let token = hf_token(1);
    let filler = "a=1;".repeat(25_000);
    for comment in [
        format!("/* hf-guard: allow {RULE} */"),
        "/* gitleaks:allow */".to_owned(),
    ] {
        assert_eq!(
            comments("a.min.js", format!("t='{token}';{filler}{comment}\n")),
            [""; 0]
        );
        assert_eq!(
            comments("a.min.js", format!("{comment}{filler}t='{token}';\n")),
            [""; 0]
        );
    }
}

#[test]
fn a_comment_in_a_notebook_cell_counts() {
    let token = hf_token(1);
    let notebook = |lines: &[String]| {
        let source: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
        let cell = json!({"cell_type": "code", "metadata": {}, "outputs": [], "source": source});
        json!({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    };
    let beside = [
        format!("t = \"{token}\"  # hf-guard: allow {RULE}"),
        "u = 1".to_owned(),
    ];
    let above = [
        format!("# hf-guard: allow {RULE}"),
        format!("t = \"{token}\""),
    ];
    let elsewhere = [
        format!("t = \"{token}\""),
        format!("u = 1  # hf-guard: allow {RULE}"),
    ];
    for (lines, expected) in [(&beside, 1), (&above, 1), (&elsewhere, 0)] {
        let notebook = notebook(lines);
        let indented = serde_json::to_string_pretty(&notebook).expect("it serializes");
        assert_eq!(comments("a.ipynb", indented).len(), expected, "{lines:?}");
        assert_eq!(
            comments("a.ipynb", notebook.to_string()).len(),
            expected,
            "{lines:?}"
        );
    }
}

#[test]
fn a_path_has_no_comments() {
    let sandbox = Sandbox::new();
    sandbox.stage(&format!("{} gitleaks:allow", hf_token(1)), "clean\n");
    sandbox.guard(&[]).assert_code(1);
}

#[test]
fn a_comment_without_a_known_rule_is_doubted() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.stage(
        "a.py",
        format!("t = '{token}'  # hf-guard: allow huggingface-usr-token\n"),
    );
    sandbox.stage("b.py", format!("t = '{token}'  # hf-guard: allow\n"));
    let report = report(&sandbox);
    assert_eq!(
        report["warnings"],
        json!([
            format!("a.py:1: the comment names a rule that does not exist; this one is {RULE}"),
            format!("b.py:1: the comment names no rule; write `hf-guard: allow {RULE}`"),
        ])
    );
    assert_eq!(report["summary"]["findings"], 2);
}

#[test]
fn blocked_then_allowed_then_committed() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    let hook = sandbox.path().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().expect("it has a folder")).expect("the folder can be made");
    fs::write(
        &hook,
        format!("#!/bin/sh\nexec '{GUARD}' hook pre-commit\n"),
    )
    .expect("it can be written");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755))
        .expect("it can be made executable");
    sandbox.stage("tests/a.py", format!("token = \"{token}\"\n"));
    let commit = || sandbox.try_git(&["commit", "--quiet", "--message", "Add a test"]);
    commit().assert_code(1).assert_hides(&token);

    let [fingerprint] = &fingerprints(&sandbox)[..] else {
        panic!("one finding");
    };
    let run = sandbox.guard(&["allow", fingerprint, "--reason", "made up for a test"]);
    run.assert_code(0).assert_hides(&token);
    let entry = format!(
        "# {RULE} in tests/a.py\n[[allow]]\nfingerprint = \"{fingerprint}\"\nreason = \"made up for a test\"\n"
    );
    assert!(run.stdout.contains(&entry), "{}", run.stdout);
    assert!(
        run.stdout.ends_with("    git add .hf-guard.toml\n"),
        "{}",
        run.stdout
    );
    let written =
        fs::read_to_string(sandbox.path().join(".hf-guard.toml")).expect("it was written");
    assert!(written.ends_with(&entry), "{written}");
    // Not staged yet.
    commit().assert_code(1);
    sandbox.git(&["add", ".hf-guard.toml"]);
    commit().assert_code(0);
    assert_eq!(sandbox.git(&["log", "--oneline"]).lines().count(), 1);
}

#[test]
fn allow_twice_changes_nothing() {
    let sandbox = Sandbox::new();
    let fingerprint = "0123456789abcdef".repeat(2);
    let config = sandbox.path().join(".hf-guard.toml");
    let allow = |more: &[&str]| {
        let arguments = [&["allow", &fingerprint, "--reason", "test"], more].concat();
        sandbox.guard(&arguments)
    };
    allow(&["--expires", "9999-12-31"]).assert_code(0);
    let once = fs::read_to_string(&config).expect("it was written");
    let again = allow(&["--expires", "9999-12-31"]);
    again.assert_code(0);
    assert!(
        again.stdout.contains("nothing was changed"),
        "{}",
        again.stdout
    );
    assert_eq!(fs::read_to_string(&config).expect("it is there"), once);
    assert_eq!(allow(&["--quiet"]).assert_code(0).stdout, "");
    let twice = fs::read_to_string(&config).expect("it is there");
    assert!(
        twice.starts_with(&once) && twice.len() > once.len(),
        "{twice}"
    );
}

#[test]
fn allow_keeps_the_file_as_it_is() {
    let sandbox = Sandbox::new();
    let old = "# ours\r\ndisable = []   # none\r\n\r\n[[allow]]\r\npath='a/'\r\nreason=\"x\"\r\n# the end";
    sandbox.write(".hf-guard.toml", old);
    let config = sandbox.path().join(".hf-guard.toml");
    fs::set_permissions(&config, fs::Permissions::from_mode(0o640)).expect("it can be changed");
    fs::create_dir(sandbox.path().join("sub")).expect("the folder can be made");
    let mut command = sandbox.command(GUARD);
    command.current_dir(sandbox.path().join("sub"));
    let run = Run::of(command.args(["allow", &"ab".repeat(16), "--reason", "test"]));
    run.assert_code(0);
    assert!(
        run.stdout.ends_with("    git add :/.hf-guard.toml\n"),
        "{}",
        run.stdout
    );
    let new = fs::read_to_string(&config).expect("it is there");
    assert!(new.starts_with(old), "{new}");
    assert_eq!(
        new.matches('\n').count(),
        new.matches("\r\n").count(),
        "{new:?}"
    );
    let mode = fs::metadata(&config)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    let left: Vec<_> = fs::read_dir(sandbox.path())
        .expect("it can be listed")
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn allow_refuses_what_is_no_entry() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    let fingerprint = "0123456789abcdef".repeat(2);
    let upper = fingerprint.to_uppercase();
    let reason = format!("it is {token}");
    let cases: [(&[&str], &str); 9] = [
        (&["allow", &token, "--reason", "x"], "no fingerprint"),
        (&["allow", &upper, "--reason", "x"], "no fingerprint"),
        (&["allow", &fingerprint], "--reason"),
        (
            &["allow", &fingerprint, "--reason", "  "],
            "--reason is empty",
        ),
        (&["allow", &fingerprint, "--reason", "a\nb"], "one line"),
        (
            &["allow", &fingerprint, "--reason", &reason],
            "holds a credential",
        ),
        (
            &["allow", &fingerprint, "--reason", "x", "--expires", "soon"],
            "no day of the calendar",
        ),
        (
            &[
                "allow",
                &fingerprint,
                "--reason",
                "x",
                "--expires",
                "2020-01-01",
            ],
            "is over",
        ),
        (
            &["allow", &fingerprint, "--reason", "x", "--no-config"],
            "--no-config",
        ),
    ];
    for (arguments, message) in cases {
        let run = sandbox.guard(arguments);
        run.assert_code(2).assert_hides(&token);
        assert!(run.stderr.contains(message), "{}", run.stderr);
        assert!(!sandbox.path().join(".hf-guard.toml").exists());
    }
}

#[test]
fn allow_leaves_links_and_broken_files_alone() {
    let sandbox = Sandbox::new();
    let arguments = ["allow", &"ab".repeat(16), "--reason", "x"];
    let target = sandbox.root().join("elsewhere.toml");
    fs::write(&target, "# mine\n").expect("it can be written");
    let config = sandbox.path().join(".hf-guard.toml");
    std::os::unix::fs::symlink(&target, &config).expect("the link can be made");
    let run = sandbox.guard(&arguments);
    run.assert_code(2);
    assert!(run.stderr.contains("symbolic link"), "{}", run.stderr);
    assert_eq!(
        fs::read_to_string(&target).expect("it is there"),
        "# mine\n"
    );
    fs::remove_file(&config).expect("it is there");

    let broken = format!("{} = 1\n", letters(4, 30));
    sandbox.write(".hf-guard.toml", &broken);
    let run = sandbox.guard(&arguments);
    run.assert_code(2).assert_hides(&broken);
    assert!(
        run.stderr.contains(".hf-guard.toml:1:1: unknown key"),
        "{}",
        run.stderr
    );
    assert_eq!(fs::read_to_string(&config).expect("it is there"), broken);
}

#[test]
fn allow_writes_to_the_file_that_is_named() {
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", hf_token(1));
    let found = fingerprints(&sandbox);
    sandbox
        .guard(&[
            "allow",
            &found[0],
            "--reason",
            "x",
            "--config",
            "other.toml",
        ])
        .assert_code(0);
    assert!(!sandbox.path().join(".hf-guard.toml").exists());
    sandbox.guard(&["--config", "other.toml"]).assert_code(0);
}
