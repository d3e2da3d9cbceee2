//! `--all-history`: what a repository has ever held is found wherever it lies, and told with its name and date.

use crate::support::{Run, Sandbox, hf_token};

/// Commits a token in `config.py` and takes it out again.
#[track_caller]
fn added_then_removed(sandbox: &Sandbox, token: &str) {
    sandbox.write("config.py", "import os\n");
    sandbox.commit_all("start");
    sandbox.write("config.py", format!("import os\ntoken = \"{token}\"\n"));
    sandbox.commit_all("add");
    sandbox.write("config.py", "import os\n");
    sandbox.commit_all("remove");
}

#[track_caller]
fn scan(sandbox: &Sandbox) -> Run {
    sandbox.guard(&["--all-history"])
}

#[test]
fn what_a_later_commit_removed_is_found_packed_and_loose() {
    for options in [&[][..], &["--object-format=sha256"]] {
        let sandbox = Sandbox::with_init_options(options);
        let token = hf_token(1);
        added_then_removed(&sandbox, &token);
        let loose = scan(&sandbox);
        loose.assert_code(1).assert_hides(&token);
        sandbox.git(&["repack", "-adq"]);
        let packed = sandbox.guard(&["scan", "--all-history", "--jobs", "2"]);
        packed.assert_code(1).assert_hides(&token);
        assert_eq!(packed.stdout, loose.stdout);
    }
}

#[test]
fn a_clean_repository_gives_no_output() {
    let sandbox = Sandbox::new();
    scan(&sandbox).assert_code(0);
    sandbox.write("a.py", "print(1)\n");
    sandbox.commit_all("start");
    let run = scan(&sandbox);
    run.assert_code(0);
    assert_eq!((&*run.stdout, &*run.stderr), ("", ""));
}

#[test]
fn without_provenance_the_object_is_named() {
    let sandbox = Sandbox::new();
    let token = hf_token(2);
    added_then_removed(&sandbox, &token);
    let run = sandbox.guard(&["--all-history", "--no-provenance", "--format", "json"]);
    run.assert_code(1).assert_hides(&token);
    let blob = sandbox.git(&["rev-parse", "HEAD~1:config.py"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    assert_eq!(report["findings"][0]["origin"]["kind"], "object");
    assert_eq!(report["findings"][0]["origin"]["object"], blob.trim());
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["--all-history", "scan", "--staged"][..],
        &["scan", "--all-history", "--staged"],
        &["scan", "--all-history", "a.py"],
        &["scan", "--all-history", "--range", "HEAD"],
        &["--jobs", "2"],
        &["--all-history", "--jobs", "0"],
        &["--all-history", "--max-memory", "1"],
        &["--all-history", "--max-memory", "many"],
    ] {
        let run = sandbox.guard(arguments);
        run.assert_code(2);
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(!run.stderr.is_empty(), "{arguments:?}");
    }
}
