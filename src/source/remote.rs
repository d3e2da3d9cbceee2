//! What the other side of a push has already, as far as this side knows.
//!
//! In: the lines that git hands to `pre-push` and the remote's tracking refs. Out: an [`Outgoing`]. Where the two
//! disagree the line is right, for it comes from the remote just now: a tracking ref that is out of date must not hide
//! commits that a cleaned-up remote would get back.

use std::collections::HashSet;

use bstr::{BStr, BString};

use super::outgoing::Outgoing;
use super::push::RefUpdate;
use super::refspec::Remotes;
pub use super::refspec::Target;
use crate::git::{GitError, Kind, Oid, Reference, Repository, object};
use crate::order;

/// What could be pushed: notes too, and neither the stash nor what other programs keep for themselves.
const LOCAL: [&str; 3] = ["refs/heads/", "refs/tags/", "refs/notes/"];

/// What a push of `updates` to `target` publishes.
///
/// No update at all can mean that another hook has eaten the lines: then every branch and tag counts.
///
/// # Errors
/// [`GitError`] where refs or configuration cannot be read.
pub fn of_push(
    target: Target<'_>,
    updates: &[RefUpdate],
    repository: &Repository,
) -> Result<Outgoing, GitError> {
    let mut outgoing = if updates.is_empty() {
        local(repository)?
    } else {
        Outgoing::default()
    };
    for update in updates {
        outgoing.known.extend(update.old);
        outgoing.tips.extend(update.new);
        // The name of a ref that is there is out already.
        if update.new.is_some() && update.old.is_none() {
            outgoing.ref_names.push(update.remote_ref.clone());
        }
    }
    // A push of nothing but deletions publishes nothing.
    if !outgoing.tips.is_empty() {
        let tracked = tracked(target, updates, repository)?;
        outgoing.known.extend(tracked);
    }
    Ok(outgoing)
}

/// What the remote's tracking refs point at, those aside of which the lines of the push know better.
fn tracked(
    target: Target<'_>,
    updates: &[RefUpdate],
    repository: &Repository,
) -> Result<Vec<Oid>, GitError> {
    let remotes = Remotes::read(repository)?;
    let tracking = remotes.tracking(target, repository)?;
    let folders = tracking.folders();
    if folders.is_empty() {
        return Ok(Vec::new());
    }
    let renewed: HashSet<BString> = updates
        .iter()
        .flat_map(|update| tracking.of(update.remote_ref.as_ref()))
        .collect();
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    Ok(repository
        .references(&folders)?
        .into_iter()
        .filter(|reference| {
            // `origin/HEAD` only repeats what another ref says, and that one may be out of date.
            !reference.is_symbolic
                && !renewed.contains(&reference.name)
                && tracking.holds(BStr::new(&reference.name))
        })
        .map(|reference| reference.target)
        .collect())
}

/// Everything that no remote's tracking ref reaches.
///
/// # Errors
/// [`GitError`] where refs cannot be read.
pub fn unpushed(repository: &Repository) -> Result<Outgoing, GitError> {
    let mut outgoing = local(repository)?;
    let tracked = repository.references(&["refs/remotes/"])?;
    outgoing
        .known
        .extend(tracked.into_iter().map(|reference| reference.target));
    Ok(outgoing)
}

/// Every local ref, and HEAD.
fn local(repository: &Repository) -> Result<Outgoing, GitError> {
    let refs = repository.references(&LOCAL)?;
    let mut tips: Vec<Oid> = repository.head()?.into_iter().collect();
    tips.extend(refs.iter().map(|reference| reference.target));
    order::sort(&mut tips);
    tips.dedup();
    Ok(Outgoing {
        tips,
        known: Vec::new(),
        ref_names: refs
            .into_iter()
            .map(|Reference { name, .. }| name)
            .collect(),
    })
}

/// Those that exist here and lead to commits: what a remote names need not have been fetched, and a ref can point at a
/// tree.
///
/// # Errors
/// [`GitError`] where one is here and cannot be read.
pub(super) fn commits_here(oids: &[Oid], repository: &Repository) -> Result<Vec<Oid>, GitError> {
    let mut here = Vec::new();
    for oid in oids.iter().collect::<HashSet<_>>() {
        if let Some(commit) = peeled(*oid, repository)? {
            here.push(commit);
        }
    }
    order::sort(&mut here);
    Ok(here)
}

fn peeled(oid: Oid, repository: &Repository) -> Result<Option<Oid>, GitError> {
    let mut at = oid;
    loop {
        let (kind, raw) = match repository.object(&at) {
            Ok(object) => object,
            Err(GitError::MissingObject { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        match kind {
            Kind::Commit => return Ok(Some(at)),
            Kind::Tree | Kind::Blob => return Ok(None),
            Kind::Tag => match object::tag(&raw) {
                Some(tag) => at = tag.target,
                None => return Ok(None),
            },
        }
    }
}
