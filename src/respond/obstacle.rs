//! Places of a secret that `git filter-repo --replace-text` passes over, so that nobody believes a history clean that is not.
//!
//! In: the places of a finding, and the repository. Out: what else is needed there.

use bstr::ByteSlice as _;

use super::replacement::patterns;
use crate::archive;
use crate::finding::{Finding, Origin, Part};
use crate::git::{Oid, Repository};
use crate::text::path;

/// The tool takes a file with a NUL among so many first bytes for binary, and leaves it alone.
const LOOKED_AT: usize = 8192;

/// A place that needs more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The path, as reports write it.
    pub path: String,
    /// Why.
    pub kind: Kind,
}

/// Why a place needs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A NUL stands near the beginning: UTF-16, or a binary file.
    Binary,
    /// It stands there in pieces, or in a form that no line holds.
    Scattered,
    /// It is packed in an archive.
    Packed,
}

/// Looks at each file that a commit has.
#[must_use]
pub fn obstacles(finding: &Finding, repository: &Repository) -> Vec<Obstacle> {
    let patterns = patterns(finding.secret.expose());
    let mut obstacles = Vec::new();
    for place in finding.at_each_site() {
        let Some(kind) = kind(place, &patterns, repository) else {
            continue;
        };
        // An archive is one file to git.
        let outer = archive::outer_paths(&place.shown_path).next();
        let file = outer.filter(|_| kind == Kind::Packed);
        let obstacle = Obstacle {
            path: path::encode(file.unwrap_or(place.shown_path.as_bstr())),
            kind,
        };
        if !obstacles.contains(&obstacle) {
            obstacles.push(obstacle);
        }
    }
    obstacles
}

fn kind(place: &Finding, patterns: &[Vec<u8>], repository: &Repository) -> Option<Kind> {
    let Origin::Commit(info) = &place.origin else {
        return None;
    };
    let commit = Oid::from_hex(info.commit.as_bytes())?;
    let blob_at = |path: &[u8]| {
        let (_, oid) = repository.entry_at(&commit, path).ok().flatten()?;
        repository.blob(&oid).ok()
    };
    let mut outer = archive::outer_paths(&place.path).filter_map(|path| blob_at(path));
    if outer.any(|text| archive::is_archive(&text)) {
        return Some(Kind::Packed);
    }
    if place.part != Part::Content {
        return None;
    }
    // What cannot be read any more was just read: then there is nothing to say of it.
    let text = blob_at(&place.path)?;
    if text[..text.len().min(LOOKED_AT)].contains(&0) {
        return Some(Kind::Binary);
    }
    let is_matched = patterns.iter().any(|pattern| text.find(pattern).is_some());
    (!is_matched).then_some(Kind::Scattered)
}
