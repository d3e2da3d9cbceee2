//! A manager's hooks at pre-push, and for messages: real pushes to a bare remote.

use super::{MANAGERS, Managed, manifest_without_build};
use crate::support::{Run, hf_token};

/// A repository of which the manager asks hf-guard before each push, and a bare remote.
struct Pushing {
    managed: Managed,
    token: String,
}

impl Pushing {
    /// With one commit, which is not pushed yet.
    #[track_caller]
    fn new(manager: &'static str) -> Self {
        let managed = Managed::new(manager);
        managed.use_hooks(&manifest_without_build(), &["hf-guard"]);
        managed.install_manager_for(&["pre-push"]);
        let sandbox = &managed.sandbox;
        let remote = sandbox.root().join("remote.git");
        let remote = remote.to_string_lossy();
        sandbox.git(&["init", "--quiet", "--bare", &remote]);
        sandbox.git(&["remote", "add", "origin", &remote]);
        Self {
            managed,
            token: hf_token(61),
        }
    }

    /// The same, with that commit on the remote.
    #[track_caller]
    fn published(manager: &'static str) -> Self {
        let pushing = Self::new(manager);
        pushing.assert_pushes(&["origin", "main"]);
        pushing
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        self.managed.sandbox.git(arguments)
    }

    #[track_caller]
    fn commit(&self, path: &str, content: &str) {
        self.managed.sandbox.stage(path, content);
        self.managed.sandbox.commit_all(path);
    }

    #[track_caller]
    fn commit_token(&self, path: &str) {
        self.commit(path, &format!("key = \"{}\"\n", self.token));
    }

    #[track_caller]
    fn push(&self, arguments: &[&str]) -> Run {
        let mut all = vec!["push"];
        all.extend(arguments);
        self.managed.git(&all)
    }

    #[track_caller]
    fn assert_pushes(&self, arguments: &[&str]) {
        let run = self.push(arguments);
        assert_eq!(run.code, 0, "{}: {run:?}", self.managed.manager);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains("Passed"), "hf-guard was not asked: {said}");
    }

    /// The push is blocked because of the token in `path`, and the remote stays as it was.
    #[track_caller]
    fn assert_blocks(&self, arguments: &[&str], path: &str) {
        let before = self.git(&["ls-remote", "origin"]);
        let run = self.push(arguments);
        assert_ne!(run.code, 0, "{} {arguments:?}", self.managed.manager);
        run.assert_hides(&self.token);
        let said = format!("{}{}", run.stdout, run.stderr);
        let named = said.matches(&format!("{path}:1:")).count();
        assert_eq!(named, 1, "{} {arguments:?}: {said}", self.managed.manager);
        assert_eq!(self.git(&["ls-remote", "origin"]), before);
    }
}

#[test]
fn a_push_through_the_manifest_is_guarded() {
    for manager in MANAGERS {
        let pushing = Pushing::published(manager);
        pushing.commit_token("a.py");
        pushing.assert_blocks(&["origin", "main"], "a.py");
        // Gone from the tip, and published all the same.
        pushing.commit("a.py", "key = None\n");
        pushing.assert_blocks(&["origin", "main"], "a.py");
        pushing.git(&["reset", "--quiet", "--soft", "HEAD~2"]);
        pushing.commit("b.py", "b = 1\n");
        pushing.assert_pushes(&["origin", "main"]);
    }
}

/// The managers then name no commit to start from; pre-commit not even the one that is pushed.
#[test]
fn a_push_of_a_root_commit_is_guarded() {
    for manager in MANAGERS {
        let pushing = Pushing::new(manager);
        pushing.commit_token("a.py");
        pushing.commit("a.py", "key = None\n");
        pushing.assert_blocks(&["origin", "main"], "a.py");
        // The same where no branch leads to it.
        pushing.git(&["checkout", "--quiet", "--detach"]);
        pushing.git(&["branch", "--quiet", "--force", "main", "HEAD~2"]);
        let detached = pushing.git(&["rev-parse", "HEAD"]);
        pushing.git(&["checkout", "--quiet", "main"]);
        let refspec = format!("{}:refs/heads/x", detached.trim_end());
        pushing.assert_blocks(&["origin", &refspec], "a.py");
        pushing.assert_blocks(&["origin", "HEAD@{1}:refs/heads/x"], "a.py");
        pushing.assert_pushes(&["origin", "main"]);
    }
}

#[test]
fn every_ref_of_a_push_is_guarded() {
    for manager in MANAGERS {
        let pushing = Pushing::published(manager);
        pushing.git(&["switch", "--quiet", "--create", "side"]);
        pushing.commit_token("side.py");
        pushing.commit("side.py", "key = None\n");
        pushing.git(&["switch", "--quiet", "main"]);
        pushing.commit("main.py", "x = 1\n");
        // The manager speaks of one of them only.
        pushing.assert_blocks(&["origin", "main", "side"], "side.py");
        pushing.assert_blocks(&["origin", "side", "main"], "side.py");
        pushing.assert_blocks(&["origin", "main", "side~1:refs/heads/x"], "side.py");
        pushing.assert_blocks(&["--all", "origin"], "side.py");
        pushing.git(&["tag", "--annotate", "--message", "t", "v1", "side"]);
        pushing.git(&["branch", "--quiet", "--delete", "--force", "side"]);
        pushing.assert_blocks(&["--tags", "origin", "main"], "side.py");
    }
}

