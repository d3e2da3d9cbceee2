//! What an issuer says of a credential, or what can be told without asking.
//!
//! In: nothing but its fields. Out: the `verification` of a finding, as reports print it; `serde` reads it back from one.

use serde::{Deserialize, Serialize};

/// Whether a credential still works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Its issuer accepts it.
    Live,
    /// Nobody could tell: the issuer was not asked, did not answer, or answered something else.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was withdrawn.
    Revoked,
    /// Its issuer does not know it: never issued, deleted, or withdrawn long ago.
    Invalid,
}

/// What is known of a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Whether it still works.
    pub status: Status,
    /// Why the status is what it is, where the status alone does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whose credential it is: `user`, `org`, `oauth`, `jwt`, or what the issuer calls it.
    pub kind: Option<String>,
    /// The account that it belongs to.
    pub owner: Option<String>,
    /// The name that its owner gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its role in the issuer's words: `read`, `write`, `fineGrained`.
    pub role: Option<String>,
    /// Whether it can change anything; `None` where the issuer does not say.
    pub can_write: Option<bool>,
    /// The organisations that it reaches.
    pub organizations: Vec<Organization>,
    /// What it may do, one sentence each.
    pub scopes: Vec<String>,
    /// When its time is over, as the issuer writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// When this was found out, UTC: `2026-01-02T03:04:05Z`.
    pub checked_at: String,
}

/// An organisation and what the owner is in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Organization {
    /// Its name.
    pub name: String,
    /// `admin`, `write`, `read`, …; `None` where the issuer does not say.
    pub role: Option<String>,
}

impl Verification {
    /// Nothing is known but `status`.
    #[must_use]
    pub fn new(status: Status, checked_at: &str) -> Self {
        Self {
            status,
            reason: None,
            kind: None,
            owner: None,
            name: None,
            role: None,
            can_write: None,
            organizations: Vec::new(),
            scopes: Vec::new(),
            expires_at: None,
            checked_at: checked_at.to_owned(),
        }
    }

    /// The same, with the reason for its status.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The same, and where it says nothing what `other` says; the status and its reason stay.
    #[must_use]
    pub fn completed_by(self, other: Self) -> Self {
        Self {
            kind: self.kind.or(other.kind),
            owner: self.owner.or(other.owner),
            name: self.name.or(other.name),
            role: self.role.or(other.role),
            can_write: self.can_write.or(other.can_write),
            expires_at: self.expires_at.or(other.expires_at),
            organizations: match self.organizations.is_empty() {
                true => other.organizations,
                false => self.organizations,
            },
            scopes: match self.scopes.is_empty() {
                true => other.scopes,
                false => self.scopes,
            },
            ..self
        }
    }
}
