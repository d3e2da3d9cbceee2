//! The files of `hooks/` at work: which program they find, and what they hand on.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{assert_guarded, executable, hooks, point_at, take_the_way_out};
use crate::support::{GUARD, Run, Sandbox, hf_token};
use crate::tools::program;

const CHECKOUT: &str = env!("CARGO_MANIFEST_DIR");

/// The shells of the common systems; `.ci/setup` installs them.
pub(super) const SHELLS: [&[&str]; 3] = [&["dash"], &["bash", "--posix"], &["busybox", "sh"]];

pub(super) fn in_shell(sandbox: &Sandbox, shell: &[&str]) -> Command {
    let mut command = sandbox.command(program(shell[0]));
    command.args(&shell[1..]);
    command
}

/// A folder with links to the programs that hooks and installer may use, and nothing else.
pub(super) fn bare_path(sandbox: &Sandbox) -> PathBuf {
    let bin = sandbox.root().join("bare-bin");
    fs::create_dir_all(&bin).expect("the folder can be made");
    for tool in [
        "git", "sh", "dash", "bash", "busybox", "cat", "sed", "grep", "mv", "rm", "cp", "mkdir",
    ] {
        let link = bin.join(tool);
        if !link.exists() {
            symlink(program(tool), link).expect("the link can be made");
        }
    }
    bin
}

fn run_with_input(mut command: Command, input: &[u8]) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the shell starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    stdin.write_all(input).expect("the hook reads its input");
    drop(stdin);
    Run::from(child.wait_with_output().expect("the hook ends"))
}

