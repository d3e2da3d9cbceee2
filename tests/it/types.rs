//! Entries that are not, or not only, files with new content: modes, links, submodules, intent to add.

use std::os::unix::fs::symlink;

use crate::findings::assert_reports;
use crate::support::{Sandbox, hf_token};

const NOTHING: &[(&str, usize, &str)] = &[];

/// A sandbox with `a` committed.
fn committed(content: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("a", content);
    sandbox.commit_all("first");
    sandbox
}

/// Makes the index entry `path`, whatever was there, of this mode and object.
fn enter(sandbox: &Sandbox, mode: &str, oid: &str, path: &str) {
    let oid = oid.trim();
    sandbox.git_with_input(
        &["update-index", "--index-info"],
        format!("0 {}\t{path}\n{mode} {oid}\t{path}\n", "0".repeat(40)).as_bytes(),
    );
}

fn blob(sandbox: &Sandbox, content: &str) -> String {
    sandbox.git_with_input(&["hash-object", "-w", "--stdin"], content.as_bytes())
}

#[test]
fn a_new_mode_alone_is_nothing_new() {
    let (old, new) = (hf_token(401), hf_token(402));
    let sandbox = committed(&format!("{old}\n"));
    sandbox.git(&["update-index", "--chmod=+x", "a"]);
    sandbox.assert_staged(NOTHING);
    sandbox.stage("a", format!("{old}\n{new}\n"));
    sandbox.git(&["update-index", "--chmod=+x", "a"]);
    sandbox.assert_staged(&[("a", 2, new.as_str())]);
}

#[test]
fn a_new_executable_file_is_scanned() {
    let token = hf_token(403);
    let sandbox = committed("one\n");
    enter(&sandbox, "100755", &blob(&sandbox, &token), "b");
    sandbox.assert_staged(&[("b", 1, token.as_str())]);
}

#[test]
fn the_target_of_a_link_is_scanned() {
    let token = hf_token(404);
    let sandbox = committed("one\n");
    symlink(format!("/run/{token}"), sandbox.path().join("link")).expect("the link can be made");
    sandbox.git(&["add", "link"]);
    sandbox.assert_staged(&[("link", 1, token.as_str())]);
}

#[test]
fn what_a_link_points_to_is_not_followed() {
    let token = hf_token(405);
    let sandbox = committed("one\n");
    let outside = sandbox.root().join("outside");
    std::fs::write(&outside, &token).expect("the file can be written");
    symlink(&outside, sandbox.path().join("link")).expect("the link can be made");
    sandbox.git(&["add", "link"]);
    sandbox.assert_staged(NOTHING);
}

#[test]
fn a_file_that_becomes_a_link_and_a_link_that_becomes_a_file_are_scanned() {
    let token = hf_token(406);
    let sandbox = committed("one\n");
    let held = blob(&sandbox, &token);
    enter(&sandbox, "120000", &held, "a");
    sandbox.assert_staged(&[("a", 1, token.as_str())]);
    enter(&sandbox, "120000", &blob(&sandbox, "target"), "a");
    sandbox.git(&["commit", "--quiet", "-m", "a link"]);
    enter(&sandbox, "100644", &held, "a");
    sandbox.assert_staged(&[("a", 1, token.as_str())]);
}

#[test]
fn a_submodule_entry_has_no_content_here() {
    let sandbox = committed("one\n");
    enter(&sandbox, "160000", &"1".repeat(40), "sub");
    sandbox.assert_staged(NOTHING);
    // Beside it a file is scanned all the same.
    let token = hf_token(408);
    sandbox.stage("b", &token);
    sandbox.assert_staged(&[("b", 1, token.as_str())]);
}

#[test]
fn a_file_in_the_place_of_a_submodule_is_scanned() {
    let token = hf_token(409);
    let sandbox = committed("one\n");
    enter(&sandbox, "160000", &"1".repeat(40), "sub");
    sandbox.git(&["commit", "--quiet", "-m", "a submodule"]);
    enter(&sandbox, "100644", &blob(&sandbox, &token), "sub");
    sandbox.assert_staged(&[("sub", 1, token.as_str())]);
    enter(&sandbox, "120000", &blob(&sandbox, &token), "sub");
    sandbox.assert_staged(&[("sub", 1, token.as_str())]);
    enter(&sandbox, "160000", &"2".repeat(40), "sub");
    sandbox.assert_staged(NOTHING);
}

#[test]
fn a_submodule_in_the_place_of_a_file_that_held_a_token_is_clean() {
    let sandbox = committed(&hf_token(410));
    enter(&sandbox, "160000", &"1".repeat(40), "a");
    sandbox.assert_staged(NOTHING);
}

#[test]
fn a_file_in_the_place_of_a_folder_and_a_folder_in_the_place_of_a_file_are_scanned() {
    let token = hf_token(411);
    let sandbox = committed("one\n");
    sandbox.git(&["rm", "--quiet", "--cached", "a"]);
    let held = blob(&sandbox, &token);
    enter(&sandbox, "100644", &held, "a/b/c");
    sandbox.assert_staged(&[("a/b/c", 1, token.as_str())]);
    sandbox.git(&["commit", "--quiet", "-m", "a folder"]);
    sandbox.git(&["rm", "--quiet", "--cached", "-r", "a"]);
    let token = hf_token(412);
    enter(&sandbox, "100644", &blob(&sandbox, &token), "a");
    sandbox.assert_staged(&[("a", 1, token.as_str())]);
}

