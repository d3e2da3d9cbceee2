//! One credential, one question, one answer.
//!
//! In: a credential and the rules that found it. Out: a [`Verification`]; whatever goes wrong is an *unknown* with its reason,
//! never an error, so that one silent issuer does not hide what the others say.

use super::exchange::{Endpoints, Outgoing, Transport};
use super::table::Issuers;
use super::{offline, read};
use crate::date;
use crate::rules::Rule;
use crate::rules::issuer::Verify;
use crate::secret::Secret;
use crate::verification::{Status, Verification};

/// Said where the person wants no network.
const OFFLINE: &str = "not asked: offline";

/// Asks issuers.
pub struct Asker<'a> {
    /// What is known of them.
    pub issuers: &'a Issuers,
    /// The endpoints of the run.
    pub endpoints: &'a Endpoints,
    /// The way to them; `None` where nothing is to be sent.
    pub transport: Option<&'a mut dyn Transport>,
}

impl Asker<'_> {
    /// What is known of `secret`, which `rules` found, at `now` (seconds since 1970).
    pub fn verify(&mut self, secret: &Secret, rules: &[&Rule], now: i64) -> Verification {
        let decoded = rules
            .iter()
            .find_map(|rule| offline::decode(rule, secret, now));
        if let Some(decoded) = &decoded
            && decoded.status == Status::Expired
        {
            return decoded
                .clone()
                .because("so says the token itself; nobody was asked");
        }
        let asked = self.ask(secret, rules, &date::instant(now));
        match decoded {
            Some(decoded) => asked.completed_by(decoded),
            None => asked,
        }
    }

    fn ask(&mut self, secret: &Secret, rules: &[&Rule], checked_at: &str) -> Verification {
        let unknown =
            |reason: String| Verification::new(Status::Unknown, checked_at).because(reason);
        let (verify, why_not) = table(self.issuers, rules);
        let Some(verify) = verify else {
            return unknown(why_not.to_owned());
        };
        let request = match Outgoing::of(&verify.request, self.endpoints, &[secret]) {
            Ok(request) => request,
            Err(error) => return unknown(error.to_string()),
        };
        let Some(transport) = &mut self.transport else {
            return unknown(OFFLINE.to_owned());
        };
        match transport.send(&request) {
            Ok(reply) => read::verification(verify, &reply, secret, checked_at),
            Err(error) => unknown(error.to_string()),
        }
    }
}

/// The first table of `rules` that can be asked, or why there is none.
fn table<'a>(issuers: &'a Issuers, rules: &[&'a Rule]) -> (Option<&'a Verify>, &'a str) {
    let mut why_not = "";
    for rule in rules {
        match issuers.of(rule).verify {
            Ok(verify) => return (Some(verify), ""),
            Err(reason) if why_not.is_empty() => why_not = reason,
            Err(_) => {}
        }
    }
    (None, why_not)
}
