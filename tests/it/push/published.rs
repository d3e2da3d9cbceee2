//! What counts as published: the lines of git, the tracking refs, and nothing else.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use super::remote::{Pushing, bare, text};
use crate::support::{Run, hf_token};

const ZEROS: &str = "0000000000000000000000000000000000000000";

#[test]
fn a_first_push_reads_everything() {
    let pushing = Pushing::new();
    let token = hf_token(1);
    pushing.commit("a.py", format!("t = '{token}'\n"));
    pushing.commit("b.py", "x = 1\n");
    let said = pushing.assert_blocked(&["origin", "main"], &token);
    assert!(said.contains("a.py:1:6: "), "{said}");
    pushing.sandbox.git(&["rm", "--quiet", "a.py"]);
    pushing
        .sandbox
        .git(&["commit", "--quiet", "--amend", "-m", "none"]);
    pushing.assert_blocked(&["origin", "main"], &token);
    pushing
        .sandbox
        .git(&["checkout", "-q", "--orphan", "clean"]);
    pushing.sandbox.git(&["commit", "--quiet", "-m", "clean"]);
    pushing.assert_goes(&["origin", "clean"]);
}

#[test]
fn what_the_remote_has_is_not_read_again() {
    let pushing = Pushing::new();
    pushing.commit("old.py", hf_token(1));
    pushing.publish(&["origin", "main"]);
    pushing.commit("x.py", "x = 1\n");
    pushing.assert_goes(&["origin", "main"]);
    pushing.sandbox.git(&["checkout", "-q", "-b", "topic"]);
    pushing.commit("y.py", "y = 1\n");
    pushing.assert_goes(&["origin", "topic"]);
    let token = hf_token(2);
    pushing.commit("z.py", &token);
    let said = pushing.assert_blocked(&["origin", "topic:other"], &token);
    assert!(!said.contains("old.py"), "{said}");
}

#[test]
fn a_token_added_and_removed_again_still_blocks() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "x = 1\n");
    pushing.assert_goes(&["origin", "main"]);
    let token = hf_token(1);
    pushing.commit("a.py", format!("x = '{token}'\n"));
    pushing.commit("a.py", "x = 1\n");
    let said = pushing.assert_blocked(&["origin", "main"], &token);
    assert!(said.contains("a later commit takes it out"), "{said}");
}

#[test]
fn a_force_push_reads_what_replaces() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "x = 1\n");
    pushing.commit("b.py", "x = 1\n");
    pushing.assert_goes(&["origin", "main"]);
    let token = hf_token(1);
    pushing.sandbox.stage("b.py", &token);
    pushing
        .sandbox
        .git(&["commit", "--quiet", "--amend", "--message", "amended"]);
    pushing.assert_blocked(&["--force", "origin", "main"], &token);
    pushing.sandbox.stage("b.py", "x = 2\n");
    pushing
        .sandbox
        .git(&["commit", "--quiet", "--amend", "--message", "amended"]);
    pushing.assert_goes(&["--force", "origin", "main"]);
}

#[test]
fn only_what_is_pushed_is_read() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "x = 1\n");
    let token = hf_token(1);
    pushing.commit("b.py", &token);
    pushing.assert_goes(&["origin", "HEAD~1:refs/heads/x"]);
    pushing.assert_blocked(&["origin", "HEAD:refs/heads/x"], &token);
}

#[test]
fn every_ref_of_a_push_is_read() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "x = 1\n");
    pushing.sandbox.git(&["branch", "zz"]);
    pushing.sandbox.git(&["checkout", "-q", "-b", "mm"]);
    let token = hf_token(1);
    pushing.commit("b.py", &token);
    for refs in [
        ["main", "mm", "zz"],
        ["mm", "zz", "main"],
        ["zz", "main", "mm"],
    ] {
        pushing.assert_blocked(&[&["origin"], &refs[..]].concat(), &token);
    }
    pushing.assert_blocked(&["--all", "origin"], &token);
    pushing.assert_blocked(&["--mirror", "origin"], &token);
    pushing.assert_goes(&["origin", "main", "zz"]);
}

#[test]
fn deletions_publish_nothing() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "x = 1\n");
    pushing.assert_goes(&["origin", "main", "main:one", "main:two"]);
    let token = hf_token(1);
    pushing.commit("b.py", &token);
    pushing.assert_goes(&["origin", ":one"]);
    pushing.assert_blocked(&["origin", ":two", "main"], &token);
    pushing.hook("").assert_code(1);
}

#[test]
fn a_local_ref_may_hold_spaces() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "x = 1\n");
    let token = hf_token(1);
    pushing.commit("b c", &token);
    pushing.assert_blocked(&["origin", "HEAD^{/change b c}:refs/heads/x"], &token);
    pushing.assert_goes(&["origin", "HEAD^{/change a.py}:refs/heads/x"]);
}

