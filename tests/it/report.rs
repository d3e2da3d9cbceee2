//! What a run says: to a person, to a program, to a code host.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use hf_guard::finding::{Finding, Origin, Part};
use hf_guard::outcome::{Accepted, AcceptedBy, Outcome, Skip, Summary};
use hf_guard::report::{self, Detail, Format, Options};
use hf_guard::rules::{Confidence, RuleSet};
use hf_guard::scan::{Place, Scanner};
use serde_json::{Value, json};

use crate::support::{GUARD, Run, Sandbox, hf_token};

#[track_caller]
fn parsed(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).expect("standard output is one JSON document")
}

#[test]
fn json_tells_what_the_contract_names() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.stage(
        "models/train.py",
        format!("import os\ntoken = \"{token}\"\n"),
    );
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1).assert_hides(&token);
    let report = parsed(&run);
    assert_eq!(report["schema"], 1);
    let finding = &report["findings"][0];
    for (field, expected) in [
        ("rule", "huggingface-user-token"),
        ("description", "Hugging Face user access token"),
        ("provider", "Hugging Face"),
        ("confidence", "high"),
        ("path", "models/train.py"),
        ("part", "content"),
    ] {
        assert_eq!(finding[field], expected, "{field}");
    }
    for (field, expected) in [
        ("line", 2),
        ("column", 10),
        ("end_line", 2),
        ("end_column", 47),
    ] {
        assert_eq!(finding[field], expected, "{field}");
    }
    assert_eq!(finding["origin"], json!({"kind": "staged"}));
    assert_eq!(finding["secret"], format!("{}…(37)", &token[..7]));
    let sha256 = finding["secret_sha256"]
        .as_str()
        .expect("a random token has a hash");
    assert_eq!(sha256.len(), 64);
    let fingerprint = finding["fingerprint"].as_str().expect("a string");
    assert_eq!(fingerprint.len(), 32);
    assert_eq!(report["accepted"], json!([]));
    assert_eq!(report["skipped"], json!([]));
    assert_eq!(report["summary"]["findings"], 1);
    assert_eq!(report["summary"]["blocking"], 1);
}

#[test]
fn a_clean_run_is_a_whole_document_too() {
    let sandbox = Sandbox::new();
    sandbox.stage("train.py", "print(1)\n");
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(0);
    assert_eq!(parsed(&run)["findings"], json!([]));
}

#[test]
fn output_goes_to_a_file_and_changes_no_exit_code() {
    let sandbox = Sandbox::new();
    let token = hf_token(2);
    sandbox.stage("a.py", format!("{token}\n"));
    let run = sandbox.guard(&["--format", "json", "--output", "report.json"]);
    run.assert_code(1).assert_hides(&token);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("report.json"), "{}", run.stderr);
    let text = fs::read_to_string(sandbox.path().join("report.json")).expect("it was written");
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(report["summary"]["findings"], 1);
    let run = sandbox.guard(&["--format", "json", "--output", "no/such/folder/report.json"]);
    run.assert_code(2);
    assert!(
        run.stderr.contains("no/such/folder/report.json"),
        "{}",
        run.stderr
    );
}

/// A notebook with one token in the code and one in what it printed.
fn notebook(source: &str, output: &str) -> String {
    let notebook = json!({
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]},
            {
                "cell_type": "code",
                "metadata": {},
                "source": ["from huggingface_hub import login\n", format!("login(token=\"{source}\")")],
                "outputs": [{
                    "output_type": "execute_result",
                    "metadata": {},
                    "data": {"text/plain": ["ok\n", format!("'{output}'")]},
                }],
            },
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    });
    serde_json::to_string_pretty(&notebook).expect("it is JSON")
}

#[test]
fn a_notebook_is_told_by_its_cells() {
    let sandbox = Sandbox::new();
    let (source, output) = (hf_token(1), hf_token(2));
    sandbox.stage("demo.ipynb", notebook(&source, &output));
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1)
        .assert_hides(&source)
        .assert_hides(&output);
    let report = parsed(&run);
    let mut cells: Vec<Value> = report["findings"]
        .as_array()
        .expect("findings are a list")
        .iter()
        .map(|finding| finding["cell"].clone())
        .collect();
    cells.sort_by_key(Value::to_string);
    assert_eq!(
        cells,
        [
            json!({"number": 2, "kind": "output", "mime": "text/plain", "line": 2}),
            json!({"number": 2, "kind": "source", "line": 2}),
        ]
    );
    let run = sandbox.guard(&[]);
    run.assert_code(1)
        .assert_hides(&source)
        .assert_hides(&output);
    for expected in [
        "cell 2, source, line 2 of it",
        "cell 2, output (text/plain), line 2 of it",
        "userdata.get(\"HF_TOKEN\")",
        "jupyter nbconvert --clear-output --inplace demo.ipynb",
    ] {
        assert!(run.stdout.contains(expected), "{expected}: {}", run.stdout);
    }
}

