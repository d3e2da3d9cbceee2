//! Where in a Jupyter notebook a byte stands: a person knows cells, not lines of JSON.
//!
//! In: the bytes of an `.ipynb` and offsets into them. Out: [`Cell`]s. The reader goes forward once, token by token, keeps
//! only the path to where it is, and gives up (no cell, no error) where the text stops being JSON.
//! Source: <https://nbformat.readthedocs.io/en/latest/format_description.html>

use std::ops::Range;

use memchr::{memchr, memchr2};

use crate::finding::{Cell, CellKind};

/// Containers deeper than this are skipped over: no cell's text lies there.
const MAX_PATH: usize = 12;

/// A reader over one notebook. Offsets in rising order cost one pass over the text in all.
#[derive(Debug)]
pub(super) struct Notebook<'a> {
    text: &'a [u8],
    at: usize,
    expect: Expect,
    /// One for each open container, however deep.
    open: Vec<Container>,
    /// The outermost [`MAX_PATH`] of them.
    path: Vec<Step>,
    /// Cells begun so far.
    cells: usize,
    lines: Lines,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Array,
    Object,
}

/// A container on the way to the current token.
#[derive(Clone, Debug)]
struct Step {
    container: Container,
    /// Byte offset of its bracket.
    start: usize,
    /// The current key of an object, as it is spelled between its quotes; empty before the first.
    key: Range<usize>,
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
        let byte_order_mark = b"\xef\xbb\xbf";
        Self {
            text,
            at: if text.starts_with(byte_order_mark) {
                byte_order_mark.len()
            } else {
                0
            },
            expect: Expect::Value,
            open: Vec::new(),
            path: Vec::new(),
            cells: 0,
            lines: Lines::default(),
        }
    }

    /// The cell in whose JSON string the byte at `offset` stands.
    pub(super) fn cell_at(&mut self, offset: usize) -> Option<Cell> {
        if offset < self.at {
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
            let white = self.text[self.at..]
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace())
                .count();
            self.at += white;
            let end = self.token_end()?;
            if offset < end {
                let is_string = self.text[self.at] == b'"' && self.takes_string();
                return (is_string && offset >= self.at).then_some(self.at);
            }
            self.take(end)?;
        }
    }

    fn takes_string(&self) -> bool {
        !matches!(
            self.expect,
            Expect::Colon | Expect::CommaOrEnd | Expect::Nothing
        )
    }

    /// One past the token at the current position; `None` at the end of the text. A string without an end is all the rest.
    fn token_end(&self) -> Option<usize> {
        let start = self.at;
        match *self.text.get(start)? {
            b'"' => {
                let mut at = start + 1;
                while let Some(found) = self
                    .text
                    .get(at..)
                    .and_then(|rest| memchr2(b'"', b'\\', rest))
                {
                    at += found;
                    if self.text[at] == b'"' {
                        return Some(at + 1);
                    }
                    at += 2;
                }
                Some(self.text.len())
            }
            b'{' | b'}' | b'[' | b']' | b':' | b',' => Some(start + 1),
            _ => {
                let word = self.text[start..]
                    .iter()
                    .take_while(|&&byte| {
                        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
                    })
                    .count();
                (word > 0).then_some(start + word)
            }
        }
    }

    /// Moves past the token that ends at `end`; `None` if it may not stand here.
    fn take(&mut self, end: usize) -> Option<()> {
        let start = self.at;
        let first = self.text[start];
        self.expect = match (self.expect, first) {
            (Expect::Value | Expect::ValueOrEnd, b'{') => self.push(Container::Object),
            (Expect::Value | Expect::ValueOrEnd, b'[') => self.push(Container::Array),
            (Expect::KeyOrEnd, b'}') | (Expect::ValueOrEnd, b']') => self.pop(first)?,
            (Expect::CommaOrEnd, b'}' | b']') => self.pop(first)?,
            (Expect::CommaOrEnd, b',') => match self.open.last()? {
                Container::Array => Expect::Value,
                Container::Object => {
                    self.set_key(start..start);
                    Expect::Key
                }
            },
            (Expect::Key | Expect::KeyOrEnd, b'"') => {
                self.set_key(start + 1..end - 1);
                Expect::Colon
            }
            (Expect::Colon, b':') => Expect::Value,
            (_, b'{' | b'}' | b'[' | b']' | b':' | b',') => return None,
            (Expect::Value | Expect::ValueOrEnd, _) => self.after_value(),
            _ => return None,
        };
        self.at = end;
        Some(())
    }

    fn push(&mut self, container: Container) -> Expect {
        if self.open.len() < MAX_PATH {
            if self.is_list_of_cells() {
                self.cells += 1;
            }
            self.path.push(Step {
                container,
                start: self.at,
                key: self.at..self.at,
            });
        }
        self.open.push(container);
        match container {
            Container::Array => Expect::ValueOrEnd,
            Container::Object => Expect::KeyOrEnd,
        }
    }

    fn pop(&mut self, bracket: u8) -> Option<Expect> {
        let expected = match self.open.pop()? {
            Container::Array => b']',
            Container::Object => b'}',
        };
        if bracket != expected {
            return None;
        }
        self.path.truncate(self.open.len());
        Some(self.after_value())
    }

    fn after_value(&self) -> Expect {
        if self.open.is_empty() {
            Expect::Nothing
        } else {
            Expect::CommaOrEnd
        }
    }

    fn set_key(&mut self, key: Range<usize>) {
        // A key deeper than the path belongs to no step of it.
        if self.open.len() == self.path.len()
            && let Some(step) = self.path.last_mut()
        {
            step.key = key;
        }
    }

    /// The keys on the way, `None` standing for a place in an array.
    fn keys(&self) -> Vec<Option<&'a [u8]>> {
        let text = self.text;
        self.path
            .iter()
            .map(|step| match step.container {
                Container::Array => None,
                Container::Object => text.get(step.key.clone()),
            })
            .collect()
    }

    /// Whether the current container's elements are cells: `cells`, and in the third format `worksheets[…].cells`.
    fn is_list_of_cells(&self) -> bool {
        matches!(self.path.len(), 2 | 4)
            && matches!(
                self.keys()[..],
                [Some(b"cells"), None] | [Some(b"worksheets"), None, Some(b"cells"), None]
            )
    }

    /// Which part of a cell the path leads to, and the MIME type where it is an output's data.
    fn kind(&self) -> Option<(CellKind, Option<String>)> {
        let keys = self.keys();
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
        match &self.path[..] {
            [.., parent, list]
                if list.container == Container::Array && self.open.len() == self.path.len() =>
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

/// How the strings of a list make up one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joined {
    /// One after the other; each brings its own line ends.
    AsTheyStand,
    /// With a line end between two: the `traceback` of an error.
    ByNewline,
}

/// Counts the lines of the text that begins at `start`, and goes on from where it was asked last.
#[derive(Debug, Default)]
struct Lines {
    start: usize,
    at: usize,
    ends: usize,
    strings: usize,
    in_string: bool,
}

impl Lines {
    /// The 1-based line of `offset` in the text that begins at `start`.
    fn at(&mut self, text: &[u8], start: usize, joined: Joined, offset: usize) -> usize {
        if self.start != start || self.at > offset || self.at < start {
            *self = Self {
                start,
                at: start,
                ..Self::default()
            };
        }
        while let Some(found) = text
            .get(self.at..offset)
            .and_then(|rest| memchr2(b'"', b'\\', rest))
        {
            self.at += found;
            if text[self.at] == b'"' {
                self.in_string = !self.in_string;
                self.strings += usize::from(self.in_string);
                self.at += 1;
            } else {
                let escape = &text[self.at + 1..];
                self.ends += usize::from(
                    escape.starts_with(b"n")
                        || escape.starts_with(b"u000a")
                        || escape.starts_with(b"u000A"),
                );
                self.at += 2;
            }
        }
        let between = match joined {
            Joined::AsTheyStand => 0,
            Joined::ByNewline => self.strings.saturating_sub(1),
        };
        1 + self.ends + between
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The cell of the text `KEY`, of which `notebook` has one.
    #[track_caller]
    fn locate(notebook: &str) -> Option<Cell> {
        let at = notebook.find("KEY").expect("the text holds KEY");
        Notebook::new(notebook.as_bytes()).cell_at(at)
    }

    fn cell(number: usize, kind: CellKind, mime: Option<&str>, line: usize) -> Option<Cell> {
        Some(Cell {
            number,
            kind,
            mime: mime.map(str::to_owned),
            line,
        })
    }

    #[track_caller]
    fn assert_cell(cell_json: serde_json::Value, kind: CellKind, mime: Option<&str>, line: usize) {
        let first = json!({"cell_type": "markdown", "metadata": {}, "source": "a \"b\"\n{[c"});
        let notebook =
            json!({"metadata": {"k": ["x"]}, "cells": [first, cell_json], "nbformat": 4});
        for text in [
            notebook.to_string(),
            serde_json::to_string_pretty(&notebook).expect("it is JSON"),
        ] {
            assert_eq!(locate(&text), cell(2, kind, mime, line), "{text}");
        }
    }

    #[test]
    fn source_is_a_list_or_one_string() {
        assert_cell(
            json!({"source": ["a\n", "b = \"KEY\"\n"]}),
            CellKind::Source,
            None,
            2,
        );
        assert_cell(
            json!({"source": "a\nb\n\\n KEY"}),
            CellKind::Source,
            None,
            3,
        );
        assert_cell(
            json!({"source": ["a\nb\n", "c\\\n", "KEY"]}),
            CellKind::Source,
            None,
            4,
        );
        assert_cell(
            json!({"outputs": [], "source": ["KEY"], "metadata": {}}),
            CellKind::Source,
            None,
            1,
        );
    }

    #[test]
    fn outputs_tell_their_type() {
        let stream = json!({"outputs": [{"text": ["x\n"]}, {"output_type": "stream", "text": ["a\n", "KEY"]}]});
        assert_cell(stream, CellKind::Output, None, 2);
        let data =
            json!({"outputs": [{"data": {"text/html": ["a\n", "<b>KEY</b>"], "text/plain": "x"}}]});
        assert_cell(data, CellKind::Output, Some("text/html"), 2);
        let deep = json!({"outputs": [{"data": {"application/vnd.plotly.v1+json": {"a": [{"b": "KEY"}]}}}]});
        assert_cell(
            deep,
            CellKind::Output,
            Some("application/vnd.plotly.v1+json"),
            1,
        );
        let error = json!({"outputs": [{"traceback": ["a", "b\nc", "KEY"]}]});
        assert_cell(error, CellKind::Output, None, 4);
    }

    #[test]
    fn the_rest_is_metadata() {
        assert_cell(
            json!({"metadata": {"tags": ["KEY"]}}),
            CellKind::Metadata,
            None,
            1,
        );
        assert_cell(
            json!({"outputs": [{"metadata": {"x": "KEY"}}]}),
            CellKind::Metadata,
            None,
            1,
        );
        assert_cell(json!({"id": "KEY"}), CellKind::Metadata, None, 1);
        assert_cell(json!({"KEY": 1}), CellKind::Metadata, None, 1);
    }

    #[test]
    fn the_third_format_counts_cells_over_worksheets() {
        let notebook = json!({"worksheets": [{"cells": [{}, {}]}, {"cells": [{}, {"input": ["a\n", "KEY"]}]}]});
        assert_eq!(
            locate(&notebook.to_string()),
            cell(4, CellKind::Source, None, 2)
        );
    }

    #[test]
    fn what_is_in_no_cell_has_none() {
        assert_eq!(
            locate(&json!({"metadata": {"widgets": "KEY"}, "cells": []}).to_string()),
            None
        );
        assert_eq!(locate(&json!({"cells": ["KEY"]}).to_string()), None);
        assert_eq!(locate("{\"cells\": [{\"source\": KEY}]}"), None);
    }

    #[test]
    fn text_that_is_no_json_before_the_place_gives_none_and_after_it_does_not_matter() {
        for broken in [
            "{\"cells\": [{\"source\": [\"a\" \"KEY\"]}]}",
            "{\"cells\": [{\"source\" [\"KEY\"]}]}",
            "{\"cells\": [{]\"source\": [\"KEY\"]}]}",
            "{\"cells\": [}{\"source\": \"KEY\"}]}",
            "{} {\"cells\": [{\"source\": \"KEY\"}]}",
            "<<<<<<< HEAD\n{\"cells\": [{\"source\": \"KEY\"}]}",
            "KEY",
            "\"KEY",
        ] {
            assert_eq!(locate(broken), None, "{broken}");
        }
        assert_eq!(
            locate("{\"cells\": [{\"source\": \"KEY"),
            cell(1, CellKind::Source, None, 1)
        );
        assert_eq!(
            locate("\u{feff}{\"cells\": [{\"source\": \"KEY\\"),
            cell(1, CellKind::Source, None, 1)
        );
        assert_eq!(Notebook::new(b"").cell_at(0), None);
        assert_eq!(Notebook::new(b"{}  ").cell_at(9), None);
    }

    #[test]
    fn offsets_may_come_in_any_order() {
        let notebook =
            json!({"cells": [{"source": ["KEY1\n", "KEY2\n"]}, {"source": "a\nKEY3"}]}).to_string();
        let mut reader = Notebook::new(notebook.as_bytes());
        let mut read = |key| {
            let at = notebook.find(key).expect("it is there");
            reader.cell_at(at).map(|cell| (cell.number, cell.line))
        };
        for key in ["KEY1", "KEY2", "KEY3", "KEY3", "KEY2", "KEY1", "KEY3"] {
            let expected = match key {
                "KEY1" => (1, 1),
                "KEY2" => (1, 2),
                _ => (2, 2),
            };
            assert_eq!(read(key), Some(expected), "{key}");
        }
    }

    #[test]
    fn a_key_that_is_no_mime_type_is_not_shown() {
        for key in [
            "text/plain",
            "application/vnd.bokehjs_exec.v0+json",
            "application/vnd.google.colaboratory.intrinsic+json",
        ] {
            assert_eq!(mime_type(key.as_bytes()).as_deref(), Some(key));
        }
        for key in [
            "",
            "text",
            "text/",
            "text/Plain",
            "text/abcdefghijklmnopq",
            "a b/c",
            "text/\u{1b}",
        ] {
            assert_eq!(mime_type(key.as_bytes()), None, "{key}");
        }
    }

    #[test]
    fn hostile_nesting_costs_a_byte_a_level() {
        let depth = 3_000_000;
        let mut notebook = "{\"cells\":[{\"metadata\":".to_owned() + &"[".repeat(depth);
        notebook.push_str("\"KEY\"");
        let begun = std::time::Instant::now();
        assert_eq!(locate(&notebook), cell(1, CellKind::Metadata, None, 1));
        notebook.insert_str(0, &"{\"x\":".repeat(100_000));
        assert_eq!(locate(&notebook), None);
        assert!(begun.elapsed().as_secs() < 20, "reading is linear");
    }
}
