//! A file as texts: itself, or what an archive holds, archives in it opened too.
//!
//! In: its name and bytes. Out: each text by name, `image.tar!layer.tar.gz!etc/profile`; what cannot be opened is a skip. What is
//! no archive is one text, whatever it holds.

use bstr::{BStr, BString};

use super::{Visit, gzip, tar, zip};
use crate::outcome::Skip;
use crate::rules::RuleError;

/// Archives in archives, and no deeper.
const MAX_DEPTH: usize = 6;

/// No unpacked file is larger, in bytes.
const MAX_BYTES: usize = 1 << 30;

/// How files begin that are compressed in ways not known here.
const CLOSED: [(&[u8], &str); 6] = [
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x04\x22\x4d\x18", "lz4"),
];

/// Hands on every text of `bytes`, a file called `name`.
pub(super) fn texts(
    name: &BStr,
    bytes: &[u8],
    skipped: &mut Vec<Skip>,
    visit: Visit<'_>,
) -> Result<(), RuleError> {
    open(name, bytes, 0, skipped, visit)
}

fn open(
    name: &BStr,
    bytes: &[u8],
    depth: usize,
    skipped: &mut Vec<Skip>,
    visit: Visit<'_>,
) -> Result<(), RuleError> {
    let mut skip = |name: &BStr, reason: &str| {
        skipped.push(Skip {
            path: BString::from(name),
            reason: reason.to_owned(),
        });
    };
    if let Some((_, kind)) = CLOSED.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        skip(name, &format!("compressed with {kind}; unpack it first"));
        return Ok(());
    }
    let is_gzip = bytes.starts_with(gzip::MAGIC);
    if !is_gzip && !zip::is_zip(bytes) && !tar::is_tar(bytes) {
        return visit(name, bytes);
    }
    if depth == MAX_DEPTH {
        skip(name, "an archive in too many archives; unpack it first");
        return Ok(());
    }
    if is_gzip {
        match gzip::inflate(bytes, MAX_BYTES) {
            Ok(inner) => {
                let inside = BString::from([name, b"!".as_slice()].concat());
                return open(BStr::new(&inside), &inner, depth + 1, skipped, visit);
            }
            Err(reason) => skip(name, reason),
        }
        return Ok(());
    }
    let inside = |entry: &[u8]| BString::from([name, b"!".as_slice(), entry].concat());
    if tar::is_tar(bytes) {
        let (entries, complete) = tar::entries(bytes);
        if !complete {
            skip(name, "a damaged tar archive");
        }
        for entry in entries {
            open(
                BStr::new(&inside(&entry.name)),
                entry.bytes,
                depth + 1,
                skipped,
                visit,
            )?;
        }
        return Ok(());
    }
    let complete = zip::entries(bytes, MAX_BYTES, |entry| {
        let name = inside(&entry.name);
        match entry.bytes {
            Ok(inner) => open(BStr::new(&name), &inner, depth + 1, skipped, visit),
            Err(reason) => {
                skipped.push(Skip {
                    path: name,
                    reason: reason.to_owned(),
                });
                Ok(())
            }
        }
    })?;
    if !complete {
        skipped.push(Skip {
            path: BString::from(name),
            reason: "a damaged zip archive, or one of more than 65,534 files; unpack it first"
                .to_owned(),
        });
    }
    Ok(())
}
