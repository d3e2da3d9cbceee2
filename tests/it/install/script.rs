//! `install.sh`, with and without the program on PATH, in each shell.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::shims::{SHELLS, bare_path, in_shell};
use super::{NAMES, assert_guarded, executable, hooks, listing};
use crate::support::{GUARD, Run, Sandbox};

/// A copy of what `install.sh` needs of a checkout, in a folder with an awkward name.
fn checkout(sandbox: &Sandbox) -> PathBuf {
    let copy = sandbox.root().join("it's a checkout");
    fs::create_dir_all(copy.join("hooks")).expect("the folder can be made");
    let original = Path::new(env!("CARGO_MANIFEST_DIR"));
    let hooks = NAMES.map(|name| format!("hooks/{name}"));
    for file in hooks.iter().map(String::as_str).chain(["install.sh"]) {
        fs::copy(original.join(file), copy.join(file)).expect("the file can be copied");
    }
    copy
}

fn installer(sandbox: &Sandbox, shell: &[&str]) -> Command {
    let mut command = in_shell(sandbox, shell);
    command
        .env("PATH", bare_path(sandbox))
        .arg(checkout(sandbox).join("install.sh"));
    command
}

/// A cargo that "builds" by copying the program under test, and notes how it was called.
fn stand_in_cargo(sandbox: &Sandbox) {
    executable(
        &bare_path(sandbox).join("cargo"),
        &format!(
            "#!/bin/sh\necho \"$PWD: $*\" >>'{}/cargo.log'\nwhile [ \"$1\" != --root ]; do shift; done\n\
             mkdir -p \"$2/bin\"\ncp '{GUARD}' \"$2/bin/hf-guard\"\n",
            sandbox.root().display()
        ),
    );
}

#[test]
fn without_a_program_it_is_built_and_installed() {
    for shell in SHELLS {
        let sandbox = Sandbox::new();
        stand_in_cargo(&sandbox);
        Run::of(&mut installer(&sandbox, shell)).assert_code(0);
        let log = fs::read_to_string(sandbox.root().join("cargo.log")).expect("cargo ran");
        let home = fs::canonicalize(sandbox.root().join("home")).expect("it is there");
        assert!(
            log.contains("it's a checkout: install --path . --locked --force --root "),
            "{log}"
        );
        let binary = home.join(".cargo/bin/hf-guard");
        assert!(binary.is_file());
        let hook = fs::read_to_string(hooks(&sandbox).join("pre-commit")).expect("it is there");
        assert!(hook.contains(".cargo/bin/hf-guard'"), "{hook}");
        assert_guarded(&sandbox, sandbox.path());

        // What is built once is used from then on.
        let before = listing(&hooks(&sandbox));
        Run::of(&mut installer(&sandbox, shell)).assert_code(0);
        assert_eq!(listing(&hooks(&sandbox)), before);
        let log = fs::read_to_string(sandbox.root().join("cargo.log")).expect("cargo ran");
        assert_eq!(log.lines().count(), 1, "{log}");
        Run::of(installer(&sandbox, shell).arg("--build")).assert_code(0);
        let log = fs::read_to_string(sandbox.root().join("cargo.log")).expect("cargo ran");
        assert_eq!(log.lines().count(), 2, "{log}");
    }
}

#[test]
fn a_program_on_path_is_used() {
    for shell in SHELLS {
        let sandbox = Sandbox::new();
        symlink(GUARD, bare_path(&sandbox).join("hf-guard")).expect("the link can be made");
        executable(&hooks(&sandbox).join("pre-commit"), "#!/bin/sh\nexit 0\n");
        let before = listing(&hooks(&sandbox));
        Run::of(&mut installer(&sandbox, shell)).assert_code(0);
        assert_guarded(&sandbox, sandbox.path());
        Run::of(installer(&sandbox, shell).arg("--uninstall")).assert_code(0);
        assert_eq!(listing(&hooks(&sandbox)), before);
    }
}

#[test]
fn a_broken_program_on_path_is_not_trusted() {
    let sandbox = Sandbox::new();
    stand_in_cargo(&sandbox);
    executable(&bare_path(&sandbox).join("hf-guard"), "#!/bin/sh\nexit 0\n");
    Run::of(&mut installer(&sandbox, SHELLS[0])).assert_code(0);
    assert!(sandbox.root().join("cargo.log").exists());
    assert_guarded(&sandbox, sandbox.path());
}

#[test]
fn the_root_of_the_program_can_be_chosen() {
    let sandbox = Sandbox::new();
    stand_in_cargo(&sandbox);
    let root = sandbox.root().join("my tools");
    Run::of(installer(&sandbox, SHELLS[0]).env("HF_GUARD_ROOT", &root)).assert_code(0);
    assert!(root.join("bin/hf-guard").is_file());
    assert_guarded(&sandbox, sandbox.path());
}

#[test]
fn without_cargo_it_says_so_in_one_line() {
    for shell in SHELLS {
        let sandbox = Sandbox::new();
        let before = listing(&hooks(&sandbox));
        let run = Run::of(&mut installer(&sandbox, shell));
        run.assert_code(2);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        run.assert_stderr("https://rustup.rs");
        assert_eq!(listing(&hooks(&sandbox)), before);
    }
}