#[test]
fn a_line_knows_better_than_a_tracking_ref() {
    for with_head in [false, true] {
        let pushing = Pushing::new();
        pushing.commit("a.py", "x = 1\n");
        let token = hf_token(1);
        pushing.commit("b.py", &token);
        pushing.publish(&["origin", "main"]);
        if with_head {
            pushing
                .sandbox
                .git(&["remote", "set-head", "origin", "main"]);
        }
        // Somebody cleans up on the other side.
        let clean = pushing.oid("HEAD~1");
        let remote = pushing.remote.clone();
        let clean = pushing
            .sandbox
            .git_in(&remote, &["update-ref", "refs/heads/main", &clean]);
        clean.assert_code(0);
        pushing
            .sandbox
            .git_in(&remote, &["gc", "--quiet", "--prune=now"])
            .assert_code(0);
        assert!(!pushing.holds(&remote, &token));
        pushing.commit("c.py", "x = 1\n");
        pushing.assert_blocked(&["origin", "main"], &token);
        // The branch is gone altogether.
        pushing
            .sandbox
            .git_in(&remote, &["update-ref", "-d", "refs/heads/main"])
            .assert_code(0);
        pushing.assert_blocked(&["origin", "main"], &token);
    }
}

#[test]
fn what_another_remote_has_is_not_published() {
    for other in ["origin2", "origin/sub", "a"] {
        let pushing = Pushing::new();
        pushing.commit("a.py", "x = 1\n");
        pushing.assert_goes(&["origin", "main"]);
        let second = bare(&pushing.sandbox, "second.git", &[]);
        pushing
            .sandbox
            .git(&["remote", "add", other, text(&second)]);
        let token = hf_token(1);
        pushing.commit("b.py", &token);
        pushing.publish(&[other, "main"]);
        pushing.assert_blocked(&["origin", "main"], &token);
        pushing.assert_blocked(&["origin", "main:refs/heads/new"], &token);
    }
}

#[test]
fn a_push_by_url_knows_the_remote_at_that_url() {
    let pushing = Pushing::new();
    pushing.commit("old.py", hf_token(1));
    pushing.publish(&["origin", "main"]);
    pushing.commit("x.py", "x = 1\n");
    let url = text(&pushing.remote).to_owned();
    pushing.assert_goes(&[&url, "HEAD:refs/heads/new"]);
    let token = hf_token(2);
    pushing.commit("y.py", &token);
    pushing.assert_blocked(&[&url, "HEAD:refs/heads/other"], &token);
    pushing.assert_blocked(&[&url, "HEAD:main"], &token);
    // An unknown place has nothing.
    let second = bare(&pushing.sandbox, "second.git", &[]);
    let run = pushing.push(&[text(&second), "HEAD~1:refs/heads/main"]);
    run.assert_code(1).assert_hides(&hf_token(1));
    assert!(!pushing.holds(&second, &hf_token(1)));
}

#[test]
fn where_one_fetches_from_is_not_where_one_pushes_to() {
    let pushing = Pushing::new();
    let token = hf_token(1);
    pushing.commit("old.py", &token);
    pushing.publish(&["origin", "main"]);
    let second = bare(&pushing.sandbox, "second.git", &[]);
    pushing
        .sandbox
        .git(&["remote", "set-url", "--push", "origin", text(&second)]);
    pushing.assert_blocked(&["origin", "main"], &token);
    assert!(!pushing.holds(&second, &token));
    // The same place under another name is the same place.
    let base = text(pushing.sandbox.root()).to_owned() + "/";
    pushing
        .sandbox
        .git(&["config", &format!("url.{base}.insteadOf"), "here:"]);
    pushing
        .sandbox
        .git(&["remote", "set-url", "origin", "here:remote.git"]);
    pushing.sandbox.git(&[
        "remote",
        "set-url",
        "--push",
        "origin",
        text(&pushing.remote),
    ]);
    pushing.assert_goes(&["origin", "main:refs/heads/new"]);
}

#[test]
fn a_mirror_does_not_track_itself() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "x = 1\n");
    pushing.assert_goes(&["origin", "main"]);
    pushing
        .sandbox
        .git(&["config", "remote.origin.fetch", "+refs/*:refs/*"]);
    let token = hf_token(1);
    pushing.commit("b.py", &token);
    pushing.sandbox.git(&["branch", "same"]);
    pushing.assert_blocked(&["origin", "main"], &token);
}

