//! The register for an auditor: one page that needs nothing else, on a screen, on paper, read aloud.
//!
//! The page is a file beside this one with its style and its script, packed by `build/`; without the script it is a plain table.
//! Its policy allows that style and that script by their hashes, and nothing else: no network, no other code. Every text of a
//! report is escaped (`markup`), and set apart with `<bdi>`, so that names written from right to left reorder nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::super::words::number;
use super::markup::{day_of, escaped, folded, mark, soft, text, time};
use super::words::{
    SIGNALS, access, days, decoded, organizations, owner, places, plain, refs, responsible, stands,
    status, witness,
};
use crate::register::Register;
use crate::register::credential::{Access, Credential, Holding, Seen, Signal, State};

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// The columns, in the order of the cells.
const COLUMNS: [&str; 9] = [
    "Credential",
    "Status",
    "Access",
    "Owner",
    "Responsible",
    "First seen",
    "Last seen",
    "Where",
    "How to stop it",
];

/// More places of one repository are folded.
const MAX_PLACES: usize = 4;

pub(super) fn render(register: &Register) -> String {
    let template = PACKED.unpack();
    let template = String::from_utf8_lossy(&template);
    let mut page = String::new();
    let mut rest = &*template;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            break;
        };
        page.push_str(&filled(name, register, &template));
        rest = after;
    }
    page.push_str(rest);
    page
}

/// What stands for a placeholder of the page.
fn filled(name: &str, register: &Register, template: &str) -> String {
    match name {
        "policy" => policy(template),
        "summary" => summary(register),
        "unread" => unread(register),
        "signals" => signals(register),
        "columns" => COLUMNS
            .iter()
            .map(|name| format!("<th scope=\"col\" role=\"columnheader\">{name}</th>"))
            .collect(),
        "rows" => register.credentials.iter().map(row).collect(),
        "none" if register.credentials.is_empty() => String::new(),
        "none" => " hidden".to_owned(),
        "maker" => format!(
            "Made by hf-guard {} at {}.",
            env!("CARGO_PKG_VERSION"),
            text(&plain(&register.made_at))
        ),
        _ => String::new(),
    }
}

/// The style and the script of the page, by their hashes, and nothing else.
fn policy(template: &str) -> String {
    let hash = |open: &str, close: &str| {
        let inner = template
            .split_once(open)
            .and_then(|(_, rest)| rest.split_once(close));
        let digest = Sha256::digest(inner.map_or("", |(inner, _)| inner));
        format!("'sha256-{}'", STANDARD.encode(digest))
    };
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash("<style>", "</style>"),
        hash("<script>", "</script>")
    )
}

fn summary(register: &Register) -> String {
    let summary = &register.summary;
    format!(
        "{} at {} in {}, as of {}.",
        number(summary.credentials, "credential"),
        number(summary.places, "place"),
        match summary.repositories {
            1 => "1 repository".to_owned(),
            many => format!("{many} repositories"),
        },
        text(&plain(&register.made_at))
    )
}

/// What may be missing, before anything else.
fn unread(register: &Register) -> String {
    let skipped = register
        .skipped
        .iter()
        .map(|skip| format!("{}: {}", decoded(&skip.path), plain(&skip.reason)));
    let lines: Vec<String> = skipped
        .chain(register.warnings.iter().map(|warning| plain(warning)))
        .map(|line| format!("<li>{}</li>", text(&line)))
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    let head = match register.skipped.len() {
        0 => "To be noted".to_owned(),
        count => format!(
            "{} not read: there may be more credentials",
            number(count, "text")
        ),
    };
    format!(
        "<section class=\"unread\" aria-labelledby=\"unread\"><h2 id=\"unread\">{head}</h2><ul>{}</ul></section>",
        lines.concat()
    )
}

fn signals(register: &Register) -> String {
    let item = |(signal, words)| {
        let (count, class) = match signal {
            Signal::Live => (register.signals.live, "live"),
            Signal::CanWrite => (register.signals.can_write, "some"),
            Signal::NoOwner => (register.signals.no_owner, "some"),
        };
        let class = if count == 0 { "none" } else { class };
        format!("<li class=\"{class}\"><strong>{count}</strong> {words}</li>\n")
    };
    SIGNALS.into_iter().map(item).collect()
}

fn row(credential: &Credential) -> String {
    let names = credential.signals.iter().map(|signal| match signal {
        Signal::Live => "live",
        Signal::CanWrite => "can-write",
        Signal::NoOwner => "no-owner",
    });
    let mut row = format!(
        "<tr role=\"row\" data-signals=\"{}\"><th scope=\"row\" role=\"rowheader\">{}</th>",
        names.collect::<Vec<_>>().join(" "),
        what(credential)
    );
    let cells = [
        cell_of_status(credential),
        cell_of_access(credential),
        cell("owner", None, owners(credential)),
        cell("responsible", None, responsibles(credential)),
        cell_of_day(&credential.first_seen, &days(credential)[0]),
        cell_of_day(&credential.last_seen, &days(credential)[1]),
        cell(
            "where",
            None,
            credential.repositories.iter().map(holding).collect(),
        ),
        cell("stop", None, stop(credential)),
    ];
    for (cell, label) in cells.iter().zip(&COLUMNS[1..]) {
        row.push_str(&cell.replacen(
            "<td",
            &format!("<td role=\"cell\" data-label=\"{label}\""),
            1,
        ));
    }
    row.push_str("</tr>\n");
    row
}