#[test]
fn a_failed_build_installs_nothing() {
    let sandbox = Sandbox::new();
    executable(&bare_path(&sandbox).join("cargo"), "#!/bin/sh\nexit 101\n");
    let before = listing(&hooks(&sandbox));
    let run = Run::of(&mut installer(&sandbox, SHELLS[0]));
    run.assert_code(2).assert_stderr("the build failed");
    assert_eq!(listing(&hooks(&sandbox)), before);
}

#[test]
fn hooks_can_be_removed_when_the_program_is_gone() {
    for shell in SHELLS {
        let sandbox = Sandbox::new();
        executable(&hooks(&sandbox).join("pre-commit"), "#!/bin/sh\nexit 0\n");
        let before = listing(&hooks(&sandbox));
        sandbox.guard(&["install"]).assert_code(0);
        assert_ne!(listing(&hooks(&sandbox)), before);
        let run = Run::of(installer(&sandbox, shell).arg("--uninstall"));
        run.assert_code(0);
        assert_eq!(run.stdout.lines().count(), NAMES.len(), "{}", run.stdout);
        assert_eq!(listing(&hooks(&sandbox)), before);
        Run::of(installer(&sandbox, shell).arg("--uninstall")).assert_code(0);
        assert_eq!(listing(&hooks(&sandbox)), before);
        Run::of(installer(&sandbox, shell).args(["--uninstall", "--global"])).assert_code(2);
    }
}

#[test]
fn a_hook_can_be_chosen() {
    for shell in SHELLS {
        for with_program in [true, false] {
            let sandbox = Sandbox::new();
            executable(&hooks(&sandbox).join("pre-push"), "#!/bin/sh\nexit 0\n");
            let before = listing(&hooks(&sandbox));
            let program = bare_path(&sandbox).join("hf-guard");
            symlink(GUARD, &program).expect("the link can be made");
            let chosen = ["--hook", "pre-push", "--hook=commit-msg"];
            Run::of(installer(&sandbox, shell).args(chosen)).assert_code(0);
            for name in NAMES {
                let is_chosen = ["pre-push", "commit-msg"].contains(&name);
                assert_eq!(hooks(&sandbox).join(name).exists(), is_chosen, "{name}");
            }
            if !with_program {
                fs::remove_file(program).expect("it is there");
            }
            let mut only_one = installer(&sandbox, shell);
            only_one.args(["--hook", "commit-msg", "--uninstall"]);
            Run::of(&mut only_one).assert_code(0);
            assert!(!hooks(&sandbox).join("commit-msg").exists());
            assert!(hooks(&sandbox).join("pre-push.before-hf-guard").exists());
            let mut other = installer(&sandbox, shell);
            Run::of(other.args(["--uninstall", "--hook=pre-push"])).assert_code(0);
            assert_eq!(listing(&hooks(&sandbox)), before);
        }
    }
}

#[test]
fn wrong_calls_do_nothing() {
    let sandbox = Sandbox::new();
    stand_in_cargo(&sandbox);
    for shell in SHELLS {
        let run = Run::of(installer(&sandbox, shell).arg("--help"));
        run.assert_code(0);
        assert!(
            run.stdout.starts_with("Usage: install.sh"),
            "{}",
            run.stdout
        );
        let run = Run::of(installer(&sandbox, shell).arg("--uninstal"));
        run.assert_code(2).assert_stderr("'--uninstal'");
        for wrong in [
            &["--hook", "post-commit"][..],
            &["--hook", "../install.sh"],
            &["--hook="],
            &["--hook"],
        ] {
            let run = Run::of(installer(&sandbox, shell).args(wrong));
            run.assert_code(2).assert_stderr("--help lists");
        }
        let run = Run::of(installer(&sandbox, shell).current_dir(sandbox.root()));
        run.assert_code(2).assert_stderr("change to the repository");
    }
    assert!(!sandbox.root().join("cargo.log").exists());
    assert!(!hooks(&sandbox).join("pre-commit").exists());
}

#[test]
fn half_a_download_does_nothing() {
    let sandbox = Sandbox::new();
    symlink(GUARD, bare_path(&sandbox).join("hf-guard")).expect("the link can be made");
    let script = checkout(&sandbox).join("install.sh");
    let text = fs::read_to_string(&script).expect("it can be read");
    let before = listing(&hooks(&sandbox));
    for lines in (1..text.lines().count()).step_by(7) {
        let part: Vec<&str> = text.lines().take(lines).collect();
        let half = sandbox.root().join("half.sh");
        fs::write(&half, part.join("\n")).expect("it can be written");
        let mut dash = in_shell(&sandbox, SHELLS[0]);
        // A syntax error or nothing, as the cut has it.
        Run::of(dash.env("PATH", bare_path(&sandbox)).arg(half));
        assert_eq!(listing(&hooks(&sandbox)), before, "{lines} lines");
    }
}
