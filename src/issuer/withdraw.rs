//! Telling issuers that credentials have leaked.
//!
//! In: credentials with their rules, which the person has confirmed. Out: for each what became of it. It cannot be undone: who
//! calls this has asked.

use super::body::{Body, meaning, unexplained};
use super::exchange::{Endpoints, Outgoing, Transport};
use super::table::Issuers;
use crate::rules::Rule;
use crate::rules::issuer::{Meaning, Revoke};
use crate::secret::Secret;

/// What became of one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// Its issuer took the request.
    Requested,
    /// It was not withdrawn, and why.
    Failed(String),
    /// Its issuer offers no way; the owner must do it.
    ByHand,
}

/// Sends the requests, as few as the issuers allow; the answer has the order of `leaked`.
pub fn withdraw(
    leaked: &[(&Secret, &[&Rule])],
    issuers: &Issuers,
    endpoints: &Endpoints,
    transport: &mut dyn Transport,
) -> Vec<Withdrawal> {
    let mut results = vec![Withdrawal::ByHand; leaked.len()];
    let mut batches: Vec<(&Revoke, Vec<usize>)> = Vec::new();
    for (index, (_, rules)) in leaked.iter().enumerate() {
        let Some(revoke) = table(issuers, rules) else {
            continue;
        };
        let open = batches
            .iter_mut()
            .find(|(known, indexes)| std::ptr::eq(*known, revoke) && indexes.len() < known.batch);
        match open {
            Some((_, indexes)) => indexes.push(index),
            None => batches.push((revoke, vec![index])),
        }
    }
    for (revoke, indexes) in batches {
        let secrets: Vec<&Secret> = indexes.iter().map(|index| leaked[*index].0).collect();
        let result = send(revoke, &secrets, endpoints, transport);
        for index in indexes {
            results[index] = result.clone();
        }
    }
    results
}

/// How the issuer of what `rules` found withdraws it.
pub(super) fn table<'a>(issuers: &'a Issuers, rules: &[&'a Rule]) -> Option<&'a Revoke> {
    rules.iter().find_map(|rule| issuers.of(rule).revoke)
}

fn send(
    revoke: &Revoke,
    secrets: &[&Secret],
    endpoints: &Endpoints,
    transport: &mut dyn Transport,
) -> Withdrawal {
    let request = match Outgoing::of(&revoke.request, endpoints, secrets) {
        Ok(request) => request,
        Err(error) => return Withdrawal::Failed(error.to_string()),
    };
    let reply = match transport.send(&request) {
        Ok(reply) => reply,
        Err(error) => return Withdrawal::Failed(error.to_string()),
    };
    let Some(secret) = secrets.first() else {
        return Withdrawal::ByHand;
    };
    match meaning(&revoke.answers, &Body::of(&reply, secret)) {
        Some(answer) if answer.means == Meaning::Revoked => Withdrawal::Requested,
        Some(answer) => Withdrawal::Failed(
            answer
                .reason
                .clone()
                .unwrap_or_else(|| format!("its issuer refuses (HTTP {})", reply.status)),
        ),
        None => Withdrawal::Failed(unexplained(reply.status)),
    }
}

impl Issuers {
    /// Whether one of `rules` names a way to withdraw what it found without its owner.
    #[must_use]
    pub fn can_withdraw(&self, rules: &[&Rule]) -> bool {
        table(self, rules).is_some()
    }
}
