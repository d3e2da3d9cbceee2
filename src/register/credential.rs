//! One entry of the register: a credential, where it stands, and what follows from that.
//!
//! In: nothing but its fields, as JSON writes them; those that follow from others are not read back but found out anew.

use serde::{Deserialize, Serialize};

use crate::finding::Reach;
use crate::source::report::document::{Commit, Place};
use crate::verification::{Status, Verification};

/// One credential.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Credential {
    /// What it is, in the words of its rule.
    pub description: String,
    /// Who issues it.
    pub provider: String,
    /// Ids of the rules that found it.
    pub rules: Vec<String>,
    /// The mask.
    pub secret: String,
    /// Its hash, unless it could be guessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_sha256: Option<String>,
    /// The secrets that belong to it, where it is an id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartOf>,
    /// Whether it still works.
    #[serde(skip_deserializing)]
    pub status: State,
    /// What it may do.
    #[serde(skip_deserializing)]
    pub access: Access,
    /// What asks for something to be done.
    #[serde(skip_deserializing)]
    pub signals: Vec<Signal>,
    /// Where it stands today.
    #[serde(skip_deserializing)]
    pub stands: Stands,
    /// Who is to act.
    #[serde(skip_deserializing)]
    pub responsible: Responsible,
    /// The first commit that has it.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Seen>,
    /// The last.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Seen>,
    /// How it is stopped.
    pub revoke: Revocation,
    /// Whether an allowlist accepts it wherever it stands.
    #[serde(default)]
    pub accepted: bool,
    /// What its issuer said, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// Where it stands.
    pub repositories: Vec<Holding>,
}

/// A secret that belongs to an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartOf {
    /// The rule's id.
    pub rule: String,
    /// The mask.
    pub secret: String,
    /// Its hash, unless it could be guessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_sha256: Option<String>,
}

/// One repository that holds a credential.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Holding {
    /// What it is called.
    pub repository: String,
    /// Whether the commit of HEAD has it, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_head: Option<bool>,
    /// Full names of the refs that have it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refs: Vec<String>,
    /// The first commit that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Commit>,
    /// The last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Commit>,
    /// How many have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commits: Option<usize>,
    /// Every place.
    pub places: Vec<Place>,
}

/// A commit of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// What the repository is called.
    pub repository: String,
    /// The commit.
    #[serde(flatten)]
    pub commit: Commit,
}

/// How a credential is stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// The page at which its owner does it; empty where none is known.
    #[serde(default)]
    pub page: String,
    /// What the owner does there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<String>,
    /// The command that does it from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// Whether a credential still works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its issuer accepts it.
    Live,
    /// Nobody has asked.
    #[default]
    Unverified,
    /// Its issuer was asked, and nobody can tell.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was withdrawn.
    Revoked,
    /// Its issuer does not know it.
    Invalid,
}

/// What a credential may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Change members, keys or settings, or act as anybody.
    Admin,
    /// Change something.
    Write,
    /// Nobody knows.
    #[default]
    Unknown,
    /// Change nothing.
    Read,
}

/// What asks for something to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// It stands in a repository, and its issuer accepts it.
    Live,
    /// It can change something.
    CanWrite,
    /// Neither its issuer nor CODEOWNERS names an owner.
    NoOwner,
}

/// Where a credential stands today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stands {
    /// At HEAD of a repository.
    Head,
    /// In files of the work tree or the index.
    Files,
    /// In history alone.
    History,
    /// Nobody knows.
    #[default]
    Unknown,
}

/// Who is to act.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Responsible {
    /// Their names.
    pub names: Vec<String>,
    /// Who says so.
    pub by: Witness,
}

/// Who says who is responsible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Witness {
    /// CODEOWNERS, for the paths at which it stands.
    Codeowners,
    /// The commit that brought it.
    Author,
    /// Nobody.
    #[default]
    Nobody,
}

impl From<Status> for State {
    fn from(status: Status) -> Self {
        match status {
            Status::Live => Self::Live,
            Status::Unknown => Self::Unknown,
            Status::Expired => Self::Expired,
            Status::Revoked => Self::Revoked,
            Status::Invalid => Self::Invalid,
        }
    }
}

impl Holding {
    /// Where in this repository it stands today.
    #[must_use]
    pub fn stands(&self) -> Stands {
        let is_in_files = |place: &Place| {
            place.reach == Reach::Index || matches!(&*place.origin.kind, "worktree" | "staged")
        };
        match self.in_head {
            Some(true) => Stands::Head,
            _ if self.places.iter().any(is_in_files) => Stands::Files,
            Some(false) => Stands::History,
            None => Stands::Unknown,
        }
    }
}

impl Credential {
    /// Whether nobody can say that it is dead.
    #[must_use]
    pub fn may_work(&self) -> bool {
        matches!(
            self.status,
            State::Live | State::Unverified | State::Unknown
        )
    }

    /// Every place, over all repositories.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.repositories.iter().flat_map(|holding| &holding.places)
    }
}
