//! Which tracking refs tell what a remote has.
//!
//! In: the configuration `remote.*`. Out: for a push to one of them the refs in which this repository keeps what it saw
//! there. A ref that may say something about another repository is none of them: it would hide commits that the other
//! side does not have.

use bstr::{BStr, BString, ByteSlice};

use super::url;
use crate::git::{GitError, Repository};
use crate::order;

/// Only below it: a mirror "tracks" the other side's branches in the very branches that one commits to.
const TRACKING: &str = "refs/remotes/";

/// Where a push goes.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The remote's name, or its URL where it has none.
    pub name: &'a BStr,
    /// The URL that git pushes to, if it is known.
    pub url: Option<&'a BStr>,
}

/// Every configured remote.
#[derive(Debug, Default)]
pub(super) struct Remotes(Vec<Remote>);

#[derive(Debug, Default)]
struct Remote {
    name: BString,
    urls: Vec<BString>,
    refspecs: Vec<Refspec>,
}

/// `SOURCE:TARGET`, each with at most one star.
#[derive(Debug, PartialEq, Eq)]
struct Refspec {
    source: BString,
    target: BString,
}

/// The tracking refs of one remote.
#[derive(Debug, Default)]
pub(super) struct Tracking<'a> {
    own: &'a [Refspec],
    others: Vec<&'a Refspec>,
}

impl Remotes {
    /// Reads the configuration.
    ///
    /// # Errors
    /// [`GitError`] where git cannot read it.
    pub(super) fn read(repository: &Repository) -> Result<Self, GitError> {
        let mut remotes = Self::default();
        for (key, value) in repository.settings("^remote\\..*\\.(url|fetch)$")? {
            remotes.add(&key, &value);
        }
        Ok(remotes)
    }

    fn add(&mut self, key: &[u8], value: &[u8]) {
        let Some((name, field)) = key
            .strip_prefix(b"remote.")
            .and_then(|rest| rest.rsplit_once_str("."))
        else {
            return;
        };
        let at = self
            .0
            .iter()
            .position(|remote| remote.name == name)
            .unwrap_or_else(|| {
                self.0.push(Remote {
                    name: name.into(),
                    ..Remote::default()
                });
                self.0.len() - 1
            });
        let remote = &mut self.0[at];
        match field {
            b"url" => remote.urls.push(value.into()),
            _ => remote.refspecs.extend(Refspec::parse(value)),
        }
    }

    /// What tells about the other side of a push to `target`; nothing, where it is not known to be where a configured
    /// remote is fetched from.
    ///
    /// # Errors
    /// [`GitError`] where git cannot say where a remote is fetched from.
    pub(super) fn tracking(
        &self,
        target: Target<'_>,
        repository: &Repository,
    ) -> Result<Tracking<'_>, GitError> {
        for (at, remote) in self.0.iter().enumerate() {
            if remote.is_at(target, repository)? {
                let others = self.0.iter().enumerate();
                return Ok(Tracking {
                    own: &remote.refspecs,
                    others: others
                        .filter(|(other, _)| *other != at)
                        .flat_map(|(_, other)| &other.refspecs)
                        .collect(),
                });
            }
        }
        Ok(Tracking::default())
    }
}

impl Remote {
    /// Whether what is fetched from this remote is what `target` has: it can be pushed to other places than it is
    /// fetched from, and by URL.
    fn is_at(&self, target: Target<'_>, repository: &Repository) -> Result<bool, GitError> {
        // git fetches from the first alone.
        let fetched = self.urls.first();
        if self.name != target.name {
            return Ok(fetched.is_some_and(|fetched| url::is_same(fetched.as_ref(), target.name)));
        }
        let (Some(pushed), Some(fetched)) = (target.url, fetched) else {
            return Ok(true);
        };
        if url::is_same(fetched.as_ref(), pushed) {
            return Ok(true);
        }
        let rewritten = repository.remote_url(target.name)?;
        Ok(rewritten.is_some_and(|fetched| url::is_same(fetched.as_ref(), pushed)))
    }
}

impl Refspec {
    fn parse(written: &[u8]) -> Option<Self> {
        if written.starts_with(b"^") {
            return None;
        }
        let refspec = written.strip_prefix(b"+").unwrap_or(written);
        let (source, target) = refspec.split_once_str(":")?;
        Some(Self {
            source: source.into(),
            target: target.into(),
        })
    }
}

