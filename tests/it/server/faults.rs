//! What goes wrong on a server refuses the push, and what is told to the other end steers no terminal there.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::Server;
use crate::support::{GUARD, Run, Sandbox, hf_token, run_with_input, write_script};

impl Server {
    /// Runs `hf-guard hook ARGUMENTS` in the bare repository as git runs it there.
    #[track_caller]
    fn run_hook(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.sandbox.command(GUARD);
        command
            .current_dir(self.bare())
            .env("GIT_DIR", ".")
            .arg("hook")
            .args(arguments);
        run_with_input(&mut command, input.as_bytes())
    }

    /// Puts a commit with `b.py` on the server that no ref reaches; gives the line that would bring it, and the blob's file.
    #[track_caller]
    fn unreachable_commit(&self, content: &str) -> (String, PathBuf) {
        let old = self.sandbox.git(&["rev-parse", "HEAD"]);
        self.commit("b.py", content);
        self.assert_taken(&["main:refs/heads/x"]);
        self.git(&["update-ref", "-d", "refs/heads/x"]);
        let new = self.sandbox.git(&["rev-parse", "HEAD"]);
        let blob = self.sandbox.git(&["rev-parse", "HEAD:b.py"]);
        let file = self
            .bare()
            .join("objects")
            .join(&blob[..2])
            .join(blob[2..].trim());
        let line = format!("{} {} refs/heads/main\n", old.trim(), new.trim());
        (line, file)
    }
}

#[track_caller]
fn assert_unchecked(run: &Run, expected: &str) {
    run.assert_code(2)
        .assert_stderr("the push is refused, because it could not be checked")
        .assert_stderr(expected);
}

#[test]
fn lines_that_git_does_not_write_are_refused() {
    let server = Server::without_hook(&[]);
    let head = server.sandbox.git(&["rev-parse", "HEAD"]);
    let head = head.trim();
    let good = format!("{head} {head} refs/heads/main\n");
    server.run_hook(&["pre-receive"], &good).assert_code(0);
    assert_unchecked(
        &server.run_hook(&["pre-receive"], ""),
        "standard input is empty",
    );
    for bad in [
        format!("{good}nonsense\n"),
        format!("{good}{head} refs/heads/main\n"),
        format!("{good}{head} {} refs/heads/main\n", &head[1..]),
        format!("{good}\n"),
        format!("{good}{head} {head} refs/heads/ma"),
    ] {
        assert_unchecked(
            &server.run_hook(&["pre-receive"], &bad),
            "line 2 of standard input",
        );
    }
    server
        .run_hook(&["update", "refs/heads/main", head, head], "")
        .assert_code(0);
    assert_unchecked(
        &server.run_hook(&["update", head, head, "refs/heads/main"], ""),
        "REF OLD NEW",
    );
    server
        .run_hook(&["update", "refs/heads/main", head], "")
        .assert_code(2);
}

#[test]
fn objects_that_are_missing_or_damaged_refuse() {
    let server = Server::without_hook(&[]);
    let (line, file) = server.unreachable_commit("x = 1\n");
    server.run_hook(&["pre-receive"], &line).assert_code(0);
    let good = fs::read(&file).expect("the object is loose");
    fs::remove_file(&file).expect("it can be removed");
    assert_unchecked(&server.run_hook(&["pre-receive"], &line), "is missing");
    let mut bad = good;
    let last = bad.len() - 1;
    bad[last] ^= 1;
    fs::write(&file, bad).expect("it can be written");
    assert_unchecked(&server.run_hook(&["pre-receive"], &line), "object ");
    let (old, unknown) = (&line[..40], "1".repeat(40));
    let unknown_new = format!("{old} {unknown} refs/heads/main\n");
    assert_unchecked(
        &server.run_hook(&["pre-receive"], &unknown_new),
        "is missing",
    );
    let unknown_old = format!("{unknown} {old} refs/heads/main\n");
    assert_unchecked(
        &server.run_hook(&["pre-receive"], &unknown_old),
        "is missing",
    );
}

