//! The report for the person who is interrupted: what was found and where, how to take it out here, how to go on.
//!
//! Findings come first and the count last, nearest to the prompt. Where there is nothing to say, nothing is written.

use std::io::{self, Write};

use super::block::{self, Weight};
use super::narrowed::narrowed_words;
use super::paint::{Paint, Role};
use super::stay::Extent;
use super::words::{number, push, what_blocks};
use super::{Accepted, Detail, Options, aftermath, remedy, runner};
use crate::finding::{Finding, Origin};
use crate::outcome::Outcome;
use crate::text::escape;

/// Writes the report.
///
/// # Errors
/// Those of `out`.
pub fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    runner::write(&render(outcome, options), options, out)
}

fn render(outcome: &Outcome, options: &Options) -> String {
    let paint = Paint::new(options.colored());
    let blocking: Vec<&Finding> = outcome.blocking().collect();
    let mut sections = vec![warnings(outcome, paint)];
    if options.detail == Detail::Quiet {
        sections.extend(
            blocking
                .iter()
                .map(|finding| line(block::headline(finding, Weight::Counts, paint))),
        );
        sections.push(skips(outcome, options, paint));
        return sections.concat();
    }
    let extent = match options.detail {
        Detail::Verbose => Extent::All,
        Detail::Quiet | Detail::Normal => Extent::Some,
    };
    let whole = |finding: &Finding, weight| {
        line(block::headline(finding, weight, paint)) + &block::body(finding, extent, paint)
    };
    sections.extend(
        blocking
            .iter()
            .map(|finding| whole(finding, Weight::Counts)),
    );
    sections.push(skips(outcome, options, paint));
    let notes = outcome.notes();
    sections.extend(notes.map(|finding| whole(finding, Weight::Note)));
    sections.push(accepted(outcome, options, paint));
    let is_history = blocking.iter().any(|finding| finding.provenance.is_some());
    sections.push(if is_history {
        aftermath::of(&blocking, paint)
    } else {
        remedy::of(&blocking, outcome.rewrite.as_ref(), options, paint)
    });
    sections.push(narrowed(outcome, paint) + &count(outcome, options, paint));
    sections.retain(|section| !section.is_empty());
    sections.join("\n")
}

fn line(mut text: String) -> String {
    text.push('\n');
    text
}

fn warnings(outcome: &Outcome, paint: Paint) -> String {
    let mut text = String::new();
    for warning in &outcome.warnings {
        push(
            &mut text,
            format_args!(
                "{} {}",
                paint.paint(Role::Note, "hf-guard: warning:"),
                escape::for_terminal(warning.as_bytes())
            ),
        );
    }
    text
}

fn skips(outcome: &Outcome, options: &Options, paint: Paint) -> String {
    let mut text = String::new();
    for skip in &outcome.skipped {
        push(
            &mut text,
            format_args!(
                "{} {} {}",
                paint.paint(
                    Role::Place,
                    format!("{}:", escape::for_terminal(&skip.path))
                ),
                paint.paint(Role::Alarm, "not read:"),
                escape::for_terminal(skip.reason.as_bytes())
            ),
        );
    }
    let is_told_how = options.detail != Detail::Quiet;
    if is_told_how && outcome.skipped.iter().any(|skip| skip.is_packed) {
        push(
            &mut text,
            format_args!(
                "  an archive that may stay as it is: [[allow]] with `path`, `unread = true` and a `reason` in .hf-guard.toml"
            ),
        );
    }
    text
}

fn accepted(outcome: &Outcome, options: &Options, paint: Paint) -> String {
    let mut text = String::new();
    if options.accepted == Accepted::List {
        for accepted in &outcome.accepted {
            let told = block::accepted(&accepted.finding, &accepted.by, paint);
            push(&mut text, format_args!("{told}"));
        }
    }
    text
}

/// What was asked for, where that was not everything.
fn narrowed(outcome: &Outcome, paint: Paint) -> String {
    let Some(narrowed) = &outcome.narrowed else {
        return String::new();
    };
    let lead = paint.paint(Role::Note, "hf-guard:").to_string();
    let words = format!("{}.", narrowed_words(narrowed));
    line(format!("{lead} {}", escape::for_terminal(words.as_bytes())))
}

/// The last lines: how many of what, and what that means.
fn count(outcome: &Outcome, options: &Options, paint: Paint) -> String {
    let blocking = outcome.blocking().count();
    let notes = outcome.findings.len() - blocking;
    let interrupted = usize::from(outcome.is_partial);
    let mut parts = what_blocks(blocking, outcome.skipped.len() - interrupted);
    let blocks = outcome.is_partial || !parts.is_empty();
    if outcome.is_partial && parts.is_empty() {
        parts.push("nothing found".to_owned());
    }
    if notes > 0 {
        parts.push(number(notes, "note"));
    }
    if !outcome.accepted.is_empty() {
        let hint = match options.accepted {
            Accepted::Count => " (--show-accepted lists them)",
            Accepted::List => "",
        };
        parts.push(format!("{} accepted{hint}", outcome.accepted.len()));
    }
    let mut text = String::new();
    if !parts.is_empty() {
        let role = if blocks { Role::Alarm } else { Role::Note };
        let verdict = if blocks {
            verdict(outcome)
        } else {
            "; nothing blocks"
        };
        push(
            &mut text,
            format_args!(
                "{} {}{}{verdict}.",
                paint.paint(role, "hf-guard:"),
                if outcome.is_partial {
                    "interrupted; until then "
                } else {
                    ""
                },
                parts.join(", ")
            ),
        );
    }
    if options.detail == Detail::Verbose {
        push(&mut text, format_args!("hf-guard: {}", read(outcome)));
    }
    text
}

/// What follows from findings or unread texts. Only what is staged, or its message, can be kept out of a commit.
fn verdict(outcome: &Outcome) -> &'static str {
    let found = outcome.blocking().next().is_some();
    let staged = outcome.findings.iter().any(|finding| {
        let is_of_commit = matches!(finding.origin, Origin::Staged | Origin::Message);
        is_of_commit && finding.provenance.is_none()
    });
    if outcome.is_partial {
        return "; the rest was not read, and may hold more";
    }
    match (found, outcome.skipped.is_empty()) {
        (true, true) if staged => "; this blocks the commit",
        (true, true) if outcome.rewrite.is_some() => "; nothing of this may be published",
        (true, true) => "",
        (true, false) => "; what was not read may hold a secret, and blocks too",
        (false, _) => "; it may hold a secret, so this blocks: make it readable and try again",
    }
}

fn read(outcome: &Outcome) -> String {
    let summary = &outcome.summary;
    let mut text = format!("{} texts read, {} bytes", summary.texts, summary.bytes);
    if summary.without_content > 0 {
        text.push_str(&format!(
            "; {} entries have nothing new to read",
            summary.without_content
        ));
    }
    if outcome.findings.is_empty() && outcome.skipped.is_empty() {
        text.push_str("; nothing found");
    }
    text.push('.');
    text
}
