//! `--all-history` on what nothing leads to any more: a commit or tree that was dropped still names the path.

use std::fs;

use super::reached_places;
use crate::support::{Sandbox, hf_token};

/// Path, reach and origin of every place, in order.
#[track_caller]
fn places(sandbox: &Sandbox, code: i32) -> Vec<[String; 3]> {
    let run = sandbox.guard(&["--all-history", "--format", "json"]);
    run.assert_code(code);
    let report = run.json();
    assert!(
        report["warnings"].as_array().is_some_and(Vec::is_empty),
        "{report}"
    );
    reached_places(&report)
}

fn stray(path: &str) -> [String; 3] {
    [path, "nothing", "unreachable"].map(str::to_owned)
}

/// A branch that was dropped, with its reflog.
fn dropped() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "words\n");
    sandbox.commit_all("start");
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write("src/deep/b.py", format!("key = \"{}\"\n", hf_token(1)));
    sandbox.commit_all("a token");
    sandbox.write(
        "src/deep/b.py",
        format!("key = 2\nkey = \"{}\"\n", hf_token(1)),
    );
    sandbox.write("c.py", format!("key = \"{}\"\n", hf_token(2)));
    sandbox.commit_all("more");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.git(&["branch", "--quiet", "-D", "side"]);
    sandbox.git(&["reflog", "expire", "--expire=now", "--all"]);
    sandbox
}

#[test]
fn a_dropped_commit_names_the_path() {
    let sandbox = dropped();
    // Two versions of one file, as loose objects and as packed ones.
    let expected = [
        stray("c.py"),
        stray("src/deep/b.py"),
        stray("src/deep/b.py"),
    ];
    assert_eq!(places(&sandbox, 1), expected);
    sandbox.git(&["repack", "-adfq", "--keep-unreachable"]);
    assert_eq!(places(&sandbox, 1), expected);
    let run = sandbox.guard(&["--all-history"]);
    let told = "which no ref leads to any more";
    assert!(
        run.stdout.contains("src/deep/b.py:") && run.stdout.contains(told),
        "{}",
        run.stdout
    );
    // The allowlist by path holds for it.
    sandbox.write(
        "allow.toml",
        "[[allow]]\npath = \"src/\"\nreason = \"made up\"\n[[allow]]\npath = \"c.py\"\nreason = \"made up\"\n",
    );
    sandbox
        .guard(&["--all-history", "--config", "allow.toml"])
        .assert_code(0);
}

/// Of what was dropped, some is gone: that is no gap in what is known.
#[test]
fn what_was_dropped_may_have_holes() {
    let sandbox = dropped();
    let folder = sandbox.path().join(".git/objects");
    let commits = sandbox.git(&["fsck", "--no-reflogs", "--lost-found"]);
    let tip = commits
        .trim()
        .rsplit(' ')
        .next()
        .expect("a commit")
        .to_owned();
    let tree = sandbox.git(&["rev-parse", &format!("{tip}:src")]);
    let (start, rest) = tree.trim().split_at(2);
    fs::remove_file(folder.join(start).join(rest)).expect("it is loose");
    // The folder below the hole stands alone; the first commit has another.
    let expected = ["b.py", "c.py", "src/deep/b.py"].map(stray);
    assert_eq!(places(&sandbox, 1), expected);
}

#[test]
fn a_tree_without_a_commit_names_the_path() {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "words\n");
    sandbox.commit_all("start");
    sandbox.stage("dir/b.py", format!("key = \"{}\"\n", hf_token(3)));
    sandbox.git(&["write-tree"]);
    sandbox.git(&["rm", "--quiet", "--cached", "dir/b.py"]);
    assert_eq!(places(&sandbox, 1), [stray("dir/b.py")]);
    // A blob of which no tree tells.
    let text = format!("key = \"{}\"\n", hf_token(4));
    sandbox.git_with_input(&["hash-object", "-w", "--stdin"], text.as_bytes());
    assert_eq!(places(&sandbox, 1), [stray("blob"), stray("dir/b.py")]);
    // What a commit has too is no stray.
    sandbox.git(&["add", "dir/b.py"]);
    sandbox.commit_all("take it back");
    let reached = ["dir/b.py", "refs", "commit"].map(str::to_owned);
    assert_eq!(places(&sandbox, 1), [stray("blob"), reached]);
}
