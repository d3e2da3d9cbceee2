//! The way through a text of JSON to a place in it, token by token.
//!
//! In: the text. Out: the open containers and keys on the way to where the reader is. It goes forward once, keeps nothing
//! of what it has passed, and gives up where the text stops being JSON; what comes after the place is not read.

use std::ops::Range;

use memchr::memchr2;

/// Containers deeper than this are skipped over: no text of a cell lies there.
const MAX_PATH: usize = 12;

/// A reader between two tokens.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    expect: Expect,
    /// One for each open container, however deep.
    open: Vec<Container>,
    /// The outermost [`MAX_PATH`] of them.
    path: Vec<Step>,
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

/// What holds other values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Array,
    Object,
}

/// A container on the way to the current token.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) container: Container,
    /// Byte offset of its bracket.
    pub(super) start: usize,
    /// The current key of an object, as it is spelled between its quotes; empty before the first.
    pub(super) key: Range<usize>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
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
        }
    }

    /// Where the reader is.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The containers around the current token, as far as they are kept.
    pub(super) fn path(&self) -> &[Step] {
        &self.path
    }

    /// Whether every open container is in [`Self::path`].
    pub(super) fn path_is_whole(&self) -> bool {
        self.open.len() == self.path.len()
    }

    /// The keys on the way, `None` standing for a place in an array.
    pub(super) fn keys(&self) -> Vec<Option<&'a [u8]>> {
        let text = self.text;
        self.path
            .iter()
            .map(|step| match step.container {
                Container::Array => None,
                Container::Object => text.get(step.key.clone()),
            })
            .collect()
    }

    /// Moves past white space.
    pub(super) fn skip_white(&mut self) {
        let white = self.text[self.at..]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        self.at += white;
    }

    /// Whether the current token is a string where a string may stand.
    pub(super) fn is_at_string(&self) -> bool {
        self.text[self.at] == b'"'
            && !matches!(
                self.expect,
                Expect::Colon | Expect::CommaOrEnd | Expect::Nothing
            )
    }

    /// Whether the current token opens a container.
    pub(super) fn is_at_container(&self) -> bool {
        matches!(self.text[self.at], b'{' | b'[')
            && matches!(self.expect, Expect::Value | Expect::ValueOrEnd)
    }

    /// One past the token at the current position; `None` at the end of the text. A string without an end is all the rest.
    pub(super) fn token_end(&self) -> Option<usize> {
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
    pub(super) fn take(&mut self, end: usize) -> Option<()> {
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
        if self.path_is_whole()
            && let Some(step) = self.path.last_mut()
        {
            step.key = key;
        }
    }
}
