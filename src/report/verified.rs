//! What issuers said, for a person: one block for each credential, the live ones first, the count last.
//!
//! In: an outcome whose findings carry verifications. Out: text.

use crate::order;
use std::cmp::Reverse;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::paint::{Paint, Role};
use super::words::{number, push};
use super::{Options, runner};
use crate::finding::{Finding, Origin, Part};
use crate::issuer::{Credential, credentials};
use crate::outcome::Outcome;
use crate::text::escape;
use crate::verification::{Organization, Status, Verification};

/// No more places of a credential are told.
const MAX_PLACES: usize = 8;

/// No more permissions and organisations are told; JSON has them all.
const MAX_LINES: usize = 12;

/// Writes the report of `verify`.
///
/// # Errors
/// Those of `out`.
pub fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(options.colored());
    let mut text = String::new();
    for warning in &outcome.warnings {
        let head = paint.paint(Role::Note, "hf-guard: warning:");
        push(&mut text, format_args!("{head} {}", shown(warning)));
    }
    let mut all = credentials(&outcome.findings);
    order::sort_by(&mut all, |a, b| {
        let rank = |credential| (status(credential), Reverse(can_write(credential)));
        rank(a).cmp(&rank(b))
    });
    for credential in &all {
        text.push_str(&block(credential, paint));
        text.push('\n');
    }
    for skip in &outcome.skipped {
        push(
            &mut text,
            format_args!(
                "{}: not read: {}",
                escape::for_terminal(&skip.path),
                shown(&skip.reason)
            ),
        );
    }
    push(&mut text, format_args!("{}", count(&all, outcome, paint)));
    runner::write(&text, options, out)
}

/// The lines that show one credential, whose it is and where it stands; never the secret.
#[must_use]
pub fn credential_block(credential: &Credential<'_>, options: &Options) -> String {
    block(credential, Paint::new(options.colored()))
}

fn block(credential: &Credential<'_>, paint: Paint) -> String {
    let mut text = String::new();
    let what = credential
        .rules
        .first()
        .map_or("", |rule| rule.description.as_ref());
    let unasked = Verification::new(Status::Unknown, "");
    let known = credential.verification().unwrap_or(&unasked);
    let (role, word) = verdict(known);
    push(
        &mut text,
        format_args!(
            "{} {}: {}",
            paint.paint(Role::Heading, shown(what)),
            credential.secret,
            paint.paint(role, word)
        ),
    );
    if let Some(reason) = &known.reason {
        line(&mut text, "", &shown(reason));
    }
    if let Some(owner) = owner(known) {
        line(&mut text, "owner", &owner);
    }
    if let Some(token) = token(known) {
        line(&mut text, "token", &token);
    }
    lines(
        &mut text,
        "reaches",
        &known
            .organizations
            .iter()
            .map(organization)
            .collect::<Vec<_>>(),
        MAX_LINES,
    );
    lines(
        &mut text,
        "it",
        &known
            .scopes
            .iter()
            .map(|scope| shown(scope))
            .collect::<Vec<_>>(),
        MAX_LINES,
    );
    lines(
        &mut text,
        "stands in",
        &credential
            .findings
            .iter()
            .flat_map(|finding| places(finding))
            .collect::<Vec<_>>(),
        MAX_PLACES,
    );
    let mut fingerprints: Vec<String> = credential
        .findings
        .iter()
        .map(|finding| finding.fingerprint.to_string())
        .collect();
    fingerprints.dedup();
    lines(&mut text, "fingerprint", &fingerprints, MAX_PLACES);
    text
}

fn verdict(known: &Verification) -> (Role, &'static str) {
    match (known.status, known.can_write) {
        (Status::Live, Some(true)) => (Role::Alarm, "LIVE, can write"),
        (Status::Live, Some(false)) => (Role::Alarm, "LIVE, reads only"),
        (Status::Live, None) => (Role::Alarm, "LIVE"),
        (Status::Unknown, _) => (Role::Note, "unknown"),
        (Status::Expired, _) => (Role::Gutter, "expired"),
        (Status::Revoked, _) => (Role::Gutter, "revoked"),
        (Status::Invalid, _) => (Role::Gutter, "invalid: its issuer does not know it"),
    }
}

fn owner(known: &Verification) -> Option<String> {
    match (&known.owner, &known.kind) {
        (Some(owner), Some(kind)) => Some(format!("{} ({})", shown(owner), shown(kind))),
        (Some(owner), None) => Some(shown(owner)),
        (None, _) => None,
    }
}

