//! Where the repository is: a namespace, a linked work tree, a submodule, or none at all.

use std::path::Path;

use super::SCAN;
use crate::findings::assert_reports;
use crate::support::{GUARD, Run, Sandbox, hf_token};

#[test]
fn a_namespace_changes_nothing() {
    let token = hf_token(2_601);
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "one\n");
    sandbox.commit_all("first");
    sandbox.stage("a.py", format!("one\n{token}\n"));
    let scan = || {
        Run::of(
            sandbox
                .command(GUARD)
                .env("GIT_NAMESPACE", "tenant")
                .args(SCAN),
        )
    };
    assert_reports(&scan(), &[("a.py", 2, token.as_str())]);
    sandbox.install_hooks(sandbox.path());
    let commit = Run::of(
        sandbox
            .command("git")
            .env("GIT_NAMESPACE", "tenant")
            .args(["commit", "-m", "x"]),
    );
    commit.assert_code(1).assert_hides(&token);
    sandbox.git(&["reset", "--quiet"]);
    assert_reports::<&str>(&scan(), &[]);
}

#[test]
fn a_linked_worktree_has_its_own_index_and_head() {
    let (token, other) = (hf_token(2_701), hf_token(2_702));
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "one\n");
    sandbox.commit_all("first");
    sandbox.install_hooks(sandbox.path());
    let linked = sandbox.root().join("linked tree");
    sandbox.git(&[
        "worktree",
        "add",
        "--quiet",
        "-b",
        "linked",
        &linked.to_string_lossy(),
    ]);
    std::fs::write(linked.join("a.py"), &token).expect("it can be written");
    sandbox.stage("a.py", &other);
    sandbox.git_in(&linked, &["add", "a.py"]).assert_code(0);
    sandbox.assert_staged_in(&linked, &[("a.py", 1, token.as_str())]);
    sandbox.assert_staged(&[("a.py", 1, other.as_str())]);
    for arguments in [
        &["commit", "-m", "x"][..],
        &["commit", "-m", "x", "-a"],
        &["commit", "-m", "x", "a.py"],
    ] {
        let run = sandbox.git_in(&linked, arguments);
        run.assert_code(1)
            .assert_hides(&token)
            .assert_hides(&other)
            .assert_stderr("a.py:1:1");
    }
}

#[test]
fn a_submodule_is_a_repository_of_its_own() {
    let (token, outer) = (hf_token(2_801), hf_token(2_802));
    let sandbox = Sandbox::new();
    let library = sandbox.root().join("library");
    let folder = library.to_string_lossy().into_owned();
    sandbox.git(&["init", "--quiet", "--initial-branch=main", &folder]);
    sandbox
        .git_in(&library, &["commit", "--quiet", "--allow-empty", "-m", "x"])
        .assert_code(0);
    sandbox.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &folder,
        "sub",
    ]);
    sandbox.assert_staged::<&str>(&[]);
    sandbox.commit_all("a submodule");
    let sub = sandbox.path().join("sub");
    sandbox.install_hooks(&sub);
    std::fs::write(sub.join("a.py"), &token).expect("it can be written");
    sandbox.git_in(&sub, &["add", "a.py"]).assert_code(0);
    sandbox.stage("outer.py", &outer);
    sandbox.assert_staged_in(&sub, &[("a.py", 1, token.as_str())]);
    sandbox.assert_staged(&[("outer.py", 1, outer.as_str())]);
    let run = sandbox.git_in(&sub, &["commit", "-m", "x"]);
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stderr("a.py:1:1");
}

#[test]
fn outside_of_any_repository_there_is_nothing_to_say_yes_to() {
    let sandbox = Sandbox::new();
    let run = Run::of(
        sandbox
            .command(GUARD)
            .current_dir(sandbox.root())
            .env("GIT_CEILING_DIRECTORIES", sandbox.root())
            .args(SCAN),
    );
    run.assert_code(2);
    assert!(
        run.stderr.contains("not") && run.stderr.contains("repository"),
        "{}",
        run.stderr
    );
    let run = Run::of(
        sandbox
            .command(GUARD)
            .env("GIT_DIR", Path::new("/no/such/folder"))
            .args(SCAN),
    );
    run.assert_code(2);
}
