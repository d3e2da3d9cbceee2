//! The hook scripts of docs/server.md, as they stand there, in the folders in which code hosts look for them.

use std::fs;
use std::path::Path;

use super::Server;
use crate::support::{GUARD, hf_token, write_script};

/// The shell scripts below the headline `title`, with the binary under test in the place of the installed one.
#[track_caller]
fn scripts(title: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/server.md");
    let page = fs::read_to_string(path).expect("the page is there");
    let (_, section) = page
        .split_once(&format!("# {title}\n"))
        .expect("the headline is there");
    let section = section.split("\n## ").next().unwrap_or_default();
    let scripts: Vec<String> = section
        .split("```sh\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .map(|script| script.replace("/usr/local/bin/hf-guard", &format!("'{GUARD}'")))
        .collect();
    assert!(
        scripts
            .iter()
            .all(|script| script.starts_with("#!/bin/sh\n"))
    );
    scripts
}

/// Writes an executable file, with the folders above it.
#[track_caller]
fn install(path: &Path, script: &str) {
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("it can be made");
    write_script(path, script.trim_start_matches("#!/bin/sh\n"));
}

/// Asserts that a clean push is taken and one with a token refused.
#[track_caller]
fn assert_guarded(server: &Server, seed: u64) {
    let token = hf_token(seed);
    server.commit("clean.py", &format!("x = {seed}\n"));
    server.assert_taken(&["main", "HEAD:refs/heads/second"]);
    server.commit("b.py", &token);
    let run = server.push(&["main"]);
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stderr("b.py:1:1: ")
        .assert_stderr("hook declined");
    server.sandbox.git(&["reset", "--quiet", "--hard", "HEAD^"]);
}

#[test]
fn plain_git() {
    let scripts = scripts("Plain git");
    let [pre_receive, update] = &scripts[..] else {
        panic!("two scripts: {scripts:?}");
    };
    for (hook, script) in [("pre-receive", pre_receive), ("update", update)] {
        let server = Server::without_hook(&[]);
        install(&server.bare().join("hooks").join(hook), script);
        assert_guarded(&server, 991);
    }
    let server = Server::without_hook(&[]);
    let folder = server.sandbox.root().join("every hook");
    install(&folder.join("pre-receive"), pre_receive);
    let folder = folder.to_str().expect("it is UTF-8");
    server.git(&["config", "core.hooksPath", folder]);
    assert_guarded(&server, 992);
}

#[test]
fn an_administrators_configuration() {
    let scripts = scripts("What accepts a finding");
    let server = Server::without_hook(&[]);
    let file = server.sandbox.root().join("hf-guard.toml");
    fs::write(&file, "").expect("it can be written");
    let script = scripts[0].replace("/etc/hf-guard.toml", &format!("'{}'", file.display()));
    assert!(script.contains("hf-guard.toml'"));
    install(&server.bare().join("hooks/pre-receive"), &script);
    assert_guarded(&server, 993);
}

#[test]
fn a_repository_with_a_work_tree() {
    let server = Server::without_hook(&[]);
    let other = server.sandbox.root().join("other");
    let path = other.to_str().expect("it is UTF-8");
    server.sandbox.git(&[
        "clone",
        "--quiet",
        server.bare().to_str().expect("it is UTF-8"),
        path,
    ]);
    install(
        &other.join(".git/hooks/pre-receive"),
        &scripts("Plain git")[0],
    );
    let token = hf_token(994);
    server.commit("b.py", "clean\n");
    server.sandbox.git(&["push", "--quiet", path, "main:topic"]);
    server.commit("b.py", &token);
    let run = server.sandbox.try_git(&["push", path, "main:topic"]);
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stderr("remote: b.py:1:1: ");
}

/// `hooks/NAME` runs everything in `hooks/NAME.d`, with its own input for each, and fails if one fails.
#[test]
fn gitea_and_forgejo() {
    let dispatcher = "input=$(cat)\nfailed=0\nfor hook in hooks/pre-receive.d/*; do\n    [ -x \"$hook\" ] || continue\n    \
                      echo \"$input\" | \"$hook\" || failed=$?\ndone\nexit $failed";
    let server = Server::without_hook(&[]);
    server.script("pre-receive", dispatcher);
    let folder = server.bare().join("hooks/pre-receive.d");
    install(&folder.join("gitea"), "cat >/dev/null");
    install(&folder.join("hf-guard"), &scripts("Gitea and Forgejo")[0]);
    install(&folder.join("zz-last"), "cat >/dev/null");
    assert_guarded(&server, 995);
}

/// One after the other until one fails; what begins with `GL-HOOK-ERR:` is shown in the browser.
#[test]
fn gitlab() {
    let dispatcher = "input=$(cat)\nfor hook in custom_hooks/pre-receive.d/*; do\n    \
                      echo \"$input\" | \"$hook\" || exit 1\ndone";
    let server = Server::without_hook(&[]);
    server.script("pre-receive", dispatcher);
    let hook = server.bare().join("custom_hooks/pre-receive.d/hf-guard");
    install(&hook, &scripts("GitLab")[0]);
    assert_guarded(&server, 996);
    let token = hf_token(997);
    server.commit("c.py", &token);
    let run = server.push(&["main"]);
    run.assert_code(1).assert_hides(&token);
    let told: Vec<&str> = run
        .stderr
        .lines()
        .filter(|line| line.starts_with("remote: "))
        .collect();
    assert!(told.len() > 5);
    for line in told {
        assert!(line.starts_with("remote: GL-HOOK-ERR: "), "{line}");
    }
}
