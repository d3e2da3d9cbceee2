//! SHA-1 and SHA-256 as git uses them: for object names and as the trailer of the index.

use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::Oid;

/// The hash that names a repository's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A file's content or a link's target.
    Blob,
    /// A directory.
    Tree,
    /// A commit.
    Commit,
    /// An annotated tag.
    Tag,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Blob, Self::Tree, Self::Commit, Self::Tag];

    /// git's word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Tree => "tree",
            Self::Commit => "commit",
            Self::Tag => "tag",
        }
    }

    /// The kind that git calls `name`.
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().as_bytes() == name)
    }
}

impl Algorithm {
    /// The one that gave `oid`.
    pub(super) fn of(oid: &Oid) -> Self {
        Self::of_len(oid.as_bytes().len())
    }

    /// The one whose names have this many bytes.
    pub(super) fn of_len(len: usize) -> Self {
        match len {
            20 => Self::Sha1,
            _ => Self::Sha256,
        }
    }

    /// Length of a name in bytes.
    pub(super) fn len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The hash of `parts`, one after the other.
    pub(super) fn sum(self, parts: &[&[u8]]) -> Oid {
        let raw = match self {
            Self::Sha1 => hash::<Sha1>(parts),
            Self::Sha256 => hash::<Sha256>(parts),
        };
        Oid::from_bytes(&raw).expect("a digest has the length of an object name")
    }

    /// The name of an object.
    pub(super) fn name(self, kind: Kind, content: &[u8]) -> Oid {
        let header = format!("{} {}\0", kind.name(), content.len());
        self.sum(&[header.as_bytes(), content])
    }
}

/// A hash of what comes piece by piece.
#[derive(Clone, Debug)]
pub(super) enum Summing {
    /// 20 bytes.
    Sha1(Sha1),
    /// 32 bytes.
    Sha256(Sha256),
}

impl Summing {
    pub(super) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::Sha1(Sha1::new()),
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
        }
    }

    /// Takes the next bytes.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(digest) => digest.update(bytes),
            Self::Sha256(digest) => digest.update(bytes),
        }
    }

    /// The hash of all of them.
    pub(super) fn done(self) -> Oid {
        let raw = match self {
            Self::Sha1(digest) => digest.finalize().to_vec(),
            Self::Sha256(digest) => digest.finalize().to_vec(),
        };
        Oid::from_bytes(&raw).expect("a digest has the length of an object name")
    }
}

fn hash<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut digest = D::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_gits() {
        let sha1 = Algorithm::Sha1.name(Kind::Blob, b"hello\n");
        assert_eq!(sha1.to_string(), "ce013625030ba8dba906f756967f9e9ca394464a");
        let empty = Algorithm::Sha1.name(Kind::Tree, b"");
        assert_eq!(
            empty.to_string(),
            "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
        );
        let sha256 = Algorithm::Sha256.name(Kind::Tree, b"");
        assert_eq!(
            sha256.to_string(),
            "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
        );
    }

    #[test]
    fn the_algorithm_is_seen_from_the_length() {
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256] {
            let oid = algorithm.name(Kind::Blob, b"");
            assert_eq!(oid.as_bytes().len(), algorithm.len());
            assert_eq!(Algorithm::of(&oid), algorithm);
        }
    }

    #[test]
    fn kinds_come_back_from_their_names() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name().as_bytes()), Some(kind));
        }
        assert_eq!(Kind::from_name(b"blo"), None);
    }
}
