//! What accepts a finding on a server: what the push builds on and the administrator, never what is pushed.

use super::Server;
use crate::support::{Run, hf_token};

/// An entry that accepts `path`.
fn entry(path: &str) -> String {
    format!("[[allow]]\npath = \"{path}\"\nreason = \"made up\"\n")
}

#[test]
fn an_entry_counts_once_it_is_on_the_branch() {
    let server = Server::new();
    let token = hf_token(931);
    server.sandbox.write("b.py", &token);
    server.commit(".hf-guard.toml", &entry("b.py"));
    server.assert_refused(&["main"], "remote: b.py:1:1: ", &token);
    // In a commit of its own, earlier in the same push, it counts as little.
    server.sandbox.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    server.commit(".hf-guard.toml", &entry("b.py"));
    server.commit("b.py", &token);
    server.assert_refused(&["main"], "push that commit first, alone", &token);
    server.assert_taken(&["HEAD^:main"]);
    server.assert_taken(&["main"]);
}

#[test]
fn a_new_branch_builds_on_the_servers_head() {
    let server = Server::new();
    let token = hf_token(932);
    server.sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    server.commit(".hf-guard.toml", &entry("b.py"));
    server.assert_taken(&["topic"]);
    server.commit("b.py", &token);
    server.assert_refused(&["topic:refs/heads/other"], "remote: b.py:1:1: ", &token);
    server.assert_refused(&["topic:main"], "remote: b.py:1:1: ", &token);
    server.git(&["symbolic-ref", "HEAD", "refs/heads/topic"]);
    server.assert_taken(&["topic:refs/heads/other"]);
}

#[test]
fn nothing_is_accepted_where_the_push_builds_on_nothing() {
    let server = Server::new();
    let token = hf_token(933);
    server.commit(".hf-guard.toml", &entry("b.py"));
    server.assert_taken(&["main"]);
    server.git(&["symbolic-ref", "HEAD", "refs/heads/unborn"]);
    server.commit("b.py", &token);
    server.assert_refused(&["main:refs/heads/new"], "remote: b.py:1:1: ", &token);
    server.assert_taken(&["main"]);
}

#[test]
fn a_commit_for_two_branches_must_pass_on_both() {
    let server = Server::new();
    let token = hf_token(934);
    server.assert_taken(&["main:refs/heads/strict"]);
    server.commit(".hf-guard.toml", &entry("b.py"));
    server.assert_taken(&["main"]);
    server.commit("b.py", &token);
    for order in [
        ["main", "main:refs/heads/strict"],
        ["main:refs/heads/strict", "main"],
    ] {
        let run = server.assert_refused(&order, "remote: b.py:1:1: ", &token);
        run.assert_stderr("1 finding; the push");
    }
    server.assert_taken(&["main"]);
}

#[test]
fn rules_of_the_base_hold_and_those_of_the_push_do_not() {
    let server = Server::new();
    let token = hf_token(935);
    server.sandbox.write("b.py", &token);
    server.commit(".hf-guard.toml", "disable = [\"huggingface-user-token\"]\n");
    server.assert_refused(&["main"], "(huggingface-user-token)", &token);
    server.sandbox.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    let rule = "[[rules]]\nid = \"acme-key\"\nprovider = \"Acme\"\ndescription = \"Acme key\"\nkeywords = [\"acme_\"]\n\
                regex = 'acme_[0-9]{12}'\nprefix = \"acme_\"\nconfidence = \"high\"\nplaceholders = \"keep\"\n\
                source = \"https://acme.example/keys\"\nrevoke = \"https://acme.example/keys\"\n\
                examples = ['key = \"acme_{{d12}}\"']\n";
    server.commit(".hf-guard.toml", rule);
    server.assert_taken(&["main"]);
    let secret = format!("acme_{}", "730951428637");
    // The rule goes away in the push that brings the key.
    server
        .sandbox
        .write("c.py", format!("key = \"{secret}\"\n"));
    server.commit(".hf-guard.toml", "");
    server.assert_refused(&["main"], "(acme-key)", &secret);
}

#[test]
fn comments_that_are_pushed_accept_nothing() {
    let server = Server::new();
    let token = hf_token(937);
    for comment in [
        "hf-guard: allow huggingface-user-token",
        "gitleaks:allow",
        "pragma: allowlist secret",
    ] {
        server.commit("b.py", &format!("key = \"{token}\"  # {comment}\n"));
        server.assert_refused(&["main"], "is part of the push and accepts nothing", &token);
        server.sandbox.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    }
}

#[test]
fn comments_count_where_the_administrator_trusts_them() {
    let server = Server::without_hook(&[]);
    let token = hf_token(938);
    server.commit("b.py", &format!("key = \"{token}\"  # gitleaks:allow\n"));
    server.hook("update", "");
    server.assert_refused(&["main"], "accepts nothing", &token);
    server.hook("update", "--trust-comments");
    server.assert_taken(&["main"]);
}

#[test]
fn the_administrators_configuration_takes_the_place_of_all_others() {
    let server = Server::new();
    let token = hf_token(939);
    server.commit(".hf-guard.toml", &entry("b.py"));
    server.assert_taken(&["main"]);
    server.commit("b.py", &token);
    let own = server.sandbox.root().join("own.toml");
    std::fs::write(&own, entry("c.py")).expect("the file can be written");
    let option = format!("--config '{}'", own.display());
    server.hook("pre-receive", &option);
    server.assert_refused(&["main"], "ask the server's administrator", &token);
    server.hook("pre-receive", "--no-config");
    server.assert_refused(&["main"], "ask the server's administrator", &token);
    std::fs::write(&own, entry("b.py")).expect("the file can be written");
    server.hook("pre-receive", &option);
    server.assert_taken(&["main"]);
    std::fs::write(&own, "[[allow]]\n").expect("the file can be written");
    server.commit("c.py", "clean\n");
    server.assert_refused(&["main"], "could not be checked", &token);
}

#[test]
fn a_broken_configuration_neither_comes_in_nor_lets_anything_in() {
    let server = Server::new();
    let token = hf_token(940);
    server.commit(".hf-guard.toml", "[[alow]]\n");
    server.assert_refused(
        &["main"],
        "refs/heads/main would get a configuration",
        &token,
    );
    server.assert_refused(&["main:refs/heads/new"], "mend it", &token);
    std::fs::remove_file(server.bare().join("hooks/pre-receive")).expect("the hook is there");
    server.assert_taken(&["main"]);
    server.hook("pre-receive", "");
    server.commit(".hf-guard.toml", "");
    server.assert_refused(
        &["main"],
        "the configuration that this push builds on",
        &token,
    );
    server.hook("pre-receive", "--no-config");
    server.assert_taken(&["main"]);
    server.hook("pre-receive", "");
    server.commit("b.py", &token);
    server.assert_refused(&["main"], "remote: b.py:1:1: ", &token);
}

#[test]
fn accepted_findings_are_listed_on_request() {
    let server = Server::without_hook(&[]);
    server.commit(".hf-guard.toml", &entry("b.py"));
    server.assert_taken(&["main"]);
    server.hook("pre-receive", "--show-accepted");
    let token = hf_token(941);
    server.commit("b.py", &token);
    let run: Run = server.push(&["main"]);
    run.assert_code(0)
        .assert_hides(&token)
        .assert_stderr("made up");
}
