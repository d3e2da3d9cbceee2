//! The README's incident: its commands, run against the server of the tests, print what it shows.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::issuer::Issuer;
use crate::revoke::hub;
use crate::support::{GUARD, Run, Sandbox, hf_token, run_with_input};

const README: &str = include_str!("../../README.md");

/// The plan of that incident, whole.
const PLAN: &str = include_str!("../../docs/incident-plan.md");

/// The session that the README shows, as pairs of a command and what it prints.
fn session() -> Vec<(&'static str, String)> {
    let section = README
        .split_once("## When a token is already out")
        .map(|(_, after)| after)
        .expect("the README has the section");
    let block = section
        .split("```console\n")
        .nth(1)
        .and_then(|after| after.split("```\n").next())
        .expect("it begins with a session");
    let mut steps: Vec<(&str, String)> = Vec::new();
    for line in block.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => steps.push((command, String::new())),
            None => {
                let (_, printed) = steps.last_mut().expect("it begins with a command");
                printed.push_str(line);
                printed.push('\n');
            }
        }
    }
    steps
}

/// Moments differ from run to run.
fn without_moments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("T") {
        let is_moment = at >= 10
            && rest.get(at - 10..at + 10).is_some_and(|moment| {
                moment
                    .bytes()
                    .zip("0000-00-00T00:00:00Z".bytes())
                    .all(|(byte, like)| byte == like || (byte.is_ascii_digit() && like == b'0'))
            });
        let end = at + if is_moment { 10 } else { 1 };
        plain.push_str(&rest[..if is_moment { at - 10 } else { end }]);
        plain.push_str(if is_moment { "MOMENT" } else { "" });
        rest = &rest[end..];
    }
    plain + rest
}

/// Runs a line at a terminal, with `hf-guard` on its PATH.
#[track_caller]
fn at_terminal(sandbox: &Sandbox, issuer: &Issuer, line: &str, typed: &str) -> Run {
    let folder = Path::new(GUARD).parent().expect("it lies in a folder");
    let path = std::env::var("PATH").expect("there is a PATH");
    let mut command: Command = sandbox.command("script");
    issuer
        .serves(&mut command)
        .env("PATH", format!("{}:{path}", folder.display()))
        .env("NO_COLOR", "1")
        .args(["--quiet", "--return", "--command", line, "/dev/null"]);
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
    let session = session();
    let programs = ["--all-history", "verify", "inventory", "respond", "revoke"];
    for program in programs {
        assert!(
            session
                .iter()
                .any(|(line, _)| line.starts_with(&format!("hf-guard {program}"))),
            "{program} is not shown"
        );
    }
    for (line, shown) in session {
        let typed = match line.starts_with("hf-guard revoke") {
            true => "revoke 1 credential\n",
            false => "",
        };
        let run = at_terminal(&sandbox, &hub, line, typed);
        run.assert_hides(&token);
        let mut printed = run.stdout.replace("\r\n", "\n");
        if !typed.is_empty() {
            // What is typed ahead is echoed ahead.
            printed = printed.replacen(typed, "", 1);
            printed = printed.replacen("to go on: ", &format!("to go on: {typed}\n"), 1);
        }
        assert_eq!(
            without_moments(&printed),
            without_moments(&shown),
            "the README does not show what `{line}` prints:\n{printed}"
        );
    }
    let plan = fs::read_to_string(sandbox.path().join("plan.md")).expect("it was written");
    assert_eq!(
        without_moments(&plan),
        without_moments(PLAN),
        "docs/incident-plan.md is not:\n{plan}"
    );
}

#[test]
fn moments_are_left_out_and_nothing_else() {
    assert_eq!(
        without_moments("T at 2026-01-02T03:04:05Z, The 2027-01-01T00:00:00.000Z T"),
        "T at MOMENT, The 2027-01-01T00:00:00.000Z T"
    );
}

#[test]
fn the_rule_of_one_s_own_is_a_sound_one() {
    let readme = include_str!("../../README.md");
    let rule = readme
        .split("```toml\n")
        .filter_map(|text| text.split("```").next())
        .find(|text| text.contains("id = \"acme-api-key\"") && text.contains("examples"))
        .expect("the README has it");
    let sandbox = Sandbox::new();
    sandbox.stage(".hf-guard.toml", rule);
    sandbox.guard(&["rules", "check"]).assert_code(0);
    let key = format!("acme_{}", crate::support::letters(1, 20).to_lowercase());
    sandbox.stage("a.py", format!("KEY = '{key}'\n"));
    let run = sandbox.guard(&[]);
    run.assert_code(1).assert_hides(&key);
    assert!(run.stdout.contains("(acme-api-key)"), "{run:?}");
}
