//! One incident from the find to the clean history: the right words at each step, and nothing secret in any file or terminal.

use std::fs;
use std::path::Path;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::issuer::Issuer;
use crate::revoke::hub;
use crate::support::{GUARD, Run, Sandbox, hf_token, run_with_input};
use crate::tools;

/// So many characters in a row that tell something.
const WINDOW: usize = 10;

/// Finds any stretch of a secret, as it is, backwards, in hex, or in base64 at any alignment.
struct Traces(AhoCorasick);

impl Traces {
    fn of(secret: &str) -> Self {
        // Four characters of the body are shown in masks.
        let body = &secret.as_bytes()[3..];
        let mut needles: Vec<Vec<u8>> = Vec::new();
        for window in body.windows(WINDOW) {
            let hex: String = window.iter().map(|byte| format!("{byte:02x}")).collect();
            needles.push(window.to_vec());
            needles.push(window.iter().rev().copied().collect());
            needles.push(hex.to_ascii_uppercase().into_bytes());
            needles.push(hex.into_bytes());
            for before in 0..3 {
                let padded = [&b"\0\0"[..before], window].concat();
                let (start, end) = ((before * 8_usize).div_ceil(6), padded.len() * 8 / 6);
                for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                    needles.push(engine.encode(&padded).as_bytes()[start..end].to_vec());
                }
            }
        }
        Self(AhoCorasick::new(needles).expect("there are few"))
    }

    #[track_caller]
    fn are_not_in(&self, text: &[u8], name: &str) {
        if let Some(found) = self.0.find(text) {
            panic!("{name} has a part of the secret at byte {}", found.start());
        }
    }

    /// Looks at every file below `folder`, and at its name.
    #[track_caller]
    fn are_not_below(&self, folder: &Path) -> usize {
        let mut count = 0;
        for entry in fs::read_dir(folder).expect("it can be listed") {
            let path = entry.expect("it can be listed").path();
            let name = path.display().to_string();
            self.are_not_in(name.as_bytes(), "a name");
            let about = path.symlink_metadata().expect("it is there");
            if about.is_dir() {
                count += self.are_not_below(&path);
            } else if about.is_file() {
                self.are_not_in(&fs::read(&path).expect("it can be read"), &name);
                count += 1;
            }
        }
        count
    }
}

/// The repository, its token and its issuer.
struct Incident {
    sandbox: Sandbox,
    hub: Issuer,
    traces: Traces,
}

impl Incident {
    #[track_caller]
    fn new() -> (Self, String) {
        let sandbox = Sandbox::new();
        let token = hf_token(41);
        sandbox.write("train.py", format!("login(token=\"{token}\")\n"));
        sandbox.commit_all("Fine-tune");
        sandbox.write("train.py", "login()\n");
        sandbox.commit_all("Remove the token");
        let traces = Traces::of(&token);
        let hub = hub();
        let incident = Self {
            sandbox,
            hub,
            traces,
        };
        (incident, token)
    }

    /// Runs one step and looks for the secret in all that it left.
    #[track_caller]
    fn step(&self, code: i32, arguments: &[&str]) -> Run {
        self.step_in(self.sandbox.path(), code, arguments)
    }

    #[track_caller]
    fn step_in(&self, folder: &Path, code: i32, arguments: &[&str]) -> Run {
        let mut command = self.sandbox.command(GUARD);
        let run = Run::of(
            self.hub
                .serves(&mut command)
                .current_dir(folder)
                .args(arguments),
        );
        run.assert_code(code);
        self.look_at(&run);
        run
    }

    #[track_caller]
    fn look_at(&self, run: &Run) {
        self.traces
            .are_not_in(run.stdout.as_bytes(), "standard output");
        self.traces
            .are_not_in(run.stderr.as_bytes(), "standard error");
        assert!(self.traces.are_not_below(self.sandbox.root()) > 10);
    }
}

