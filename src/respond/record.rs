//! What reports say of a secret: all that a plan is made of.
//!
//! In: a report. Out: its findings and accepted findings, each part of a credential as one of its own that knows the others; and
//! which of them tell of one secret.

use std::rc::Rc;

use crate::source::report::document::{Document, Entry};

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