#[test]
fn paths_come_back_whole_and_hold_no_secret() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let sandbox = Sandbox::new();
    let (inside, named) = (hf_token(1), hf_token(2));
    let names: [&[u8]; 4] = [
        b"caf\xe9.py",
        b"back\\slash.py",
        "模 型.py".as_bytes(),
        b"new\nline.py",
    ];
    for name in names {
        sandbox.write(OsStr::from_bytes(name), format!("t = '{inside}'\n"));
    }
    sandbox.write(format!("{named}.py"), "t = 1\n");
    sandbox.git(&["add", "--all"]);
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1)
        .assert_hides(&inside)
        .assert_hides(&named);
    let report = parsed(&run);
    let mut content = Vec::new();
    let mut in_path = Vec::new();
    for finding in report["findings"].as_array().expect("findings are a list") {
        let path = finding["path"].as_str().expect("a path is text");
        let bytes = hf_guard::text::path::decode(path).expect("it is what encode writes");
        if finding["part"] == "path" {
            in_path.push(path.to_owned());
        } else {
            content.push(bytes.to_vec());
        }
    }
    content.sort();
    let mut expected: Vec<Vec<u8>> = names.iter().map(|name| name.to_vec()).collect();
    expected.sort();
    assert_eq!(content, expected);
    assert_eq!(in_path, [format!("{}…(37).py", &named[..7])]);
    for format in ["human", "sarif"] {
        let run = sandbox.guard(&["--format", format]);
        run.assert_code(1)
            .assert_hides(&inside)
            .assert_hides(&named);
    }
}

#[test]
fn a_text_that_is_not_read_is_told_without_the_secret_in_its_name() {
    let sandbox = Sandbox::new();
    let token = hf_token(3);
    sandbox.git(&["init", "--quiet", "--bare", "../outside"]);
    let link = sandbox.path().join(format!("{token}.txt"));
    std::os::unix::fs::symlink("../outside/HEAD", &link).expect("a link can be made");
    let name = format!("{token}.txt");
    for format in ["human", "json", "sarif"] {
        let run = sandbox.guard(&["scan", &name, "--format", format]);
        run.assert_hides(&token);
        assert_ne!(run.code, 0);
        assert!(run.stdout.contains("not followed"), "{}", run.stdout);
    }
    let report = parsed(&sandbox.guard(&["scan", &name, "--format", "json"]));
    assert_eq!(
        report["skipped"][0]["path"],
        format!("{}…(37).txt", &token[..7])
    );
    assert_eq!(report["summary"]["skipped"], 1);
}

/// The schema as OASIS publishes it; the package `serde-sarif` (MIT) carries it.
fn sarif_schema() -> &'static jsonschema::Validator {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let cargo = |arguments: &[&str]| {
            let output = Command::new(env!("CARGO"))
                .args(arguments)
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .output()
                .expect("cargo runs");
            assert!(output.status.success(), "{}", output.stderr.escape_ascii());
            String::from_utf8(output.stdout).expect("cargo prints UTF-8")
        };
        let version = cargo(&["-vV"]);
        let host = version
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .expect("cargo names its host");
        // Only packages of this platform are sure to have been downloaded.
        let metadata = cargo(&[
            "metadata",
            "--format-version=1",
            "--offline",
            "--locked",
            "--filter-platform",
            host,
        ]);
        let metadata: Value = serde_json::from_str(&metadata).expect("cargo prints JSON");
        let manifest = metadata["packages"]
            .as_array()
            .expect("packages are a list")
            .iter()
            .find(|package| package["name"] == "serde-sarif")
            .and_then(|package| package["manifest_path"].as_str())
            .expect("it is a development dependency");
        let path = std::path::Path::new(manifest).with_file_name("src/schema.json");
        let schema = fs::read_to_string(path).expect("the package holds the schema");
        // A bracket that stands for itself makes two of its patterns no regex to a strict reader.
        let schema = schema.replace("]?$\"", "\\\\]?$\"");
        let schema: Value = serde_json::from_str(&schema).expect("a schema is JSON");
        assert!(
            schema["title"]
                .as_str()
                .is_some_and(|title| title.contains("Version 2.1.0"))
        );
        jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .expect("the schema is one")
    })
}

