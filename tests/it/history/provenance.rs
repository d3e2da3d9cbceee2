//! The commit that brought a secret, its paths and tips: where they are known, and where they are not.

use serde_json::json;

use super::{added_then_removed, finding, id};
use crate::support::{Sandbox, hf_token};

#[test]
fn without_provenance_the_object_is_named() {
    let sandbox = Sandbox::new();
    let token = hf_token(2);
    added_then_removed(&sandbox, &token);
    let run = sandbox.guard(&["--all-history", "--no-provenance", "--format", "json"]);
    run.assert_code(1).assert_hides(&token);
    let blob = sandbox.git(&["rev-parse", "HEAD~1:config.py"]);
    let report = run.json();
    assert_eq!(report["findings"][0]["origin"]["kind"], "object");
    assert_eq!(report["findings"][0]["origin"]["object"], blob.trim());
}

#[test]
fn the_commit_that_brought_it_is_named() {
    let sandbox = Sandbox::new();
    let token = hf_token(3);
    added_then_removed(&sandbox, &token);
    let found = finding(&sandbox, &token);
    assert_eq!(found["path"], "config.py");
    assert_eq!(found["line"], 2);
    assert_eq!(found["origin"]["kind"], "commit");
    assert_eq!(found["origin"]["commit"], id(&sandbox, "HEAD~1"));
    assert_eq!(found["origin"]["author"], "A. Author <author@example.org>");
    assert_eq!(found["origin"]["date"], "2026-01-02");
    let provenance = &found["provenance"];
    assert_eq!(provenance["first"]["commit"], id(&sandbox, "HEAD~1"));
    assert_eq!(provenance["last"], provenance["first"]);
    assert_eq!(
        (&provenance["commits"], &provenance["blobs"]),
        (&1.into(), &1.into())
    );
    assert_eq!(
        (&provenance["in_head"], &provenance["refs"]),
        (&false.into(), &json!([]))
    );
}

#[test]
fn every_path_and_tip_is_named_once() {
    let sandbox = Sandbox::new();
    let token = hf_token(4);
    let line = format!("token = \"{token}\"\n");
    sandbox.write("a.py", &line);
    sandbox.commit_all("add");
    sandbox.git(&["branch", "dev"]);
    sandbox.git(&["tag", "v1"]);
    sandbox.write("a.py", format!("{line}# more\n"));
    sandbox.write("deep/er/b.py", &line);
    sandbox.commit_all("copy");
    let found = finding(&sandbox, &token);
    let (first, last) = (id(&sandbox, "HEAD~1"), id(&sandbox, "HEAD"));
    assert_eq!(
        (&found["path"], &found["origin"]["commit"]),
        (&"a.py".into(), &json!(first))
    );
    let provenance = &found["provenance"];
    assert_eq!(provenance["first"]["commit"], first);
    assert_eq!(provenance["last"]["commit"], last);
    assert_eq!(
        (&provenance["commits"], &provenance["blobs"]),
        (&2.into(), &2.into())
    );
    assert_eq!(provenance["in_head"], true);
    assert_eq!(
        provenance["refs"],
        json!(["refs/heads/dev", "refs/heads/main", "refs/tags/v1"])
    );
    let places = &provenance["places"];
    assert_eq!(places[0]["path"], "deep/er/b.py");
    assert_eq!(places[0]["first"]["commit"], last);
    assert_eq!(
        (&places[0]["commits"], &places[0]["in_head"]),
        (&1.into(), &true.into())
    );
    assert_eq!(
        (&places[1]["path"], &places[1]["commits"]),
        (&"a.py".into(), &2.into())
    );
    assert_eq!(
        (&places[1]["line"], &places[1]["column"]),
        (&1.into(), &10.into())
    );
    assert_eq!(places.as_array().map(Vec::len), Some(2));
}

#[test]
fn what_only_a_merge_brings_is_of_the_merge() {
    let sandbox = Sandbox::new();
    let token = hf_token(14);
    sandbox.commit_all("start");
    sandbox.git(&["switch", "--quiet", "--create", "side"]);
    sandbox.write("side.py", "print(2)\n");
    sandbox.commit_all("side");
    sandbox.git(&["switch", "--quiet", "main"]);
    sandbox.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    sandbox.write("side.py", format!("token = \"{token}\"\n"));
    sandbox.commit_all("merge");
    assert_eq!(id(&sandbox, "HEAD^2"), id(&sandbox, "side"));
    let found = finding(&sandbox, &token);
    assert_eq!(found["origin"]["commit"], id(&sandbox, "HEAD"));
}

#[test]
fn where_commits_are_missing_findings_are_told_all_the_same() {
    let sandbox = Sandbox::new();
    let token = hf_token(25);
    added_then_removed(&sandbox, &token);
    let missing = id(&sandbox, "HEAD~2");
    let file = format!(".git/objects/{}/{}", &missing[..2], &missing[2..]);
    std::fs::remove_file(sandbox.path().join(file)).expect("it is loose");
    let run = sandbox.guard(&["--all-history", "--format", "json"]);
    // What is missing may have held more.
    run.assert_code(2).assert_hides(&token);
    let report = run.json();
    assert_eq!(report["findings"][0]["origin"]["kind"], "object");
    let warning = report["warnings"][0].as_str().unwrap_or_default();
    assert!(warning.contains("cannot be told"), "{report:#}");
}
