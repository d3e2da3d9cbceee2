//! What reports say of a secret: all that a plan is made of.
//!
//! In: a report. Out: its findings and accepted findings, each part of a credential as one of its own that knows the others; and
//! which of them tell of one secret.

use std::rc::Rc;

use crate::finding::Reach;
use crate::source::report::document::{Commit, Document, Entry, Place, Written};

/// A finding, and the other parts of its credential: what each is, and its fingerprint.
#[derive(Debug)]
pub struct Record {
    /// The finding; its own parts are records of their own.
    pub entry: Entry,
    /// The others.
    pub kin: Vec<(String, String)>,
}

/// Every finding of a report, accepted or not.
#[must_use]
pub fn records(document: Document) -> Vec<Rc<Record>> {
    let mut records = Vec::new();
    for mut whole in document.findings.into_iter().chain(document.accepted) {
        let mut group = std::mem::take(&mut whole.parts);
        group.insert(0, whole);
        let names: Vec<(String, String)> = group
            .iter()
            .map(|one| (one.description.clone(), one.fingerprint.clone()))
            .collect();
        for (index, entry) in group.into_iter().enumerate() {
            let mut kin = names.clone();
            kin.remove(index);
            records.push(Rc::new(Record { entry, kin }));
        }
    }
    records
}

/// Whether it, or one of its places, has this fingerprint.
#[must_use]
pub fn answers_to(entry: &Entry, fingerprint: &str) -> bool {
    fingerprints(entry).any(|own| own == fingerprint)
}

pub(super) fn is_same_secret(one: &Entry, other: &Entry) -> bool {
    match (&one.secret_sha256, &other.secret_sha256) {
        (Some(one), Some(other)) => one == other,
        _ => fingerprints(other).any(|fingerprint| answers_to(one, fingerprint)),
    }
}

fn fingerprints(entry: &Entry) -> impl Iterator<Item = &str> {
    let places = entry.provenance.iter().flat_map(|all| &all.places);
    std::iter::once(&*entry.fingerprint).chain(places.map(|place| &*place.fingerprint))
}

/// Where a finding stands whose history nobody asked for.
pub(super) fn place(entry: &Entry) -> Place {
    Place {
        path: entry.path.clone(),
        part: entry.part,
        line: entry.line,
        column: entry.column,
        end_line: entry.end_line,
        end_column: entry.end_column,
        origin: entry.origin.clone(),
        first: None,
        last: None,
        commits: None,
        reflog_commits: None,
        in_head: None,
        reach: Reach::Unknown,
        fingerprint: entry.fingerprint.clone(),
        by: entry.by.clone(),
        owners: Vec::new(),
    }
}

/// The commit that an origin names.
#[must_use]
pub fn commit(origin: &Written) -> Option<Commit> {
    Some(Commit {
        commit: origin.commit.clone()?,
        author: origin.author.clone()?,
        date: origin.date.clone()?,
    })
}
