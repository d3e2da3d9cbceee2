//! commit-msg and prepare-commit-msg, run by real git.

use crate::support::{GUARD, Run, Sandbox, hf_token, write_script};

fn sandbox_with(hook: &str, options: &[&str]) -> Sandbox {
    let sandbox = Sandbox::with_init_options(options);
    write_script(
        &sandbox.path().join(".git/hooks").join(hook),
        &format!("exec '{GUARD}' hook {hook} \"$@\""),
    );
    sandbox.write("a.py", "a = 1\n");
    sandbox.commit_all("first");
    sandbox
}

/// Commits with an editor that puts `text` in front of what git offers.
fn commit_edited(sandbox: &Sandbox, text: &str, options: &[&str]) -> Run {
    sandbox.write("../words", text);
    let editor = sandbox.root().join("editor");
    let words = sandbox.root().join("words");
    write_script(
        &editor,
        &format!(
            "cat '{}' \"$1\" > \"$1.new\" && mv \"$1.new\" \"$1\"",
            words.display()
        ),
    );
    Run::of(
        sandbox
            .command("git")
            .env("GIT_EDITOR", editor)
            .args(options.iter().take_while(|option| **option != "--"))
            .args(["commit", "--allow-empty"])
            .args(options.iter().skip_while(|option| **option != "--").skip(1)),
    )
}

/// The hook blocks just those messages in which git would record the token.
#[track_caller]
fn assert_as_recorded(text: &str, token: &str, options: &[&str], recorded: bool) {
    let sandbox = sandbox_with("commit-msg", &[]);
    let run = commit_edited(&sandbox, text, options);
    let hook = sandbox.path().join(".git/hooks/commit-msg");
    std::fs::remove_file(hook).expect("the hook can be removed");
    let without = sandbox_with("commit-msg", &[]);
    std::fs::remove_file(without.path().join(".git/hooks/commit-msg")).expect("it is there");
    commit_edited(&without, text, options).assert_code(0);
    let log = without.git(&["log", "-1", "--format=%B"]);
    assert_eq!(log.contains(token), recorded, "git is the oracle: {log}");
    run.assert_code(i32::from(recorded)).assert_hides(token);
}

const CUT: &str = "# ------------------------ >8 ------------------------\n";

#[test]
fn a_token_in_a_message_blocks() {
    let sandbox = sandbox_with("commit-msg", &[]);
    let token = hf_token(1);
    for arguments in [
        vec!["commit", "--allow-empty", "-m", &token],
        vec!["commit", "--allow-empty", "-m", "x", "-m", &token],
        vec!["commit", "--allow-empty", "--amend", "-m", &token],
    ] {
        let run = sandbox.try_git(&arguments);
        run.assert_code(1).assert_hides(&token);
    }
    sandbox.git(&["commit", "--allow-empty", "-m", "clean"]);
}

#[test]
fn a_message_is_read_as_git_records_it() {
    let token = hf_token(1);
    let plain = format!("fix\n\n{token}\n");
    let comment = format!("fix\n# {token}\n");
    let below = format!("fix\n{CUT}{token}\n");
    let other = format!("fix\n; {token}\n");
    for (text, options, recorded) in [
        (&plain, &[][..], true),
        (&comment, &[], false),
        (&comment, &["-c", "core.commentChar=;"], true),
        (&other, &["-c", "core.commentChar=;"], false),
        (&other, &["-c", "core.commentString=; "], false),
        (
            &other,
            &["-c", "core.commentString=;", "-c", "core.commentChar=%"],
            true,
        ),
        (&other, &[], true),
        (&comment, &["-c", "commit.cleanup=whitespace"], true),
        (&comment, &["-c", "commit.cleanup=verbatim"], true),
        (&comment, &["-c", "commit.cleanup=strip"], false),
        (&comment, &["-c", "commit.cleanup=scissors"], true),
        (&below, &["-c", "commit.cleanup=scissors"], false),
        (&below, &[], true),
    ] {
        assert_as_recorded(text, &token, options, recorded);
    }
}

#[test]
fn a_message_without_an_editor_keeps_its_comments() {
    let token = hf_token(1);
    let comment = format!("fix\n# {token}\n");
    let below = format!("fix\n{CUT}{token}\n");
    for (text, mode, code) in [
        (&comment, "default", 1),
        (&comment, "strip", 0),
        (&below, "scissors", 1),
        (&below, "strip", 1),
    ] {
        let sandbox = sandbox_with("commit-msg", &[]);
        let cleanup = format!("commit.cleanup={mode}");
        let run = sandbox.try_git(&["-c", &cleanup, "commit", "--allow-empty", "-m", text]);
        run.assert_code(code).assert_hides(&token);
    }
}

#[test]
fn the_diff_of_a_verbose_commit_is_no_message() {
    let token = hf_token(1);
    let sandbox = sandbox_with("commit-msg", &[]);
    sandbox.stage("b.py", format!("{token}\n"));
    commit_edited(&sandbox, "fix\n", &["--", "--verbose"]).assert_code(0);
    sandbox.stage("b.py", "b = 1\n");
    let text = format!("fix\n{token}\n");
    let run = commit_edited(&sandbox, &text, &["--", "--verbose"]);
    run.assert_code(1).assert_hides(&token);
}

