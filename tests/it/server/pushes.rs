//! What a push brings is read, ref by ref, and what was there before is not.

use super::Server;
use crate::support::{GUARD, hf_token};

#[test]
fn a_push_is_taken_until_it_brings_a_token() {
    let server = Server::new();
    server.commit("a.py", "import sys\n");
    server.assert_taken(&["main"]);
    let token = hf_token(901);
    server.commit("a.py", &format!("import sys\nkey = \"{token}\"\n"));
    let run = server.assert_refused(&["main"], "remote: a.py:2:8: ", &token);
    run.assert_stderr("git commit --amend");
    assert!(!server.holds(&token), "git drops what pre-receive refuses");
    server.sandbox.git(&["reset", "--hard", "HEAD^"]);
    server.commit("a.py", "import sys, os\n");
    server.assert_taken(&["main"]);
}

#[test]
fn without_the_hook_the_token_is_taken() {
    let server = Server::without_hook(&[]);
    let token = hf_token(902);
    server.commit("a.py", &token);
    server.assert_taken(&["main"]);
    assert!(server.holds(&token));
}

#[test]
fn a_new_branch_brings_what_no_ref_has() {
    let server = Server::new();
    let token = hf_token(903);
    server.sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    server.commit("b.py", &token);
    server.assert_refused(&["topic"], "remote: b.py:1:1: ", &token);
    server.assert_refused(&["HEAD:refs/changes/1/head"], "b.py:1:1: ", &token);
}

#[test]
fn the_first_push_of_all_is_read() {
    let server = Server::new();
    let token = hf_token(904);
    server.git(&["update-ref", "-d", "refs/heads/main"]);
    server.commit("b.py", &token);
    server.assert_refused(&["main"], "remote: b.py:1:1: ", &token);
}

#[test]
fn a_token_that_a_later_commit_takes_out_is_still_refused() {
    let server = Server::new();
    let token = hf_token(905);
    server.commit("a.py", &format!("x = 1\n{token}\n"));
    let holder = server.sandbox.git(&["rev-parse", "HEAD"]);
    let parent = server.sandbox.git(&["rev-parse", "HEAD^"]);
    server.commit("a.py", "x = 1\n");
    server.commit("b.py", "y = 1\n");
    let run = server.assert_refused(&["main"], "remote: a.py:2:1: ", &token);
    run.assert_stderr(holder.trim())
        .assert_stderr("a later commit takes it out");
    let rebase = format!("git rebase --interactive {}", &parent[..12]);
    run.assert_stderr(&rebase);
}

#[test]
fn a_force_push_is_read_from_where_the_histories_part() {
    let server = Server::new();
    server.commit("b.py", "y = 1\n");
    server.assert_taken(&["main"]);
    let token = hf_token(906);
    server.sandbox.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    server.commit("c.py", &token);
    server.assert_refused(&["--force", "main"], "remote: c.py:1:1: ", &token);
    server.sandbox.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    server.commit("c.py", "z = 1\n");
    server.assert_taken(&["--force", "main"]);
}

#[test]
fn deleting_is_not_held_up() {
    let server = Server::new();
    let token = hf_token(907);
    server.commit("b.py", &token);
    // It came in while there was no hook.
    std::fs::remove_file(server.bare().join("hooks/pre-receive")).expect("the hook is there");
    server.assert_taken(&["HEAD:refs/heads/bad", "HEAD:refs/heads/worse"]);
    server.hook("pre-receive", "");
    server.assert_taken(&["--delete", "bad"]);
    assert!(!server.refs().contains("refs/heads/bad"));
    // A deletion does not carry others through.
    server.sandbox.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    let other = hf_token(908);
    server.commit("c.py", &other);
    server.assert_refused(&[":worse", "main"], "remote: c.py:1:1: ", &other);
}

#[test]
fn every_ref_of_a_push_is_read() {
    let server = Server::new();
    let token = hf_token(909);
    for branch in ["one", "two", "three"] {
        server
            .sandbox
            .git(&["checkout", "--quiet", "-b", branch, "main"]);
        let content = if branch == "two" { &*token } else { "clean\n" };
        server.commit(&format!("{branch}.py"), content);
    }
    server.assert_refused(&["one", "two", "three"], "remote: two.py:1:1: ", &token);
    server.assert_taken(&["one", "three"]);
}

#[test]
fn tags_are_read_with_their_message() {
    let server = Server::new();
    let token = hf_token(910);
    server
        .sandbox
        .git(&["tag", "--annotate", "v1", "--message", &token]);
    server.assert_refused(&["v1"], " in the message: ", &token);
    server
        .sandbox
        .git(&["tag", "--annotate", "v2", "--message", "clean"]);
    server.assert_taken(&["v2"]);
    // The same tag object under another name is not new.
    server.assert_taken(&["v2:refs/tags/v3"]);
    server.commit("b.py", &token);
    server.sandbox.git(&["tag", "light"]);
    server.assert_refused(&["light"], "remote: b.py:1:1: ", &token);
    let blob = server.sandbox.git(&["rev-parse", "HEAD:b.py"]);
    server.sandbox.git(&["tag", "blob", blob.trim()]);
    server.assert_refused(&["blob"], "remote: blob:1:1: ", &token);
    let tree = server.sandbox.git(&["rev-parse", "HEAD^{tree}"]);
    server.sandbox.git(&["tag", "tree", tree.trim()]);
    server.assert_refused(&["tree"], "remote: b.py:1:1: ", &token);
}

