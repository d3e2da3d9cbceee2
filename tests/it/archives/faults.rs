//! Archives that are damaged, lie, or unpack to more than anybody should read: told as not read, never as clean.

use std::time::Duration;

use super::{places, shell, skipped};
use crate::support::{GUARD, Run, Sandbox, hf_token};

const STAGED: [&str; 4] = ["scan", "--staged", "--format", "json"];

/// Files for a zip archive that stores them as they are.
#[derive(Default)]
struct Zip {
    body: Vec<u8>,
    directory: Vec<u8>,
    count: usize,
}

impl Zip {
    fn add(mut self, name: &str, content: &[u8]) -> Self {
        let at = self.body.len();
        self.body
            .extend(header(b"PK\x03\x04\x14\0", name, content, 0));
        self.body.extend(name.as_bytes());
        self.body.extend(content);
        self.entry(name, content, at, 0);
        self
    }

    /// An entry of the directory alone, for the file at `at`.
    fn entry(&mut self, name: &str, content: &[u8], at: usize, flags: u8) {
        self.directory
            .extend(header(b"PK\x01\x02\x14\0\x14\0", name, content, flags));
        self.directory.extend([0; 10]);
        self.directory.extend(four(at));
        self.directory.extend(name.as_bytes());
        self.count += 1;
    }

    fn end(self) -> Vec<u8> {
        // Without zip64 it begins anew at 65,536.
        let count = self.count;
        let mut all = self.body;
        let start = all.len();
        all.extend(&self.directory);
        all.extend(b"PK\x05\x06\0\0\0\0");
        all.extend([two(count), two(count)].concat());
        all.extend([four(self.directory.len()), four(start)].concat());
        all.extend([0, 0]);
        all
    }
}

fn header(begin: &[u8], name: &str, content: &[u8], flags: u8) -> Vec<u8> {
    let mut header = begin.to_vec();
    header.extend([flags, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.extend([four(content.len()), four(content.len())].concat());
    header.extend([two(name.len()), vec![0, 0]].concat());
    header
}

fn two(number: usize) -> Vec<u8> {
    number.to_le_bytes()[..2].to_vec()
}

fn four(number: usize) -> Vec<u8> {
    number.to_le_bytes()[..4].to_vec()
}

/// Scans what is staged, within half a minute.
#[track_caller]
fn staged(sandbox: &Sandbox) -> Run {
    let limit = Duration::from_secs(60);
    Run::within(limit, sandbox.command(GUARD).args(STAGED))
}

/// The archive at `path`, alone, is not read, for a reason that holds `words`; beside a secret it does not end with 0 either.
#[track_caller]
pub fn assert_unread(sandbox: &Sandbox, path: &str, words: &str) {
    sandbox.git(&["rm", "-rq", "--cached", "--ignore-unmatch", "."]);
    sandbox.git(&["add", "--force", path]);
    let run = staged(sandbox);
    run.assert_code(2);
    let skips = skipped(&run);
    assert!(
        skips
            .iter()
            .any(|(at, why)| at.starts_with(path) && why.contains(words)),
        "{path}: {words}: {skips:?}"
    );
    let token = hf_token(77);
    sandbox.stage("beside.py", format!("token = \"{token}\"\n"));
    let run = staged(sandbox);
    run.assert_hides(&token);
    assert_ne!(run.code, 0);
    let found = places(&run);
    assert!(
        found.contains(&("beside.py".to_owned(), 1, 10)),
        "{found:?}"
    );
    sandbox.install_hooks(sandbox.path());
    assert_ne!(sandbox.try_git(&["commit", "-m", "x"]).code, 0);
}

#[test]
fn what_is_cut_short_is_not_read() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", "line\n".repeat(9_000));
    sandbox.write("b.txt", hf_token(1));
    shell(
        &sandbox,
        "python3 -m zipfile -c w.zip a.txt b.txt; tar -cf w.tar a.txt b.txt; gzip -k a.txt
         head -c 150 w.zip > a.zip; head -c 30000 w.tar > a.tar; head -c 60 a.txt.gz > a.gz
         tar -cz a.txt b.txt | head -c 200 > a.tgz; rm a.txt.gz w.tar w.zip",
    );
    assert_unread(&sandbox, "a.zip", "damaged zip");
    assert_unread(&sandbox, "a.tar", "damaged tar");
    assert_unread(&sandbox, "a.gz", "damaged gzip");
    assert_unread(&sandbox, "a.tgz", "damaged gzip");
}

#[test]
fn a_bomb_is_not_read() {
    let sandbox = Sandbox::new();
    shell(
        &sandbox,
        "head -c 120000000 /dev/zero > zeros; python3 -m zipfile -c flat.zip zeros; gzip -c zeros > flat.gz
         head -c 6000000 zeros > some && gzip some
         i=0; while [ $i -lt 20 ]; do cp some.gz $i.gz; i=$((i+1)); done
         python3 -m zipfile -c nested.zip [0-9]*.gz; rm zeros some.gz [0-9]*.gz",
    );
    assert_unread(&sandbox, "flat.zip", "bomb");
    assert_unread(&sandbox, "flat.gz", "bomb");
    assert_unread(&sandbox, "nested.zip", "bomb");
}

#[test]
fn what_compresses_well_is_no_bomb() {
    let sandbox = Sandbox::new();
    let token = hf_token(2);
    shell(&sandbox, "head -c 20000000 /dev/zero > zeros");
    sandbox.write("z.txt", &token);
    shell(
        &sandbox,
        "python3 -m zipfile -c a.zip zeros z.txt; rm zeros z.txt; git add a.zip",
    );
    let run = staged(&sandbox);
    run.assert_code(1);
    assert_eq!(places(&run), [("a.zip!/z.txt".to_owned(), 1, 1)]);
}

#[test]
fn a_million_members_take_no_square_of_the_time() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "core.compression", "0"]);
    let token = hf_token(3);
    let mut zip = Zip::default();
    for number in 0..1_000_000 {
        zip = zip.add(&format!("{number:x}"), b"");
    }
    sandbox.stage("a.zip", zip.add("last", token.as_bytes()).end());
    let run = staged(&sandbox);
    run.assert_code(1);
    assert_eq!(places(&run), [("a.zip!/last".to_owned(), 1, 1)]);
}

