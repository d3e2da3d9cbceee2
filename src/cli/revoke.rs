//! `hf-guard revoke`: tells issuers that credentials have leaked, which ends them for good.
//!
//! Asked first, shown with owner and places, confirmed by words typed at the terminal, sent, and asked again: what the person
//! reads last is what the issuers say now.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::thread;
use std::time::Duration;

use super::args::{Options, RevokeArguments};
use super::issuers::{Reach, Session, gather};
use super::{Ended, reporting};
use crate::issuer::{Withdrawal, credentials, withdraw};
use crate::outcome::{Exit, Outcome};
use crate::report::verified;
use crate::rules::Rule;
use crate::secret::Secret;
use crate::verification::Status;

/// The terminal of the process, whatever its streams are.
const TERMINAL: &str = if cfg!(windows) { "CONIN$" } else { "/dev/tty" };

/// How often an issuer is asked whether it is done.
const CHECKS: u32 = 4;

/// Between two of these questions.
const BETWEEN_CHECKS: Duration = Duration::from_secs(1);

/// Why nobody could be asked for a confirmation.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no terminal at which to confirm it; in automation name each finding: --fingerprint F --yes"
)]
struct NoTerminal {
    #[source]
    source: io::Error,
}

/// A credential that is to go.
struct Leaked {
    secret: Secret,
    rules: Vec<&'static Rule>,
}

pub(super) fn run(arguments: &RevokeArguments, options: &Options) -> Ended {
    let mut session = Session::open(&arguments.issuers, options, Reach::Network, "revoke")?;
    let mut outcome = gather(&arguments.issuers, options)?;
    session.verify(&mut outcome, options);
    let leaked = leaked(&outcome, &session);
    if !leaked.is_empty() {
        let is_confirmed = arguments.yes || confirm(&outcome, &leaked, options)?;
        if !is_confirmed {
            writeln!(io::stderr().lock(), "hf-guard: nothing was revoked.")?;
            return Ok(match outcome.verified_exit() {
                Exit::Clean => Exit::Unfinished,
                exit => exit,
            });
        }
        let results = send(&leaked, &mut session, options);
        check(&leaked, &results, &mut session, &mut outcome, options);
    }
    by_hand(&mut outcome, &session);
    reporting::write_verified(&outcome, options)?;
    Ok(outcome.verified_exit())
}

/// What may still work and has an issuer who withdraws it.
fn leaked(outcome: &Outcome, session: &Session) -> Vec<Leaked> {
    credentials(&outcome.findings)
        .into_iter()
        .filter(|credential| {
            let status = credential.verification().map(|known| known.status);
            matches!(status, Some(Status::Live | Status::Unknown) | None)
                && session.issuers.can_withdraw(&credential.rules)
        })
        .map(|credential| Leaked {
            secret: credential.secret.clone(),
            rules: credential.rules,
        })
        .collect()
}

/// Shows what is to go, and waits for the words.
fn confirm(
    outcome: &Outcome,
    leaked: &[Leaked],
    options: &Options,
) -> Result<bool, Box<dyn std::error::Error>> {
    let mut terminal = OpenOptions::new()
        .read(true)
        .write(true)
        .open(TERMINAL)
        .map_err(|source| NoTerminal { source })?;
    let report = reporting::report_options(options, io::stderr().is_terminal());
    let mut text = String::new();
    for credential in credentials(&outcome.findings) {
        if leaked.iter().any(|one| one.secret == *credential.secret) {
            text.push_str(&verified::credential_block(&credential, &report));
            text.push('\n');
        }
    }
    let plural = if leaked.len() == 1 { "" } else { "s" };
    let words = format!("revoke {} credential{plural}", leaked.len());
    write!(
        text,
        "hf-guard: this cannot be undone. Whatever uses what stands above stops working at once; issuers may tell the owners.\n\
         Type `{words}` to go on: "
    )?;
    terminal.write_all(text.as_bytes())?;
    terminal.flush()?;
    let mut answer = String::new();
    options
        .progress
        .while_waiting(|| BufReader::new(terminal).read_line(&mut answer))?;
    Ok(answer.trim() == words)
}

