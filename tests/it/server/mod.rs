//! `hook pre-receive` and `hook update`: real pushes to a real bare repository, which takes nothing in that was not read.

mod break_glass;
mod faults;
mod layouts;
mod pushes;
mod random;
mod trust;

use std::path::{Path, PathBuf};

use crate::support::{GUARD, Run, Sandbox, write_script};

/// A work tree with the remote `server`, a bare repository that has its first commit on `main`.
pub struct Server {
    pub sandbox: Sandbox,
    bare: PathBuf,
}

impl Server {
    /// With `hf-guard hook pre-receive` in place.
    #[track_caller]
    pub fn new() -> Self {
        let server = Self::without_hook(&[]);
        server.hook("pre-receive", "");
        server
    }

    /// With no hook yet; `options` are those of `git init`.
    #[track_caller]
    pub fn without_hook(options: &[&str]) -> Self {
        Self::at("server.git", options)
    }

    /// The same, with the bare repository in a folder of another name.
    #[track_caller]
    pub fn at(name: &str, options: &[&str]) -> Self {
        let sandbox = Sandbox::with_init_options(options);
        let bare = sandbox.root().join(name);
        let path = bare.to_str().expect("the folder's name is UTF-8");
        let mut arguments = vec!["init", "--quiet", "--bare", "--initial-branch=main"];
        arguments.extend(options);
        arguments.push(path);
        sandbox.git(&arguments);
        sandbox.git(&["remote", "add", "server", path]);
        sandbox.write("a.py", "import os\n");
        sandbox.commit_all("first");
        sandbox.git(&["push", "--quiet", "server", "main"]);
        Self { sandbox, bare }
    }

    pub fn bare(&self) -> &Path {
        &self.bare
    }

    /// Installs `hf-guard hook HOOK OPTIONS`, in the few words that the documentation shows.
    #[track_caller]
    pub fn hook(&self, hook: &str, options: &str) {
        self.script(
            hook,
            &format!("exec '{GUARD}' hook {hook} {options} \"$@\""),
        );
    }

    /// Installs any script as a hook.
    #[track_caller]
    pub fn script(&self, hook: &str, body: &str) {
        write_script(&self.bare.join("hooks").join(hook), body);
    }

    /// Commits `content` as `path`.
    #[track_caller]
    pub fn commit(&self, path: &str, content: &str) {
        self.sandbox.write(path, content);
        self.sandbox.commit_all("work");
    }

    /// `git push server ARGUMENTS`.
    #[track_caller]
    pub fn push(&self, arguments: &[&str]) -> Run {
        let mut all = vec!["push", "server"];
        all.extend(arguments);
        self.sandbox.try_git(&all)
    }

    /// Pushes, and asserts that the server takes it without a word of ours.
    #[track_caller]
    pub fn assert_taken(&self, arguments: &[&str]) {
        let run = self.push(arguments);
        run.assert_code(0);
        assert!(!run.stderr.contains("hf-guard"), "{}", run.stderr);
    }

    /// Pushes, and asserts that no ref of the server moves, that `expected` is told, and that `token` is not.
    #[track_caller]
    pub fn assert_refused(&self, arguments: &[&str], expected: &str, token: &str) -> Run {
        let before = self.refs();
        let run = self.push(arguments);
        run.assert_code(1)
            .assert_hides(token)
            .assert_stderr(expected)
            .assert_stderr("remote: hf-guard: ")
            .assert_stderr("refused")
            .assert_stderr("hook declined");
        assert_eq!(before, self.refs(), "a ref of the server moved");
        run
    }

    /// Every ref of the server and what it points at.
    #[track_caller]
    pub fn refs(&self) -> String {
        self.git(&["for-each-ref"])
    }

    /// Runs git in the bare repository.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        let run = self.sandbox.git_in(&self.bare, arguments);
        run.assert_code(0);
        run.stdout
    }

    /// Whether any object of the server, reachable or not, holds `text`.
    #[track_caller]
    pub fn holds(&self, text: &str) -> bool {
        let every_object = "git cat-file --batch --batch-all-objects --buffer";
        let run = Run::of(
            self.sandbox
                .command("sh")
                .current_dir(&self.bare)
                .args(["-c", every_object]),
        );
        run.assert_code(0).stdout.contains(text)
    }
}