#[test]
fn scripts_are_clean() {
    let checkout = Path::new(CHECKOUT);
    let mut scripts = vec![checkout.join("install.sh")];
    for folder in ["hooks", ".ci"] {
        for entry in fs::read_dir(checkout.join(folder)).expect("the folder is there") {
            scripts.push(entry.expect("the entry can be read").path());
        }
    }
    let output = Command::new(program("shellcheck")).args(&scripts).output();
    let output = output.expect("shellcheck starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let sandbox = Sandbox::new();
    for script in &scripts {
        for shell in SHELLS {
            Run::of(in_shell(&sandbox, shell).arg("-n").arg(script)).assert_code(0);
        }
    }
}

#[test]
fn a_program_that_moved_is_found_on_path() {
    let sandbox = Sandbox::new();
    sandbox.guard(&["install"]).assert_code(0);
    point_at(
        &hooks(&sandbox).join("pre-commit"),
        Path::new("/nowhere/hf-guard"),
    );
    let bin = bare_path(&sandbox);
    symlink(GUARD, bin.join("hf-guard")).expect("the link can be made");
    let token = hf_token(1);
    sandbox.stage("leak.py", format!("key = \"{token}\"\n"));
    let mut git = sandbox.command("git");
    let run = Run::of(git.env("PATH", &bin).args(["commit", "--message", "leak"]));
    run.assert_code(1).assert_hides(&token);
    assert!(run.stderr.contains("leak.py:1:"), "{run:?}");
}

/// The line that the person gets works when it is pasted into a shell.
#[test]
fn a_program_that_is_gone_blocks_and_says_how_to_go_on() {
    for (kept, shell) in [(false, SHELLS[0]), (true, SHELLS[1]), (false, SHELLS[2])] {
        let sandbox = Sandbox::new();
        let work_tree = sandbox.root().join("it's a repo");
        sandbox.git(&["init", "--quiet", &work_tree.to_string_lossy()]);
        let hook = work_tree.join(".git/hooks/pre-commit");
        if kept {
            executable(&hook, "#!/bin/sh\n: >kept-ran\n");
        }
        sandbox.guard_in(&work_tree, &["install"]).assert_code(0);
        point_at(&hook, Path::new("/nowhere/hf-guard"));
        let bin = bare_path(&sandbox);
        let git = |arguments: &[&str]| {
            let mut command = sandbox.command("git");
            Run::of(
                command
                    .current_dir(&work_tree)
                    .env("PATH", &bin)
                    .args(arguments),
            )
        };
        fs::write(work_tree.join("a.py"), "a = 1\n").expect("it can be written");
        git(&["add", "a.py"]).assert_code(0);
        assert_ne!(git(&["commit", "--message", "a"]).code, 0);

        let mut by_hand = in_shell(&sandbox, shell);
        let run = Run::of(by_hand.env("PATH", &bin).arg(&hook));
        run.assert_code(2);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        run.assert_stderr("/nowhere/hf-guard")
            .assert_stderr("install.sh");
        assert!(!work_tree.join("kept-ran").exists());
        take_the_way_out(&sandbox, &run);
        git(&["commit", "--message", "a"]).assert_code(0);
        assert_eq!(work_tree.join("kept-ran").exists(), kept);
    }
}

#[test]
fn a_relative_path_does_not_decide_which_program_runs() {
    let sandbox = Sandbox::new();
    sandbox.guard(&["install"]).assert_code(0);
    let hook = hooks(&sandbox).join("pre-commit");
    point_at(&hook, Path::new("/nowhere/hf-guard"));
    // A repository may bring a program of our name.
    executable(&sandbox.path().join("bin/hf-guard"), "#!/bin/sh\nexit 0\n");
    let path = format!("bin:{}", bare_path(&sandbox).display());
    for shell in SHELLS {
        Run::of(in_shell(&sandbox, shell).env("PATH", &path).arg(&hook)).assert_code(2);
    }
}

#[test]
fn a_program_that_cannot_run_blocks() {
    let sandbox = Sandbox::new();
    sandbox.guard(&["install"]).assert_code(0);
    let broken = sandbox.root().join("broken");
    for text in [
        "\x7fELF of another machine",
        "#!/nowhere\n",
        "#!/bin/sh\nkill -9 $$\n",
    ] {
        executable(&broken, text);
        point_at(&hooks(&sandbox).join("pre-commit"), &broken);
        sandbox.stage("a.py", "a = 1\n");
        assert_ne!(
            sandbox.try_git(&["commit", "--message", "a"]).code,
            0,
            "{text:?}"
        );
    }
}

/// Both programs read all that git gives to pre-push, ours first, and both may refuse.
#[test]
fn arguments_and_standard_input_reach_both() {
    let sandbox = Sandbox::new();
    let hook = hooks(&sandbox).join("pre-push");
    let kept = hooks(&sandbox).join("pre-push.before-hf-guard");
    let ours = sandbox.root().join("hf-guard");
    sandbox.guard(&["install"]).assert_code(0);
    point_at(&hook, &ours);
    let recorder = |name: &str, end: &str| {
        let folder = sandbox.root().display().to_string();
        format!(
            "#!/bin/sh\ncat >'{folder}/{name}.in'\nprintf '%s|' \"$@\" >'{folder}/{name}.args'\n{end}\n"
        )
    };
    let recorded =
        |name: &str| fs::read_to_string(sandbox.root().join(name)).expect("it was recorded");
    let mut long = String::new();
    for n in 0..20_000 {
        long.push_str(&format!("refs/heads/{n} 1 refs/heads/{n} 2\n"));
    }
    for input in [
        "",
        "a b c d\n",
        "a b c d\n\n\n",
        "no end",
        "%s \\n 'x' $y\n",
        &long,
    ] {
        for shell in SHELLS {
            executable(&kept, &recorder("kept", "exit 0"));
            executable(&ours, &recorder("ours", "exit 0"));
            let call = || {
                let mut command = in_shell(&sandbox, shell);
                command.arg(&hook).args(["origin", "a url's"]);
                run_with_input(command, input.as_bytes())
            };
            call().assert_code(0);
            assert_eq!(recorded("kept.in"), input);
            assert_eq!(recorded("kept.args"), "origin|a url's|");
            executable(&kept, &recorder("kept", "exit 5"));
            call().assert_code(5);
            if input.is_empty() {
                // git has said that nothing goes out.
                assert!(!sandbox.root().join("ours.in").exists());
                continue;
            }
            assert_eq!(recorded("ours.in"), input);
            assert_eq!(recorded("ours.args"), "hook|pre-push|origin|a url's|");
            // What uploads does not run before hf-guard has spoken.
            fs::remove_file(sandbox.root().join("kept.in")).expect("it was recorded");
            for code in [1, 2] {
                executable(&ours, &recorder("ours", &format!("exit {code}")));
                call().assert_code(code);
                assert!(!sandbox.root().join("kept.in").exists());
            }
            // A hook that reads nothing is no reason to fail, or to take the text from the other.
            executable(&ours, "#!/bin/sh\nexit 0\n");
            executable(&kept, &recorder("kept", "exit 0"));
            call().assert_code(0);
            assert_eq!(recorded("kept.in"), input);
            executable(&kept, "#!/bin/sh\nexit 0\n");
            let run = call();
            run.assert_code(0);
            assert_eq!(run.stderr, "");
        }
    }
}

#[test]
fn a_hook_that_leads_back_to_ours_ends() {
    let sandbox = Sandbox::new();
    let hook = hooks(&sandbox).join("pre-commit");
    executable(&hook, "#!/bin/sh\nexec .git/hooks/pre-commit \"$@\"\n");
    sandbox.guard(&["install"]).assert_code(0);
    assert_guarded(&sandbox, sandbox.path());
}
