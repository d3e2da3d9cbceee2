//! `--all-history`: what a repository has ever held is found wherever it lies, and told with its name and date.

use serde_json::{Value, json};

use crate::support::{GUARD, Run, Sandbox, hf_token};

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
    let report: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
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

/// The findings of a scan that must find something, and whose output must not hold `token`.
#[track_caller]
fn findings(sandbox: &Sandbox, token: &str) -> Vec<Value> {
    let run = sandbox.guard(&["--all-history", "--format", "json"]);
    run.assert_code(1).assert_hides(token);
    let report: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    assert_eq!(report["warnings"], Value::Array(Vec::new()), "{report:#}");
    report["findings"].as_array().expect("a list").clone()
}

/// The one finding.
#[track_caller]
fn finding(sandbox: &Sandbox, token: &str) -> Value {
    let findings = findings(sandbox, token);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings[0].clone()
}

fn id(sandbox: &Sandbox, revision: &str) -> String {
    sandbox.git(&["rev-parse", revision]).trim().to_owned()
}

/// The places of a finding: path and what leads there.
fn places(finding: &Value) -> Vec<(String, String)> {
    let places = finding["provenance"]["places"].as_array().expect("a list");
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    places
        .iter()
        .map(|place| (word(&place["path"]), word(&place["reach"])))
        .collect()
}

#[test]
fn the_commit_that_brought_it_is_named() {
    let sandbox = Sandbox::new();
    let token = hf_token(3);
    added_then_removed(&sandbox, &token);
    let found = finding(&sandbox, &token);
    assert_eq!(found["path"], "config.py");
    assert_eq!(found["line"], 2);
    assert_eq!(found["origin"]["kind"], "commit");
    assert_eq!(found["origin"]["commit"], id(&sandbox, "HEAD~1"));
    assert_eq!(found["origin"]["author"], "A. Author <author@example.org>");
    assert_eq!(found["origin"]["date"], "2026-01-02");
    let provenance = &found["provenance"];
    assert_eq!(provenance["first"]["commit"], id(&sandbox, "HEAD~1"));
    assert_eq!(provenance["last"], provenance["first"]);
    assert_eq!(
        (&provenance["commits"], &provenance["blobs"]),
        (&1.into(), &1.into())
    );
    assert_eq!(
        (&provenance["in_head"], &provenance["refs"]),
        (&false.into(), &json!([]))
    );
}

#[test]
fn every_path_and_tip_is_named_once() {
    let sandbox = Sandbox::new();
    let token = hf_token(4);
    let line = format!("token = \"{token}\"\n");
    sandbox.write("a.py", &line);
    sandbox.commit_all("add");
    sandbox.git(&["branch", "dev"]);
    sandbox.git(&["tag", "v1"]);
    sandbox.write("a.py", format!("{line}# more\n"));
    sandbox.write("deep/er/b.py", &line);
    sandbox.commit_all("copy");
    let found = finding(&sandbox, &token);
    let (first, last) = (id(&sandbox, "HEAD~1"), id(&sandbox, "HEAD"));
    assert_eq!(
        (&found["path"], &found["origin"]["commit"]),
        (&"a.py".into(), &json!(first))
    );
    let provenance = &found["provenance"];
    assert_eq!(provenance["first"]["commit"], first);
    assert_eq!(provenance["last"]["commit"], last);
    assert_eq!(
        (&provenance["commits"], &provenance["blobs"]),
        (&2.into(), &2.into())
    );
    assert_eq!(provenance["in_head"], true);
    assert_eq!(
        provenance["refs"],
        json!(["refs/heads/dev", "refs/heads/main", "refs/tags/v1"])
    );
    let places = &provenance["places"];
    assert_eq!(places[0]["path"], "deep/er/b.py");
    assert_eq!(places[0]["first"]["commit"], last);
    assert_eq!(
        (&places[0]["commits"], &places[0]["in_head"]),
        (&1.into(), &true.into())
    );
    assert_eq!(
        (&places[1]["path"], &places[1]["commits"]),
        (&"a.py".into(), &2.into())
    );
    assert_eq!(
        (&places[1]["line"], &places[1]["column"]),
        (&1.into(), &10.into())
    );
    assert_eq!(places.as_array().map(Vec::len), Some(2));
}

#[test]
fn a_deleted_branch_is_read_with_and_without_its_reflog() {
    let sandbox = Sandbox::new();
    let token = hf_token(5);
    sandbox.commit_all("start");
    sandbox.git(&["switch", "--quiet", "--create", "gone"]);
    sandbox.write("a.py", format!("token = \"{token}\"\n"));
    sandbox.commit_all("add");
    let commit = id(&sandbox, "HEAD");
    let blob = id(&sandbox, "HEAD:a.py");
    sandbox.git(&["switch", "--quiet", "main"]);
    sandbox.git(&["branch", "--quiet", "-D", "gone"]);
    let found = finding(&sandbox, &token);
    assert_eq!(found["origin"]["commit"], commit);
    assert_eq!(places(&found), [("a.py".to_owned(), "reflogs".to_owned())]);
    sandbox.git(&["reflog", "expire", "--expire=now", "--all"]);
    let found = finding(&sandbox, &token);
    assert_eq!(found["origin"]["kind"], "unreachable");
    assert_eq!(found["origin"]["object"], blob);
}

