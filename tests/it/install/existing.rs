//! Hooks that were there before.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::{NAMES, assert_guarded, assert_refused, executable, hooks, listing, mode, point_at};
use crate::support::{Run, Sandbox, hf_token};

#[test]
fn a_commit_is_guarded_until_the_hooks_are_removed() {
    let sandbox = Sandbox::new();
    let before = listing(&hooks(&sandbox));
    sandbox.guard(&["install"]).assert_code(0);
    for name in NAMES {
        assert_eq!(mode(&hooks(&sandbox).join(name)), 0o755);
    }
    assert_guarded(&sandbox, sandbox.path());
    let run = sandbox.guard(&["uninstall"]);
    run.assert_code(0);
    assert_eq!(run.stdout.matches(": removed\n").count(), NAMES.len());
    assert_eq!(listing(&hooks(&sandbox)), before);
    sandbox.stage("leak.py", format!("key = \"{}\"\n", hf_token(1)));
    sandbox.git(&["commit", "--quiet", "--message", "unguarded"]);
}

#[test]
fn a_merge_without_conflict_is_guarded() {
    let sandbox = Sandbox::new();
    sandbox.commit_all("base");
    sandbox.git(&["switch", "--quiet", "--create", "side"]);
    sandbox.stage("side.py", "side = 1\n");
    sandbox.commit_all("side");
    sandbox.git(&["switch", "--quiet", "main"]);
    sandbox.stage("main.py", "main = 1\n");
    sandbox.commit_all("main");
    let fake = sandbox.root().join("bin/hf-guard");
    executable(&fake, "#!/bin/sh\necho \"called: $*\" >&2\nexit 1\n");
    sandbox.guard(&["install"]).assert_code(0);
    point_at(&hooks(&sandbox).join("pre-merge-commit"), &fake);
    let run = sandbox.try_git(&["merge", "side"]);
    assert_ne!(run.code, 0);
    assert!(
        run.stderr.contains("called: hook pre-merge-commit"),
        "{run:?}"
    );
}

#[test]
fn running_it_twice_changes_nothing() {
    let sandbox = Sandbox::new();
    executable(&hooks(&sandbox).join("pre-commit"), "#!/bin/sh\nexit 0\n");
    sandbox.guard(&["install"]).assert_code(0);
    let once = listing(&hooks(&sandbox));
    let run = sandbox.guard(&["install"]);
    run.assert_code(0);
    assert_eq!(
        run.stdout.matches(": already installed\n").count(),
        NAMES.len()
    );
    assert_eq!(listing(&hooks(&sandbox)), once);
    sandbox.guard(&["uninstall"]).assert_code(0);
    let removed = listing(&hooks(&sandbox));
    let run = sandbox.guard(&["uninstall"]);
    run.assert_code(0);
    assert_eq!(
        run.stdout.matches(": no hook of hf-guard\n").count(),
        NAMES.len()
    );
    assert_eq!(listing(&hooks(&sandbox)), removed);
}

#[test]
fn a_hook_of_another_version_is_replaced_and_never_chained() {
    let sandbox = Sandbox::new();
    sandbox.guard(&["install"]).assert_code(0);
    let hook = hooks(&sandbox).join("pre-commit");
    let current = fs::read(&hook).expect("the hook can be read");
    let marker = String::from_utf8_lossy(&current)
        .lines()
        .nth(1)
        .expect("a second line")
        .to_owned();
    fs::write(&hook, format!("#!/bin/sh\n{marker}\nexit 0\n")).expect("it can be written");
    let run = sandbox.guard(&["install"]);
    run.assert_code(0).assert_stdout("pre-commit: updated\n");
    assert_eq!(fs::read(&hook).expect("the hook can be read"), current);
    assert!(!hooks(&sandbox).join("pre-commit.before-hf-guard").exists());

    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).expect("the mode can be set");
    sandbox.guard(&["install"]).assert_code(0);
    assert_eq!(
        mode(&hook),
        0o755,
        "git passes over a hook that is not executable"
    );
}

#[test]
fn an_existing_hook_runs_first_and_its_exit_code_counts() {
    let sandbox = Sandbox::new();
    let hook = hooks(&sandbox).join("pre-commit");
    let text = "#!/bin/sh\necho \"mine: $0\" >&2\nexit \"$(cat code)\"\n";
    executable(&hook, text);
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o710)).expect("the mode can be set");
    let before = listing(&hooks(&sandbox));

    let run = sandbox.guard(&["install"]);
    run.assert_code(0)
        .assert_stdout("runs first, as pre-commit.before-hf-guard");
    sandbox.write("code", "0\n");
    assert_guarded(&sandbox, sandbox.path());
    sandbox.write("code", "7\n");
    let token = hf_token(3);
    sandbox.stage("leak.py", format!("key = \"{token}\"\n"));
    let run = Run::of(&mut sandbox.command(&hook));
    run.assert_code(7);
    assert!(run.stderr.contains("mine: "), "{run:?}");
    assert_eq!(run.stdout, "", "hf-guard ran behind a hook that had failed");
    sandbox.write("code", "0\n");
    let run = sandbox.try_git(&["commit", "--message", "leak"]);
    run.assert_code(1);
    let mine = run.stderr.find("mine: ").expect("the kept hook ran");
    assert!(
        run.stderr.find("leak.py:1:").is_some_and(|at| at > mine),
        "{run:?}"
    );

    let run = sandbox.guard(&["uninstall"]);
    run.assert_code(0)
        .assert_stdout("the hook that was there before is back");
    assert_eq!(listing(&hooks(&sandbox)), before);
}

