//! Real git-lfs beside our pre-push: whichever came first, nothing is uploaded before hf-guard has read what goes out,
//! and what is clean arrives, its large files with it.
//!
//! git-xet is git-lfs with another transfer agent, set by `lfs.customtransfer.xet.*`; it has no hook of its own. A
//! program that speaks the protocol of such agents stands in for it.
//!
//! Source: <https://github.com/git-lfs/git-lfs/blob/main/docs/custom-transfers.md>,
//! <https://huggingface.co/docs/hub/xet/using-xet-storage#git-xet>

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Run, Sandbox, hf_token, run_with_input, write_script};
use crate::tools;

/// A repository that keeps `*.bin` in git-lfs, and a bare remote.
struct Large {
    sandbox: Sandbox,
    /// Where uploaded objects end up.
    store: PathBuf,
}

impl Large {
    #[track_caller]
    fn new() -> Self {
        tools::require();
        let sandbox = Sandbox::new();
        let remote = sandbox.root().join("remote.git");
        let path = remote.to_string_lossy();
        sandbox.git(&["init", "--quiet", "--bare", "--initial-branch=main", &path]);
        sandbox.git(&["remote", "add", "origin", &format!("file://{path}")]);
        Self {
            store: remote.join("lfs"),
            sandbox,
        }
    }

    #[track_caller]
    fn lfs(&self, arguments: &[&str]) -> Run {
        let mut all = vec!["lfs"];
        all.extend(arguments);
        self.sandbox.try_git(&all)
    }

    /// The filters of git-lfs, and its hooks where none is there.
    #[track_caller]
    fn install_lfs(&self) {
        self.lfs(&["install", "--local"]).assert_code(0);
    }

    /// What many clones have: git-lfs set up for the person, so that it tries to bring its hooks by itself.
    #[track_caller]
    fn set_up_lfs_for_the_person(&self) {
        self.lfs(&["install", "--skip-repo"]).assert_code(0);
    }

    #[track_caller]
    fn commit_large_file(&self, content: &str) {
        self.sandbox.stage(
            ".gitattributes",
            "*.bin filter=lfs diff=lfs merge=lfs -text\n",
        );
        self.sandbox.stage("model.bin", content);
        self.sandbox.commit_all("large file");
        let pointer = self.sandbox.git(&["show", "HEAD:model.bin"]);
        assert!(pointer.contains("git-lfs.github.com/spec"), "{pointer}");
    }

    #[track_caller]
    fn guard(&self, arguments: &[&str]) {
        self.sandbox.guard(arguments).assert_code(0);
    }

    fn hook(&self) -> PathBuf {
        self.sandbox.path().join(".git/hooks/pre-push")
    }

    #[track_caller]
    fn refs_there(&self) -> String {
        self.sandbox.git(&["ls-remote", "origin"])
    }

    /// A token stops the push before any upload; without it, commits and large files arrive.
    #[track_caller]
    fn assert_pushes_are_guarded(&self) {
        let before = (self.refs_there(), stored(&self.store));
        let token = hf_token(41);
        self.commit_large_file("weights one\n");
        self.sandbox
            .stage("leak.py", format!("key = \"{token}\"\n"));
        self.sandbox.commit_all("leak");
        let run = self.sandbox.try_git(&["push", "origin", "main"]);
        assert_ne!(run.code, 0, "{run:?}");
        run.assert_hides(&token);
        assert!(run.stdout.contains("leak.py:1:"), "{run:?}");
        assert_eq!((self.refs_there(), stored(&self.store)), before);

        self.sandbox.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
        self.commit_large_file("weights two\n");
        self.sandbox
            .try_git(&["push", "origin", "main"])
            .assert_code(0);
        let after = stored(&self.store);
        assert_eq!(after, ["weights one\n", "weights two\n"]);
        assert_ne!(self.refs_there(), before.0);
    }
}

/// The content of every object in `store`, sorted.
fn stored(store: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(store).into_iter().flatten() {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            found.extend(stored(&path));
        } else {
            found.push(fs::read_to_string(path).expect("the object can be read"));
        }
    }
    found.sort();
    found
}

#[test]
fn a_hook_of_git_lfs_is_kept_and_uploads_what_is_clean() {
    let large = Large::new();
    large.install_lfs();
    let before = fs::read(large.hook()).expect("git-lfs wrote it");
    let run = large.sandbox.guard(&["install"]);
    run.assert_code(0)
        .assert_stdout("runs after it, as pre-push.before-hf-guard");
    large.assert_pushes_are_guarded();
    // Once more, now that its own hook is kept.
    large.lfs(&["install", "--local"]);
    large.guard(&["install"]);
    large.guard(&["uninstall"]);
    assert_eq!(fs::read(large.hook()).expect("it is back"), before);
}

/// git-lfs refuses to write its hook where another stands, in a clone without a word.
#[test]
fn git_lfs_that_comes_later_still_uploads() {
    let large = Large::new();
    large.guard(&["install"]);
    let run = large.lfs(&["install", "--local"]);
    assert_ne!(run.code, 0);
    assert!(
        run.stderr.contains("Hook already exists: pre-push"),
        "{run:?}"
    );
    large.assert_pushes_are_guarded();
}

#[test]
fn a_clone_with_hooks_of_the_template_uploads() {
    let large = Large::new();
    large.set_up_lfs_for_the_person();
    large.guard(&["install"]);
    large.assert_pushes_are_guarded();
}

