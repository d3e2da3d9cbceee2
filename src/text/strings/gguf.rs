//! The metadata of GGUF files, versions 1 to 3, in either byte order.
//!
//! Source: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>

use std::ops::Range;

use super::{Cursor, Label, Tell};

/// How a file begins.
pub(super) const MAGIC: &[u8] = b"GGUF";

/// Arrays in arrays, at most.
const DEPTH: usize = 8;

const STRING: usize = 8;
const ARRAY: usize = 9;

struct Reader<'a, 't> {
    cursor: Cursor<'a>,
    is_big: bool,
    /// Bytes of a count: four in the first version.
    width: usize,
    tell: &'t mut Tell<'t>,
}

/// Every string of the metadata, and the names of tensors.
pub(super) fn strings<'t>(blob: &[u8], tell: &'t mut Tell<'t>) {
    let mut reader = Reader {
        cursor: Cursor {
            blob,
            at: MAGIC.len(),
        },
        is_big: false,
        width: 8,
        tell,
    };
    // What is cut short has no more strings.
    let (Some(()) | None) = reader.file();
}

impl Reader<'_, '_> {
    fn file(&mut self) -> Option<()> {
        let version = self.cursor.take(4)?;
        self.is_big = version[..2] == [0, 0];
        if version.contains(&1) {
            self.width = 4;
        }
        let tensors = self.number(self.width)?;
        let pairs = self.number(self.width)?;
        for _ in 0..pairs {
            let key = self.string()?;
            let kind = self.number(4)?;
            (self.tell)(key.clone(), &|| Label::Metadata(Vec::new()));
            self.value(kind, &key, DEPTH)?;
        }
        for _ in 0..tensors {
            let name = self.string()?;
            (self.tell)(name, &|| Label::Tensor);
            let dimensions = self.number(4)?;
            let rest = dimensions.checked_mul(self.width)?.checked_add(12)?;
            self.cursor.skip(rest)?;
        }
        Some(())
    }

    fn value(&mut self, kind: usize, key: &Range<usize>, depth: usize) -> Option<()> {
        match kind {
            STRING => {
                let string = self.string()?;
                let blob = self.cursor.blob;
                (self.tell)(string, &|| Label::Metadata(blob[key.clone()].to_vec()));
            }
            ARRAY => {
                let kind = self.number(4)?;
                let count = self.number(self.width)?;
                let depth = depth.checked_sub(1)?;
                if let Some(size) = size(kind) {
                    self.cursor.skip(count.checked_mul(size)?)?;
                } else {
                    for _ in 0..count {
                        self.value(kind, key, depth)?;
                    }
                }
            }
            other => {
                self.cursor.skip(size(other)?)?;
            }
        }
        Some(())
    }

    fn string(&mut self) -> Option<Range<usize>> {
        let len = self.number(self.width)?;
        self.cursor.skip(len)
    }

    fn number(&mut self, width: usize) -> Option<usize> {
        if !self.is_big {
            return self.cursor.little(width);
        }
        let bytes = self.cursor.take(width)?;
        bytes.iter().try_fold(0_usize, |number, &byte| {
            number.checked_mul(256)?.checked_add(usize::from(byte))
        })
    }
}

/// Bytes of a value of a fixed size.
fn size(kind: usize) -> Option<usize> {
    Some(match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 => 8,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with `pairs` of strings, and one tensor.
    fn file(version: u32, is_big: bool) -> Vec<u8> {
        let four = |number: u32| match is_big {
            true => number.to_be_bytes().to_vec(),
            false => number.to_le_bytes().to_vec(),
        };
        let eight = |number: u64| match (version, is_big) {
            (1, _) => four(u32::try_from(number).expect("it is small")),
            (_, true) => number.to_be_bytes().to_vec(),
            (_, false) => number.to_le_bytes().to_vec(),
        };
        let string = |text: &str| [eight(text.len() as u64), text.as_bytes().to_vec()].concat();
        [
            MAGIC.to_vec(),
            four(version),
            eight(1),
            eight(4),
            [string("general.author"), four(8), string("ada")].concat(),
            [string("general.alignment"), four(4), four(32)].concat(),
            [
                string("tokens"),
                four(9),
                four(8),
                eight(2),
                string("a"),
                string("b"),
            ]
            .concat(),
            [
                string("scores"),
                four(9),
                four(6),
                eight(2),
                four(1),
                four(2),
            ]
            .concat(),
            [
                string("blk.0"),
                four(2),
                eight(3),
                eight(4),
                four(0),
                vec![0; 8],
            ]
            .concat(),
            b"tensors".to_vec(),
        ]
        .concat()
    }

    #[test]
    fn strings_of_every_version_are_told() {
        for (version, is_big) in [(1, false), (2, false), (2, true), (3, false), (3, true)] {
            let blob = file(version, is_big);
            let mut found = Vec::new();
            strings(&blob, &mut |string, label| {
                found.push((String::from_utf8_lossy(&blob[string]).into_owned(), label()));
            });
            let of = |key: &str| Label::Metadata(key.into());
            let value = |text: &str, key: &str| (text.to_owned(), of(key));
            assert_eq!(
                found,
                [
                    value("general.author", ""),
                    value("ada", "general.author"),
                    value("general.alignment", ""),
                    value("tokens", ""),
                    value("a", "tokens"),
                    value("b", "tokens"),
                    value("scores", ""),
                    ("blk.0".to_owned(), Label::Tensor),
                ],
                "{version} {is_big}"
            );
        }
    }

    #[test]
    fn what_is_cut_short_or_lies_ends_the_reading() {
        let blob = file(3, false);
        for at in 4..blob.len() {
            let mut bent = blob.clone();
            bent[at] = 0xff;
            for blob in [&blob[..at], &bent] {
                strings(blob, &mut |string, _| assert!(blob.get(string).is_some()));
            }
        }
    }
}
