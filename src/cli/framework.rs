//! A push as the pre-commit framework and prek tell it to the hooks that they run.
//!
//! In: their environment. They have read git's standard input themselves, and name only the first ref that brings
//! something new. Out: that ref, and everything else here that the remote's tracking refs do not reach, since other refs
//! may go out by the same push.
//!
//! Source: <https://pre-commit.com/#pre-commit-during-push>

use std::env;

use bstr::{BStr, BString, ByteVec};

use super::args::Options;
use super::{Ended, push};
use crate::git::{GitError, Oid, Ownership, Repository};
use crate::source::outgoing::Outgoing;
use crate::source::push::RefUpdate;
use crate::source::remote::{self, Target};

/// What a manager says of a push.
#[derive(Debug)]
pub(super) struct Push {
    remote: BString,
    url: Option<BString>,
    local_ref: BString,
    remote_ref: BString,
    from: Option<BString>,
    to: Option<BString>,
}

/// Why it cannot be known what goes out.
#[derive(Debug, thiserror::Error)]
enum PushError {
    /// A name that means nothing here, or more than one thing.
    #[error(
        "cannot tell what `{name}` pushes; git itself tells a hook of its own: `hf-guard install --hook pre-push`"
    )]
    Unclear {
        /// The variable.
        name: &'static str,
    },
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] GitError),
}

const FROM: &str = "PRE_COMMIT_FROM_REF";
const TO: &str = "PRE_COMMIT_TO_REF";
const LOCAL: &str = "PRE_COMMIT_LOCAL_BRANCH";

impl Push {
    /// The push of which the environment speaks; `None` in all other stages.
    pub(super) fn from_environment() -> Option<Self> {
        Some(Self {
            remote: variable("PRE_COMMIT_REMOTE_NAME")?,
            url: variable("PRE_COMMIT_REMOTE_URL"),
            local_ref: variable(LOCAL)?,
            remote_ref: variable("PRE_COMMIT_REMOTE_BRANCH")?,
            from: variable(FROM),
            to: variable(TO),
        })
    }

    /// Scans it.
    pub(super) fn scan(&self, options: &Options) -> Ended {
        let repository = Repository::open(Ownership::CheckedByGit)?;
        push::publish(&self.outgoing(&repository)?, &repository, options)
    }

    /// The ref that the manager names, and then what it leaves out.
    fn outgoing(&self, repository: &Repository) -> Result<[Outgoing; 2], PushError> {
        let target = Target {
            name: BStr::new(&self.remote),
            url: self.url.as_ref().map(BStr::new),
        };
        // pre-commit names neither end of a push that brings a root commit.
        let new = match &self.to {
            Some(to) => resolve(TO, to, repository)?,
            None => resolve(LOCAL, &self.local_ref, repository)?,
        };
        let old = match &self.from {
            Some(from) => Some(resolve(FROM, from, repository)?),
            None => None,
        };
        let update = RefUpdate {
            local_ref: self.local_ref.clone(),
            new: Some(new),
            remote_ref: self.remote_ref.clone(),
            old,
        };
        let named = remote::of_push(target, &[update], repository)?;
        let mut left_out = remote::of_push(target, &[], repository)?;
        // Read already, or known to the remote.
        left_out.known.push(new);
        Ok([named, left_out])
    }
}

fn variable(name: &str) -> Option<BString> {
    let value = env::var_os(name).filter(|value| !value.is_empty())?;
    // What is no Unicode on a platform that demands it names nothing that git knows.
    Some(Vec::from_os_string(value).unwrap_or_default().into())
}

fn resolve(
    name: &'static str,
    revision: &BString,
    repository: &Repository,
) -> Result<Oid, PushError> {
    if let Some(oid) = Oid::from_hex(revision) {
        return Ok(oid);
    }
    let unclear = || PushError::Unclear { name };
    let revision = std::str::from_utf8(revision).map_err(|_| unclear())?;
    match *repository.range_ends(revision)?.tips {
        [only] => Ok(only),
        _ => Err(unclear()),
    }
}
