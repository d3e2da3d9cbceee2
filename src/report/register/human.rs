//! The register for a terminal: the signals, a line for each credential, how they are stopped.

use unicode_width::UnicodeWidthStr;

use super::super::paint::{Paint, Role};
use super::super::words::{number, push};
use super::super::{Detail, Options};
use super::words::{
    SIGNALS, access, days, decoded, organizations, owner, places, plain, refs, responsible, stands,
    status, witness,
};
use crate::register::Register;
use crate::register::credential::{Credential, Signal, State};

const HEADINGS: [&str; COLUMNS] = [
    "STATUS",
    "ACCESS",
    "CREDENTIAL",
    "OWNER",
    "RESPONSIBLE",
    "FIRST SEEN",
    "LAST SEEN",
    "WHERE",
];

const COLUMNS: usize = 8;

/// A longer text of a column that others follow is cut, in columns of the terminal.
const MAX_WIDTH: usize = 28;

pub(super) fn render(register: &Register, options: &Options) -> String {
    let paint = Paint::new(options.colored());
    let mut text = String::new();
    for warning in &register.warnings {
        let head = paint.paint(Role::Note, "hf-guard: warning:");
        push(&mut text, format_args!("{head} {}", plain(warning)));
    }
    if !register.credentials.is_empty() {
        if options.detail != Detail::Quiet {
            signals(&mut text, register, paint);
        }
        table(&mut text, register, paint);
        if options.detail == Detail::Verbose {
            for credential in &register.credentials {
                details(&mut text, credential, paint);
            }
        }
        if options.detail != Detail::Quiet {
            stops(&mut text, register, paint);
        }
    }
    for skip in &register.skipped {
        push(
            &mut text,
            format_args!("{}: not read: {}", decoded(&skip.path), plain(&skip.reason)),
        );
    }
    let summary = &register.summary;
    let mut last = number(summary.credentials, "credential");
    if summary.credentials > 0 {
        last.push_str(&format!(
            " at {} in {}",
            number(summary.places, "place"),
            number(summary.repositories, "repository").replace("repositorys", "repositories")
        ));
    }
    if !register.skipped.is_empty() {
        last.push_str(&format!(
            "; {} not read",
            number(register.skipped.len(), "text")
        ));
    }
    push(&mut text, format_args!("hf-guard: {last}."));
    text
}

fn signals(text: &mut String, register: &Register, paint: Paint) {
    push(
        text,
        format_args!("{}", paint.paint(Role::Heading, "Signals")),
    );
    for (signal, words) in SIGNALS {
        let count = match signal {
            Signal::Live => register.signals.live,
            Signal::CanWrite => register.signals.can_write,
            Signal::NoOwner => register.signals.no_owner,
        };
        let role = match (count, signal) {
            (0, _) => Role::Gutter,
            (_, Signal::Live) => Role::Alarm,
            _ => Role::Note,
        };
        push(
            text,
            format_args!("  {}", paint.paint(role, format!("{count:>4}  {words}"))),
        );
    }
    text.push('\n');
}

fn table(text: &mut String, register: &Register, paint: Paint) {
    let rows: Vec<[String; COLUMNS]> = register.credentials.iter().map(row).collect();
    let mut widths = HEADINGS.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    push(
        text,
        format_args!(
            "{}",
            paint.paint(Role::Gutter, line(&HEADINGS.map(str::to_owned), &widths))
        ),
    );
    for (row, credential) in rows.iter().zip(&register.credentials) {
        let line = line(row, &widths);
        match credential.status {
            State::Live => push(text, format_args!("{}", paint.paint(Role::Alarm, line))),
            State::Expired | State::Revoked | State::Invalid => {
                push(text, format_args!("{}", paint.paint(Role::Gutter, line)));
            }
            State::Unverified | State::Unknown => push(text, format_args!("{line}")),
        }
    }
    text.push('\n');
}

/// The cells in columns; nothing follows the last.
fn line(cells: &[String; COLUMNS], widths: &[usize; COLUMNS]) -> String {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        line.push_str(cell);
        line.push_str(&" ".repeat(width + 2 - cell.width()));
    }
    line.truncate(line.trim_end().len());
    line
}

