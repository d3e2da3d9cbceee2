//! The parents that the commit at hand will have.
//!
//! HEAD, and while a merge is under way the commits that `MERGE_HEAD` lists. A merge without conflict asks its hook before
//! it writes that file; the caller then knows them from the environment.

use std::fs;
use std::io;

use bstr::ByteSlice;

use super::door::Door;
use super::environment::Environment;
use super::hash::Kind;
use super::objects::Objects;
use super::{GitError, Oid, tree};

/// Tags of tags of tags: git makes no such chains, and a circle cannot be hashed.
const TAGS_MAX: usize = 16;

/// The tree of each parent, HEAD's first; an unborn branch has one empty tree (`None`).
///
/// # Errors
/// [`GitError`] where HEAD, `MERGE_HEAD` or a commit cannot be read.
pub(super) fn trees(
    door: &Door,
    environment: &Environment,
    objects: &Objects,
    merge_heads: &[Oid],
) -> Result<Vec<Option<Oid>>, GitError> {
    let head = door.head(environment)?;
    let mut commits: Vec<Oid> = head.into_iter().collect();
    for oid in merge_head(door)?.iter().chain(merge_heads) {
        if !commits.contains(oid) {
            commits.push(*oid);
        }
    }
    let mut trees: Vec<Option<Oid>> = Vec::new();
    if head.is_none() {
        trees.push(None);
    }
    for commit in commits {
        let tree = tree_of(door, objects, commit)?;
        if !trees.contains(&Some(tree)) {
            trees.push(Some(tree));
        }
    }
    Ok(trees)
}

/// The tree of HEAD; `None` on an unborn branch.
///
/// # Errors
/// [`GitError`] where HEAD or its commit cannot be read.
pub(super) fn head_tree(
    door: &Door,
    environment: &Environment,
    objects: &Objects,
) -> Result<Option<Oid>, GitError> {
    door.head(environment)?
        .map(|commit| tree_of(door, objects, commit))
        .transpose()
}

fn merge_head(door: &Door) -> Result<Vec<Oid>, GitError> {
    let path = door.git_dir().join("MERGE_HEAD");
    let listed = match fs::read(&path) {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(GitError::ReadFile { path, source }),
    };
    listed
        .lines()
        .map(Oid::from_hex)
        .collect::<Option<Vec<Oid>>>()
        .filter(|commits| !commits.is_empty())
        .ok_or(GitError::ParseMergeHead { path })
}

/// The tree of a commit, or of the commit that a tag leads to.
///
/// # Errors
/// [`GitError`] where it is missing, damaged or no commit.
pub(super) fn tree_of(door: &Door, objects: &Objects, commit: Oid) -> Result<Oid, GitError> {
    let mut oid = commit;
    for _ in 0..TAGS_MAX {
        let (kind, content) = objects.any(door, &oid)?;
        let (field, is_last) = match kind {
            Kind::Commit => ("tree", true),
            Kind::Tag => ("object", false),
            Kind::Tree | Kind::Blob => break,
        };
        let Some(target) = tree::target(&content, field) else {
            break;
        };
        if is_last {
            return Ok(target);
        }
        oid = target;
    }
    Err(GitError::DamagedObject {
        oid: commit,
        what: "it is no commit",
    })
}
