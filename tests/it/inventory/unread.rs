//! What was not read: there is no register then, or it says so.

use std::fs;

use serde_json::json;

use super::{inventory, leaked};
use crate::support::{GUARD, Run, Sandbox};

#[test]
fn what_cannot_be_read_is_one_sentence_and_no_register() {
    let (sandbox, _) = leaked();
    sandbox.write("broken.json", "{\"schema\": 1}");
    sandbox.write("later.json", "{\"schema\": 2, \"findings\": []}");
    sandbox.write(
        "later-register.json",
        json!({
            "schema": 2, "made_at": "", "credentials": [], "skipped": [], "warnings": []
        })
        .to_string(),
    );
    fs::create_dir(sandbox.root().join("empty")).expect("the folder can be made");
    for (arguments, words) in [
        (
            ["--from", "missing.json"].as_slice(),
            "cannot read the report \"missing.json\"",
        ),
        (
            &["--from", "broken.json"],
            "cannot take in \"broken.json\": this is no JSON report",
        ),
        (
            &["--from", "later.json"],
            "has schema 2, and only 1 is known here",
        ),
        (
            &["--from", "later-register.json"],
            "has schema 2, and only 1 is known here",
        ),
        (&["missing"], "cannot read the repository \"missing\""),
        (
            &["../empty"],
            "cannot read the repository \"../empty\": not inside a git repository",
        ),
        (
            &[".", "../empty"],
            "cannot read the repository \"../empty\"",
        ),
    ] {
        let mut all = vec!["inventory"];
        all.extend(arguments);
        let run = sandbox.guard(&all);
        run.assert_code(2);
        assert_eq!(run.stdout, "", "{arguments:?}");
        run.assert_stderr(words);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
    let mut command = sandbox.command(GUARD);
    let run = Run::of(command.env("GIT_DIR", ".git").args(["inventory", "."]));
    run.assert_code(2).assert_stderr("unset GIT_DIR");
}

#[test]
fn what_a_report_could_not_read_stays_unread() {
    let sandbox = Sandbox::new();
    let report = json!({
        "schema": 1, "repository": "r", "findings": [],
        "skipped": [{"path": "a.bin", "reason": "permission denied"}],
        "warnings": ["the disk is nearly full"],
        "summary": {"narrowed": {"left_out": 3}}
    });
    sandbox.write("report.json", report.to_string());
    let run = sandbox.guard(&["inventory", "--from", "report.json"]);
    run.assert_code(2);
    for part in [
        "r: a.bin: not read: permission denied\n",
        "hf-guard: warning: r: the disk is nearly full\n",
        "the report of r was narrowed: 3 more secret(s) stand there\n",
        "hf-guard: 0 credentials; 1 text not read.\n",
    ] {
        run.assert_stdout(part);
    }
}

#[test]
fn a_shallow_clone_is_not_all_of_it() {
    let (sandbox, _) = leaked();
    let url = format!("file://{}", sandbox.path().display());
    sandbox.git(&["clone", "--quiet", "--depth=1", &url, "../shallow"]);
    let run = inventory(&sandbox, &["../shallow"]);
    let register = run.assert_code(2).json();
    assert_eq!(register["summary"]["credentials"], 1);
    let skipped = register["skipped"].to_string();
    assert!(skipped.contains("shallow clone"), "{skipped}");
}

#[test]
fn half_a_history_makes_no_register() {
    let (sandbox, token) = leaked();
    let page = ["inventory", "--format", "html", "--output", "page.html"];
    let run = sandbox.interrupted_at_git(&page);
    run.assert_code(130).assert_hides(&token);
    assert_eq!(run.stdout, "");
    assert_eq!(
        run.stderr,
        "hf-guard: interrupted; no register was written.\n"
    );
    assert!(!sandbox.path().join("page.html").exists());
}
