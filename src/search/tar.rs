//! The files of a tar archive, as containers' images and layers are.
//!
//! In: the archive. Out: the name and bytes of each regular file. ustar with the long names of GNU and of pax.
//!
//! Source: <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html>

use bstr::ByteSlice as _;

/// Header and padding come in blocks of so many bytes.
const BLOCK: usize = 512;

/// A regular file of an archive.
pub(super) struct Entry<'a> {
    pub(super) name: Vec<u8>,
    pub(super) bytes: &'a [u8],
}

/// Whether `bytes` begin as a tar archive does.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

/// The regular files, and whether the archive could be read to its end.
pub(super) fn entries(bytes: &[u8]) -> (Vec<Entry<'_>>, bool) {
    let mut entries = Vec::new();
    let mut long_name: Option<Vec<u8>> = None;
    let mut long_size: Option<usize> = None;
    let mut rest = bytes;
    while let Some((header, after)) = rest.split_at_checked(BLOCK) {
        if header.iter().all(|&byte| byte == 0) {
            return (entries, true);
        }
        let Some(size) = long_size.take().or_else(|| number(&header[124..136])) else {
            return (entries, false);
        };
        let Some(content) = after.get(..size) else {
            return (entries, false);
        };
        match header[156] {
            b'L' => long_name = Some(until_zero(content).to_vec()),
            b'x' => {
                for (key, value) in pax(content) {
                    match key {
                        b"path" => long_name = Some(value.to_vec()),
                        b"size" => {
                            long_size = std::str::from_utf8(value)
                                .ok()
                                .and_then(|size| size.parse().ok())
                        }
                        _ => {}
                    }
                }
            }
            b'0' | 0 | b'7' => entries.push(Entry {
                name: long_name.take().unwrap_or_else(|| short_name(header)),
                bytes: content,
            }),
            _ => long_name = None,
        }
        let padded = size.div_ceil(BLOCK).saturating_mul(BLOCK);
        rest = after.get(padded..).unwrap_or_default();
    }
    (entries, rest.is_empty())
}

fn short_name(header: &[u8]) -> Vec<u8> {
    let (name, prefix) = (until_zero(&header[..100]), until_zero(&header[345..500]));
    match prefix {
        b"" => name.to_vec(),
        prefix => [prefix, b"/", name].concat(),
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
        let Some(record) = length.and_then(|length| records.get(..length)) else {
            break;
        };
        records = &records[record.len()..];
        let pair = record
            .split_once_str(" ")
            .and_then(|(_, pair)| pair.strip_suffix(b"\n").unwrap_or(pair).split_once_str("="));
        pairs.extend(pair);
        if record.is_empty() {
            break;
        }
    }
    pairs
}
