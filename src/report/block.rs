//! One finding as lines for a person: where and what, the masked line, carets under the mask, what the checks learned.

use unicode_width::UnicodeWidthStr as _;

use super::origin::{origin_name, reason};
use super::paint::{Paint, Role};
use super::stay::{self, Extent};
use super::words::push;
use crate::finding::{Cell, CellKind, Encoding, Evidence, Finding, Part};
use crate::outcome::AcceptedBy;
use crate::rules::Confidence;
use crate::text::escape;

/// Whether a finding counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// It does.
    Counts,
    /// It is a note.
    Note,
}

/// `path:line:column: what (rule)`, as terminals and editors make it a link; notes say that they are.
pub(super) fn headline(finding: &Finding, weight: Weight, paint: Paint) -> String {
    let path = escape::for_terminal(&finding.shown_path);
    let (place, part) = match finding.part {
        Part::Content => (
            format!("{path}:{}:{}:", finding.start.line, finding.start.column),
            "",
        ),
        Part::Path => (format!("{path}:"), " in the file's name"),
        Part::SymlinkTarget => (format!("{path}:"), " in the link's target"),
        Part::Header if is_identity(finding) => (format!("{path}:"), " in the author or committer"),
        Part::Header => (format!("{path}:"), " in the header"),
        Part::Message => (
            format!("{path}:{}:{}:", finding.start.line, finding.start.column),
            " in the message",
        ),
        Part::RefName => (format!("{path}:"), " in the ref's name"),
    };
    let (role, prefix) = match weight {
        Weight::Note => (Role::Note, "note: "),
        Weight::Counts => (Role::Alarm, ""),
    };
    let what = escape::for_terminal(finding.rule.description.as_bytes());
    format!(
        "{} {}{part}: {} ({})",
        paint.paint(Role::Place, place),
        paint.paint(role, format!("{prefix}{what}")),
        finding.secret,
        escape::for_terminal(finding.rule.id.as_bytes()),
    )
}

/// Whether it stands in a name or address, and not in a signature or another line of a header.
fn is_identity(finding: &Finding) -> bool {
    !finding.path.ends_with(b" header")
}

/// The lines under the headline, each with its line end.
pub(super) fn body(finding: &Finding, extent: Extent, paint: Paint) -> String {
    let mut text = excerpt(finding, paint);
    if let Some(cell) = &finding.cell {
        push(&mut text, format_args!("  {}", cell_name(cell)));
    }
    let told = finding.provenance.as_deref();
    // The commit that brought it is told with the others.
    let is_told = told.is_some_and(|provenance| provenance.stay.is_some());
    if let Some(origin) = origin_name(&finding.origin).filter(|_| !is_told) {
        push(&mut text, format_args!("  {origin}"));
    }
    // An exact format is what everybody expects; a line of it under every finding would only be read over.
    if (finding.confidence, finding.evidence) != (Confidence::High, Evidence::Format) {
        push(
            &mut text,
            format_args!(
                "  {} confidence: {}",
                finding.confidence.in_words(),
                finding.evidence.in_words()
            ),
        );
    }
    if !finding.encoding.is_empty() {
        push(&mut text, format_args!("  {}", disguise(&finding.encoding)));
    }
    if let Some(provenance) = told {
        text.push_str(&stay::lines(provenance, extent));
    }
    for note in &finding.notes {
        push(
            &mut text,
            format_args!("  {}", escape::for_terminal(note.as_bytes())),
        );
    }
    for part in &finding.parts {
        push(
            &mut text,
            format_args!(
                "  with {}",
                headline(part, Weight::Counts, Paint::new(false))
            ),
        );
    }
    text
}

/// One line of an accepted finding.
pub(super) fn accepted(finding: &Finding, by: &AcceptedBy, paint: Paint) -> String {
    let reason = reason(by);
    format!(
        "{}, accepted by {reason}",
        headline(finding, Weight::Counts, paint)
    )
}

