//! Rules: the built-in ones stay on, are switched off or changed, and others are added.

use serde_json::Value;

use super::{RULE, custom_rule, sandbox_with};

#[test]
fn an_allowlist_leaves_the_rules_on() {
    let (sandbox, token) = sandbox_with("[[allow]]\npath = \"other/\"\nreason = \"test\"\n");
    sandbox.guard(&[]).assert_code(1).assert_hides(&token);
    sandbox.stage(".hf-guard.toml", "");
    sandbox.guard(&[]).assert_code(1);
}

#[test]
fn a_built_in_rule_can_be_switched_off_and_changed() {
    let (sandbox, _) = sandbox_with(&format!("disable = [\"{RULE}\"]\n"));
    sandbox.guard(&[]).assert_code(0);
    sandbox.stage(
        ".hf-guard.toml",
        format!("[[extend]]\nid = \"{RULE}\"\nconfidence = \"low\"\n"),
    );
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(0);
    assert_eq!(run.json()["findings"][0]["confidence"], "low");
    sandbox.stage(
        ".hf-guard.toml",
        format!("[[extend]]\nid = \"{RULE}\"\nmin_entropy = 7.9\n"),
    );
    sandbox.guard(&[]).assert_code(0);
}

#[test]
fn a_custom_rule_finds_and_can_be_accepted() {
    let (sandbox, token) = sandbox_with(&custom_rule(|rule| rule));
    let key = format!("acme_{}", "730951428637");
    sandbox.stage("acme.py", format!("key = '{key}'\n"));
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1).assert_hides(&token).assert_hides(&key);
    let rules: Vec<Value> = run.json()["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| finding["rule"].clone())
        .collect();
    assert_eq!(rules, ["acme-key", RULE]);
    let allow = "[[allow]]\nrule = \"acme-key\"\nreason = \"test\"\n";
    sandbox.stage(".hf-guard.toml", custom_rule(|rule| rule + allow));
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1);
    assert_eq!(run.json()["accepted"][0]["rule"], "acme-key");
}

#[test]
fn a_custom_rule_passes_the_checks_of_the_built_in_ones() {
    for (from, to, at, part) in [
        ("{12}", "+", "2:1", "no longest length"),
        (
            "[0-9]{12}",
            "[0-9",
            "2:1",
            "does not compile: unclosed character class",
        ),
        (
            "keywords = [\"acme_\"]",
            "keywords = []",
            "2:1",
            "`keywords` is empty",
        ),
        (
            "examples = ['key = \"acme_{{d12}}\"']",
            "examples = []",
            "2:1",
            "has no `examples`",
        ),
        (
            "examples = ['key = \"acme_{{d12}}\"']\n",
            "",
            "2:1",
            "missing key `examples`",
        ),
        (
            "keywords = [\"acme_\"]",
            "keywords = [\"other_\"]",
            "2:1",
            "without any of its keywords",
        ),
        (
            "acme_[0-9]{12}",
            "acme_(?P<secert>[0-9]{12})",
            "2:1",
            "the only named group that a regex may have is `secret`",
        ),
        ("\"acme-key\"", "\"Acme Key\"", "2:1", "kebab case"),
        (
            "\"acme-key\"",
            "\"huggingface-user-token\"",
            "2:1",
            "a built-in rule has this id",
        ),
        (
            "confidence = \"high\"",
            "confidence = \"hgh\"",
            "9:14",
            "did you mean `high`?",
        ),
        ("prefix", "prefx", "8:1", "did you mean `prefix`?"),
        (
            "placeholders = \"keep\"",
            "min_entropy = 9.5",
            "2:1",
            "bits per character",
        ),
    ] {
        let config = custom_rule(|rule| format!("\n{}", rule.replace(from, to)));
        let (sandbox, _) = sandbox_with(&config);
        let run = sandbox.guard(&[]);
        run.assert_code(2);
        let start = format!("hf-guard: .hf-guard.toml:{at}: ");
        assert!(
            run.stderr.starts_with(&start) && run.stderr.contains(part),
            "{to}: {}",
            run.stderr
        );
    }
    let (sandbox, _) = sandbox_with(&custom_rule(|rule| format!("{rule}{rule}")));
    let run = sandbox.guard(&[]);
    run.assert_code(2)
        .assert_stderr(":13:1: a second rule of this id");
}
