//! Commits that git makes without pre-commit: cherry-pick, revert, rebase. And messages and pushes, in each kind of
//! repository that the hooks may stand in.

use std::fs;
use std::path::{Path, PathBuf};

use super::{NAMES, executable, hooks, listing};
use crate::support::{Run, Sandbox, hf_token};

/// Where the hooks are tried.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Plain,
    Linked,
    WithKeptHooks,
}

const KINDS: [Kind; 3] = [Kind::Plain, Kind::Linked, Kind::WithKeptHooks];

/// A repository with the hooks in place and a branch `leak` that adds a token to what `main` has.
struct Guarded {
    sandbox: Sandbox,
    kind: Kind,
    folder: PathBuf,
    token: String,
    hooks_before: Vec<(PathBuf, u32, Vec<u8>)>,
}

impl Guarded {
    #[track_caller]
    fn new(kind: Kind) -> Self {
        let sandbox = Sandbox::new();
        let token = hf_token(31);
        sandbox.stage("a.py", "a = 1\n");
        sandbox.commit_all("base");
        sandbox.git(&["switch", "--quiet", "--create", "leak"]);
        sandbox.stage("leak.py", format!("key = \"{token}\"\n"));
        sandbox.commit_all("leak");
        sandbox.git(&["switch", "--quiet", "--create", "removed"]);
        sandbox.stage("leak.py", "key = None\n");
        sandbox.commit_all("remove");
        sandbox.git(&["switch", "--quiet", "main"]);
        sandbox.stage("b.py", "b = 1\n");
        sandbox.commit_all("more");
        let folder = match kind {
            Kind::Plain | Kind::WithKeptHooks => sandbox.path().to_path_buf(),
            Kind::Linked => {
                let linked = sandbox.root().join("linked tree");
                let path = linked.to_string_lossy();
                sandbox.git(&["worktree", "add", "--quiet", "-b", "work", &path]);
                linked
            }
        };
        if matches!(kind, Kind::WithKeptHooks) {
            for name in NAMES {
                let log = sandbox.root().join("kept").display().to_string();
                executable(
                    &hooks(&sandbox).join(name),
                    &format!("#!/bin/sh\necho {name} >>'{log}'\n"),
                );
            }
        }
        let hooks_before = listing(&hooks(&sandbox));
        let guarded = Self {
            sandbox,
            kind,
            folder,
            token,
            hooks_before,
        };
        let mut install = guarded.sandbox.command(crate::support::GUARD);
        Run::of(install.current_dir(&guarded.folder).arg("install")).assert_code(0);
        guarded
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> Run {
        self.sandbox.git_in(&self.folder, arguments)
    }

    #[track_caller]
    fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
            .assert_code(0)
            .stdout
            .clone()
    }

    #[track_caller]
    fn stage(&self, path: &str, content: &str) {
        fs::write(self.folder.join(path), content).expect("the file can be written");
        self.git(&["add", path]).assert_code(0);
    }

    /// git refuses, says why, and HEAD has no token.
    #[track_caller]
    fn assert_blocks(&self, arguments: &[&str], says: &str) {
        let run = self.git(arguments);
        assert_ne!(run.code, 0, "{:?} {arguments:?}: {run:?}", self.kind);
        run.assert_hides(&self.token);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains(says), "{:?} {arguments:?}: {said}", self.kind);
    }

    /// The hooks that were there before ran, and come back.
    #[track_caller]
    fn assert_restored(&self, ran: &[&str]) {
        if matches!(self.kind, Kind::WithKeptHooks) {
            let log = fs::read_to_string(self.sandbox.root().join("kept")).unwrap_or_default();
            for name in ran {
                assert!(log.lines().any(|line| line == *name), "{name}: {log}");
            }
        }
        self.sandbox.guard(&["uninstall"]).assert_code(0);
        assert_eq!(listing(&hooks(&self.sandbox)), self.hooks_before);
    }
}

#[test]
fn a_cherry_pick_is_guarded() {
    for kind in KINDS {
        let guarded = Guarded::new(kind);
        let before = guarded.head();
        guarded.assert_blocks(&["cherry-pick", "leak"], "leak.py:1:");
        assert_eq!(guarded.head(), before);
        guarded.assert_blocks(&["cherry-pick", "--continue"], "leak.py:1:");
        guarded.stage("leak.py", "key = None\n");
        guarded.git(&["cherry-pick", "--continue"]).assert_code(0);
        assert_ne!(guarded.head(), before);
        guarded.assert_restored(&["prepare-commit-msg"]);
    }
}

#[test]
fn a_revert_is_guarded() {
    for kind in KINDS {
        let guarded = Guarded::new(kind);
        guarded
            .git(&["checkout", "--quiet", "removed"])
            .assert_code(0);
        let before = guarded.head();
        // What brings the token back is as new to this branch as if it were typed.
        guarded.assert_blocks(&["revert", "--no-edit", "HEAD"], "leak.py:1:");
        assert_eq!(guarded.head(), before);
        guarded.git(&["reset", "--quiet", "--hard"]).assert_code(0);
        guarded.assert_blocks(&["revert", "HEAD", "HEAD~1"], "leak.py:1:");
        guarded.git(&["revert", "--abort"]).assert_code(0);
        guarded.assert_restored(&["prepare-commit-msg"]);
    }
}