#[test]
fn a_sequence_is_read_and_a_plain_commit_is_not() {
    for format in ["files", "reftable"] {
        let option = format!("--ref-format={format}");
        let sandbox = sandbox_with("prepare-commit-msg", &[&option]);
        let token = hf_token(1);
        sandbox.stage("t.py", &token);
        sandbox.git(&[
            "commit",
            "-q",
            "--no-verify",
            "-m",
            "the choice of a person",
        ]);
        sandbox.git(&["branch", "holds"]);
        sandbox.git(&["rm", "-q", "t.py"]);
        sandbox.git(&["commit", "-q", "-m", "gone"]);
        let blocked = |arguments: &[&str], undo: &[&str]| {
            let run = sandbox.try_git(arguments);
            assert_ne!(run.code, 0, "{format}: {arguments:?}");
            run.assert_hides(&token);
            let said = run.stdout + &run.stderr;
            assert!(said.contains("t.py:1:1: "), "{arguments:?}: {said}");
            sandbox.try_git(undo);
            sandbox.git(&["reset", "-q", "--hard"]);
        };
        blocked(&["revert", "--no-edit", "HEAD"], &["revert", "--abort"]);
        blocked(&["revert", "--edit", "HEAD"], &["revert", "--abort"]);
        blocked(&["cherry-pick", "holds"], &["cherry-pick", "--abort"]);
        sandbox.git(&["checkout", "-q", "-b", "topic", "main~2"]);
        sandbox.write("other.py", "x = 1\n");
        sandbox.commit_all("other");
        let onto = ["rebase", "--onto", "HEAD", "holds~1", "holds"];
        blocked(&onto, &["rebase", "--abort"]);
        // A plain commit afterwards is free again.
        sandbox.git(&["checkout", "-q", "topic"]);
        sandbox.stage("t.py", &token);
        sandbox.git(&["commit", "-q", "--no-verify", "-m", "again"]);
    }
}

#[test]
fn what_is_staged_while_a_rebase_stops_is_read() {
    for linked in [false, true] {
        let sandbox = sandbox_with("prepare-commit-msg", &[]);
        sandbox.write("b.py", "b = 1\n");
        sandbox.commit_all("second");
        let folder = if linked {
            let folder = sandbox.root().join("linked");
            let path = folder.to_str().expect("a plain name");
            sandbox.git(&["worktree", "add", "-q", "-b", "topic", path]);
            folder
        } else {
            sandbox.path().to_path_buf()
        };
        let run = Run::of(
            sandbox
                .command("git")
                .current_dir(&folder)
                .env("GIT_SEQUENCE_EDITOR", "sed -i s/^pick/edit/")
                .args(["rebase", "-i", "HEAD~1"]),
        );
        run.assert_code(0);
        let token = hf_token(1);
        std::fs::write(folder.join("t.py"), &token).expect("it can be written");
        sandbox.git_in(&folder, &["add", "t.py"]).assert_code(0);
        let run = sandbox.git_in(&folder, &["rebase", "--continue"]);
        assert_ne!(run.code, 0, "linked {linked}");
        run.assert_hides(&token);
        let said = run.stdout + &run.stderr;
        assert!(said.contains("t.py:1:1: "), "{said}");
    }
}

#[test]
fn what_a_configuration_changes_is_said_once_in_a_commit() {
    let sandbox = Sandbox::new();
    let install = sandbox.guard(&["install"]);
    install.assert_code(0);
    sandbox.stage(
        ".hf-guard.toml",
        "[[allow]]\npath = \"tests/fixtures/\"\nreason = \"made for the tests\"\n",
    );
    let commit = sandbox.try_git(&["commit", "--message", "allow"]);
    commit.assert_code(0);
    assert_eq!(
        commit.stderr.matches("is part of this commit").count(),
        1,
        "{}",
        commit.stderr
    );
}

#[test]
fn a_blocked_message_says_how_to_go_on() {
    let sandbox = sandbox_with("commit-msg", &[]);
    let token = hf_token(30);
    let message = format!("Add {token}  # gitleaks:allow");
    let run = sandbox.try_git(&["commit", "--allow-empty", "--message", &message]);
    run.assert_code(1).assert_hides(&token);
    for part in [
        "commit message:1:5: Hugging Face user access token in the message: ",
        "In a message (commit message): write the message without it.\n",
        "git has kept what you wrote:\n",
        "hf-guard: 1 finding; this blocks the commit.\n",
    ] {
        assert!(run.stderr.contains(part), "{part}: {run:?}");
    }
    let command = run
        .stderr
        .lines()
        .find(|line| line.contains("git commit --edit"))
        .expect("there is one");
    let editor = format!("sed -i s/{token}/it/");
    let mut shell = sandbox.command("sh");
    shell.env("GIT_EDITOR", editor);
    Run::of(shell.args(["-c", &format!("{command} --allow-empty")])).assert_code(0);
    let recorded = sandbox.git(&["log", "-1", "--format=%B"]);
    assert_eq!(recorded.trim_end(), "Add it  # gitleaks:allow");
}
