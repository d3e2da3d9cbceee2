//! bzip2, xz, LZMA and zstd: as files of their own, around a tar, as methods of zip.

mod faults;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hf_guard::rules::RuleSet;
use hf_guard::scan::Scanner;

use super::{places, shell, skipped};
use crate::support::{GUARD, Run, Sandbox, hf_token};
use crate::tools;

const STAGED: [&str; 4] = ["scan", "--staged", "--format", "json"];

/// Runs lines of Python that can `read` and `write` a file, `zstd` bytes, and make a `zip_of` what is packed by a method that Python has not.
#[track_caller]
fn python(sandbox: &Sandbox, lines: &str) {
    sandbox.write(
        "x.py",
        format!(
            "import bz2, io, lzma, os, struct, subprocess, tarfile, zipfile, zlib
def write(name, *parts):
    with open(name, 'wb') as file:
        file.write(b''.join(parts))
def read(name):
    with open(name, 'rb') as file:
        return file.read()
def zstd(data, *flags):
    return subprocess.run(['zstd', '-q', '-c', *flags], input=data, stdout=subprocess.PIPE, check=True).stdout
def zip_of(name, method, data, packed):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as z:
        z.writestr('a.log', packed)
    b = bytearray(out.getvalue())
    central = b.find(b'PK\\x01\\x02')
    for at in (8, central + 10):
        b[at:at + 2] = struct.pack('<H', method)
    for at in (14, central + 16):
        b[at:at + 12] = struct.pack('<III', zlib.crc32(data), len(packed), len(data))
    write(name, bytes(b))
{lines}"
        ),
    );
    tools::require();
    shell(sandbox, "python3 x.py; rm x.py");
}

#[test]
fn every_form_is_opened() {
    let sandbox = Sandbox::new();
    let token = hf_token(2);
    let log = format!("one\ntwo {token}\n");
    sandbox.write("d/a.log", &log);
    python(
        &sandbox,
        "log = read('d/a.log')
write('a.bz2', bz2.compress(log))
write('b.xz', lzma.compress(log))
write('c.lzma', lzma.compress(log, lzma.FORMAT_ALONE))
write('d.zst', zstd(log))
for name, mode in ('e.tar.bz2', 'w:bz2'), ('f.tar.xz', 'w:xz'):
    with tarfile.open(name, mode) as t:
        t.add('d')
with tarfile.open('g.tar', 'w') as t:
    t.add('d')
write('g.tar.zst', zstd(read('g.tar')))
os.remove('g.tar')
for name, method in ('h.zip', zipfile.ZIP_BZIP2), ('i.zip', zipfile.ZIP_LZMA):
    with zipfile.ZipFile(name, 'w', method) as z:
        z.write('d/a.log')
zip_of('j.zip', 93, log, zstd(log))
zip_of('k.zip', 95, log, lzma.compress(log))
write('l.gz.xz', lzma.compress(subprocess.run(['gzip', '-nc', 'd/a.log'], stdout=subprocess.PIPE).stdout))
os.remove('d/a.log')
os.rmdir('d')",
    );
    let run = sandbox.guard(&["scan", "--format", "json", "."]);
    run.assert_code(1).assert_hides(&token);
    let at = |path: &str| (path.to_owned(), 2, 5);
    assert_eq!(
        places(&run),
        [
            at("a.bz2!/content"),
            at("b.xz!/content"),
            at("c.lzma!/content"),
            at("d.zst!/content"),
            at("e.tar.bz2!/d/a.log"),
            at("f.tar.xz!/d/a.log"),
            at("g.tar.zst!/d/a.log"),
            at("h.zip!/d/a.log"),
            at("i.zip!/d/a.log"),
            at("j.zip!/a.log"),
            at("k.zip!/a.log"),
            at("l.gz.xz!/content!/content"),
        ]
    );
    assert_eq!(skipped(&run), []);
    // The same of every other source.
    sandbox.git(&["add", "."]);
    let staged = places(&sandbox.guard(&STAGED));
    assert_eq!(staged, places(&run));
    sandbox.commit_all("pack");
    for repack in [false, true] {
        if repack {
            sandbox.git(&["repack", "-adfq"]);
        }
        for scan in [&["scan", "--tracked"][..], &["scan", "--range", "HEAD"]] {
            let run = sandbox.guard(&[scan, &["--format", "json"]].concat());
            assert_eq!(staged, places(&run), "{scan:?}");
        }
        let run = sandbox.guard(&["--all-history", "--format", "json"]);
        run.assert_code(1).assert_hides(&token);
        let found = super::findings_of(&run);
        let of_history = found[0]["provenance"]["places"].as_array();
        assert_eq!(of_history.map(Vec::len), Some(staged.len()));
        assert_eq!(skipped(&run), []);
    }
    let file = std::fs::read(sandbox.path().join("d.zst")).expect("it was written");
    let run = sandbox.guard_with_input(&["scan", "--format", "json", "-"], &file);
    assert_eq!(places(&run), [at("<stdin>!/content")]);
    let run = sandbox.guard_with_input(&["find", "--secret-from-stdin", "."], token.as_bytes());
    run.assert_code(1).assert_hides(&token);
    for (path, ..) in &staged {
        let told = format!("{path}:2:5: ");
        assert!(run.stdout.contains(&told), "{told} {}", run.stdout);
    }
}

