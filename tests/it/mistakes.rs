//! Arguments that make no sense, and secrets that stand where none belongs: exit code 2, and the secret is not repeated.

use crate::support::Sandbox;

#[test]
fn an_option_of_the_history_means_nothing_without_it() {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "a = 1\n");
    for option in [
        "--jobs=1",
        "--max-memory=1G",
        "--refs=main",
        "--since=2026-01-01",
        "--until=2026-01-01",
        "--path=a.py",
        "--no-provenance",
        "--baseline=a.py",
        "--write-baseline=b",
    ] {
        for rest in [
            &["scan", "a.py"][..],
            &["scan", "--staged"],
            &["verify", "--offline", "a.py"],
        ] {
            let run = sandbox.guard(&[rest, &[option]].concat());
            run.assert_code(2);
            assert!(run.stderr.contains("--all-history"), "{option}: {run:?}");
        }
    }
    assert!(!sandbox.path().join("b").exists());
}

#[test]
fn a_format_that_a_command_does_not_have_is_refused() {
    let sandbox = Sandbox::new();
    let fingerprint = "0".repeat(32);
    for command in [
        &["install"][..],
        &["uninstall"],
        &["allow", &fingerprint, "--reason", "x"],
        &["rules", "check"],
        &["rules", "import", "gitleaks", "a"],
    ] {
        for format in ["json", "sarif"] {
            let run = sandbox.guard(&[command, &["--format", format]].concat());
            run.assert_code(2);
            assert!(run.stderr.contains("leave out --format"), "{run:?}");
        }
    }
    assert!(!sandbox.path().join(".hf-guard.toml").exists());
}