fn row(credential: &Credential) -> [String; COLUMNS] {
    let [first, last] = days(credential);
    let dash = || "-".to_owned();
    let mut owners: Vec<String> = owner(credential).into_iter().collect();
    owners.extend(organizations(credential));
    [
        status(credential.status).to_owned(),
        access(credential.access).to_owned(),
        cut(&plain(&credential.secret)),
        some(&owners),
        some(&responsible(credential)),
        first.unwrap_or_else(dash),
        last.unwrap_or_else(dash),
        place(credential),
    ]
}

/// The first, cut, and how many more there are; a dash for none.
fn some(texts: &[String]) -> String {
    match texts {
        [] => "-".to_owned(),
        [one] => cut(one),
        [first, rest @ ..] => format!("{} +{}", cut(first), rest.len()),
    }
}

/// The first, whole, and how many more there are.
fn some_places(places: &[String]) -> String {
    match places {
        [] => "-".to_owned(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} +{}", rest.len()),
    }
}

fn cut(text: &str) -> String {
    if text.width() <= MAX_WIDTH {
        return text.to_owned();
    }
    let mut cut = String::new();
    for character in text.chars() {
        cut.push(character);
        if cut.width() >= MAX_WIDTH {
            cut.pop();
            break;
        }
    }
    cut.push('…');
    cut
}

fn place(credential: &Credential) -> String {
    let Some(first) = credential.repositories.first() else {
        return "-".to_owned();
    };
    let mut words = format!(
        "{}: {}",
        decoded(&first.repository),
        some_places(&places(first))
    );
    match credential.repositories.len() - 1 {
        0 => {}
        1 => words.push_str(", 1 more repository"),
        more => words.push_str(&format!(", {more} more repositories")),
    }
    let accepted = match credential.accepted {
        true => ", accepted",
        false => "",
    };
    format!("{words} ({}{accepted})", stands(credential.stands))
}

/// Everything about one credential.
fn details(text: &mut String, credential: &Credential, paint: Paint) {
    push(
        text,
        format_args!(
            "{} {}",
            paint.paint(Role::Heading, plain(&credential.description)),
            plain(&credential.secret)
        ),
    );
    let mut line = |head: &str, words: String| {
        if !words.is_empty() {
            push(text, format_args!("  {head:<12} {words}"));
        }
    };
    line("owner", owner(credential).unwrap_or_default());
    line("reaches", organizations(credential).join(", "));
    line(
        "responsible",
        format!(
            "{} ({})",
            responsible(credential).join(", "),
            witness(&credential.responsible)
        ),
    );
    if let Some(known) = &credential.verification {
        line("asked", plain(&known.checked_at));
        line(
            "expires",
            known.expires_at.as_deref().map(plain).unwrap_or_default(),
        );
    }
    for holding in &credential.repositories {
        line("in", decoded(&holding.repository));
        line("refs", refs(holding).join(", "));
        line("places", places(holding).join(", "));
    }
    text.push('\n');
}

/// Each way to stop credentials that may still work, once.
fn stops(text: &mut String, register: &Register, paint: Paint) {
    let mut pages: Vec<String> = Vec::new();
    let mut can_revoke = false;
    for credential in register
        .credentials
        .iter()
        .filter(|credential| credential.may_work())
    {
        can_revoke |= credential.revoke.command.is_some();
        let page = match credential.revoke.page.is_empty() {
            true => format!("{}: ask whoever issued it", plain(&credential.provider)),
            false => format!(
                "{}: {}",
                plain(&credential.provider),
                plain(&credential.revoke.page)
            ),
        };
        if !pages.contains(&page) {
            pages.push(page);
        }
    }
    if pages.is_empty() {
        return;
    }
    push(
        text,
        format_args!(
            "{}",
            paint.paint(Role::Heading, "To stop what may still work")
        ),
    );
    for page in pages {
        push(text, format_args!("  {page}"));
    }
    if can_revoke {
        let command = paint.paint(Role::Command, "hf-guard revoke --all-history");
        push(text, format_args!("  or, in the repository: {command}"));
    }
    text.push('\n');
}