#[test]
fn messages_people_and_ref_names_are_read() {
    let server = Server::new();
    let token = hf_token(911);
    server.commit("b.py", "clean\n");
    server
        .sandbox
        .git(&["commit", "--amend", "--quiet", "--message", &token]);
    server.assert_refused(&["main"], "commit message:1:1: ", &token);
    let author = format!("--author=A <{token}@example.org>");
    server
        .sandbox
        .git(&["commit", "--amend", "--quiet", "--message", "m", &author]);
    server.assert_refused(&["main"], " in the author or committer: ", &token);
    // Nothing repeats it: git names the refs that it refuses, so the name is asked for where git does not print it.
    let old = "0".repeat(40);
    let new = server.git(&["rev-parse", "main"]);
    let line = format!("{old} {} refs/heads/{token}\n", new.trim());
    let run = crate::support::run_with_input(
        server
            .sandbox
            .command(GUARD)
            .current_dir(server.bare())
            .env("GIT_DIR", ".")
            .args(["hook", "pre-receive"]),
        line.as_bytes(),
    );
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stdout(" in the ref's name: ");
}

#[test]
fn what_another_branch_has_is_not_read_again() {
    let server = Server::without_hook(&[]);
    let token = hf_token(912);
    server.sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    server.commit("b.py", &token);
    server.assert_taken(&["topic"]);
    server.hook("pre-receive", "");
    server.assert_taken(&["topic:refs/heads/copy"]);
    server.commit("c.py", "clean\n");
    server.assert_taken(&["HEAD:main"]);
    let other = hf_token(913);
    server.commit("d.py", &other);
    let run = server.assert_refused(&["HEAD:main"], "remote: d.py:1:1: ", &other);
    assert!(!run.stderr.contains("b.py"), "{}", run.stderr);
}

#[test]
fn what_a_merge_adds_by_itself_is_read_and_what_it_joins_is_not() {
    let server = Server::new();
    server.sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    server.commit("b.py", "b = 1\n");
    server.assert_taken(&["topic"]);
    server.sandbox.git(&["checkout", "--quiet", "main"]);
    server.commit("a.py", "import sys\n");
    server.assert_taken(&["main"]);
    server
        .sandbox
        .git(&["merge", "--quiet", "--no-edit", "topic"]);
    server.assert_taken(&["main"]);
    server.sandbox.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    let token = hf_token(914);
    server
        .sandbox
        .git(&["merge", "--quiet", "--no-commit", "topic"]);
    server
        .sandbox
        .write("b.py", format!("b = 1\nkey = \"{token}\"\n"));
    server.sandbox.commit_all("evil");
    server.assert_refused(&["--force", "main"], "remote: b.py:2:8: ", &token);
}

#[test]
fn update_reads_one_ref_after_the_other() {
    let server = Server::without_hook(&[]);
    server.hook("update", "");
    let token = hf_token(915);
    server.sandbox.git(&["branch", "clean"]);
    server.commit("b.py", &token);
    let run = server.push(&["main", "clean"]);
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stderr("remote: b.py:1:1: ");
    assert!(
        server.refs().contains("refs/heads/clean"),
        "the other ref is taken"
    );
    assert!(!server.git(&["ls-tree", "main"]).contains("b.py"));
    // Refused once is refused again, although the objects may lie on the server by now.
    server.assert_refused(&["main"], "remote: b.py:1:1: ", &token);
    server.assert_taken(&["--delete", "clean"]);
    server
        .sandbox
        .git(&["tag", "--annotate", "v1", "--message", &token, "HEAD^"]);
    server.assert_refused(&["v1"], " in the message: ", &token);
}

#[test]
fn an_atomic_push_is_taken_whole_or_not_at_all() {
    let server = Server::without_hook(&[]);
    server.hook("update", "");
    let token = hf_token(916);
    server.sandbox.git(&["branch", "clean"]);
    server.commit("b.py", &token);
    let before = server.refs();
    server
        .push(&["--atomic", "clean", "main"])
        .assert_code(1)
        .assert_hides(&token);
    assert_eq!(before, server.refs());
}

#[test]
fn sha256_repositories_are_served_alike() {
    let server = Server::without_hook(&["--object-format=sha256"]);
    for hook in ["pre-receive", "update"] {
        server.hook(hook, "");
        let token = hf_token(917);
        server.commit("b.py", "clean\n");
        server.assert_taken(&["main"]);
        server.commit("b.py", &format!("\n{token}\n"));
        server.assert_refused(&["main"], "remote: b.py:2:1: ", &token);
        server.assert_refused(&["main:new"], "remote: b.py:2:1: ", &token);
        server.sandbox.git(&["reset", "--quiet", "--hard", "HEAD^"]);
        std::fs::remove_file(server.bare().join("hooks").join(hook)).expect("the hook is there");
    }
}

#[test]
fn a_replacement_is_read_as_what_it_is() {
    let server = Server::new();
    let token = hf_token(918);
    server.commit("b.py", &token);
    let bad = server.sandbox.git(&["rev-parse", "HEAD"]);
    server.sandbox.git(&["replace", "HEAD^", "HEAD"]);
    let replacements = "refs/replace/*:refs/replace/*";
    server.assert_refused(&[replacements], "remote: b.py:1:1: ", &token);
    // Nor does one here or there make a commit look clean.
    server.sandbox.git(&["replace", "--delete", "HEAD^"]);
    server.sandbox.git(&[
        "--no-replace-objects",
        "replace",
        "--force",
        bad.trim(),
        "HEAD^",
    ]);
    server.assert_taken(&[replacements]);
    assert!(server.refs().contains("refs/replace/"));
    server.assert_refused(&["--force", "main"], "remote: b.py:1:1: ", &token);
}
