//! The push option for emergencies: only where the administrator allows it, never without a record.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use serde_json::Value;

use super::Server;
use crate::support::{GUARD, Run, hf_token, run_with_input};

const OPTION: &str = "--push-option=hf-guard.break-glass=the site is down";

impl Server {
    /// A server that takes push options, with one commit here that brings `token`.
    #[track_caller]
    fn with_push_options(hook_options: &str, token: &str) -> Self {
        let server = Self::without_hook(&[]);
        server.git(&["config", "receive.advertisePushOptions", "true"]);
        server.hook("pre-receive", hook_options);
        server.commit("b.py", token);
        server
    }

    fn record(&self) -> PathBuf {
        self.bare().join("hf-guard-break-glass.jsonl")
    }

    #[track_caller]
    fn entries(&self) -> Vec<Value> {
        let record = fs::read_to_string(self.record()).expect("there is a record");
        record
            .lines()
            .map(|line| serde_json::from_str(line).expect("each line is JSON"))
            .collect()
    }

    /// Pushes with the option, and asserts that it is let through aloud.
    #[track_caller]
    fn assert_let_through(&self, arguments: &[&str], token: &str) -> Run {
        let run = self.push(arguments);
        run.assert_code(0).assert_hides(token);
        let told = "hf-guard: 1 finding let through by break-glass, and recorded.";
        run.assert_stderr(told);
        run
    }
}

#[test]
fn it_is_off_unless_the_administrator_turns_it_on() {
    let token = hf_token(971);
    let server = Server::with_push_options("", &token);
    server.assert_refused(&[OPTION, "main"], "this server does not allow it", &token);
    // What the person says, here or in the repository, changes nothing.
    server
        .sandbox
        .git(&["config", "hfguard.breakGlass", "true"]);
    server.assert_refused(&[OPTION, "main"], "this server does not allow it", &token);
    let run = server.sandbox.try_git(&[
        "-c",
        "hfguard.breakGlass=true",
        "push",
        OPTION,
        "server",
        "main",
    ]);
    run.assert_code(1).assert_hides(&token);
    let run = Run::of(
        server
            .sandbox
            .command("git")
            .args(["push", OPTION, "server", "main"])
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "hfguard.breakGlass")
            .env("GIT_CONFIG_VALUE_0", "true"),
    );
    run.assert_code(1).assert_hides(&token);
    let global = server.sandbox.root().join("home/.gitconfig");
    fs::write(global, "[hfguard]\n\tbreakGlass = true\n").expect("it can be written");
    server.assert_refused(&[OPTION, "main"], "this server does not allow it", &token);
    assert!(!server.record().exists());
}

#[test]
fn a_flag_of_the_hook_turns_it_on_and_it_is_recorded() {
    let token = hf_token(972);
    let server = Server::with_push_options("--break-glass", &token);
    server.assert_refused(&["main"], "remote: b.py:1:1: ", &token);
    assert!(!server.record().exists(), "nobody asked for it");
    let old = server.git(&["rev-parse", "main"]);
    let run = server.assert_let_through(&[OPTION, "main"], &token);
    run.assert_stderr("break-glass: the site is down");
    let new = server.git(&["rev-parse", "main"]);
    let entries = server.entries();
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!(entry["reason"], "the site is down");
    assert_eq!(entry["findings"], 1);
    assert_eq!(entry["refs"][0]["name"], "refs/heads/main");
    assert_eq!(entry["refs"][0]["old"], old.trim());
    assert_eq!(entry["refs"][0]["new"], new.trim());
    let fingerprint = entry["fingerprints"][0].as_str().expect("it is text");
    assert_eq!(fingerprint.len(), 32);
    let time = entry["time"].as_str().expect("it is text");
    assert!(
        time.len() == 20 && time.starts_with("20") && time.ends_with('Z'),
        "{time}"
    );
    let mode = fs::metadata(server.record())
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let record = fs::read_to_string(server.record()).expect("it is there");
    assert!(!record.contains(&token[3..]));
    // It is for one push.
    let other = hf_token(973);
    server.commit("c.py", &other);
    server.assert_refused(&["main"], "remote: c.py:1:1: ", &other);
    server.assert_let_through(&[OPTION, "main"], &other);
    assert_eq!(server.entries().len(), 2);
}

