//! `--all-history` while something is staged, or in conflict: the history is the same, whatever state the index is in.

use super::reached_places;
use crate::support::{Sandbox, hf_token};

/// A merge that stopped; both sides hold a token, and so does a file that is in conflict.
fn in_conflict(options: &[&str]) -> (Sandbox, [String; 2]) {
    let tokens = [hf_token(1), hf_token(2)];
    let sandbox = Sandbox::with_init_options(options);
    sandbox.write("a.py", "a = 1\n");
    sandbox.commit_all("start");
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write("a.py", format!("a = \"{}\"\n", tokens[0]));
    sandbox.commit_all("one side");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("a.py", format!("b = \"{}\"\n", tokens[1]));
    sandbox.commit_all("the other");
    let merge = sandbox.try_git(&["merge", "--quiet", "side"]);
    merge.assert_stdout("CONFLICT");
    (sandbox, tokens)
}

#[test]
fn a_conflict_changes_nothing() {
    for options in [&[][..], &["--object-format=sha256"]] {
        let (sandbox, tokens) = in_conflict(options);
        let options = ["--all-history", "--format", "json"];
        let torn = sandbox.guard(&options);
        torn.assert_code(1);
        tokens.iter().for_each(|token| {
            torn.assert_hides(token);
        });
        sandbox.git(&["merge", "--abort"]);
        let whole = sandbox.guard(&options);
        assert_eq!(torn.json()["findings"], whole.json()["findings"]);
        assert_eq!(torn.json()["findings"].as_array().map(Vec::len), Some(2));
    }
}

/// What no commit has, in each stage of a conflict, for our own reader of the index and for git's.
#[test]
fn every_stage_of_a_conflict_is_a_place() {
    for split in [false, true] {
        let (sandbox, _) = in_conflict(&[]);
        let mut lines = String::new();
        for stage in 1..=3_u64 {
            let text = format!("key = \"{}\"", hf_token(10 + stage));
            let oid = sandbox.git_with_input(&["hash-object", "-w", "--stdin"], text.as_bytes());
            lines += &format!("100644 {} {stage}\tstage{stage}.py\n", oid.trim());
        }
        sandbox.git_with_input(&["update-index", "--index-info"], lines.as_bytes());
        if split {
            sandbox.git(&["update-index", "--split-index"]);
        }
        let run = sandbox.guard(&["--all-history", "--format", "json"]);
        run.assert_code(1);
        let staged = |stage| [format!("stage{stage}.py"), "index".into(), "staged".into()];
        let found = reached_places(&run.json());
        let of_index: Vec<_> = found.iter().filter(|place| place[1] == "index").collect();
        assert_eq!(of_index, [&staged(1), &staged(2), &staged(3)], "{found:?}");
        // What git has merged as far as it could is an object too.
        let reached = found.iter().filter(|place| place[1] != "nothing");
        assert_eq!(reached.count(), 5);
    }
}

/// The allowlist that counts is HEAD's, for the index has none that is settled.
#[test]
fn in_a_conflict_the_configuration_is_that_of_head() {
    let (sandbox, _) = in_conflict(&[]);
    let text = "[[allow]]\nrule = \"huggingface-user-token\"\nreason = \"made up for a test\"\n";
    sandbox.git(&["merge", "--abort"]);
    sandbox.stage(".hf-guard.toml", text);
    sandbox.commit_all("accept");
    sandbox.try_git(&["merge", "--quiet", "side"]);
    let status = sandbox.git(&["status", "--porcelain"]);
    assert!(
        status.contains("AA a.py") || status.contains("UU a.py"),
        "{status}"
    );
    let run = sandbox.guard(&["--all-history", "--format", "json"]);
    run.assert_code(0);
    assert_eq!(run.json()["accepted"].as_array().map(Vec::len), Some(2));
}
