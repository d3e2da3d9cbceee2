//! `--refs`, `--since`, `--until` and `--path`: what is told under each, and that the summary says so.

use serde_json::{Value, json};

use crate::support::{Run, Sandbox, hf_token};

/// Commits `content` at `path` on a day.
#[track_caller]
fn commit_on(sandbox: &Sandbox, day: &str, path: &str, content: &str, message: &str) {
    sandbox.write(path, content);
    sandbox.git(&["add", "--all"]);
    let date = format!("{day}T12:00:00Z");
    let mut command = sandbox.command("git");
    command
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date)
        .args(["commit", "--quiet", "--message", message]);
    Run::of(&mut command).assert_code(0);
}

/// Secrets by seed: 1 in `old.py` since 2025-01, 2 in `src/new.py` since 2025-06, 3 on the branch `side` since 2025-07, 4 in
/// a message of 2025-08, 5 in a blob that nothing leads to, 6 in the name of a ref, 7 in a reflog alone, 8 in the index.
fn history() -> Sandbox {
    let sandbox = Sandbox::new();
    let line = |seed: u64| format!("token = \"{}\"\n", hf_token(800 + seed));
    commit_on(&sandbox, "2025-01-10", "old.py", &line(1), "one");
    commit_on(&sandbox, "2025-06-10", "src/new.py", &line(2), "two");
    sandbox.git(&["switch", "--quiet", "--create", "side"]);
    commit_on(&sandbox, "2025-07-10", "side.py", &line(3), "three");
    sandbox.git(&["switch", "--quiet", "main"]);
    let message = format!("four {}", hf_token(804));
    commit_on(&sandbox, "2025-08-10", "x.txt", "x\n", &message);
    std::fs::remove_dir_all(sandbox.path().join(".git/logs")).expect("they can be removed");
    sandbox.git_with_input(&["hash-object", "-w", "--stdin"], line(5).as_bytes());
    sandbox.git(&["branch", &format!("fix/{}", hf_token(806))]);
    commit_on(&sandbox, "2025-09-10", "gone.py", &line(7), "seven");
    sandbox.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    sandbox.stage("staged.py", line(8));
    sandbox
}

#[track_caller]
fn told(sandbox: &Sandbox, arguments: &[&str]) -> (Vec<u64>, Value) {
    let all = [&["--all-history", "--format", "json"], arguments].concat();
    let run = sandbox.guard(&all);
    let report = run.json();
    let findings = report["findings"].as_array().expect("a list");
    run.assert_code(i32::from(!findings.is_empty()));
    let seeds = (1..=8)
        .filter(|seed| {
            run.assert_hides(&hf_token(800 + seed));
            let mask = &hf_token(800 + seed)[..7];
            let shown = |finding: &&Value| {
                finding["secret"]
                    .as_str()
                    .is_some_and(|secret| secret.starts_with(mask))
            };
            findings.iter().any(|finding| shown(&finding))
        })
        .collect();
    (seeds, report["summary"]["narrowed"].clone())
}

#[test]
fn each_narrowing_tells_what_it_says() {
    let sandbox = history();
    let cases: [(&[&str], &[u64]); 17] = [
        (&[], &[1, 2, 3, 4, 5, 6, 7, 8]),
        (&["--refs", "main"], &[1, 2, 4]),
        (&["--refs", "refs/heads/side"], &[1, 2, 3]),
        (&["--refs", "HEAD"], &[1, 2, 4]),
        (&["--refs", "side", "--refs", "main"], &[1, 2, 3, 4]),
        (&["--refs", "fix/*"], &[1, 2, 4, 6]),
        (&["--since", "2025-06-10"], &[2, 3, 4, 7]),
        (&["--since", "2025-06-11"], &[3, 4, 7]),
        (&["--until", "2025-06-10"], &[1, 2]),
        (&["--until", "2025-06-09"], &[1]),
        (&["--since", "2025-02-01", "--until", "2025-07-31"], &[2, 3]),
        (&["--since", "2025-07-10T12:00:01Z"], &[4, 7]),
        (&["--path", "src/"], &[2]),
        (&["--path", "*.py"], &[1, 2, 3, 7, 8]),
        (&["--path", "old.py", "--path", "side.py"], &[1, 3]),
        (&["--path", "nothing/"], &[]),
        (
            &["--refs", "side", "--path", "*.py", "--since", "2025-06-01"],
            &[2, 3],
        ),
    ];
    for (arguments, expected) in cases {
        let (seeds, narrowed) = told(&sandbox, arguments);
        assert_eq!(seeds, expected, "{arguments:?}");
        if arguments.is_empty() {
            assert_eq!(narrowed, Value::Null);
        } else {
            assert_eq!(narrowed["left_out"], 8 - expected.len(), "{arguments:?}");
        }
    }
}

