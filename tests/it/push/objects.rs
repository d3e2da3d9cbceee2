//! What is read of each object that goes out.

use super::remote::Pushing;
use crate::support::{Run, Sandbox, hf_token};

fn commit_with(sandbox: &Sandbox, variable: &str, value: &str, message: &str) {
    let run = Run::of(sandbox.command("git").env(variable, value).args([
        "commit",
        "--quiet",
        "--allow-empty",
        "--message",
        message,
    ]));
    run.assert_code(0);
}

/// A repository of which `main` is published.
fn published() -> Pushing {
    let pushing = Pushing::new();
    pushing.commit("a.py", "a = 1\n");
    pushing.assert_goes(&["origin", "main"]);
    pushing
}

#[test]
fn messages_and_identities_are_read() {
    let token = hf_token(1);
    for (variable, value, message, label) in [
        ("X", "", token.as_str(), "commit message:1:"),
        ("GIT_AUTHOR_NAME", token.as_str(), "m", "commit author:"),
        ("GIT_AUTHOR_EMAIL", &token, "m", "commit author:"),
        ("GIT_COMMITTER_NAME", &token, "m", "commit committer:"),
    ] {
        let pushing = published();
        commit_with(&pushing.sandbox, variable, value, message);
        let said = pushing.assert_blocked(&["origin", "main"], &token);
        assert!(said.contains(label), "{label}: {said}");
    }
}

#[test]
fn other_headers_are_read() {
    let pushing = published();
    let token = hf_token(1);
    let raw = pushing.sandbox.git(&["cat-file", "commit", "HEAD"]);
    let raw = raw.replacen("\n\n", &format!("\nnote {token}\n\n"), 1);
    let oid = pushing.sandbox.git_with_input(
        &["hash-object", "-t", "commit", "-w", "--stdin"],
        raw.as_bytes(),
    );
    let said = pushing.assert_blocked(
        &["origin", &format!("{}:refs/heads/x", oid.trim_end())],
        &token,
    );
    assert!(said.contains("commit header:"), "{said}");
}

#[test]
fn annotated_tags_are_read() {
    let token = hf_token(1);
    let pushing = published();
    pushing.sandbox.git(&["tag", "-m", &token, "v1"]);
    pushing.assert_blocked(&["origin", "v1"], &token);
    pushing
        .sandbox
        .git(&["tag", "-m", "a tag of a tag", "v2", "v1"]);
    pushing.assert_blocked(&["origin", "v2"], &token);
    pushing.assert_blocked(&["--follow-tags", "origin", "main", "v2"], &token);
    pushing.sandbox.git(&["tag", "-m", "clean", "v3"]);
    pushing.assert_goes(&["origin", "v3"]);
    let tagger = Run::of(
        pushing
            .sandbox
            .command("git")
            .env("GIT_COMMITTER_NAME", &token)
            .args(["tag", "-m", "x", "v4"]),
    );
    tagger.assert_code(0);
    let said = pushing.assert_blocked(&["origin", "v4"], &token);
    assert!(said.contains("tag tagger:"), "{said}");
}

#[test]
fn a_tag_brings_its_commits() {
    let pushing = published();
    let token = hf_token(1);
    pushing.commit("b.py", &token);
    pushing.sandbox.git(&["tag", "light"]);
    pushing.sandbox.git(&["tag", "-m", "x", "heavy"]);
    pushing.sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    pushing.assert_blocked(&["origin", "light"], &token);
    pushing.assert_blocked(&["origin", "heavy"], &token);
    pushing.assert_blocked(&["--tags", "origin"], &token);
}

#[test]
fn tags_on_blobs_and_trees_are_read() {
    let token = hf_token(1);
    for annotated in [false, true] {
        let pushing = published();
        let tag = |name: &str, object: &str| {
            let mut arguments = vec!["tag", name, object];
            if annotated {
                arguments.extend(["-m", "x"]);
            }
            pushing.sandbox.git(&arguments);
        };
        let input = format!("t = '{token}'\n");
        let blob = pushing
            .sandbox
            .git_with_input(&["hash-object", "-w", "--stdin"], input.as_bytes());
        tag("blob", blob.trim_end());
        pushing.assert_blocked(&["origin", "blob"], &token);
        let tree = format!("100644 blob {}\tdeep.py\n", blob.trim_end());
        let tree = pushing.sandbox.git_with_input(&["mktree"], tree.as_bytes());
        tag("tree", tree.trim_end());
        let said = pushing.assert_blocked(&["origin", "tree"], &token);
        assert!(said.contains("deep.py:1:6: "), "{said}");
        tag("clean", "HEAD^{tree}");
        pushing.assert_goes(&["origin", "clean"]);
        // A finding in a commit beside it must not stumble over a tip that is none.
        let commit = hf_token(2);
        pushing.commit("b.py", &commit);
        pushing.assert_blocked(&["origin", "main", "tree", "blob"], &commit);
    }
}

#[test]
fn names_of_new_refs_and_paths_are_read() {
    let pushing = published();
    let token = hf_token(1);
    let name = format!("refs/heads/{token}");
    pushing.assert_blocked(&["origin", &format!("main:{name}")], &token);
    pushing.publish(&["origin", &format!("main:{name}")]);
    pushing.commit("b.py", "b = 1\n");
    pushing.assert_goes(&["origin", &format!("main:{name}")]);
    let token = hf_token(2);
    pushing.commit(&format!("x/{token}/y"), "1\n");
    pushing.assert_blocked(&["origin", "main"], &token);
}

