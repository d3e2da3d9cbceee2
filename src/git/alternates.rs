//! `GIT_ALTERNATE_OBJECT_DIRECTORIES` and `info/alternates`: lists of directories, of which git quotes those that hold the
//! separator.
//!
//! Every hook of a server meets it, for a push is received into a quarantine whose alternate is the repository.
//!
//! Source: <https://git-scm.com/docs/git#Documentation/git.txt-GITALTERNATEOBJECTDIRECTORIES>

use std::path::PathBuf;

use bstr::{ByteSlice as _, ByteVec as _};

/// What stands between two directories.
const SEPARATOR: u8 = if cfg!(windows) { b';' } else { b':' };

/// The directories of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Alternates {
    /// They, in order.
    pub(super) directories: Vec<PathBuf>,
}

impl Alternates {
    /// Reads the variable's value.
    pub(super) fn parse(value: &[u8]) -> Self {
        Self::parted_by(SEPARATOR, value)
    }

    /// Reads the file's content: one directory a line.
    pub(super) fn parse_file(content: &[u8]) -> Self {
        Self::parted_by(b'\n', content)
    }

    fn parted_by(separator: u8, value: &[u8]) -> Self {
        let mut alternates = Self::default();
        let mut rest = value;
        while !rest.is_empty() {
            let name = match unquoted(rest) {
                Some((name, after)) => {
                    rest = after;
                    name
                }
                None => {
                    let end = rest.find_byte(separator).unwrap_or(rest.len());
                    let name = rest[..end].to_vec();
                    rest = &rest[end..];
                    name
                }
            };
            rest = rest.strip_prefix(&[separator]).unwrap_or(rest);
            // git takes what begins with `#` for a comment here too.
            if !name.is_empty() && !name.starts_with(b"#") {
                alternates
                    .directories
                    .push(PathBuf::from(name.into_os_string_lossy()));
            }
        }
        alternates
    }
}

/// The name that a quoted beginning of `text` stands for, and what follows; `None` where it is not quoted, or not well.
fn unquoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut name = Vec::new();
    loop {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        match byte {
            b'"' => return Some((name, rest)),
            b'\\' => {
                let (&escaped, after) = rest.split_first()?;
                rest = after;
                name.push(match escaped {
                    b'a' => 0x07,
                    b'b' => 0x08,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 0x0b,
                    b'f' => 0x0c,
                    b'r' => b'\r',
                    b'\\' | b'"' => escaped,
                    b'0'..=b'3' => {
                        let (low, after) = rest.split_at_checked(2)?;
                        rest = after;
                        let digits = [escaped, low[0], low[1]];
                        u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 8).ok()?
                    }
                    _ => return None,
                });
            }
            plain => name.push(plain),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_parsed(value: &[u8], directories: &[&[u8]]) {
        let parsed = Alternates::parse(value);
        let names: Vec<&[u8]> = parsed
            .directories
            .iter()
            .map(|directory| directory.as_os_str().as_encoded_bytes())
            .collect();
        assert_eq!(names, directories);
    }

    #[test]
    fn a_list_is_read_as_git_reads_it() {
        assert_parsed(b"", &[]);
        assert_parsed(b"/a:/b c", &[b"/a", b"/b c"]);
        assert_parsed(b":/a::/b:", &[b"/a", b"/b"]);
        assert_parsed(b"\"/a:b\":/c", &[b"/a:b", b"/c"]);
        assert_parsed(
            b"/c:\"/a:\\303\\251\\\"\\\\\\n\"",
            &[b"/c", b"/a:\xc3\xa9\"\\\n"],
        );
        assert_parsed(b"\"/a:\xe9\"", &[b"/a:\xe9"]);
        assert_parsed(b"#/a:/b", &[b"/b"]);
        // Not well quoted: then the quotes are part of the name.
        assert_parsed(b"\"/a:/b", &[b"\"/a", b"/b"]);
        assert_parsed(b"\"/a\\q\":/b", &[b"\"/a\\q\"", b"/b"]);
        assert_parsed(b"\"/a\\30", &[b"\"/a\\30"]);
    }

    #[test]
    fn a_file_has_a_directory_a_line() {
        let parsed = Alternates::parse_file(b"/a:b\n# note\n\"../c\\nd\"\n\n\"/e\n");
        let expected = ["/a:b", "../c\nd", "\"/e"].map(PathBuf::from);
        assert_eq!(parsed.directories, expected);
    }
}
