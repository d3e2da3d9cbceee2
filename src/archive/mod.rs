//! What is packed in a file: the members of zip and tar archives, what gzip, bzip2, xz and zstd compress, and archives in them.
//!
//! In: bytes. Out: each member by its path inside, `!/pkg/config.py`, or why it cannot be read. Nothing is written anywhere: a member's
//! name is a name and no place. Every bound ([`Limits`]) ends in an [`Item::Unread`], never in silence.

mod closed;
mod gzip;
mod room;
mod stream;
mod tar;
mod walk;
mod zip;

use bstr::{BStr, BString, ByteSlice as _};

pub use walk::walk;

/// Stands between the path of an archive and that of a member.
pub const SEPARATOR: &[u8] = b"!/";

/// How much an archive may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Archives in archives; what is merely compressed is no archive more.
    pub depth: usize,
    /// Bytes of one member.
    pub max_member_bytes: usize,
    /// Bytes of everything that is unpacked, on all levels.
    pub max_bytes: u64,
    /// How many times larger than its archive everything may be that is unpacked, once it is more than [`RATIO_MATTERS`].
    pub max_ratio: u64,
}

/// Bytes that may be unpacked from however few.
pub const RATIO_MATTERS: u64 = 64 << 20;

/// What is said of a method of compression that nothing here knows.
const UNKNOWN_METHOD: &str = "compressed in a way that is not known here; unpack it first";

/// Members of one file, on all levels: each takes time of its own.
const MAX_MEMBERS: u64 = 1 << 20;

impl Limits {
    /// Those of a scan.
    pub const SCAN: Self = Self {
        depth: 3,
        max_member_bytes: 512 << 20,
        max_bytes: 1 << 30,
        max_ratio: 200,
    };

    /// Those of a search, which a person waits for.
    pub const SEARCH: Self = Self {
        depth: 6,
        max_member_bytes: 1 << 30,
        max_bytes: u64::MAX,
        max_ratio: u64::MAX,
    };
}

/// What an archive holds.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// A member.
    Text {
        /// Its path inside, from the first [`SEPARATOR`] on; for a tar that is compressed that of the whole.
        path: &'a BStr,
        /// Its bytes.
        text: &'a [u8],
        /// Whether it is an archive, whose members come too.
        is_archive: bool,
        /// Archives around it that were items too.
        level: usize,
    },
    /// A member, or what is left of an archive, that cannot be read.
    Unread {
        /// Its path inside; empty where it is the whole file.
        path: &'a BStr,
        /// Why, in a few words.
        reason: &'static str,
    },
    /// Nothing to read yet: what comes next is being unpacked, and takes its time.
    Unpacking,
}

/// The path of a member: that of the archive, and that inside of it.
#[must_use]
pub fn member_path(archive: &[u8], inside: &[u8]) -> BString {
    BString::from([archive, inside].concat())
}

/// The name that the innermost archive gives to the member at `path`.
#[must_use]
pub fn member_name(path: &[u8]) -> &BStr {
    let start = path.rfind(SEPARATOR).map_or(0, |at| at + SEPARATOR.len());
    BStr::new(&path[start..])
}

/// The paths that the archive may have of which `path` names a member, the shortest first; none where it names none. A folder can
/// be called `a!` too.
pub fn outer_paths(path: &[u8]) -> impl Iterator<Item = &BStr> {
    path.find_iter(SEPARATOR)
        .filter(|&at| at > 0)
        .map(|at| BStr::new(&path[..at]))
}

/// A kind of archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Zip,
    Tar,
    Gzip,
    Stream(stream::Form),
    /// In a form that is not known here.
    Closed(&'static str),
}

/// What `bytes` are, if they are an archive. What merely begins like one is none.
fn kind(bytes: &[u8]) -> Option<Kind> {
    match bytes {
        [0x1f, 0x8b, ..] => gzip::is_gzip(bytes).then_some(Kind::Gzip),
        [b'P', b'K', ..] | [b'#', b'!', ..] | [b'M', b'Z', ..] | [0x7f, b'E', ..] => {
            zip::is_zip(bytes).then_some(Kind::Zip)
        }
        _ if tar::is_tar(bytes) => Some(Kind::Tar),
        _ => stream::form(bytes)
            .map(Kind::Stream)
            .or_else(|| closed::reason(bytes).map(Kind::Closed)),
    }
}

/// Whether `bytes` are an archive that [`walk`] opens.
#[must_use]
pub fn is_archive(bytes: &[u8]) -> bool {
    kind(bytes).is_some()
}

/// Whether a file may be an archive that begins with `head`, its first 512 bytes (a block of tar) or fewer where none of them is NUL.
#[must_use]
pub fn may_begin(head: &[u8]) -> bool {
    matches!(head, [0x1f, 0x8b, ..] | [b'P', b'K', ..])
        || tar::is_tar(head)
        || stream::may_begin(head)
        || closed::may_begin(head)
        || zip::may_be_prefix(head)
}
