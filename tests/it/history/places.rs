//! One entry a secret: its places told apart, for people and programs, and accepted one by one.

use serde_json::{Value, json};

use crate::sarif::assert_sarif;
use crate::support::{Run, Sandbox, hf_token};

/// A secret in two files, a message, a tag and a blob that nothing leads to; the reflogs, which repeat messages, are gone.
fn scattered(token: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let line = format!("token = \"{token}\"\n");
    sandbox.write("src/a.py", &line);
    sandbox.commit_all("add");
    sandbox.write("tests/b.py", format!("\n{line}"));
    sandbox.commit_all(&format!("say {token}"));
    sandbox.git(&["rm", "--quiet", "src/a.py"]);
    sandbox.commit_all("remove");
    let message = format!("tag of {token}");
    sandbox.git(&["tag", "--annotate", "--message", &message, "v1"]);
    sandbox.git_with_input(&["hash-object", "-w", "--stdin"], line.as_bytes());
    sandbox.git_with_input(
        &["hash-object", "-w", "--stdin"],
        format!("lost {token}").as_bytes(),
    );
    std::fs::remove_dir_all(sandbox.path().join(".git/logs")).expect("they can be removed");
    sandbox
}

#[track_caller]
fn report(run: &Run, token: &str) -> Value {
    run.assert_hides(token);
    run.json()
}

/// Kind of origin, path, line, column and reach of each place.
fn places(finding: &Value) -> Vec<String> {
    let places = finding["provenance"]["places"].as_array().expect("a list");
    let words = |place: &Value| {
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        format!(
            "{} {}:{}:{} {}",
            word(&place["origin"]["kind"]),
            word(&place["path"]),
            place["line"],
            place["column"],
            word(&place["reach"])
        )
    };
    places.iter().map(words).collect()
}