#[track_caller]
fn assert_sarif(log: &Value) {
    let errors: Vec<String> = sarif_schema()
        .iter_errors(log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}\n{log:#}", errors.join("\n"));
}

#[test]
fn sarif_is_valid_and_what_code_scanning_wants() {
    let sandbox = Sandbox::new();
    let (first, second) = (hf_token(1), hf_token(2));
    sandbox.stage("src/a b.py", format!("t = '{first}'\nu = '{first}'\n"));
    sandbox.stage("demo.ipynb", notebook(&first, &second));
    sandbox.stage(&format!("{second}.txt"), "x\n");
    let run = sandbox.guard(&["--format", "sarif"]);
    run.assert_code(1)
        .assert_hides(&first)
        .assert_hides(&second);
    let log = parsed(&run);
    assert_sarif(&log);
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let results = run["results"].as_array().expect("results are a list");
    assert_eq!(results.len(), 5);
    let in_python: Vec<&Value> = results
        .iter()
        .filter(|result| {
            let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
            artifact["uri"] == "src/a%20b.py" && artifact["uriBaseId"] == "%SRCROOT%"
        })
        .collect();
    assert_eq!(in_python.len(), 2);
    assert_eq!(
        in_python[0]["locations"][0]["physicalLocation"]["region"],
        json!({"startLine": 1, "startColumn": 6, "endLine": 1, "endColumn": 43})
    );
    assert_ne!(
        in_python[0]["partialFingerprints"]["primaryLocationLineHash"],
        in_python[1]["partialFingerprints"]["primaryLocationLineHash"]
    );
    assert_eq!(in_python[0]["suppressions"], json!([]));
    assert_eq!(in_python[0]["level"], "error");
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "huggingface-user-token");
    assert_eq!(rule["properties"]["security-severity"], "9.0");
    assert!(
        rule["helpUri"]
            .as_str()
            .is_some_and(|uri| uri.starts_with("https://"))
    );
    for form in ["text", "markdown"] {
        let help = rule["help"][form].as_str().expect("a rule has help");
        assert!(
            help.contains("https://huggingface.co/settings/tokens"),
            "{help}"
        );
    }
}

#[test]
fn sarif_of_an_incomplete_scan_says_so() {
    let sandbox = Sandbox::new();
    std::os::unix::fs::symlink("/etc/hostname", sandbox.path().join("link"))
        .expect("a link can be made");
    let run = sandbox.guard(&["scan", "link", "--format", "sarif"]);
    run.assert_code(2);
    let log = parsed(&run);
    assert_sarif(&log);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notification["level"], "error");
    assert!(
        notification["message"]["text"]
            .as_str()
            .is_some_and(|text| text.starts_with("link was not read"))
    );
}

#[test]
fn the_schema_check_can_fail() {
    assert!(!sarif_schema().is_valid(&json!({"version": "2.1.0", "runs": [{}]})));
    assert!(!sarif_schema().is_valid(&json!({"version": "2.0.0", "runs": []})));
}

#[test]
fn hostile_names_reach_no_terminal_and_no_runner() {
    let sandbox = Sandbox::new();
    let token = hf_token(4);
    for name in [
        "\u{1b}[31mred.py",
        "\u{202e}yp.evil",
        "a\n::error::b.py",
        "::error::c.py",
        "##[error]d.py",
        "\u{9b}2J.py",
    ] {
        sandbox.write(
            name,
            format!("t = '{token}' # \u{1b}]0;x\u{7} \u{200b} ::debug:: ##[debug]\n"),
        );
    }
    sandbox.git(&["add", "--all"]);
    for format in ["human", "json", "sarif"] {
        for detail in ["--quiet", "--verbose"] {
            let mut command = sandbox.command(GUARD);
            command
                .args(["--format", format, detail])
                .env("GITHUB_ACTIONS", "true");
            let run = Run::of(&mut command);
            run.assert_code(1).assert_hides(&token);
            for character in run.stdout.chars() {
                let raw = character != '\n' && hf_guard::text::escape::is_unsafe(character);
                assert!(!raw, "{character:?} in {format}");
            }
            for line in run.stdout.lines() {
                assert!(!line.trim_start().starts_with("::"), "{line}");
                assert!(!line.contains("##["), "{line}");
            }
        }
    }
}