#[test]
fn names_that_sort_around_a_folder_are_kept_apart() {
    // In an index `a.b` < `a/b` < `a0`, in a tree `a` counts as `a/`: a merge of the two lists can lose its step.
    let tokens: Vec<String> = (0..4).map(|seed| hf_token(4_130 + seed)).collect();
    let sandbox = Sandbox::new();
    for path in ["a.b", "a/b", "a0", "a-b/c", "b"] {
        sandbox.write(path, "one\n");
    }
    sandbox.commit_all("first");
    for (path, token) in ["a.b", "a/b", "a0", "a-b/c"].iter().zip(&tokens) {
        sandbox.stage(path, format!("one\n{token}\n"));
    }
    sandbox.assert_staged(&[
        ("a.b", 2, tokens[0].as_str()),
        ("a/b", 2, &tokens[1]),
        ("a0", 2, &tokens[2]),
        ("a-b/c", 2, &tokens[3]),
    ]);
}

#[test]
fn an_intent_to_add_is_not_recorded_and_not_scanned() {
    let token = hf_token(414);
    let sandbox = committed("one\n");
    sandbox.write("b", &token);
    sandbox.git(&["add", "--intent-to-add", "b"]);
    sandbox.assert_staged(NOTHING);
    sandbox.stage("a", &token);
    sandbox.assert_staged(&[("a", 1, token.as_str())]);
    sandbox.git(&["add", "b"]);
    sandbox.assert_staged(&[("a", 1, token.as_str()), ("b", 1, token.as_str())]);
}

#[test]
fn an_intent_to_add_in_the_place_of_a_committed_file_is_clean() {
    let sandbox = committed(&hf_token(415));
    sandbox.git(&["rm", "--quiet", "--cached", "a"]);
    sandbox.git(&["add", "--intent-to-add", "a"]);
    sandbox.assert_staged(NOTHING);
}

#[test]
fn a_tree_with_the_mode_of_old_times_is_read() {
    let (old, new) = (hf_token(416), hf_token(417));
    let sandbox = committed("one\n");
    let held = blob(&sandbox, &format!("{old}\n"));
    let tree = sandbox.git_with_input(
        &["hash-object", "-t", "tree", "--literally", "-w", "--stdin"],
        &old_tree_entry(held.trim(), "old"),
    );
    let commit = sandbox.git(&["commit-tree", "-m", "x", tree.trim()]);
    sandbox.git(&["update-ref", "HEAD", commit.trim()]);
    sandbox.git(&["read-tree", "HEAD"]);
    sandbox.assert_staged(NOTHING);
    enter(
        &sandbox,
        "100644",
        &blob(&sandbox, &format!("{old}\n{new}\n")),
        "old",
    );
    sandbox.assert_staged(&[("old", 2, new.as_str())]);
}

/// A tree object of one entry with mode 100664, which git wrote until 2005.
fn old_tree_entry(oid: &str, name: &str) -> Vec<u8> {
    let mut tree = format!("100664 {name}\0").into_bytes();
    tree.extend((0..oid.len()).step_by(2).map(|at| {
        u8::from_str_radix(&oid[at..at + 2], 16).expect("an object name is hexadecimal")
    }));
    tree
}

#[test]
fn a_commit_of_nothing_but_a_link_a_deletion_or_a_submodule_reaches_the_hook() {
    let sandbox = committed("one\n");
    sandbox.install_hooks(sandbox.path());
    let token = hf_token(418);
    symlink(&token, sandbox.path().join("link")).expect("the link can be made");
    sandbox.git(&["add", "link"]);
    let run = sandbox.try_git(&["commit", "-m", "x"]);
    run.assert_code(1).assert_hides(&token);
    sandbox.git(&["reset", "--quiet"]);
    sandbox.git(&["rm", "--quiet", "--cached", "a"]);
    enter(&sandbox, "160000", &"1".repeat(40), "sub");
    sandbox.git(&["commit", "-m", "x"]);
}

#[test]
fn a_real_conflict_of_every_kind_is_an_error() {
    let sandbox = committed("one\n");
    let oid = blob(&sandbox, "x\n");
    for stages in [&[1, 2][..], &[1, 3], &[2, 3], &[1, 2, 3], &[1]] {
        let entries: String = stages
            .iter()
            .map(|stage| format!("100644 {} {stage}\ttorn.py\n", oid.trim()))
            .collect();
        sandbox.git(&["reset", "--quiet"]);
        sandbox.git_with_input(&["update-index", "--index-info"], entries.as_bytes());
        let run = sandbox.guard(&["scan", "--staged"]);
        run.assert_code(2).assert_stderr("torn.py");
    }
}

#[test]
fn the_report_of_a_scan_in_a_bare_repository_is_no_silence() {
    let sandbox = committed("one\n");
    let token = hf_token(419);
    let bare = sandbox.root().join("bare.git");
    sandbox.git(&["clone", "--quiet", "--bare", ".", &bare.to_string_lossy()]);
    let run = sandbox.guard_in(&bare, &["scan", "--staged", "--format", "json"]);
    assert_ne!(run.code, 1, "nothing is staged there");
    // A bare repository has an index as soon as somebody makes one.
    let git = |arguments: &[&str]| {
        sandbox
            .git_in(&bare, arguments)
            .assert_code(0)
            .stdout
            .clone()
    };
    git(&["read-tree", "HEAD"]);
    let held = blob(&sandbox, &token);
    git(&[
        "fetch",
        "--quiet",
        &sandbox.path().to_string_lossy(),
        "HEAD",
    ]);
    std::fs::write(
        bare.join("objects/info/alternates"),
        format!("{}\n", sandbox.path().join(".git/objects").display()),
    )
    .expect("the file can be written");
    git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("100644,{},b", held.trim()),
    ]);
    let run = sandbox.guard_in(&bare, &["scan", "--staged", "--format", "json"]);
    assert_reports(&run, &[("b", 1, token.as_str())]);
}
