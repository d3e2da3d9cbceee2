//! Where objects come from: alternates, replacements, another owner.

use std::path::Path;
use std::process::Command;

use crate::findings::assert_reports;
use crate::support::{GUARD, Run, Sandbox, hf_token};

const SCAN: [&str; 4] = ["scan", "--staged", "--format", "json"];

/// A committed `a.py`; `freeze` decides in which format the index stays.
fn committed(split: bool) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "one\n");
    sandbox.commit_all("first");
    if split {
        sandbox.git(&["config", "core.splitIndex", "true"]);
        sandbox.git(&["update-index", "--split-index"]);
    }
    sandbox
}

fn blob(sandbox: &Sandbox, content: &str) -> String {
    let oid = sandbox.git_with_input(&["hash-object", "-w", "--stdin"], content.as_bytes());
    oid.trim().to_owned()
}

#[test]
fn objects_of_an_alternate_are_read() {
    let (old, new) = (hf_token(2_901), hf_token(2_902));
    for split in [false, true] {
        let sandbox = committed(split);
        sandbox.write("a.py", format!("{old}\n"));
        sandbox.commit_all("second");
        // A chain of two: repo <- middle <- last.
        for (from, to) in [("repo", "middle"), ("middle", "last")] {
            let run = sandbox.git_in(sandbox.root(), &["clone", "--quiet", "--shared", from, to]);
            run.assert_code(0);
        }
        let last = sandbox.root().join("last");
        sandbox.assert_staged_in::<&str>(&last, &[]);
        std::fs::write(last.join("a.py"), format!("{old}\n{new}\n")).expect("it can be written");
        sandbox.git_in(&last, &["add", "a.py"]).assert_code(0);
        sandbox.assert_staged_in(&last, &[("a.py", 2, new.as_str())]);
        // The staged blob itself in the alternate.
        sandbox
            .git_in(&last, &["reset", "--quiet", "--hard"])
            .assert_code(0);
        let held = blob(&sandbox, &new);
        let entry = format!("100644,{held},b.py");
        sandbox
            .git_in(&last, &["update-index", "--add", "--cacheinfo", &entry])
            .assert_code(0);
        sandbox.assert_staged_in(&last, &[("b.py", 1, new.as_str())]);
    }
}

#[test]
fn object_folders_of_the_environment_are_read() {
    let token = hf_token(2_903);
    for split in [false, true] {
        let sandbox = committed(split);
        let elsewhere = sandbox.root().join("quarantine");
        std::fs::create_dir(&elsewhere).expect("it can be made");
        let objects = sandbox.path().join(".git/objects");
        let with = |program: &str| -> Command {
            let mut command = sandbox.command(program);
            command
                .env("GIT_OBJECT_DIRECTORY", &elsewhere)
                .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &objects);
            command
        };
        sandbox.write("a.py", format!("one\n{token}\n"));
        Run::of(with("git").args(["add", "a.py"])).assert_code(0);
        let run = Run::of(with(GUARD).args(SCAN));
        assert_reports(&run, &[("a.py", 2, token.as_str())]);
        // Without that folder the object is missing.
        sandbox.guard(&SCAN).assert_code(2);
    }
}

#[test]
fn an_alternate_that_is_gone_is_an_error_where_its_objects_are_needed() {
    let token = hf_token(2_904);
    let sandbox = committed(false);
    let run = sandbox.git_in(
        sandbox.root(),
        &["clone", "--quiet", "--shared", "repo", "last"],
    );
    run.assert_code(0);
    let last = sandbox.root().join("last");
    std::fs::write(last.join("a.py"), &token).expect("it can be written");
    sandbox.git_in(&last, &["add", "a.py"]).assert_code(0);
    std::fs::rename(sandbox.path(), sandbox.root().join("gone")).expect("it can be moved");
    let mut command = sandbox.command(GUARD);
    let run = Run::of(command.current_dir(&last).args(SCAN));
    assert_ne!(run.code, 0, "{}", run.stdout);
    run.assert_hides(&token);
}

