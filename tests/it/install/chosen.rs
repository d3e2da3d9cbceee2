//! `--hook`: only some of the hooks.

use super::{NAMES, assert_refused, executable, hooks, listing};
use crate::support::Sandbox;

#[test]
fn all_hooks_are_installed_unless_some_are_named() {
    let sandbox = Sandbox::new();
    sandbox.guard(&["install"]).assert_code(0);
    for name in NAMES {
        assert!(hooks(&sandbox).join(name).exists(), "{name}");
    }
    let run = sandbox.guard(&["uninstall", "--hook", "pre-push", "--hook", "commit-msg"]);
    run.assert_code(0);
    assert_eq!(run.stdout.lines().count(), 2, "{}", run.stdout);
    for name in NAMES {
        let named = ["pre-push", "commit-msg"].contains(&name);
        assert_eq!(hooks(&sandbox).join(name).exists(), !named, "{name}");
    }
    let run = sandbox.guard(&["install", "--hook", "commit-msg", "--hook=commit-msg"]);
    run.assert_code(0);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    assert!(hooks(&sandbox).join("commit-msg").exists());
    assert!(!hooks(&sandbox).join("pre-push").exists());
}

#[test]
fn a_hook_that_is_not_named_is_left_alone() {
    let sandbox = Sandbox::new();
    for name in NAMES {
        executable(&hooks(&sandbox).join(name), "#!/bin/sh\nexit 0\n");
    }
    let before = listing(&hooks(&sandbox));
    sandbox
        .guard(&["install", "--hook", "pre-push"])
        .assert_code(0);
    for name in NAMES {
        let kept = hooks(&sandbox).join(format!("{name}.before-hf-guard"));
        assert_eq!(kept.exists(), name == "pre-push", "{name}");
    }
    sandbox
        .guard(&["uninstall", "--hook", "pre-commit"])
        .assert_code(0);
    assert!(hooks(&sandbox).join("pre-push.before-hf-guard").exists());
    sandbox.guard(&["uninstall"]).assert_code(0);
    assert_eq!(listing(&hooks(&sandbox)), before);
}

#[test]
fn a_name_that_git_does_not_know_is_refused() {
    let sandbox = Sandbox::new();
    let before = listing(&hooks(&sandbox));
    for command in ["install", "uninstall"] {
        assert_refused(
            &sandbox,
            &[command, "--hook", "pre-pull"],
            &["pre-push", "prepare-commit-msg"],
        );
    }
    assert_eq!(listing(&hooks(&sandbox)), before);
}
