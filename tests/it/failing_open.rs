//! After a find: the ways in which a finding could get lost before it is an exit code.

use std::time::{Duration, Instant};

use hf_guard::rules::RuleSet;
use hf_guard::scan::Scanner;

use crate::findings::in_text;
use crate::support::{GUARD, Run, Sandbox, hf_token};

#[test]
fn no_number_of_findings_wraps_around_to_zero() {
    for count in [1, 255, 256, 257, 512] {
        let sandbox = Sandbox::new();
        let text: String = (0..count)
            .map(|seed| format!("{}\n", hf_token(seed)))
            .collect();
        sandbox.stage("a.txt", text);
        for format in ["human", "json", "sarif"] {
            sandbox
                .guard(&["hook", "pre-commit", "--format", format])
                .assert_code(1);
        }
    }
}

/// One more than two bytes can count to.
const MANY: u64 = 65_536;

/// In several files: the watchdog asks for one text in 20 seconds, and this is a build without optimisations.
#[test]
fn as_many_findings_as_two_bytes_count_are_told() {
    let sandbox = Sandbox::new();
    let tokens: Vec<String> = (0..MANY).map(hf_token).collect();
    for (number, part) in tokens.chunks(4_096).enumerate() {
        sandbox.write(format!("{number}.txt"), part.join("\n"));
    }
    sandbox.git(&["add", "--all"]);
    let run = sandbox.guard(&["hook", "pre-commit", "--format", "json"]);
    let report = run.assert_code(1).json();
    let findings = report["findings"].as_array().expect("a list");
    assert_eq!(findings.len() as u64, MANY);
}

/// What as many in one text take is held against the same in sixteen, half of them before and half after: a machine that is busy
/// is busy for both.
#[test]
fn as_many_findings_in_one_text_take_in_proportion() {
    let scanner = Scanner::new(RuleSet::builtin());
    let tokens: Vec<String> = (0..MANY).map(hf_token).collect();
    let time = |tokens: &[String]| {
        let text = tokens.join("\n");
        let started = Instant::now();
        let found = in_text(&scanner, "a.txt", text.as_bytes());
        assert_eq!(found.len(), tokens.len());
        started.elapsed()
    };
    // What is unpacked and compiled once.
    time(&tokens[..64]);
    let (before, after) = tokens.split_at(tokens.len() / 2);
    let few = |half: &[String]| half.chunks(4_096).map(time).sum::<Duration>();
    let before = few(before);
    let whole = time(&tokens);
    let apart = before + few(after);
    assert!(whole < apart * 6, "{whole:?}, apart {apart:?}");
}

#[test]
fn no_option_of_the_report_changes_the_exit_code() {
    let sandbox = Sandbox::new();
    let token = hf_token(3_201);
    sandbox.stage("a.py", &token);
    for options in [
        &["-q"][..],
        &["-v"],
        &["--color", "always"],
        &["--color", "never"],
        &["--show-accepted"],
        &["--no-config"],
        &["--format", "json", "-q"],
        &["--format", "sarif", "-v"],
        &["--output", "../report"],
    ] {
        for command in [&["hook", "pre-commit"][..], &["scan", "--staged"], &[]] {
            let run = sandbox.guard(&[command, options].concat());
            run.assert_code(1).assert_hides(&token);
        }
    }
}

#[test]
fn an_allow_pattern_that_matches_everything_is_refused() {
    let sandbox = Sandbox::new();
    let token = hf_token(3_202);
    sandbox.stage("a.py", &token);
    for pattern in [
        "",
        ".*",
        "^",
        "$",
        "a*",
        "\\\\b",
        "()",
        "x?",
        "[\\\\s\\\\S]*",
        ".",
        "(?s).+",
        "[^x]",
        "\\\\w+",
    ] {
        let entry = format!("[[allow]]\nregex = \"{pattern}\"\nreason = \"all\"\n");
        sandbox.stage(".hf-guard.toml", entry);
        let run = sandbox.guard(&["hook", "pre-commit"]);
        run.assert_hides(&token);
        assert_ne!(run.code, 0, "{pattern:?} let a token pass");
    }
}

