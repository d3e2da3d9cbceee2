//! A machine in trouble, with a token staged: never exit 0, and an end within 30 seconds.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::random::Random;
use crate::support::{GUARD, Run, Sandbox, hf_token, write_script};

const LIMIT: Duration = Duration::from_secs(30);

/// A token among some dozens of staged files; the second is left to git's plumbing, where our own reader gives up.
fn sandboxes(token: &str) -> [Sandbox; 2] {
    [
        &[][..],
        &["--object-format=sha256", "--ref-format=reftable"],
    ]
    .map(|options| {
        let sandbox = Sandbox::with_init_options(options);
        for file in 0..60 {
            sandbox.write(format!("d{}/f{file}.py", file % 5), "one\n");
        }
        sandbox.commit_all("first");
        for file in 0..60 {
            sandbox.write(
                format!("d{}/f{file}.py", file % 5),
                format!("one\n# hf_ {file}\n"),
            );
        }
        sandbox.write("d4/f59.py", format!("one\n{token}\n"));
        sandbox.git(&["add", "."]);
        sandbox
    })
}

/// `sh -c script`, in which `$GUARD` is the binary.
fn shell(sandbox: &Sandbox, script: &str) -> Command {
    let mut command = sandbox.command("sh");
    command.env("GUARD", GUARD).args(["-c", script]);
    command
}

#[track_caller]
fn assert_not_clean(run: &Run, token: &str, case: &str) {
    assert_ne!(run.code, 0, "{case}: {}", run.stderr);
    run.assert_hides(token);
}

#[test]
fn killed_at_any_time_it_has_not_said_yes() {
    let token = hf_token(3_101);
    let mut random = Random::new(3_101);
    for sandbox in sandboxes(&token) {
        let mut killed = 0;
        for _ in 0..40 {
            let mut child = sandbox
                .command(GUARD)
                .args(["hook", "pre-commit"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("it starts");
            let wait = u64::try_from(random.below(20_000)).expect("it fits");
            std::thread::sleep(Duration::from_micros(wait));
            child.kill().expect("it can be killed");
            let status = child.wait().expect("it ends");
            assert!(!status.success());
            killed += usize::from(status.code().is_none());
        }
        assert!(killed > 0, "it was always quicker");
    }
}

#[test]
fn other_signals_are_no_yes_either() {
    let token = hf_token(3_102);
    for sandbox in sandboxes(&token) {
        for signal in ["HUP", "INT", "TERM", "PIPE", "XCPU", "ALRM"] {
            let script =
                format!("\"$GUARD\" hook pre-commit & pid=$!; kill -{signal} $pid; wait $pid");
            let run = Run::within(LIMIT, &mut shell(&sandbox, &script));
            assert_not_clean(&run, &token, signal);
        }
    }
}

#[test]
fn a_git_that_dies_half_way_is_no_git_that_has_finished() {
    let token = hf_token(3_103);
    let real = Run::of(Command::new("sh").args(["-c", "command -v git"])).stdout;
    let real = real.trim();
    for sandbox in sandboxes(&token) {
        let bin = sandbox.root().join("bin");
        std::fs::create_dir_all(&bin).expect("it can be made");
        let path = std::env::var("PATH").expect("there is a PATH");
        let path = format!("{}:{path}", bin.display());
        for kept in [0, 1, 10, 41, 70, 200, 1_000, 5_000, 20_000] {
            for ending in ["kill -KILL $$", "exit 128", "exit 1"] {
                write_script(
                    &bin.join("git"),
                    &format!("'{real}' \"$@\" | head -c {kept}\n{ending}"),
                );
                let mut command = sandbox.command(GUARD);
                let run = Run::within(
                    LIMIT,
                    command.env("PATH", &path).args(["hook", "pre-commit"]),
                );
                assert_not_clean(&run, &token, &format!("{kept} bytes, {ending}"));
            }
        }
    }
}

#[test]
fn a_git_that_hangs_is_not_waited_for_without_end() {
    let token = hf_token(3_113);
    let [_, served_by_plumbing] = sandboxes(&token);
    let bin = served_by_plumbing.root().join("bin");
    std::fs::create_dir_all(&bin).expect("it can be made");
    write_script(&bin.join("git"), "exec sleep 1000");
    let path = std::env::var("PATH").expect("there is a PATH");
    let path = format!("{}:{path}", bin.display());
    let mut command = served_by_plumbing.command(GUARD);
    let run = Run::within(
        LIMIT,
        command.env("PATH", &path).args(["hook", "pre-commit"]),
    );
    assert_not_clean(&run, &token, "git sleeps");
}

#[test]
fn little_memory_is_no_reason_to_say_yes() {
    let token = hf_token(3_104);
    for sandbox in sandboxes(&token) {
        for kilobytes in [
            1_000, 4_000, 8_000, 12_000, 16_000, 20_000, 24_000, 32_000, 48_000, 64_000, 100_000,
            200_000,
        ] {
            let script = format!("ulimit -v {kilobytes}; exec \"$GUARD\" hook pre-commit");
            let run = Run::within(LIMIT, &mut shell(&sandbox, &script));
            assert_not_clean(&run, &token, &format!("{kilobytes} kB"));
        }
    }
}

#[test]
fn little_memory_and_a_large_file_are_no_reason_to_say_yes() {
    let token = hf_token(3_105);
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "core.compression", "0"]);
    sandbox.write("a.bin", "one\n".repeat(5_000_000));
    sandbox.commit_all("first");
    sandbox.stage("a.bin", format!("{}{token}\n", "one\n".repeat(5_000_000)));
    for kilobytes in [20_000, 30_000, 40_000, 60_000, 80_000, 120_000, 160_000] {
        let script = format!("ulimit -v {kilobytes}; exec \"$GUARD\" hook pre-commit");
        let run = Run::within(LIMIT, &mut shell(&sandbox, &script));
        assert_not_clean(&run, &token, &format!("{kilobytes} kB"));
    }
}

