//! Which file is the index, and what stands in it: versions, extensions, flags.

use std::path::Path;

use crate::findings::assert_reports;
use crate::support::{GUARD, Run, Sandbox, hf_token};

const SCAN: [&str; 4] = ["scan", "--staged", "--format", "json"];

/// Some committed files and a token in a staged one.
fn staged(token: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    for path in ["a.py", "dir/b.py", "dir/deep/c.py", "z.py"] {
        sandbox.write(path, "one\n");
    }
    sandbox.commit_all("first");
    sandbox.stage("dir/b.py", format!("one\n{token}\n"));
    sandbox
}

fn scan_with_index(sandbox: &Sandbox, folder: &Path, index: &str) -> Run {
    Run::of(
        sandbox
            .command(GUARD)
            .current_dir(folder)
            .env("GIT_INDEX_FILE", index)
            .args(SCAN),
    )
}

#[test]
fn every_version_of_the_index_is_read() {
    let token = hf_token(1_001);
    let sandbox = staged(&token);
    for version in ["2", "3", "4"] {
        sandbox.git(&["update-index", "--index-version", version]);
        sandbox.assert_staged(&[("dir/b.py", 2, token.as_str())]);
        // Extended flags turn version 2 into 3.
        sandbox.git(&["update-index", "--skip-worktree", "a.py"]);
        sandbox.assert_staged(&[("dir/b.py", 2, token.as_str())]);
        sandbox.git(&["update-index", "--no-skip-worktree", "a.py"]);
    }
}

#[test]
fn every_extension_of_the_index_is_read_or_passed_over() {
    let token = hf_token(1_002);
    let settings: &[&[&str]] = &[
        &[
            "index.recordEndOfIndexEntries=true",
            "index.recordOffsetTable=true",
            "index.threads=4",
        ],
        &["index.skipHash=true"],
        &["feature.manyFiles=true"],
        &["core.untrackedCache=true"],
    ];
    for version in ["2", "4"] {
        for settings in settings {
            let sandbox = staged(&token);
            for setting in *settings {
                let (key, value) = setting.split_once('=').expect("it has a value");
                sandbox.git(&["config", key, value]);
            }
            sandbox.git(&[
                "update-index",
                "--force-write-index",
                "--index-version",
                version,
            ]);
            sandbox.git(&["update-index", "--force-untracked-cache"]);
            sandbox.git(&["status"]);
            sandbox.stage("z.py", format!("{token}\n"));
            sandbox.assert_staged(&[("dir/b.py", 2, token.as_str()), ("z.py", 1, &token)]);
        }
    }
}

#[test]
fn a_resolved_conflict_leaves_its_traces_and_is_read() {
    let token = hf_token(1_003);
    let sandbox = staged(&token);
    let oid = sandbox.git(&["rev-parse", ":a.py"]);
    let oid = oid.trim();
    let entries = format!("100644 {oid} 1\tq\n100644 {oid} 2\tq\n100644 {oid} 3\tq\n");
    sandbox.git_with_input(&["update-index", "--index-info"], entries.as_bytes());
    sandbox.stage("q", format!("{token}\n"));
    sandbox.assert_staged(&[("dir/b.py", 2, token.as_str()), ("q", 1, &token)]);
}

#[test]
fn a_large_index_with_an_offset_table_is_read() {
    let token = hf_token(1_004);
    let sandbox = staged(&token);
    sandbox.git(&["config", "index.threads", "2"]);
    let oid = sandbox.git(&["rev-parse", ":a.py"]);
    let entries: String = (0..25_000)
        .map(|file| format!("100644 {}\tmany/{}/{file}.py\n", oid.trim(), file % 100))
        .collect();
    for version in ["2", "4"] {
        sandbox.git(&["update-index", "--index-version", version]);
        sandbox.git_with_input(&["update-index", "--index-info"], entries.as_bytes());
        sandbox.assert_staged(&[("dir/b.py", 2, token.as_str())]);
    }
}

