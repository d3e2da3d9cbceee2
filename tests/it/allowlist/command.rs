//! `hf-guard allow`: an entry is added, and the file is left as it is otherwise.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{RULE, fingerprints};
use crate::support::{GUARD, Run, Sandbox, hf_token, letters, write_script};

#[test]
fn blocked_then_allowed_then_committed() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    let hook = sandbox.path().join(".git/hooks/pre-commit");
    write_script(&hook, &format!("exec '{GUARD}' hook pre-commit"));
    sandbox.stage("tests/a.py", format!("token = \"{token}\"\n"));
    let commit = || sandbox.try_git(&["commit", "--quiet", "--message", "Add a test"]);
    commit().assert_code(1).assert_hides(&token);

    let [fingerprint] = &fingerprints(&sandbox)[..] else {
        panic!("one finding");
    };
    let run = sandbox.guard(&["allow", fingerprint, "--reason", "made up for a test"]);
    run.assert_code(0).assert_hides(&token);
    let entry = format!(
        "# {RULE} in tests/a.py\n[[allow]]\nfingerprint = \"{fingerprint}\"\nreason = \"made up for a test\"\n"
    );
    run.assert_stdout(&entry);
    assert!(
        run.stdout.ends_with("    git add .hf-guard.toml\n"),
        "{}",
        run.stdout
    );
    let written =
        fs::read_to_string(sandbox.path().join(".hf-guard.toml")).expect("it was written");
    assert!(written.ends_with(&entry), "{written}");
    // Not staged yet.
    commit().assert_code(1);
    sandbox.git(&["add", ".hf-guard.toml"]);
    commit().assert_code(0);
    assert_eq!(sandbox.git(&["log", "--oneline"]).lines().count(), 1);
}

#[test]
fn allow_twice_changes_nothing() {
    let sandbox = Sandbox::new();
    let fingerprint = "0123456789abcdef".repeat(2);
    let config = sandbox.path().join(".hf-guard.toml");
    let allow = |more: &[&str]| {
        let arguments = [&["allow", &fingerprint, "--reason", "test"], more].concat();
        sandbox.guard(&arguments)
    };
    allow(&["--expires", "9999-12-31"]).assert_code(0);
    let once = fs::read_to_string(&config).expect("it was written");
    let again = allow(&["--expires", "9999-12-31"]);
    again.assert_code(0).assert_stdout("nothing was changed");
    assert_eq!(fs::read_to_string(&config).expect("it is there"), once);
    assert_eq!(allow(&["--quiet"]).assert_code(0).stdout, "");
    let twice = fs::read_to_string(&config).expect("it is there");
    assert!(
        twice.starts_with(&once) && twice.len() > once.len(),
        "{twice}"
    );
}

#[test]
fn allow_keeps_the_file_as_it_is() {
    let sandbox = Sandbox::new();
    let old = "# ours\r\ndisable = []   # none\r\n\r\n[[allow]]\r\npath='a/'\r\nreason=\"x\"\r\n# the end";
    sandbox.write(".hf-guard.toml", old);
    let config = sandbox.path().join(".hf-guard.toml");
    fs::set_permissions(&config, fs::Permissions::from_mode(0o640)).expect("it can be changed");
    fs::create_dir(sandbox.path().join("sub")).expect("the folder can be made");
    let mut command = sandbox.command(GUARD);
    command.current_dir(sandbox.path().join("sub"));
    let run = Run::of(command.args(["allow", &"ab".repeat(16), "--reason", "test"]));
    run.assert_code(0);
    assert!(
        run.stdout.ends_with("    git add :/.hf-guard.toml\n"),
        "{}",
        run.stdout
    );
    let new = fs::read_to_string(&config).expect("it is there");
    assert!(new.starts_with(old), "{new}");
    assert_eq!(
        new.matches('\n').count(),
        new.matches("\r\n").count(),
        "{new:?}"
    );
    let mode = fs::metadata(&config)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    let left: Vec<_> = fs::read_dir(sandbox.path())
        .expect("it can be listed")
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn allow_refuses_what_is_no_entry() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    let fingerprint = "0123456789abcdef".repeat(2);
    let upper = fingerprint.to_uppercase();
    let reason = format!("it is {token}");
    let cases: [(&[&str], &str); 9] = [
        (&["allow", &token, "--reason", "x"], "no fingerprint"),
        (&["allow", &upper, "--reason", "x"], "no fingerprint"),
        (&["allow", &fingerprint], "--reason"),
        (
            &["allow", &fingerprint, "--reason", "  "],
            "--reason is empty",
        ),
        (&["allow", &fingerprint, "--reason", "a\nb"], "one line"),
        (
            &["allow", &fingerprint, "--reason", &reason],
            "holds a credential",
        ),
        (
            &["allow", &fingerprint, "--reason", "x", "--expires", "soon"],
            "no day of the calendar",
        ),
        (
            &[
                "allow",
                &fingerprint,
                "--reason",
                "x",
                "--expires",
                "2020-01-01",
            ],
            "is over",
        ),
        (
            &["allow", &fingerprint, "--reason", "x", "--no-config"],
            "--no-config",
        ),
    ];
    for (arguments, message) in cases {
        let run = sandbox.guard(arguments);
        run.assert_code(2)
            .assert_hides(&token)
            .assert_stderr(message);
        assert!(!sandbox.path().join(".hf-guard.toml").exists());
    }
}

#[test]
fn allow_leaves_links_and_broken_files_alone() {
    let sandbox = Sandbox::new();
    let arguments = ["allow", &"ab".repeat(16), "--reason", "x"];
    let target = sandbox.root().join("elsewhere.toml");
    fs::write(&target, "# mine\n").expect("it can be written");
    let config = sandbox.path().join(".hf-guard.toml");
    std::os::unix::fs::symlink(&target, &config).expect("the link can be made");
    let run = sandbox.guard(&arguments);
    run.assert_code(2).assert_stderr("symbolic link");
    assert_eq!(
        fs::read_to_string(&target).expect("it is there"),
        "# mine\n"
    );
    fs::remove_file(&config).expect("it is there");

    let broken = format!("{} = 1\n", letters(4, 30));
    sandbox.write(".hf-guard.toml", &broken);
    let run = sandbox.guard(&arguments);
    run.assert_code(2)
        .assert_hides(&broken)
        .assert_stderr(".hf-guard.toml:1:1: unknown key");
    assert_eq!(fs::read_to_string(&config).expect("it is there"), broken);
}

#[test]
fn allow_writes_to_the_file_that_is_named() {
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", hf_token(1));
    let found = fingerprints(&sandbox);
    sandbox
        .guard(&[
            "allow",
            &found[0],
            "--reason",
            "x",
            "--config",
            "other.toml",
        ])
        .assert_code(0);
    assert!(!sandbox.path().join(".hf-guard.toml").exists());
    sandbox.guard(&["--config", "other.toml"]).assert_code(0);
}
