//! Where a secret stands in a whole history, who brought it there, and where it still is.
//!
//! In: what the walk over commits and trees learned. Out: the places of one secret, and what holds for all of them together.

use std::cmp::Reverse;

use bstr::BString;
use serde::{Deserialize, Serialize};

use super::{AcceptedBy, CommitInfo, Finding};

/// All that is known of one secret in a history.
#[derive(Clone, Debug, Default)]
pub struct Provenance {
    /// Who brought it and who has it, where that was asked and some commit has it.
    pub stay: Option<Stay>,
    /// How many blobs hold it, those included that nothing leads to.
    pub blobs: usize,
    /// Full names of the refs whose tip still holds it, sorted, secrets masked; not yet escaped for a terminal.
    ///
    /// In a message or an identity it stands in the history of these refs.
    pub refs: Vec<BString>,
    /// Whether the commit of HEAD still holds it, or has it in the messages of its history.
    pub in_head: bool,
    /// Whether any of this was asked: without it all that is known are places.
    pub is_traced: bool,
    /// Where it stands, the newest first.
    pub sites: Vec<Site>,
}

/// The commits that have a secret.
///
/// Those that a ref or HEAD leads to count; where there is none, those that reflogs alone lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The first, in the order of `git rev-list --date-order --reverse`.
    pub first: CommitInfo,
    /// The last that still has it, in that order.
    pub last: CommitInfo,
    /// How many have it.
    pub commits: usize,
    /// How many more have it that reflogs alone lead to.
    pub reflog_commits: usize,
}

/// One place of a secret: a path in some commits, a message, a tag, an object that nothing leads to.
#[derive(Clone, Debug)]
pub struct Site {
    /// The place as a finding of its own, as the first commit there has it.
    pub finding: Finding,
    /// The commits that have it there.
    pub stay: Option<Stay>,
    /// Whether the commit of HEAD has it there.
    pub in_head: bool,
    /// What leads there.
    pub reach: Reach,
    /// What accepts it there.
    pub by: Option<AcceptedBy>,
}

/// What leads to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// A ref or HEAD: a clone gets it, and a push may have published it.
    Refs,
    /// Reflogs of this clone only.
    Reflogs,
    /// The index.
    Index,
    /// Nothing: git will remove it some day.
    Nothing,
    /// Nobody asked.
    Unknown,
}

impl Provenance {
    /// The place at which to tell of the secret: of those that nothing accepts, or else of all, the surest that is nearest
    /// to a person's refs, and of several the one to which a commit brought it first.
    #[must_use]
    pub fn head(&self) -> Option<&Site> {
        let is_done = self.is_accepted();
        let told = self
            .sites
            .iter()
            .filter(|site| is_done || site.by.is_none());
        // The last of equals is the oldest.
        told.rev().min_by_key(|site| {
            let surest = Reverse(site.finding.confidence);
            (surest, site.reach, site.stay.is_none())
        })
    }

    /// Whether something accepts it at every place.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.sites.iter().all(|site| site.by.is_some())
    }
}

impl Finding {
    /// The finding at each of its places; one without provenance has one.
    pub fn at_each_site(&self) -> impl Iterator<Item = &Self> {
        let sites = self
            .provenance
            .as_ref()
            .map(|provenance| &*provenance.sites);
        let own = sites.is_none().then_some(self);
        let sites = sites.unwrap_or_default();
        own.into_iter()
            .chain(sites.iter().map(|site| &site.finding))
    }

    /// The same secret, told at the place that counts most; what has no provenance is left as it is.
    #[must_use]
    pub fn at_head_site(mut self) -> Self {
        let Some(provenance) = self.provenance.take() else {
            return self;
        };
        let told = provenance.head().map(|site| site.finding.clone());
        Self {
            provenance: Some(provenance),
            ..told.unwrap_or(self)
        }
    }
}
