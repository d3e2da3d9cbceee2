//! How numbers and deltas are written in a pack, for tests; those of `tests/it` read this file too.
//!
//! Source: <https://git-scm.com/docs/gitformat-pack>

/// A delta that makes `text` with these instructions; a copy is (offset, length).
pub(crate) fn delta(base_len: usize, runs: &[Run<'_>]) -> Vec<u8> {
    let len = runs
        .iter()
        .map(|run| match run {
            Run::Copy(_, len) => *len,
            Run::Insert(bytes) => bytes.len(),
        })
        .sum();
    let mut out = [varint(base_len), varint(len)].concat();
    for run in runs {
        match *run {
            Run::Copy(mut from, mut len) => {
                while len > 0 {
                    let part = len.min(0xffff);
                    out.push(0xbf);
                    out.extend(&from.to_le_bytes()[..4]);
                    out.extend(&part.to_le_bytes()[..2]);
                    (from, len) = (from + part, len - part);
                }
            }
            Run::Insert(bytes) => {
                for part in bytes.chunks(127) {
                    out.push(u8::try_from(part.len()).expect("at most 127"));
                    out.extend(part);
                }
            }
        }
    }
    out
}

/// A run of a delta under construction.
#[derive(Clone, Debug)]
pub(crate) enum Run<'a> {
    /// Offset and length in the base.
    Copy(usize, usize),
    /// New bytes.
    Insert(&'a [u8]),
}

/// The head of an entry: git's number of its type, and the size of what follows, inflated.
pub(crate) fn header(kind: u8, mut size: usize) -> Vec<u8> {
    let low = |size: usize, bits: usize| (size & ((1 << bits) - 1)).to_le_bytes()[0];
    let mut out = vec![kind << 4 | low(size, 4)];
    size >>= 4;
    while size > 0 {
        *out.last_mut().expect("it has a byte") |= 0x80;
        out.push(low(size, 7));
        size >>= 7;
    }
    out
}

/// How far before its delta a base begins.
pub(crate) fn distance(mut distance: usize) -> Vec<u8> {
    let mut out = vec![(distance & 0x7f).to_le_bytes()[0]];
    distance >>= 7;
    while distance > 0 {
        distance -= 1;
        out.push((distance & 0x7f).to_le_bytes()[0] | 0x80);
        distance >>= 7;
    }
    out.reverse();
    out
}

fn varint(mut size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = (size & 0x7f).to_le_bytes()[0];
        size >>= 7;
        if size == 0 {
            out.push(low);
            return out;
        }
        out.push(low | 0x80);
    }
}
