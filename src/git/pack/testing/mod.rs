//! Packs made for tests, well-formed or bent.

mod encoding;

use std::fs;

use libdeflater::{CompressionLvl, Compressor};

use super::super::hash::Algorithm;
use super::{Oid, Pack, PackError};
pub(crate) use encoding::{Run, delta};
use encoding::{distance, header};

/// One entry of a pack under construction.
#[derive(Clone, Debug)]
pub(crate) enum Made {
    /// A whole object: git's type number and the text.
    Whole(u8, Vec<u8>),
    /// A delta of an earlier entry, by its number.
    OffsetDelta(usize, Vec<u8>),
    /// A delta of the object with this name.
    NameDelta(Oid, Vec<u8>),
    /// These very bytes.
    Raw(Vec<u8>),
}

/// The name that [`write`] gives to the entry with this number.
pub(crate) fn name(number: usize) -> Oid {
    let mut bytes = [0x5a; 20];
    bytes[..8].copy_from_slice(
        &(number as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .to_be_bytes(),
    );
    bytes[8..16].copy_from_slice(&(number as u64).to_be_bytes());
    Oid::from_bytes(&bytes).expect("20 bytes")
}

/// The bytes of a pack and its index.
pub(crate) struct Files {
    pub(crate) pack: Vec<u8>,
    pub(crate) index: Vec<u8>,
    /// Where each entry begins.
    pub(crate) offsets: Vec<usize>,
}

/// Writes a pack of `entries` and its index, version 2.
pub(crate) fn files(entries: &[Made]) -> Files {
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend(u32::try_from(entries.len()).expect("few").to_be_bytes());
    let mut rows = Vec::new();
    let mut offsets: Vec<usize> = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        let offset = pack.len();
        let (head, data) = match entry {
            Made::Whole(kind, text) => (header(*kind, text.len()), Some(text)),
            Made::OffsetDelta(base, data) => {
                let head = [header(6, data.len()), distance(offset - offsets[*base])].concat();
                (head, Some(data))
            }
            Made::NameDelta(base, data) => {
                let head = [header(7, data.len()), base.as_bytes().to_vec()].concat();
                (head, Some(data))
            }
            Made::Raw(bytes) => (bytes.clone(), None),
        };
        pack.extend(head);
        pack.extend(data.map(|data| compress(data)).unwrap_or_default());
        let crc = libdeflater::crc32(&pack[offset..]);
        rows.push((name(number), crc, u32::try_from(offset).expect("small")));
        offsets.push(offset);
    }
    pack.extend([0xc5; 20]);
    rows.sort_unstable();
    let mut index = vec![0xff, b't', b'O', b'c', 0, 0, 0, 2];
    for first in 0..=255_u8 {
        let below = rows
            .iter()
            .filter(|row| row.0.as_bytes()[0] <= first)
            .count();
        index.extend(u32::try_from(below).expect("few").to_be_bytes());
    }
    index.extend(rows.iter().flat_map(|row| row.0.as_bytes().to_vec()));
    index.extend(rows.iter().flat_map(|row| row.1.to_be_bytes()));
    index.extend(rows.iter().flat_map(|row| row.2.to_be_bytes()));
    index.extend([0xc5; 20]);
    index.extend(Algorithm::Sha1.sum(&[&index]).as_bytes());
    Files {
        pack,
        index,
        offsets,
    }
}

/// Opens the pack that [`files`] made; the map outlives the folder.
pub(crate) fn open(files: &Files) -> Result<Pack, PackError> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("pack-1.pack");
    fs::write(&path, &files.pack).expect("the pack can be written");
    fs::write(path.with_extension("idx"), &files.index).expect("the index can be written");
    Pack::open(&path)
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let len = compressor
        .zlib_compress(bytes, &mut out)
        .expect("it has room");
    out.truncate(len);
    out
}
