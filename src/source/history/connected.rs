//! Whether everything is there that refs, HEAD, reflogs and the index lead to.
//!
//! In: the names that lead nowhere, noted while every object was read, and the [`tips`]. Out: the objects that are missing,
//! in [`History::unread`]. As a rule no name leads nowhere, and the tips alone are looked up. Otherwise git is asked: what
//! only garbage names may well be gone.

use crate::order;
use std::collections::HashSet;
use std::fs;
use std::io;

use super::links::{Absent, Present};
use super::{Failure, Gap, History};
use crate::git::{GitError, Mode, Oid, Reference, Repository};

/// Adds to `history` what is missing; `tips` are `None` where they cannot be told. Where a clone is declared to be partial,
/// that much is said of it and no more.
pub(super) fn check(
    repository: &Repository,
    present: &Present<'_>,
    tips: Option<&[Oid]>,
    mut absent: Absent,
    history: &mut History,
) {
    let gap = |what: &str, error: GitError| Gap {
        what: what.to_owned(),
        why: error.to_string(),
        is_packed: false,
    };
    match shallow(repository) {
        Ok(edge) => absent.parents.retain(|(commit, _)| !edge.contains(commit)),
        Err(error) => history
            .gaps
            .push(gap("the edge of the shallow clone", error)),
    }
    let all_there = tips.is_some_and(|tips| tips.iter().all(|tip| present.has(tip)));
    if all_there && absent.is_empty() {
        return;
    }
    if present.is_partial() {
        history.is_partial = true;
        return;
    }
    match repository.missing() {
        Ok(missing) => {
            // For a ref that is broken git names zeros, which nobody can look for.
            let (nothing, missing): (Vec<Oid>, Vec<Oid>) =
                missing.into_iter().partition(Oid::is_zero);
            history.gaps.extend(nothing.first().map(|_| Gap {
                what: "a ref or another name".to_owned(),
                why: "it leads to no object; `git fsck` shows which".to_owned(),
                is_packed: false,
            }));
            history
                .unread
                .extend(missing.into_iter().map(|oid| Failure {
                oid,
                problem: "it is missing; `git fsck` shows what names it, a clone or backup may have it",
            }));
        }
        Err(error) => {
            history.gaps.push(gap("what refs lead to", error));
            history.unread.extend(absent.names().map(|oid| Failure {
                oid,
                problem: "it is missing, and git cannot tell whether a ref leads to it",
            }));
        }
    }
    order::sort(&mut history.unread);
    history.unread.dedup_by_key(|failure| failure.oid);
}

/// What `references` and HEAD name, those of linked work trees too, and every entry of the index.
pub(super) fn tips(
    repository: &Repository,
    references: &[Reference],
) -> Result<Vec<Oid>, GitError> {
    let mut tips: Vec<Oid> = references
        .iter()
        .map(|reference| reference.target)
        .collect();
    tips.extend(repository.head()?);
    let others = repository.other_heads()?;
    tips.extend(others.into_iter().map(|(_, oid)| oid));
    if repository.git_dir().join("index").exists() {
        let entries = repository.every_stage()?.changes.into_iter();
        tips.extend(
            entries
                .filter(|entry| entry.mode != Mode::Gitlink)
                .map(|entry| entry.blob),
        );
    }
    Ok(tips)
}

/// Whether it is a shallow clone, or may be one.
pub(super) fn is_shallow(repository: &Repository) -> bool {
    shallow(repository).map_or(true, |edge| !edge.is_empty())
}

/// The commits at which a shallow clone ends.
fn shallow(repository: &Repository) -> Result<HashSet<Oid>, GitError> {
    let path = repository.common_dir().join("shallow");
    match fs::read(&path) {
        Ok(list) => Ok(list
            .split(|&byte| byte == b'\n')
            .filter_map(Oid::from_hex)
            .collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(HashSet::new()),
        Err(source) => Err(GitError::ReadFile { path, source }),
    }
}