#[test]
fn a_replacement_of_the_staged_blob_does_not_hide_it() {
    let token = hf_token(2_905);
    for split in [false, true] {
        let sandbox = committed(split);
        sandbox.stage("a.py", format!("one\n{token}\n"));
        let staged = sandbox.git(&["rev-parse", ":a.py"]);
        let harmless = blob(&sandbox, "one\nharmless\n");
        // git shows the work tree's file instead of the blob where the index says that they are the same.
        sandbox.write("a.py", "one\n");
        sandbox.git(&["replace", staged.trim(), &harmless]);
        assert!(
            !sandbox.git(&["diff", "--cached"]).contains(&token),
            "the case is no case"
        );
        sandbox.assert_staged(&[("a.py", 2, token.as_str())]);
    }
}

#[test]
fn a_replacement_of_head_its_tree_or_the_old_blob_does_not_make_a_token_old() {
    let token = hf_token(2_906);
    for split in [false, true] {
        for replaced in ["HEAD", "HEAD^{tree}", "HEAD:a.py"] {
            let sandbox = committed(split);
            let original = sandbox.git(&["rev-parse", replaced]);
            sandbox.stage("a.py", format!("one\n{token}\n"));
            sandbox.git(&["commit", "--quiet", "--no-verify", "-m", "with the token"]);
            let with_token = sandbox.git(&["rev-parse", replaced]);
            sandbox.git(&["reset", "--quiet", "--soft", "HEAD~1"]);
            sandbox.git(&["replace", original.trim(), with_token.trim()]);
            sandbox.assert_staged(&[("a.py", 2, token.as_str())]);
        }
    }
}

#[test]
fn a_graft_does_not_make_a_token_old() {
    let token = hf_token(2_907);
    let sandbox = committed(false);
    sandbox.stage("a.py", format!("one\n{token}\n"));
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.write(
        ".git/info/grafts",
        format!("{} {}\n", head.trim(), "1".repeat(40)),
    );
    sandbox.write(".git/shallow", head);
    sandbox.assert_staged(&[("a.py", 2, token.as_str())]);
}

/// Gives the repository to another user, which only root can do: elsewhere there is nothing to test.
fn given_away(sandbox: &Sandbox) -> bool {
    let chown = |to: &Path| {
        let run = Command::new("chown").args(["-R", "65534"]).arg(to).output();
        run.expect("chown starts").status.success()
    };
    chown(sandbox.path())
}

#[test]
fn a_repository_of_somebody_else_is_refused_as_git_refuses_it() {
    let token = hf_token(2_908);
    for split in [false, true] {
        let sandbox = committed(split);
        sandbox.stage("a.py", &token);
        if !given_away(&sandbox) {
            return;
        }
        sandbox.try_git(&["status"]).assert_code(128);
        let run = sandbox.guard(&SCAN);
        run.assert_code(2)
            .assert_hides(&token)
            .assert_stderr("safe.directory");
    }
}

#[test]
fn a_repository_that_git_was_told_to_trust_is_scanned() {
    let token = hf_token(2_909);
    for split in [false, true] {
        let sandbox = committed(split);
        sandbox.install_hooks(sandbox.path());
        sandbox.stage("a.py", format!("one\n{token}\n"));
        if !given_away(&sandbox) {
            return;
        }
        let here = sandbox.path().to_string_lossy().into_owned();
        let above = format!("{}/*", sandbox.root().display());
        for trusted in [here.as_str(), above.as_str(), "*"] {
            let run = Run::of(
                sandbox
                    .command("git")
                    .env("GIT_CONFIG_COUNT", "1")
                    .env("GIT_CONFIG_KEY_0", "safe.directory")
                    .env("GIT_CONFIG_VALUE_0", trusted)
                    .args(["commit", "-m", "x"]),
            );
            run.assert_code(1).assert_hides(&token);
            assert!(run.stderr.contains("a.py:2:1"), "{trusted}: {}", run.stderr);
            let run = sandbox.try_git(&[
                "-c",
                &format!("safe.directory={trusted}"),
                "commit",
                "-m",
                "x",
            ]);
            run.assert_code(1).assert_hides(&token);
            assert!(run.stderr.contains("a.py:2:1"), "{trusted}: {}", run.stderr);
        }
        sandbox.git(&["config", "--global", "safe.directory", &here]);
        sandbox.assert_staged(&[("a.py", 2, token.as_str())]);
    }
}