#[test]
fn stashes_notes_and_the_index_are_read() {
    let sandbox = Sandbox::new();
    let line = |seed| format!("token = \"{}\"\n", hf_token(seed));
    sandbox.write("a.py", "print(1)\n");
    sandbox.commit_all("start");
    sandbox.write("a.py", line(6));
    sandbox.git(&["stash", "--quiet"]);
    let found = finding(&sandbox, &hf_token(6));
    assert_eq!(found["path"], "a.py");
    assert_eq!(found["origin"]["kind"], "commit");
    assert_eq!(found["provenance"]["refs"], json!(["refs/stash"]));

    let sandbox = Sandbox::new();
    sandbox.commit_all("start");
    sandbox.git(&["notes", "add", "--message", &line(7)]);
    let found = finding(&sandbox, &hf_token(7));
    assert_eq!(found["path"], id(&sandbox, "HEAD"));
    assert_eq!(found["origin"]["kind"], "commit");
    assert_eq!(found["provenance"]["refs"], json!(["refs/notes/commits"]));

    sandbox.git(&["update-ref", "-d", "refs/notes/commits"]);
    sandbox.git(&["prune", "--expire=now"]);
    sandbox.stage("b.py", line(8));
    let found = finding(&sandbox, &hf_token(8));
    assert_eq!(
        (&found["path"], &found["origin"]["kind"]),
        (&"b.py".into(), &"staged".into())
    );
}

#[test]
fn messages_and_identities_are_read() {
    let sandbox = Sandbox::new();
    let tokens: Vec<String> = (10..13).map(hf_token).collect();
    sandbox.commit_all(&format!("use {}", tokens[0]));
    sandbox.git(&[
        "tag",
        "--annotate",
        "v1",
        "--message",
        &format!("see {}", tokens[1]),
    ]);
    let author = format!("{} <a@example.org>", tokens[2]);
    sandbox.git(&[
        "commit",
        "--quiet",
        "--allow-empty",
        "--message",
        "b",
        "--author",
        &author,
    ]);
    // The reflogs repeat the subject of a commit.
    std::fs::remove_dir_all(sandbox.path().join(".git/logs")).expect("they can be removed");
    let found = findings(&sandbox, &tokens[0]);
    for token in &tokens {
        scan(&sandbox).assert_code(1).assert_hides(token);
    }
    let told: Vec<String> = found
        .iter()
        .map(|one| {
            let words = [&one["origin"]["kind"], &one["path"], &one["part"]];
            words.map(|word| word.as_str().unwrap_or("-")).join(", ")
        })
        .collect();
    let expected = [
        "commit, commit author, header",
        "message, commit message, message",
        "tag, tag message, message",
    ];
    assert_eq!(told, expected);
    assert_eq!(found[0]["origin"]["commit"], id(&sandbox, "HEAD"));
    assert_eq!(found[1]["origin"]["commit"], id(&sandbox, "HEAD~1"));
    assert_eq!(
        found[1]["origin"]["author"],
        "A. Author <author@example.org>"
    );
    assert_eq!(
        found[1]["provenance"]["refs"],
        json!(["refs/heads/main", "refs/tags/v1"])
    );
    assert_eq!(found[2]["origin"]["tag"], id(&sandbox, "v1"));
    assert_eq!(found[2]["provenance"]["refs"], json!(["refs/tags/v1"]));
}

#[test]
fn what_only_a_merge_brings_is_of_the_merge() {
    let sandbox = Sandbox::new();
    let token = hf_token(14);
    sandbox.commit_all("start");
    sandbox.git(&["switch", "--quiet", "--create", "side"]);
    sandbox.write("side.py", "print(2)\n");
    sandbox.commit_all("side");
    sandbox.git(&["switch", "--quiet", "main"]);
    sandbox.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    sandbox.write("side.py", format!("token = \"{token}\"\n"));
    sandbox.commit_all("merge");
    assert_eq!(id(&sandbox, "HEAD^2"), id(&sandbox, "side"));
    let found = finding(&sandbox, &token);
    assert_eq!(found["origin"]["commit"], id(&sandbox, "HEAD"));
}

#[test]
fn names_of_files_and_targets_of_links_are_read() {
    let sandbox = Sandbox::new();
    let (name, target) = (hf_token(15), hf_token(16));
    sandbox.write(format!("keys/{name}.txt"), "nothing\n");
    std::os::unix::fs::symlink(&target, sandbox.path().join("link")).expect("a link can be made");
    sandbox.commit_all("add");
    let found = findings(&sandbox, &name);
    scan(&sandbox).assert_code(1).assert_hides(&target);
    let parts: Vec<&str> = found
        .iter()
        .filter_map(|one| one["part"].as_str())
        .collect();
    assert_eq!(parts, ["path", "symlink-target"], "{found:#?}");
    assert!(
        found[0]["path"]
            .as_str()
            .is_some_and(|path| path.starts_with("keys/hf_"))
    );
    assert_eq!(found[1]["path"], "link");
}

