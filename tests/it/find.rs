//! `hf-guard find`: copies of a known secret, wherever and however they are written.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::{Run, Sandbox, hf_token, letters};

#[track_caller]
fn find(sandbox: &Sandbox, secret: &str, arguments: &[&str]) -> Run {
    let arguments: Vec<&str> = ["find", "--secret-from-stdin"]
        .iter()
        .chain(arguments)
        .copied()
        .collect();
    let run = sandbox.guard_with_input(&arguments, format!("{secret}\n").as_bytes());
    run.assert_hides(secret);
    run
}

#[track_caller]
fn shell(sandbox: &Sandbox, line: &str) {
    let mut command: Command = sandbox.command("sh");
    Run::of(command.args(["-ec", line])).assert_code(0);
}

#[test]
fn copies_are_found_in_every_form_whatever_git_ignores() {
    let sandbox = Sandbox::new();
    // No rule knows this one.
    let secret = format!("corp.{}/x+y", letters(1, 20));
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent = secret.replace('/', "%2F").replace('+', "%2B");
    sandbox.write(".gitignore", "logs/\n");
    sandbox.write(
        "logs/app.log",
        format!("first line\nGET /x?key={percent} 200\n"),
    );
    sandbox.write(
        "logs/.hidden",
        format!(
            "Authorization: Basic {}\n",
            STANDARD.encode(format!("u:{secret}"))
        ),
    );
    sandbox.write("a.txt", format!("é {secret}\n"));
    sandbox.write("dump.hex", hex);
    sandbox.write(
        "chat.json",
        format!("{{\"text\": \"{}\"}}", secret.replace('/', "\\/")),
    );
    sandbox.write("other.txt", "nothing\n");
    let run = find(&sandbox, &secret, &["."]);
    run.assert_code(1);
    for line in [
        "a.txt:1:3: corp…(29)\n",
        "chat.json:1:11: corp…(29), with the escapes of JSON\n",
        "dump.hex:1:1: corp…(29), as hex digits\n",
        "logs/.hidden:1:25: corp…(29), as base64\n",
        "logs/app.log:2:12: corp…(29), percent-encoded\n",
        "hf-guard --all-history",
        "hf-guard: 5 copies in ",
    ] {
        run.assert_stdout(line);
    }
    let run = find(&sandbox, &secret, &["other.txt"]);
    run.assert_code(0);
    assert_eq!(run.stdout, "hf-guard: 0 copies in 1 text.\n");
}

#[test]
fn archives_are_opened_and_archives_in_them() {
    let sandbox = Sandbox::new();
    let secret = hf_token(1);
    sandbox.write("layer/etc/profile", format!("export HF_TOKEN={secret}\n"));
    sandbox.write(format!("layer/{}/deep.txt", "d".repeat(120)), &secret);
    sandbox.write(
        "export/general.json",
        format!("{{\"text\": \"{secret}\"}}\n"),
    );
    sandbox.commit_all("Fixtures");
    shell(
        &sandbox,
        "git archive --format=tar.gz --output=layer.tar.gz HEAD layer",
    );
    shell(
        &sandbox,
        "git archive --format=zip --output=export.zip HEAD export",
    );
    shell(
        &sandbox,
        "mkdir image && mv layer.tar.gz image/ && tar -cf image.tar image && rm -r image",
    );
    let run = find(&sandbox, &secret, &["image.tar", "export.zip"]);
    run.assert_code(1);
    for line in [
        "image.tar!/image/layer.tar.gz!/layer/etc/profile:1:17: ",
        "/deep.txt:1:1: ",
        "export.zip!/export/general.json:1:11: ",
        "hf-guard: 3 copies in ",
    ] {
        run.assert_stdout(line);
    }
}

