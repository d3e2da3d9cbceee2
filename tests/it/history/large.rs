//! `--all-history` on packs that take their time: interrupted, watched on a terminal, shared out among threads, and of
//! deltas as deep and as wide as git makes none.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::pack_file::{self, Entry, Version, blob, inserting, packs};
use crate::support::{GUARD, Run, Sandbox, hf_token, letters, signal};

const LIMIT: Duration = Duration::from_secs(30);

/// A pack that takes more than a moment, with a token in the first of its blobs.
fn long(sandbox: &Sandbox, token: &str) {
    let text = words(1, 1 << 20);
    let mut entries = vec![blob(format!("token = \"{token}\"").into_bytes())];
    for number in 0..100 {
        entries.push(blob(format!("{number} {text}").into_bytes()));
    }
    pack_file::write(&packs(sandbox), &entries, Version::Two);
}

/// Words: one long run of letters would be looked into as base64.
fn words(seed: u64, len: usize) -> String {
    let mut text = letters(seed, len).into_bytes();
    text.iter_mut().step_by(9).for_each(|byte| *byte = b' ');
    String::from_utf8(text).expect("it is ASCII")
}

#[test]
fn an_interrupted_scan_says_what_it_has_found() {
    for name in ["INT", "TERM"] {
        let token = hf_token(1);
        let sandbox = Sandbox::new();
        long(&sandbox, &token);
        let child = sandbox
            .command(GUARD)
            .args(["--all-history", "--jobs", "1", "--format", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        thread::sleep(Duration::from_millis(150));
        let asked = Instant::now();
        signal(&child, name);
        let run = Run::from(child.wait_with_output().expect("it ends"));
        assert!(asked.elapsed() < Duration::from_secs(5));
        run.assert_code(130).assert_hides(&token);
        let report = run.json();
        assert_eq!(report["partial"], true);
        assert_eq!(report["findings"].as_array().expect("a list").len(), 1);
        assert_eq!(report["skipped"].as_array().expect("a list").len(), 1);
        let reason = report["skipped"][0]["reason"].to_string();
        assert!(reason.contains("interrupted after ") && reason.contains(" of 101 objects"));
    }
}

/// While git is asked who brought what was found, too.
#[test]
fn an_interrupted_question_to_git_loses_no_finding() {
    let token = hf_token(2);
    let sandbox = Sandbox::new();
    sandbox.write("a.py", format!("token = \"{token}\""));
    sandbox.commit_all("start");
    let started = Instant::now();
    let run = sandbox.interrupted_at_git(&["--all-history"]);
    run.assert_code(130)
        .assert_hides(&token)
        .assert_stdout("Hugging Face")
        .assert_stdout("interrupted when all objects were read, before it was known");
    let last =
        "hf-guard: interrupted; until then 1 finding; the rest was not read, and may hold more.
";
    assert!(run.stdout.ends_with(last), "{}", run.stdout);
    assert!(started.elapsed() < Duration::from_secs(15));
}

#[test]
fn a_terminal_sees_how_far_it_is_and_nobody_else_does() {
    let token = hf_token(3);
    let sandbox = Sandbox::new();
    long(&sandbox, &token);
    let mut command = sandbox.command("script");
    let inner = format!("'{GUARD}' --all-history --jobs 1 > report.txt");
    command
        .args(["--quiet", "--return", "--command", &inner, "/dev/null"])
        .env("TERM", "xterm")
        .env("SHELL", "/bin/sh");
    let watched = Run::within(LIMIT, &mut command);
    watched.assert_code(1).assert_hides(&token);
    let seen = &watched.stdout;
    for part in [
        "\r\u{1b}[Khf-guard: ",
        "% of 101 objects, ",
        " MB/s, 1 found, ",
        " s left",
    ] {
        assert!(seen.contains(part), "{part}: {seen:?}");
    }
    // It wipes its line away at the end.
    assert!(
        seen.trim_end_matches("\r\n").ends_with("\r\u{1b}[K"),
        "{seen:?}"
    );
    let report = fs::read_to_string(sandbox.path().join("report.txt")).expect("it is there");
    assert!(
        !report.contains('\r') && !report.contains(" left"),
        "{report}"
    );

    let alone = Run::within(
        LIMIT,
        sandbox
            .command(GUARD)
            .args(["--all-history", "--jobs", "1"]),
    );
    alone.assert_code(1);
    assert_eq!((&*alone.stderr, alone.stdout), ("", report));
}

#[test]
fn any_number_of_threads_tells_the_same() {
    let sandbox = Sandbox::new();
    for commit in 0..6 {
        for file in 0..12_u64 {
            let token = hf_token(100 * commit + file);
            let lines = letters(file, 3_000);
            sandbox.write(
                format!("{file}.py"),
                format!("{lines}\ntoken = \"{token}\"\n{commit}"),
            );
        }
        sandbox.commit_all("step");
    }
    sandbox.git(&["repack", "-adfq"]);
    for options in [&["--format", "json"][..], &["--no-provenance"]] {
        let told: Vec<String> = ["1", "2", "8"]
            .into_iter()
            .map(|jobs| {
                let run = sandbox.guard(&[&["--all-history", "--jobs", jobs], options].concat());
                run.assert_code(1);
                run.stdout.clone()
            })
            .collect();
        assert!(told[0].len() > 72 * 100, "{}", told[0]);
        assert_eq!((&told[1], &told[2]), (&told[0], &told[0]));
    }
}

/// What a child process needs at most, in MB, as the system counts it; files that are mapped are in there.
#[track_caller]
fn peak_mb(sandbox: &Sandbox, arguments: &[&str], code: i32) -> u64 {
    let script = "import resource, subprocess, sys\n\
                  code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode\n\
                  print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)";
    let mut command = sandbox.command("python3");
    command.args(["-c", script, GUARD]).args(arguments);
    let run = Run::within(LIMIT, &mut command);
    let (ended, peak) = run.stdout.trim().split_once(' ').expect("two numbers");
    assert_eq!(ended, code.to_string(), "{}", run.stderr);
    peak.parse().expect("a number")
}

/// One text of 200 KB, changed 4,000 times one after the other and 20,000 times beside each other: 4.8 GB as whole texts.
#[test]
fn deep_and_wide_deltas_need_little_memory() {
    let (token, other) = (hf_token(4), hf_token(5));
    let sandbox = Sandbox::new();
    let base = words(7, 200_000).into_bytes();
    let mut entries = vec![blob(base.clone())];
    let name = |number: usize| {
        let mut name = [0x77; 20];
        name[..8].copy_from_slice(
            &(number as u64)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .to_be_bytes(),
        );
        name
    };
    let mut len = base.len();
    for number in 0..4_000 {
        let new = if number == 3_999 {
            format!(" {token} ")
        } else {
            ".".to_owned()
        };
        let delta = inserting(len, number % 1_000, new.as_bytes());
        entries.push((name(number), Entry::Offset(number, delta)));
        len += new.len();
    }
    for number in 4_000..24_000 {
        let new = if number == 17_000 {
            format!(" {other} ")
        } else {
            number.to_string()
        };
        let delta = inserting(base.len(), number, new.as_bytes());
        entries.push((name(number), Entry::Offset(0, delta)));
    }
    pack_file::write(&packs(&sandbox), &entries, Version::Two);
    let options = ["--all-history", "--no-provenance", "--no-config"];
    let run = Run::within(LIMIT, sandbox.command(GUARD).args(options));
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stdout("2 findings");
    let limited = [&options[..], &["--max-memory", "32M"]].concat();
    let peak = peak_mb(&sandbox, &limited, 1);
    assert!(peak < 64, "{peak} MB");
}
