//! Commit and tag objects, taken apart.
//!
//! In: raw object bytes. Out: the names they point to and the texts that they publish. Nothing here is lenient: what
//! git would not parse is an error, since an object that is passed over is one that nobody scanned.
//!
//! Source: <https://git-scm.com/book/en/v2/Git-Internals-Git-Objects>

use std::ops::Range;

use bstr::{BStr, BString, ByteSlice};

use super::Oid;
pub use super::hash::Kind;

/// A commit's header, and where its message begins.
#[derive(Debug, PartialEq, Eq)]
pub struct Commit<'a> {
    /// The root tree.
    pub tree: Oid,
    /// The parents, first one first.
    pub parents: Vec<Oid>,
    /// `Name <e-mail>`.
    pub author: &'a BStr,
    /// Seconds since 1970 of the author's date.
    pub author_time: i64,
    /// Byte range of the message in the object.
    pub message: Range<usize>,
}

/// What an annotated tag points at, and where its message begins.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// The object.
    pub target: Oid,
    /// What it is.
    pub kind: Kind,
    /// `Name <e-mail>` of who made it; very old tags do not say.
    pub tagger: Option<BString>,
    /// Seconds since 1970 of the tagger's date; 0 where there is none.
    pub time: i64,
    /// Byte range of the message in the object.
    pub message: Range<usize>,
}

/// Takes a commit apart; `None` where git would not.
#[must_use]
pub fn commit(raw: &[u8]) -> Option<Commit<'_>> {
    let message = message_of(raw);
    let mut lines = header_lines(raw, message.start);
    let tree = Oid::from_hex(lines.next()?.strip_prefix(b"tree ")?)?;
    let mut parents = Vec::new();
    let mut line = lines.next()?;
    while let Some(parent) = line.strip_prefix(b"parent ") {
        parents.push(Oid::from_hex(parent)?);
        line = lines.next()?;
    }
    let (author, author_time) = identity(line.strip_prefix(b"author ")?);
    Some(Commit {
        tree,
        parents,
        author,
        author_time,
        message,
    })
}

/// Takes a tag apart; `None` where git would not.
#[must_use]
pub fn tag(raw: &[u8]) -> Option<Tag> {
    let message = message_of(raw);
    let mut lines = header_lines(raw, message.start);
    let target = Oid::from_hex(lines.next()?.strip_prefix(b"object ")?)?;
    let kind = Kind::from_name(lines.next()?.strip_prefix(b"type ")?)?;
    let tagger = lines.find_map(|line| line.strip_prefix(b"tagger "));
    Some(Tag {
        target,
        kind,
        tagger: tagger.map(|line| identity(line).0.to_owned()),
        time: tagger.map_or(0, |line| identity(line).1),
        message,
    })
}

/// The text behind the first empty line; empty where there is none.
fn message_of(raw: &[u8]) -> Range<usize> {
    let start = raw.find(b"\n\n").map_or(raw.len(), |at| at + 2);
    start..raw.len()
}

fn header_lines(raw: &[u8], end: usize) -> impl Iterator<Item = &[u8]> {
    raw[..end].split(|&byte| byte == b'\n')
}

/// `Name <e-mail>` and the seconds after it; a broken date is 0, as git shows it.
fn identity(line: &[u8]) -> (&BStr, i64) {
    let end = line.rfind_byte(b'>').map_or(line.len(), |at| at + 1);
    let (who, when) = line.split_at(end);
    let seconds = when
        .to_str()
        .ok()
        .and_then(|when| when.split_whitespace().next()?.parse().ok());
    (who.as_bstr(), seconds.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "tree 1111111111111111111111111111111111111111\n";

    #[test]
    fn a_commit_is_taken_apart() {
        let raw = format!(
            "{TREE}parent {p}\nparent {q}\nauthor A <a@b> 5 +0100\ncommitter C <c@d> 6 +0000\n\nfix\n\nbody\n",
            p = "2".repeat(40),
            q = "3".repeat(40)
        );
        let commit = commit(raw.as_bytes()).expect("git writes commits so");
        assert_eq!(commit.parents.len(), 2);
        assert_eq!(
            (commit.author, commit.author_time),
            (BStr::new("A <a@b>"), 5)
        );
        assert_eq!(&raw[commit.message], "fix\n\nbody\n");
    }

    #[test]
    fn what_git_would_not_parse_is_refused() {
        for raw in [
            "",
            "tree 12\n",
            &format!("{TREE}parent 12\nauthor A <a> 1 +0000\n\n"),
            &format!("{TREE}\n"),
        ] {
            assert_eq!(commit(raw.as_bytes()), None, "{raw:?}");
        }
        assert_eq!(tag(b"object 12\n"), None);
    }

    #[test]
    fn a_commit_without_a_message_has_an_empty_one() {
        let raw = format!("{TREE}author A <a@b> nonsense\ncommitter C <c@d> 6 +0000\n");
        let commit = commit(raw.as_bytes()).expect("git reads commits so");
        assert_eq!((commit.author_time, commit.message.len()), (0, 0));
    }

    #[test]
    fn a_tag_says_what_it_points_at() {
        let raw = format!(
            "object {}\ntype tree\ntag v1\ntagger A <a@b> 5 +0000\n\ntext\n",
            "2".repeat(64)
        );
        let tag = tag(raw.as_bytes()).expect("git writes tags so");
        assert_eq!((tag.kind, &raw[tag.message]), (Kind::Tree, "text\n"));
    }
}
