//! Lines of a cell's text, which is written as one string of JSON or as a list of them.
//!
//! In: the JSON, where the text begins and an offset in it. Out: the line that a person sees it on.

use memchr::memchr2;

/// How the strings of a list make up one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joined {
    /// One after the other; each brings its own line ends.
    AsTheyStand,
    /// With a line end between two: the `traceback` of an error.
    ByNewline,
}

/// Counts the lines of the text that begins at `start`, and goes on from where it was asked last.
#[derive(Debug, Default)]
pub(super) struct Lines {
    start: usize,
    at: usize,
    ends: usize,
    strings: usize,
    in_string: bool,
}

impl Lines {
    /// The 1-based line of `offset` in the text that begins at `start`.
    pub(super) fn at(&mut self, text: &[u8], start: usize, joined: Joined, offset: usize) -> usize {
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
