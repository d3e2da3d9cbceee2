//! Where git looks for hooks, and where not to write them.

use std::fs;

use super::{assert_guarded, assert_refused, executable, hooks, listing};
use crate::support::{GUARD, Run, Sandbox};

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
    sandbox.guard_in(&other, &["install"]).assert_code(0);
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
    sandbox.guard_in(&sub, &["install"]).assert_code(0);
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
    let run = sandbox.guard_in(&deep, &["install"]);
    run.assert_code(0)
        .assert_stdout("do not commit these hooks");
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
    run.assert_code(2).assert_stderr("for the whole machine");
    let run = Run::of(
        sandbox
            .command(GUARD)
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "core.hooksPath")
            .env("GIT_CONFIG_VALUE_0", "/opt/hooks")
            .arg("install"),
    );
    run.assert_code(2).assert_stderr("by the environment");
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
    let run = sandbox.guard_in(sandbox.root(), &["install"]);
    run.assert_code(2).assert_stderr("not a git repository");
    let run = Run::of(
        sandbox
            .command(GUARD)
            .env("PATH", "/nowhere")
            .arg("install"),
    );
    run.assert_code(2).assert_stderr("install git");
}

#[test]
fn a_folder_that_takes_no_files_is_named() {
    let sandbox = Sandbox::new();
    // Not even root can write there.
    sandbox.git(&["config", "core.hooksPath", "/proc"]);
    assert_refused(
        &sandbox,
        &["install"],
        &["cannot write into /proc", "check who may write there"],
    );
}

#[test]
fn hooks_are_removed_even_where_a_global_hooks_path_came_later() {
    let sandbox = Sandbox::new();
    sandbox.guard(&["install"]).assert_code(0);
    sandbox.git(&["config", "--global", "core.hooksPath", "/opt/hooks"]);
    sandbox.guard(&["uninstall"]).assert_code(0);
    assert!(!hooks(&sandbox).join("pre-commit").exists());
}

/// husky 9 looks for `.husky/NAME` by the name under which its own hook was called, one folder up.
#[test]
fn hooks_of_husky_run_first() {
    let sandbox = Sandbox::new();
    let husky = sandbox.path().join(".husky/_");
    executable(
        &husky.join("pre-commit"),
        "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"",
    );
    sandbox.write(
        ".husky/_/h",
        "script=$(dirname \"$(dirname \"$0\")\")/$(basename \"$0\")\n[ -f \"$script\" ] || exit 0\nsh -e \"$script\" \"$@\"\n\
         exit $?\n",
    );
    sandbox.write(".husky/_/.gitignore", "*\n");
    sandbox.write(".husky/pre-commit", "echo ran >>ran\ntest ! -e fail\n");
    sandbox.git(&["config", "core.hooksPath", ".husky/_"]);
    let before = listing(&husky);

    let run = sandbox.guard(&["install"]);
    run.assert_code(0)
        .assert_stdout("husky && hf-guard install");
    assert_guarded(&sandbox, sandbox.path());
    let ran = fs::read_to_string(sandbox.path().join("ran")).expect("husky's script ran");
    assert_eq!(ran, "ran\nran\n");
    sandbox.write("fail", "");
    sandbox.stage("b.py", "b = 1\n");
    assert_ne!(sandbox.try_git(&["commit", "--message", "b"]).code, 0);
    fs::remove_file(sandbox.path().join("fail")).expect("it is there");

    // What husky does whenever packages are installed.
    executable(
        &husky.join("pre-commit"),
        "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"",
    );
    sandbox.guard(&["install"]).assert_code(0);
    assert_guarded(&sandbox, sandbox.path());
    sandbox.guard(&["uninstall"]).assert_code(0);
    assert_eq!(listing(&husky), before);
}

#[test]
fn a_git_older_than_2_31_is_understood() {
    let sandbox = Sandbox::new();
    let bin = sandbox.root().join("bin");
    // Such a git prints options of `rev-parse` back that it does not know, and refuses `config --show-scope`.
    executable(
        &bin.join("git"),
        "#!/bin/sh\nPATH=${PATH#*:}\ncase \"$1 $2\" in\n'rev-parse --path-format=absolute')\n    echo \"$2\"\n    \
             shift 2\n    exec git rev-parse \"$@\"\n    ;;\n'config --show-scope') exit 129 ;;\nesac\nexec git \"$@\"\n",
    );
    let path = format!(
        "{}:{}",
        bin.display(),
        std::env::var("PATH").expect("PATH is set")
    );
    sandbox.write("src/deep/x", "");
    let deep = sandbox.path().join("src/deep");
    let guard = |argument: &str| {
        let mut command = sandbox.command(GUARD);
        Run::of(command.env("PATH", &path).current_dir(&deep).arg(argument))
    };
    guard("install").assert_code(0);
    assert!(hooks(&sandbox).join("pre-commit").exists());
    assert_guarded(&sandbox, &deep);
    guard("uninstall").assert_code(0);
    sandbox.git(&["config", "core.hooksPath", "tools/hooks"]);
    guard("install").assert_code(0);
    assert!(sandbox.path().join("tools/hooks/pre-commit").exists());
    sandbox.git(&["config", "--local", "--unset", "core.hooksPath"]);
    sandbox.git(&["config", "--global", "core.hooksPath", "/opt/hooks"]);
    let run = guard("install");
    run.assert_code(2)
        .assert_stderr("for all your repositories");
}