#[test]
fn a_report_that_cannot_be_written_is_no_success() {
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", "print(1)\n");
    for format in ["human", "json", "sarif"] {
        let full = File::options()
            .write(true)
            .open("/dev/full")
            .expect("Linux has it");
        let mut command = sandbox.command(GUARD);
        let run = Run::of(
            command
                .args(["--format", format, "--verbose"])
                .stdout(full)
                .stderr(Stdio::piped()),
        );
        run.assert_code(2);
        assert!(run.stderr.contains("--output"), "{}", run.stderr);
        let run = sandbox.guard(&["--format", format, "--verbose", "--output", "/dev/full"]);
        run.assert_code(2);
        assert!(run.stderr.contains("/dev/full"), "{}", run.stderr);
    }
    sandbox.stage("b.py", hf_token(1));
    for format in ["human", "json", "sarif"] {
        let (reader, writer) = std::io::pipe().expect("a pipe can be made");
        drop(reader);
        let mut command = sandbox.command(GUARD);
        let run = Run::of(
            command
                .args(["--format", format])
                .stdout(writer)
                .stderr(Stdio::piped()),
        );
        run.assert_code(2);
    }
}

#[test]
fn quiet_prints_the_findings_lines_alone() {
    let sandbox = Sandbox::new();
    let token = hf_token(5);
    sandbox.stage("a.py", format!("x = 1\nt = '{token}'\n"));
    let run = sandbox.guard(&["--quiet"]);
    run.assert_code(1).assert_hides(&token);
    assert_eq!(
        run.stdout,
        format!(
            "a.py:2:6: Hugging Face user access token: {}…(37) (huggingface-user-token)\n",
            &token[..7]
        )
    );
}

#[test]
fn verbose_says_what_was_read_even_where_nothing_was_found() {
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", "x = 1\n");
    let run = sandbox.guard(&["--verbose"]);
    run.assert_code(0);
    assert_eq!(
        run.stdout,
        "hf-guard: 2 texts read, 6 bytes; nothing found.\n"
    );
}

#[test]
fn colours_come_when_asked_for_and_go_when_not_wanted() {
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", hf_token(6));
    let colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = sandbox.command(GUARD);
        command.args(arguments).envs(variables.iter().copied());
        Run::of(&mut command)
            .assert_code(1)
            .stdout
            .contains('\u{1b}')
    };
    assert!(!colored(&[], &[]));
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["--color", "always", "--format", "json"], &[]));
}