#[test]
fn all_places_of_a_secret_are_one_entry_and_told_apart() {
    let token = hf_token(700);
    let sandbox = scattered(&token);
    let run = sandbox.guard(&["--all-history", "--format", "json"]);
    run.assert_code(1);
    let report = report(&run, &token);
    let findings = report["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 1, "{report:#}");
    let expected = [
        "message commit message:1:5 refs",
        "commit tests/b.py:2:10 refs",
        "commit src/a.py:1:10 refs",
        "tag tag message:1:8 refs",
        "unreachable blob:1:6 nothing",
    ];
    assert_eq!(places(&findings[0]), expected);
    let provenance = &findings[0]["provenance"];
    let id = |revision: &str| sandbox.git(&["rev-parse", revision]).trim().to_owned();
    assert_eq!(provenance["first"]["commit"], id("HEAD~2"));
    assert_eq!(
        provenance["first"]["author"],
        "A. Author <author@example.org>"
    );
    assert_eq!(provenance["first"]["date"], "2026-01-02");
    assert_eq!(provenance["last"]["commit"], id("HEAD"));
    assert_eq!(provenance["commits"], 3);
    // Two versions in files, and the one that is lost.
    assert_eq!(provenance["blobs"], 3);
    assert_eq!(provenance["in_head"], true);
    assert_eq!(
        provenance["refs"],
        json!(["refs/heads/main", "refs/tags/v1"])
    );
    assert_eq!(findings[0]["path"], "src/a.py");
    assert_eq!(findings[0]["origin"]["commit"], id("HEAD~2"));
    assert_eq!(report["summary"].get("narrowed"), None);
}

#[test]
fn sarif_carries_all_places() {
    let token = hf_token(701);
    let sandbox = scattered(&token);
    sandbox.git(&["branch", "side"]);
    for more in [&[][..], &["--refs", "main"], &["--no-provenance"]] {
        let arguments = [&["--all-history", "--format", "sarif"], more].concat();
        let run = sandbox.guard(&arguments);
        run.assert_code(1);
        let log = report(&run, &token);
        assert_sarif(&log);
        let result = &log["runs"][0]["results"][0];
        let related = result["relatedLocations"].as_array().expect("a list");
        let places = &result["properties"]["provenance"]["places"];
        assert_eq!(Some(related.len()), places.as_array().map(Vec::len));
        assert!(related.len() >= 3, "{log:#}");
        let notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
        assert_eq!(
            notes.contains("\"narrowed\""),
            more.contains(&"--refs"),
            "{notes}"
        );
        if more.is_empty() {
            let uris: Vec<&str> = related
                .iter()
                .filter_map(|place| place["physicalLocation"]["artifactLocation"]["uri"].as_str())
                .collect();
            assert!(
                uris.contains(&"tests/b.py") && uris.contains(&"src/a.py"),
                "{uris:?}"
            );
            let region = &related[1]["physicalLocation"]["region"];
            assert_eq!(
                (&region["startLine"], &region["startColumn"]),
                (&2.into(), &10.into())
            );
            let message = related[1]["message"]["text"].as_str().expect("words");
            assert!(
                message.contains("tests/b.py:2:10: from commit "),
                "{message}"
            );
        }
    }
}

#[test]
fn a_person_reads_who_where_and_what_to_do() {
    let token = hf_token(702);
    let sandbox = scattered(&token);
    let run = sandbox.guard(&["--all-history"]);
    run.assert_code(1).assert_hides(&token);
    let id = |revision: &str| sandbox.git(&["rev-parse", revision]).trim().to_owned();
    let (first, last) = (id("HEAD~2"), id("HEAD"));
    for expected in [
        "src/a.py:1:10: Hugging Face user access token: hf_",
        &format!("  brought by commit {first} of 2026-01-02 by A. Author <author@example.org>\n"),
        &format!(
            "  in 3 commits, 3 blobs; last in commit {} of 2026-01-02 by ",
            &last[..12]
        ),
        "  still at HEAD; at the tip of main, v1\n",
        "  5 places, the newest first:\n    commit message:1:5  2026-01-02 commit ",
        "\n    tests/b.py:2:10  2026-01-02 commit ",
        ", at HEAD\n",
        ", which no ref leads to any more\n",
        "First revoke it: ",
        "https://huggingface.co/settings/tokens",
        "hf-guard: 1 finding.\n",
    ] {
        run.assert_stdout(expected);
    }
    assert_eq!(run.stdout.matches("this blocks").count(), 0);
}

#[test]
fn a_secret_is_accepted_when_each_of_its_places_is() {
    let token = hf_token(703);
    let sandbox = Sandbox::new();
    let line = format!("token = \"{token}\"\n");
    sandbox.write("src/a.py", &line);
    sandbox.write("tests/b.py", &line);
    sandbox.commit_all("add");
    sandbox.write("tests/b.py", "\n");
    let entry = |path: &str| format!("[[allow]]\npath = \"{path}\"\nreason = \"for tests\"\n");
    sandbox.write(".hf-guard.toml", entry("tests/"));
    sandbox.commit_all("accept some");
    let run = sandbox.guard(&["--all-history", "--format", "json"]);
    run.assert_code(1);
    let some = report(&run, &token);
    let finding = &some["findings"][0];
    assert_eq!(
        (&finding["path"], &some["summary"]["accepted"]),
        (&"src/a.py".into(), &0.into())
    );
    let by: Vec<Option<&str>> = finding["provenance"]["places"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|place| place.get("by").and_then(|by| by["kind"].as_str()))
        .collect();
    assert_eq!(by, [None, Some("entry")], "{some:#}");
    let human = sandbox.guard(&["--all-history"]);
    human.assert_stdout("2 places, the newest first, 1 of them accepted:");
    assert!(!human.stdout.contains("# tests/b.py"), "{}", human.stdout);

    sandbox.write(".hf-guard.toml", entry("tests/") + &entry("src/"));
    sandbox.commit_all("accept all");
    let run = sandbox.guard(&["--all-history", "--format", "json"]);
    run.assert_code(0);
    let all = report(&run, &token);
    assert_eq!(all["findings"], json!([]));
    assert_eq!(all["accepted"][0]["by"]["kind"], "entry");
    assert_eq!(
        all["accepted"][0]["provenance"]["places"][1]["by"]["kind"],
        "entry"
    );
}

#[test]
fn a_baseline_knows_places_and_merges_by_lines() {
    let token = hf_token(704);
    let sandbox = scattered(&token);
    let file = sandbox.root().join("known");
    let name = file.to_str().expect("the path is UTF-8");
    sandbox
        .guard(&["--all-history", "--write-baseline", name])
        .assert_code(1);
    let text = std::fs::read_to_string(&file).expect("it is written");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() == 5 && lines.is_sorted(), "{text}");
    let is_hex =
        |line: &&str| line.len() == 32 && line.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(lines.iter().all(is_hex), "{text}");
    sandbox
        .guard(&["--all-history", "--write-baseline", name])
        .assert_code(1);
    assert_eq!(std::fs::read_to_string(&file).expect("it is written"), text);
    let known = ["--all-history", "--baseline", name, "--format", "json"];
    sandbox.guard(&known).assert_code(0);
    // Two people's versions, merged by lines: in any order, some twice.
    let merged: Vec<&str> = lines.iter().rev().chain(&lines[..2]).copied().collect();
    std::fs::write(&file, merged.join("\r\n")).expect("it can be written");
    sandbox.guard(&known).assert_code(0);
    // The same secret at a new place is new, at the old ones known; moved lines change nothing.
    sandbox.write("tests/b.py", format!("\n\n\ntoken = \"{token}\"\n"));
    sandbox.commit_all("move");
    sandbox.guard(&known).assert_code(0);
    sandbox.write("new.py", format!("token = \"{token}\"\n"));
    sandbox.commit_all("another");
    let run = sandbox.guard(&known);
    run.assert_code(1);
    assert_eq!(report(&run, &token)["findings"][0]["path"], "new.py");
}

#[test]
fn without_provenance_there_is_one_entry_too() {
    let token = hf_token(705);
    let sandbox = scattered(&token);
    let run = sandbox.guard(&["--all-history", "--no-provenance", "--format", "json"]);
    run.assert_code(1);
    let report = report(&run, &token);
    let findings = report["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 1, "{report:#}");
    let provenance = &findings[0]["provenance"];
    assert_eq!(provenance["places"].as_array().map(Vec::len), Some(5));
    assert_eq!(
        (provenance.get("first"), provenance.get("in_head")),
        (None, None)
    );
    assert_eq!(provenance["blobs"], 3);
}

#[test]
fn notebooks_utf16_and_long_lines_are_read_as_in_the_hook() {
    let sandbox = Sandbox::new();
    let tokens: Vec<String> = (706..710).map(hf_token).collect();
    sandbox.write(
        "demo.ipynb",
        crate::report::notebook(&tokens[0], &tokens[1]),
    );
    let line = format!("key\ntoken = \"{}\"\n", tokens[2]);
    let utf16: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
    sandbox.write("wide.txt", [b"\xff\xfe", &utf16[..]].concat());
    sandbox.write(
        "long.js",
        format!("{}{}", "x = 1; ".repeat(60_000), tokens[3]),
    );
    sandbox.commit_all("add");
    sandbox.git(&["rm", "--quiet", "-r", "."]);
    sandbox.commit_all("remove");
    sandbox.git(&["repack", "-adq"]);
    let run = sandbox.guard(&["--all-history", "--format", "json"]);
    run.assert_code(1);
    let mut report = Value::Null;
    for token in &tokens {
        report = self::report(&run, token);
    }
    let findings = report["findings"].as_array().expect("a list");
    let of = |token: &String| {
        let shown = |finding: &&Value| {
            finding["secret"]
                .as_str()
                .is_some_and(|secret| secret.starts_with(&token[..7]))
        };
        findings
            .iter()
            .find(shown)
            .unwrap_or_else(|| panic!("{report:#}"))
    };
    assert_eq!(
        of(&tokens[0])["cell"]["number"],
        of(&tokens[0])["provenance"]["places"][0]["cell"]["number"]
    );
    assert!(of(&tokens[1])["cell"]["kind"].is_string(), "{report:#}");
    let at = |token| (of(token)["line"].clone(), of(token)["column"].clone());
    assert_eq!(at(&tokens[2]), (2.into(), 10.into()));
    assert_eq!(at(&tokens[3]), (1.into(), 420_001.into()));
}

#[test]
fn a_tree_of_trees_of_trees_ends() {
    let sandbox = Sandbox::new();
    let token = hf_token(711);
    let blob = sandbox.git_with_input(&["hash-object", "-w", "--stdin"], token.as_bytes());
    let mut below = format!("100644 blob {}\ta.py\n", blob.trim());
    for _ in 0..9 {
        let tree = sandbox.git_with_input(&["mktree"], below.as_bytes());
        below = (0..10)
            .map(|name| format!("040000 tree {}\td{name}\n", tree.trim()))
            .collect();
    }
    let tree = sandbox.git_with_input(&["mktree"], below.as_bytes());
    let commit = sandbox.git(&["commit-tree", "-m", "a thousand million files", tree.trim()]);
    sandbox.git(&["update-ref", "refs/heads/main", commit.trim()]);
    let run = sandbox.guard(&["--all-history"]);
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stdout("there may be more places");
}
