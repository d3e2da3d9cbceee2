//! What the other side of a push has already, as far as this side knows.
//!
//! In: the lines that git hands to `pre-push` and the remote's tracking refs. Out: an [`Outgoing`]. Where the two
//! disagree the line is right, for it comes from the remote just now: a tracking ref that is out of date must not hide
//! commits that a cleaned-up remote would get back.

use std::collections::HashSet;

use bstr::{BStr, BString, ByteSlice};

use super::outgoing::Outgoing;
use super::push::RefUpdate;
use crate::git::{GitError, Kind, Oid, Repository};

/// What a push of `updates` to the remote called `name` publishes; `name` is the URL where it has no name.
///
/// No update at all can mean that another hook has eaten the lines: then every branch and tag counts.
///
/// # Errors
/// [`GitError`] where refs or configuration cannot be read.
pub fn of_push(
    name: &BStr,
    updates: &[RefUpdate],
    repository: &Repository,
) -> Result<Outgoing, GitError> {
    let refspecs = Refspecs::of(name, repository)?;
    let mut outgoing = Outgoing::default();
    let mut outdated: HashSet<BString> = HashSet::new();
    for update in updates {
        if let Some(tracking) = refspecs.tracking(update.remote_ref.as_ref()) {
            outdated.insert(tracking);
        }
        if let Some(old) = update.old {
            outgoing.known.push(old);
        }
        if let Some(new) = update.new {
            outgoing.tips.push(new);
            outgoing.ref_names.push(update.remote_ref.clone());
        }
    }
    if updates.is_empty() {
        outgoing.tips = local_tips(repository)?;
    }
    for prefix in refspecs.tracking_prefixes() {
        for (tracking, oid) in repository.refs(&prefix)? {
            if !outdated.contains(&tracking) {
                outgoing.known.push(oid);
            }
        }
    }
    outgoing.known = commits_here(&outgoing.known, repository)?;
    Ok(outgoing)
}

/// Everything that no remote's tracking ref reaches.
///
/// # Errors
/// [`GitError`] where refs cannot be read.
pub fn unpushed(repository: &Repository) -> Result<Outgoing, GitError> {
    let known: Vec<Oid> = repository
        .refs("refs/remotes/")?
        .into_iter()
        .map(|(_, oid)| oid)
        .collect();
    Ok(Outgoing {
        tips: local_tips(repository)?,
        known: commits_here(&known, repository)?,
        ref_names: Vec::new(),
    })
}

fn local_tips(repository: &Repository) -> Result<Vec<Oid>, GitError> {
    let mut tips: Vec<Oid> = repository.head()?.into_iter().collect();
    for prefix in ["refs/heads/", "refs/tags/"] {
        tips.extend(repository.refs(prefix)?.into_iter().map(|(_, oid)| oid));
    }
    tips.sort_unstable();
    tips.dedup();
    Ok(tips)
}

/// Those that exist here and lead to commits: what a remote names need not have been fetched, and a ref can point at a
/// tree.
fn commits_here(oids: &[Oid], repository: &Repository) -> Result<Vec<Oid>, GitError> {
    let mut here = Vec::new();
    for oid in oids.iter().collect::<HashSet<_>>() {
        if let Some(commit) = peeled(*oid, repository)? {
            here.push(commit);
        }
    }
    here.sort_unstable();
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
            Kind::Tag => match crate::git::object::tag(&raw) {
                Some(tag) => at = tag.target,
                None => return Ok(None),
            },
        }
    }
}

/// Where a remote's branches are tracked.
struct Refspecs(Vec<(BString, BString)>);

impl Refspecs {
    fn of(name: &BStr, repository: &Repository) -> Result<Self, GitError> {
        let Ok(name) = name.to_str() else {
            return Ok(Self(Vec::new()));
        };
        let configured = repository.setting(&format!("remote.{name}.fetch"))?;
        let mut refspecs: Vec<(BString, BString)> = configured
            .iter()
            .filter(|refspec| !refspec.starts_with(b"^"))
            .filter_map(|refspec| {
                let refspec = refspec.strip_prefix(b"+").unwrap_or(refspec);
                let (source, target) = refspec.split_once_str(":")?;
                Some((BString::from(source), BString::from(target)))
            })
            .collect();
        if refspecs.is_empty() && is_plain_name(name) {
            refspecs.push((
                BString::from("refs/heads/*"),
                BString::from(format!("refs/remotes/{name}/*")),
            ));
        }
        Ok(Self(refspecs))
    }

    /// The tracking ref of `remote_ref`.
    fn tracking(&self, remote_ref: &BStr) -> Option<BString> {
        self.0.iter().find_map(|(source, target)| {
            let Some((head, tail)) = source.split_once_str("*") else {
                return (source == remote_ref).then(|| target.clone());
            };
            let middle = remote_ref.strip_prefix(head)?.strip_suffix(tail)?;
            let (head, tail) = target.split_once_str("*")?;
            Some(BString::from([head, middle, tail].concat()))
        })
    }

    /// What `git for-each-ref` takes to list them: whole folders, so that `origin` does not bring `origin2` along.
    fn tracking_prefixes(&self) -> Vec<String> {
        let prefixes: HashSet<String> = self
            .0
            .iter()
            .filter_map(|(_, target)| {
                let folder = match target.split_once_str("*") {
                    Some((head, _)) => head,
                    None => target,
                };
                folder.to_str().ok().map(str::to_owned)
            })
            .collect();
        let mut prefixes: Vec<String> = prefixes.into_iter().collect();
        prefixes.sort();
        prefixes
    }
}

/// A URL or a path is no name of a remote.
fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(':') && !name.starts_with('/') && !name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_ref_leads_to_its_tracking_ref() {
        let refspecs = Refspecs(vec![
            ("refs/heads/*".into(), "refs/remotes/origin/*".into()),
            ("refs/special".into(), "refs/remotes/origin/kept".into()),
        ]);
        let tracking = |name: &str| refspecs.tracking(name.into());
        assert_eq!(
            tracking("refs/heads/a/b"),
            Some("refs/remotes/origin/a/b".into())
        );
        assert_eq!(
            tracking("refs/special"),
            Some("refs/remotes/origin/kept".into())
        );
        assert_eq!(tracking("refs/tags/v1"), None);
        assert_eq!(
            refspecs.tracking_prefixes(),
            ["refs/remotes/origin/", "refs/remotes/origin/kept"]
        );
    }
}