/// Every kind of file once, so that the whole message can be read.
#[test]
fn the_message_helps_whoever_is_interrupted() {
    let sandbox = Sandbox::new();
    sandbox.stage(
        "train.py",
        format!(
            "import os\n# 模型\ntoken = \"{}\"\nlogin(\"{}\", x=\"{}\")\n",
            hf_token(1),
            hf_token(2),
            hf_token(3)
        ),
    );
    sandbox.stage(
        "serve.py",
        format!("token = \"{0}\"\nagain = \"{0}\"\n", hf_token(1)),
    );
    sandbox.stage("demo.ipynb", notebook(&hf_token(4), &hf_token(5)));
    sandbox.stage(
        "web/index.ts",
        format!(
            "const hub = new Hub({{ accessToken: \"{}\" }});\n",
            hf_token(6)
        ),
    );
    sandbox.stage(
        "run it.sh",
        format!("hf auth login --token {}\n", hf_token(7)),
    );
    sandbox.stage(
        ".github/workflows/ci.yml",
        format!("env:\n  HF_TOKEN: {}\n", hf_token(8)),
    );
    sandbox.stage(
        "compose.yaml",
        format!("environment:\n  - HF_TOKEN={}\n", hf_token(9)),
    );
    sandbox.stage("Dockerfile", format!("ENV HF_TOKEN={}\\\n", hf_token(10)));
    sandbox.stage(".env", format!("HF_TOKEN={}\n", hf_token(11)));
    sandbox.stage(".env.example", format!("HF_TOKEN={}\n", hf_token(12)));
    sandbox.stage(
        "get.txt",
        format!(
            "git clone https://me:{}@huggingface.co/me/x\n",
            hf_token(13)
        ),
    );
    sandbox.stage("README.md", format!("Use {}.\n", hf_token(14)));
    sandbox.stage(
        ".gitlab-ci.yml",
        format!("script: curl -H 'Authorization: Bearer {}'\n", hf_token(15)),
    );
    let run = sandbox.guard(&[]);
    run.assert_code(1);
    for seed in 1..=15 {
        run.assert_hides(&hf_token(seed));
    }
    assert!(
        run.stdout.starts_with(".env:1:10: "),
        "the first line is a place"
    );
    assert_eq!(
        run.stdout.matches("os.environ[\"HF_TOKEN\"]").count(),
        2,
        "once for Python, once for notebooks"
    );
    assert_eq!(
        run.stdout.matches("hf-guard allow ").count(),
        16,
        "serve.py holds one secret twice"
    );
    assert!(
        run.stdout
            .ends_with("hf-guard: 17 findings; this blocks the commit.\n")
    );
    assert_eq!(run.stderr, "");
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn one_finding_gets_a_short_message() {
    let sandbox = Sandbox::new();
    sandbox.stage("train.py", format!("\ttoken = \"{}\"\n", hf_token(1)));
    let run = sandbox.guard(&[]);
    run.assert_code(1).assert_hides(&hf_token(1));
    assert!(run.stdout.starts_with("train.py:1:11: "));
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn the_printed_commands_do_what_they_say() {
    let sandbox = Sandbox::new();
    sandbox.stage("keep.py", "x = 1\n");
    sandbox.stage("it's [a] *.py", format!("t = '{}'\n", hf_token(1)));
    let run = sandbox.guard(&[]);
    run.assert_code(1);
    let reset = run
        .stdout
        .lines()
        .find(|line| line.trim_start().starts_with("git reset "))
        .expect("the message says how to leave the file out");
    let done = Run::of(sandbox.command("bash").args(["-c", reset.trim()]));
    done.assert_code(0);
    assert_eq!(
        sandbox.git(&["diff", "--cached", "--name-only"]),
        "keep.py\n"
    );
    sandbox.guard(&[]).assert_code(0);
    sandbox.git(&["add", "--all"]);
    sandbox.write("sub/x", "");
    let mut below = sandbox.command(GUARD);
    let run = Run::of(below.current_dir(sandbox.path().join("sub")));
    run.assert_code(1);
    assert!(
        run.stdout
            .contains("cd \"$(git rev-parse --show-toplevel)\""),
        "{}",
        run.stdout
    );
}

#[track_caller]
fn finding_in(path: &str, seed: u64) -> Finding {
    let scanner = Scanner::new(RuleSet::builtin());
    let text = format!("token = \"{}\"\n", hf_token(seed));
    let candidates = scanner.candidates(text.as_bytes()).expect("rules compile");
    let place = Place {
        path: path.into(),
        part: Part::Content,
        origin: Origin::Worktree,
    };
    scanner
        .findings(&candidates, place)
        .pop()
        .expect("a token is found")
}

/// Something of each kind that a report tells.
fn everything() -> Outcome {
    let mut note = finding_in("note.py", 2);
    note.confidence = Confidence::Low;
    let mut medium = finding_in("medium.js", 3);
    medium.confidence = Confidence::Medium;
    medium.notes = vec![
        "expired 2026-01-02".to_owned(),
        "scopes: read-repos {0} [x](y)".to_owned(),
    ];
    let entry = AcceptedBy::Entry {
        line: 7,
        reason: "of a test hub\u{1b}[1m".to_owned(),
    };
    let comment = AcceptedBy::Comment {
        marker: "gitleaks:allow".to_owned(),
    };
    let accepted = [entry, comment, AcceptedBy::PublicTestCredential];
    Outcome {
        findings: vec![finding_in("high.py", 1), note, medium],
        accepted: (4..)
            .zip(accepted)
            .map(|(seed, by)| Accepted {
                finding: finding_in("accepted.py", seed),
                by,
            })
            .collect(),
        skipped: vec![Skip {
            path: "secret\u{1b}.bin".into(),
            reason: "permission denied".to_owned(),
        }],
        summary: Summary {
            texts: 5,
            bytes: 1234,
            without_content: 2,
        },
        warnings: vec!["the configuration is part of this commit".to_owned()],
    }
}

fn written(outcome: &Outcome, options: &Options) -> String {
    let mut out = Vec::new();
    report::write(outcome, options, &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("a report is UTF-8")
}

#[test]
fn notes_skips_and_accepted_ones_are_told_apart() {
    let normal = Options::default();
    let text = written(&everything(), &normal);
    insta::assert_snapshot!("everything", text);
    assert!(
        !text.contains("accepted.py"),
        "accepted ones are only counted"
    );
    assert_eq!(
        text.matches("hf-guard allow ").count(),
        2,
        "a note needs no entry"
    );
    let listed = Options {
        accepted: report::Accepted::List,
        detail: Detail::Verbose,
        ..normal
    };
    insta::assert_snapshot!("everything_listed", written(&everything(), &listed));
    let quiet = Options {
        detail: Detail::Quiet,
        ..normal
    };
    insta::assert_snapshot!("everything_quiet", written(&everything(), &quiet));
}

#[test]
fn notes_and_accepted_ones_alone_do_not_block() {
    let mut outcome = everything();
    outcome
        .findings
        .retain(|finding| finding.confidence == Confidence::Low);
    outcome.skipped.clear();
    outcome.warnings.clear();
    let text = written(&outcome, &Options::default());
    assert!(
        text.starts_with("note.py:1:10: note: Hugging Face"),
        "{text}"
    );
    assert!(
        text.ends_with(
            "hf-guard: 1 note, 3 accepted (--show-accepted lists them); nothing blocks.\n"
        ),
        "{text}"
    );
    assert!(!text.contains("How to fix it"), "{text}");
    let quiet = Options {
        detail: Detail::Quiet,
        ..Options::default()
    };
    assert_eq!(written(&outcome, &quiet), "");
    assert_eq!(written(&Outcome::default(), &Options::default()), "");
}

#[test]
fn json_and_sarif_hold_everything() {
    let outcome = everything();
    let format = |format| Options {
        format,
        ..Options::default()
    };
    let report: Value =
        serde_json::from_str(&written(&outcome, &format(Format::Json))).expect("it is JSON");
    assert_eq!(
        report["summary"],
        json!({"findings": 3, "blocking": 2, "accepted": 3, "skipped": 1, "texts": 5, "bytes": 1234, "without_content": 2})
    );
    assert_eq!(
        report["accepted"][0]["by"],
        json!({"kind": "entry", "line": 7, "reason": "of a test hub\u{1b}[1m"})
    );
    assert_eq!(
        report["accepted"][1]["by"],
        json!({"kind": "comment", "marker": "gitleaks:allow"})
    );
    assert_eq!(
        report["accepted"][2]["by"],
        json!({"kind": "public-test-credential"})
    );
    assert_eq!(
        report["skipped"],
        json!([{"path": "secret\u{1b}.bin", "reason": "permission denied"}])
    );
    assert_eq!(
        report["warnings"],
        json!(["the configuration is part of this commit"])
    );
    assert_eq!(report["findings"][2]["notes"][0], "expired 2026-01-02");
    assert_eq!(report["findings"][1]["confidence"], "low");

    let log: Value =
        serde_json::from_str(&written(&outcome, &format(Format::Sarif))).expect("it is JSON");
    assert_sarif(&log);
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results are a list");
    let levels: Vec<&Value> = results.iter().map(|result| &result["level"]).collect();
    assert_eq!(
        levels,
        ["error", "note", "warning", "error", "error", "error"]
    );
    let kinds: Vec<&Value> = results[3..]
        .iter()
        .map(|result| &result["suppressions"][0]["kind"])
        .collect();
    assert_eq!(kinds, ["external", "inSource", "external"]);
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(
        run["invocations"][0]["toolExecutionNotifications"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

#[test]
fn the_hash_of_a_guessable_secret_stays_inside() {
    let mut finding = finding_in("a.py", 1);
    let hash = finding.secret.sha256();
    finding.rule = Box::leak(Box::new(hf_guard::rules::Rule {
        guessable: true,
        ..finding.rule.clone()
    }));
    let outcome = Outcome {
        findings: vec![finding],
        ..Outcome::default()
    };
    for format in [Format::Json, Format::Sarif, Format::Human] {
        let options = Options {
            format,
            ..Options::default()
        };
        assert!(!written(&outcome, &options).contains(&hash));
    }
}
