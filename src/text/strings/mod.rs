//! The strings of files that count them: pickles, GGUF and arrays of NumPy, and what a safetensors header says of its own.
//!
//! In: a blob. Out: where each string stands, exactly, and in words what it is. The blob itself is searched too; the strings only tell
//! where one ends, which the bytes around it do not: after a string in a pickle the letter `q` may stand.

mod gguf;
mod numpy;
mod pickle;
mod safetensors;

use std::ops::Range;

use super::passage::Passages;

/// Of longer strings only the end is read here: where they begin, nothing is mistaken for a part of them.
const MAX_STRING_BYTES: usize = 1 << 16;

/// So much of it.
const END_BYTES: usize = 1 << 13;

/// The strings of a blob, joined by line feeds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Strings {
    /// Their bytes.
    pub(super) text: Vec<u8>,
    /// Where each starts: in the text, and in the blob.
    pub(super) starts: Vec<(usize, usize)>,
}

/// What a string is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// The value of a key of the metadata.
    Metadata(Vec<u8>),
    /// The name of a tensor, or something said of it.
    Tensor,
    /// A string of a pickle.
    Pickle,
    /// A string of an array.
    Array,
}

/// Told of each string: its bytes in the blob, and its label, made on demand.
type Tell<'t> = dyn FnMut(Range<usize>, &dyn Fn() -> Label) + 't;

/// Whether a blob that begins with `head` counts its strings.
#[must_use]
pub fn may_begin(head: &[u8]) -> bool {
    pickle::may_begin(head) || head.starts_with(gguf::MAGIC) || numpy::may_begin(head)
}

/// Those strings of `blob` that are written in UTF-32.
pub(super) fn wide(blob: &[u8]) -> Passages {
    match blob.starts_with(numpy::MAGIC) {
        true => numpy::wide(blob),
        false => Passages::default(),
    }
}

/// The strings of `blob`; none where it is another kind of file.
pub(super) fn find(blob: &[u8]) -> Strings {
    let mut found = Strings::default();
    if blob.starts_with(numpy::MAGIC) {
        numpy::bytes(blob, &mut |string| found.add(blob, string));
    } else if may_begin(blob) {
        each(blob, &mut |string, _| found.add(blob, string));
    }
    found
}

/// What the byte at `at` of `blob` is a part of.
#[must_use]
pub fn label_at(blob: &[u8], at: usize) -> Option<Label> {
    let mut label = None;
    let mut tell = |string: Range<usize>, of: &dyn Fn() -> Label| {
        if string.contains(&at) {
            label = Some(of());
        }
    };
    if may_begin(blob) {
        each(blob, &mut tell);
    } else {
        safetensors::strings(blob, &mut tell);
    }
    label
}

fn each(blob: &[u8], tell: &mut Tell<'_>) {
    if blob.starts_with(gguf::MAGIC) {
        gguf::strings(blob, tell);
    } else if blob.starts_with(numpy::MAGIC) {
        numpy::strings(blob, tell);
    } else {
        pickle::strings(blob, tell);
    }
}

impl Strings {
    fn add(&mut self, blob: &[u8], mut string: Range<usize>) {
        if string.len() > MAX_STRING_BYTES {
            let whole = string.start;
            string.start = string.end - END_BYTES;
            // Not in the middle of a word: it would look like one that begins there.
            while string.start > whole && blob[string.start - 1].is_ascii_alphanumeric() {
                string.start -= 1;
            }
        }
        self.starts.push((self.text.len(), string.start));
        self.text.extend_from_slice(&blob[string]);
        self.text.push(b'\n');
    }
}

/// Reads numbers and runs of bytes one after the other.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    blob: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// The next `len` bytes, if there are so many.
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(len)?;
        let taken = self.blob.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    /// Where the next `len` bytes stand.
    fn skip(&mut self, len: usize) -> Option<Range<usize>> {
        let start = self.at;
        self.take(len).map(|_| start..self.at)
    }

    /// A little-endian number of `len` bytes, eight at most.
    fn little(&mut self, len: usize) -> Option<usize> {
        let mut bytes = [0; 8];
        bytes[..len].copy_from_slice(self.take(len)?);
        usize::try_from(u64::from_le_bytes(bytes)).ok()
    }

    /// The bytes up to a line feed, which is passed.
    fn line(&mut self) -> Option<Range<usize>> {
        let len = memchr::memchr(b'\n', self.blob.get(self.at..)?)?;
        let line = self.skip(len)?;
        self.at += 1;
        Some(line)
    }
}
