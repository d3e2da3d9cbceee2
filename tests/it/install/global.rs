//! `--global`, with a git that runs hooks from its configuration and with one that does not.

use std::fs;
use std::path::{Path, PathBuf};

use super::{NAMES, assert_guarded, executable, hooks, listing, point_at, take_the_way_out};
use crate::support::{GUARD, Run, Sandbox, hf_token};

/// A PATH on which git says that it is of this version.
fn path_with_git(sandbox: &Sandbox, version: &str) -> String {
    let bin = sandbox.root().join("git-bin");
    executable(
        &bin.join("git"),
        &format!(
            "#!/bin/sh\nPATH=${{PATH#*:}}\n[ \"$*\" = version ] && echo 'git version {version}' && exit\nexec git \"$@\"\n"
        ),
    );
    let machine = std::env::var("PATH").expect("PATH is set");
    format!("{}:{machine}", bin.display())
}

fn guard(sandbox: &Sandbox, git_version: &str, arguments: &[&str]) -> Run {
    let path = path_with_git(sandbox, git_version);
    Run::of(sandbox.command(GUARD).env("PATH", path).args(arguments))
}

/// Installs once more, and nothing is left to do.
#[track_caller]
fn assert_installed_already(sandbox: &Sandbox, git_version: &str) {
    let run = guard(sandbox, git_version, &["install", "--global"]);
    let count = run.assert_code(0).stdout.matches("already installed");
    assert_eq!(count.count(), NAMES.len(), "{}", run.stdout);
}

fn global_config(sandbox: &Sandbox) -> String {
    sandbox.try_git(&["config", "--global", "--list"]).stdout
}

fn data(sandbox: &Sandbox) -> PathBuf {
    sandbox.root().join("home/.local/share")
}

#[test]
fn a_new_git_gets_hooks_in_its_configuration() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "--global", "user.name", "Me"]);
    let before = global_config(&sandbox);
    guard(&sandbox, "2.54.0", &["install", "--global"]).assert_code(0);
    let token = hf_token(1);
    for name in NAMES {
        let key = |key: &str| format!("hook.hf-guard-{name}.{key}");
        let event = sandbox.git(&["config", "--global", "--get-all", &key("event")]);
        assert_eq!(event.trim_end(), name);
        // As git runs it.
        let command = sandbox.git(&["config", "--global", "--get-all", &key("command")]);
        let call = |content: &str| {
            sandbox.stage("a.py", content);
            sandbox.write(".git/MESSAGE", content);
            let mut shell = sandbox.command("sh");
            shell
                .arg("-c")
                .arg(format!("{} \"$@\"", command.trim_end()))
                .arg("hook");
            match name {
                "prepare-commit-msg" | "commit-msg" => shell.arg(".git/MESSAGE"),
                "pre-push" => {
                    sandbox.commit_all("work");
                    shell.args(["origin", "https://example.org"])
                }
                _ => &mut shell,
            };
            if name == "prepare-commit-msg" {
                sandbox.write(".git/CHERRY_PICK_HEAD", "");
            }
            Run::of(&mut shell)
        };
        call("key = None\n").assert_code(0);
        call(&format!("key = \"{token}\"\n"))
            .assert_code(1)
            .assert_hides(&token);
    }
    assert!(!hooks(&sandbox).join("pre-commit").exists());

    let once = (
        global_config(&sandbox),
        listing(&data(&sandbox).join("hf-guard/configured")),
    );
    assert_installed_already(&sandbox, "2.54.0");
    let twice = (
        global_config(&sandbox),
        listing(&data(&sandbox).join("hf-guard/configured")),
    );
    assert_eq!(twice, once);

    guard(&sandbox, "2.54.0", &["uninstall", "--global"]).assert_code(0);
    assert_eq!(global_config(&sandbox), before);
    assert!(
        !data(&sandbox)
            .join("hf-guard/configured/pre-commit")
            .exists()
    );
    let run = guard(&sandbox, "2.54.0", &["uninstall", "--global"]);
    run.assert_code(0).assert_stdout("no hook of hf-guard");
}

/// Removing the file would leave git with a command that is not there, so the line says another way.
#[test]
fn a_configured_hook_without_its_program_says_how_to_remove_it() {
    let sandbox = Sandbox::new();
    guard(&sandbox, "2.54.0", &["install", "--global"]).assert_code(0);
    let hook = data(&sandbox).join("hf-guard/configured/pre-commit");
    point_at(&hook, Path::new("/nowhere/hf-guard"));
    let run = Run::of(&mut sandbox.command(&hook));
    run.assert_code(2);
    take_the_way_out(&sandbox, &run);
    assert!(!global_config(&sandbox).contains("hf-guard-pre-commit"));
}

