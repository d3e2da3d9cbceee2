//! The report of a server's hook: read at the other end of a push, where git puts `remote: ` before every line.
//!
//! No colour, no file of the reader's to name in a command, and an allowlist that must be on the server first: so this
//! is not the report of a local hook. Findings come first and the count last, nearest to git's own verdict.

use std::io::{self, Write};

use super::paint::Paint;
use super::stay::Extent;
use super::words::{number, push, what_blocks};
use super::{Accepted, Detail, Options, block, remedy, rewrite};
use crate::finding::Finding;
use crate::outcome::{AcceptedBy, Exit, Outcome};
use crate::text::escape;

/// No more findings than this are told in full; a push of thousands would drown its own count.
const MAX_TOLD: usize = 50;

/// How a finding can be accepted on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// By an entry in what the push builds on.
    Base,
    /// By the server's administrator only.
    Administrator,
}

/// Writes the report; nothing where there is nothing to say. `remarks` are lines that follow the findings.
///
/// # Errors
/// Those of `out`.
pub fn write(
    outcome: &Outcome,
    acceptance: Acceptance,
    remarks: &[String],
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    out.write_all(render(outcome, acceptance, remarks, options).as_bytes())?;
    out.flush()
}

fn render(
    outcome: &Outcome,
    acceptance: Acceptance,
    remarks: &[String],
    options: &Options,
) -> String {
    let plain = Paint::new(false);
    let blocking: Vec<&Finding> = outcome.blocking().collect();
    let mut text = String::new();
    for warning in &outcome.warnings {
        say(&mut text, &format!("warning: {warning}"));
    }
    for finding in blocking.iter().take(MAX_TOLD) {
        push(
            &mut text,
            format_args!("{}", block::headline(finding, block::Weight::Counts, plain)),
        );
        if options.detail != Detail::Quiet {
            text.push_str(&block::body(finding, Extent::Some, plain));
            for part in std::iter::once(*finding).chain(&finding.parts) {
                push(
                    &mut text,
                    format_args!("  fingerprint {}", part.fingerprint),
                );
            }
        }
    }
    if let Some(more @ 1..) = blocking.len().checked_sub(MAX_TOLD) {
        say(&mut text, &format!("and {}", number(more, "more finding")));
    }
    for skip in &outcome.skipped {
        let path = escape::for_terminal(&skip.path);
        let reason = escape::for_terminal(skip.reason.as_bytes());
        push(&mut text, format_args!("{path}: not read: {reason}"));
    }
    let through = |by: &AcceptedBy| matches!(by, AcceptedBy::BreakGlass { .. });
    for accepted in &outcome.accepted {
        if options.accepted == Accepted::List || through(&accepted.by) {
            let told = block::accepted(&accepted.finding, &accepted.by, plain);
            push(&mut text, format_args!("{told}"));
        }
    }
    if options.detail != Detail::Quiet && !blocking.is_empty() {
        advise(&mut text, outcome, &blocking, acceptance);
    }
    for remark in remarks {
        say(&mut text, remark);
    }
    count(&mut text, outcome, blocking.len());
    text
}

fn advise(text: &mut String, outcome: &Outcome, blocking: &[&Finding], acceptance: Acceptance) {
    if let Some(way) = &outcome.rewrite {
        text.push_str(&rewrite::steps(way, Paint::new(false)));
    }
    let lines: &[&str] = match acceptance {
        Acceptance::Base => &[
            "  If it may stay (a false alarm, a value for tests), accept it with",
            "      hf-guard allow FINGERPRINT --reason \"…\"",
            "  and push that commit first, alone: an entry counts once it is in what a push builds on (the branch",
            "  itself; for a new branch, the server's default branch). One that comes along accepts nothing.",
        ],
        Acceptance::Administrator => &[
            "  If it may stay (a false alarm, a value for tests), ask the server's administrator, who decides here",
            "  what is accepted.",
        ],
    };
    for line in lines {
        push(text, format_args!("{line}"));
    }
    remedy::revoke(text, blocking);
}

fn count(text: &mut String, outcome: &Outcome, blocking: usize) {
    let through = outcome
        .accepted
        .iter()
        .filter(|accepted| matches!(accepted.by, AcceptedBy::BreakGlass { .. }))
        .count();
    let parts = what_blocks(blocking, outcome.skipped.len());
    match (outcome.exit(), through) {
        (Exit::Clean, 0) => {}
        (Exit::Clean, through) => say(
            text,
            &format!(
                "{} let through by break-glass, and recorded.",
                number(through, "finding")
            ),
        ),
        (Exit::Findings | Exit::Unfinished | Exit::Interrupted, _) => {
            say(text, &format!("{}; the push is refused.", parts.join(", ")))
        }
    }
}

fn say(text: &mut String, words: &str) {
    push(
        text,
        format_args!("hf-guard: {}", escape::for_terminal(words.as_bytes())),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Skip;
    use crate::report::fixture::finding;

    fn told(outcome: &Outcome, acceptance: Acceptance) -> String {
        render(
            outcome,
            acceptance,
            &["a \u{1b} remark".to_owned()],
            &Options::default(),
        )
    }

    #[test]
    fn nothing_to_say_is_said() {
        let text = render(
            &Outcome::default(),
            Acceptance::Base,
            &[],
            &Options::default(),
        );
        assert_eq!(text, "");
    }

    #[test]
    fn thousands_of_findings_are_counted() {
        let outcome = Outcome {
            findings: vec![finding(1); 1_000],
            ..Outcome::default()
        };
        let text = told(&outcome, Acceptance::Base);
        assert!(text.contains("hf-guard: and 950 more findings\n"), "{text}");
        assert!(
            text.ends_with("hf-guard: 1000 findings; the push is refused.\n"),
            "{text}"
        );
        assert!(text.lines().count() < 400);
    }

    #[test]
    fn no_line_steers_the_terminal_at_the_other_end() {
        let hostile = "\u{1b}[2J\r\u{202e}\n";
        let mut finding = finding(1);
        finding.shown_path = hostile.into();
        let outcome = Outcome {
            findings: vec![finding],
            skipped: vec![Skip {
                path: hostile.into(),
                reason: hostile.to_owned(),
                is_packed: false,
            }],
            warnings: vec![hostile.to_owned()],
            ..Outcome::default()
        };
        let text = told(&outcome, Acceptance::Administrator);
        assert!(
            !text
                .chars()
                .any(|character| character != '\n' && escape::is_unsafe(character)),
            "{text:?}"
        );
        assert!(text.contains("ask the server's administrator"));
        assert!(text.ends_with("hf-guard: 1 finding, 1 text not read; the push is refused.\n"));
    }
}
