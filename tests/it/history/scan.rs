//! What a repository has held is found packed and loose, told, accepted, or said to be unread.

use super::{added_then_removed, finding, scan};
use crate::support::{Sandbox, hf_token};

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

#[test]
fn the_allowlist_knows_fingerprints_and_paths() {
    let sandbox = Sandbox::new();
    let token = hf_token(18);
    added_then_removed(&sandbox, &token);
    let fingerprint = finding(&sandbox, &token)["fingerprint"].clone();
    for criterion in [
        format!("fingerprint = {fingerprint}"),
        "path = \"config.py\"".to_owned(),
    ] {
        let entry = format!("[[allow]]\n{criterion}\nreason = \"revoked\"\n");
        sandbox.write(".hf-guard.toml", &entry);
        sandbox.commit_all("accept");
        scan(&sandbox).assert_code(0).assert_hides(&token);
        let bare = sandbox.root().join("bare.git");
        sandbox.git(&["clone", "--quiet", "--mirror", ".", &bare.to_string_lossy()]);
        let run = sandbox.guard_in(&bare, &["--all-history"]);
        run.assert_code(0);
        std::fs::remove_dir_all(&bare).expect("it can be removed");
    }
    sandbox
        .guard(&["--all-history", "--no-config"])
        .assert_code(1);
}

#[test]
fn rules_that_the_repository_turns_off_are_named() {
    let sandbox = Sandbox::new();
    let token = hf_token(6);
    sandbox.write("a.py", format!("token = \"{token}\"\n"));
    let off = "preset = \"hf\"\ndisable = [\"huggingface-user-token\"]\n";
    sandbox.write(".hf-guard.toml", off);
    sandbox.commit_all("start");
    let disabled =
        ".hf-guard.toml disables rule huggingface-user-token; see without it: --no-config";
    let fewer = ".hf-guard.toml has fewer rules: those of the preset hf instead of default; see";
    scan(&sandbox)
        .assert_code(0)
        .assert_stdout(disabled)
        .assert_stdout(fewer);
    let run = sandbox.guard(&["--all-history", "--preset", "strict"]);
    assert!(!run.stdout.contains("fewer rules"), "{run:?}");
    let run = sandbox.guard(&["--all-history", "--no-config"]);
    run.assert_code(1);
    assert!(!run.stdout.contains("disables"), "{run:?}");
}

#[test]
fn a_damaged_pack_is_not_clean() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", "some words of no account\n".repeat(99));
    sandbox.commit_all("start");
    sandbox.git(&["repack", "-adq"]);
    scan(&sandbox).assert_code(0);
    let folder = sandbox.path().join(".git/objects/pack");
    let pack = std::fs::read_dir(folder)
        .expect("it can be listed")
        .map(|entry| entry.expect("it can be listed").path())
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "pack")
        })
        .expect("there is a pack");
    let mut bytes = std::fs::read(&pack).expect("it can be read");
    let at = bytes.len() - 30;
    bytes[at] ^= 0xff;
    std::fs::remove_file(&pack).expect("it can be replaced");
    std::fs::write(&pack, bytes).expect("it can be written");
    let run = scan(&sandbox);
    run.assert_code(2)
        .assert_stdout("not read:")
        .assert_stdout("object ");
}

#[test]
fn a_clone_that_holds_less_says_so() {
    let sandbox = Sandbox::new();
    added_then_removed(&sandbox, &hf_token(20));
    let origin = format!("file://{}", sandbox.path().display());
    let shallow = sandbox.root().join("shallow");
    sandbox.git(&[
        "clone",
        "--quiet",
        "--depth=1",
        &origin,
        &shallow.to_string_lossy(),
    ]);
    let run = sandbox.guard_in(&shallow, &["--all-history"]);
    run.assert_code(2).assert_stdout("git fetch --unshallow");
}

#[test]
fn a_baseline_accepts_what_is_known_and_nothing_else() {
    let sandbox = Sandbox::new();
    let token = hf_token(23);
    added_then_removed(&sandbox, &token);
    let known = sandbox.root().join("known");
    let file = known.to_str().expect("the path is UTF-8");
    let missing = sandbox.guard(&["--all-history", "--baseline", file]);
    missing.assert_code(2);
    let written = sandbox.guard(&["--all-history", "--write-baseline", file]);
    written.assert_code(1).assert_hides(&token);
    let fingerprint = finding(&sandbox, &token)["fingerprint"].clone();
    let text = std::fs::read_to_string(&known).expect("it is written");
    assert_eq!(Some(text.trim_end()), fingerprint.as_str());
    let accepted = sandbox.guard(&["--all-history", "--baseline", file, "--format", "json"]);
    accepted.assert_code(0).assert_hides(&token);
    let report = accepted.json();
    assert_eq!(report["accepted"][0]["by"]["kind"], "baseline");

    sandbox.write("other.py", format!("token = \"{}\"\n", hf_token(24)));
    sandbox.commit_all("another");
    let arguments = [
        "--all-history",
        "--baseline",
        file,
        "--write-baseline",
        file,
    ];
    sandbox.guard(&arguments).assert_code(1);
    let text = std::fs::read_to_string(&known).expect("it is written");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() == 2 && lines.is_sorted(), "{text}");
    sandbox.guard(&arguments[..3]).assert_code(0);

    std::fs::write(&known, "<<<<<<< HEAD\n").expect("it can be written");
    let run = sandbox.guard(&arguments[..3]);
    run.assert_code(2).assert_stderr("line 1 of the baseline");
}
