//! bzip2, xz, LZMA and zstd: as files of their own, around a tar, as methods of zip; what is whole is read, what is not is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hf_guard::rules::RuleSet;
use hf_guard::scan::Scanner;

use super::faults::assert_unread;
use super::{places, shell, skipped};
use crate::support::{GUARD, Run, Sandbox, hf_token};
use crate::tools;

const STAGED: [&str; 4] = ["scan", "--staged", "--format", "json"];

/// Runs a line of Python, with `path` the file at hand and `packed` by method in a zip.
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

#[test]
fn what_is_not_whole_is_not_read() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "log",
        format!("{}two {}\n", "x y\n".repeat(999), hf_token(6)),
    );
    python(
        &sandbox,
        "log = read('log')
for form, pack in ('bz2', bz2.compress), ('xz', lzma.compress), ('zst', zstd), ('lzma', lambda log: lzma.compress(log, lzma.FORMAT_ALONE)):
    packed = pack(log)
    write('cut.' + form, packed[:-1])
    write('short.' + form, packed[:len(packed) // 2])
    write('more.' + form, packed, b'and more')
    flipped = bytearray(packed)
    flipped[-2] ^= 1
    write('sum.' + form, bytes(flipped))
    zip_of('size.%s.zip' % form, {'bz2': 12, 'xz': 95, 'zst': 93, 'lzma': 9}[form], log[:-1], packed)
lzma_zip = io.BytesIO()
with zipfile.ZipFile(lzma_zip, 'w', zipfile.ZIP_LZMA) as z:
    z.writestr('a', log)
b = bytearray(lzma_zip.getvalue())
at = b.find(b'PK\\x01\\x02')
b[at + 16:at + 20] = struct.pack('<I', zlib.crc32(log[:9]))
b[at + 24:at + 28] = struct.pack('<I', 9)
write('size.lzma.zip', bytes(b))
write('dictionary', b''.join(b'%d some words of a dictionary, %d\\n' % (n, n * 7) for n in range(2000)))
for n in range(64):
    write('part%d' % n, b''.join(b'%d some words of a dictionary, %d\\n' % (n, k * n) for k in range(99)))
subprocess.run('zstd -q --train part* -o trained --maxdict=2000 && zstd -q -D trained log -o dictionary.zst', shell=True, check=True)
subprocess.run('rm part* trained dictionary log', shell=True, check=True)
write('kind.xz', b'\\xfd7zXZ\\0\\0\\x0f' + struct.pack('<I', zlib.crc32(b'\\0\\x0f')) + bytes(20))",
    );
    for (form, called) in [
        ("bz2", "a damaged bzip2 file"),
        ("xz", "a damaged xz file"),
        ("zst", "a damaged zstd file"),
        ("lzma", "a damaged LZMA file"),
    ] {
        for part in ["cut", "short", "more"] {
            assert_unread(&sandbox, &format!("{part}.{form}"), called);
        }
        // LZMA of old has no checksum.
        if form != "lzma" {
            assert_unread(&sandbox, &format!("sum.{form}"), called);
        }
    }
    for form in ["bz2", "xz", "zst"] {
        assert_unread(
            &sandbox,
            &format!("size.{form}.zip"),
            "a damaged zip archive",
        );
    }
    assert_unread(&sandbox, "size.lzma.zip", "a damaged");
    assert_unread(&sandbox, "dictionary.zst", "a dictionary of zstd");
    assert_unread(&sandbox, "kind.xz", "");
}

#[test]
fn a_bomb_is_not_read() {
    let sandbox = Sandbox::new();
    python(
        &sandbox,
        "zeros = bytes(120_000_000)
write('a.bz2', bz2.compress(zeros))
write('b.xz', lzma.compress(zeros))
write('c.zst', zstd(zeros))
with zipfile.ZipFile('d.zip', 'w', zipfile.ZIP_BZIP2) as z:
    z.writestr('zeros', zeros)
few = lzma.compress(zeros[:6_000_000])
with tarfile.open('e.tar.xz', 'w:xz') as t:
    for n in range(20):
        info = tarfile.TarInfo('%d.xz' % n)
        info.size = len(few)
        t.addfile(info, io.BytesIO(few))
many = bz2.compress(zeros[:60_000])
write('f.bz2', many * 2_000)
# Nothing is in them but the wish for memory.
write('window.zst', b'\\x28\\xb5\\x2f\\xfd\\x00\\xf8\\x01\\0\\0')
write('whole.zst', b'\\x28\\xb5\\x2f\\xfd\\xe0' + struct.pack('<Q', 1 << 40) + b'\\x01\\0\\0')
huge = [{'id': lzma.FILTER_LZMA2, 'dict_size': 1 << 30}]
header = bytearray(lzma.compress(b'x', filters=[{'id': lzma.FILTER_LZMA2, 'dict_size': 4096}]))
header[16] = 40
header[20:24] = struct.pack('<I', zlib.crc32(bytes(header[12:20])))
write('dictionary.xz', bytes(header))",
    );
    for path in ["a.bz2", "b.xz", "c.zst", "d.zip", "e.tar.xz", "f.bz2"] {
        assert_unread(&sandbox, path, "bomb");
    }
    for path in ["window.zst", "whole.zst", "dictionary.xz"] {
        assert_unread(&sandbox, path, "more than is read here");
    }
}

#[test]
fn three_archives_deep_and_no_deeper() {
    let sandbox = Sandbox::new();
    let token = hf_token(7);
    sandbox.write("log", &token);
    python(
        &sandbox,
        "data = read('log')
for n, pack in enumerate([bz2.compress, zstd, lzma.compress, zstd]):
    data = pack(data)
    write('%d.bin' % n, data)
os.remove('log')",
    );
    let run = sandbox.guard(&["scan", "--format", "json", "2.bin"]);
    run.assert_code(1);
    assert_eq!(
        places(&run),
        [("2.bin!/content!/content!/content".to_owned(), 1, 1)]
    );
    assert_unread(&sandbox, "3.bin", "too many archives");
}

/// What nobody opens here is told: a text that is read as it stands holds nothing that can be seen.
#[test]
fn what_is_compressed_in_other_ways_is_told() {
    let sandbox = Sandbox::new();
    for (name, head, words) in [
        ("a.7z", &b"7z\xbc\xaf\x27\x1c\0\x04"[..], "7-Zip"),
        ("a.rar", b"Rar!\x1a\x07\x01\0", "RAR"),
        ("a.lz4", b"\x04\x22\x4d\x18\x64\x40\xa7", "lz4"),
        ("a.lz", b"LZIP\x01\x0c\0\x34", "lzip"),
        ("a.zst", b"\x27\xb5\x2f\xfd\x44\x40\xa7", "an old zstd"),
    ] {
        sandbox.write(name, [head, &[0xa5; 30]].concat());
        assert_unread(&sandbox, name, words);
    }
    let run = sandbox.guard(&["scan", "a.7z"]);
    run.assert_code(2);
    sandbox.write(
        ".hf-guard.toml",
        "[[allow]]\npath = \"a.7z\"\nunread = true\nreason = \"a fixture\"\n",
    );
    sandbox.guard(&["scan", "a.7z"]).assert_code(0);
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
