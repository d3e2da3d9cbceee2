//! The end of the human report on a history: what is in a history may be out already, so revoking comes first.

use std::collections::HashSet;

use super::paint::{Paint, Role};
use super::remedy::{self, command, words};
use super::words::{number, push};
use crate::finding::{Finding, Part, Reach, Site};

/// More fingerprints than this are better off in a baseline.
const SHOWN: usize = 8;

/// The advice for `findings`, each a secret with its places.
pub(super) fn of(findings: &[&Finding], paint: Paint) -> String {
    let mut text = String::new();
    push(
        &mut text,
        format_args!("{}", paint.paint(Role::Heading, "What to do")),
    );
    let issuers = remedy::issuers(findings);
    let first = "First revoke it: a history can be rewritten, the copies of it cannot";
    if issuers.is_empty() {
        words(
            &mut text,
            &format!("{first}; revoke it where it was issued."),
        );
    } else {
        words(&mut text, &format!("{first}."));
    }
    for issuer in issuers {
        push(&mut text, format_args!("      {issuer}"));
    }
    let open: Vec<&Site> = findings
        .iter()
        .flat_map(|finding| std::iter::once(*finding).chain(&finding.parts))
        .filter_map(|finding| finding.provenance.as_deref())
        .flat_map(|provenance| &provenance.sites)
        .filter(|site| site.by.is_none())
        .collect();
    at_head(&mut text, &open, paint);
    clean(&mut text, &open, paint);
    if let Some(finding) = findings.first() {
        words(&mut text, "One of them step by step, to tick off:");
        let plan = format!("hf-guard respond {}", finding.fingerprint);
        command(&mut text, paint, &plan);
    }
    accept(&mut text, &open, paint);
    text
}

/// How the files of HEAD can do without it.
fn at_head(text: &mut String, open: &[&Site], paint: Paint) {
    let files: Vec<&Finding> = open
        .iter()
        .filter(|site| site.in_head && is_file(site.finding.part))
        .map(|site| &site.finding)
        .collect();
    if files.is_empty() {
        return;
    }
    words(text, "Then take it out of what HEAD still has:");
    for group in remedy::group(&files) {
        group.write(text, paint);
    }
}

fn is_file(part: Part) -> bool {
    matches!(part, Part::Content | Part::Path | Part::SymlinkTarget)
}

/// How the commits can be made anew.
fn clean(text: &mut String, open: &[&Site], paint: Paint) {
    let is_in = |site: &&Site, is_name| {
        site.reach == Reach::Refs && (site.finding.part == Part::RefName) == is_name
    };
    if open.iter().any(|site| is_in(site, true)) {
        words(
            text,
            "In a ref's name: call it otherwise, and delete the old name on every remote:",
        );
        command(
            text,
            paint,
            "git branch --move OLD NEW   # a tag: git tag NEW OLD && git tag --delete OLD",
        );
        command(text, paint, "git push REMOTE --delete OLD");
    }
    if open.iter().any(|site| is_in(site, false)) {
        words(
            text,
            "To take it out of the commits, write them anew, and have every clone made anew too:",
        );
        command(
            text,
            paint,
            "git filter-repo --replace-text FILE --replace-message FILE   # FILE: SECRET==>REMOVED, one a line",
        );
    }
    let is_local = |site: &&Site| matches!(site.reach, Reach::Reflogs | Reach::Nothing);
    if open.iter().any(is_local) {
        words(
            text,
            "To drop what only reflogs, or nothing, leads to (it cannot be undone):",
        );
        command(
            text,
            paint,
            "git reflog expire --expire=now --all && git gc --prune=now",
        );
    }
}

fn accept(text: &mut String, open: &[&Site], paint: Paint) {
    words(
        text,
        "If it may stay (a false alarm, a value for tests), accept it at each place, and say why:",
    );
    let mut seen = HashSet::new();
    let once: Vec<&&Site> = open
        .iter()
        .filter(|site| seen.insert(&site.finding.fingerprint))
        .collect();
    for site in once.iter().take(SHOWN) {
        let allow = format!("hf-guard allow {} --reason \"…\"", site.finding.fingerprint);
        command(
            text,
            paint,
            &format!("{allow}  # {}", remedy::place(&site.finding)),
        );
    }
    if let Some(more) = once.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        push(
            text,
            format_args!("      and {}", number(more, "more place")),
        );
    }
    words(
        text,
        "Or note what is known, and hear of what is new alone:",
    );
    command(text, paint, "hf-guard --all-history --write-baseline FILE");
    command(text, paint, "hf-guard --all-history --baseline FILE");
}
