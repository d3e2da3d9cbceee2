//! What a finding is worth, what that rests on, and from where on it counts.

use serde_json::Value;

use crate::support::{Run, Sandbox, hf_token, letters};
use hf_guard::rules::example;

/// A text for each kind of evidence, the rule that finds it, its confidence and evidence.
const CASES: [(&str, &str, &str, &str); 6] = [
    (
        "k = '{{crc62:ghp_:30}}'",
        "github-personal-access-token",
        "high",
        "checksum",
    ),
    (
        "k = '{{crc62:ghp_:30}}'",
        "github-personal-access-token",
        "medium",
        "failed-check",
    ),
    (
        r#"k = 'hf_oauth_{{jwt:{"iss":"https://huggingface.co","exp":1}}}'"#,
        "huggingface-oauth-token",
        "high",
        "decoded",
    ),
    (
        "k = 'hf_{{L34}}'",
        "huggingface-user-token",
        "high",
        "format",
    ),
    (
        "HF_OAUTH_CLIENT_SECRET=\"{{A32}}\"",
        "huggingface-oauth-client-secret",
        "medium",
        "context",
    ),
    (
        "k = 'hf_qTokenzWvModelPb{{L18}}'",
        "huggingface-user-token",
        "medium",
        "placeholder",
    ),
];

/// The text of a case; a failed check has one character of the body changed.
fn text(template: &str, evidence: &str) -> String {
    let text = example::expand(template, 7).expect("a good template");
    if evidence != "failed-check" {
        return text;
    }
    let at = text.find("ghp_").expect("it is there") + 8;
    let other = if text.as_bytes()[at] == b'a' {
        "b"
    } else {
        "a"
    };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

fn json(run: &Run) -> Value {
    run.json()
}

#[test]
fn each_report_tells_the_evidence() {
    for (template, rule, confidence, evidence) in CASES {
        let sandbox = Sandbox::new();
        sandbox.stage("a.txt", text(template, evidence) + "\n");
        let run = sandbox.guard(&["--format", "json"]);
        run.assert_code(1);
        let finding = &json(&run)["findings"][0];
        assert_eq!(finding["rule"], rule, "{run:?}");
        assert_eq!(finding["confidence"], confidence, "{rule} {evidence}");
        assert_eq!(finding["evidence"], evidence, "{rule}");
        assert_eq!(finding["encoding"], serde_json::json!([]));
        let run = sandbox.guard(&["--format", "sarif"]);
        let properties = &json(&run)["runs"][0]["results"][0]["properties"];
        assert_eq!(properties["evidence"], evidence);
        let human = sandbox.guard(&[]);
        human.assert_code(1);
        let told = human
            .stdout
            .contains(&format!("  {confidence} confidence: "));
        assert_eq!(told, evidence != "format", "{human:?}");
    }
}

#[test]
fn a_failed_check_says_which() {
    let sandbox = Sandbox::new();
    let (template, ..) = CASES[1];
    sandbox.stage("a.txt", text(template, "failed-check"));
    let run = sandbox.guard(&[]);
    run.assert_code(1)
        .assert_stdout("medium confidence: it fails its check")
        .assert_stdout("the checksum does not match");
}

/// One of medium and one of high confidence.
fn two() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.stage("high.txt", format!("k = '{}'\n", hf_token(1)));
    sandbox.stage("medium.txt", text(CASES[1].0, "failed-check") + "\n");
    sandbox
}

#[test]
fn what_is_below_the_wanted_confidence_is_a_note() {
    let sandbox = two();
    let run = sandbox.guard(&["--min-confidence", "high"]);
    run.assert_code(1);
    assert!(run.stdout.contains("medium.txt:1:6: note: "), "{run:?}");
    run.assert_stdout("hf-guard: 1 finding, 1 note");
    let run = sandbox.guard(&["--min-confidence", "high", "--format", "json"]);
    let counts = &json(&run)["summary"];
    assert_eq!(
        (&counts["findings"], &counts["blocking"]),
        (&Value::from(2), &Value::from(1))
    );
    sandbox.git(&["rm", "--quiet", "--cached", "high.txt"]);
    let run = sandbox.guard(&["hook", "pre-commit", "--min-confidence", "high"]);
    run.assert_code(0);
    assert!(run.stdout.contains("note: "), "{run:?}");
    assert!(run.stdout.contains("nothing blocks"), "{run:?}");
    sandbox.guard(&["hook", "pre-commit"]).assert_code(1);
    sandbox.guard(&["--min-confidence", "very"]).assert_code(2);
}

#[test]
fn low_ones_count_on_request_only() {
    let sandbox = Sandbox::new();
    // A failed check and words in it: two doubts.
    let body = format!("qTokenzWvModelPb{}", letters(3, 20));
    sandbox.stage("a.txt", format!("k = 'ghp_{body}'\n"));
    let run = sandbox.guard(&["hook", "pre-commit"]);
    run.assert_code(0)
        .assert_stdout("low confidence: it fails its check");
    assert!(
        run.stdout.contains("it reads like a placeholder"),
        "{run:?}"
    );
    sandbox
        .guard(&["hook", "pre-commit", "--min-confidence", "low"])
        .assert_code(1);
}

#[test]
fn a_history_and_a_server_know_the_option_too() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", text(CASES[1].0, "failed-check") + "\n");
    sandbox.commit_all("first");
    sandbox.guard(&["--all-history"]).assert_code(1);
    sandbox
        .guard(&["--all-history", "--min-confidence", "high"])
        .assert_code(0);
    let commit = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.git(&["update-ref", "-d", "HEAD"]);
    let line = format!("{} {} refs/heads/x\n", "0".repeat(40), commit.trim());
    for (level, code) in [("medium", 1), ("high", 0)] {
        sandbox
            .guard_with_input(
                &["hook", "pre-receive", "--min-confidence", level],
                line.as_bytes(),
            )
            .assert_code(code);
    }
}
