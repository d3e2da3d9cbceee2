//! Sizes: one very long line, very many lines, a file past what libgit2 diffs.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::time::Duration;

use crate::findings::assert_reports;
use crate::support::{GUARD, Run, Sandbox, hf_token};

const SCAN: [&str; 4] = ["scan", "--staged", "--format", "json"];

/// Scans within half a minute.
#[track_caller]
fn scan(sandbox: &Sandbox) -> Run {
    Run::within(Duration::from_secs(30), sandbox.command(GUARD).args(SCAN))
}

/// Large files are not worth compressing in a test.
fn uncompressed() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "core.compression", "0"]);
    sandbox
}

#[test]
fn one_line_of_tens_of_megabytes_is_scanned_and_shown_in_a_window() {
    let token = hf_token(901);
    let sandbox = uncompressed();
    let mut line = b"x = [0.1, ".repeat(3_000_000);
    let middle = line.len() / 2;
    line.splice(middle..middle, format!(" '{token}' ").into_bytes());
    sandbox.stage("a.json", &line);
    assert_reports(&scan(&sandbox), &[("a.json", 1, token.as_str())]);
    let run = sandbox.guard(&["scan", "--staged"]);
    run.assert_code(1).assert_hides(&token);
    assert!(
        run.stdout.len() + run.stderr.len() < 8_192,
        "the line was shown whole"
    );
}

#[test]
fn a_long_line_that_grows_is_new() {
    let (old, new) = (hf_token(902), hf_token(903));
    let sandbox = uncompressed();
    let line = format!("{old} {}", "word ".repeat(1_000_000));
    sandbox.write("a.json", &line);
    sandbox.commit_all("first");
    sandbox.stage("a.json", format!("{line}{new}"));
    assert_reports(
        &scan(&sandbox),
        &[("a.json", 1, old.as_str()), ("a.json", 1, &new)],
    );
}

#[test]
fn a_million_lines_are_counted() {
    let token = hf_token(904);
    let sandbox = uncompressed();
    let text = "some,csv\n".repeat(1_000_000);
    sandbox.write("a.csv", &text);
    sandbox.commit_all("first");
    sandbox.stage("a.csv", format!("{text}{token}\n"));
    assert_reports(&scan(&sandbox), &[("a.csv", 1_000_001, token.as_str())]);
}

#[test]
fn thousands_of_findings_in_one_file_take_no_square_of_the_time() {
    let sandbox = uncompressed();
    let old: String = (0..20_000)
        .map(|seed| format!("{}\n", hf_token(seed)))
        .collect();
    sandbox.write("a", &old);
    sandbox.commit_all("first");
    let token = hf_token(905_000);
    sandbox.stage("a", format!("{old}{token}\n"));
    assert_reports(&scan(&sandbox), &[("a", 20_001, token.as_str())]);
}

#[test]
fn keywords_without_end_take_no_square_of_the_time() {
    let sandbox = uncompressed();
    let token = hf_token(906);
    sandbox.stage("a", format!("{}\n{token}\n", "hf_".repeat(1_000_000)));
    assert_reports(&scan(&sandbox), &[("a", 2, token.as_str())]);
    sandbox.stage("a", format!("{}\n{token}\n", hf_token(907).repeat(100_000)));
    let run = scan(&sandbox);
    assert_eq!(run.code, 1, "{}", run.stderr);
}

/// Takes about a minute and 600 MB of disk: `cargo test --release --test it -- --ignored past_512`.
#[test]
#[ignore = "writes a file of 513 MiB; run it by name"]
fn a_file_past_512_mebibytes_is_scanned() {
    let token = hf_token(908);
    let sandbox = Sandbox::new();
    let mut file = File::create(sandbox.path().join("model.bin")).expect("the file can be made");
    file.write_all(b"one\n").expect("it can be written");
    file.seek(SeekFrom::Start(513 << 20))
        .expect("a hole can be left");
    file.write_all(format!("\n{token}\n").as_bytes())
        .expect("it can be written");
    sandbox.git(&["-c", "core.compression=1", "add", "model.bin"]);
    let limit = Duration::from_secs(120);
    let run = Run::within(limit, sandbox.command(GUARD).args(SCAN));
    assert_reports(&run, &[("model.bin", 3, token.as_str())]);
}
