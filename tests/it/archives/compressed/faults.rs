//! What is cut short, lies, needs what is not there, or unpacks to too much: told as not read.

use super::super::faults::assert_unread;
use super::super::places;
use super::python;
use crate::support::{Sandbox, hf_token};

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
