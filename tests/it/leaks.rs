//! What no report holds: a secret, its hash where that tells it, and what steers a terminal or a runner.

use hf_guard::outcome::Outcome;
use hf_guard::report::{Format, Options};

use crate::report::{finding_in, written};
use crate::support::{GUARD, Run, Sandbox, hf_token};

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
    let report = run.json();
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
        run.assert_stdout("not followed");
    }
    let report = sandbox.guard(&["scan", &name, "--format", "json"]).json();
    assert_eq!(
        report["skipped"][0]["path"],
        format!("{}…(37).txt", &token[..7])
    );
    assert_eq!(report["summary"]["skipped"], 1);
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

#[test]
fn a_token_that_no_rule_sees_is_not_shown_beside_one_that_is_found() {
    let sandbox = Sandbox::new();
    let (found, glued) = (hf_token(7), hf_token(8));
    sandbox.stage("a.py", format!("k = '{found}' # file{glued}\n"));
    let run = sandbox.guard(&[]);
    run.assert_code(1)
        .assert_hides(&found)
        .assert_hides(&glued)
        .assert_stdout("# file…");
}

#[test]
fn a_folder_that_is_called_by_a_token_is_told_without_it() {
    let token = hf_token(4);
    let sandbox = Sandbox::new();
    let folder = sandbox.root().join(format!("at-{token}"));
    std::fs::create_dir(&folder).expect("it can be made");
    sandbox.git_in(&folder, &["init", "--quiet"]).assert_code(0);
    let guard = |arguments: &[&str]| {
        let mut command = sandbox.command(GUARD);
        let run = Run::of(command.args(arguments).current_dir(&folder));
        run.assert_hides(&token);
        run
    };
    guard(&["install"]).assert_code(0);
    guard(&["install"]).assert_code(0);
    guard(&["uninstall"]).assert_code(0);

    sandbox.write("a.py", format!("token = \"{}\"\n", hf_token(5)));
    sandbox.commit_all("start");
    let found = sandbox.guard(&["--all-history", "--format", "json"]).json();
    let fingerprint = found["findings"][0]["fingerprint"].as_str();
    let fingerprint = fingerprint.expect("it has one");
    let file = folder.join("replace.txt");
    let file = file.to_str().expect("it is UTF-8");
    let refused = sandbox.guard(&["respond", fingerprint, "--replace-text", file]);
    refused.assert_code(2).assert_hides(&token);
    let told = "a credential stands in the path of --replace-text";
    assert!(refused.stderr.contains(told), "{refused:?}");

    let plain = sandbox.root().join("replace.txt");
    let arguments = ["respond", fingerprint, "--replace-text"];
    let all = [&arguments[..], &[plain.to_str().expect("it is UTF-8")]].concat();
    sandbox.guard(&all).assert_code(0);
    std::fs::rename(&plain, file).expect("it can be renamed");
    sandbox
        .guard(&["respond", "--remove-replace-text", file])
        .assert_code(0)
        .assert_hides(&token);
}