#[test]
fn a_history_with_a_gap_refuses() {
    let server = Server::without_hook(&[]);
    server.commit("b.py", "x = 1\n");
    let between = server.sandbox.git(&["rev-parse", "HEAD"]);
    let (line, _) = server.unreachable_commit("x = 2\n");
    let old = server.git(&["rev-parse", "main"]);
    let line = format!("{}{}", old.trim(), &line[40..]);
    server.run_hook(&["pre-receive"], &line).assert_code(0);
    let file = format!("objects/{}/{}", &between[..2], between[2..].trim());
    fs::remove_file(server.bare().join(file)).expect("the commit is loose");
    assert_unchecked(&server.run_hook(&["pre-receive"], &line), "rev-list");
}

#[test]
fn an_unreadable_repository_refuses() {
    let server = Server::new();
    let token = hf_token(951);
    server.commit("b.py", &token);
    server.script(
        "pre-receive",
        &format!("cd / && exec '{GUARD}' hook pre-receive"),
    );
    server.assert_refused(&["main"], "could not be checked", &token);
}

#[test]
fn a_push_that_takes_too_long_is_refused() {
    let server = Server::without_hook(&[]);
    let slow = server.sandbox.root().join("slow");
    fs::create_dir(&slow).expect("the folder can be made");
    write_script(&slow.join("git"), "exec sleep 30");
    for (hook, options) in [
        ("pre-receive", "--timeout 1"),
        ("update", "--timeout=1 \"$@\""),
    ] {
        server.script(
            hook,
            &format!(
                "PATH='{}':$PATH exec '{GUARD}' hook {hook} {options}",
                slow.display()
            ),
        );
        // Not even a clean push passes, for nobody has seen that it is clean.
        server.commit("b.py", "clean\n");
        let start = Instant::now();
        server.assert_refused(&["main"], "took longer than 1 s", "nothing to hide");
        assert!(start.elapsed() < Duration::from_secs(20));
        fs::remove_file(server.bare().join("hooks").join(hook)).expect("the hook is there");
    }
    server
        .run_hook(&["pre-receive", "--timeout", "0"], "")
        .assert_code(2);
}