#[test]
fn the_servers_own_setting_turns_it_on() {
    let token = hf_token(974);
    let server = Server::with_push_options("", &token);
    server.git(&["config", "hfguard.breakGlass", "true"]);
    server.script(
        "pre-receive",
        &format!(
            "USER=git REMOTE_USER=ada SSH_CLIENT='192.0.2.7 1 22' exec '{GUARD}' hook pre-receive"
        ),
    );
    server.assert_let_through(&[OPTION, "main"], &token);
    let who = &server.entries()[0]["who"];
    assert_eq!(
        (&who["name"], &who["from"]),
        (&"ada".into(), &"REMOTE_USER".into())
    );
    assert_eq!(who["address"], "192.0.2.7 1 22");
    server.git(&["config", "hfguard.breakGlass", "maybe"]);
    let other = hf_token(975);
    server.commit("c.py", &other);
    server.assert_refused(&[OPTION, "main"], "cannot read the setting", &other);
}

#[test]
fn it_needs_a_reason() {
    let token = hf_token(976);
    let server = Server::with_push_options("--break-glass", &token);
    for option in [
        "hf-guard.break-glass",
        "hf-guard.break-glass=",
        "hf-guard.break-glass=  ",
    ] {
        let option = format!("--push-option={option}");
        server.assert_refused(&[&option, "main"], "break-glass needs a reason", &token);
    }
    assert!(!server.record().exists());
}

#[test]
fn a_clean_push_needs_none_and_leaves_no_record() {
    let server = Server::with_push_options("--break-glass", "clean\n");
    server.assert_taken(&[OPTION, "main"]);
    assert!(!server.record().exists());
}

#[test]
fn without_a_record_nothing_passes() {
    let token = hf_token(977);
    let server = Server::with_push_options("--break-glass", &token);
    fs::create_dir(server.record()).expect("the folder can be made");
    server.assert_refused(&[OPTION, "main"], "cannot be written", &token);
    fs::remove_dir(server.record()).expect("it can be removed");
    symlink("/dev/null", server.record()).expect("the link can be made");
    server.assert_refused(&[OPTION, "main"], "cannot be written", &token);
    fs::remove_file(server.record()).expect("it can be removed");
    server.assert_let_through(&[OPTION, "main"], &token);
}

#[test]
fn the_record_repeats_no_secret() {
    let token = hf_token(978);
    let server = Server::with_push_options("--break-glass", &token);
    let (zeros, new) = ("0".repeat(40), server.git(&["rev-parse", "main"]));
    let line = format!("{zeros} {} refs/heads/{token}\n", new.trim());
    let mut command = server.sandbox.command(GUARD);
    command
        .current_dir(server.bare())
        .env("GIT_DIR", ".")
        .env("USER", &token)
        .env("GIT_PUSH_OPTION_COUNT", "1")
        .env(
            "GIT_PUSH_OPTION_0",
            format!("hf-guard.break-glass={token} \u{1b}[2J is mine"),
        )
        .args(["hook", "pre-receive", "--break-glass"]);
    let run = run_with_input(&mut command, line.as_bytes());
    run.assert_code(0).assert_hides(&token);
    let record = fs::read_to_string(server.record()).expect("there is a record");
    assert!(!record.contains(&token[7..]), "{record}");
    let entry = &server.entries()[0];
    let reason = entry["reason"].as_str().expect("it is text");
    assert!(reason.ends_with(" \\x1b[2J is mine"), "{reason}");
}

#[test]
fn it_passes_no_error() {
    let token = hf_token(979);
    let server = Server::with_push_options("--break-glass", &token);
    server.commit(".hf-guard.toml", "[[alow]]\n");
    server.assert_refused(&[OPTION, "main"], "would get a configuration", &token);
    server.script(
        "pre-receive",
        &format!("exec '{GUARD}' hook pre-receive --break-glass </dev/null"),
    );
    server.assert_refused(&[OPTION, "main"], "standard input is empty", &token);
    assert!(!server.record().exists());
}

#[test]
fn update_sees_no_push_options() {
    let token = hf_token(980);
    let server = Server::with_push_options("--break-glass", &token);
    server.git(&["config", "hfguard.breakGlass", "true"]);
    server.script("pre-receive", "exit 0");
    server.hook("update", "");
    server.assert_refused(&[OPTION, "main"], "remote: b.py:1:1: ", &token);
    assert!(!server.record().exists());
}