#[test]
fn every_way_of_writing_them_is_read() {
    let sandbox = Sandbox::new();
    let token = hf_token(3);
    sandbox.write("log", format!("{}two {token}\n", "x y\n".repeat(99_999)));
    python(
        &sandbox,
        "log = read('log')
half = len(log) // 2
for form, pack in ('bz2', bz2.compress), ('xz', lzma.compress), ('zst', zstd):
    write('two.' + form, pack(log[:half]), pack(b''), pack(log[half:]))
write('zeros.bz2', bz2.compress(log, 1), bytes(512))
write('padded.xz', lzma.compress(log[:half]), bytes(8), lzma.compress(log[half:]), bytes(4))
for name, check in ('none', lzma.CHECK_NONE), ('crc32', lzma.CHECK_CRC32), ('sha', lzma.CHECK_SHA256):
    write(name + '.xz', lzma.compress(log, check=check))
for name, before in ('x86', {'id': lzma.FILTER_X86}), ('arm', {'id': lzma.FILTER_ARM}), ('delta', {'id': lzma.FILTER_DELTA, 'dist': 4}):
    write(name + '.xz', lzma.compress(log, filters=[before, {'id': lzma.FILTER_LZMA2, 'preset': 9}]))
skipped = b'\\x5a\\x2a\\x4d\\x18' + struct.pack('<I', 7) + b'skipped'
write('skipped.zst', skipped, zstd(log[:half]), skipped, zstd(log[half:]), skipped)
for name, *flags in ('fast', '--fast=5'), ('best', '--ultra', '-22'), ('long', '--long=27'), ('plain', '--no-check'), ('size', '--stream-size=%d' % len(log)):
    write(name + '.zst', zstd(log, *flags))
subprocess.run(['zstd', '-q', 'log', '-o', 'whole.zst'], check=True)
write('empty.bz2', bz2.compress(b''))
write('empty.xz', lzma.compress(b''))
write('empty.zst', zstd(b''))
os.remove('log')",
    );
    let run = sandbox.guard(&["scan", "--format", "json", "."]);
    run.assert_code(1).assert_hides(&token);
    let names = [
        "arm.xz",
        "best.zst",
        "crc32.xz",
        "delta.xz",
        "fast.zst",
        "long.zst",
        "none.xz",
        "padded.xz",
        "plain.zst",
        "sha.xz",
        "size.zst",
        "skipped.zst",
        "two.bz2",
        "two.xz",
        "two.zst",
        "whole.zst",
        "x86.xz",
        "zeros.bz2",
    ];
    let expected: Vec<_> = names
        .iter()
        .map(|name| (format!("{name}!/content"), 100_000, 5))
        .collect();
    assert_eq!(places(&run), expected);
    assert_eq!(skipped(&run), []);
}

