//! Repository formats and layouts: the same answers whatever git keeps its data in.

use std::path::{Path, PathBuf};

use crate::findings::assert_reports;
use crate::support::{GUARD, Run, Sandbox, hf_token};

const SCAN: [&str; 4] = ["scan", "--staged", "--format", "json"];

/// Walks one repository through first commit, edit, rename and merge, each with its scan.
#[track_caller]
fn assert_usual_life(sandbox: &Sandbox, seed: u64, freeze: impl Fn(&Sandbox)) {
    let token = |number: u64| hf_token(seed * 100 + number);
    let (first, second, third, fourth) = (token(1), token(2), token(3), token(4));
    let text = "some text\n".repeat(20);
    sandbox.install_hooks(sandbox.path());
    sandbox.stage("a.py", format!("{first}\n"));
    sandbox.stage("dir/b.py", &text);
    freeze(sandbox);
    sandbox.assert_staged(&[("a.py", 1, first.as_str())]);
    sandbox
        .try_git(&["commit", "-m", "x"])
        .assert_code(1)
        .assert_hides(&first);

    sandbox.git(&["commit", "--quiet", "--no-verify", "-m", "first"]);
    freeze(sandbox);
    sandbox.assert_staged::<&str>(&[]);
    sandbox.stage("a.py", format!("{first}\n{second}\n"));
    sandbox.git(&["mv", "dir/b.py", "dir/c.py"]);
    freeze(sandbox);
    sandbox.assert_staged(&[("a.py", 2, second.as_str())]);
    sandbox.write("dir/c.py", format!("{text}{third}\n"));
    let run = sandbox.try_git(&["commit", "-m", "x", "-a"]);
    run.assert_code(1).assert_hides(&third);
    assert!(run.stderr.contains("dir/c.py:21:1"), "{}", run.stderr);

    sandbox.git(&["reset", "--quiet", "--hard"]);
    sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    sandbox.write("topic.py", format!("{fourth}\n"));
    sandbox.commit_all("topic");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("main.py", "main\n");
    sandbox.commit_all("main");
    sandbox.git(&["merge", "--quiet", "--no-commit", "topic"]);
    sandbox.stage("topic.py", format!("{fourth}\n{third}\n"));
    freeze(sandbox);
    sandbox.assert_staged(&[("topic.py", 2, third.as_str())]);
    sandbox.git(&["reset", "--quiet", "--merge"]);
    sandbox.git(&["merge", "--quiet", "-m", "x", "topic"]);
}

fn as_it_is(_: &Sandbox) {}

#[test]
fn sha1_with_loose_files() {
    assert_usual_life(&Sandbox::new(), 11, as_it_is);
}

#[test]
fn packed_objects_and_packed_references() {
    assert_usual_life(&Sandbox::new(), 12, |sandbox| {
        sandbox.git(&["repack", "-a", "-d", "--quiet", "--depth=50"]);
        sandbox.git(&["pack-refs", "--all"]);
    });
}

#[test]
fn a_multi_pack_index_and_a_commit_graph() {
    assert_usual_life(&Sandbox::new(), 13, |sandbox| {
        sandbox.git(&["repack", "-d", "--quiet"]);
        sandbox.git(&["multi-pack-index", "write", "--bitmap"]);
        sandbox.git(&["commit-graph", "write", "--reachable"]);
    });
}

#[test]
fn version_one_of_the_pack_index() {
    assert_usual_life(&Sandbox::new(), 14, |sandbox| {
        sandbox.git(&[
            "-c",
            "pack.indexVersion=1",
            "repack",
            "-a",
            "-d",
            "-f",
            "--quiet",
        ]);
    });
}

#[test]
fn sha256_objects() {
    let sandbox = Sandbox::with_init_options(&["--object-format=sha256"]);
    assert_usual_life(&sandbox, 15, as_it_is);
    let packed = Sandbox::with_init_options(&["--object-format=sha256"]);
    assert_usual_life(&packed, 16, |sandbox| {
        sandbox.git(&["repack", "-a", "-d", "--quiet"]);
    });
}

#[test]
fn references_in_reftables() {
    let sandbox = Sandbox::with_init_options(&["--ref-format=reftable"]);
    assert_usual_life(&sandbox, 17, as_it_is);
    let both = Sandbox::with_init_options(&["--ref-format=reftable", "--object-format=sha256"]);
    assert_usual_life(&both, 18, as_it_is);
}

#[test]
fn a_split_index() {
    assert_usual_life(&Sandbox::new(), 19, |sandbox| {
        sandbox.git(&["update-index", "--split-index"]);
    });
    let always = Sandbox::new();
    always.git(&["config", "core.splitIndex", "true"]);
    always.git(&["config", "splitIndex.maxPercentChange", "100"]);
    assert_usual_life(&always, 20, as_it_is);
}

#[test]
fn an_index_of_version_four() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "index.version", "4"]);
    assert_usual_life(&sandbox, 21, as_it_is);
}

