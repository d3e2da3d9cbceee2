//! The strings of NumPy's arrays: `.npy` files, and so the members of `.npz`.
//!
//! Each has a fixed number of characters (`U`, UTF-32) or bytes (`S`), and what is shorter is filled up with NUL: of two that are
//! full, nothing tells where the second begins but the header.
//!
//! Source: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>

use std::ops::Range;

use super::{Cursor, Label, Tell};
use crate::text::passage::Passages;

/// How a file begins.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// Shorter strings hold no credential, in characters.
const MIN_CHARS: usize = 16;

/// Headers are not longer, in bytes.
const MAX_HEADER: usize = 1 << 16;

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bytes,
    Little,
    Big,
}

/// A field of each item that is a string.
#[derive(Debug, PartialEq, Eq)]
struct Field {
    kind: Kind,
    /// Byte range in the item.
    range: Range<usize>,
}

/// Where the items of an array stand.
#[derive(Debug, PartialEq, Eq)]
struct Layout {
    /// The first.
    start: usize,
    /// Bytes of each.
    len: usize,
    fields: Vec<Field>,
}

/// Whether a file that begins with `head` is an array of strings, or of items that hold some.
pub(super) fn may_begin(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
        && layout(head)
            .is_none_or(|layout| layout.fields.iter().any(|field| field.chars() >= MIN_CHARS))
}

/// The byte range of each string.
pub(super) fn strings(blob: &[u8], tell: &mut Tell<'_>) {
    each(blob, &mut |_, string| tell(string, &|| Label::Array));
}

/// Those that are written in bytes.
pub(super) fn bytes(blob: &[u8], tell: &mut dyn FnMut(Range<usize>)) {
    each(blob, &mut |kind, string| {
        if kind == Kind::Bytes {
            tell(string);
        }
    });
}

/// Those that are written in UTF-32, a byte for each character; one that is not Latin is shown as `?`.
pub(super) fn wide(blob: &[u8]) -> Passages {
    let mut found = Passages {
        unit: 4,
        ..Passages::default()
    };
    each(blob, &mut |kind, string| {
        let read = match kind {
            Kind::Bytes => return,
            Kind::Little => u32::from_le_bytes,
            Kind::Big => u32::from_be_bytes,
        };
        let (units, _) = blob[string.clone()].as_chunks::<4>();
        let characters = units
            .iter()
            .map(|&unit| u8::try_from(read(unit)).unwrap_or(b'?'));
        found.add(characters, string.start);
    });
    found
}

fn each(blob: &[u8], tell: &mut dyn FnMut(Kind, Range<usize>)) {
    let Some(layout) = layout(blob).filter(|layout| !layout.fields.is_empty()) else {
        return;
    };
    let items = blob[layout.start..].chunks_exact(layout.len.max(1));
    for (item, start) in items.zip((layout.start..).step_by(layout.len.max(1))) {
        for Field { kind, range } in &layout.fields {
            let Some(field) = item.get(range.clone()) else {
                continue;
            };
            let filled = field
                .iter()
                .rposition(|&byte| byte != 0)
                .map_or(0, |at| at + 1);
            let filled = filled.next_multiple_of(kind.width());
            if filled >= MIN_CHARS * kind.width() {
                let start = start + range.start;
                tell(*kind, start..start + filled);
            }
        }
    }
}

impl Kind {
    /// Bytes of a character.
    fn width(self) -> usize {
        match self {
            Self::Bytes => 1,
            Self::Little | Self::Big => 4,
        }
    }
}

impl Field {
    fn chars(&self) -> usize {
        self.range.len() / self.kind.width()
    }
}

/// What the header says; `None` where it is cut short or cannot be read. An array of Python's objects is a pickle.
fn layout(blob: &[u8]) -> Option<Layout> {
    let mut cursor = Cursor {
        blob,
        at: MAGIC.len(),
    };
    let version = cursor.little(1)?;
    cursor.take(1)?;
    let len = cursor.little(if version == 1 { 2 } else { 4 })?;
    let header = cursor.take(len.min(MAX_HEADER))?;
    let start = cursor.at;
    let at = memchr::memmem::find(header, b"'descr':")? + b"'descr':".len();
    let described = header[at..].trim_ascii_start();
    let mut layout = Layout {
        start,
        len: 0,
        fields: Vec::new(),
    };
    match described {
        [b'\'', rest @ ..] => layout.add(rest.split(|&byte| byte == b'\'').next()?, b"")?,
        // `[('name', '<U37'), ('count', '<i8', (2,))]`: names and types in turn, and shapes.
        [b'[', rest @ ..] => {
            let end = memchr::memmem::find(rest, b"'fortran_order'").unwrap_or(rest.len());
            let mut parts = rest[..end].split(|&byte| byte == b'\'');
            parts.next()?;
            while let (Some(_name), Some(_), Some(of)) = (parts.next(), parts.next(), parts.next())
            {
                layout.add(of, parts.next()?)?;
            }
        }
        _ => return None,
    }
    Some(layout)
}

