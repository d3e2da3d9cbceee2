//! A comment beside the secret, ours or another tool's.

use serde_json::{Value, json};

use super::{RULE, report};
use crate::support::{Sandbox, hf_token};

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