#[test]
fn links_are_read_and_submodules_have_no_content() {
    let pushing = published();
    let token = hf_token(1);
    std::os::unix::fs::symlink(&token, pushing.sandbox.path().join("link"))
        .expect("a link can be made");
    pushing.sandbox.commit_all("link");
    pushing.assert_blocked(&["origin", "main"], &token);
    pushing.sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let gitlink = format!("160000,{},sub", "1".repeat(40));
    pushing
        .sandbox
        .git(&["update-index", "--add", "--cacheinfo", &gitlink]);
    pushing.sandbox.git(&["commit", "-q", "-m", "gitlink"]);
    pushing.assert_goes(&["origin", "main"]);
}

#[test]
fn binary_attributes_and_nul_bytes_hide_nothing() {
    let pushing = published();
    let token = hf_token(1);
    pushing.sandbox.write(".gitattributes", "* -diff binary\n");
    pushing.commit("x.bin", format!("\0\0{token}\0"));
    pushing.assert_blocked(&["origin", "main"], &token);
}

#[test]
fn a_clean_merge_costs_nothing_and_an_evil_one_shows() {
    let pushing = Pushing::new();
    let lines: String = (0..20).map(|line| format!("line {line}\n")).collect();
    let published = hf_token(1);
    pushing.commit("a.py", format!("{lines}{published}\n"));
    pushing.sandbox.git(&["branch", "topic"]);
    pushing.commit("a.py", format!("top\n{lines}{published}\n"));
    pushing.sandbox.git(&["checkout", "-q", "topic"]);
    pushing.commit("a.py", format!("{lines}{published}\nbottom\n"));
    pushing.publish(&["origin", "main", "topic"]);
    pushing.sandbox.git(&["checkout", "-q", "main"]);
    pushing
        .sandbox
        .git(&["merge", "-q", "-m", "clean", "topic"]);
    pushing.assert_goes(&["origin", "main:refs/heads/clean"]);
    let token = hf_token(2);
    pushing
        .sandbox
        .stage("a.py", format!("top\n{lines}{token}\n"));
    pushing.sandbox.stage("new.py", hf_token(3));
    pushing
        .sandbox
        .git(&["commit", "-q", "--amend", "-m", "evil"]);
    let said = pushing.assert_blocked(&["origin", "main"], &token);
    assert!(said.contains("a.py:22:1: "), "{said}");
    assert!(said.contains("new.py:1:1: "), "{said}");
}

#[test]
fn a_clean_merge_reads_no_blob_that_a_parent_has() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "a = 1\n");
    pushing.sandbox.git(&["checkout", "-q", "-b", "topic"]);
    pushing.commit("b.py", "b = 1\n");
    pushing.sandbox.git(&["checkout", "-q", "main"]);
    pushing.commit("c.py", "c = 1\n");
    pushing.publish(&["origin", "main", "topic"]);
    pushing
        .sandbox
        .git(&["merge", "-q", "-m", "clean", "topic"]);
    let run = pushing
        .sandbox
        .guard(&["scan", "--unpushed", "--format", "json"]);
    run.assert_code(0);
    let report = run.json();
    let names = 2; // of the branches
    let frame = 2; // header and message
    assert_eq!(report["summary"]["texts"], names + frame, "{}", run.stdout);
}

#[test]
fn an_octopus_is_compared_with_every_parent() {
    let pushing = Pushing::new();
    pushing.commit("base", "x\n");
    for branch in ["one", "two", "three"] {
        pushing
            .sandbox
            .git(&["checkout", "-q", "-b", branch, "main"]);
        pushing.commit(branch, format!("{}\n", hf_token(branch.len() as u64)));
    }
    pushing.publish(&["origin", "main", "one", "two", "three"]);
    pushing.sandbox.git(&["checkout", "-q", "main"]);
    pushing
        .sandbox
        .git(&["merge", "-q", "-m", "octopus", "one", "two", "three"]);
    assert_eq!(
        pushing
            .sandbox
            .git(&["rev-parse", "HEAD^@"])
            .lines()
            .count(),
        3
    );
    pushing.assert_goes(&["origin", "main"]);
    let token = hf_token(9);
    pushing.sandbox.stage("two", &token);
    pushing
        .sandbox
        .git(&["commit", "-q", "--amend", "-m", "evil"]);
    pushing.assert_blocked(&["--force", "origin", "main"], &token);
}

#[test]
fn an_old_secret_in_a_renamed_file_does_not_block() {
    let pushing = Pushing::new();
    let lines: String = (0..20).map(|line| format!("line {line}\n")).collect();
    let old = hf_token(1);
    pushing.commit("a.py", format!("{old}\n{lines}"));
    pushing.publish(&["origin", "main"]);
    pushing.sandbox.git(&["mv", "a.py", "b.py"]);
    pushing.commit("b.py", format!("{old}\n{lines}more\n"));
    pushing.assert_goes(&["origin", "main"]);
    pushing.sandbox.git(&["mv", "b.py", "c.py"]);
    let token = hf_token(2);
    pushing.commit("c.py", format!("{old}\n{lines}{token}\n"));
    let said = pushing.assert_blocked(&["origin", "main"], &token);
    assert_eq!(said.matches("c.py:").count(), 1, "{said}");
    assert!(said.contains("c.py:22:1: "), "{said}");
}
