//! The files of a tar archive, as containers' images and layers are.
//!
//! In: the archive. Out: the name and bytes of each file. ustar with the long names of GNU and of pax.
//!
//! Source: <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html>

use std::borrow::Cow;

use bstr::ByteSlice as _;

/// Header and padding come in blocks of so many bytes.
pub(super) const BLOCK: usize = 512;

/// Where a header has its checksum.
const SUM: std::ops::Range<usize> = 148..156;

/// A file of an archive.
pub(super) struct Entry<'a> {
    pub(super) name: Cow<'a, [u8]>,
    pub(super) bytes: &'a [u8],
}

/// Whether `bytes` begin as a tar archive does: with a header, not with a text that mentions one.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar") && bytes.get(..BLOCK).is_some_and(is_header)
}

/// Whether the sum of the block's bytes is that which it names.
fn is_header(block: &[u8]) -> bool {
    let sum = |range: std::ops::Range<usize>| -> usize {
        block[range].iter().map(|&byte| usize::from(byte)).sum()
    };
    let blanks = SUM.len() * usize::from(b' ');
    number(&block[SUM]) == Some(sum(0..SUM.start) + blanks + sum(SUM.end..BLOCK))
}

/// The files of an archive, one after the other.
pub(super) struct Entries<'a> {
    rest: &'a [u8],
    /// Set once something is no header, or is cut short.
    pub(super) is_damaged: bool,
}

impl<'a> Entries<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            is_damaged: false,
        }
    }

    fn damaged(&mut self) -> Option<Entry<'a>> {
        self.is_damaged = true;
        self.rest = &[];
        None
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let mut long_name: Option<&[u8]> = None;
        let mut long_size: Option<usize> = None;
        while let Some((header, after)) = self.rest.split_at_checked(BLOCK) {
            if header.iter().all(|&byte| byte == 0) {
                self.rest = &[];
                return None;
            }
            let size = long_size.take().or_else(|| number(&header[124..136]));
            let Some(content) = size.and_then(|size| after.get(..size)) else {
                return self.damaged();
            };
            if !is_header(header) {
                return self.damaged();
            }
            let padded = content.len().div_ceil(BLOCK).saturating_mul(BLOCK);
            self.rest = after.get(padded..).unwrap_or_default();
            match header[156] {
                b'L' => long_name = Some(until_zero(content)),
                b'x' => {
                    for (key, value) in pax(content) {
                        match key {
                            b"path" => long_name = Some(value),
                            b"size" => {
                                long_size = std::str::from_utf8(value)
                                    .ok()
                                    .and_then(|size| size.parse().ok());
                            }
                            _ => {}
                        }
                    }
                }
                // The long target of a link, and what holds for all files.
                b'K' | b'g' => {}
                b'0' | 0 | b'7' => {
                    return Some(Entry {
                        name: long_name.map_or_else(|| short_name(header), Cow::Borrowed),
                        bytes: content,
                    });
                }
                // Folders, links and devices have no content; whatever has is read.
                _ if content.is_empty() => long_name = None,
                _ => {
                    return Some(Entry {
                        name: long_name.map_or_else(|| short_name(header), Cow::Borrowed),
                        bytes: content,
                    });
                }
            }
        }
        match self.rest {
            [] => None,
            _ => self.damaged(),
        }
    }
}

fn short_name(header: &[u8]) -> Cow<'_, [u8]> {
    let name = until_zero(&header[..100]);
    // GNU's own form has times where POSIX has the folder.
    let prefix = match &header[257..263] {
        b"ustar\0" => until_zero(&header[345..500]),
        _ => b"",
    };
    match prefix {
        b"" => Cow::Borrowed(name),
        prefix => Cow::Owned([prefix, b"/", name].concat()),
    }
}

fn until_zero(field: &[u8]) -> &[u8] {
    &field[..field.find_byte(0).unwrap_or(field.len())]
}

/// Octal digits, or GNU's big-endian number behind a byte with its highest bit set.
fn number(field: &[u8]) -> Option<usize> {
    if field[0] & 0x80 != 0 {
        return field[1..].iter().try_fold(0_usize, |number, &byte| {
            number.checked_mul(256)?.checked_add(usize::from(byte))
        });
    }
    let digits = field.trim_with(|character| character == ' ' || character == '\0');
    digits
        .iter()
        .try_fold(0_usize, |number, &digit| match digit {
            b'0'..=b'7' => number
                .checked_mul(8)?
                .checked_add(usize::from(digit - b'0')),
            _ => None,
        })
}

/// The records `LENGTH KEY=VALUE\n` of a pax header.
fn pax(mut records: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut pairs = Vec::new();
    while let Some((length, _)) = records.split_once_str(" ") {
        let length = std::str::from_utf8(length)
            .ok()
            .and_then(|length| length.parse::<usize>().ok());
        let Some(record) = length
            .and_then(|length| records.get(..length))
            .filter(|record| !record.is_empty())
        else {
            break;
        };
        records = &records[record.len()..];
        let pair = record
            .split_once_str(" ")
            .and_then(|(_, pair)| pair.strip_suffix(b"\n").unwrap_or(pair).split_once_str("="));
        pairs.extend(pair);
    }
    pairs
}