#[test]
fn known_extensions_of_the_format() {
    for (key, value) in [
        ("extensions.noop", "true"),
        ("extensions.preciousObjects", "true"),
        ("extensions.worktreeConfig", "true"),
        ("extensions.partialClone", "origin"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.git(&["config", "core.repositoryFormatVersion", "1"]);
        sandbox.git(&["config", key, value]);
        assert_usual_life(&sandbox, 22, as_it_is);
    }
}

#[test]
fn an_unknown_extension_is_refused_as_git_refuses_it() {
    let token = hf_token(2_301);
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", &token);
    sandbox.git(&["config", "core.repositoryFormatVersion", "1"]);
    sandbox.git(&[
        "config",
        "--file",
        ".git/config",
        "extensions.tomorrow",
        "true",
    ]);
    let run = sandbox.guard(&SCAN);
    run.assert_code(2);
    assert!(run.stderr.contains("tomorrow"), "{}", run.stderr);
}

#[test]
fn a_sparse_checkout_with_a_sparse_index() {
    let (inside, outside) = (hf_token(2_401), hf_token(2_402));
    let sandbox = Sandbox::new();
    for path in [
        "top.py",
        "in/a.py",
        "out/b.py",
        "out/deep/c.py",
        "out/deep/d.py",
    ] {
        sandbox.write(path, "one\n");
    }
    sandbox.commit_all("first");
    sandbox.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    let entries = sandbox.git(&["ls-files", "--sparse"]);
    assert!(
        entries.contains("out/\n"),
        "the index is not sparse: {entries}"
    );
    sandbox.assert_staged::<&str>(&[]);
    sandbox.stage("in/a.py", format!("one\n{inside}\n"));
    sandbox.assert_staged(&[("in/a.py", 2, inside.as_str())]);
    sandbox.install_hooks(sandbox.path());
    sandbox
        .try_git(&["commit", "-m", "x"])
        .assert_code(1)
        .assert_hides(&inside);
    sandbox.write("out/deep/c.py", format!("{outside}\n"));
    sandbox.git(&["add", "--sparse", "out/deep/c.py"]);
    sandbox.assert_staged(&[
        ("in/a.py", 2, inside.as_str()),
        ("out/deep/c.py", 1, &outside),
    ]);
}

#[test]
fn a_collapsed_folder_that_differs_from_head_is_scanned() {
    let token = hf_token(2_403);
    let sandbox = Sandbox::new();
    for path in ["in/a.py", "out/b.py", "out/deep/c.py"] {
        sandbox.write(path, "one\n");
    }
    sandbox.commit_all("first");
    sandbox.write("out/deep/c.py", format!("one\n{token}\n"));
    sandbox.commit_all("second");
    sandbox.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    // The index keeps its one entry for the whole folder; only HEAD goes back.
    sandbox.git(&["update-ref", "HEAD", "HEAD~1"]);
    assert!(sandbox.git(&["ls-files", "--sparse"]).contains("out/\n"));
    sandbox.assert_staged(&[("out/deep/c.py", 2, token.as_str())]);
}

#[test]
fn a_sparse_checkout_without_a_sparse_index() {
    let token = hf_token(2_404);
    let sandbox = Sandbox::new();
    for path in ["in/a.py", "out/b.py"] {
        sandbox.write(path, "one\n");
    }
    sandbox.commit_all("first");
    sandbox.git(&["sparse-checkout", "set", "--no-cone", "/in/"]);
    sandbox.write("out/b.py", format!("{token}\n"));
    sandbox.git(&["add", "--sparse", "out/b.py"]);
    sandbox.assert_staged(&[("out/b.py", 1, token.as_str())]);
}

/// A partial clone of a repository whose old blobs it does not have.
fn partial_clone() -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "one\n");
    sandbox.write("dir/b.py", "one\ntwo\n");
    sandbox.commit_all("first");
    sandbox.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = sandbox.root().join("clone");
    let from = format!("file://{}", sandbox.path().display());
    let run = sandbox.git_in(
        sandbox.root(),
        &[
            "clone",
            "--quiet",
            "--no-checkout",
            "--filter=blob:none",
            &from,
            "clone",
        ],
    );
    run.assert_code(0);
    sandbox
        .git_in(&clone, &["read-tree", "HEAD"])
        .assert_code(0);
    // Whoever wants an old blob now must do without.
    sandbox
        .git_in(
            &clone,
            &["remote", "set-url", "origin", "file:///no/such/place"],
        )
        .assert_code(0);
    (sandbox, clone)
}

#[test]
fn a_clean_commit_in_a_partial_clone_needs_no_old_blob() {
    let (sandbox, clone) = partial_clone();
    std::fs::write(clone.join("c.py"), "three\n").expect("it can be written");
    std::fs::create_dir_all(clone.join("dir")).expect("it can be made");
    std::fs::write(clone.join("dir/b.py"), "one\n2\n").expect("it can be written");
    sandbox
        .git_in(&clone, &["add", "c.py", "dir/b.py"])
        .assert_code(0);
    sandbox.assert_staged_in::<&str>(&clone, &[]);
}

