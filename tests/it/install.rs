//! `hf-guard install` and `uninstall`: every repository layout, every hook that may be there before.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::support::{GUARD, Run, Sandbox, hf_token};

const NAMES: [&str; 2] = ["pre-commit", "pre-merge-commit"];

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path)
        .expect("it is there")
        .permissions()
        .mode()
        & 0o7777
}

/// Writes an executable file of the sandbox's repository.
fn executable(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
    fs::write(path, text).expect("the file can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("the mode can be set");
}

/// Names and contents (links: targets) of a folder.
fn listing(folder: &Path) -> Vec<(PathBuf, u32, Vec<u8>)> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| {
            let path = entry.expect("the entry can be read").path();
            let content = match fs::read_link(&path) {
                Ok(target) => target.into_os_string().into_encoded_bytes(),
                Err(_) => fs::read(&path).unwrap_or_default(),
            };
            (path.clone(), mode(&path), content)
        })
        .collect();
    entries.sort();
    entries
}

/// A commit of a token in `folder` is blocked by hf-guard, and one without passes.
#[track_caller]
fn assert_guarded(sandbox: &Sandbox, folder: &Path) {
    let token = hf_token(7);
    let git = |arguments: &[&str]| {
        let mut command = sandbox.command("git");
        command.current_dir(folder).args(arguments);
        Run::of(&mut command)
    };
    fs::write(folder.join("leak.py"), format!("key = \"{token}\"\n")).expect("it can be written");
    git(&["add", "--force", "leak.py"]).assert_code(0);
    let run = git(&["commit", "--message", "leak"]);
    run.assert_code(1).assert_hides(&token);
    assert!(
        run.stdout.contains("leak.py:1:") || run.stderr.contains("leak.py:1:"),
        "hf-guard did not speak: {run:?}"
    );
    fs::write(folder.join("leak.py"), "key = None\n").expect("it can be written");
    git(&["add", "--force", "leak.py"]).assert_code(0);
    git(&["commit", "--message", "clean"]).assert_code(0);
}

#[track_caller]
fn assert_refused(sandbox: &Sandbox, arguments: &[&str], says: &[&str]) {
    let run = sandbox.guard(arguments);
    run.assert_code(2);
    for part in says {
        assert!(run.stderr.contains(part), "{part:?} in {}", run.stderr);
    }
}

fn hooks(sandbox: &Sandbox) -> PathBuf {
    sandbox.path().join(".git/hooks")
}

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
    assert_eq!(run.stdout.matches(": removed\n").count(), 2);
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
    for name in NAMES {
        point_at(&hooks(&sandbox).join(name), &fake);
    }
    let run = sandbox.try_git(&["merge", "side"]);
    assert_ne!(run.code, 0);
    assert!(
        run.stderr.contains("called: hook pre-merge-commit"),
        "{run:?}"
    );
}