#[test]
fn flags_that_hide_a_file_from_status_do_not_hide_it_here() {
    let (one, two) = (hf_token(1_005), hf_token(1_006));
    for flag in ["--assume-unchanged", "--skip-worktree", "--fsmonitor-valid"] {
        let sandbox = staged(&one);
        sandbox.stage("new.py", &two);
        for path in ["dir/b.py", "new.py"] {
            sandbox.try_git(&["update-index", flag, path]);
        }
        sandbox.assert_staged(&[("dir/b.py", 2, one.as_str()), ("new.py", 1, &two)]);
        std::fs::remove_file(sandbox.path().join("new.py")).expect("it is there");
        sandbox.assert_staged(&[("dir/b.py", 2, one.as_str()), ("new.py", 1, &two)]);
    }
}

#[test]
fn a_relative_index_path_counts_from_the_root_of_the_work_tree() {
    let token = hf_token(1_007);
    let sandbox = staged(&token);
    let folder = sandbox.path().join("dir/deep");
    std::fs::rename(
        sandbox.path().join(".git/index"),
        sandbox.path().join("dir/moved"),
    )
    .expect("the index can be moved");
    for folder in [sandbox.path(), &folder] {
        let run = scan_with_index(&sandbox, folder, "dir/moved");
        assert_reports(&run, &[("dir/b.py", 2, token.as_str())]);
    }
    // From the folder's own point of view there is such a file, and git does not mean it.
    let run = scan_with_index(&sandbox, &folder, "../moved");
    assert_ne!(run.code, 0, "{}", run.stdout);
}

#[test]
fn an_absolute_index_path_is_used_as_it_is() {
    let token = hf_token(1_008);
    let sandbox = staged(&token);
    let elsewhere = sandbox.root().join("an index");
    std::fs::rename(sandbox.path().join(".git/index"), &elsewhere).expect("it can be moved");
    let run = scan_with_index(
        &sandbox,
        &sandbox.path().join("dir"),
        &elsewhere.to_string_lossy(),
    );
    assert_reports(&run, &[("dir/b.py", 2, token.as_str())]);
}

#[test]
fn an_index_that_is_named_and_not_there_is_an_error() {
    let sandbox = staged(&hf_token(1_009));
    for index in ["no/such/index", "", "/no/such/index", ".", ".git"] {
        let run = scan_with_index(&sandbox, sandbox.path(), index);
        assert_eq!(run.code, 2, "{index:?}: {}{}", run.stdout, run.stderr);
    }
}

#[test]
fn an_empty_file_is_no_index() {
    let sandbox = staged(&hf_token(1_010));
    std::fs::write(sandbox.path().join(".git/index"), "").expect("it can be written");
    sandbox.guard(&SCAN).assert_code(2);
}

#[test]
fn an_index_that_was_removed_means_that_everything_was() {
    // git reads a missing index as an empty one; with nothing in it there is nothing to record.
    let sandbox = staged(&hf_token(1_011));
    std::fs::remove_file(sandbox.path().join(".git/index")).expect("it is there");
    let run = sandbox.guard(&SCAN);
    assert_ne!(run.code, 1, "{}", run.stdout);
    assert_eq!(run.code == 2, !run.stderr.is_empty(), "{}", run.stderr);
}

#[test]
fn a_new_repository_without_an_index_is_clean() {
    let sandbox = Sandbox::new();
    assert!(!sandbox.path().join(".git/index").exists());
    sandbox.assert_staged::<&str>(&[]);
}

#[test]
fn a_scan_leaves_the_index_as_it_is() {
    let token = hf_token(1_012);
    let sandbox = staged(&token);
    let index = sandbox.path().join(".git/index");
    let before = std::fs::read(&index).expect("the index is there");
    // A newer time makes the entry look stale; git would refresh it.
    sandbox.write("a.py", "one\n");
    std::fs::write(sandbox.path().join(".git/index.lock"), "").expect("it can be written");
    sandbox.assert_staged(&[("dir/b.py", 2, token.as_str())]);
    assert_eq!(before, std::fs::read(&index).expect("the index is there"));
}
