//! Places of a secret that `git filter-repo --replace-text` passes over, so that nobody believes a history clean that is not.
//!
//! In: the places of a finding, and the repository. Out: what else is needed there.

use bstr::ByteSlice as _;

use super::replacement::patterns;
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
        let obstacle = Obstacle {
            path: path::encode(&place.shown_path),
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
    if place.part != Part::Content {
        return None;
    }
    let commit = Oid::from_hex(info.commit.as_bytes())?;
    // What cannot be read any more was just read: then there is nothing to say of it.
    let (_, oid) = repository.entry_at(&commit, &place.path).ok().flatten()?;
    let text = repository.blob(&oid).ok()?;
    if text[..text.len().min(LOOKED_AT)].contains(&0) {
        return Some(Kind::Binary);
    }
    let is_matched = patterns.iter().any(|pattern| text.find(pattern).is_some());
    (!is_matched).then_some(Kind::Scattered)
}
