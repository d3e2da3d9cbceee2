//! What follows for each credential from all that is known of it: status, access, signals, who is to act, how it is stopped.
//!
//! In: merged entries. Out: the same, concluded and in order, what is most urgent first.

use std::cmp::Reverse;

use super::credential::{
    Access, Credential, Holding, Responsible, Revocation, Seen, Signal, Stands, State, Witness,
};
use super::{Register, Signals, Summary, merge};
use crate::finding::Reach;
use crate::issuer::Issuers;
use crate::rules::{Rule, catalogue};
use crate::source::report::document::Commit;
use crate::verification::Verification;

impl Register {
    /// Makes one entry a credential, and draws the conclusions.
    #[must_use]
    pub fn concluded(mut self, issuers: &Issuers) -> Self {
        self.credentials = merge::merged(self.credentials);
        for credential in &mut self.credentials {
            conclude(credential, issuers);
        }
        crate::order::sort_by(&mut self.credentials, |a, b| rank(a).cmp(&rank(b)));
        crate::order::sort(&mut self.skipped);
        self.skipped.dedup();
        crate::order::sort(&mut self.warnings);
        self.warnings.dedup();
        let of = |signal| {
            let gives = |credential: &&Credential| credential.signals.contains(&signal);
            self.credentials.iter().filter(gives).count()
        };
        self.signals = Signals {
            no_owner: of(Signal::NoOwner),
            can_write: of(Signal::CanWrite),
            live: of(Signal::Live),
        };
        let mut names: Vec<&str> = self
            .credentials
            .iter()
            .flat_map(|credential| &credential.repositories)
            .map(|holding| &*holding.repository)
            .collect();
        crate::order::sort(&mut names);
        names.dedup();
        self.summary = Summary {
            credentials: self.credentials.len(),
            repositories: names.len(),
            places: self
                .credentials
                .iter()
                .map(|credential| credential.places().count())
                .sum(),
        };
        self
    }
}

/// Live before what may be, what writes before what reads, the newest first.
fn rank(credential: &Credential) -> impl Ord + use<> {
    let last = credential
        .last_seen
        .as_ref()
        .or(credential.first_seen.as_ref())
        .map(|seen| seen.commit.date.clone());
    let place = credential
        .places()
        .next()
        .map(|place| (place.path.clone(), place.line, place.column));
    (credential.status, credential.access, Reverse(last), place)
}

fn conclude(credential: &mut Credential, issuers: &Issuers) {
    crate::order::sort_by(&mut credential.repositories, |a, b| {
        a.stands().cmp(&b.stands())
    });
    let known = credential.verification.as_ref();
    credential.status = known.map_or(State::Unverified, |known| known.status.into());
    credential.access = known.map_or(Access::Unknown, access);
    credential.responsible = responsible(credential);
    credential.stands = stands(credential);
    (credential.first_seen, credential.last_seen) = (first_seen(credential), last_seen(credential));
    credential.revoke = revocation(credential, issuers);
    credential.signals = signals(credential);
}

/// What administers is told by the role, or by the words of a permission.
fn access(known: &Verification) -> Access {
    let administers = |text: &str| {
        let text = text.to_ascii_lowercase();
        [
            "admin",
            "sudo",
            "can change the members",
            "can act as any user",
        ]
        .iter()
        .any(|word| text.contains(word))
    };
    match known.can_write {
        None => Access::Unknown,
        Some(false) => Access::Read,
        Some(true) => {
            let mut words = known.scopes.iter().chain(&known.role);
            match words.any(|words| administers(words)) {
                true => Access::Admin,
                false => Access::Write,
            }
        }
    }
}

fn responsible(credential: &Credential) -> Responsible {
    let owners = credential.places().flat_map(|place| &place.owners);
    let firsts = credential.repositories.iter().filter_map(|holding| {
        let of_place = || holding.places.iter().find_map(|place| place.first.as_ref());
        holding.first.as_ref().or_else(of_place)
    });
    let mut firsts: Vec<&Commit> = firsts.collect();
    crate::order::sort_by(&mut firsts, |a, b| a.date.cmp(&b.date));
    let mut by = Witness::Codeowners;
    let mut names = each_once(owners);
    if names.is_empty() {
        by = Witness::Author;
        names = each_once(firsts.into_iter().map(|first| &first.author));
    }
    if names.is_empty() {
        by = Witness::Nobody;
    }
    Responsible { names, by }
}

fn each_once<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for name in names {
        if !once.contains(name) {
            once.push(name.clone());
        }
    }
    once
}

/// Where it stands in the repository in which that is nearest to a person.
fn stands(credential: &Credential) -> Stands {
    let holdings = credential.repositories.iter();
    holdings.map(Holding::stands).min().unwrap_or_default()
}

fn first_seen(credential: &Credential) -> Option<Seen> {
    let firsts = seen(credential, |holding| holding.first.as_ref());
    // The first of equals.
    firsts.min_by(|a, b| a.commit.date.cmp(&b.commit.date))
}

fn last_seen(credential: &Credential) -> Option<Seen> {
    let lasts = seen(credential, |holding| holding.last.as_ref());
    lasts.max_by(|a, b| a.commit.date.cmp(&b.commit.date))
}

fn seen<'a>(
    credential: &'a Credential,
    of: impl Fn(&'a Holding) -> Option<&'a Commit> + 'a,
) -> impl Iterator<Item = Seen> + 'a {
    credential.repositories.iter().filter_map(move |holding| {
        Some(Seen {
            repository: holding.repository.clone(),
            commit: of(holding)?.clone(),
        })
    })
}

/// Of the first rule that is known here; a rule of another configuration keeps what its register says.
fn revocation(credential: &Credential, issuers: &Issuers) -> Revocation {
    let rules: Vec<&Rule> = credential
        .rules
        .iter()
        .filter_map(|id| catalogue().find(|rule| rule.id == **id))
        .collect();
    let Some(first) = rules.first() else {
        return credential.revoke.clone();
    };
    let known = rules.iter().map(|rule| issuers.of(rule));
    let can_withdraw = known.clone().any(|known| known.revoke.is_some());
    let steps = known.map(|known| known.steps).find_map(|steps| steps);
    Revocation {
        page: first.revoke.to_string(),
        steps: steps.map(str::to_owned),
        command: match can_withdraw {
            true => command(credential),
            false => None,
        },
    }
}

/// The command that withdraws it, in the repository of its first place.
fn command(credential: &Credential) -> Option<String> {
    let place = credential.places().next()?;
    let is_of_history = place.in_head.is_some() || place.reach != Reach::Unknown;
    Some(match is_of_history {
        true => format!(
            "hf-guard revoke --all-history --fingerprint {}",
            place.fingerprint
        ),
        false => format!(
            "hf-guard revoke --from REPORT.json --fingerprint {}",
            place.fingerprint
        ),
    })
}

fn signals(credential: &Credential) -> Vec<Signal> {
    let owner = credential
        .verification
        .as_ref()
        .and_then(|known| known.owner.as_ref());
    let mut signals = Vec::new();
    if !credential.may_work() {
        return signals;
    }
    if credential.status == State::Live {
        signals.push(Signal::Live);
    }
    if matches!(credential.access, Access::Admin | Access::Write) {
        signals.push(Signal::CanWrite);
    }
    if owner.is_none() && credential.responsible.by != Witness::Codeowners {
        signals.push(Signal::NoOwner);
    }
    signals
}
