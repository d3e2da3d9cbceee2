//! `hf-guard install` and `uninstall`, `install.sh`, and the hooks that they write.

mod chosen;
mod existing;
mod folders;
mod global;
mod nothing;
mod script;
mod sequences;
mod shims;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::support::{Run, Sandbox, executable, hf_token};

const NAMES: [&str; 5] = [
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "pre-push",
];

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path)
        .expect("it is there")
        .permissions()
        .mode()
        & 0o7777
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

/// Runs the command with which a hook without its program says that it can be removed.
#[track_caller]
fn take_the_way_out(sandbox: &Sandbox, run: &Run) {
    let way_out = run.stderr.split("remove this hook: ").nth(1);
    let mut shell = sandbox.command("sh");
    Run::of(shell.arg("-c").arg(way_out.expect("a way out"))).assert_code(0);
}

#[track_caller]
fn assert_refused(sandbox: &Sandbox, arguments: &[&str], says: &[&str]) {
    let run = sandbox.guard(arguments);
    run.assert_code(2);
    for part in says {
        run.assert_stderr(part);
    }
}

fn hooks(sandbox: &Sandbox) -> PathBuf {
    sandbox.path().join(".git/hooks")
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
