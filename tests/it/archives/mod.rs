//! What is packed: wheels, PyTorch's files, tar and gzip, and archives in them, wherever texts are read.

mod accepted;
mod compressed;
mod damage;
mod faults;
mod stored;

use serde_json::Value;

use crate::findings::findings;
use crate::support::{Run, Sandbox, hf_token, letters};

const STAGED: [&str; 4] = ["scan", "--staged", "--format", "json"];

#[track_caller]
pub fn shell(sandbox: &Sandbox, line: &str) {
    Run::of(sandbox.command("sh").args(["-ec", line])).assert_code(0);
}

fn findings_of(run: &Run) -> Vec<Value> {
    let report = run.json();
    report["findings"].as_array().expect("a list").clone()
}

/// Path, line and column of each finding, sorted.
#[track_caller]
pub fn places(run: &Run) -> Vec<(String, u64, u64)> {
    let report = run.json();
    let mut places: Vec<(String, u64, u64)> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| {
            let number = |key: &str| finding[key].as_u64().expect("a number");
            let path = finding["path"].as_str().expect("a text").to_owned();
            (path, number("line"), number("column"))
        })
        .collect();
    places.sort();
    places
}

/// Path and reason of each skip.
#[track_caller]
pub fn skipped(run: &Run) -> Vec<(String, String)> {
    let report = run.json();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    report["skipped"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|skip| (text(&skip["path"]), text(&skip["reason"])))
        .collect()
}

/// A package with a token on the second line of a module, packed as pip packs it.
fn wheel(sandbox: &Sandbox, token: &str) {
    sandbox.write("pkg/__init__.py", "x = 1\n".repeat(50));
    sandbox.write("pkg/config.py", format!("import os\nTOKEN = \"{token}\"\n"));
    shell(
        sandbox,
        "rm -f a.whl; python3 -m zipfile -c a.whl pkg; rm -r pkg",
    );
}

/// git knows the archive, not what is in it.
#[test]
fn the_advice_names_what_git_can_add() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    wheel(&sandbox, &token);
    sandbox.git(&["add", "a.whl"]);
    let run = sandbox.guard(&["hook", "pre-commit"]);
    run.assert_code(1).assert_hides(&token);
    for line in [
        "      git add -- a.whl\n",
        "      git reset --quiet -- a.whl\n",
    ] {
        run.assert_stdout(line);
    }
}

#[test]
fn a_token_in_a_wheel_blocks_the_commit_and_says_where() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    wheel(&sandbox, &token);
    sandbox.git(&["add", "a.whl"]);
    let run = sandbox.guard(&STAGED);
    run.assert_code(1).assert_hides(&token);
    assert_eq!(places(&run), [("a.whl!/pkg/config.py".to_owned(), 2, 10)]);
    assert_eq!(
        findings(&run)[0].secret_sha256,
        crate::findings::sha256(&token)
    );
    sandbox.install_hooks(sandbox.path());
    let run = sandbox.try_git(&["commit", "-m", "x"]);
    assert_ne!(run.code, 0);
    run.assert_stderr("a.whl!/pkg/config.py:2:10: ");
    run.assert_hides(&token);
}