#[test]
fn a_linked_work_tree_uploads() {
    let large = Large::new();
    large.set_up_lfs_for_the_person();
    large.commit_large_file("weights one\n");
    large.guard(&["install"]);
    let linked = large.sandbox.root().join("linked");
    large
        .sandbox
        .git(&["worktree", "add", "--quiet", &linked.to_string_lossy()]);
    let run = large.sandbox.git_in(&linked, &["push", "origin", "HEAD"]);
    run.assert_code(0);
    assert_eq!(stored(&large.store), ["weights one\n"]);
}

/// The ways out that git-lfs offers, and how hf-guard comes back.
#[test]
fn a_hook_that_git_lfs_overwrote_is_chained_again() {
    let large = Large::new();
    large.guard(&["install"]);
    large.set_up_lfs_for_the_person();
    large.lfs(&["update", "--force"]).assert_code(0);
    let hook = fs::read_to_string(large.hook()).expect("the hook can be read");
    assert!(hook.contains("git lfs pre-push"), "{hook}");
    large.guard(&["install"]);
    large.assert_pushes_are_guarded();

    let large = Large::new();
    large.guard(&["install"]);
    large.guard(&["uninstall", "--hook", "pre-push"]);
    large.install_lfs();
    large.guard(&["install"]);
    for name in ["post-checkout", "post-commit", "post-merge"] {
        assert!(large.hook().with_file_name(name).exists(), "{name}");
    }
    large.assert_pushes_are_guarded();
}

#[test]
fn a_failed_upload_stops_the_push() {
    for kept in [true, false] {
        let large = Large::new();
        if kept {
            large.install_lfs();
        } else {
            large.set_up_lfs_for_the_person();
        }
        large.guard(&["install"]);
        large.commit_large_file("weights\n");
        // git-lfs misses what it is to upload.
        fs::remove_dir_all(large.sandbox.path().join(".git/lfs/objects")).expect("it is there");
        fs::remove_file(large.sandbox.path().join("model.bin")).expect("it is there");
        let run = large.sandbox.try_git(&["push", "origin", "main"]);
        assert_ne!(run.code, 0, "{kept}: {run:?}");
        assert_eq!(large.refs_there(), "");
    }
}

#[test]
fn a_repository_without_large_files_does_without_git_lfs() {
    let large = Large::new();
    large.set_up_lfs_for_the_person();
    large.guard(&["install"]);
    large.sandbox.stage("a.py", "a = 1\n");
    large.sandbox.commit_all("small");
    let mut push = large.sandbox.command("git");
    let run = Run::of(push.env("GIT_TRACE", "1").args(["push", "origin", "main"]));
    run.assert_code(0);
    assert!(!run.stderr.contains("git-lfs"), "{}", run.stderr);
}

/// Git runs the hook of the configuration beside that of the repository, which is the one to upload.
#[test]
fn a_hook_of_the_configuration_leaves_the_upload_to_that_of_the_repository() {
    let large = Large::new();
    large.set_up_lfs_for_the_person();
    large.guard(&["install", "--hook", "pre-push"]);
    large.commit_large_file("weights\n");
    let head = large.sandbox.git(&["rev-parse", "HEAD"]);
    let line = format!(
        "refs/heads/main {} refs/heads/main {}\n",
        head.trim_end(),
        "0".repeat(40)
    );
    let url = large.sandbox.git(&["remote", "get-url", "origin"]);
    let configured = large.sandbox.root().join("hf-guard/configured");
    fs::create_dir_all(&configured).expect("the folder can be made");
    let configured = configured.join("pre-push");
    fs::copy(large.hook(), &configured).expect("the hook can be copied");
    for (hook, uploads) in [(configured, false), (large.hook(), true)] {
        let mut call = large.sandbox.command(hook);
        call.args(["origin", url.trim_end()]);
        run_with_input(&mut call, line.as_bytes()).assert_code(0);
        assert_eq!(!stored(&large.store).is_empty(), uploads);
    }
}

#[test]
fn git_xet_uploads_what_is_clean() {
    for lfs_first in [true, false] {
        let mut large = Large::new();
        large.store = large.sandbox.root().join("xet-store");
        fs::create_dir(&large.store).expect("the folder can be made");
        let agent = large.sandbox.root().join("git-xet");
        write_script(
            &agent,
            &format!(
                r#"while read -r line; do
    case $line in
        *'"event":"init"'*) echo '{{}}' ;;
        *'"event":"upload"'*)
            oid=$(printf '%s' "$line" | sed 's/.*"oid":"\([0-9a-f]*\)".*/\1/')
            path=$(printf '%s' "$line" | sed 's/.*"path":"\([^"]*\)".*/\1/')
            cp "$path" '{}'/"$oid"
            printf '{{"event":"complete","oid":"%s"}}\n' "$oid"
            ;;
        *) exit 0 ;;
    esac
done"#,
                large.store.display()
            ),
        );
        let setting = |name: &str, value: &str| {
            large.sandbox.git(&["config", "--global", name, value]);
        };
        setting("lfs.customtransfer.xet.path", &agent.to_string_lossy());
        setting("lfs.customtransfer.xet.args", "transfer");
        setting("lfs.customtransfer.xet.concurrent", "false");
        // The Hub names the agent in its answers; here there is no server to do so.
        setting("lfs.standalonetransferagent", "xet");
        if lfs_first {
            large.install_lfs();
            large.guard(&["install"]);
        } else {
            large.guard(&["install"]);
            large.set_up_lfs_for_the_person();
        }
        large.assert_pushes_are_guarded();
    }
}