fn excerpt(finding: &Finding, paint: Paint) -> String {
    let label = match finding.part {
        Part::Content => finding.start.line.to_string(),
        Part::Path => "name".to_owned(),
        Part::SymlinkTarget => "link".to_owned(),
        Part::Header => "header".to_owned(),
        Part::Message => finding.start.line.to_string(),
        Part::RefName => "ref".to_owned(),
    };
    let blank = " ".repeat(label.len());
    let before = escape::for_terminal(&finding.excerpt.before);
    let mask = escape::for_terminal(finding.excerpt.mask.as_bytes());
    let after = escape::for_terminal(&finding.excerpt.after);
    let indent = " ".repeat(before.width());
    let carets = "^".repeat(mask.width().max(1));
    format!(
        "  {} {before}{mask}{after}\n  {} {indent}{}\n",
        paint.paint(Role::Gutter, format_args!("{label} |")),
        paint.paint(Role::Gutter, format_args!("{blank} |")),
        paint.paint(Role::Alarm, carets),
    )
}

/// "hidden by percent encoding, then base64": outermost first, as one has to decode it.
fn disguise(encoding: &[Encoding]) -> String {
    let names: Vec<&str> = encoding.iter().map(|layer| layer.in_words()).collect();
    format!("hidden by {}", names.join(", then "))
}

fn cell_name(cell: &Cell) -> String {
    let mut name = format!("cell {}, ", cell.number);
    name.push_str(match cell.kind {
        CellKind::Source => "source",
        CellKind::Output => "output",
        CellKind::Metadata => "metadata",
    });
    if let Some(mime) = &cell.mime {
        name.push_str(&format!(" ({})", escape::for_terminal(mime.as_bytes())));
    }
    name.push_str(&format!(", line {} of it", cell.line));
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{CommitInfo, Origin};
    use crate::report::fixture::finding;

    #[test]
    fn carets_stand_under_the_mask_whatever_is_before_it() {
        for before in [
            "",
            "key = '",
            "模型 = \"",
            "e\u{301} = ",
            "\tx = ",
            "\u{1b}[31m ",
            "👩‍🚀 ",
        ] {
            let mut finding = finding(1);
            finding.excerpt.before = before.into();
            let text = excerpt(&finding, Paint::new(false));
            let lines: Vec<&str> = text.lines().collect();
            let mask_at = lines[0]
                .find(&finding.excerpt.mask)
                .expect("the mask is shown");
            let caret_at = lines[1].find('^').expect("there are carets");
            assert_eq!(
                lines[0][..mask_at].width(),
                lines[1][..caret_at].width(),
                "{before:?}"
            );
            assert_eq!(lines[1][caret_at..].len(), finding.excerpt.mask.width());
        }
    }

    #[test]
    fn nothing_of_the_repository_is_raw() {
        let mut finding = finding(1);
        let hostile = "\u{1b}[2J\u{202e}\u{200b}\n";
        finding.shown_path = hostile.into();
        finding.excerpt.before = hostile.into();
        finding.excerpt.after = hostile.into();
        finding.notes = vec![hostile.to_owned()];
        finding.cell = Some(Cell {
            number: 1,
            kind: CellKind::Output,
            mime: Some(hostile.to_owned()),
            line: 1,
        });
        finding.origin = Origin::Commit(CommitInfo {
            commit: hostile.to_owned(),
            author: hostile.into(),
            date: "2026-01-02".to_owned(),
        });
        let by = AcceptedBy::Entry {
            line: 1,
            reason: hostile.to_owned(),
        };
        let paint = Paint::new(false);
        let text = headline(&finding, Weight::Counts, paint)
            + &body(&finding, Extent::Some, paint)
            + &accepted(&finding, &by, paint);
        assert!(
            !text
                .chars()
                .any(|character| character != '\n' && escape::is_unsafe(character)),
            "{text:?}"
        );
        assert_eq!(body(&finding, Extent::Some, paint).lines().count(), 5);
    }
}