#[test]
fn what_cannot_be_opened_is_no_clean_text() {
    let sandbox = Sandbox::new();
    let secret = hf_token(1);
    sandbox.write("big.txt", "x".repeat(5_000) + &secret);
    shell(
        &sandbox,
        "gzip --stdout big.txt > one.gz && echo other | gzip | cat - one.gz one.gz > many.gz",
    );
    shell(&sandbox, "head -c 40 one.gz > cut.gz");
    sandbox.write("x.7z", b"7z\xbc\xaf\x27\x1c\0\x04 and the rest of it");
    shell(
        &sandbox,
        "python3 -m zipfile -c whole.zip big.txt && head -c 60 whole.zip > x.zip",
    );
    sandbox.write("y.zip", b"PK\x03\x04 is how they begin");
    find(&sandbox, &secret, &["y.zip"]).assert_code(0);
    let run = find(&sandbox, &secret, &["many.gz"]);
    run.assert_code(1).assert_stdout("2 copies in 1 text");
    find(&sandbox, &secret, &["one.gz"]).assert_code(1);
    for (file, words) in [
        ("cut.gz", "gzip"),
        ("x.7z", "compressed with 7-Zip"),
        ("x.zip", "damaged zip"),
    ] {
        let run = find(&sandbox, &secret, &[file]);
        run.assert_code(2);
        assert!(
            run.stdout.contains(&format!("{file}: not read: ")) && run.stdout.contains(words),
            "{}",
            run.stdout
        );
    }
}

#[test]
fn a_register_s_hash_finds_it_too() {
    let sandbox = Sandbox::new();
    let secret = hf_token(1);
    sandbox.write("a.py", format!("token = \"{secret}\"\n"));
    sandbox.write(
        "copy/b.py",
        format!("x = \"{secret}\"\n\ny = \"{}\"\n", hf_token(2)),
    );
    let report = sandbox.guard(&["scan", "--format", "json", "a.py"]).stdout;
    let document: Value = serde_json::from_str(&report).expect("JSON");
    let hash = document["findings"][0]["secret_sha256"]
        .as_str()
        .expect("a text");
    let run = sandbox.guard(&["find", "--sha256", hash, "copy"]);
    run.assert_code(1)
        .assert_hides(&secret)
        .assert_stdout("copy/b.py:1:6: hf_")
        .assert_stdout("1 copy in 1 text");
    // A report whose secrets still stand is searched for in every form, one that has lost them by hash.
    sandbox.write("report.json", &report);
    sandbox.write("copy/c.txt", STANDARD.encode(format!("{secret}!")));
    let run = sandbox.guard(&["find", "--from", "report.json", "copy"]);
    run.assert_code(1)
        .assert_hides(&secret)
        .assert_stdout("2 copies");
    sandbox.write("a.py", "");
    let run = sandbox.guard(&["find", "--from", "report.json", "copy", "--format", "json"]);
    run.assert_code(1).assert_hides(&secret);
    let found = run.json();
    let places: Vec<(&str, &str)> = found["places"]
        .as_array()
        .expect("an array")
        .iter()
        .map(|place| {
            let text = |field: &str| place[field].as_str().expect("a text");
            (text("path"), text("form"))
        })
        .collect();
    assert_eq!(places, [("copy/b.py", "plain"), ("copy/c.txt", "base64")]);
    assert_eq!(found["skipped"], serde_json::json!([]));
}

#[test]
fn the_name_of_a_file_can_be_a_copy() {
    let sandbox = Sandbox::new();
    let secret = format!("corp-{}", letters(1, 30));
    sandbox.write(format!("d/{secret}.txt"), "x");
    let run = find(&sandbox, &secret, &["d"]);
    run.assert_code(1).assert_stdout("in the file's name");
}

#[test]
fn what_is_no_question_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "x");
    for (arguments, words) in [
        (&["find", "a"][..], "--from"),
        (
            &["find", "--sha256", "abc", "a"],
            "64 lower-case hex digits",
        ),
        (&["find", "--secret-from-stdin", "missing"], "missing"),
        (&["find", "--secret-from-stdin"], "PATH"),
    ] {
        let run = sandbox.guard(arguments);
        run.assert_code(2).assert_stderr(words);
    }
    for (input, words) in [("", "holds no secret"), ("short\n", "shorter than")] {
        let run = sandbox.guard_with_input(&["find", "--secret-from-stdin", "a"], input.as_bytes());
        run.assert_code(2).assert_stderr(words);
    }
}