/// Lets an installed hook call another program.
fn point_at(hook: &Path, binary: &Path) {
    let text = fs::read_to_string(hook).expect("the hook can be read");
    let text: String = text
        .lines()
        .map(|line| {
            if line.starts_with("binary='") {
                format!("binary='{}'\n", binary.display())
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    fs::write(hook, text).expect("the hook can be written");
}

#[test]
fn running_it_twice_changes_nothing() {
    let sandbox = Sandbox::new();
    executable(&hooks(&sandbox).join("pre-commit"), "#!/bin/sh\nexit 0\n");
    sandbox.guard(&["install"]).assert_code(0);
    let once = listing(&hooks(&sandbox));
    let run = sandbox.guard(&["install"]);
    run.assert_code(0);
    assert_eq!(run.stdout.matches(": already installed\n").count(), 2);
    assert_eq!(listing(&hooks(&sandbox)), once);
    sandbox.guard(&["uninstall"]).assert_code(0);
    let removed = listing(&hooks(&sandbox));
    let run = sandbox.guard(&["uninstall"]);
    run.assert_code(0);
    assert_eq!(run.stdout.matches(": no hook of hf-guard\n").count(), 2);
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
    run.assert_code(0);
    assert!(
        run.stdout.contains("pre-commit: updated\n"),
        "{}",
        run.stdout
    );
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
    run.assert_code(0);
    assert!(
        run.stdout
            .contains("runs first, as pre-commit.before-hf-guard"),
        "{}",
        run.stdout
    );
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
    run.assert_code(0);
    assert!(
        run.stdout
            .contains("the hook that was there before is back")
    );
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

#[test]
fn a_missing_hooks_folder_is_made() {
    let sandbox = Sandbox::with_init_options(&["--template="]);
    assert!(!hooks(&sandbox).exists());
    sandbox.guard(&["install"]).assert_code(0);
    assert_guarded(&sandbox, sandbox.path());
}

#[test]
fn linked_work_trees_share_the_hooks() {
    let sandbox = Sandbox::new();
    sandbox.commit_all("base");
    let other = sandbox.root().join("other");
    sandbox.git(&["worktree", "add", "--quiet", &other.to_string_lossy()]);
    Run::of(sandbox.command(GUARD).current_dir(&other).arg("install")).assert_code(0);
    assert!(hooks(&sandbox).join("pre-commit").exists());
    assert_guarded(&sandbox, &other);
    assert_guarded(&sandbox, sandbox.path());
}

#[test]
fn a_submodule_has_hooks_of_its_own() {
    let sandbox = Sandbox::new();
    let inner = sandbox.root().join("inner");
    sandbox.git(&["init", "--quiet", &inner.to_string_lossy()]);
    sandbox.git(&[
        "-C",
        &inner.to_string_lossy(),
        "commit",
        "--quiet",
        "--allow-empty",
        "--message",
        "base",
    ]);
    sandbox.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &inner.to_string_lossy(),
        "sub",
    ]);
    let sub = sandbox.path().join("sub");
    Run::of(sandbox.command(GUARD).current_dir(&sub).arg("install")).assert_code(0);
    assert!(
        sandbox
            .path()
            .join(".git/modules/sub/hooks/pre-commit")
            .exists()
    );
    assert!(!hooks(&sandbox).join("pre-commit").exists());
    assert_guarded(&sandbox, &sub);
}

#[test]
fn a_call_from_a_sub_folder_finds_a_relative_hooks_path() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "core.hooksPath", "tools/hooks"]);
    sandbox.write("src/deep/x", "");
    let deep = sandbox.path().join("src/deep");
    let run = Run::of(sandbox.command(GUARD).current_dir(&deep).arg("install"));
    run.assert_code(0);
    assert!(
        run.stdout.contains("do not commit these hooks"),
        "{}",
        run.stdout
    );
    assert!(sandbox.path().join("tools/hooks/pre-commit").exists());
    assert_guarded(&sandbox, sandbox.path());
    assert_guarded(&sandbox, &deep);
    sandbox.guard(&["uninstall"]).assert_code(0);
    assert!(listing(&sandbox.path().join("tools/hooks")).is_empty());
}

#[test]
fn awkward_paths_of_repository_and_program_work() {
    let sandbox = Sandbox::new();
    for name in [
        "with space",
        "it's \"quoted\" $HOME `x`",
        "new\nline",
        "end\n",
        "-dash",
        "模型",
    ] {
        let work_tree = sandbox.root().join(name);
        fs::create_dir(&work_tree).expect("the folder can be made");
        let binary = work_tree.join("bin").join("hf-guard");
        fs::create_dir(work_tree.join("bin")).expect("the folder can be made");
        fs::copy(GUARD, &binary).expect("the program can be copied");
        let git = |arguments: &[&str]| {
            let mut command = sandbox.command("git");
            Run::of(command.current_dir(&work_tree).args(arguments))
        };
        git(&["init", "--quiet"]).assert_code(0);
        Run::of(
            sandbox
                .command(&binary)
                .current_dir(&work_tree)
                .arg("install"),
        )
        .assert_code(0);
        assert!(work_tree.join(".git/hooks/pre-commit").exists(), "{name:?}");
        assert_guarded(&sandbox, &work_tree);
    }
}