#[test]
fn few_descriptors_are_no_reason_to_say_yes() {
    let token = hf_token(3_106);
    for sandbox in sandboxes(&token) {
        for descriptors in 0..24 {
            let script = format!("ulimit -n {descriptors}; exec \"$GUARD\" hook pre-commit");
            let run = Run::within(LIMIT, &mut shell(&sandbox, &script));
            assert_not_clean(&run, &token, &format!("{descriptors} descriptors"));
        }
    }
}

#[test]
fn little_time_and_a_little_stack_are_no_reason_to_say_yes() {
    let token = hf_token(3_107);
    for sandbox in sandboxes(&token) {
        for limit in [
            "ulimit -s 64",
            "ulimit -s 256",
            "ulimit -f 0",
            "ulimit -u 1",
            "ulimit -c 0; ulimit -t 1",
        ] {
            let script = format!("{limit}; exec \"$GUARD\" hook pre-commit");
            let run = Run::within(LIMIT, &mut shell(&sandbox, &script));
            assert_not_clean(&run, &token, limit);
        }
    }
}

#[test]
fn closed_and_full_streams_are_no_reason_to_say_yes() {
    let token = hf_token(3_108);
    for sandbox in sandboxes(&token) {
        for streams in [
            "<&-",
            ">&-",
            "2>&-",
            ">&- 2>&-",
            "<&- >&- 2>&-",
            ">/dev/full",
            "2>/dev/full",
            ">/dev/full 2>&1",
            ">/dev/null 2>&1",
            "</dev/null >&-",
        ] {
            for format in ["human", "json", "sarif"] {
                let script = format!("exec \"$GUARD\" hook pre-commit --format {format} {streams}");
                let run = Run::within(LIMIT, &mut shell(&sandbox, &script));
                assert_not_clean(&run, &token, &script);
                assert!(
                    run.code < 3,
                    "{script}: a panic or a signal, exit {}: {}",
                    run.code,
                    run.stderr
                );
            }
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_reason_to_say_yes() {
    let token = hf_token(3_109);
    for sandbox in sandboxes(&token) {
        for file in 0..2_000 {
            sandbox.write(format!("many/{file}"), hf_token(50_000 + file));
        }
        sandbox.git(&["add", "."]);
        for format in ["human", "json", "sarif"] {
            let script = format!(
                "{{ \"$GUARD\" hook pre-commit --format {format}; echo $? >../code; }} | head -c 1; cat ../code"
            );
            let run = Run::within(LIMIT, &mut shell(&sandbox, &script));
            let code = run
                .stdout
                .trim_start_matches(|character: char| !character.is_ascii_digit());
            let code: i32 = code
                .trim()
                .parse()
                .unwrap_or_else(|_| panic!("no code in {code:?}"));
            assert!(
                code == 1 || code == 2,
                "{format}: exit {code}: {}",
                run.stderr
            );
            assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        }
    }
}

#[test]
fn a_report_that_cannot_be_written_is_not_a_clean_one() {
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", "clean\n");
    for script in [
        "\"$GUARD\" --format json >/dev/full",
        "\"$GUARD\" --format sarif >/dev/full",
        "\"$GUARD\" --format json --output /dev/full",
        "\"$GUARD\" --format json --output /no/such/folder/report",
        "\"$GUARD\" --format json --output .",
        "ulimit -f 0; \"$GUARD\" --format json --output ../report",
        "trap '' XFSZ; ulimit -f 0; \"$GUARD\" --format json --output ../report",
    ] {
        let run = Run::within(LIMIT, &mut shell(&sandbox, script));
        assert_ne!(run.code, 0, "{script}");
    }
    let run = Run::within(
        LIMIT,
        &mut shell(&sandbox, "\"$GUARD\" --format json --output /dev/full"),
    );
    run.assert_code(2).assert_stderr("/dev/full");
}

#[test]
fn a_token_is_found_though_its_report_cannot_be_written() {
    let token = hf_token(3_110);
    for sandbox in sandboxes(&token) {
        for output in ["/dev/full", "/no/such/folder/report", "."] {
            for format in ["human", "json", "sarif"] {
                let script =
                    format!("\"$GUARD\" hook pre-commit --format {format} --output {output}");
                let run = Run::within(LIMIT, &mut shell(&sandbox, &script));
                assert_not_clean(&run, &token, &script);
            }
        }
    }
}

#[test]
fn a_broken_configuration_stops_the_commit() {
    let token = hf_token(3_111);
    for sandbox in sandboxes(&token) {
        for broken in [
            "[[allow",
            "unknown = 1\n",
            "\u{0}",
            "[[allow]]\nreason = 1\n",
            "[[rules]]\n",
        ] {
            sandbox.stage(".hf-guard.toml", format!("# {token}\n{broken}"));
            let run = Run::within(LIMIT, sandbox.command(GUARD).args(["hook", "pre-commit"]));
            assert_not_clean(&run, &token, broken);
            run.assert_code(2);
        }
    }
}

#[test]
fn a_folder_that_may_not_be_read_or_is_gone_is_no_reason_to_say_yes() {
    let token = hf_token(3_112);
    for sandbox in sandboxes(&token) {
        let script = "mkdir gone; cd gone; rmdir ../gone; exec \"$GUARD\" hook pre-commit";
        assert_not_clean(
            &Run::within(LIMIT, &mut shell(&sandbox, script)),
            &token,
            script,
        );
        for unwritable in ["/proc/self", "/dev/null"] {
            let mut command = sandbox.command(GUARD);
            command.env("TMPDIR", unwritable).env("HOME", unwritable);
            let run = Run::within(LIMIT, command.args(["hook", "pre-commit"]));
            assert_not_clean(&run, &token, unwritable);
        }
    }
}
