//! pre-commit and prek, the real ones: what they hand to a hook, `.pre-commit-hooks.yaml`, and life beside our hooks.

mod beside;
mod manifest;
mod push;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{GUARD, Run, Sandbox, hf_token};
use crate::tools::managers;

const MANAGERS: [&str; 2] = ["pre-commit", "prek"];

const CHECKOUT: &str = env!("CARGO_MANIFEST_DIR");

/// A repository with one of the managers.
struct Managed {
    sandbox: Sandbox,
    manager: &'static str,
}

impl Managed {
    #[track_caller]
    fn new(manager: &'static str) -> Self {
        Self {
            sandbox: Sandbox::new(),
            manager,
        }
    }

    /// The manager itself.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = self.sandbox.command(managers().join(self.manager));
        Run::of(command.env("PATH", path()).args(arguments))
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> Run {
        Run::of(
            self.sandbox
                .command("git")
                .env("PATH", path())
                .args(arguments),
        )
    }

    /// A repository of hooks beside this one, and a configuration that takes the hooks `ids` from it.
    fn use_hooks(&self, manifest: &str, ids: &[&str]) -> PathBuf {
        let hooks = self.sandbox.root().join("hook-repository");
        fs::create_dir(&hooks).expect("the folder can be made");
        fs::write(hooks.join(".pre-commit-hooks.yaml"), manifest).expect("it can be written");
        let git = |arguments: &[&str]| {
            let mut command = self.sandbox.command("git");
            Run::of(command.current_dir(&hooks).args(arguments))
        };
        git(&["init", "--quiet"]).assert_code(0);
        git(&["add", "."]).assert_code(0);
        git(&["commit", "--quiet", "--message", "hooks"]).assert_code(0);
        let head = git(&["rev-parse", "HEAD"]).stdout;
        let ids: String = ids.iter().map(|id| format!("  - id: {id}\n")).collect();
        self.sandbox.write(
            ".pre-commit-config.yaml",
            format!(
                "repos:\n- repo: {}\n  rev: {}\n  hooks:\n{ids}",
                hooks.display(),
                head.trim_end()
            ),
        );
        self.sandbox.commit_all("base");
        hooks
    }

    /// A configuration with one hook that leaves a file `ran` behind, and fails where there is a file `fail`.
    fn use_local_hook(&self) {
        self.sandbox.write(
            ".pre-commit-config.yaml",
            "repos:\n- repo: local\n  hooks:\n  - id: trace\n    name: trace\n    language: system\n    always_run: true\n    \
             pass_filenames: false\n    entry: sh -c 'echo >>ran; test ! -e fail'\n",
        );
        self.sandbox.write(".gitignore", "ran\nfail\n");
        self.sandbox.commit_all("base");
    }

    #[track_caller]
    fn install_manager(&self) {
        self.install_manager_for(&["pre-commit", "pre-merge-commit"]);
    }

    #[track_caller]
    fn install_manager_for(&self, hooks: &[&str]) {
        let mut arguments = vec!["install"];
        arguments.extend(hooks.iter().flat_map(|hook| ["--hook-type", hook]));
        self.run(&arguments).assert_code(0);
    }

    fn hook(&self, name: &str) -> PathBuf {
        self.sandbox.path().join(".git/hooks").join(name)
    }

    fn runs_of_local_hook(&self) -> usize {
        let ran = self.sandbox.path().join("ran");
        let count = fs::read_to_string(&ran).map_or(0, |text| text.lines().count());
        drop(fs::remove_file(ran));
        count
    }

    /// Both the manager's hook and hf-guard run, each may block, and neither blocks for nothing.
    #[track_caller]
    fn assert_both_guard(&self) {
        let token = hf_token(5);
        self.sandbox.stage("a.py", format!("key = \"{token}\"\n"));
        let run = self.git(&["commit", "--message", "leak"]);
        assert_ne!(run.code, 0, "{}: {run:?}", self.manager);
        run.assert_hides(&token);
        assert!(
            format!("{}{}", run.stdout, run.stderr).contains("a.py:1:"),
            "{}: {run:?}",
            self.manager
        );
        self.sandbox.write("fail", "");
        let clean = format!(
            "n = {}\n",
            self.git(&["rev-list", "--count", "HEAD"]).stdout
        );
        self.sandbox.stage("a.py", clean);
        self.runs_of_local_hook();
        let run = self.git(&["commit", "--message", "the manager's hook fails"]);
        assert_ne!(run.code, 0, "{}: {run:?}", self.manager);
        fs::remove_file(self.sandbox.path().join("fail")).expect("it is there");
        self.runs_of_local_hook();
        self.git(&["commit", "--message", "clean"]).assert_code(0);
        assert_eq!(self.runs_of_local_hook(), 1, "{}", self.manager);
    }
}

/// The machine's PATH, with the hf-guard under test and the managers in front.
fn path() -> OsString {
    let machine = std::env::var_os("PATH").unwrap_or_default();
    let guard = Path::new(GUARD)
        .parent()
        .expect("it lies in a folder")
        .to_path_buf();
    let folders = [guard, managers()]
        .into_iter()
        .chain(std::env::split_paths(&machine));
    std::env::join_paths(folders).expect("no folder holds a colon")
}

/// Our manifest, with the program under test instead of a build of several minutes.
fn manifest_without_build() -> String {
    let manifest = fs::read_to_string(Path::new(CHECKOUT).join(".pre-commit-hooks.yaml"))
        .expect("the manifest can be read");
    assert!(manifest.contains("language: rust\n"), "{manifest}");
    manifest.replace("language: rust\n", "language: system\n")
}