#[test]
fn a_global_hooks_path_is_explained_and_not_overwritten() {
    let sandbox = Sandbox::new();
    let everywhere = sandbox.root().join("everywhere");
    fs::create_dir(&everywhere).expect("the folder can be made");
    sandbox.git(&[
        "config",
        "--global",
        "core.hooksPath",
        &everywhere.to_string_lossy(),
    ]);
    assert_refused(
        &sandbox,
        &["install"],
        &[
            "for all your repositories",
            "hf-guard install --global",
            "git config --local core.hooksPath",
        ],
    );
    assert!(listing(&everywhere).is_empty());
    assert!(!hooks(&sandbox).join("pre-commit").exists());
    assert_eq!(
        sandbox
            .git(&["config", "--get-all", "core.hooksPath"])
            .trim_end(),
        everywhere.to_string_lossy()
    );

    // The advice works.
    let run = sandbox.guard(&["install"]);
    let advice = run
        .stderr
        .split("git config --local ")
        .nth(1)
        .expect("the advice");
    let mut shell = sandbox.command("sh");
    Run::of(shell.arg("-c").arg(format!("git config --local {advice}"))).assert_code(0);
    sandbox.guard(&["install"]).assert_code(0);
    assert_guarded(&sandbox, sandbox.path());
}

#[test]
fn a_hooks_path_of_the_machine_or_the_environment_is_refused() {
    let sandbox = Sandbox::new();
    let system = sandbox.root().join("system");
    fs::write(&system, "[core]\n\thooksPath = /opt/hooks\n").expect("it can be written");
    let run = Run::of(
        sandbox
            .command(GUARD)
            .env_remove("GIT_CONFIG_NOSYSTEM")
            .env("GIT_CONFIG_SYSTEM", &system)
            .arg("install"),
    );
    run.assert_code(2);
    assert!(
        run.stderr.contains("for the whole machine"),
        "{}",
        run.stderr
    );
    let run = Run::of(
        sandbox
            .command(GUARD)
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "core.hooksPath")
            .env("GIT_CONFIG_VALUE_0", "/opt/hooks")
            .arg("install"),
    );
    run.assert_code(2);
    assert!(run.stderr.contains("by the environment"), "{}", run.stderr);
}

#[test]
fn a_hooks_path_that_holds_no_hooks_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "core.hooksPath", ""]);
    assert_refused(&sandbox, &["install"], &["is empty", "--local --unset-all"]);
    sandbox.git(&["config", "core.hooksPath", "/dev/null"]);
    assert_refused(&sandbox, &["install"], &["/dev/null", "switched off"]);
    sandbox.write("file", "");
    sandbox.git(&["config", "core.hooksPath", "file"]);
    assert_refused(&sandbox, &["install"], &["no folder"]);
    sandbox.git(&["config", "core.hooksPath", "file/below"]);
    assert_refused(&sandbox, &["install"], &["Not a directory"]);
    sandbox.git(&["config", "--local", "--unset-all", "core.hooksPath"]);
    sandbox.guard(&["install"]).assert_code(0);
}

#[test]
fn outside_a_repository_git_is_quoted() {
    let sandbox = Sandbox::new();
    let run = Run::of(
        sandbox
            .command(GUARD)
            .current_dir(sandbox.root())
            .arg("install"),
    );
    run.assert_code(2);
    assert!(
        run.stderr.contains("not a git repository"),
        "{}",
        run.stderr
    );
    let run = Run::of(
        sandbox
            .command(GUARD)
            .env("PATH", "/nowhere")
            .arg("install"),
    );
    run.assert_code(2);
    assert!(run.stderr.contains("install git"), "{}", run.stderr);
}