#[test]
fn the_time_counts_while_nothing_comes_in() {
    let server = Server::without_hook(&[]);
    let mut child = server
        .sandbox
        .command(GUARD)
        .current_dir(server.bare())
        .env("GIT_DIR", ".")
        .args(["hook", "pre-receive", "--timeout", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let open = child.stdin.take();
    let run = Run::from(child.wait_with_output().expect("the program ends"));
    drop(open);
    run.assert_code(2).assert_stderr("took longer than 1 s");
}

#[test]
fn a_report_that_cannot_be_written_refuses() {
    let server = Server::without_hook(&[]);
    let token = hf_token(952);
    server.script(
        "pre-receive",
        &format!("exec '{GUARD}' hook pre-receive >/dev/full"),
    );
    server.commit("b.py", &token);
    server.assert_refused(&["main"], "could not be written", &token);
}

/// Pushes a clean commit and one with a token, and asserts that the hook ran in a quarantine.
#[track_caller]
fn assert_reads_quarantine(server: &Server, token: &str) {
    let seen = server.sandbox.root().join("quarantine");
    server.script(
        "pre-receive",
        &format!(
            "echo \"$GIT_QUARANTINE_PATH|$GIT_OBJECT_DIRECTORY|$GIT_ALTERNATE_OBJECT_DIRECTORIES\" > '{}'\nexec '{GUARD}' \
             hook pre-receive",
            seen.display()
        ),
    );
    server.commit("b.py", "clean\n");
    server.assert_taken(&["main"]);
    server.commit("c.py", &format!("\n{token}\n"));
    server.assert_refused(&["main"], "remote: c.py:2:1: ", token);
    let seen = fs::read_to_string(seen).expect("the hook wrote it");
    let fields: Vec<&str> = seen.trim_end().split('|').collect();
    assert!(
        fields.iter().all(|field| field.contains("objects")),
        "there was no quarantine: {seen}"
    );
}

#[test]
fn objects_in_quarantine_are_read() {
    let loose = Server::without_hook(&[]);
    assert_reads_quarantine(&loose, &hf_token(953));
    let packed = Server::without_hook(&[]);
    packed.git(&["config", "receive.unpackLimit", "1"]);
    assert_reads_quarantine(&packed, &hf_token(954));
}

#[test]
fn a_server_that_borrows_objects_reads_them_in_quarantine() {
    for name in ["server.git", "ser:ver.git", "ser\"ver.git", "Sérver \\.git"] {
        let server = Server::at(name, &[]);
        let lender = server.sandbox.root().join("lender.git");
        let bare = server.bare().to_str().expect("it is UTF-8");
        let lender_path = lender.to_str().expect("it is UTF-8");
        server
            .sandbox
            .git(&["clone", "--quiet", "--bare", bare, lender_path]);
        fs::write(
            server.bare().join("objects/info/alternates"),
            format!("{lender_path}/objects\n"),
        )
        .expect("it can be written");
        server.git(&["repack", "-a", "-d", "-l", "--quiet"]);
        assert_reads_quarantine(&server, &hf_token(955));
    }
}

#[test]
fn names_steer_no_terminal_at_the_other_end() {
    let server = Server::new();
    let token = hf_token(956);
    let name = "a\u{1b}[2J\u{1b}]0;x\u{7}\r\u{202e}\u{9b}31m.py";
    server
        .sandbox
        .write(name, format!("\u{1b}[31m\"{token}\"\u{8}\u{200b}\n"));
    server.sandbox.git(&["add", "--all"]);
    let author = "--author=Eve\u{1b}[2J\u{202e}E <eve@example.org>";
    server
        .sandbox
        .git(&["commit", "--quiet", "--message", "m", author]);
    let run = server.assert_refused(&["main"], "a\\x1b[2J", &token);
    for character in run.stderr.chars() {
        let is_plain = character == '\n' || !character.is_control();
        assert!(
            is_plain && !matches!(character, '\u{202e}' | '\u{200b}'),
            "{:?}",
            run.stderr
        );
    }
    run.assert_stderr("Eve\\x1b[2J\\u{202e}E");
}

#[test]
fn colours_are_not_asked_for() {
    let server = Server::new();
    server.script(
        "pre-receive",
        &format!("CLICOLOR_FORCE=1 exec '{GUARD}' hook pre-receive --color always"),
    );
    let token = hf_token(957);
    server.commit("b.py", &token);
    let run = server.assert_refused(&["main"], "b.py:1:1: ", &token);
    assert!(!run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
}

#[test]
fn a_file_gets_the_report_and_the_person_too() {
    let server = Server::new();
    let token = hf_token(958);
    let file = server.sandbox.root().join("report.json");
    server.hook(
        "pre-receive",
        &format!("--format json --output '{}'", file.display()),
    );
    server.commit("b.py", &token);
    server.assert_refused(&["main"], "remote: b.py:1:1: ", &token);
    let report = fs::read_to_string(&file).expect("the report is there");
    assert!(report.contains("\"schema\"") && !report.contains(&token));
}

#[test]
fn a_shallow_clone_can_push_and_is_read() {
    let server = Server::new();
    server.commit("b.py", "b = 1\n");
    server.assert_taken(&["main"]);
    let shallow = server.sandbox.root().join("shallow");
    let url = format!("file://{}", server.bare().display());
    let path = shallow.to_str().expect("it is UTF-8");
    server
        .sandbox
        .git(&["clone", "--quiet", "--depth=1", &url, path]);
    let token = hf_token(959);
    fs::write(shallow.join("c.py"), "c = 1\n").expect("it can be written");
    let commit = |sandbox: &Sandbox| {
        sandbox.git_in(&shallow, &["add", "--all"]).assert_code(0);
        sandbox
            .git_in(&shallow, &["commit", "--quiet", "--message", "m"])
            .assert_code(0);
    };
    commit(&server.sandbox);
    let push = ["push", "origin", "main"];
    server.sandbox.git_in(&shallow, &push).assert_code(0);
    fs::write(shallow.join("c.py"), &token).expect("it can be written");
    commit(&server.sandbox);
    let run = server.sandbox.git_in(&shallow, &push);
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stderr("remote: c.py:1:1: ");
}