#[test]
fn a_commit_of_the_remote_that_is_not_here_hides_nothing() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "x = 1\n");
    pushing.assert_goes(&["origin", "main"]);
    let other = pushing.sandbox.root().join("other");
    let url = text(&pushing.remote).to_owned();
    pushing
        .sandbox
        .git(&["clone", "--quiet", &url, text(&other)]);
    let run = pushing.sandbox.git_in(
        &other,
        &["commit", "--quiet", "--allow-empty", "--message", "theirs"],
    );
    run.assert_code(0);
    pushing
        .sandbox
        .git_in(&other, &["push", "--quiet"])
        .assert_code(0);
    let token = hf_token(1);
    pushing.commit("b.py", &token);
    pushing.assert_blocked(&["--force", "origin", "main"], &token);
    pushing
        .sandbox
        .git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    pushing.commit("c.py", "x = 1\n");
    pushing.assert_goes(&["--force", "origin", "main"]);
}

#[test]
fn without_lines_everything_unpublished_counts() {
    let pushing = Pushing::new();
    pushing.commit("old.py", hf_token(1));
    pushing.publish(&["origin", "main"]);
    pushing.hook("").assert_code(0);
    pushing.sandbox.git(&["checkout", "-q", "-b", "topic"]);
    let token = hf_token(2);
    pushing.commit("b.py", &token);
    pushing.sandbox.git(&["checkout", "-q", "main"]);
    let run = pushing.hook("");
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stdout("b.py:1:1: ");
    assert!(!run.stdout.contains("old.py"), "{}", run.stdout);
}

#[test]
fn without_lines_tags_notes_and_a_detached_head_count() {
    for way in ["tag", "notes", "detached"] {
        let pushing = Pushing::new();
        pushing.commit("a.py", "x = 1\n");
        pushing.assert_goes(&["origin", "main"]);
        let token = hf_token(1);
        match way {
            "tag" => pushing.sandbox.git(&["tag", "-m", &token, "v1"]),
            "notes" => pushing.sandbox.git(&["notes", "add", "-m", &token]),
            _ => {
                pushing.sandbox.git(&["checkout", "-q", "--detach"]);
                pushing.commit("b.py", &token);
                String::new()
            }
        };
        pushing.hook("").assert_code(1).assert_hides(&token);
    }
}

#[test]
fn lines_that_git_does_not_write_end_in_2() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "x = 1\n");
    let head = pushing.oid("HEAD");
    let good = format!("refs/heads/main {head} refs/heads/main {ZEROS}\n");
    pushing.hook(&good).assert_code(0);
    for bad in [
        "refs/heads/main\n".to_owned(),
        format!("{good}x\n"),
        format!("\n{good}"),
        format!("refs/heads/main {head} refs/heads/main {}\n", &ZEROS[1..]),
        format!("refs/heads/main HEAD refs/heads/main {ZEROS}\n"),
    ] {
        let run = pushing.hook(&bad);
        run.assert_code(2).assert_stderr("standard input");
    }
    // What is to go out must be here.
    let missing = good.replace(&head, &"1".repeat(40));
    let run = pushing.hook(&missing);
    run.assert_code(2).assert_stderr("is missing");
    // Zeros of SHA-256 mean "none" too.
    let long = format!(
        "refs/heads/main {head} refs/heads/main {}\n",
        "0".repeat(64)
    );
    pushing.hook(&long).assert_code(0);
}

/// git takes them as they come; so what a remote has is known whatever it is called.
#[test]
fn names_and_urls_of_remotes_may_be_any_bytes() {
    let pushing = Pushing::new();
    pushing.commit("old.py", hf_token(1));
    let name = OsStr::from_bytes(b"caf\xe9");
    let folder = pushing
        .sandbox
        .root()
        .join(OsStr::from_bytes(b"d\xe9p\xf4t.git"));
    let git = |arguments: &[&OsStr]| Run::of(pushing.sandbox.command("git").args(arguments));
    let word = OsStr::new;
    git(&[
        word("init"),
        word("--quiet"),
        word("--bare"),
        folder.as_os_str(),
    ])
    .assert_code(0);
    git(&[word("remote"), word("add"), name, folder.as_os_str()]).assert_code(0);
    git(&[word("push"), word("--no-verify"), name, word("main")]).assert_code(0);
    pushing.commit("b.py", "x = 1\n");
    git(&[word("push"), name, word("main")]).assert_code(0);
    let token = hf_token(2);
    pushing.commit("c.py", &token);
    for to in [name, folder.as_os_str()] {
        let run = git(&[word("push"), to, word("main")]);
        run.assert_code(1).assert_hides(&token);
        let said = run.stdout + &run.stderr;
        assert!(said.contains("c.py:1:1: "), "{said}");
        assert!(!said.contains("old.py"), "{said}");
    }
}
