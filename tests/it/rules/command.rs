//! `hf-guard rules`: listed, shown, told to programs, and the rules of a configuration checked.

use super::{rules, scanner};
use crate::support::{Sandbox, hf_token};

#[test]
fn rules_are_listed_shown_and_checked() {
    let sandbox = Sandbox::new();
    let list = sandbox.guard(&["rules", "list"]);
    list.assert_code(0);
    assert!(list.stdout.lines().any(|line| {
        line.starts_with("huggingface-user-token ")
            && line.contains("high")
            && line.ends_with("Hugging Face user access token")
    }));
    assert_eq!(list.stdout.lines().count(), rules(&scanner()).len());

    let show = sandbox.guard(&["rules", "show", "huggingface-user-token"]);
    show.assert_code(0);
    for part in [
        "hf_[A-Za-z0-9]{34}",
        "https://huggingface.co/settings/tokens",
        "high",
        "hf_{{L34}}",
    ] {
        show.assert_stdout(part);
    }

    let check = sandbox.guard(&["rules", "check"]);
    check.assert_code(0).assert_stdout("rules are sound");
}

#[test]
fn rules_are_told_to_programs() {
    let sandbox = Sandbox::new();
    for (arguments, count) in [
        (
            &["rules", "list", "--format", "json"][..],
            rules(&scanner()).len(),
        ),
        (
            &["rules", "show", "npm-access-token", "--format", "json"],
            1,
        ),
    ] {
        let run = sandbox.guard(arguments);
        run.assert_code(0);
        let document = run.json();
        assert_eq!(document["schema"], 1);
        assert_eq!(document["rules"].as_array().map(Vec::len), Some(count));
        assert!(document["rules"][0]["confidence"].is_string());
    }
    let sarif = sandbox.guard(&["rules", "list", "--format", "sarif"]);
    sarif.assert_code(2).assert_stderr("--format json");
}

#[test]
fn an_unknown_rule_is_an_error_with_the_nearest_name() {
    let sandbox = Sandbox::new();
    let run = sandbox.guard(&["rules", "show", "hugingface-user-tokn"]);
    run.assert_code(2)
        .assert_stderr("did you mean `huggingface-user-token`?");
    let run = sandbox.guard(&["rules", "show", "zzz"]);
    run.assert_code(2).assert_stderr("rules list");
}

#[test]
fn a_custom_rule_whose_example_gives_nothing_is_named() {
    let sandbox = Sandbox::new();
    let rule = |example: &str| {
        format!(
            "[[rules]]\nid = \"acme-key\"\nprovider = \"Acme\"\ndescription = \"Acme key\"\nkeywords = [\"acme_\"]\n\
             regex = 'acme_[a-z0-9]{{20}}'\nconfidence = \"high\"\nsource = \"https://acme.example\"\n\
             revoke = \"https://acme.example\"\nexamples = ['{example}']\n"
        )
    };
    sandbox.write("good.toml", rule("acme_{{a20}}"));
    sandbox
        .guard(&["rules", "check", "good.toml"])
        .assert_code(0);
    sandbox.write("bad.toml", rule("acme_{{a19}}"));
    let run = sandbox.guard(&["rules", "check", "bad.toml"]);
    run.assert_code(2);
    assert!(
        run.stdout.contains("`acme-key`") && run.stdout.contains("gives none"),
        "{}",
        run.stdout
    );
    sandbox.write(
        "both.toml",
        rule(&format!("acme_{{{{a20}}}} {}", "hf_{{L34}}")),
    );
    let run = sandbox.guard(&["rules", "check", "both.toml"]);
    run.assert_code(2).assert_stdout("huggingface-user-token");
    assert!(!run.stdout.contains(&hf_token(1)));
}

#[test]
fn check_names_the_entries_that_accept_nothing() {
    let sandbox = Sandbox::new();
    let token = hf_token(71);
    sandbox.stage("a.py", format!("T = \"{token}\"\n"));
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.guard(&["--format=json"]).stdout).expect("it is JSON");
    let used = json["findings"][0]["fingerprint"]
        .as_str()
        .expect("it has one")
        .to_owned();
    let unused = "0".repeat(32);
    sandbox.stage(
        ".hf-guard.toml",
        format!(
            "[[allow]]\nfingerprint = \"{used}\"\nreason = \"still there\"\n\n\
             [[allow]]\nfingerprint = \"{unused}\"\nreason = \"long gone\"\n"
        ),
    );
    let run = sandbox.guard(&["rules", "check"]);
    run.assert_code(0);
    assert!(
        run.stdout.contains("warning: line 5:") && run.stdout.contains("long gone"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("still there"), "{}", run.stdout);
}

/// A configuration with one rule of these keywords and this regex.
fn own_rule(keywords: &str, regex: &str, example: &str) -> String {
    format!(
        "[[rules]]\nid = \"acme-key\"\nprovider = \"Acme\"\ndescription = \"Acme key\"\nkeywords = [{keywords}]\n\
         regex = '{regex}'\nconfidence = \"high\"\nsource = \"https://acme.example\"\n\
         revoke = \"https://acme.example\"\nexamples = ['{example}']\n"
    )
}

#[test]
fn check_measures_own_rules_on_what_is_tracked() {
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", "acme_ and acme_\n".repeat(300));
    sandbox.stage("b.py", "nothing of it\n");
    let bytes = 300 * 16 + 14;
    sandbox.write(
        "own.toml",
        own_rule("\"acme_\"", "acme_[a-z0-9]{20}", "acme_{{a20}}"),
    );
    let run = sandbox.guard(&["rules", "check", "own.toml"]);
    run.assert_code(0);
    let told = format!(
        "rule `acme-key`: its keywords stand 600 times in the {bytes} bytes that git tracks"
    );
    run.assert_stdout(&told)
        .assert_stdout("it costs time; take a longer keyword");
    run.assert_stdout("looking for these keywords takes ");
    sandbox.stage("a.py", "no more of it\n");
    let run = sandbox.guard(&["rules", "check", "own.toml"]);
    run.assert_stdout("stand 0 times");
    assert!(!run.stdout.contains("costs time"), "{}", run.stdout);
    // Without rules of one's own there is nothing to measure.
    assert!(
        !sandbox
            .guard(&["rules", "check"])
            .stdout
            .contains("git tracks")
    );
}

#[test]
fn check_warns_of_short_keywords_catch_alls_and_duplicates() {
    let sandbox = Sandbox::new();
    for (rule, warning) in [
        (
            own_rule("\"k=\"", "k=[a-z0-9]{20}x{3}", "k={{a20}}xxx"),
            "the keyword `k=` is so short",
        ),
        (
            own_rule(
                "\"acme_key\"",
                "acme_key=(?P<secret>.{20,40});",
                "acme_key={{A30}};",
            ),
            "its secret can be any text",
        ),
        (
            own_rule("\"npm_\"", "npm_[A-Za-z0-9]{36}", "acme_{{a20}}"),
            "looks for the same as rule `npm-access-token`",
        ),
    ] {
        sandbox.write("own.toml", rule);
        let run = sandbox.guard(&["rules", "check", "own.toml"]);
        assert!(run.stdout.contains(warning), "{warning}: {run:?}");
    }
}