impl Tracking<'_> {
    /// The tracking ref of `remote_ref`.
    pub(super) fn of(&self, remote_ref: &BStr) -> Vec<BString> {
        self.own
            .iter()
            .filter_map(|refspec| {
                let middle = star(refspec.source.as_ref(), remote_ref)?;
                match refspec.target.split_once_str("*") {
                    Some((head, tail)) => Some([head, middle, tail].concat().into()),
                    None => Some(refspec.target.clone()),
                }
            })
            .collect()
    }

    /// Whether `tracking_ref` is one of this remote's, and of no other.
    pub(super) fn holds(&self, tracking_ref: &BStr) -> bool {
        let is_target = |refspec: &Refspec| star(refspec.target.as_ref(), tracking_ref).is_some();
        tracking_ref.starts_with(TRACKING.as_bytes())
            && self.own.iter().any(is_target)
            && !self.others.iter().any(|refspec| is_target(refspec))
    }

    /// The folders in which they lie: whole ones, so that `origin` does not bring `origin2` along.
    pub(super) fn folders(&self) -> Vec<String> {
        let mut folders: Vec<String> = self
            .own
            .iter()
            .filter_map(|refspec| {
                let head = refspec.target.split_str("*").next()?;
                let end = head.rfind_byte(b'/')? + 1;
                // Any bytes can name a remote; what else lies in the folder around is told apart later.
                let folder = head[..end].to_str().unwrap_or(TRACKING);
                head.starts_with(TRACKING.as_bytes())
                    .then(|| folder.to_owned())
            })
            .collect();
        order::sort(&mut folders);
        folders.dedup();
        folders
    }
}

/// What the star of `pattern` stands for in `name`, empty where it has none; `None` where they do not match.
fn star<'n>(pattern: &BStr, name: &'n BStr) -> Option<&'n [u8]> {
    match pattern.split_once_str("*") {
        Some((head, tail)) => name.strip_prefix(head)?.strip_suffix(tail),
        None => (pattern == name).then_some(b""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remotes(settings: &[(&str, &str)]) -> Remotes {
        let mut remotes = Remotes::default();
        for (key, value) in settings {
            remotes.add(key.as_bytes(), value.as_bytes());
        }
        remotes
    }

    fn first(remotes: &Remotes) -> Tracking<'_> {
        Tracking {
            own: &remotes.0[0].refspecs,
            others: remotes.0[1..]
                .iter()
                .flat_map(|remote| &remote.refspecs)
                .collect(),
        }
    }

    #[test]
    fn a_remote_ref_leads_to_its_tracking_refs() {
        let remotes = remotes(&[
            ("remote.origin.url", "x"),
            ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"),
            (
                "remote.origin.fetch",
                "refs/special:refs/remotes/origin/kept",
            ),
            ("remote.origin.fetch", "^refs/heads/private/*"),
        ]);
        let tracking = first(&remotes);
        let of = |name: &str| tracking.of(name.into());
        assert_eq!(of("refs/heads/a/b"), ["refs/remotes/origin/a/b"]);
        assert_eq!(of("refs/special"), ["refs/remotes/origin/kept"]);
        assert!(of("refs/tags/v1").is_empty());
        assert_eq!(tracking.folders(), ["refs/remotes/origin/"]);
    }

    #[test]
    fn refs_of_another_remote_and_local_ones_tell_nothing() {
        let remotes = remotes(&[
            ("remote.o.fetch", "+refs/heads/*:refs/remotes/o/*"),
            ("remote.o.fetch", "+refs/tags/*:refs/tags/*"),
            ("remote.o/sub.fetch", "+refs/heads/*:refs/remotes/o/sub/*"),
            ("remote.o2.fetch", "+refs/heads/*:refs/remotes/o2/*"),
        ]);
        assert_eq!(remotes.0.len(), 3);
        let tracking = first(&remotes);
        let holds = |name: &str| tracking.holds(name.into());
        assert!(holds("refs/remotes/o/main"));
        assert!(!holds("refs/remotes/o2/main"));
        assert!(!holds("refs/remotes/o/sub/main"));
        assert!(!holds("refs/tags/v1"));
        assert_eq!(tracking.folders(), ["refs/remotes/o/"]);
    }
}
