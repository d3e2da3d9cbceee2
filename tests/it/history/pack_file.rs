//! Packs and indexes written by hand: of any shape, sound or bent.

#[path = "../../../src/git/pack/testing/encoding.rs"]
mod encoding;

use std::fs;
use std::path::{Path, PathBuf};

use libdeflater::{CompressionLvl, Compressor};
use sha1::{Digest, Sha1};

use crate::support::Sandbox;
use encoding::{Run, delta, distance, header};

/// An object name.
pub type Name = [u8; 20];

/// One entry of a pack.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A blob.
    Blob(Vec<u8>),
    /// A delta of the entry with this number.
    Offset(usize, Vec<u8>),
    /// A delta of the object with this name.
    Named(Name, Vec<u8>),
}

/// How the index is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Without checksums of entries.
    One,
    /// As git writes it.
    Two,
    /// With every offset but the first in the table of 64-bit ones.
    TwoWithLargeOffsets,
}

/// The name of a blob.
pub fn blob_name(text: &[u8]) -> Name {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", text.len()));
    hash.update(text);
    hash.finalize().into()
}

/// A name as git prints it.
pub fn hex(name: &[u8]) -> String {
    name.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A blob and its name.
pub fn blob(text: Vec<u8>) -> (Name, Entry) {
    (blob_name(&text), Entry::Blob(text))
}

/// Where a repository keeps its packs.
pub fn packs(sandbox: &Sandbox) -> PathBuf {
    sandbox.path().join(".git/objects/pack")
}

/// A delta that puts `new` into `base`, which is `base_len` long, at `at`.
pub fn inserting(base_len: usize, at: usize, new: &[u8]) -> Vec<u8> {
    let runs = [
        Run::Copy(0, at),
        Run::Insert(new),
        Run::Copy(at, base_len - at),
    ];
    delta(base_len, &runs)
}

/// Writes a pack of `entries`, each with its name, and its index into the folder `packs`.
pub fn write(packs: &Path, entries: &[(Name, Entry)], version: Version) {
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend(u32::try_from(entries.len()).expect("few").to_be_bytes());
    let mut compressor = Compressor::new(CompressionLvl::fastest());
    let mut rows = Vec::new();
    let mut offsets: Vec<usize> = Vec::new();
    for (name, entry) in entries {
        let offset = pack.len();
        let data = match entry {
            Entry::Blob(text) => {
                pack.extend(header(3, text.len()));
                text
            }
            Entry::Offset(base, data) => {
                pack.extend(header(6, data.len()));
                pack.extend(distance(offset - offsets[*base]));
                data
            }
            Entry::Named(base, data) => {
                pack.extend(header(7, data.len()));
                pack.extend(base);
                data
            }
        };
        let start = pack.len();
        pack.resize(start + compressor.zlib_compress_bound(data.len()), 0);
        let len = compressor
            .zlib_compress(data, &mut pack[start..])
            .expect("it has room");
        pack.truncate(start + len);
        let crc = libdeflater::crc32(&pack[offset..]);
        rows.push((*name, crc, offset));
        offsets.push(offset);
    }
    let sum = Sha1::digest(&pack);
    pack.extend(sum);
    rows.sort_unstable();
    let mut index = match version {
        Version::One => Vec::new(),
        Version::Two | Version::TwoWithLargeOffsets => vec![0xff, b't', b'O', b'c', 0, 0, 0, 2],
    };
    for first in 0..=255_u8 {
        let below = rows.partition_point(|row| row.0[0] <= first);
        index.extend(u32::try_from(below).expect("few").to_be_bytes());
    }
    let small = |offset: usize| u32::try_from(offset).expect("small").to_be_bytes();
    if version == Version::One {
        index.extend(
            rows.iter()
                .flat_map(|row| [&small(row.2)[..], &row.0].concat()),
        );
    } else {
        index.extend(rows.iter().flat_map(|row| row.0));
        index.extend(rows.iter().flat_map(|row| row.1.to_be_bytes()));
        if version == Version::Two {
            index.extend(rows.iter().flat_map(|row| small(row.2)));
        } else {
            // git accepts no index in which the first entry has one too.
            let is_large = |offset: usize| offset > 12;
            let mut large = Vec::new();
            for (_, _, offset) in &rows {
                if is_large(*offset) {
                    index.extend(small((large.len() / 8) | (1 << 31)));
                    large.extend((*offset as u64).to_be_bytes());
                } else {
                    index.extend(small(*offset));
                }
            }
            index.extend(large);
        }
    }
    index.extend(sum);
    let own = Sha1::digest(&index);
    index.extend(own);
    fs::create_dir_all(packs).expect("the folder can be made");
    let path = packs.join(format!("pack-{}", hex(&sum)));
    fs::write(path.with_extension("pack"), pack).expect("the pack can be written");
    fs::write(path.with_extension("idx"), index).expect("the index can be written");
}
