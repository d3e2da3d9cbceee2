//! `--all-history` over blobs that are larger than the memory that it may use: read in chunks, in little memory, with the
//! findings of a scan of the whole; or whole where they must be, and told so.

use std::fs;
use std::time::Duration;

use libdeflater::{CompressionLvl, Compressor};
use serde_json::Value;

use super::pack_file::{self, Entry, Version, blob, blob_name, hex, inserting, packs};
use crate::support::{GUARD, Run, Sandbox, hf_token, letters};

const LIMIT: Duration = Duration::from_secs(60);

const MB: usize = 1 << 20;

/// A text of `len` bytes, in lines, with a token across each of `places`; and the tokens.
fn text_of(len: usize, places: &[usize]) -> (Vec<u8>, Vec<String>) {
    let line = b"some words of a long text, and no more than that\n";
    let mut text: Vec<u8> = line.iter().copied().cycle().take(len).collect();
    let tokens: Vec<String> = (1..)
        .map(hf_token)
        .filter(|token| token.len() == 37)
        .take(places.len())
        .collect();
    for (place, token) in places.iter().zip(&tokens) {
        let written = format!("\"{token}\"");
        let start = place
            .saturating_sub(written.len() / 2)
            .min(len - written.len());
        text[start..start + written.len()].copy_from_slice(written.as_bytes());
    }
    (text, tokens)
}

/// Rule, masked secret and place of each finding, in order, and what the run needed at most, in MB: what was mapped aside.
#[track_caller]
fn scanned(sandbox: &Sandbox, arguments: &[&str], code: i32) -> (Vec<[String; 4]>, u64) {
    let script = "import subprocess, sys\n\
                  child = subprocess.Popen(sys.argv[2:], stdout=open(sys.argv[1], 'w'))\n\
                  peak = 0\n\
                  while child.poll() is None:\n\
                  \x20   try:\n\
                  \x20       lines = open(f'/proc/{child.pid}/status').read().splitlines()\n\
                  \x20   except OSError:\n\
                  \x20       break\n\
                  \x20   own = [int(line.split()[1]) for line in lines if line.startswith('RssAnon')]\n\
                  \x20   peak = max([peak, *own])\n\
                  \x20   try:\n\
                  \x20       child.wait(0.005)\n\
                  \x20   except subprocess.TimeoutExpired:\n\
                  \x20       pass\n\
                  print(child.wait(), peak // 1024)";
    let report = sandbox.root().join("report.json");
    let mut command = sandbox.command("python3");
    command.args(["-c", script]).arg(&report).arg(GUARD);
    command.args([
        "--all-history",
        "--no-config",
        "--no-provenance",
        "--jobs",
        "1",
    ]);
    command.args(["--format", "json"]).args(arguments);
    let run = Run::within(LIMIT, &mut command);
    let (ended, peak) = run.stdout.trim().split_once(' ').expect("two numbers");
    assert_eq!(ended, code.to_string(), "{}", run.stderr);
    let report = fs::read(report).expect("it was written");
    let report: Value = serde_json::from_slice(&report).expect("it is JSON");
    let findings = report["findings"].as_array().expect("a list").iter();
    let found = findings.map(|finding| {
        let words = [&finding["rule"], &finding["secret"]].map(|it| it.as_str().expect("a word"));
        let numbers = [&finding["line"], &finding["column"]].map(Value::to_string);
        let [rule, secret] = words.map(str::to_owned);
        let [line, column] = numbers;
        [rule, secret, line, column]
    });
    let mut found: Vec<_> = found.collect();
    found.sort();
    (found, peak.parse().expect("a number"))
}