fn send(leaked: &[Leaked], session: &mut Session, options: &Options) -> Vec<Withdrawal> {
    let pairs: Vec<(&Secret, &[&Rule])> = leaked
        .iter()
        .map(|one| (&one.secret, &one.rules[..]))
        .collect();
    let Session {
        issuers,
        endpoints,
        client,
    } = session;
    match client.as_deref_mut() {
        Some(client) => options
            .progress
            .while_waiting(|| withdraw(&pairs, issuers, endpoints, client)),
        None => vec![Withdrawal::ByHand; leaked.len()],
    }
}

/// Asks again, a few times where an issuer takes its time, and writes down what became of each credential.
fn check(
    leaked: &[Leaked],
    results: &[Withdrawal],
    session: &mut Session,
    outcome: &mut Outcome,
    options: &Options,
) {
    let requested = |secret: &Secret| {
        leaked
            .iter()
            .zip(results)
            .any(|(one, result)| one.secret == *secret && *result == Withdrawal::Requested)
    };
    // An issuer that no longer knows a credential does not say any more whose it was.
    let before: Vec<_> = outcome
        .findings
        .iter()
        .map(|finding| finding.verification.clone())
        .collect();
    for round in 0..CHECKS {
        if round > 0 {
            options
                .progress
                .while_waiting(|| thread::sleep(BETWEEN_CHECKS));
        }
        session.verify_some(outcome, options, requested);
        let still_live = outcome.findings.iter().any(|finding| {
            requested(&finding.secret)
                && finding
                    .verification
                    .as_ref()
                    .is_some_and(|known| known.status == Status::Live)
        });
        if !still_live {
            break;
        }
    }
    for (finding, before) in outcome.findings.iter_mut().zip(before) {
        if let (Some(known), Some(before)) = (&mut finding.verification, before) {
            **known = known.as_ref().clone().completed_by(*before);
        }
        let result = leaked
            .iter()
            .zip(results)
            .find(|(one, _)| one.secret == finding.secret)
            .map(|(_, result)| result);
        let Some(known) = &mut finding.verification else {
            continue;
        };
        match (result, known.status) {
            (Some(Withdrawal::Requested), Status::Invalid | Status::Revoked | Status::Expired) => {
                known.status = Status::Revoked;
                known.reason = Some("just now; its issuer no longer accepts it".to_owned());
            }
            (Some(Withdrawal::Requested), Status::Live) => {
                known.reason = Some(
                    "its issuer took the request and still accepts it; ask again in a minute with `hf-guard verify`"
                        .to_owned(),
                );
            }
            (Some(Withdrawal::Requested), Status::Unknown) => {
                let why = known.reason.take().unwrap_or_default();
                known.reason = Some(format!(
                    "its issuer took the request; whether it is done cannot be told: {why}"
                ));
            }
            (Some(Withdrawal::Failed(reason)), _) => {
                known.reason = Some(format!("not revoked: {reason}"));
            }
            (Some(Withdrawal::ByHand) | None, _) => {}
        }
    }
}

/// What the owner must do, for each credential that may still work and has no issuer who withdraws it.
fn by_hand(outcome: &mut Outcome, session: &Session) {
    let mut lines: Vec<String> = Vec::new();
    for credential in credentials(&outcome.findings) {
        let status = credential.verification().map(|known| known.status);
        let Some(rule) = credential.rules.first() else {
            continue;
        };
        if !matches!(status, Some(Status::Live | Status::Unknown) | None)
            || session.issuers.can_withdraw(&credential.rules)
        {
            continue;
        }
        let steps = match session.issuers.of(rule).steps {
            Some(steps) => format!("; {steps}"),
            None => String::new(),
        };
        lines.push(format!(
            "{} has no way to be revoked from here; its owner does it at {}{steps}",
            credential.secret, rule.revoke
        ));
    }
    outcome.warnings.append(&mut lines);
}