#[test]
fn a_commit_of_no_branch_is_guarded() {
    for manager in MANAGERS {
        let pushing = Pushing::published(manager);
        pushing.git(&["checkout", "--quiet", "--detach"]);
        pushing.commit_token("a.py");
        pushing.commit("a.py", "key = None\n");
        let commit = pushing.git(&["rev-parse", "HEAD~1"]);
        pushing.git(&["switch", "--quiet", "main"]);
        let refspec = format!("{}:refs/heads/x", commit.trim_end());
        pushing.assert_blocks(&["origin", &refspec], "a.py");
    }
}

#[test]
fn a_forced_push_is_guarded_and_old_findings_do_not_stop_it() {
    for manager in MANAGERS {
        let pushing = Pushing::published(manager);
        let amend = |path: &str, content: &str| {
            pushing.managed.sandbox.stage(path, content);
            pushing.git(&["commit", "--quiet", "--amend", "--no-edit", "--no-verify"]);
        };
        pushing.commit("a.py", "a = 1\n");
        pushing.assert_pushes(&["origin", "main"]);
        amend("a.py", &format!("key = \"{}\"\n", pushing.token));
        pushing.assert_blocks(&["--force", "origin", "main"], "a.py");
        // It got out, and is now to be taken back.
        pushing.git(&[
            "push",
            "--quiet",
            "--no-verify",
            "--force",
            "origin",
            "main",
        ]);
        pushing.git(&["branch", "backup"]);
        amend("a.py", "a = 2\n");
        pushing.assert_pushes(&["--force", "origin", "main"]);
    }
}

#[test]
fn what_the_remote_has_is_not_read_again() {
    for manager in MANAGERS {
        let pushing = Pushing::published(manager);
        pushing.commit_token("a.py");
        pushing.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
        pushing.commit("b.py", "b = 1\n");
        pushing.assert_pushes(&["origin", "main"]);
        pushing.git(&["switch", "--quiet", "--create", "new"]);
        pushing.commit("c.py", "c = 1\n");
        pushing.assert_pushes(&["origin", "new"]);
    }
}

#[test]
fn a_push_to_a_url_is_guarded() {
    for manager in MANAGERS {
        let pushing = Pushing::published(manager);
        let url = pushing.git(&["remote", "get-url", "origin"]);
        pushing.commit_token("a.py");
        pushing.assert_blocks(&[url.trim_end(), "main:refs/heads/x"], "a.py");
    }
}

/// What a hook of the push commits is a commit, whatever the manager has put into its environment.
#[test]
fn a_commit_in_the_middle_of_a_push_is_a_commit() {
    let pushing = Pushing::published("pre-commit");
    let sandbox = &pushing.managed.sandbox;
    sandbox
        .guard(&["install", "--hook", "pre-commit"])
        .assert_code(0);
    sandbox.stage("a.py", format!("key = \"{}\"\n", pushing.token));
    let mut commit = sandbox.command("git");
    commit
        .env("PRE_COMMIT", "1")
        .env("PRE_COMMIT_REMOTE_NAME", "origin")
        .env("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main")
        .env("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main")
        .args(["commit", "--message", "leak"]);
    Run::of(&mut commit)
        .assert_code(1)
        .assert_hides(&pushing.token);
}

#[test]
fn a_push_that_cannot_be_told_is_not_let_through() {
    let pushing = Pushing::published("pre-commit");
    let hook = |local: &str| {
        let mut hook = pushing.managed.sandbox.command(crate::support::GUARD);
        hook.env("PRE_COMMIT", "1")
            .env("PRE_COMMIT_REMOTE_NAME", "origin")
            .env("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main")
            .env("PRE_COMMIT_LOCAL_BRANCH", local)
            .args(["hook", "pre-commit"]);
        Run::of(&mut hook)
    };
    hook("refs/heads/main").assert_code(0);
    for unclear in [
        "HEAD^{/no such}",
        "refs/heads/gone",
        "--all",
        "main main~0 HEAD",
    ] {
        let run = hook(unclear);
        run.assert_code(2);
        assert!(!run.stderr.is_empty());
    }
    let run = hook("HEAD^{/base and more}");
    run.assert_code(2)
        .assert_stderr("hf-guard install --hook pre-push");
}

#[test]
fn messages_and_cherry_picks_through_the_manifest_are_guarded() {
    for manager in MANAGERS {
        let managed = Managed::new(manager);
        let ids = [
            "hf-guard",
            "hf-guard-commit-msg",
            "hf-guard-prepare-commit-msg",
        ];
        managed.use_hooks(&manifest_without_build(), &ids);
        let token = hf_token(62);
        let sandbox = &managed.sandbox;
        sandbox.git(&["switch", "--quiet", "--create", "leak"]);
        sandbox.stage("leak.py", format!("key = \"{token}\"\n"));
        sandbox.commit_all("leak");
        sandbox.git(&["switch", "--quiet", "main"]);
        managed.install_manager_for(&["pre-commit", "commit-msg", "prepare-commit-msg"]);
        sandbox.stage("a.py", "a = 1\n");
        let run = managed.git(&["commit", "--message", &format!("use {token}")]);
        assert_ne!(run.code, 0, "{manager}");
        run.assert_hides(&token);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains("commit message:1:"), "{manager}: {said}");
        managed
            .git(&["commit", "--message", "clean"])
            .assert_code(0);
        let run = managed.git(&["cherry-pick", "leak"]);
        assert_ne!(run.code, 0, "{manager}");
        run.assert_hides(&token);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains("leak.py:1:"), "{manager}: {said}");
    }
}
