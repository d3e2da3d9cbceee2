//! Inline comments that ask to accept a finding.
//!
//! In: a text and where a secret stands in it. Out: the comments that are about this secret. Which line a comment acts
//! on is its tool's own rule:
//!
//! - `hf-guard: allow RULE-ID, RULE-ID`: its own line, or, where it stands alone on its line, the next one;
//! - `gitleaks:allow`, `betterleaks:allow`: its own line. Source: <https://github.com/gitleaks/gitleaks#gitleaksallow>
//! - `trufflehog:ignore`: its own line. Source: <https://github.com/trufflesecurity/trufflehog#question-faq>
//! - `pragma: allowlist secret`: its own line; `pragma: allowlist nextline secret`, alone on its line: the next one.
//!   Source: <https://github.com/Yelp/detect-secrets#inline-allowlisting>
//!
//! A comment is about nothing that stands further than 500 bytes from it: a minified file is one line.

mod comment;
mod line_ends;

use std::ops::Range;

use bstr::ByteSlice as _;

use crate::finding::Marker;
use comment::Comment;
pub(super) use line_ends::LineEnds;
use line_ends::is_escaped;

/// Bytes from the start of a comment to the secret that it is about, or from there to its start, at most.
const WINDOW: usize = 500;

/// Bytes of a comment and what stands before it on its line that are read, at most.
const COMMENT: usize = 300;

/// The comments that are about the secret at `start..end` of `text`.
pub(super) fn near(text: &[u8], ends: &LineEnds, start: usize, end: usize) -> Vec<Marker> {
    let low = start.saturating_sub(WINDOW + COMMENT);
    let high = text.len().min(end + WINDOW + COMMENT);
    let own_start = ends.last_before(text, low, start).map_or(low, |at| at.end);
    let own_end = ends
        .first_after(text, end, high)
        .map_or(high, |at| at.start);

    let mut markers = Vec::new();
    let before = start.saturating_sub(WINDOW).max(own_start)..start;
    let after = end..own_end;
    for side in [before, after] {
        for (at, marker) in comment::all(&text[side.clone()]) {
            let distance = (side.start + at).saturating_sub(end);
            if marker != Comment::DetectSecretsNextLine && distance <= WINDOW {
                markers.extend(marker.into_marker());
            }
        }
    }
    if let Some(line) = line_above(ends, text, low, own_start) {
        for (at, marker) in comment::all(&text[line.bytes.clone()]) {
            let at = line.bytes.start + at;
            let alone = line.stands_alone(&text[line.bytes.start..at]);
            if alone && start - at <= WINDOW && marker.acts_on_the_next_line() {
                markers.extend(marker.into_marker());
            }
        }
    }
    markers.dedup();
    markers
}

/// The line above the secret's, as much of it as is read.
struct Above {
    bytes: Range<usize>,
    /// Whether it is read from its start.
    whole: bool,
    json: bool,
}

/// The line above the one that starts at `own_start`.
fn line_above(ends: &LineEnds, text: &[u8], low: usize, own_start: usize) -> Option<Above> {
    let mut stop = ends.last_before(text, low, own_start)?;
    loop {
        let before = ends.last_before(text, low, stop.start);
        let line = before.as_ref().map_or(low, |end| end.end)..stop.start;
        // Between two strings of a JSON array stand only quotes and a comma.
        let glue = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b',');
        match before {
            Some(end) if ends.escaped && text[line.clone()].iter().all(glue) => stop = end,
            before => {
                return Some(Above {
                    bytes: line,
                    whole: before.is_some() || low == 0,
                    json: ends.escaped,
                });
            }
        }
    }
}