#[test]
fn what_the_kept_hook_stages_is_scanned() {
    let sandbox = Sandbox::new();
    let token = hf_token(4);
    let text = format!("#!/bin/sh\necho 'key = \"{token}\"' >made.py\ngit add made.py\n");
    executable(&hooks(&sandbox).join("pre-commit"), &text);
    sandbox.guard(&["install"]).assert_code(0);
    sandbox.stage("clean.py", "x = 1\n");
    let run = sandbox.try_git(&["commit", "--message", "clean"]);
    run.assert_code(1).assert_hides(&token);
}

#[test]
fn broken_existing_hooks_block_as_they_did() {
    for text in [
        "#!/bin/sh\r\nexit 0\r\n",
        "#!/nowhere/sh\nexit 0\n",
        "#!/bin/sh\nkill -9 $$\n",
    ] {
        let sandbox = Sandbox::new();
        executable(&hooks(&sandbox).join("pre-commit"), text);
        sandbox.stage("clean.py", "x = 1\n");
        assert_ne!(
            sandbox.try_git(&["commit", "--message", "x"]).code,
            0,
            "{text:?}"
        );
        sandbox.guard(&["install"]).assert_code(0);
        assert_ne!(
            sandbox.try_git(&["commit", "--message", "x"]).code,
            0,
            "{text:?}"
        );
    }
}

#[test]
fn an_existing_hook_without_shebang_still_runs() {
    let sandbox = Sandbox::new();
    executable(&hooks(&sandbox).join("pre-commit"), "touch ran\n");
    sandbox.guard(&["install"]).assert_code(0);
    assert_guarded(&sandbox, sandbox.path());
    assert!(sandbox.path().join("ran").exists());
}

#[test]
fn a_hook_that_git_passed_over_is_kept_and_not_run() {
    let sandbox = Sandbox::new();
    let hook = hooks(&sandbox).join("pre-commit");
    executable(&hook, "#!/bin/sh\nexit 9\n");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).expect("the mode can be set");
    symlink("nowhere", hooks(&sandbox).join("pre-merge-commit")).expect("the link can be made");
    let before = listing(&hooks(&sandbox));
    let run = sandbox.guard(&["install"]);
    run.assert_code(0);
    assert_eq!(run.stdout.matches("not an executable file").count(), 2);
    assert_guarded(&sandbox, sandbox.path());
    sandbox.guard(&["uninstall"]).assert_code(0);
    assert_eq!(listing(&hooks(&sandbox)), before);
}

#[test]
fn a_hook_that_is_a_link_stays_one() {
    let sandbox = Sandbox::new();
    sandbox.write("tools/check", "");
    executable(
        &sandbox.path().join("tools/check"),
        "#!/bin/sh\ntouch ran\n",
    );
    symlink("../../tools/check", hooks(&sandbox).join("pre-commit")).expect("the link can be made");
    // A usual way to run one hook for both.
    symlink("pre-commit", hooks(&sandbox).join("pre-merge-commit")).expect("the link can be made");
    let before = listing(&hooks(&sandbox));
    sandbox.guard(&["install"]).assert_code(0);
    sandbox.guard(&["install"]).assert_code(0);
    assert_eq!(
        fs::read_to_string(sandbox.path().join("tools/check")).expect("it can be read"),
        "#!/bin/sh\ntouch ran\n",
        "the link's target was written"
    );
    assert_guarded(&sandbox, sandbox.path());
    fs::remove_file(sandbox.path().join("ran")).expect("the kept hook ran");
    Run::of(&mut sandbox.command(hooks(&sandbox).join("pre-merge-commit"))).assert_code(0);
    assert!(sandbox.path().join("ran").exists());
    sandbox.guard(&["uninstall"]).assert_code(0);
    assert_eq!(listing(&hooks(&sandbox)), before);
}

#[test]
fn a_folder_in_place_of_a_hook_is_refused_and_nothing_written() {
    let sandbox = Sandbox::new();
    fs::create_dir(hooks(&sandbox).join("pre-merge-commit")).expect("the folder can be made");
    let before = listing(&hooks(&sandbox));
    assert_refused(
        &sandbox,
        &["install"],
        &["neither a file nor a link", "move it away"],
    );
    assert_eq!(listing(&hooks(&sandbox)), before);
}

#[test]
fn two_foreign_hooks_are_not_confused() {
    let sandbox = Sandbox::new();
    let hook = hooks(&sandbox).join("pre-commit");
    executable(&hook, "#!/bin/sh\necho one\n");
    sandbox.guard(&["install"]).assert_code(0);
    executable(&hook, "#!/bin/sh\necho two\n");
    let before = listing(&hooks(&sandbox));
    assert_refused(
        &sandbox,
        &["install"],
        &["pre-commit.before-hf-guard", "merge them"],
    );
    sandbox.guard(&["uninstall"]).assert_code(0);
    assert_eq!(
        fs::read(&hook).expect("the hook is there"),
        b"#!/bin/sh\necho two\n",
        "a hook that is not ours was removed"
    );
    drop(before);
}
