//! Attributes and drivers: they shape what git shows, never what it records.

use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::Duration;

use crate::support::{GUARD, Run, Sandbox, hf_token, write_script};

/// An old `a.py`, and a token in the staged one.
fn staged(token: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "one\n");
    sandbox.commit_all("first");
    sandbox.stage("a.py", format!("one\nkey = \"{token}\"\n"));
    sandbox
}

/// Asserts that git's own default diff shows nothing of the token, and that `hf-guard` finds it.
#[track_caller]
fn assert_found_though_git_hides_it(sandbox: &Sandbox, token: &str) {
    let shown = sandbox.git(&["diff", "--cached"]);
    assert!(!shown.contains(token), "the case is no case: {shown}");
    sandbox.assert_staged(&[("a.py", 2, token)]);
}

#[test]
fn attributes_of_the_tree_hide_nothing() {
    for attribute in [
        "-diff",
        "binary",
        "diff=bin",
        "-text -diff",
        "diff=bin -text",
    ] {
        let token = hf_token(701);
        let sandbox = staged(&token);
        sandbox.git(&["config", "diff.bin.binary", "true"]);
        sandbox.write(".gitattributes", format!("*.py {attribute}\n"));
        assert_found_though_git_hides_it(&sandbox, &token);
        sandbox.git(&["add", ".gitattributes"]);
        std::fs::remove_file(sandbox.path().join(".gitattributes")).expect("it is there");
        assert_found_though_git_hides_it(&sandbox, &token);
    }
}

#[test]
fn attributes_of_the_repository_hide_nothing() {
    let token = hf_token(702);
    let sandbox = staged(&token);
    sandbox.write(".git/info/attributes", "* -diff\n");
    assert_found_though_git_hides_it(&sandbox, &token);
}

#[test]
fn attributes_of_the_user_hide_nothing() {
    let token = hf_token(703);
    let sandbox = staged(&token);
    let file = sandbox.root().join("attributes");
    std::fs::write(&file, "* binary\n").expect("the file can be written");
    sandbox.git(&["config", "core.attributesFile", &file.to_string_lossy()]);
    assert_found_though_git_hides_it(&sandbox, &token);
}

#[test]
fn a_text_conversion_hides_nothing() {
    let token = hf_token(704);
    let sandbox = staged(&token);
    sandbox.write(".gitattributes", "*.py diff=conv\n");
    sandbox.git(&["config", "diff.conv.textconv", "echo nothing to see; true"]);
    assert_found_though_git_hides_it(&sandbox, &token);
}

#[test]
fn an_external_diff_hides_nothing_and_is_not_run() {
    let token = hf_token(705);
    let sandbox = staged(&token);
    let witness = sandbox.root().join("witness");
    let script = sandbox.root().join("diff");
    write_script(&script, &format!("touch '{}'", witness.display()));
    let script = script.to_string_lossy().into_owned();
    sandbox.write(".gitattributes", "*.py diff=ext\n");
    for key in ["diff.external", "diff.ext.command", "diff.ext.textconv"] {
        sandbox.git(&["config", key, &script]);
        assert_found_though_git_hides_it(&sandbox, &token);
        std::fs::remove_file(&witness).expect("git itself ran the driver");
        sandbox.assert_staged(&[("a.py", 2, token.as_str())]);
        assert!(!witness.exists(), "{key} was run");
        sandbox.git(&["config", "--unset", key]);
    }
}

#[test]
fn filters_are_not_run_again() {
    let token = hf_token(706);
    let sandbox = Sandbox::new();
    let witness = sandbox.root().join("witness");
    let clean = sandbox.root().join("clean");
    write_script(
        &clean,
        &format!("touch '{}'; sed s/SECRET/{token}/", witness.display()),
    );
    sandbox.git(&["config", "filter.evil.clean", &clean.to_string_lossy()]);
    sandbox.write(".gitattributes", "*.py filter=evil\n");
    sandbox.stage("a.py", "one\nkey = SECRET\n");
    std::fs::remove_file(&witness).expect("git itself ran the filter");
    sandbox.assert_staged(&[("a.py", 2, token.as_str())]);
    assert!(!witness.exists(), "the filter was run");
}

#[test]
fn attributes_that_are_no_file_hang_nothing() {
    for split in [false, true] {
        let token = hf_token(707);
        let sandbox = staged(&token);
        if split {
            sandbox.git(&["update-index", "--split-index"]);
        }
        let fifo = |path: &str| {
            let made = Command::new("mkfifo")
                .arg(sandbox.path().join(path))
                .status();
            assert!(made.expect("mkfifo starts").success());
        };
        fifo(".gitattributes");
        fifo(".gitignore");
        fifo(".gitmodules");
        std::fs::remove_file(sandbox.path().join("a.py")).expect("it is there");
        fifo("a.py");
        let limit = Duration::from_secs(20);
        let run = Run::within(limit, sandbox.command(GUARD).args(["hook", "pre-commit"]));
        run.assert_code(1).assert_hides(&token);
    }
}

#[test]
fn attributes_that_git_calls_broken_hide_nothing() {
    let token = hf_token(708);
    let sandbox = staged(&token);
    sandbox.write(
        ".gitattributes",
        "*.py !binary [attr] \"unclosed diff=\n".repeat(10),
    );
    sandbox.assert_staged(&[("a.py", 2, token.as_str())]);
    std::fs::remove_file(sandbox.path().join(".gitattributes")).expect("it is there");
    symlink("/dev/zero", sandbox.path().join(".gitattributes")).expect("the link can be made");
    let limit = Duration::from_secs(20);
    let run = Run::within(limit, sandbox.command(GUARD).args(["hook", "pre-commit"]));
    run.assert_code(1).assert_hides(&token);
}

#[test]
fn a_low_threshold_for_big_files_hides_nothing() {
    let token = hf_token(709);
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "core.bigFileThreshold", "16"]);
    sandbox.write("a.py", format!("{}\n", "old text ".repeat(10)));
    sandbox.commit_all("first");
    // git writes such a file straight into a pack and calls it binary ever after.
    sandbox.stage(
        "a.py",
        format!("{}\nkey = \"{token}\"\n", "old text ".repeat(10)),
    );
    assert_found_though_git_hides_it(&sandbox, &token);
}
