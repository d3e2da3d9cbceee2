//! An archive that cannot be unpacked blocks, until an entry says that it may stay.

use crate::archives::{shell, skipped};
use crate::support::{Run, Sandbox, hf_token};

const ENTRY: &str =
    "[[allow]]\npath = \"tests/data/\"\nunread = true\nreason = \"a fixture that is cut short\"\n";

/// Stages a gzip that ends too soon.
fn stage_damaged(sandbox: &Sandbox, path: &str) {
    sandbox.write(path, "");
    shell(
        sandbox,
        &format!("seq 9999 | gzip -n | head -c 900 >{path}; git add {path}"),
    );
}

fn staged(sandbox: &Sandbox) -> Run {
    sandbox.guard(&["hook", "pre-commit"])
}

#[test]
fn an_entry_accepts_that_an_archive_is_not_unpacked() {
    let sandbox = Sandbox::new();
    stage_damaged(&sandbox, "tests/data/cut.gz");
    staged(&sandbox).assert_code(2);
    sandbox.stage(".hf-guard.toml", ENTRY);
    let run = staged(&sandbox);
    run.assert_code(0);
    // What is not read is told all the same.
    let told = format!("{}{}", run.stdout, run.stderr);
    for words in [
        "tests/data/cut.gz is not unpacked (",
        "a fixture that is cut short",
        "accepts archives that cannot be unpacked under tests/data/",
    ] {
        assert!(told.contains(words), "{told}");
    }
    let json = sandbox.guard(&["scan", "--staged", "--format", "json"]);
    assert_eq!(skipped(&json), []);

    // Another one is another matter, and so is a secret in the same folder.
    stage_damaged(&sandbox, "data/cut.gz");
    staged(&sandbox).assert_code(2);
    sandbox.git(&["rm", "-qf", "--cached", "data/cut.gz"]);
    let token = hf_token(1);
    sandbox.stage("tests/data/env", &token);
    staged(&sandbox).assert_code(1).assert_hides(&token);
}

/// As `git -q` and `ruff -q` keep quiet of what they did, and not of what went wrong.
#[test]
fn quiet_tells_what_is_not_read_and_gives_no_advice() {
    let sandbox = Sandbox::new();
    stage_damaged(&sandbox, "tests/data/cut.gz");
    let told = "tests/data/cut.gz: not read: a damaged gzip file";
    let scan = ["scan", "--staged", "--quiet"];
    for arguments in [&scan[..], &["hook", "pre-commit", "--quiet"]] {
        let run = sandbox.guard(arguments);
        run.assert_code(2);
        let all = format!("{}{}", run.stdout, run.stderr);
        assert!(all.contains(told), "{all}");
        assert!(!all.contains("[[allow]]"), "{all}");
    }
    sandbox.write(".hf-guard.toml", ENTRY);
    sandbox.commit_all("a fixture that is accepted");
    let told = "tests/data/cut.gz is not unpacked (a damaged gzip file";
    for arguments in [
        &["scan", "--tracked", "--quiet"][..],
        &["scan", "--quiet", "tests"],
    ] {
        let run = sandbox.guard(arguments);
        run.assert_code(0);
        let all = format!("{}{}", run.stdout, run.stderr);
        assert!(all.contains(told), "{arguments:?}: {all}");
    }
}

#[test]
fn an_entry_that_has_expired_accepts_nothing() {
    let sandbox = Sandbox::new();
    stage_damaged(&sandbox, "tests/data/cut.gz");
    sandbox.stage(
        ".hf-guard.toml",
        format!("{ENTRY}expires = \"2020-01-01\"\n"),
    );
    staged(&sandbox).assert_code(2);
}

/// Neither a file of which nothing can be read, nor an entry that names more than a path.
#[test]
fn it_accepts_nothing_else() {
    let sandbox = Sandbox::new();
    for (lines, told) in [
        ("unread = true", "goes with `path` alone"),
        (
            "path = \"a\"\nrule = \"private-key\"\nunread = true",
            "goes with `path` alone",
        ),
        ("path = \"a\"\nunread = false", "leave `unread` out"),
    ] {
        sandbox.stage(
            ".hf-guard.toml",
            format!("[[allow]]\n{lines}\nreason = \"r\"\n"),
        );
        let run = staged(&sandbox);
        run.assert_code(2);
        assert!(run.stderr.contains(told), "{lines}: {}", run.stderr);
    }
}

/// A history names the object: of a path it holds many versions.
#[test]
fn in_a_history_the_object_is_named() {
    let sandbox = Sandbox::new();
    stage_damaged(&sandbox, "tests/data/cut.gz");
    sandbox.commit_all("a fixture");
    let scan = ["--all-history", "--format", "json"];
    let run = sandbox.guard(&scan);
    run.assert_code(2);
    let object = format!(
        "object {}",
        sandbox.git(&["rev-parse", "HEAD:tests/data/cut.gz"]).trim()
    );
    assert_eq!(skipped(&run)[0].0, object);
    sandbox.stage(".hf-guard.toml", ENTRY.replace("tests/data/", &object));
    sandbox.guard(&scan).assert_code(0);
}

#[test]
fn an_entry_that_accepts_no_archive_is_unused() {
    let sandbox = Sandbox::new();
    stage_damaged(&sandbox, "tests/data/cut.gz");
    sandbox.stage(".hf-guard.toml", ENTRY);
    let used = sandbox.guard(&["rules", "check"]);
    assert!(!used.stdout.contains("line 1"), "{}", used.stdout);
    sandbox.git(&["rm", "-qf", "tests/data/cut.gz"]);
    let unused = sandbox.guard(&["rules", "check"]);
    let all = format!("{}{}", unused.stdout, unused.stderr);
    assert!(all.contains("accepts nothing"), "{all}");
}
