//! A repository, a bare remote, and the hook pre-push between them.

use std::path::{Path, PathBuf};

use crate::support::{GUARD, Run, Sandbox, run_with_input, write_script};

/// A repository whose remote `origin` is a bare one beside it.
pub struct Pushing {
    /// The repository that is pushed from.
    pub sandbox: Sandbox,
    /// The bare one.
    pub remote: PathBuf,
}

impl Pushing {
    /// Both empty, with the hook in place.
    #[track_caller]
    pub fn new() -> Self {
        Self::with_init_options(&[])
    }

    /// The same, with more options for `git init` on both sides.
    #[track_caller]
    pub fn with_init_options(options: &[&str]) -> Self {
        let sandbox = Sandbox::with_init_options(options);
        let remote = bare(&sandbox, "remote.git", options);
        sandbox.git(&["remote", "add", "origin", text(&remote)]);
        install(&sandbox, sandbox.path());
        Self { sandbox, remote }
    }

    /// Writes a file and commits it, past any hook.
    #[track_caller]
    pub fn commit(&self, path: &str, content: impl AsRef<[u8]>) {
        self.sandbox.write(path, content);
        self.sandbox.commit_all(&format!("change {path}"));
    }

    /// Pushes past the hook.
    #[track_caller]
    pub fn publish(&self, arguments: &[&str]) {
        self.sandbox
            .git(&[&["push", "--quiet", "--no-verify"], arguments].concat());
    }

    /// `git push` with the hook.
    #[track_caller]
    pub fn push(&self, arguments: &[&str]) -> Run {
        let run = self.sandbox.try_git(&[&["push"], arguments].concat());
        assert!(!run.stderr.contains("a bug in hf-guard"), "{}", run.stderr);
        run
    }

    /// `git push`, which must go through.
    #[track_caller]
    pub fn assert_goes(&self, arguments: &[&str]) {
        self.push(arguments).assert_code(0);
    }

    /// `git push`, which must be blocked by a finding: nothing of `token` may be printed or reach the remote.
    #[track_caller]
    pub fn assert_blocked(&self, arguments: &[&str], token: &str) -> String {
        let had = self.holds(&self.remote, token);
        let run = self.push(arguments);
        run.assert_code(1).assert_hides(token);
        let said = run.stdout + &run.stderr;
        assert!(said.contains("hf-guard: "), "another reason: {said}");
        assert!(said.contains("finding"), "another reason: {said}");
        assert_eq!(self.holds(&self.remote, token), had, "it went out");
        said
    }

    /// Whether any object or ref name of the repository `folder` holds `token`.
    #[track_caller]
    pub fn holds(&self, folder: &Path, token: &str) -> bool {
        let objects = self.sandbox.git_in(
            folder,
            &["cat-file", "--batch-all-objects", "--batch", "--buffer"],
        );
        let refs = self.sandbox.git_in(folder, &["for-each-ref"]);
        let all = objects.assert_code(0).stdout.clone() + &refs.assert_code(0).stdout;
        all.contains(token)
    }

    /// Runs the hook as git does, with `input` on its standard input.
    #[track_caller]
    pub fn hook(&self, input: &str) -> Run {
        run_with_input(
            self.sandbox
                .command(GUARD)
                .args(["hook", "pre-push", "origin", text(&self.remote)]),
            input.as_bytes(),
        )
    }

    /// The full name of a commit or other object.
    #[track_caller]
    pub fn oid(&self, name: &str) -> String {
        let said = self.sandbox.git(&["rev-parse", "--verify", name]);
        said.trim_end().to_owned()
    }
}

/// A bare repository `name` beside the work tree.
#[track_caller]
pub fn bare(sandbox: &Sandbox, name: &str, options: &[&str]) -> PathBuf {
    let folder = sandbox.root().join(name);
    let mut arguments = vec!["init", "--quiet", "--bare", "--initial-branch=main"];
    arguments.extend(options);
    arguments.push(text(&folder));
    sandbox.git(&arguments);
    folder
}

/// Makes git run `hf-guard` before a push from the repository of `folder`.
#[track_caller]
pub fn install(sandbox: &Sandbox, folder: &Path) {
    let hook = sandbox.git_in(
        folder,
        &[
            "rev-parse",
            "--path-format=absolute",
            "--git-path",
            "hooks/pre-push",
        ],
    );
    let hook = PathBuf::from(hook.assert_code(0).stdout.trim_end());
    std::fs::create_dir_all(hook.parent().expect("a hook has a folder"))
        .expect("the hook folder can be made");
    write_script(&hook, &format!("exec '{GUARD}' hook pre-push \"$@\""));
}

/// A path of ours as text.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}
