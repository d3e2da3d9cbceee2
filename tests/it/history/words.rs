//! What a person reads of a history: words that are true of the place, and of where it can be undone.

use std::fs;

use super::{finding, id, scan};
use crate::support::{Sandbox, hf_token};

#[test]
fn what_is_staged_blocks_no_commit_here() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.commit_all("start");
    sandbox.stage("a.py", format!("token = \"{token}\"\n"));
    let run = scan(&sandbox);
    run.assert_code(1).assert_hides(&token);
    assert!(run.stdout.contains("in the index, and in no commit"));
    assert!(run.stdout.ends_with("\nhf-guard: 1 finding.\n"), "{run:?}");
}

#[test]
fn a_signature_is_no_author() {
    let sandbox = Sandbox::new();
    let token = hf_token(2);
    sandbox.commit_all("start");
    let raw = sandbox.git(&["cat-file", "commit", "HEAD"]);
    let signed = raw.replacen("\n\n", &format!("\ngpgsig {token}\n\n"), 1);
    let write = ["hash-object", "-t", "commit", "-w", "--stdin"];
    let commit = sandbox.git_with_input(&write, signed.as_bytes());
    sandbox.git(&["update-ref", "refs/heads/signed", commit.trim()]);
    let run = scan(&sandbox);
    run.assert_code(1).assert_hides(&token);
    let told = "commit header: Hugging Face user access token in the header: ";
    assert!(run.stdout.contains(told), "{run:?}");
    assert!(!run.stdout.contains("author or committer"), "{run:?}");
}

#[test]
fn a_ref_is_called_otherwise_and_no_commit_is_written_anew() {
    let sandbox = Sandbox::new();
    let token = hf_token(3);
    sandbox.commit_all("start");
    sandbox.git(&["branch", &format!("try-{token}")]);
    fs::remove_dir_all(sandbox.path().join(".git/logs")).expect("they can be removed");
    let run = scan(&sandbox);
    run.assert_code(1).assert_hides(&token);
    let told = "  a ref is still called so: try-";
    assert!(run.stdout.contains(told), "{run:?}");
    assert!(run.stdout.contains("git branch --move OLD NEW"), "{run:?}");
    assert!(!run.stdout.contains("filter-repo"), "{run:?}");
}

#[test]
fn a_tag_says_who_made_it() {
    let sandbox = Sandbox::new();
    let token = hf_token(4);
    sandbox.commit_all("start");
    sandbox.git(&["tag", "-a", "v1", "-m", &format!("see {token}")]);
    let tag = id(&sandbox, "v1");
    let tagger = "--format=%(taggername) %(taggeremail)";
    let tagger = sandbox.git(&["for-each-ref", tagger, "refs/tags/v1"]);
    let date = "--format=%(taggerdate:short)";
    let date = sandbox.git(&["for-each-ref", date, "refs/tags/v1"]);
    let found = finding(&sandbox, &token);
    assert_eq!(found["origin"]["author"], tagger.trim());
    assert_eq!(found["origin"]["date"], date.trim());
    let run = scan(&sandbox);
    let told = format!("  in tag {tag} of {} by {}\n", date.trim(), tagger.trim());
    assert!(run.stdout.contains(&told), "{run:?}");
}

#[test]
fn the_head_of_another_work_tree_is_named() {
    let sandbox = Sandbox::new();
    let token = hf_token(5);
    sandbox.commit_all("start");
    let tree = sandbox.root().join("linked");
    let path = tree.to_str().expect("it is UTF-8");
    sandbox.git(&["worktree", "add", "--quiet", "--detach", path]);
    fs::write(tree.join("a.py"), format!("token = \"{token}\"\n")).expect("it can be written");
    sandbox.git_in(&tree, &["add", "a.py"]).assert_code(0);
    sandbox
        .git_in(&tree, &["commit", "--quiet", "--message", "there"])
        .assert_code(0);
    let found = finding(&sandbox, &token);
    let name = "worktrees/linked/HEAD";
    assert_eq!(found["provenance"]["refs"], serde_json::json!([name]));
    let run = scan(&sandbox);
    let told = format!("gone from HEAD; still at the tip of {name}\n");
    assert!(run.stdout.contains(&told), "{run:?}");
}

#[test]
fn a_loose_object_that_went_away_is_not_called_damaged() {
    let sandbox = Sandbox::new();
    sandbox.commit_all("start");
    let folder = sandbox.path().join(".git/objects/ab");
    fs::create_dir_all(&folder).expect("it can be made");
    // What leads nowhere is listed, and is not there when it is to be read.
    std::os::unix::fs::symlink("/nowhere", folder.join("c".repeat(38))).expect("it can be made");
    let run = scan(&sandbox);
    run.assert_code(2);
    let told = "is gone, as if `git gc` had run meanwhile; scan again";
    assert!(run.stdout.contains(told), "{run:?}");
}

#[test]
fn more_threads_than_any_machine_has_are_refused() {
    let run = Sandbox::new().guard(&["scan", "--all-history", "--jobs", "513"]);
    run.assert_code(2);
    assert!(run.stderr.contains("513 is not in 1..=512"), "{run:?}");
}