#[test]
fn every_way_of_packing_is_opened() {
    let sandbox = Sandbox::new();
    let token = hf_token(2);
    sandbox.write("d/a.log", format!("one\ntwo {token}\n"));
    shell(
        &sandbox,
        "gzip -k d/a.log && mv d/a.log.gz . && gzip -nc d/a.log > b.gz
         tar -cf c.tar d && tar -czf e.tgz d && tar --format=pax -czf f.tar.gz d && tar --format=gnu -cf g.tar d
         python3 -m zipfile -c h.zip d
         python3 -c 'import zipfile; z = zipfile.ZipFile(\"i.pt\", \"w\", zipfile.ZIP_STORED); z.write(\"d/a.log\")'
         python3 -c '
import zipfile
z = zipfile.ZipFile(\"j.zip\", \"w\", zipfile.ZIP_DEFLATED)
with z.open(\"big\", \"w\", force_zip64=True) as f: f.write(open(\"d/a.log\", \"rb\").read())
z.close()'
         python3 -c '
import sys, zipfile
class Pipe:
    def write(self, b): return sys.stdout.buffer.write(b)
    def flush(self): pass
z = zipfile.ZipFile(Pipe(), \"w\", zipfile.ZIP_DEFLATED)
z.write(\"d/a.log\")
z.close()' > k.zip
         mkdir z && cp d/a.log z/__main__.py && python3 -m zipapp -c -p /usr/bin/python3 -o l.pyz z
         cat b.gz b.gz > m.gz && cp m.gz o.gz && printf '\\0' >> o.gz && cp b.gz n.gz && head -c 512 /dev/zero >> n.gz
         rm -r d z",
    );
    let run = sandbox.guard(&["scan", "--format", "json", "."]);
    run.assert_code(1).assert_hides(&token);
    let at = |path: &str, line| (path.to_owned(), line, 5);
    assert_eq!(
        places(&run),
        [
            at("a.log.gz!/a.log", 2),
            at("b.gz!/content", 2),
            at("c.tar!/d/a.log", 2),
            at("e.tgz!/d/a.log", 2),
            at("f.tar.gz!/d/a.log", 2),
            at("g.tar!/d/a.log", 2),
            at("h.zip!/d/a.log", 2),
            at("i.pt!/d/a.log", 2),
            at("j.zip!/big", 2),
            at("k.zip!/d/a.log", 2),
            at("l.pyz!/__main__.py", 2),
            at("m.gz!/content", 2),
            at("m.gz!/content", 4),
            at("n.gz!/content", 2),
            at("o.gz!/content", 2),
            at("o.gz!/content", 4),
        ]
    );
    assert_eq!(skipped(&run), []);
    // The same of every other source.
    sandbox.git(&["add", "."]);
    let staged = places(&sandbox.guard(&STAGED));
    assert_eq!(staged, places(&run));
    assert_eq!(
        staged,
        places(&sandbox.guard(&["scan", "--tracked", "--format", "json"]))
    );
    sandbox.commit_all("pack");
    let range = sandbox.guard(&["scan", "--range", "HEAD", "--format", "json"]);
    assert_eq!(staged, places(&range));
    let wheel = std::fs::read(sandbox.path().join("h.zip")).expect("it was written");
    let run = sandbox.guard_with_input(&["scan", "--format", "json", "-"], &wheel);
    assert_eq!(places(&run), [at("<stdin>!/d/a.log", 2)]);
}

#[test]
fn a_history_is_unpacked_too_and_a_report_finds_its_way_back() {
    let sandbox = Sandbox::new();
    let token = hf_token(3);
    sandbox.write("notes.txt", "a\n".repeat(400));
    sandbox.commit_all("first");
    for round in 0..4 {
        wheel(&sandbox, if round == 2 { &token } else { "none" });
        sandbox.commit_all("wheel");
    }
    for repack in [false, true] {
        if repack {
            sandbox.git(&["repack", "-adfq", "--depth=50"]);
        }
        let run = sandbox.guard(&["--all-history", "--format", "json"]);
        run.assert_code(1).assert_hides(&token);
        assert_eq!(places(&run), [("a.whl!/pkg/config.py".to_owned(), 2, 10)]);
        sandbox.write("report.json", &run.stdout);
        let fingerprint = findings_of(&run)[0]["fingerprint"].clone();
        let fingerprint = fingerprint.as_str().expect("a text");
        let plan = sandbox.guard(&["respond", fingerprint]);
        plan.assert_code(0)
            .assert_hides(&token)
            .assert_stdout("- [ ] `a.whl` is packed in an archive");
        let run = sandbox.guard(&["verify", "--offline", "--from", "report.json"]);
        assert!(
            run.stdout.contains("1 credential"),
            "{} {}",
            run.stdout,
            run.stderr
        );
        assert!(!run.stdout.contains("not read"), "{}", run.stdout);
    }
}

#[test]
fn what_is_packed_anew_brings_nothing() {
    let sandbox = Sandbox::new();
    let (old, new) = (hf_token(4), hf_token(5));
    wheel(&sandbox, &old);
    sandbox.commit_all("first");
    // Other order, other compression, another name and one member more.
    sandbox.write("pkg/config.py", format!("import os\nTOKEN = \"{old}\"\n"));
    sandbox.write("pkg/a.py", "y = 2\n");
    let pack = "rm a.whl; python3 -c '
import zipfile
z = zipfile.ZipFile(\"a.whl\", \"w\", METHOD)
z.write(\"pkg/a.py\"); z.write(\"pkg/config.py\", \"pkg/settings.py\")
z.close()'; git add a.whl";
    for method in ["zipfile.ZIP_STORED", "zipfile.ZIP_DEFLATED"] {
        shell(&sandbox, &pack.replace("METHOD", method));
        let run = sandbox.guard(&STAGED);
        run.assert_code(0);
        assert_eq!(places(&run), []);
    }
    shell(&sandbox, "git mv a.whl b.whl");
    sandbox.guard(&STAGED).assert_code(0);
    // A new line in a member that was there is new.
    sandbox.write(
        "pkg/config.py",
        format!("import os\nTOKEN = \"{old}\"\nKEY = \"{new}\"\n"),
    );
    shell(&sandbox, "git mv b.whl a.whl");
    shell(&sandbox, &pack.replace("METHOD", "zipfile.ZIP_DEFLATED"));
    let run = sandbox.guard(&STAGED);
    run.assert_code(1);
    assert_eq!(places(&run), [("a.whl!/pkg/settings.py".to_owned(), 3, 8)]);
    // The same of a commit.
    sandbox.git(&["commit", "--quiet", "--no-verify", "-m", "second"]);
    let run = sandbox.guard(&["scan", "--range", "HEAD~1..HEAD", "--format", "json"]);
    assert_eq!(places(&run), [("a.whl!/pkg/settings.py".to_owned(), 3, 8)]);
}

#[test]
fn archives_in_archives_are_opened_three_deep() {
    let sandbox = Sandbox::new();
    let token = hf_token(6);
    sandbox.write("a.txt", &token);
    shell(
        &sandbox,
        "python3 -m zipfile -c one.zip a.txt && tar -czf two.tar.gz one.zip && python3 -m zipfile -c three.zip two.tar.gz
         python3 -m zipfile -c four.zip three.zip && rm a.txt one.zip two.tar.gz",
    );
    let run = sandbox.guard(&["scan", "--format", "json", "three.zip"]);
    run.assert_code(1);
    assert_eq!(
        places(&run),
        [("three.zip!/two.tar.gz!/one.zip!/a.txt".to_owned(), 1, 1)]
    );
    let run = sandbox.guard(&["scan", "--format", "json", "four.zip"]);
    run.assert_code(2);
    assert_eq!(
        skipped(&run),
        [(
            "four.zip!/three.zip!/two.tar.gz!/one.zip".to_owned(),
            "an archive in too many archives; unpack it first".to_owned()
        )]
    );
}

#[test]
fn the_name_of_a_member_is_a_text() {
    let sandbox = Sandbox::new();
    let token = hf_token(7);
    sandbox.write(format!("d/{token}"), "x");
    shell(
        &sandbox,
        "python3 -m zipfile -c a.zip d && tar -czf b.tgz d && rm -r d && git add .",
    );
    let run = sandbox.guard(&STAGED);
    run.assert_code(1).assert_hides(&token);
    let report = run.json();
    let found = report["findings"].as_array().expect("a list");
    assert_eq!(found.len(), 2, "{}", run.stdout);
    for (finding, file) in found.iter().zip(["a.zip", "b.tgz"]) {
        let path = finding["path"].as_str().expect("a text");
        assert!(path.starts_with(&format!("{file}!/d/hf_")), "{path}");
        assert_eq!(finding["part"], "path");
    }
}

#[test]
fn the_name_of_an_unread_member_is_masked() {
    let sandbox = Sandbox::new();
    let token = hf_token(12);
    sandbox.write(format!("d/{token}"), "x".repeat(99));
    shell(
        &sandbox,
        "python3 -c '
import glob, zipfile
z = zipfile.ZipFile(\"a.zip\", \"w\"); z.write(glob.glob(\"d/*\")[0]); z.close()
b = bytearray(open(\"a.zip\", \"rb\").read()); b[b.find(b\"PK\\x01\\x02\") + 8] |= 1
open(\"a.zip\", \"wb\").write(b)'; rm -r d; git add a.zip",
    );
    let run = sandbox.guard(&STAGED);
    run.assert_hides(&token);
    let skips = skipped(&run);
    assert!(skips[0].0.starts_with("a.zip!/d/hf_"), "{skips:?}");
    assert!(skips[0].1.contains("encrypted"), "{skips:?}");
    assert_ne!(run.code, 0);
    let found = findings_of(&run);
    assert_eq!(found.len(), 1, "its name is a text: {}", run.stdout);
    assert_eq!(found[0]["part"], "path");
    sandbox.commit_all("locked");
    for arguments in [&["scan", "--range", "HEAD"][..], &["--all-history"]] {
        let run = sandbox.guard(arguments);
        run.assert_hides(&token);
        assert_ne!(run.code, 0);
    }
}

#[test]
fn an_entry_accepts_by_the_path_inside_and_by_fingerprint() {
    let sandbox = Sandbox::new();
    wheel(&sandbox, &hf_token(8));
    sandbox.git(&["add", "a.whl"]);
    let report: Value = serde_json::from_str(&sandbox.guard(&STAGED).stdout).expect("JSON");
    let fingerprint = report["findings"][0]["fingerprint"]
        .as_str()
        .expect("a text");
    for (criterion, code) in [
        (format!("fingerprint = \"{fingerprint}\""), 0),
        ("path = \"a.whl!/pkg/config.py\"".to_owned(), 0),
        ("path = \"*.whl!/pkg/\"".to_owned(), 0),
        ("path = \"config.py\"".to_owned(), 0),
        ("path = \"a.whl\"".to_owned(), 0),
        ("path = \"*.whl\"".to_owned(), 0),
        ("path = \"b.whl\"".to_owned(), 1),
        ("path = \"a.whl!/other/\"".to_owned(), 1),
    ] {
        sandbox.stage(
            ".hf-guard.toml",
            format!("[[allow]]\n{criterion}\nreason = \"test\"\n"),
        );
        let run = sandbox.guard(&STAGED);
        assert_eq!(run.code, code, "{criterion}: {} {}", run.stdout, run.stderr);
    }
}

#[test]
fn a_secret_in_two_members_is_two_findings_and_one_stored_is_one() {
    let sandbox = Sandbox::new();
    let token = hf_token(9);
    sandbox.write("a", &token);
    sandbox.write("b", format!("{token}\n{}", letters(1, 100)));
    // In the archive's bytes the header of the next file follows, and begins with letters that such a key may have.
    let key = format!("sk_{}_{}", "live", letters(2, 40));
    sandbox.write("c", &key);
    shell(
        &sandbox,
        "python3 -c '
import zipfile
z = zipfile.ZipFile(\"x.zip\", \"w\", zipfile.ZIP_STORED)
z.write(\"a\"); z.write(\"b\"); z.write(\"c\"); z.comment = open(\"a\", \"rb\").read()
z.close()'; tar -cf y.tar a; rm a b c",
    );
    let run = sandbox.guard(&["scan", "--format", "json", "."]);
    run.assert_code(1).assert_hides(&token);
    assert_eq!(
        places(&run),
        [
            ("x.zip!/a".to_owned(), 1, 1),
            ("x.zip!/b".to_owned(), 1, 1),
            ("x.zip!/c".to_owned(), 1, 1),
            ("y.tar!/a".to_owned(), 1, 1)
        ]
    );
    let wanted = crate::findings::sha256(&key);
    assert!(
        findings(&run)
            .iter()
            .any(|found| found.secret_sha256 == wanted)
    );
}
