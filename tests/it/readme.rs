//! The README's incident: its commands, run against the server of the tests, print what it shows.

use std::process::Command;

use crate::issuer::Issuer;
use crate::revoke::hub;
use crate::support::{GUARD, Run, Sandbox, hf_token, run_with_input};

const README: &str = include_str!("../../README.md");

fn shown(command: &str, printed: &str) -> String {
    format!("$ {command}\n{}", printed.replace("\r\n", "\n"))
}

/// Runs `hf-guard`, found by its name, at a terminal.
#[track_caller]
fn at_terminal(sandbox: &Sandbox, issuer: &Issuer, line: &str, typed: &str) -> Run {
    let line = line.replacen("hf-guard", &format!("'{GUARD}'"), 1);
    let mut command: Command = sandbox.command("script");
    issuer.serves(&mut command).env("NO_COLOR", "1").args([
        "--quiet",
        "--return",
        "--command",
        &line,
        "/dev/null",
    ]);
    run_with_input(&mut command, typed.as_bytes())
}

#[test]
#[cfg(target_os = "linux")]
fn the_incident_is_what_the_commands_print() {
    let sandbox = Sandbox::new();
    let token = hf_token(11);
    sandbox.write("train.py", format!("login(token=\"{token}\")\n"));
    sandbox.commit_all("Fine-tune");
    sandbox.write("train.py", "login()\n");
    sandbox.commit_all("Remove the token");
    let hub = hub();
    let scan = "hf-guard --all-history --format json --output report.json";
    let run = at_terminal(&sandbox, &hub, scan, "");
    run.assert_code(1);
    let mut session = shown(scan, &run.stdout);
    let verify = "hf-guard verify --from report.json";
    let run = at_terminal(&sandbox, &hub, verify, "");
    run.assert_code(1).assert_hides(&token);
    session.push_str(&shown(verify, &run.stdout));
    let revoke = "hf-guard revoke --from report.json";
    let run = at_terminal(&sandbox, &hub, revoke, "revoke 1 credential\n");
    run.assert_code(0).assert_hides(&token);
    // What is typed ahead is echoed ahead.
    let typed = "revoke 1 credential\r\n";
    let printed = run.stdout.replacen(typed, "", 1);
    let printed = printed.replacen("to go on: ", &format!("to go on: {typed}\n"), 1);
    session.push_str(&shown(revoke, &printed));
    assert!(
        README.contains(&session),
        "the README does not show:\n{session}"
    );
}
