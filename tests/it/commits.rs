//! Every way to make a commit: what git is about to record is what is scanned.

use crate::support::{GUARD, Run, Sandbox, hf_token, run_with_input, write_script};

/// A sandbox whose hooks run `hf-guard`, with `a.py` and `b.py` committed.
fn with_hooks() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "import os\nname = 1\n");
    sandbox.write("b.py", "import sys\n");
    sandbox.commit_all("first");
    sandbox.install_hooks(sandbox.path());
    sandbox
}

/// Runs `git` with `arguments` and asserts that the hook stopped it, named `path`, and let nothing of `token` out.
#[track_caller]
fn assert_blocked(sandbox: &Sandbox, arguments: &[&str], path: &str, token: &str) {
    let before = sandbox.try_git(&["rev-parse", "--verify", "HEAD"]).stdout;
    let run = sandbox.try_git(arguments);
    assert_stopped(sandbox, &run, &before, path, token);
}

#[track_caller]
fn assert_stopped(sandbox: &Sandbox, run: &Run, before: &str, path: &str, token: &str) {
    run.assert_code(1).assert_hides(token).assert_stderr(path);
    let after = sandbox.try_git(&["rev-parse", "--verify", "HEAD"]).stdout;
    assert_eq!(before, after, "HEAD moved");
}

/// Runs `git` with `arguments`, which the hook must let pass, and asserts that no commit holds `token`.
#[track_caller]
fn assert_committed_without(sandbox: &Sandbox, arguments: &[&str], token: &str) {
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    let run = sandbox.try_git(arguments);
    run.assert_code(0);
    assert_ne!(before, sandbox.git(&["rev-parse", "HEAD"]));
    assert!(!sandbox.history(sandbox.path()).contains(token));
}

#[test]
fn a_plain_commit_is_blocked_until_the_token_is_gone() {
    let sandbox = with_hooks();
    let token = hf_token(101);
    sandbox.stage("a.py", format!("import os\nname = \"{token}\"\n"));
    assert_blocked(&sandbox, &["commit", "-m", "x"], "a.py:2:9", &token);
    sandbox.stage("a.py", "import os\nname = os.environ[\"HF_TOKEN\"]\n");
    assert_committed_without(&sandbox, &["commit", "-m", "x"], &token);
}

#[test]
fn no_verify_shows_that_only_the_hook_stood_in_the_way() {
    let sandbox = with_hooks();
    let token = hf_token(102);
    sandbox.stage("a.py", &token);
    sandbox.git(&["commit", "--no-verify", "-m", "x"]);
    assert!(sandbox.history(sandbox.path()).contains(&token));
}

#[test]
fn the_first_commit_of_a_repository_is_scanned() {
    let sandbox = Sandbox::new();
    sandbox.install_hooks(sandbox.path());
    let token = hf_token(103);
    sandbox.stage("a.py", format!("\n\n{token}\n"));
    assert_blocked(&sandbox, &["commit", "-m", "x"], "a.py:3:1", &token);
    sandbox.stage("a.py", "clean\n");
    sandbox.git(&["commit", "-m", "x"]);
}

#[test]
fn the_first_commit_of_an_orphan_branch_is_scanned() {
    let sandbox = with_hooks();
    let token = hf_token(104);
    sandbox.write("a.py", &token);
    sandbox.commit_all("the token is on main");
    sandbox.git(&["checkout", "--quiet", "--orphan", "other"]);
    assert_blocked(&sandbox, &["commit", "-m", "x"], "a.py:1:1", &token);
}

#[test]
fn commit_all_scans_what_the_work_tree_holds() {
    let sandbox = with_hooks();
    let token = hf_token(105);
    sandbox.write("a.py", format!("key = \"{token}\"\n"));
    assert_blocked(&sandbox, &["commit", "-a", "-m", "x"], "a.py:1:8", &token);
    // The same from the other side: the token is in the real index, and the work tree has lost it.
    sandbox.stage("a.py", format!("key = \"{token}\"\n"));
    sandbox.write("a.py", "key = 1\n");
    assert_committed_without(&sandbox, &["commit", "-a", "-m", "x"], &token);
}

#[test]
fn commit_file_scans_that_file_and_no_other() {
    let sandbox = with_hooks();
    let token = hf_token(106);
    sandbox.write("a.py", format!("key = \"{token}\"\n"));
    assert_blocked(&sandbox, &["commit", "-m", "x", "a.py"], "a.py:1:8", &token);
    sandbox.stage("a.py", format!("key = \"{token}\"\n"));
    sandbox.write("b.py", "import this\n");
    assert_committed_without(&sandbox, &["commit", "-m", "x", "b.py"], &token);
    sandbox.assert_staged(&[("a.py", 1, token.as_str())]);
}

#[test]
fn commit_include_scans_the_index_and_the_file() {
    let sandbox = with_hooks();
    let (staged, named) = (hf_token(107), hf_token(108));
    sandbox.stage("a.py", &staged);
    sandbox.write("b.py", "import this\n");
    let include = ["commit", "-m", "x", "-i", "b.py"];
    assert_blocked(&sandbox, &include, "a.py:1:1", &staged);
    sandbox.stage("a.py", "clean\n");
    sandbox.write("b.py", &named);
    assert_blocked(&sandbox, &include, "b.py:1:1", &named);
}