#[test]
fn an_old_git_gets_a_template_for_new_repositories() {
    let sandbox = Sandbox::new();
    let before = global_config(&sandbox);
    let run = guard(&sandbox, "2.53.1", &["install", "--global"]);
    run.assert_code(0)
        .assert_stdout("init.templateDir")
        .assert_stdout("run `hf-guard install`");
    // Hooks that a repository has are not touched.
    assert!(!hooks(&sandbox).join("pre-commit").exists());
    let new = sandbox.root().join("new");
    sandbox.git(&["init", "--quiet", &new.to_string_lossy()]);
    let clone = sandbox.root().join("clone");
    sandbox.git(&[
        "clone",
        "--quiet",
        &new.to_string_lossy(),
        &clone.to_string_lossy(),
    ]);
    assert_guarded(&sandbox, &new);
    assert!(new.join(".git/info/exclude").exists());
    assert_guarded(&sandbox, &clone);
    let once = global_config(&sandbox);
    assert_installed_already(&sandbox, "2.53.1");
    assert_eq!(global_config(&sandbox), once);
    guard(&sandbox, "2.53.1", &["uninstall", "--global"]).assert_code(0);
    assert_eq!(global_config(&sandbox), before);
    assert!(!data(&sandbox).join("hf-guard/template").exists());
}

#[test]
fn a_template_of_the_person_is_kept() {
    let sandbox = Sandbox::new();
    let template = sandbox.root().join("template");
    executable(
        &template.join("hooks/pre-commit"),
        "#!/bin/sh\ntouch mine\n",
    );
    sandbox.git(&[
        "config",
        "--global",
        "init.templateDir",
        &template.to_string_lossy(),
    ]);
    let before = (global_config(&sandbox), listing(&template.join("hooks")));
    guard(&sandbox, "2.47.3", &["install", "--global"]).assert_code(0);
    assert_eq!(global_config(&sandbox), before.0);
    let new = sandbox.root().join("new");
    sandbox.git(&["init", "--quiet", &new.to_string_lossy()]);
    assert_guarded(&sandbox, &new);
    assert!(new.join("mine").exists());
    guard(&sandbox, "2.47.3", &["uninstall", "--global"]).assert_code(0);
    let after = (global_config(&sandbox), listing(&template.join("hooks")));
    assert_eq!(after, before);
}

#[test]
fn the_person_s_own_hooks_path_is_used() {
    let sandbox = Sandbox::new();
    let everywhere = sandbox.root().join("home/hooks");
    executable(&everywhere.join("pre-commit"), "#!/bin/sh\ntouch mine\n");
    sandbox.git(&["config", "--global", "core.hooksPath", "~/hooks"]);
    let before = (global_config(&sandbox), listing(&everywhere));
    guard(&sandbox, "2.47.3", &["install", "--global"]).assert_code(0);
    assert_guarded(&sandbox, sandbox.path());
    assert!(sandbox.path().join("mine").exists());
    guard(&sandbox, "2.47.3", &["uninstall", "--global"]).assert_code(0);
    assert_eq!((global_config(&sandbox), listing(&everywhere)), before);
}

#[test]
fn a_global_hooks_path_without_hooks_is_refused() {
    for (value, says) in [
        ("", "is empty"),
        ("/dev/null", "switched off"),
        ("githooks", "is relative"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.git(&["config", "--global", "core.hooksPath", value]);
        let before = global_config(&sandbox);
        let run = guard(&sandbox, "2.47.3", &["install", "--global"]);
        run.assert_code(2).assert_stderr(says);
        assert_eq!(global_config(&sandbox), before);
    }
}

#[test]
fn settings_of_the_machine_are_left_alone() {
    for key in ["core.hooksPath", "init.templateDir"] {
        let sandbox = Sandbox::new();
        let system = sandbox.root().join("system");
        let system = system.to_string_lossy();
        sandbox.git(&["config", "--file", &system, key, "/opt/of-the-machine"]);
        let run = Run::of(
            sandbox
                .command(GUARD)
                .env("PATH", path_with_git(&sandbox, "2.47.3"))
                .env_remove("GIT_CONFIG_NOSYSTEM")
                .env("GIT_CONFIG_SYSTEM", system.as_ref())
                .args(["install", "--global"]),
        );
        run.assert_code(2)
            .assert_stderr(key)
            .assert_stderr("for the whole machine");
        assert_eq!(global_config(&sandbox), "");
    }
}

#[test]
fn without_a_home_there_is_no_place() {
    let sandbox = Sandbox::new();
    let run = Run::of(
        sandbox
            .command(GUARD)
            .env_remove("HOME")
            .args(["install", "--global"]),
    );
    run.assert_code(2).assert_stderr("set HOME");
    assert!(fs::exists(hooks(&sandbox)).expect("it can be looked for"));
}

#[test]
fn a_hook_can_be_chosen_for_every_repository() {
    for version in ["2.54.0", "2.47.3"] {
        let sandbox = Sandbox::new();
        let before = global_config(&sandbox);
        let global = |arguments: &[&str]| {
            let run = guard(&sandbox, version, arguments);
            run.assert_code(0);
            let served = format!("{:?}", files_below(&data(&sandbox)));
            NAMES.map(|name| served.contains(&format!("/{name}\"")))
        };
        let only_push = global(&["install", "--global", "--hook", "pre-push"]);
        assert_eq!(only_push, [false, false, false, false, true], "{version}");
        assert_eq!(global(&["install", "--global"]), [true; 5], "{version}");
        let without = global(&["uninstall", "--global", "--hook", "pre-push"]);
        assert_eq!(without, [true, true, true, true, false], "{version}");
        assert_ne!(global_config(&sandbox), before, "{version}");
        assert!(!global_config(&sandbox).contains("pre-push"), "{version}");
        assert_eq!(global(&["uninstall", "--global"]), [false; 5], "{version}");
        assert_eq!(global_config(&sandbox), before, "{version}");
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}