impl Above {
    /// Whether what stands before a comment is none of the program: no letter, no digit. In JSON the line of the program
    /// starts at the quote.
    fn stands_alone(&self, before: &[u8]) -> bool {
        let quote = || {
            (0..before.len())
                .rev()
                .find(|&at| before[at] == b'"' && !is_escaped(before, at))
        };
        let before = match self.json.then(quote).flatten() {
            Some(quote) => &before[quote + 1..],
            None if self.whole => before,
            None => return false,
        };
        let before = before.trim();
        let before = match before.get(..3) {
            Some(rem) if rem.eq_ignore_ascii_case(b"rem") => &before[3..],
            _ => before,
        };
        !before
            .iter()
            .any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The markers near `SECRET` in `text`.
    #[track_caller]
    fn at_secret(text: &str) -> Vec<Marker> {
        let start = text.find("SECRET").expect("the text holds it");
        let text = text.as_bytes();
        near(text, &LineEnds::of(text), start, start + 6)
    }

    fn ours(ids: &[&str]) -> Vec<Marker> {
        vec![Marker::HfGuard(
            ids.iter().map(|&id| id.to_owned()).collect(),
        )]
    }

    #[test]
    fn our_comment_names_its_rules() {
        for (comment, expected) in [
            ("# hf-guard: allow a-b", &["a-b"][..]),
            ("// hf-guard:allow a-b", &["a-b"]),
            ("/* hf-guard: allow a-b, c1 ,d*/", &["a-b", "c1", "d"]),
            ("<!-- hf-guard: allow a-b -->", &["a-b"]),
            ("<!-- hf-guard: allow a-b-->", &["a-b"]),
            ("# hf-guard: allow a-b it is revoked", &["a-b"]),
            ("# hf-guard: allow a-b, because", &["a-b", "because"]),
            ("# hf-guard: allow", &[]),
            ("# hf-guard: allow\r", &[]),
            ("# hf-guard: allow a-b\r", &["a-b"]),
            ("-- hf-guard: allow a-b\\n\",", &["a-b"]),
        ] {
            assert_eq!(
                at_secret(&format!("x = SECRET {comment}\n")),
                ours(expected),
                "{comment}"
            );
            assert_eq!(
                at_secret(&format!("{comment}\nx = SECRET\n")),
                ours(expected),
                "{comment}"
            );
        }
        for comment in [
            "# not-hf-guard: allow a-b",
            "# hf-guard: allowed a-b",
            "# hf-guard allow a-b",
            "# HF: a",
        ] {
            assert_eq!(
                at_secret(&format!("x = SECRET {comment}\n")),
                [],
                "{comment}"
            );
        }
    }

    #[test]
    fn a_comment_behind_code_is_about_its_own_line() {
        assert_eq!(at_secret("y = 1  # hf-guard: allow a\nx = SECRET\n"), []);
        assert_eq!(at_secret("é  # hf-guard: allow a\nx = SECRET\n"), []);
        assert_eq!(at_secret("x = SECRET\n# hf-guard: allow a\n"), []);
        assert_eq!(at_secret("# hf-guard: allow a\n\nx = SECRET\n"), []);
        assert_eq!(
            at_secret("REM hf-guard: allow a\nset x=SECRET\n"),
            ours(&["a"])
        );
        assert_eq!(
            at_secret("  \t# hf-guard: allow a\n  x = SECRET\n"),
            ours(&["a"])
        );
    }

    #[test]
    fn lines_end_as_the_file_has_it() {
        assert_eq!(
            at_secret("# hf-guard: allow a\r\nx = SECRET\r\n"),
            ours(&["a"])
        );
        assert_eq!(at_secret("# hf-guard: allow a\rx = SECRET\r"), ours(&["a"]));
        assert_eq!(
            at_secret("x = SECRET # hf-guard: allow a\r\ny"),
            ours(&["a"])
        );
        assert_eq!(at_secret("x = SECRET\r\n# gitleaks:allow\r\n"), []);
        assert_eq!(at_secret("SECRET\r# gitleaks:allow\r"), []);
    }

    #[test]
    fn the_others_keep_their_own_lines() {
        for (comment, marker) in [
            ("gitleaks:allow", Marker::Gitleaks),
            ("betterleaks:allow", Marker::Betterleaks),
            ("trufflehog:ignore", Marker::Trufflehog),
            ("pragma: allowlist secret", Marker::DetectSecrets),
            ("pragma:allowlist-secret", Marker::DetectSecrets),
            ("pragma: whitelist secret", Marker::DetectSecrets),
        ] {
            assert_eq!(
                at_secret(&format!("x = SECRET # {comment}\n")),
                std::slice::from_ref(&marker),
                "{comment}"
            );
            assert_eq!(
                at_secret(&format!("/* {comment} */ x = SECRET\n")),
                [marker],
                "{comment}"
            );
            assert_eq!(
                at_secret(&format!("# {comment}\nx = SECRET\n")),
                [],
                "{comment}"
            );
        }
        let next = "# pragma: allowlist nextline secret";
        assert_eq!(
            at_secret(&format!("{next}\nx = SECRET\n")),
            [Marker::DetectSecrets]
        );
        assert_eq!(at_secret(&format!("x = SECRET {next}\n")), []);
        assert_eq!(at_secret(&format!("y = 1 {next}\nx = SECRET\n")), []);
        assert_eq!(at_secret(&format!("{next}\ny = 1\nx = SECRET\n")), []);
        assert_eq!(at_secret("x = SECRET # pragma: allowlist secrets\n"), []);
    }

    #[test]
    fn a_comment_far_away_in_the_same_line_is_about_something_else() {
        for distance in [WINDOW + 1, 5_000, 100_000] {
            let filler = "y".repeat(distance);
            for text in [
                format!("SECRET{filler}/* hf-guard: allow a */"),
                format!("/* hf-guard: allow a */{filler}SECRET"),
                format!("SECRET{filler}// gitleaks:allow"),
                format!("/* hf-guard: allow a */{filler}\nx = SECRET\n"),
                format!("/* hf-guard: allow a */\n{filler}{filler}SECRET\n"),
            ] {
                assert_eq!(at_secret(&text), [], "{distance}");
            }
        }
        let filler = " ".repeat(WINDOW - 40);
        assert_eq!(
            at_secret(&format!("SECRET{filler}// gitleaks:allow")),
            [Marker::Gitleaks]
        );
        assert_eq!(
            at_secret(&format!("/* gitleaks:allow */{filler}SECRET")),
            [Marker::Gitleaks]
        );
    }

    /// Writes the lines of a cell.
    type Form = dyn Fn(&[&str]) -> String;

    #[test]
    fn lines_of_a_notebook_are_strings_of_json() {
        let pretty = |lines: &[&str]| {
            let lines: Vec<String> = lines
                .iter()
                .map(|line| format!("    \"{line}\\n\""))
                .collect();
            format!("{{\n \"source\": [\n{}\n ]\n}}\n", lines.join(",\n"))
        };
        let compact = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|line| format!("\"{line}\\n\"")).collect();
            format!("{{\"source\":[{}]}}", lines.join(","))
        };
        let single = |lines: &[&str]| format!("{{\"source\": \"{}\"}}", lines.join("\\n"));
        let forms: [&Form; 3] = [&pretty, &compact, &single];
        for form in forms {
            assert_eq!(
                at_secret(&form(&[
                    "y = 1",
                    "x = SECRET  # hf-guard: allow a",
                    "z = 2"
                ])),
                ours(&["a"])
            );
            assert_eq!(
                at_secret(&form(&[
                    "y = 1",
                    "x = SECRET",
                    "z = 2  # hf-guard: allow a"
                ])),
                []
            );
            assert_eq!(
                at_secret(&form(&["y = 1  # gitleaks:allow", "x = SECRET", "z = 2"])),
                []
            );
            assert_eq!(
                at_secret(&form(&[
                    "y = 1  # hf-guard: allow a",
                    "x = SECRET",
                    "z = 2"
                ])),
                []
            );
            assert_eq!(
                at_secret(&form(&["x = SECRET", "# hf-guard: allow a", "z = 2"])),
                []
            );
        }
        for form in [&pretty as &Form, &compact] {
            assert_eq!(
                at_secret(&form(&["y = 1", "# hf-guard: allow a", "x = SECRET"])),
                ours(&["a"])
            );
            assert_eq!(
                at_secret(&form(&["# hf-guard: allow a", "y = 1", "x = SECRET"])),
                []
            );
        }
        let long = "z".repeat(COMMENT + WINDOW);
        let deep = compact(&[&long, "# hf-guard: allow a", "x = SECRET"]);
        assert_eq!(at_secret(&deep), ours(&["a"]));
        assert_eq!(
            at_secret("{\"_\": \"hf-guard: allow a\",\n\"x\": \"SECRET\"}"),
            ours(&["a"])
        );
        // A string of a program that is no JSON may hold an escape.
        assert_eq!(
            at_secret("x = \"SECRET\\n\"  # gitleaks:allow\n"),
            [Marker::Gitleaks]
        );
    }

    #[test]
    fn a_secret_of_several_lines_has_its_first_and_last() {
        let text = "k = SEC # no\nRET # gitleaks:allow\n";
        let (start, end) = (4, 16);
        let text = text.as_bytes();
        assert_eq!(
            near(text, &LineEnds::of(text), start, end),
            [Marker::Gitleaks]
        );
    }
}