#[test]
fn commit_patch_scans_the_chosen_hunks() {
    let sandbox = with_hooks();
    let token = hf_token(109);
    let lines = |first: &str, last: &str| format!("{first}\n{}{last}\n", "same\n".repeat(20));
    sandbox.write("a.py", lines("1", "2"));
    sandbox.commit_all("twenty-two lines");
    sandbox.write("a.py", lines("one", &token));
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    let patch = |answers: &str| {
        run_with_input(
            sandbox.command("git").args(["commit", "-p", "-m", "x"]),
            answers.as_bytes(),
        )
    };
    let run = patch("n\ny\n");
    run.assert_code(1);
    // The patch itself is on standard output; what the hook says is on standard error.
    run.assert_stderr("a.py:22:1");
    assert!(!run.stderr.contains(&token[8..]));
    assert_eq!(before, sandbox.git(&["rev-parse", "HEAD"]));
    sandbox.git(&["reset", "--quiet"]);
    patch("y\nn\n").assert_code(0);
    assert!(!sandbox.history(sandbox.path()).contains(&token));
}

#[test]
fn an_amended_commit_is_scanned_for_what_head_does_not_hold() {
    let sandbox = with_hooks();
    let (old, new) = (hf_token(110), hf_token(111));
    sandbox.stage("a.py", &new);
    assert_blocked(
        &sandbox,
        &["commit", "--amend", "-m", "x"],
        "a.py:1:1",
        &new,
    );
    sandbox.stage("a.py", format!("{old}\n"));
    sandbox.git(&["commit", "--no-verify", "-m", "the token is in HEAD"]);
    sandbox.stage("b.py", "import this\n");
    // git does not tell a hook that it amends; what HEAD holds counts as old.
    sandbox.git(&["commit", "--amend", "-m", "x"]);
    sandbox.write("a.py", format!("{old}\n{new}\n"));
    assert_blocked(
        &sandbox,
        &["commit", "--amend", "-a", "-m", "x"],
        "a.py:2:1",
        &new,
    );
}

#[test]
fn a_commit_from_a_sub_directory_is_scanned_whole() {
    let sandbox = with_hooks();
    let token = hf_token(112);
    sandbox.write("deep/er/c.py", "clean\n");
    sandbox.commit_all("a folder");
    sandbox.stage("a.py", &token);
    let run = sandbox.git_in(&sandbox.path().join("deep/er"), &["commit", "-m", "x"]);
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stderr("a.py:1:1");
    sandbox.assert_staged_in(
        &sandbox.path().join("deep/er"),
        &[("a.py", 1, token.as_str())],
    );
}

#[test]
fn a_git_folder_apart_from_the_work_tree_is_scanned() {
    let sandbox = with_hooks();
    let token = hf_token(113);
    let git_dir = sandbox.path().join(".git");
    let elsewhere = sandbox.root().join("elsewhere.git");
    std::fs::rename(&git_dir, &elsewhere).expect("the folder can be moved");
    let git = |arguments: &[&str]| {
        Run::of(
            sandbox
                .command("git")
                .args(["--git-dir", "../elsewhere.git", "--work-tree", "."])
                .args(arguments),
        )
    };
    sandbox.write("a.py", &token);
    git(&["add", "a.py"]).assert_code(0);
    let run = git(&["commit", "-m", "x"]);
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stderr("a.py:1:1");
    sandbox.write("b.py", &token);
    let run = git(&["commit", "-m", "x", "b.py"]);
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stderr("b.py:1:1");
}

#[test]
fn a_commit_in_the_middle_of_a_rebase_is_scanned() {
    let sandbox = with_hooks();
    let token = hf_token(114);
    sandbox.write("a.py", "second\n");
    sandbox.commit_all("second");
    let editor = sandbox.root().join("editor");
    write_script(&editor, "sed -i.old 's/^pick/edit/' \"$1\"");
    let rebase = Run::of(
        sandbox
            .command("git")
            .env("GIT_SEQUENCE_EDITOR", &editor)
            .args(["rebase", "-i", "HEAD^"]),
    );
    rebase.assert_code(0);
    sandbox.stage("a.py", &token);
    assert_blocked(
        &sandbox,
        &["commit", "--amend", "-m", "x"],
        "a.py:1:1",
        &token,
    );
}

#[test]
fn an_index_of_the_users_own_is_the_one_that_is_scanned() {
    let sandbox = with_hooks();
    let token = hf_token(115);
    sandbox.write("a.py", &token);
    let git = |arguments: &[&str]| {
        Run::of(
            sandbox
                .command("git")
                .env("GIT_INDEX_FILE", ".git/other-index")
                .args(arguments),
        )
    };
    git(&["read-tree", "HEAD"]).assert_code(0);
    git(&["add", "a.py"]).assert_code(0);
    let run = git(&["commit", "-m", "x"]);
    run.assert_code(1).assert_hides(&token);
    sandbox.assert_staged::<&str>(&[]);
}

#[test]
fn a_hook_that_was_given_no_git_environment_finds_the_repository() {
    let sandbox = with_hooks();
    let token = hf_token(116);
    sandbox.stage("a.py", &token);
    for arguments in [
        &["hook", "pre-commit"][..],
        &["hook", "pre-merge-commit"],
        &[],
    ] {
        let run = Run::of(sandbox.command(GUARD).args(arguments));
        run.assert_code(1).assert_hides(&token);
    }
}
