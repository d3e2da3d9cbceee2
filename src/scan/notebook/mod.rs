//! Where in a Jupyter notebook a byte stands: a person knows cells, not lines of JSON.
//!
//! In: the bytes of an `.ipynb` and offsets into them. Out: [`Cell`]s. [`json`] leads to the place, [`lines`] counts the
//! lines of its cell; where the text stops being JSON there is no cell, and no error.
//! Source: <https://nbformat.readthedocs.io/en/latest/format_description.html>

mod json;
mod lines;
#[cfg(test)]
mod tests;

use memchr::memchr;

use crate::finding::{Cell, CellKind};
use json::{Container, Reader};
use lines::{Joined, Lines};

/// A reader over one notebook. Offsets in rising order cost one pass over the text in all.
#[derive(Debug)]
pub(super) struct Notebook<'a> {
    text: &'a [u8],
    reader: Reader<'a>,
    /// Cells begun so far.
    cells: usize,
    lines: Lines,
}

impl<'a> Notebook<'a> {
    /// A reader of `text` if `path` names a notebook.
    pub(super) fn open(path: &[u8], text: &'a [u8]) -> Option<Self> {
        let extension = path.len().checked_sub(b".ipynb".len())?;
        path[extension..]
            .eq_ignore_ascii_case(b".ipynb")
            .then(|| Self::new(text))
    }

    fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            reader: Reader::new(text),
            cells: 0,
            lines: Lines::default(),
        }
    }

    /// The cell in whose JSON string the byte at `offset` stands.
    pub(super) fn cell_at(&mut self, offset: usize) -> Option<Cell> {
        if offset < self.reader.at() {
            *self = Self::new(self.text);
        }
        let string = self.string_around(offset)?;
        let (kind, mime) = self.kind()?;
        let (start, joined) = self.text_around(string);
        Some(Cell {
            number: self.cells,
            kind,
            mime,
            line: self.lines.at(self.text, start, joined, offset),
        })
    }

    /// Reads on to the token at `offset` and gives its start if it is a string.
    fn string_around(&mut self, offset: usize) -> Option<usize> {
        loop {
            self.reader.skip_white();
            let end = self.reader.token_end()?;
            if offset < end {
                let start = self.reader.at();
                return (self.reader.is_at_string() && offset >= start).then_some(start);
            }
            if self.reader.is_at_container() && self.is_list_of_cells() {
                self.cells += 1;
            }
            self.reader.take(end)?;
        }
    }

    /// Whether the current container's elements are cells: `cells`, and in the third format `worksheets[…].cells`.
    fn is_list_of_cells(&self) -> bool {
        matches!(self.reader.path().len(), 2 | 4)
            && matches!(
                self.reader.keys()[..],
                [Some(b"cells"), None] | [Some(b"worksheets"), None, Some(b"cells"), None]
            )
    }

    /// Which part of a cell the path leads to, and the MIME type where it is an output's data.
    fn kind(&self) -> Option<(CellKind, Option<String>)> {
        let keys = self.reader.keys();
        let inside = match &keys[..] {
            [Some(b"cells"), None, inside @ ..]
            | [Some(b"worksheets"), None, Some(b"cells"), None, inside @ ..] => inside,
            _ => return None,
        };
        match inside {
            [] => None,
            [Some(b"source" | b"input"), ..] => Some((CellKind::Source, None)),
            [Some(b"outputs"), None, Some(b"metadata"), ..] => Some((CellKind::Metadata, None)),
            [Some(b"outputs"), None, Some(b"data"), Some(key), ..] => {
                Some((CellKind::Output, mime_type(key)))
            }
            [Some(b"outputs"), ..] => Some((CellKind::Output, None)),
            _ => Some((CellKind::Metadata, None)),
        }
    }

    /// Where the text begins that holds the string at `string`: at the list whose strings make it up, or there itself.
    fn text_around(&self, string: usize) -> (usize, Joined) {
        match self.reader.path() {
            [.., parent, list]
                if list.container == Container::Array && self.reader.path_is_whole() =>
            {
                let joined = match &self.text[parent.key.clone()] {
                    b"traceback" => Joined::ByNewline,
                    _ => Joined::AsTheyStand,
                };
                (list.start, joined)
            }
            _ => (string, Joined::AsTheyStand),
        }
    }
}

/// `key` if it can be nothing else than a MIME type: keys are the repository's text, and could hold a secret.
fn mime_type(key: &[u8]) -> Option<String> {
    const LONGEST_WORD: usize = 16;
    let slash = memchr(b'/', key)?;
    let words = key.split(|byte| matches!(byte, b'/' | b'.' | b'+' | b'-' | b'_'));
    let sane = key.len() <= 80
        && key[..slash].iter().all(u8::is_ascii_lowercase)
        && words.clone().count() <= 10
        && words.clone().all(|word| {
            !word.is_empty()
                && word.len() <= LONGEST_WORD
                && word
                    .iter()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
    sane.then(|| String::from_utf8_lossy(key).into_owned())
}