#[test]
fn the_summary_says_to_what_it_was_narrowed() {
    let sandbox = history();
    let arguments = [
        "--refs",
        "main",
        "--since",
        "2025-06-01 00:00 +0000",
        "--until",
        "2025-06-30 00:00 +0000",
        "--path",
        "src/",
    ];
    let (_, narrowed) = told(&sandbox, &arguments);
    let expected = json!({
        "refs": ["main"],
        "since": "2025-06-01T00:00:00Z",
        "until": "2025-06-30T00:00:00Z",
        "paths": ["src/"],
        "left_out": 7,
    });
    assert_eq!(narrowed, expected);
    let words = "narrowed to what refs that match `main` lead to, and what commits from 2025-06-01T00:00:00Z to \
                 2025-06-30T00:00:00Z bring, and files that match `src/`; 7 secrets outside of it are not told";
    let human = sandbox.guard(&[&["--all-history"], &arguments[..]].concat());
    human.assert_code(1).assert_stdout(words);
    let clean = sandbox.guard(&["--all-history", "--path", "nothing/"]);
    clean
        .assert_code(0)
        .assert_stdout("8 secrets outside of it are not told");
    let sarif = sandbox.guard(&["--all-history", "--path", "nothing/", "--format", "sarif"]);
    sarif
        .assert_code(0)
        .assert_stdout("8 secrets outside of it are not told");
}

#[test]
fn a_secret_that_comes_back_is_brought_again() {
    const NONE: [u64; 0] = [];
    let sandbox = Sandbox::new();
    let line = format!("token = \"{}\"\n", hf_token(801));
    commit_on(&sandbox, "2025-01-10", "a.py", &line, "one");
    commit_on(&sandbox, "2025-02-10", "a.py", "none\n", "two");
    commit_on(
        &sandbox,
        "2025-03-10",
        "a.py",
        &format!("x\n{line}"),
        "three",
    );
    commit_on(
        &sandbox,
        "2025-04-10",
        "a.py",
        &format!("y\n{line}"),
        "four",
    );
    assert_eq!(told(&sandbox, &["--since", "2025-03-01"]).0, [1]);
    assert_eq!(told(&sandbox, &["--since", "2025-04-01"]).0, NONE);
    assert_eq!(
        told(
            &sandbox,
            &["--since", "2025-02-01", "--until", "2025-02-28"]
        )
        .0,
        NONE
    );
}

#[test]
fn what_means_nothing_is_refused() {
    let sandbox = history();
    for (arguments, expected) in [
        (&["--refs", "v*"][..], "`v*` matches no ref"),
        (
            &["--refs", "main", "--refs", "nope"],
            "`nope` matches no ref",
        ),
        (&["--refs", "["], "is not a valid glob"),
        (&["--refs", ""], "is not a valid glob"),
        (&["--path", "src["], "is never closed"),
        (&["--path", "*"], "matches every file"),
        (&["--since", "2025-02-30"], "is no date"),
        (&["--until", "soon"], "is no date"),
        (&["--since", ""], "is no date"),
        (
            &["--since", "2025-02-01", "--until", "2025-01-01"],
            "--since is later than --until",
        ),
    ] {
        let run = sandbox.guard(&[&["--all-history"], arguments].concat());
        run.assert_code(2);
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(
            run.stderr.contains(expected),
            "{arguments:?}: {}",
            run.stderr
        );
    }
    for arguments in [
        &["--refs", "main"][..],
        &["--all-history", "--no-provenance", "--since", "2025-01-01"],
    ] {
        sandbox.guard(arguments).assert_code(2);
    }
}

#[test]
fn where_a_tree_is_missing_nothing_inside_is_called_clean() {
    let sandbox = Sandbox::new();
    let line = format!("token = \"{}\"\n", hf_token(801));
    sandbox.write("deep/a.py", &line);
    sandbox.commit_all("add");
    let tree = sandbox.git(&["rev-parse", "HEAD:deep"]);
    let file = format!(".git/objects/{}/{}", &tree[..2], tree[2..].trim());
    std::fs::remove_file(sandbox.path().join(file)).expect("it is loose");
    // The index knows the path too.
    std::fs::remove_file(sandbox.path().join(".git/index")).expect("there is one");
    sandbox
        .guard(&["--all-history", "--path", "deep/"])
        .assert_code(2);
    sandbox.guard(&["--all-history"]).assert_code(2);
}