#[test]
fn an_allow_entry_for_one_finding_is_for_no_other() {
    let sandbox = Sandbox::new();
    let (one, two) = (hf_token(3_203), hf_token(3_204));
    sandbox.stage("a.py", format!("{one}\n{two}\n"));
    let hash = crate::findings::sha256(&one);
    let entry = format!("[[allow]]\nsecret_sha256 = \"{hash}\"\nreason = \"one\"\n");
    sandbox.stage(".hf-guard.toml", entry);
    sandbox.assert_staged(&[("a.py", 2, two.as_str())]);
}

#[test]
fn an_inline_comment_in_a_minified_file_allows_what_is_near_it() {
    let sandbox = Sandbox::new();
    let (near, far) = (hf_token(3_205), hf_token(3_206));
    let filler = "var a=1;".repeat(1_000);
    let line = format!("k='{near}';/* hf-guard: allow huggingface-user-token */{filler}k='{far}';");
    sandbox.stage("a.min.js", line);
    sandbox.assert_staged(&[("a.min.js", 1, far.as_str())]);
}

#[test]
fn an_inline_comment_allows_the_rule_it_names() {
    let sandbox = Sandbox::new();
    let token = hf_token(3_207);
    sandbox.stage(
        "a.py",
        format!("k = '{token}'  # hf-guard: allow huggingface-jwt\n"),
    );
    sandbox.assert_staged(&[("a.py", 1, token.as_str())]);
}

#[test]
fn a_file_that_says_it_is_clean_is_read() {
    let sandbox = Sandbox::new();
    let token = hf_token(3_208);
    for (path, head) in [
        ("a.py", "# hf-guard: allow huggingface-user-token\n\n\n"),
        ("b.py", "# gitleaks:allow\n\n\n"),
        ("c.py", "# flake8: noqa\n\n\n"),
    ] {
        sandbox.stage(path, format!("{head}{token}\n"));
    }
    sandbox.assert_staged(&[
        ("a.py", 4, token.as_str()),
        ("b.py", 4, &token),
        ("c.py", 4, &token),
    ]);
}

#[test]
fn a_work_tree_configuration_that_is_not_staged_accepts_nothing() {
    let sandbox = Sandbox::new();
    let token = hf_token(3_209);
    sandbox.stage("a.py", &token);
    let hash = crate::findings::sha256(&token);
    let entry = format!("[[allow]]\nsecret_sha256 = \"{hash}\"\nreason = \"stray\"\n");
    sandbox.write(".hf-guard.toml", entry);
    sandbox
        .guard(&["hook", "pre-commit"])
        .assert_code(1)
        .assert_hides(&token);
}

#[test]
fn a_terminal_or_none_makes_no_difference() {
    let sandbox = Sandbox::new();
    let token = hf_token(3_210);
    sandbox.stage("a.py", &token);
    for (name, value) in [
        ("TERM", "xterm-256color"),
        ("CLICOLOR_FORCE", "1"),
        ("NO_COLOR", "1"),
        ("CI", "true"),
        ("GITHUB_ACTIONS", "true"),
        ("RUST_LOG", "trace"),
        ("RUST_BACKTRACE", "full"),
        ("COLUMNS", "1"),
    ] {
        let run = Run::of(
            sandbox
                .command(GUARD)
                .env(name, value)
                .args(["hook", "pre-commit"]),
        );
        run.assert_code(1).assert_hides(&token);
    }
    let in_terminal = Run::of(sandbox.command("script").args([
        "-q",
        "-e",
        "-c",
        &format!("'{GUARD}' hook pre-commit"),
        "/dev/null",
    ]));
    in_terminal.assert_code(1).assert_hides(&token);
}

#[test]
fn bad_arguments_are_not_a_clean_commit() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["hook"][..],
        &["hook", "no-such-hook"],
        &["hook", "pre-commit", "--no-such-option"],
        &["scan", "--staged", "a.py"],
        &["--format", "xml"],
        &["--config"],
    ] {
        sandbox.guard(arguments).assert_code(2);
    }
}
