//! What refs, HEAD and the index name.

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice};

use super::HistoryError;
use super::narrowing::Narrowing;
use crate::finding::Part;
use crate::git::{GitError, Kind, Mode, Oid, Reference, Repository, object};
use crate::scan::Scanner;

/// No chain of tags is longer.
const MAX_TAGS: usize = 16;

/// A ref that counts.
#[derive(Debug)]
pub(super) struct Tip {
    /// Its full name.
    pub(super) name: BString,
    /// The same, secrets masked.
    pub(super) shown: BString,
    pub(super) stands: Stands,
    /// The tag objects on the way.
    pub(super) tags: Vec<Oid>,
}

/// What a ref leads to in the end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stands {
    Commit(Oid),
    Tree(Oid),
    Blob(Oid),
}

impl Tip {
    /// The commit that it leads to.
    pub(super) fn commit(&self) -> Option<Oid> {
        match self.stands {
            Stands::Commit(oid) => Some(oid),
            Stands::Tree(_) | Stands::Blob(_) => None,
        }
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Tips {
    /// In order of name.
    pub(super) tips: Vec<Tip>,
    /// The commit of HEAD.
    pub(super) head: Option<Oid>,
    /// What refs name that stand for others, be these in `refs/` or not.
    pub(super) symbolic: Vec<Oid>,
    /// Whether a ref leads to something that cannot be read.
    pub(super) has_gaps: bool,
}

impl Tips {
    /// Looks at every ref that `narrowing` takes.
    ///
    /// # Errors
    /// [`HistoryError`] where git cannot list the refs.
    pub(super) fn read(
        repository: &Repository,
        scanner: &Scanner,
        narrowing: &Narrowing,
    ) -> Result<Self, HistoryError> {
        let mut tips = Self {
            head: repository.head()?,
            ..Self::default()
        };
        let references = repository.references(&["refs/"])?;
        let (symbolic, mut references): (Vec<_>, Vec<_>) = references
            .into_iter()
            .partition(|reference| reference.is_symbolic);
        tips.symbolic = symbolic.iter().map(|reference| reference.target).collect();
        if !narrowing.has_refs() {
            references.extend(elsewhere(repository, tips.head)?);
        }
        for reference in references {
            if !narrowing.takes_ref(&reference.name) {
                continue;
            }
            match peel(&reference, repository) {
                Ok((stands, tags)) => tips.tips.push(Tip {
                    shown: scanner.shown_path(reference.name.as_bstr()),
                    name: reference.name,
                    stands,
                    tags,
                }),
                Err(_) => tips.has_gaps = true,
            }
        }
        Ok(tips)
    }

    /// The tag objects that a ref leads to, each with the numbers of these refs.
    pub(super) fn tags(&self) -> HashMap<Oid, Vec<u32>> {
        let mut tags: HashMap<Oid, Vec<u32>> = HashMap::new();
        for (number, tip) in (0..).zip(&self.tips) {
            for tag in &tip.tags {
                tags.entry(*tag).or_default().push(number);
            }
        }
        tags
    }
}

/// The HEADs of other work trees, where they are no branch and not at the same commit as `head`: nothing else may lead there.
fn elsewhere(repository: &Repository, head: Option<Oid>) -> Result<Vec<Reference>, GitError> {
    let others = repository.other_heads()?.into_iter();
    Ok(others
        .filter(|(_, oid)| Some(*oid) != head)
        .map(|(name, target)| Reference {
            name,
            target,
            is_symbolic: false,
        })
        .collect())
}

fn peel(reference: &Reference, repository: &Repository) -> Result<(Stands, Vec<Oid>), GitError> {
    let mut at = reference.target;
    let mut tags = Vec::new();
    while tags.len() < MAX_TAGS {
        let (kind, raw) = repository.object(&at)?;
        let stands = match kind {
            Kind::Commit => Stands::Commit(at),
            Kind::Tree => Stands::Tree(at),
            Kind::Blob => Stands::Blob(at),
            Kind::Tag => {
                let tag = object::tag(&raw).ok_or(GitError::MissingObject { oid: at })?;
                tags.push(at);
                at = tag.target;
                continue;
            }
        };
        return Ok((stands, tags));
    }
    Err(GitError::MissingObject { oid: at })
}

/// Path and part of each of `held` in the index.
///
/// # Errors
/// [`GitError`] where the index cannot be read.
pub(super) fn in_index(
    repository: &Repository,
    held: &HashSet<Oid>,
) -> Result<Vec<(Oid, BString, Part)>, GitError> {
    if !repository.git_dir().join("index").exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in repository.every_stage()?.changes {
        let part = match entry.mode {
            Mode::File => Part::Content,
            Mode::Symlink => Part::SymlinkTarget,
            Mode::Gitlink => continue,
        };
        if held.contains(&entry.blob) {
            found.push((entry.blob, entry.path, part));
        }
    }
    Ok(found)
}
