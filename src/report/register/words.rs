//! What every form of the register says in the same words.

use bstr::BString;

use crate::register::credential::{
    Access, Credential, Holding, Responsible, Signal, Stands, State, Witness,
};
use crate::text::{escape, path};

/// The headings of the three signals.
pub(super) const SIGNALS: [(Signal, &str); 3] = [
    (Signal::Live, "exposed and still live"),
    (Signal::CanWrite, "can write"),
    (
        Signal::NoOwner,
        "without an owner: neither its issuer nor CODEOWNERS names one",
    ),
];

pub(super) fn status(state: State) -> &'static str {
    match state {
        State::Live => "live",
        State::Unverified => "unverified",
        State::Unknown => "unknown",
        State::Expired => "expired",
        State::Revoked => "revoked",
        State::Invalid => "invalid",
    }
}

pub(super) fn access(access: Access) -> &'static str {
    match access {
        Access::Admin => "admin",
        Access::Write => "write",
        Access::Unknown => "unknown",
        Access::Read => "read",
    }
}

pub(super) fn stands(stands: Stands) -> &'static str {
    match stands {
        Stands::Head => "at HEAD",
        Stands::Files => "in files",
        Stands::History => "history only",
        Stands::Unknown => "unknown",
    }
}

/// Who says who is responsible; empty for nobody.
pub(super) fn witness(responsible: &Responsible) -> &'static str {
    match responsible.by {
        Witness::Codeowners => "CODEOWNERS",
        Witness::Author => "author",
        Witness::Nobody => "",
    }
}

/// The account that the issuer names.
pub(super) fn owner(credential: &Credential) -> Option<String> {
    let known = credential.verification.as_ref()?;
    known.owner.as_deref().map(plain)
}

/// Each organisation, with what the owner is in it.
pub(super) fn organizations(credential: &Credential) -> Vec<String> {
    let known = credential.verification.as_ref();
    known
        .into_iter()
        .flat_map(|known| &known.organizations)
        .map(|organization| match &organization.role {
            Some(role) => format!("{} ({})", plain(&organization.name), plain(role)),
            None => plain(&organization.name),
        })
        .collect()
}

pub(super) fn responsible(credential: &Credential) -> Vec<String> {
    let names = credential.responsible.names.iter();
    names.map(|name| decoded(name)).collect()
}

/// The day of the first commit and of the last, as far as they are known.
pub(super) fn days(credential: &Credential) -> [Option<String>; 2] {
    [&credential.first_seen, &credential.last_seen]
        .map(|seen| seen.as_ref().map(|seen| plain(&seen.commit.date)))
}

/// `path:line` of each place.
pub(super) fn places(holding: &Holding) -> Vec<String> {
    let mut places = Vec::with_capacity(holding.places.len());
    for place in &holding.places {
        let path = decoded(&place.path);
        let shown = match place.line {
            0 => path,
            line => format!("{path}:{line}"),
        };
        places.push(shown);
    }
    places.dedup();
    places
}

/// Short names of the refs.
pub(super) fn refs(holding: &Holding) -> Vec<String> {
    let prefixes = ["refs/heads/", "refs/tags/", "refs/remotes/", "refs/"];
    let short = |name: &String| {
        let short = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix));
        decoded(short.unwrap_or(name))
    };
    holding.refs.iter().map(short).collect()
}

/// Text of a report with what steers a terminal or reorders a line spelled out.
pub(super) fn plain(text: &str) -> String {
    escape::for_terminal(text.as_bytes())
}

/// The same for what [`path::encode`] wrote.
pub(super) fn decoded(text: &str) -> String {
    let bytes = path::decode(text).unwrap_or_else(|| BString::from(text));
    escape::for_terminal(&bytes)
}
