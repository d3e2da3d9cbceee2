//! `.pre-commit-hooks.yaml`, and what a manager hands to the hook that it names.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::{CHECKOUT, MANAGERS, Managed, manifest_without_build};
use crate::support::{Run, Sandbox, hf_token, write_script};
use crate::tools::managers;

/// What a hook sees, one map a call.
struct Witness {
    log: PathBuf,
    manifest: String,
}

impl Witness {
    fn new(sandbox: &Sandbox) -> Self {
        let log = sandbox.root().join("log");
        let program = sandbox.root().join("witness");
        let text = format!(
            "{{ env; echo \"ARGUMENTS=$*\"; echo \"FOLDER=$PWD\"; echo \
             \"STAGED=$(git diff --cached --name-only)\"; echo END; }} >>'{}'",
            log.display()
        );
        write_script(&program, &text);
        let manifest = manifest_without_build();
        let entry = "entry: hf-guard hook pre-commit\n";
        assert!(manifest.contains(entry), "{manifest}");
        Self {
            log,
            manifest: manifest.replace(entry, &format!("entry: {}\n", program.display())),
        }
    }

    /// The one call since the last look.
    #[track_caller]
    fn call(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(&self.log).expect("the hook ran");
        fs::remove_file(&self.log).expect("it is there");
        assert_eq!(text.matches("\nEND\n").count(), 1, "{text}");
        text.lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}

/// The facts by which `hook pre-commit` tells a commit from `run`: both set PRE_COMMIT; git sets GIT_INDEX_FILE.
#[test]
fn git_names_the_index_in_a_commit_and_nobody_does_in_a_run() {
    for manager in MANAGERS {
        let managed = Managed::new(manager);
        let sandbox = &managed.sandbox;
        let witness = Witness::new(sandbox);
        managed.use_hooks(&witness.manifest, &["hf-guard"]);
        managed.install_manager();

        let commit = |arguments: &[&str], index: &str| {
            managed.git(arguments).assert_code(0);
            let seen = witness.call();
            assert_eq!(seen["PRE_COMMIT"], "1", "{manager} {arguments:?}");
            assert!(
                seen["GIT_INDEX_FILE"].contains(index),
                "{manager} {arguments:?}: {seen:?}"
            );
            assert_eq!(seen["ARGUMENTS"], "");
            seen
        };
        sandbox.stage("a", "1\n");
        let seen = commit(&["commit", "--message", "plain"], ".git/index");
        assert_eq!(seen["STAGED"], "a");
        sandbox.write("a", "2\n");
        let seen = commit(&["commit", "--all", "--message", "all"], "index.lock");
        assert_eq!(seen["STAGED"], "a");
        sandbox.write("a", "3\n");
        let seen = commit(&["commit", "--message", "file", "a"], "next-index-");
        assert_eq!(seen["STAGED"], "a");
        // Nothing is staged, and yet this is no `run`: an old finding must not block it.
        for arguments in [
            &["commit", "--amend", "--message", "amend"][..],
            &["commit", "--allow-empty", "--message", "empty"],
        ] {
            let seen = commit(arguments, ".git/index");
            assert_eq!(seen["STAGED"], "");
        }
        sandbox.git(&["branch", "side", "HEAD~1"]);
        sandbox.git(&["switch", "--quiet", "side"]);
        sandbox.stage("b", "1\n");
        sandbox.commit_all("side");
        let seen = commit(&["merge", "--quiet", "main"], ".git/index");
        assert!(
            seen.keys().any(|name| name.starts_with("GITHEAD_")),
            "{manager}: {seen:?}"
        );

        let run = |arguments: &[&str]| {
            managed.run(arguments).assert_code(0);
            let seen = witness.call();
            assert_eq!(seen["PRE_COMMIT"], "1", "{manager} {arguments:?}");
            assert!(
                !seen.contains_key("GIT_INDEX_FILE"),
                "{manager} {arguments:?}: {seen:?}"
            );
            assert_eq!(seen["ARGUMENTS"], "");
            let root = fs::canonicalize(sandbox.path()).expect("it is there");
            assert_eq!(seen["FOLDER"], root.to_string_lossy());
            seen
        };
        run(&["run"]);
        run(&["run", "--all-files"]);
        run(&["run", "--files", "a"]);
        run(&["run", "--hook-stage", "manual", "--all-files"]);
        let seen = run(&["run", "--from-ref", "HEAD~1", "--to-ref", "HEAD"]);
        assert_eq!(seen["PRE_COMMIT_FROM_REF"], "HEAD~1");
        sandbox.stage("a", "4\n");
        let seen = run(&["run", "--all-files"]);
        assert_eq!(seen["STAGED"], "a", "a run may have something staged");
    }
}

#[test]
fn a_commit_through_the_manifest_is_guarded() {
    for manager in MANAGERS {
        let managed = Managed::new(manager);
        let sandbox = &managed.sandbox;
        managed.use_hooks(&manifest_without_build(), &["hf-guard"]);
        managed.install_manager();
        let token = hf_token(2);
        sandbox.stage("a.py", format!("key = \"{token}\"\n"));
        let run = managed.git(&["commit", "--message", "leak"]);
        run.assert_code(1).assert_hides(&token);
        assert!(run.stderr.contains("a.py:1:"), "{manager}: {run:?}");
        sandbox.stage("a.py", "key = None\n");
        managed
            .git(&["commit", "--message", "clean"])
            .assert_code(0);
        // The temporary index of `commit FILE`.
        sandbox.write("a.py", format!("key = \"{token}\"\n"));
        managed
            .git(&["commit", "--message", "leak", "a.py"])
            .assert_code(1)
            .assert_hides(&token);
        managed
            .git(&["commit", "--message", "leak", "--all"])
            .assert_code(1)
            .assert_hides(&token);
        // A commit of a link alone: "no files to check" for hooks without always_run.
        sandbox.git(&["checkout", "--quiet", "--", "a.py"]);
        std::os::unix::fs::symlink(&token, sandbox.path().join("link"))
            .expect("a link can be made");
        sandbox.git(&["add", "link"]);
        managed
            .git(&["commit", "--message", "link"])
            .assert_code(1)
            .assert_hides(&token);
    }
}

#[test]
fn a_run_over_all_files_reads_what_is_committed() {
    for manager in MANAGERS {
        let managed = Managed::new(manager);
        let sandbox = &managed.sandbox;
        let hooks = managed.use_hooks(&manifest_without_build(), &["hf-guard"]);
        managed.run(&["run", "--all-files"]).assert_code(0);
        let token = hf_token(2);
        sandbox.stage("old.py", format!("key = \"{token}\"\n"));
        sandbox.commit_all("leak");
        let hooks = hooks.to_string_lossy();
        let runs: [&[&str]; 3] = [
            &["run", "--all-files"],
            &["run", "--hook-stage", "manual", "--all-files"],
            &["try-repo", &hooks, "hf-guard", "--all-files"],
        ];
        for staged in ["", "something else\n"] {
            sandbox.stage("other.py", staged);
            for arguments in runs {
                let run = managed.run(arguments);
                run.assert_code(1).assert_hides(&token);
                assert!(
                    run.stdout.contains("old.py:1:"),
                    "{manager} {arguments:?}: {run:?}"
                );
            }
        }
        // The old finding does not block a commit that has nothing to do with it.
        managed.install_manager();
        managed
            .git(&["commit", "--message", "other"])
            .assert_code(0);
        managed
            .git(&["commit", "--amend", "--message", "amend"])
            .assert_code(0);
    }
}

/// The manifest as it is, built from source by the manager: minutes, so these run only where they are asked for by name.
#[test]
#[ignore = "builds the program"]
fn built_by_pre_commit() {
    assert_builds_and_runs("pre-commit");
}

#[test]
#[ignore = "downloads crates and builds the program"]
fn built_by_prek() {
    assert_builds_and_runs("prek");
}

#[track_caller]
fn assert_builds_and_runs(manager: &'static str) {
    let managed = Managed::new(manager);
    let sandbox = &managed.sandbox;
    let token = hf_token(2);
    sandbox.stage("a.py", format!("key = \"{token}\"\n"));
    let mut command = sandbox.command(managers().join(manager));
    let run = Run::of(
        command
            .env("CARGO_HOME", cargo_home())
            .env("RUSTUP_HOME", rustup_home())
            .env(
                "CARGO_TARGET_DIR",
                Path::new(CHECKOUT).join("target/framework"),
            )
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .args(["try-repo", CHECKOUT, "hf-guard", "--verbose"]),
    );
    run.assert_code(1).assert_hides(&token);
    assert!(run.stdout.contains("a.py:1:"), "{manager}: {run:?}");
}

fn cargo_home() -> OsString {
    std::env::var_os("CARGO_HOME").unwrap_or_else(|| machine_home().join(".cargo").into())
}

fn rustup_home() -> OsString {
    std::env::var_os("RUSTUP_HOME").unwrap_or_else(|| machine_home().join(".rustup").into())
}

fn machine_home() -> PathBuf {
    std::env::home_dir().expect("the machine has a home")
}