#[test]
fn blobs_and_trees_without_a_commit_are_read() {
    let sandbox = Sandbox::new();
    let token = hf_token(17);
    sandbox.write("a.py", format!("token = \"{token}\"\n"));
    sandbox.git(&["add", "a.py"]);
    let tree = sandbox.git(&["write-tree"]);
    sandbox.git(&["rm", "--quiet", "--cached", "a.py"]);
    sandbox.git(&["tag", "tree", tree.trim()]);
    let found = finding(&sandbox, &token);
    assert_eq!(
        (&found["path"], &found["origin"]["kind"]),
        (&"a.py".into(), &"object".into())
    );
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
        let run = Run::of(
            sandbox
                .command(GUARD)
                .current_dir(&bare)
                .arg("--all-history"),
        );
        run.assert_code(0);
        std::fs::remove_dir_all(&bare).expect("it can be removed");
    }
    sandbox
        .guard(&["--all-history", "--no-config"])
        .assert_code(1);
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
    run.assert_code(2);
    assert!(run.stdout.contains("not read:"), "{}", run.stdout);
    assert!(run.stdout.contains("object "), "{}", run.stdout);
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
    let run = Run::of(
        sandbox
            .command(GUARD)
            .current_dir(&shallow)
            .arg("--all-history"),
    );
    run.assert_code(2);
    assert!(
        run.stdout.contains("git fetch --unshallow"),
        "{}",
        run.stdout
    );
}

#[test]
fn names_of_refs_and_reflogs_are_read() {
    let formats = [&[][..], &["--ref-format=reftable"]];
    for options in formats {
        let sandbox = Sandbox::with_init_options(options);
        let (name, message) = (hf_token(21), hf_token(22));
        sandbox.commit_all("start");
        sandbox.git(&["branch", &format!("fix/{name}")]);
        let update = ["update-ref", "--create-reflog", "-m", &message];
        sandbox.git(&[&update[..], &["refs/heads/dev", "HEAD"]].concat());
        let found = findings(&sandbox, &name);
        scan(&sandbox).assert_code(1).assert_hides(&message);
        let parts: Vec<&str> = found
            .iter()
            .filter_map(|one| one["part"].as_str())
            .collect();
        assert!(parts.contains(&"ref-name"), "{found:#?}");
        assert!(parts.contains(&"message"), "{found:#?}");
        assert!(
            found.iter().all(|one| one["origin"]["kind"] == "ref"),
            "{found:#?}"
        );
    }
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
    let report: Value = serde_json::from_str(&accepted.stdout).expect("it is JSON");
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
    run.assert_code(2);
    assert!(
        run.stderr.contains("line 1 of the baseline"),
        "{}",
        run.stderr
    );
}

#[test]
fn where_commits_are_missing_findings_are_told_all_the_same() {
    let sandbox = Sandbox::new();
    let token = hf_token(25);
    added_then_removed(&sandbox, &token);
    let missing = id(&sandbox, "HEAD~2");
    let file = format!(".git/objects/{}/{}", &missing[..2], &missing[2..]);
    std::fs::remove_file(sandbox.path().join(file)).expect("it is loose");
    let run = sandbox.guard(&["--all-history", "--format", "json"]);
    // What is missing may have held more.
    run.assert_code(2).assert_hides(&token);
    let report: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    assert_eq!(report["findings"][0]["origin"]["kind"], "object");
    let warning = report["warnings"][0].as_str().unwrap_or_default();
    assert!(warning.contains("cannot be told"), "{report:#}");
}

#[test]
fn the_name_of_a_branch_without_a_commit_is_read() {
    for options in [&[][..], &["--ref-format=reftable"]] {
        let sandbox = Sandbox::with_init_options(options);
        let token = hf_token(26);
        sandbox.git(&["symbolic-ref", "HEAD", &format!("refs/heads/fix/{token}")]);
        let found = finding(&sandbox, &token);
        assert_eq!(
            (&found["part"], &found["origin"]["kind"]),
            (&"ref-name".into(), &"ref".into())
        );
        sandbox.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
        scan(&sandbox).assert_code(0);
        // The same in a second work tree.
        sandbox.commit_all("start");
        let other = sandbox.root().join("other");
        let other = other.to_str().expect("the path is UTF-8");
        let branch = format!("more/{token}");
        sandbox.git(&[
            "worktree", "add", "--quiet", "--orphan", "-b", &branch, other,
        ]);
        let found = finding(&sandbox, &token);
        assert_eq!(
            found["path"]
                .as_str()
                .map(|path| path.starts_with("refs/heads/more/hf_")),
            Some(true)
        );
    }
}