#[track_caller]
fn asserts(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn the_search_for_traces_can_fail() {
    let secret = hf_token(41);
    let traces = Traces::of(&secret);
    let part = &secret[12..24];
    let reversed: String = part.chars().rev().collect();
    let hex: String = part.bytes().map(|byte| format!("{byte:02X}")).collect();
    for text in [
        part.to_owned(),
        reversed,
        hex,
        STANDARD_NO_PAD.encode(format!("x{part}y")),
        URL_SAFE_NO_PAD.encode(format!("xy{part}")),
    ] {
        assert!(traces.0.is_match(&text), "{text}");
    }
    assert!(!traces.0.is_match(&secret[..7]), "a mask is no trace");
}

#[test]
#[cfg(target_os = "linux")]
fn a_token_goes_from_the_history_to_revoked_and_gone() {
    let (incident, token) = Incident::new();
    let fingerprint = incident.is_found();
    incident.is_asked_about();
    incident.is_registered("live ");
    let plan = incident.is_planned_for(&fingerprint);
    incident.is_stopped(&plan);
    let plan = incident.is_ticked(&fingerprint);
    incident.is_registered("invalid ");
    incident.is_cleaned(&plan);
    // Over the wire it went to its issuer alone, and never in an address.
    let seen = incident.hub.seen();
    assert!(seen.iter().all(|seen| !seen.path.contains(&token)));
    assert_eq!(seen.iter().filter(|seen| seen.method == "POST").count(), 1);
}

/// The steps.
impl Incident {
    /// It is in history only. Gives its fingerprint.
    #[track_caller]
    fn is_found(&self) -> String {
        let run = self.step(1, &["--all-history"]);
        asserts(
            &run.stdout,
            &[
                "train.py:1:14: Hugging Face user access token",
                "gone from HEAD",
            ],
        );
        self.step(
            1,
            &[
                "--all-history",
                "--format",
                "json",
                "--output",
                "report.json",
            ],
        );
        let report = fs::read_to_string(self.sandbox.path().join("report.json"));
        let report: Value = serde_json::from_str(&report.expect("it is there")).expect("JSON");
        let fingerprint = report["findings"][0]["fingerprint"].as_str();
        fingerprint.expect("a text").to_owned()
    }

    /// It works, and writes.
    #[track_caller]
    fn is_asked_about(&self) {
        let run = self.step(1, &["verify", "--from", "report.json"]);
        asserts(
            &run.stdout,
            &["LIVE, can write\n", "ada (user)", "acme (admin)"],
        );
        self.write_verified(1);
    }

    #[track_caller]
    fn write_verified(&self, code: i32) {
        self.step(
            code,
            &[
                "verify",
                "--from",
                "report.json",
                "--format",
                "json",
                "--output",
                "verified.json",
            ],
        );
    }

    /// One row, and its status.
    #[track_caller]
    fn is_registered(&self, status: &str) {
        let run = self.step(1, &["inventory", "--from", "verified.json"]);
        asserts(
            &run.stdout,
            &[
                status,
                "train.py:1",
                "hf-guard: 1 credential at 1 place in 1 repository.\n",
            ],
        );
        for format in ["json", "csv"] {
            let file = format!("register.{format}");
            self.step(
                1,
                &[
                    "inventory",
                    "--from",
                    "verified.json",
                    "--format",
                    format,
                    "--output",
                    &file,
                ],
            );
        }
    }

    #[track_caller]
    fn is_planned_for(&self, fingerprint: &str) -> String {
        let first = self.sandbox.git(&["rev-parse", "--short=12", "HEAD~"]);
        let run = self.step(0, &["respond", fingerprint, "--from", "verified.json"]);
        asserts(
            &run.stdout,
            &[
                "- Status: **LIVE, can write**",
                &format!("- Brought by commit `{}`", first.trim()),
                "- HEAD no longer has it; the history does.\n",
                "Removing it from the newest commit did not stop it: it still works.\n",
                "  - NHI1:2025 Improper Offboarding: ",
                "  - NHI5:2025 Overprivileged NHI: ",
                &format!("hf-guard revoke --from verified.json --fingerprint {fingerprint}\n"),
            ],
        );
        run.stdout
    }

    /// By the command of the plan, with words typed at a terminal.
    #[track_caller]
    fn is_stopped(&self, plan: &str) {
        let line = lines_of(plan, &["hf-guard revoke"])[0].replacen("hf-guard", GUARD, 1);
        let mut command = self.sandbox.command("script");
        self.hub.serves(&mut command).args([
            "--quiet",
            "--return",
            "--command",
            &line,
            "/dev/null",
        ]);
        let run = run_with_input(&mut command, b"revoke 1 credential\n");
        run.assert_code(0);
        self.look_at(&run);
        asserts(
            &run.stdout,
            &[
                "this cannot be undone",
                "just now; its issuer no longer accepts it",
            ],
        );
        let run = self.step(0, &["verify", "--from", "report.json"]);
        asserts(&run.stdout, &["1 credential: 1 invalid."]);
        self.write_verified(0);
    }

    #[track_caller]
    fn is_ticked(&self, fingerprint: &str) -> String {
        let run = self.step(0, &["respond", fingerprint, "--from", "verified.json"]);
        asserts(&run.stdout, &["- [x] It no longer works: invalid"]);
        run.stdout
    }

    /// In a fresh clone, as the plan says.
    #[track_caller]
    fn is_cleaned(&self, plan: &str) {
        let clone = self.sandbox.root().join("clean");
        let url = format!("file://{}", self.sandbox.path().display());
        let target = clone.to_str().expect("UTF-8");
        self.sandbox.git(&["clone", "--quiet", &url, target]);
        let path = std::env::var("PATH").expect("there is a PATH");
        let path = format!("{}:{path}", tools::managers().display());
        for line in lines_of(
            plan,
            &[
                "hf-guard respond",
                "git filter-repo",
                "hf-guard respond --remove",
            ],
        ) {
            let line = line.replacen("hf-guard ", &format!("{GUARD} "), 1);
            let mut command = self.sandbox.command("sh");
            command
                .current_dir(&clone)
                .env("PATH", &path)
                .args(["-c", &line]);
            let run = Run::of(&mut command);
            run.assert_code(0);
            self.traces
                .are_not_in(run.stdout.as_bytes(), "standard output");
            self.traces
                .are_not_in(run.stderr.as_bytes(), "standard error");
        }
        let run = self.step_in(&clone, 0, &["--all-history"]);
        assert_eq!(run.stdout, "", "nothing is left");
    }
}

/// For each beginning the first line of the plan that has it, after the one before.
#[track_caller]
fn lines_of<'p>(plan: &'p str, beginnings: &[&str]) -> Vec<&'p str> {
    let mut lines = plan.lines();
    beginnings
        .iter()
        .map(|beginning| {
            lines
                .find(|line| line.starts_with(beginning))
                .unwrap_or_else(|| panic!("the plan has no {beginning}"))
        })
        .collect()
}