impl Layout {
    /// Adds a field of the type `of`, as `<U37`, and of what stands after it: the shape, where it has one.
    fn add(&mut self, of: &[u8], after: &[u8]) -> Option<()> {
        let [order, letter, digits @ ..] = of else {
            return None;
        };
        // `<M8[ns]`
        let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
        let mut size = 0_usize;
        for digit in digits {
            size = size
                .checked_mul(10)?
                .checked_add(usize::from(digit - b'0'))?;
        }
        let kind = match (letter, order) {
            (b'U', b'>') => Some(Kind::Big),
            (b'U', _) => Some(Kind::Little),
            (b'S' | b'a', _) => Some(Kind::Bytes),
            (b'O', _) => return None,
            _ => None,
        };
        let size = size.checked_mul(if *letter == b'U' { 4 } else { 1 })?;
        let mut count = 1_usize;
        for number in after.split(|byte| !byte.is_ascii_digit()) {
            if !number.is_empty() {
                let number = std::str::from_utf8(number).ok()?.parse().ok()?;
                count = count.checked_mul(number)?;
            }
        }
        let end = self.len.checked_add(size.checked_mul(count)?)?;
        if let Some(kind) = kind.filter(|_| size > 0) {
            let starts = (self.len..end).step_by(size).take(MAX_FIELDS);
            self.fields.extend(starts.map(|start| Field {
                kind,
                range: start..start + size,
            }));
        }
        self.len = end;
        Some(())
    }
}

/// Strings of one field of an item, at most; beyond them the array is searched as it stands.
const MAX_FIELDS: usize = 1 << 12;

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of one version, as NumPy writes it.
    fn file(version: u8, descr: &str, items: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (3,), }}");
        let header = format!("{header:<117}\n");
        let len = u32::try_from(header.len()).expect("it is short");
        let len = &len.to_le_bytes()[..if version == 1 { 2 } else { 4 }];
        [MAGIC, &[version, 0], len, header.as_bytes(), items].concat()
    }

    fn written(text: &str, chars: usize, unit: fn(u32) -> [u8; 4]) -> Vec<u8> {
        let mut units: Vec<u8> = text.chars().map(u32::from).flat_map(unit).collect();
        units.resize(4 * chars, 0);
        units
    }

    #[test]
    fn each_string_is_read_by_itself() {
        let words = [
            "twenty characters...",
            "sixteen of them.",
            "\u{e9}\u{4e00}teen of others",
        ];
        for (order, unit) in [
            ("<", u32::to_le_bytes as fn(u32) -> [u8; 4]),
            (">", u32::to_be_bytes),
        ] {
            for version in 1..=3 {
                let items: Vec<u8> = words
                    .iter()
                    .flat_map(|word| written(word, 20, unit))
                    .collect();
                let blob = file(version, &format!("'{order}U20'"), &items);
                let start = blob.len() - items.len();
                assert!(may_begin(&blob) && may_begin(&blob[..40]));
                let found = wide(&blob);
                let expected = b"twenty characters...\nsixteen of them.\n\xe9?teen of others\n";
                assert_eq!(bstr::BStr::new(&found.text), bstr::BStr::new(expected));
                assert_eq!(
                    found.starts,
                    [(0, start), (21, start + 80), (38, start + 160)]
                );
            }
        }
    }

    #[test]
    fn strings_of_items_and_of_bytes_are_read() {
        let item = |name: &str, key: &str| {
            [
                written(name, 17, u32::to_le_bytes),
                vec![7; 16],
                [key.as_bytes(), &[0; 20][key.len()..]].concat(),
            ]
            .concat()
        };
        let items = [
            item("seventeen of them", "twenty characters..."),
            item("short", "short"),
        ]
        .concat();
        let descr = "[('name', '<U17'), ('at', '<M8[ns]', (2,)), ('key', '|S20')]";
        let blob = file(1, descr, &items);
        let start = blob.len() - items.len();
        assert_eq!(wide(&blob).starts, [(0, start)]);
        let mut found = Vec::new();
        bytes(&blob, &mut |string| found.push(string));
        assert_eq!(found.pop(), Some(start + 84..start + 104));
        assert_eq!(found.pop(), None);
        assert_eq!(items.len(), 2 * 104);
    }

    #[test]
    fn other_arrays_have_no_strings() {
        for descr in [
            "'<f4'",
            "'<U15'",
            "'|O'",
            "[('a', '<f4'), ('b', '|O')]",
            "3",
        ] {
            let blob = file(1, descr, &[b'a'; 300]);
            assert_eq!(wide(&blob).starts, [], "{descr}");
            assert!(
                descr == "3" || descr.contains('O') || !may_begin(&blob),
                "{descr}"
            );
        }
        let huge = file(1, "'<U99999999999999999999'", &[]);
        assert_eq!(wide(&huge).starts, []);
        let whole = file(1, "'<U20'", &[b'a'; 100]);
        for end in 0..whole.len() {
            assert_eq!(
                wide(&whole[..end]).starts.len(),
                usize::from(end + 20 >= whole.len()),
                "{end}"
            );
        }
    }
}
