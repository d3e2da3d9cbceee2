//! A regex of another scanner with the two things that a rule here must have: an end to each repetition, and a group that
//! is the secret.

use crate::order;
use regex_syntax::ast::{self, Ast, GroupKind, RepetitionKind, RepetitionRange};

/// What `*` and `+` become: no credential has more characters in a row of one kind.
const MOST: u32 = 120;

/// The regex with bounds, its group `secret_group` named `secret` (0: the first, or all of it where there is none);
/// nothing where it is no regex.
pub(super) fn bounded(regex: &str, secret_group: u32) -> Option<String> {
    let tree = ast::parse::Parser::new().parse(regex).ok()?;
    let mut edits = Vec::new();
    collect(&tree, secret_group.max(1), &mut edits);
    order::sort_by(&mut edits, |a, b| a.0.cmp(&b.0));
    let mut text = String::new();
    let mut at = 0;
    for (start, end, new) in edits {
        text.push_str(&regex[at..start]);
        text.push_str(&new);
        at = end;
    }
    text.push_str(&regex[at..]);
    Some(text)
}

/// The byte ranges to replace, and with what.
fn collect(tree: &Ast, secret: u32, edits: &mut Vec<(usize, usize, String)>) {
    match tree {
        Ast::Repetition(repetition) => {
            let span = repetition.op.span;
            let least = match &repetition.op.kind {
                RepetitionKind::ZeroOrMore => Some(0),
                RepetitionKind::OneOrMore => Some(1),
                RepetitionKind::Range(RepetitionRange::AtLeast(least)) => Some(*least),
                RepetitionKind::ZeroOrOne | RepetitionKind::Range(_) => None,
            };
            if let Some(least) = least {
                let most = MOST.max(least.saturating_mul(2));
                let lazy = if repetition.greedy { "" } else { "?" };
                let new = format!("{{{least},{most}}}{lazy}");
                edits.push((span.start.offset, span.end.offset, new));
            }
            collect(&repetition.ast, secret, edits);
        }
        Ast::Group(group) => {
            let start = group.span.start.offset;
            let inside = group.ast.span().start.offset;
            match &group.kind {
                GroupKind::CaptureIndex(index)
                | GroupKind::CaptureName {
                    name: ast::CaptureName { index, .. },
                    ..
                } => {
                    let new = if *index == secret {
                        "(?P<secret>"
                    } else {
                        "(?:"
                    };
                    edits.push((start, inside, new.to_owned()));
                }
                GroupKind::NonCapturing(_) => {}
            }
            collect(&group.ast, secret, edits);
        }
        Ast::Alternation(parts) => parts
            .asts
            .iter()
            .for_each(|part| collect(part, secret, edits)),
        Ast::Concat(parts) => parts
            .asts
            .iter()
            .for_each(|part| collect(part, secret, edits)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_end_and_the_secret_has_its_name() {
        for (regex, group, expected) in [
            ("acme_[a-z]{20}", 0, "acme_[a-z]{20}"),
            ("a*b+?c{3,}", 0, "a{0,120}b{1,120}?c{3,120}"),
            (
                "(?i)key=(['\"])([a-z]{9})",
                2,
                "(?i)key=(?:['\"])(?P<secret>[a-z]{9})",
            ),
            (
                "key=(?P<name>[a-z]+)(x)",
                0,
                "key=(?P<secret>[a-z]{1,120})(?:x)",
            ),
            ("(?:a|b)(c)", 1, "(?:a|b)(?P<secret>c)"),
            (r"\(+[)+]", 0, r"\({1,120}[)+]"),
            ("z{90,}", 0, "z{90,180}"),
        ] {
            assert_eq!(bounded(regex, group).as_deref(), Some(expected), "{regex}");
        }
        assert_eq!(bounded("(?=a)", 0), None);
        assert_eq!(bounded("(", 0), None);
    }
}