/// A cell; where nothing is known it says so, and is sorted behind all others.
fn cell(class: &str, sort: Option<&str>, content: String) -> String {
    let (sort, content) = match content.is_empty() {
        true => (Some(""), soft("not known")),
        false => (sort, content),
    };
    let sort = sort.map_or_else(String::new, |sort| {
        format!(" data-sort=\"{}\"", escaped(sort))
    });
    format!("<td class=\"{class}\"{sort}>{content}</td>")
}

fn what(credential: &Credential) -> String {
    let mut what = format!(
        "{}<p><code>{}</code></p>",
        text(&plain(&credential.description)),
        text(&plain(&credential.secret))
    );
    for part in &credential.parts {
        what.push_str(&soft(&format!(
            "with <code>{}</code>",
            text(&plain(&part.secret))
        )));
    }
    what.push_str(&soft(&text(&plain(&credential.provider))));
    if credential.accepted {
        what.push_str(&soft("accepted by an allowlist"));
    }
    what
}

fn cell_of_status(credential: &Credential) -> String {
    let (class, rank) = match credential.status {
        State::Live => ("live", "1"),
        State::Unverified => ("open", "2"),
        State::Unknown => ("open", "3"),
        State::Expired => ("dead", "4"),
        State::Revoked => ("dead", "5"),
        State::Invalid => ("dead", "6"),
    };
    let mut content = mark(status(credential.status));
    if let Some(known) = &credential.verification {
        if let Some(reason) = &known.reason {
            content.push_str(&soft(&text(&plain(reason))));
        }
        if let Some(expires) = &known.expires_at {
            content.push_str(&soft(&format!("expires {}", time(&day_of(expires)))));
        }
        content.push_str(&soft(&format!(
            "asked {}",
            time(&day_of(&known.checked_at))
        )));
    }
    cell(class, Some(rank), content)
}

fn cell_of_access(credential: &Credential) -> String {
    let (class, rank) = match credential.access {
        Access::Admin => ("strong", "1"),
        Access::Write => ("strong", "2"),
        Access::Unknown => ("open", "3"),
        Access::Read => ("weak", "4"),
    };
    let known = credential.verification.as_ref();
    let scopes: Vec<String> = known
        .into_iter()
        .flat_map(|known| &known.scopes)
        .map(|scope| text(&plain(scope)))
        .collect();
    cell(
        class,
        Some(rank),
        mark(access(credential.access)) + &folded(&scopes, 0, "permission"),
    )
}

fn owners(credential: &Credential) -> String {
    let mut owners = String::new();
    if let Some(owner) = owner(credential) {
        owners.push_str(&format!("<p>{}</p>", text(&owner)));
    }
    if let Some(known) = &credential.verification {
        for (what, value) in [
            ("", &known.kind),
            ("token ", &known.name),
            ("role ", &known.role),
        ] {
            if let Some(value) = value {
                owners.push_str(&soft(&format!("{what}{}", text(&plain(value)))));
            }
        }
    }
    for organization in organizations(credential) {
        owners.push_str(&soft(&format!("reaches {}", text(&organization))));
    }
    owners
}

fn responsibles(credential: &Credential) -> String {
    let names: Vec<String> = responsible(credential)
        .iter()
        .map(|name| format!("<li>{}</li>", text(name)))
        .collect();
    match names.is_empty() {
        true => String::new(),
        false => format!(
            "<ul>{}</ul>{}",
            names.concat(),
            soft(witness(&credential.responsible))
        ),
    }
}

fn cell_of_day(seen: &Option<Seen>, day: &Option<String>) -> String {
    let (Some(seen), Some(day)) = (seen, day) else {
        return cell("day", None, String::new());
    };
    let short: String = seen.commit.commit.chars().take(12).collect();
    let content = format!(
        "<p>{}</p>{}",
        time(day),
        soft(&format!("<code>{}</code>", text(&plain(&short))))
    );
    cell("day", Some(day), content)
}

fn holding(holding: &Holding) -> String {
    let mut stands = vec![stands(holding.stands()).to_owned()];
    let refs = refs(holding);
    if !refs.is_empty() {
        stands.push(format!("at the tip of {}", text(&refs.join(", "))));
    }
    let places: Vec<String> = places(holding)
        .iter()
        .map(|place| format!("<code>{}</code>", text(place)))
        .collect();
    format!(
        "<p>{}</p>{}{}",
        text(&decoded(&holding.repository)),
        soft(&stands.join(", ")),
        folded(&places, MAX_PLACES, "place")
    )
}

fn stop(credential: &Credential) -> String {
    if !credential.may_work() {
        return soft("it does not work any more");
    }
    let revoke = &credential.revoke;
    let mut stop = String::new();
    let page = plain(&revoke.page);
    // A register of another machine says what it likes: nothing but a plain address becomes a link.
    if page.starts_with("https://") {
        stop.push_str(&format!(
            "<p><a href=\"{0}\" rel=\"noreferrer noopener\">{0}</a></p>",
            escaped(&page)
        ));
    } else {
        stop.push_str("<p>ask whoever issued it</p>");
    }
    if let Some(steps) = &revoke.steps {
        stop.push_str(&soft(&text(&plain(steps))));
    }
    if let Some(command) = &revoke.command {
        stop.push_str(&soft(&format!("<code>{}</code>", text(&plain(command)))));
    }
    stop
}
