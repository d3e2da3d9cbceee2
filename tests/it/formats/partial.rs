//! Partial clones: what is not here is not needed for a clean commit, and never fetched.

use std::path::PathBuf;

use super::SCAN;
use crate::support::{Sandbox, hf_token};

/// A partial clone of a repository whose old blobs it does not have.
fn partial_clone() -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "one\n");
    sandbox.write("dir/b.py", "one\ntwo\n");
    sandbox.commit_all("first");
    sandbox.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = sandbox.root().join("clone");
    let from = format!("file://{}", sandbox.path().display());
    let run = sandbox.git_in(
        sandbox.root(),
        &[
            "clone",
            "--quiet",
            "--no-checkout",
            "--filter=blob:none",
            &from,
            "clone",
        ],
    );
    run.assert_code(0);
    sandbox
        .git_in(&clone, &["read-tree", "HEAD"])
        .assert_code(0);
    // Whoever wants an old blob now must do without.
    sandbox
        .git_in(
            &clone,
            &["remote", "set-url", "origin", "file:///no/such/place"],
        )
        .assert_code(0);
    (sandbox, clone)
}

#[test]
fn a_clean_commit_in_a_partial_clone_needs_no_old_blob() {
    let (sandbox, clone) = partial_clone();
    std::fs::write(clone.join("c.py"), "three\n").expect("it can be written");
    std::fs::create_dir_all(clone.join("dir")).expect("it can be made");
    std::fs::write(clone.join("dir/b.py"), "one\n2\n").expect("it can be written");
    sandbox
        .git_in(&clone, &["add", "c.py", "dir/b.py"])
        .assert_code(0);
    sandbox.assert_staged_in::<&str>(&clone, &[]);
}

#[test]
fn a_token_in_a_partial_clone_is_found_without_its_ancestor() {
    let token = hf_token(2_501);
    let (sandbox, clone) = partial_clone();
    std::fs::write(clone.join("c.py"), &token).expect("it can be written");
    sandbox.git_in(&clone, &["add", "c.py"]).assert_code(0);
    sandbox.assert_staged_in(&clone, &[("c.py", 1, token.as_str())]);
    std::fs::write(clone.join("a.py"), &token).expect("it can be written");
    sandbox.git_in(&clone, &["add", "a.py"]).assert_code(0);
    let run = sandbox.guard_in(&clone, &SCAN);
    assert_ne!(
        run.code, 0,
        "the old blob is missing, and with it the proof that nothing is new"
    );
    run.assert_hides(&token);
}
