//! Reports from many repositories and machines, as one entry a credential.
//!
//! In: entries, several of which may be the same credential. Out: one of each. They are the same where a hash of their secrets
//! is, or a fingerprint: that is made of rule, path and secret, and is all that there is of secrets that could be guessed.

use std::collections::HashMap;

use super::credential::{Credential, Holding, PartOf};
use crate::source::report::document::{Commit, Place};
use crate::verification::{Status, Verification};

/// Joins what is the same credential; each keeps the place of its first entry.
pub(super) fn merged(credentials: Vec<Credential>) -> Vec<Credential> {
    let mut rows: Vec<Option<Credential>> = Vec::new();
    let mut by_name: HashMap<String, usize> = HashMap::new();
    for mut credential in credentials {
        let names = names(&credential);
        let mut known: Vec<usize> = names
            .iter()
            .filter_map(|name| by_name.get(name).copied())
            .collect();
        crate::order::sort(&mut known);
        known.dedup();
        let row = known.first().copied().unwrap_or(rows.len());
        // It can join entries that had nothing in common before.
        for other in known.iter().skip(1) {
            if let (Some(other), Some(Some(first))) = (rows[*other].take(), rows.get_mut(row)) {
                absorb(first, other);
            }
            for number in by_name.values_mut().filter(|number| *number == other) {
                *number = row;
            }
        }
        by_name.extend(names.into_iter().map(|name| (name, row)));
        match rows.get_mut(row) {
            Some(Some(first)) => absorb(first, credential),
            _ => {
                // What is the same place in it twice is one.
                let holdings = std::mem::take(&mut credential.repositories);
                absorb_holdings(&mut credential.repositories, holdings);
                rows.push(Some(credential));
            }
        }
    }
    rows.into_iter().flatten().collect()
}

/// Hashes and fingerprints: what two entries of one credential have in common.
fn names(credential: &Credential) -> Vec<String> {
    let hashes = credential
        .parts
        .iter()
        .map(|part| &part.secret_sha256)
        .chain([&credential.secret_sha256]);
    let places = credential
        .repositories
        .iter()
        .flat_map(|holding| &holding.places);
    hashes
        .flatten()
        .chain(places.map(|place| &place.fingerprint))
        .cloned()
        .collect()
}

fn absorb(into: &mut Credential, mut other: Credential) {
    // An id speaks for the secrets beside it.
    if into.parts.is_empty() && !other.parts.is_empty() {
        std::mem::swap(into, &mut other);
    }
    let is_another = other.secret_sha256.is_some() && other.secret_sha256 != into.secret_sha256;
    if is_another && let Some(rule) = other.rules.first() {
        add_part(
            into,
            PartOf {
                rule: rule.clone(),
                secret: other.secret,
                secret_sha256: other.secret_sha256,
            },
        );
    }
    for part in other.parts {
        add_part(into, part);
    }
    for rule in other.rules {
        if !is_another && !into.rules.contains(&rule) {
            into.rules.push(rule);
        }
    }
    into.accepted &= other.accepted;
    into.verification = match (into.verification.take(), other.verification) {
        (Some(a), Some(b)) => Some(surer(a, b)),
        (one, another) => one.or(another),
    };
    absorb_holdings(&mut into.repositories, other.repositories);
}

fn add_part(into: &mut Credential, part: PartOf) {
    let is_known = into.parts.iter().any(|known| match &part.secret_sha256 {
        Some(hash) => known.secret_sha256.as_ref() == Some(hash),
        None => *known == part,
    });
    if !is_known {
        into.parts.push(part);
    }
}

/// The later of two answers, but any that says something before one that says nothing; what it lacks, from the other.
fn surer(a: Verification, b: Verification) -> Verification {
    let weight = |known: &Verification| {
        let says_something = known.status != Status::Unknown;
        (says_something, known.checked_at.clone())
    };
    match weight(&b) > weight(&a) {
        true => b.completed_by(a),
        false => a.completed_by(b),
    }
}

fn absorb_holdings(into: &mut Vec<Holding>, others: Vec<Holding>) {
    for other in others {
        let known = into
            .iter_mut()
            .find(|known| known.repository == other.repository);
        let holding = match known {
            Some(holding) => {
                // Neither report says when it was made: a repository that had it at HEAD may still have it there.
                holding.in_head = match (holding.in_head, other.in_head) {
                    (Some(a), Some(b)) => Some(a || b),
                    (one, another) => one.or(another),
                };
                holding.refs.extend(other.refs);
                holding.first = edge(holding.first.take(), other.first, |new, old| new < old);
                holding.last = edge(holding.last.take(), other.last, |new, old| new > old);
                holding.commits = holding.commits.max(other.commits);
                holding
            }
            None => {
                into.push(Holding {
                    places: Vec::new(),
                    ..other
                });
                let Some(new) = into.last_mut() else {
                    continue;
                };
                new
            }
        };
        crate::order::sort(&mut holding.refs);
        holding.refs.dedup();
        absorb_places(&mut holding.places, other.places);
    }
}

fn absorb_places(into: &mut Vec<Place>, others: Vec<Place>) {
    let name = |place: &Place| {
        let Place {
            fingerprint,
            line,
            column,
            part,
            path,
            ..
        } = place;
        format!("{fingerprint} {line}:{column} {part:?} {path}")
    };
    let mut by_name: HashMap<String, usize> = into.iter().map(name).zip(0..).collect();
    for place in others {
        let at = *by_name.entry(name(&place)).or_insert(into.len());
        match into.get_mut(at) {
            Some(known) => absorb_place(known, place),
            None => into.push(place),
        }
    }
}

fn absorb_place(known: &mut Place, place: Place) {
    let owners = match known.owners.is_empty() {
        true => place.owners.clone(),
        false => std::mem::take(&mut known.owners),
    };
    // The one that a history tells of says more.
    if known.in_head.is_none() && place.in_head.is_some() {
        *known = place;
    }
    known.owners = owners;
}

/// The commit further out; days compare as they are written.
fn edge(
    known: Option<Commit>,
    other: Option<Commit>,
    is_further: fn(&str, &str) -> bool,
) -> Option<Commit> {
    match (known, other) {
        (Some(known), Some(other)) => match is_further(&other.date, &known.date) {
            true => Some(other),
            false => Some(known),
        },
        (one, another) => one.or(another),
    }
}