fn token(known: &Verification) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(name) = &known.name {
        parts.push(format!("\"{}\"", shown(name)));
    }
    if let Some(role) = &known.role {
        parts.push(format!("role {}", shown(role)));
    }
    if let Some(expires) = &known.expires_at {
        let word = match known.status {
            Status::Expired => "expired",
            _ => "expires",
        };
        parts.push(format!("{word} {}", shown(expires)));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn organization(organization: &Organization) -> String {
    match &organization.role {
        Some(role) => format!("{} ({})", shown(&organization.name), shown(role)),
        None => shown(&organization.name),
    }
}

/// Where a finding stands: in a history of every object it has several places.
fn places(finding: &Finding) -> Vec<String> {
    match &finding.provenance {
        Some(provenance) => provenance
            .sites
            .iter()
            .map(|site| place(&site.finding))
            .collect(),
        None => vec![place(finding)],
    }
}

fn place(finding: &Finding) -> String {
    let mut text = escape::for_terminal(&finding.shown_path);
    if matches!(finding.part, Part::Content | Part::Message) {
        text.push_str(&format!(":{}:{}", finding.start.line, finding.start.column));
    }
    match &finding.origin {
        Origin::Commit(info) | Origin::CommitMessage(info) => {
            let short: String = info.commit.chars().take(12).collect();
            text.push_str(&format!(
                " in commit {} of {} by {}",
                shown(&short),
                shown(&info.date),
                escape::for_terminal(&info.author)
            ));
        }
        Origin::Tag { tag, .. } => text.push_str(&format!(" in tag {}", shown(tag))),
        Origin::Object { object } => text.push_str(&format!(" in object {}", shown(object))),
        Origin::Unreachable { object } => text.push_str(&format!(
            " in object {}, which no ref leads to",
            shown(object)
        )),
        Origin::Staged => text.push_str(" (staged)"),
        Origin::Worktree | Origin::Stdin | Origin::Message | Origin::Ref => {}
    }
    text
}

fn line(text: &mut String, head: &str, words: &str) {
    push(text, format_args!("  {head:<11} {words}"));
}

/// The first entries, each on a line, and how many more there are.
fn lines(text: &mut String, head: &str, entries: &[String], most: usize) {
    for (index, entry) in entries.iter().take(most).enumerate() {
        line(text, if index == 0 { head } else { "" }, entry);
    }
    if let Some(more @ 1..) = entries.len().checked_sub(most) {
        line(text, "", &format!("and {more} more"));
    }
}

fn count(all: &[Credential<'_>], outcome: &Outcome, paint: Paint) -> String {
    let of = |wanted| {
        all.iter()
            .filter(|credential| status(credential) == wanted)
            .count()
    };
    let mut text = String::new();
    let live = of(Status::Live);
    let role = match live {
        0 => Role::Note,
        _ => Role::Alarm,
    };
    let head = paint.paint(role, "hf-guard:");
    let mut parts = Vec::new();
    for (status, word) in [
        (Status::Live, "live"),
        (Status::Unknown, "unknown"),
        (Status::Expired, "expired"),
        (Status::Revoked, "revoked"),
        (Status::Invalid, "invalid"),
    ] {
        let count = of(status);
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    write!(text, "{head} {}", number(all.len(), "credential")).expect("a String takes any text");
    if !parts.is_empty() {
        text.push_str(&format!(": {}", parts.join(", ")));
    }
    let writing = all
        .iter()
        .filter(|credential| status(credential) == Status::Live && can_write(credential))
        .count();
    if writing > 0 {
        text.push_str(&format!("; {writing} can write"));
    }
    if !outcome.skipped.is_empty() {
        text.push_str(&format!(
            "; {} not read",
            number(outcome.skipped.len(), "text")
        ));
    }
    text.push('.');
    if live > 0 {
        text.push_str(" To stop what is live, give the same arguments to `hf-guard revoke`.");
    } else if of(Status::Unknown) > 0 {
        text.push_str(" Take what is unknown for live.");
    }
    text
}

fn status(credential: &Credential<'_>) -> Status {
    credential
        .verification()
        .map_or(Status::Unknown, |known| known.status)
}

fn can_write(credential: &Credential<'_>) -> bool {
    credential
        .verification()
        .is_some_and(|known| known.can_write == Some(true))
}

fn shown(text: &str) -> String {
    escape::for_terminal(text.as_bytes())
}