#[test]
fn a_token_in_a_partial_clone_is_found_without_its_ancestor() {
    let token = hf_token(2_501);
    let (sandbox, clone) = partial_clone();
    std::fs::write(clone.join("c.py"), &token).expect("it can be written");
    sandbox.git_in(&clone, &["add", "c.py"]).assert_code(0);
    sandbox.assert_staged_in(&clone, &[("c.py", 1, token.as_str())]);
    std::fs::write(clone.join("a.py"), &token).expect("it can be written");
    sandbox.git_in(&clone, &["add", "a.py"]).assert_code(0);
    let run = Run::of(sandbox.command(GUARD).current_dir(&clone).args(SCAN));
    assert_ne!(
        run.code, 0,
        "the old blob is missing, and with it the proof that nothing is new"
    );
    run.assert_hides(&token);
}

#[test]
fn a_namespace_changes_nothing() {
    let token = hf_token(2_601);
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "one\n");
    sandbox.commit_all("first");
    sandbox.stage("a.py", format!("one\n{token}\n"));
    let scan = || {
        Run::of(
            sandbox
                .command(GUARD)
                .env("GIT_NAMESPACE", "tenant")
                .args(SCAN),
        )
    };
    assert_reports(&scan(), &[("a.py", 2, token.as_str())]);
    sandbox.install_hooks(sandbox.path());
    let commit = Run::of(
        sandbox
            .command("git")
            .env("GIT_NAMESPACE", "tenant")
            .args(["commit", "-m", "x"]),
    );
    commit.assert_code(1).assert_hides(&token);
    sandbox.git(&["reset", "--quiet"]);
    assert_reports::<&str>(&scan(), &[]);
}

#[test]
fn a_linked_worktree_has_its_own_index_and_head() {
    let (token, other) = (hf_token(2_701), hf_token(2_702));
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "one\n");
    sandbox.commit_all("first");
    sandbox.install_hooks(sandbox.path());
    let linked = sandbox.root().join("linked tree");
    sandbox.git(&[
        "worktree",
        "add",
        "--quiet",
        "-b",
        "linked",
        &linked.to_string_lossy(),
    ]);
    std::fs::write(linked.join("a.py"), &token).expect("it can be written");
    sandbox.stage("a.py", &other);
    sandbox.git_in(&linked, &["add", "a.py"]).assert_code(0);
    sandbox.assert_staged_in(&linked, &[("a.py", 1, token.as_str())]);
    sandbox.assert_staged(&[("a.py", 1, other.as_str())]);
    for arguments in [
        &["commit", "-m", "x"][..],
        &["commit", "-m", "x", "-a"],
        &["commit", "-m", "x", "a.py"],
    ] {
        let run = sandbox.git_in(&linked, arguments);
        run.assert_code(1).assert_hides(&token).assert_hides(&other);
        assert!(run.stderr.contains("a.py:1:1"), "{}", run.stderr);
    }
}

#[test]
fn a_submodule_is_a_repository_of_its_own() {
    let (token, outer) = (hf_token(2_801), hf_token(2_802));
    let sandbox = Sandbox::new();
    let library = sandbox.root().join("library");
    let folder = library.to_string_lossy().into_owned();
    sandbox.git(&["init", "--quiet", "--initial-branch=main", &folder]);
    sandbox
        .git_in(&library, &["commit", "--quiet", "--allow-empty", "-m", "x"])
        .assert_code(0);
    sandbox.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &folder,
        "sub",
    ]);
    sandbox.assert_staged::<&str>(&[]);
    sandbox.commit_all("a submodule");
    let sub = sandbox.path().join("sub");
    sandbox.install_hooks(&sub);
    std::fs::write(sub.join("a.py"), &token).expect("it can be written");
    sandbox.git_in(&sub, &["add", "a.py"]).assert_code(0);
    sandbox.stage("outer.py", &outer);
    sandbox.assert_staged_in(&sub, &[("a.py", 1, token.as_str())]);
    sandbox.assert_staged(&[("outer.py", 1, outer.as_str())]);
    let run = sandbox.git_in(&sub, &["commit", "-m", "x"]);
    run.assert_code(1).assert_hides(&token);
    assert!(run.stderr.contains("a.py:1:1"), "{}", run.stderr);
}

#[test]
fn outside_of_any_repository_there_is_nothing_to_say_yes_to() {
    let sandbox = Sandbox::new();
    let run = Run::of(
        sandbox
            .command(GUARD)
            .current_dir(sandbox.root())
            .env("GIT_CEILING_DIRECTORIES", sandbox.root())
            .args(SCAN),
    );
    run.assert_code(2);
    assert!(
        run.stderr.contains("not") && run.stderr.contains("repository"),
        "{}",
        run.stderr
    );
    let run = Run::of(
        sandbox
            .command(GUARD)
            .env("GIT_DIR", Path::new("/no/such/folder"))
            .args(SCAN),
    );
    run.assert_code(2);
}