/// Where the tokens of [`text_of`] stand.
fn expected(text: &[u8], tokens: &[String]) -> Vec<[String; 4]> {
    let mut all: Vec<_> = tokens
        .iter()
        .map(|token| {
            let at = memchr::memmem::find(text, token.as_bytes()).expect("it is there");
            let line_start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
            let line = 1 + memchr::memchr_iter(b'\n', &text[..at]).count();
            let secret = format!("{}…(37)", &token[..7]);
            let column = 1 + at - line_start;
            [
                "huggingface-user-token".to_owned(),
                secret,
                line.to_string(),
                column.to_string(),
            ]
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_blob_of_100_mb_is_read_in_little_memory() {
    // At the start and the end, and where chunks, pieces and margins meet.
    let places = [
        0,
        256 << 10,
        8 * MB,
        15 * MB,
        16 * MB,
        17 * MB,
        64 * MB,
        100 * MB,
    ];
    let (text, tokens) = text_of(100 * MB, &places);
    let sandbox = Sandbox::new();
    let expected = expected(&text, &tokens);
    pack_file::write(&packs(&sandbox), &[blob(text)], Version::Two);
    let (found, peak) = scanned(&sandbox, &["--max-memory", "4M"], 1);
    assert_eq!(found, expected);
    assert!(peak < 60, "{peak} MB");
}

/// The same in a loose object, and told with `-v` alone.
#[test]
fn a_large_loose_blob_is_read_in_chunks() {
    let (text, tokens) = text_of(20 * MB, &[0, 8 * MB, 20 * MB]);
    let sandbox = Sandbox::new();
    let oid = sandbox.git_with_input(&["hash-object", "-w", "--stdin"], &text);
    let (found, peak) = scanned(&sandbox, &["--max-memory", "2M"], 1);
    assert_eq!(found, expected(&text, &tokens));
    assert!(peak < 50, "{peak} MB");
    let whole = scanned(&sandbox, &["--max-memory", "1G"], 1);
    assert_eq!(found, whole.0);
    let options = ["--all-history", "--no-provenance", "--max-memory", "2M"];
    let run = sandbox.guard(&[&options[..], &["-v"]].concat());
    let told = format!(
        "object {} did not fit --max-memory, and was read in chunks",
        oid.trim()
    );
    assert!(
        run.stderr.contains(&told) || run.stdout.contains(&told),
        "{}",
        run.stdout
    );
    let quiet = sandbox.guard(&options);
    assert!(!quiet.stdout.contains("in chunks") && !quiet.stderr.contains("in chunks"));
}

/// What is damaged is no more clean for being large.
#[test]
fn a_large_blob_that_is_damaged_is_named() {
    let (text, tokens) = text_of(6 * MB, &[MB]);
    let sandbox = Sandbox::new();
    let name = blob_name(&text);
    let mut other = text.clone();
    other[5 * MB] ^= 1;
    pack_file::write(
        &packs(&sandbox),
        &[(name, Entry::Blob(other))],
        Version::Two,
    );
    let run = sandbox.guard(&["--all-history", "--no-provenance", "--max-memory", "1M"]);
    run.assert_code(2).assert_hides(&tokens[0]);
    let named = format!(
        "object {}: not read: its content does not match its name",
        hex(&name)
    );
    run.assert_stdout(&named);
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::fastest());
    let mut out = vec![0; compressor.gzip_compress_bound(text.len())];
    let len = compressor
        .gzip_compress(text, &mut out)
        .expect("it has room");
    out.truncate(len);
    out
}

/// A delta, a notebook, UTF-16, an archive: each alone, and said so.
#[test]
fn what_must_be_read_whole_is_and_says_so() {
    let token = hf_token(5);
    let plain = text_of(3 * MB, &[]).0;
    let new = format!("\ntoken = \"{token}\"\n");
    let made = [&plain[..MB], new.as_bytes(), &plain[MB..]].concat();
    let delta = inserting(plain.len(), MB, new.as_bytes());
    let notebook = format!(
        "{{\"cells\": [], \"nbformat\": 4, \"x\": \"{}\", \"key\": [\"{}\", \"{}\"]}}",
        "some words. ".repeat(200_000),
        &token[..20],
        &token[20..]
    );
    let wide: Vec<u8> = format!("{} {token} ", "words ".repeat(300_000))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let member = format!("{}\nkey = \"{token}\"\n", letters(1, 2 * MB));
    for (entries, why) in [
        (
            vec![blob(plain), (blob_name(&made), Entry::Offset(0, delta))],
            "stored as a delta",
        ),
        (vec![blob(notebook.into_bytes())], "a notebook"),
        (vec![blob(wide)], "UTF-16"),
        (vec![blob(gzip(member.as_bytes()))], "an archive"),
    ] {
        let sandbox = Sandbox::new();
        pack_file::write(&packs(&sandbox), &entries, Version::Two);
        let options = [
            "--all-history",
            "--no-provenance",
            "--max-memory",
            "1M",
            "-v",
        ];
        let run = sandbox.guard(&options);
        run.assert_code(1).assert_hides(&token);
        let name = hex(&entries.last().expect("there is one").0);
        let told = |text: &str| text.contains(why) && text.contains(&name);
        assert!(
            told(&run.stderr) || told(&run.stdout),
            "{why}: {}{}",
            run.stdout,
            run.stderr
        );
    }
}