/// Another form, another level: what stood in the old file is not new.
#[test]
fn what_is_compressed_anew_brings_nothing() {
    let sandbox = Sandbox::new();
    let (old, new) = (hf_token(4), hf_token(5));
    sandbox.write("log", format!("a {old}\nb\n"));
    python(
        &sandbox,
        "write('a.packed', bz2.compress(read('log')))\nos.remove('log')",
    );
    sandbox.commit_all("first");
    for pack in ["lzma.compress(log)", "zstd(log)", "zstd(log, '-19')"] {
        sandbox.write("log", format!("b\nc\na {old}\n"));
        python(
            &sandbox,
            &format!("log = read('log')\nwrite('a.packed', {pack})\nos.remove('log')"),
        );
        sandbox.git(&["add", "."]);
        sandbox.guard(&STAGED).assert_code(0);
    }
    sandbox.write("log", format!("a {old}\na {new}\n"));
    python(
        &sandbox,
        "write('a.packed', zstd(read('log')))\nos.remove('log')",
    );
    sandbox.git(&["add", "."]);
    let run = sandbox.guard(&STAGED);
    assert_eq!(places(&run), [("a.packed!/content".to_owned(), 2, 3)]);
    sandbox.commit_all("second");
    sandbox.git(&["repack", "-adfq", "--depth=50"]);
    let run = sandbox.guard(&["--all-history", "--format", "json"]);
    assert_eq!(places(&run).len(), 2, "{}", run.stdout);
}

/// The watchdog hears of both: of what is new, and of what was there before.
#[test]
fn unpacking_is_a_sign_of_life() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "a.log",
        format!("{}{}\n", "x y\n".repeat(9_000_000), hf_token(9)),
    );
    sandbox.write("b.log", "x y\n".repeat(9_000_000));
    python(
        &sandbox,
        "for name in 'ab':
    write(name + '.zst', zstd(read(name + '.log')))
    os.remove(name + '.log')",
    );
    let read = |name: &str| std::fs::read(sandbox.path().join(name)).expect("it was written");
    let (new, old) = (read("a.zst"), read("b.zst"));
    let pulse = Arc::new(AtomicU64::new(0));
    let scanner = Scanner::new(RuleSet::builtin()).with_pulse(Arc::clone(&pulse));
    let mut candidates = scanner.candidates(&new).expect("built-in rules compile");
    // Each eight of 36 MB, and the text.
    assert_eq!(pulse.load(Ordering::Relaxed), 5);
    candidates.keep_new(&[&old]);
    assert_eq!(pulse.load(Ordering::Relaxed), 10);
    assert!(!candidates.is_empty());
}

/// The hook has as long as unpacking takes, as long as it goes on.
#[test]
fn a_large_one_is_read_to_its_end() {
    let sandbox = Sandbox::new();
    let token = hf_token(8);
    sandbox.write("end", format!("{token}\n"));
    python(
        &sandbox,
        "line = b''.join(zlib.crc32(bytes([n % 251, n // 251])).to_bytes(4, 'big').hex().encode() + b'\\n' for n in range(9_999))
log = line * 500 + read('end')
write('a.zst', zstd(log, '-1'))
write('a.xz', lzma.compress(log, preset=0))
os.remove('end')
os.system('git add .')",
    );
    let limit = Duration::from_secs(120);
    let run = Run::within(limit, sandbox.command(GUARD).args(STAGED));
    run.assert_code(1).assert_hides(&token);
    let line = 9_999 * 500 + 1;
    let at = |path: &str| (path.to_owned(), line, 1);
    assert_eq!(places(&run), [at("a.xz!/content"), at("a.zst!/content")]);
}