#[test]
fn lies_are_not_believed() {
    let sandbox = Sandbox::new();
    let content = format!("{}\n", hf_token(4)).repeat(20);
    sandbox.write("f.txt", &content);
    let write = |name: &str, change: &str| {
        shell(
            &sandbox,
            &format!(
                "python3 -c '
import zipfile, struct
z = zipfile.ZipFile(\"{name}\", \"w\", zipfile.ZIP_DEFLATED); z.write(\"f.txt\"); z.close()
b = bytearray(open(\"{name}\", \"rb\").read()); c = b.find(b\"PK\\x01\\x02\"); e = b.find(b\"PK\\x05\\x06\")
{change}
open(\"{name}\", \"wb\").write(b)'"
            ),
        );
    };
    for (name, change, words) in [
        (
            "size.zip",
            "b[c+24:c+28] = struct.pack(\"<I\", 99)",
            "damaged zip",
        ),
        (
            "larger.zip",
            "b[c+24:c+28] = struct.pack(\"<I\", 9999)",
            "damaged zip",
        ),
        (
            "huge.zip",
            "b[c+24:c+28] = struct.pack(\"<I\", 0xfffffff0)",
            "damaged zip",
        ),
        (
            "packed.zip",
            "b[c+20:c+24] = struct.pack(\"<I\", 9)",
            "damaged zip",
        ),
        (
            "beyond.zip",
            "b[c+20:c+24] = struct.pack(\"<I\", 0x7fffffff)",
            "damaged zip",
        ),
        (
            "place.zip",
            "b[c+42:c+46] = struct.pack(\"<I\", 7)",
            "damaged zip",
        ),
        ("sum.zip", "b[c+16] ^= 1", "damaged zip"),
        (
            "wide.zip",
            "b[c+24:c+28] = b[c+20:c+24] = b\"\\xff\" * 4",
            "damaged zip",
        ),
        ("count.zip", "b[e+10] = 2", "damaged zip"),
        (
            "start.zip",
            "b[e+16:e+20] = b[e+12:e+16] = struct.pack(\"<I\", 0x7ffffff)",
            "damaged zip",
        ),
        ("locked.zip", "b[c+8] |= 1", "encrypted"),
        ("method.zip", "b[c+10] = 97", "not known here"),
        ("lzma.zip", "b[c+10] = 14", "damaged LZMA"),
        ("other.zip", "b[c+10] = 0", "damaged zip"),
    ] {
        write(name, change);
        assert_unread(&sandbox, name, words);
    }
    write("sound.zip", "pass");
    sandbox.guard(&["scan", "sound.zip"]).assert_code(1);
}

#[test]
fn files_that_share_their_bytes_are_not_read_and_two_names_of_one_are() {
    let sandbox = Sandbox::new();
    let token = hf_token(5);
    let inner = Zip::default().add("b", &[b'x'; 200]).end();
    // The second file begins inside of the first.
    let mut zip = Zip::default().add("a", &inner);
    zip.entry("b", &[b'x'; 200], 31, 0);
    sandbox.write("a.zip", zip.end());
    assert_unread(&sandbox, "a.zip", "shares its bytes");
    let mut zip = Zip::default().add("a", token.as_bytes());
    zip.entry("b", token.as_bytes(), 0, 0);
    sandbox.write("b.zip", zip.end());
    let run = sandbox.guard(&["scan", "--format", "json", "b.zip"]);
    run.assert_code(1);
    let at = |path: &str| (path.to_owned(), 1, 1);
    assert_eq!(places(&run), [at("b.zip!/a"), at("b.zip!/b")]);
}

#[test]
fn a_file_that_the_directory_does_not_name_is_told() {
    let sandbox = Sandbox::new();
    let mut zip = Zip::default()
        .add("a", b"x")
        .add("hidden", b"y")
        .add("c", b"z");
    let one = 46 + 1;
    zip.directory.drain(one..one + 46 + "hidden".len());
    zip.count -= 1;
    sandbox.write("a.zip", zip.end());
    assert_unread(&sandbox, "a.zip", "does not name");
}

#[test]
fn a_name_is_no_place() {
    let sandbox = Sandbox::new();
    let token = hf_token(6);
    for name in [
        "../../up.txt",
        "/etc/hf-guard-test",
        "C:\\x",
        "a\nb\u{1b}[31m",
        "é\u{202e}",
        "",
    ] {
        let zip = Zip::default().add(name, token.as_bytes());
        sandbox.stage("a.zip", zip.end());
        let run = sandbox.guard(&["scan", "--staged"]);
        run.assert_code(1).assert_hides(&token);
        for stream in [&run.stdout, &run.stderr] {
            assert!(
                !stream.contains('\u{1b}') && !stream.contains('\u{202e}'),
                "{stream}"
            );
        }
    }
    let latin = b"caf\xe9".to_vec();
    let mut bytes = Zip::default().add("cafe", token.as_bytes()).end();
    for at in 0..bytes.len() - 4 {
        if bytes[at..].starts_with(b"cafe") {
            bytes[at..at + 4].copy_from_slice(&latin);
        }
    }
    sandbox.stage("a.zip", bytes);
    let run = staged(&sandbox);
    assert_eq!(places(&run), [("a.zip!/caf\\xe9".to_owned(), 1, 1)]);
    assert!(!sandbox.root().join("up.txt").exists());
}

#[test]
fn what_only_begins_like_an_archive_is_a_text() {
    let sandbox = Sandbox::new();
    let token = hf_token(7);
    for (number, head) in [
        &b"PK"[..],
        b"PK\x03\x04",
        b"PK\x03\x04 is what a zip begins with, and this is a text about it; it goes on for long enough",
        b"PK\x05\x06 is its end",
        b"\x1f\x8b\x08 begins a gzip, and this is none",
        b"BZh91AY&SY",
        b"\xfd7zXZ\0",
        b"\x28\xb5\x2f\xfd",
        &[b"a".repeat(257), b"ustar is the word in a tar's header".to_vec()].concat(),
        &[b"#!/bin/sh\n# ".to_vec(), b"x".repeat(9), b"PK\x05\x06".to_vec(), b"y".repeat(18)].concat(),
    ]
    .iter()
    .enumerate()
    {
        sandbox.stage("f", head);
        staged(&sandbox).assert_code(0);
        sandbox.stage("f", [head, &b"\n"[..], token.as_bytes()].concat());
        let run = staged(&sandbox);
        run.assert_code(1);
        assert_eq!(places(&run).len(), 1, "{number}");
        assert_eq!(skipped(&run), []);
    }
}
