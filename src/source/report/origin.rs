//! Where a text came from, as a report writes it.
//!
//! In: the fields of every kind of origin. Out: the [`Origin`]; `None` for a kind that is not known here, or one that lacks a field.

use super::document::{Commit, Written};
use crate::finding::{CommitInfo, Origin, Tagger};
use crate::text::path;

/// The origin that `written` means.
pub(super) fn read(written: &Written) -> Option<Origin> {
    let commit = || {
        Some(CommitInfo {
            commit: written.commit.clone()?,
            author: path::decode(written.author.as_deref()?)?,
            date: written.date.clone()?,
        })
    };
    Some(match &*written.kind {
        "staged" => Origin::Staged,
        "worktree" => Origin::Worktree,
        "stdin" => Origin::Stdin,
        "message" if written.commit.is_some() => Origin::CommitMessage(commit()?),
        "message" => Origin::Message,
        "ref" => Origin::Ref,
        "commit" => Origin::Commit(commit()?),
        "tag" => Origin::Tag {
            tag: written.tag.clone()?,
            tagger: tagger(written),
        },
        "object" => Origin::Object {
            object: written.object.clone()?,
        },
        "unreachable" => Origin::Unreachable {
            object: written.object.clone()?,
        },
        _ => return None,
    })
}

fn tagger(written: &Written) -> Option<Tagger> {
    Some(Tagger {
        author: path::decode(written.author.as_deref()?)?,
        date: written.date.clone()?,
    })
}

/// The commit that `written` means; `None` where its author is not written as a report writes it.
pub(super) fn commit(written: &Commit) -> Option<CommitInfo> {
    Some(CommitInfo {
        commit: written.commit.clone(),
        author: path::decode(&written.author)?,
        date: written.date.clone(),
    })
}
