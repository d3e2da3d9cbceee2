//! The register for a spreadsheet: one line a credential, as RFC 4180 has it.
//!
//! A cell that a spreadsheet would take for a formula begins with an apostrophe: names and paths come from people who may
//! want to run something there. Source: <https://owasp.org/www-community/attacks/CSV_Injection>

use super::words::{
    access, days, decoded, organizations, owner, places, plain, refs, responsible, stands, status,
    witness,
};
use crate::register::Register;
use crate::register::credential::{Credential, Signal};

const COLUMNS: [&str; 29] = [
    "status",
    "access",
    "live",
    "can_write",
    "no_owner",
    "credential",
    "provider",
    "rules",
    "secret",
    "owner",
    "kind",
    "token_name",
    "role",
    "organizations",
    "responsible",
    "responsible_by",
    "first_seen",
    "first_commit",
    "last_seen",
    "last_commit",
    "stands",
    "accepted",
    "repositories",
    "places",
    "refs",
    "expires_at",
    "checked_at",
    "revoke",
    "secret_sha256",
];

/// No more texts stand in one cell; JSON has them all.
const MAX_TEXTS: usize = 100;

/// Between several texts of one cell.
const BETWEEN: &str = "; ";

pub(super) fn render(register: &Register) -> String {
    let mut text = String::new();
    line(&mut text, &COLUMNS.map(str::to_owned));
    for credential in &register.credentials {
        line(&mut text, &cells(credential));
    }
    text
}

fn cells(credential: &Credential) -> [String; COLUMNS.len()] {
    let signal = |signal| yes_or_no(credential.signals.contains(&signal));
    let [first, last] = days(credential);
    let [first_commit, last_commit] = [&credential.first_seen, &credential.last_seen]
        .map(|seen| seen.as_ref().map(|seen| plain(&seen.commit.commit)));
    let known = credential.verification.as_ref();
    let known = |of: fn(&crate::verification::Verification) -> Option<&String>| {
        known
            .and_then(of)
            .map(|text| plain(text))
            .unwrap_or_default()
    };
    let holdings = || credential.repositories.iter();
    let revoke = &credential.revoke;
    let text = |text: &Option<String>| text.as_deref().map(plain).unwrap_or_default();
    [
        status(credential.status).to_owned(),
        access(credential.access).to_owned(),
        signal(Signal::Live),
        signal(Signal::CanWrite),
        signal(Signal::NoOwner),
        plain(&credential.description),
        plain(&credential.provider),
        plain(&credential.rules.join(BETWEEN)),
        plain(&credential.secret),
        owner(credential).unwrap_or_default(),
        known(|known| known.kind.as_ref()),
        known(|known| known.name.as_ref()),
        known(|known| known.role.as_ref()),
        organizations(credential).join(BETWEEN),
        responsible(credential).join(BETWEEN),
        witness(&credential.responsible).to_owned(),
        first.unwrap_or_default(),
        first_commit.unwrap_or_default(),
        last.unwrap_or_default(),
        last_commit.unwrap_or_default(),
        stands(credential.stands).to_owned(),
        yes_or_no(credential.accepted),
        each(holdings().map(|holding| decoded(&holding.repository))),
        each(holdings().flat_map(places)),
        each(holdings().flat_map(refs)),
        known(|known| known.expires_at.as_ref()),
        known(|known| Some(&known.checked_at)),
        match &revoke.command {
            Some(command) => plain(command),
            None => plain(&revoke.page),
        },
        text(&credential.secret_sha256),
    ]
}

fn yes_or_no(holds: bool) -> String {
    match holds {
        true => "yes",
        false => "no",
    }
    .to_owned()
}

/// Each of them, or the first and how many more there are: a spreadsheet cuts a cell of more than 32,767 characters.
fn each(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.collect();
    let shown = texts.len().min(MAX_TEXTS);
    let mut cell = texts[..shown].join(BETWEEN);
    if let more @ 1.. = texts.len() - shown {
        cell.push_str(&format!("{BETWEEN}and {more} more"));
    }
    cell
}

fn line(text: &mut String, cells: &[String]) {
    for (number, cell) in cells.iter().enumerate() {
        if number > 0 {
            text.push(',');
        }
        text.push('"');
        if is_formula(cell) {
            text.push('\'');
        }
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    }
    text.push_str("\r\n");
}

/// Whether a spreadsheet may compute it: also with spaces before it, and in the wide forms of East Asian keyboards.
fn is_formula(cell: &str) -> bool {
    let begins = |text: &str| {
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
    };
    begins(cell) || begins(cell.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_stays_within_what_a_spreadsheet_takes() {
        let texts = |count| (0..count).map(|number: usize| number.to_string());
        assert_eq!(each(texts(3)), "0; 1; 2");
        assert!(each(texts(100)).ends_with("; 99"));
        assert!(each(texts(102)).ends_with("; 99; and 2 more"));
    }

    #[test]
    fn what_a_spreadsheet_would_compute_becomes_text() {
        for formula in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "\r\n@x",
        ] {
            let mut text = String::new();
            line(&mut text, &[formula.to_owned()]);
            assert!(text.starts_with("\"'"), "{text:?}");
        }
        let mut text = String::new();
        line(
            &mut text,
            &["a\"b,c".to_owned(), String::new(), "x-1".to_owned()],
        );
        assert_eq!(text, "\"a\"\"b,c\",\"\",\"x-1\"\r\n");
    }
}