#[test]
fn a_rebase_is_guarded() {
    for kind in KINDS {
        let guarded = Guarded::new(kind);
        let main = guarded.git(&["rev-parse", "main"]).stdout;
        guarded
            .git(&["checkout", "--quiet", "--detach", "leak"])
            .assert_code(0);
        guarded.assert_blocks(&["rebase", main.trim_end()], "leak.py:1:");
        let by_hand = ["commit", "--no-verify", "--message", "by hand"];
        guarded.assert_blocks(&by_hand, "leak.py:1:");
        guarded.git(&["rebase", "--abort"]).assert_code(0);
        guarded.assert_restored(&["prepare-commit-msg"]);
    }
}

/// `rebase --continue` commits what was staged in between, and asks no pre-commit.
#[test]
fn what_is_staged_before_a_rebase_goes_on_is_guarded() {
    for kind in KINDS {
        let guarded = Guarded::new(kind);
        guarded
            .git(&["checkout", "--quiet", "--detach", "main~1"])
            .assert_code(0);
        guarded.stage("b.py", "b = 2\n");
        guarded
            .git(&["commit", "--message", "conflict"])
            .assert_code(0);
        assert_ne!(guarded.git(&["rebase", "main"]).code, 0);
        guarded.stage("b.py", &format!("b = \"{}\"\n", guarded.token));
        guarded.assert_blocks(&["rebase", "--continue"], "b.py:1:");
        guarded.stage("b.py", "b = 3\n");
        guarded.git(&["rebase", "--continue"]).assert_code(0);
        guarded.assert_restored(&["prepare-commit-msg"]);
    }
}

#[test]
fn a_message_is_guarded() {
    for kind in KINDS {
        let guarded = Guarded::new(kind);
        let before = guarded.head();
        guarded.stage("c.py", "c = 1\n");
        let message = format!("use {}", guarded.token);
        guarded.assert_blocks(&["commit", "--message", &message], "commit message:1:");
        assert_eq!(guarded.head(), before);
        guarded
            .git(&["commit", "--message", "clean"])
            .assert_code(0);
        guarded.assert_restored(&["pre-commit", "prepare-commit-msg", "commit-msg"]);
    }
}

/// The first is the person's choice; what is then pushed concerns others.
#[test]
fn a_commit_without_hooks_passes_and_its_push_does_not() {
    for kind in KINDS {
        let guarded = Guarded::new(kind);
        let remote = guarded.sandbox.root().join("remote.git");
        let remote = remote.to_string_lossy();
        guarded
            .git(&["init", "--quiet", "--bare", &remote])
            .assert_code(0);
        guarded
            .git(&["remote", "add", "origin", &remote])
            .assert_code(0);
        guarded
            .git(&["push", "--quiet", "origin", "HEAD"])
            .assert_code(0);
        let there = || guarded.git(&["ls-remote", "origin"]).stdout;
        let before = there();
        assert_ne!(before, "");
        let key = format!("key = \"{}\"\n", guarded.token);
        guarded.stage("c.py", &key);
        guarded
            .git(&["commit", "--no-verify", "--message", "mine"])
            .assert_code(0);
        guarded.assert_blocks(&["push", "origin", "HEAD"], "c.py:1:");
        assert_eq!(there(), before);
        guarded.stage("c.py", "key = None\n");
        guarded
            .git(&["commit", "--message", "gone again"])
            .assert_code(0);
        guarded.assert_blocks(&["push", "origin", "HEAD"], "c.py:1:");
        assert_eq!(there(), before);
        guarded
            .git(&["reset", "--quiet", "--soft", "HEAD~2"])
            .assert_code(0);
        guarded
            .git(&["commit", "--message", "clean"])
            .assert_code(0);
        guarded
            .git(&["push", "--quiet", "origin", "HEAD"])
            .assert_code(0);
        assert_ne!(there(), before);
        guarded.assert_restored(&["pre-commit", "pre-push"]);
    }
}

/// `git am` asks neither pre-commit nor prepare-commit-msg.
#[test]
fn what_am_brings_does_not_leave() {
    let guarded = Guarded::new(Kind::Plain);
    let remote = guarded.sandbox.root().join("remote.git");
    let remote = remote.to_string_lossy();
    guarded
        .git(&["init", "--quiet", "--bare", &remote])
        .assert_code(0);
    let patch = guarded.git(&["format-patch", "--stdout", "leak~1..leak"]);
    let patch_file = guarded.sandbox.root().join("patch");
    fs::write(&patch_file, &patch.assert_code(0).stdout).expect("it can be written");
    let path: &Path = &patch_file;
    guarded
        .git(&["am", "--quiet", &path.to_string_lossy()])
        .assert_code(0);
    guarded.assert_blocks(&["push", &remote, "HEAD"], "leak.py:1:");
}
