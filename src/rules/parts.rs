//! What stands on one side of a gap.
//!
//! In: a regex with a gap in which anything may stand, `(?s:.{0,400}?)`. Out: a regex for the side on which the secret
//! stands, wherever that is. A gap costs a lazy DFA a state for each of its bytes, so that it gives up, and a search takes
//! hundreds of times as long; while hardly any text that holds the keyword holds the secret.

/// The side of `regex` that holds the secret, with the flags that stand in front of it; `None` where it has no gap outside
/// of all groups.
pub(super) fn with_secret(regex: &str) -> Option<String> {
    let flags = match regex.strip_prefix("(?i)") {
        Some(_) => "(?i)",
        None => "",
    };
    let gap = gap(regex)?;
    let sides = [&regex[flags.len()..gap.start], &regex[gap.end..]];
    let side = sides
        .into_iter()
        .find(|side| side.contains("(?P<secret>"))?;
    // Without what stands before its first word the regex has a literal to look for.
    let side = side.strip_prefix(BEGIN).unwrap_or(side);
    Some(format!("{flags}{side}"))
}

/// The shorthand for a place where a word may begin.
const BEGIN: &str = "(?&b)";

/// How a gap begins, and how it ends after its number.
const GAP: (&str, &str) = ("(?s:.{0,", "?)");

fn gap(regex: &str) -> Option<std::ops::Range<usize>> {
    let start = regex.find(GAP.0)?;
    let end = start + regex[start..].find(GAP.1)? + GAP.1.len();
    // Whoever writes a gap into a group, or beside an alternative, has one that is not told apart.
    let is_plain = |part: &str| depths(part).is_some_and(|alternatives| alternatives == 0);
    (is_plain(&regex[..start]) && is_plain(&regex[end..])).then_some(start..end)
}

/// How many `|` of `part` stand outside of all groups; `None` where a group of it is open at an end.
fn depths(part: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut alternatives = 0;
    let mut in_class = false;
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'[' => in_class = true,
            b']' => in_class = false,
            _ if in_class => {}
            b'(' => depth += 1,
            b')' => depth = depth.checked_sub(1)?,
            b'|' if depth == 0 => alternatives += 1,
            _ => {}
        }
    }
    (depth == 0 && !in_class).then_some(alternatives)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_of_the_secret_is_told() {
        for (regex, side) in [
            (
                r"(?i)key\.(?s:.{0,40}?)\(a(?P<secret>[)|])",
                r"(?i)\(a(?P<secret>[)|])",
            ),
            (
                "(?i)(?&b)a(?P<secret>b|c)(?s:.{0,9}?)(d)",
                "(?i)a(?P<secret>b|c)",
            ),
            ("a(?s:.{0,9}?)(?&b)(?P<secret>d)", "(?P<secret>d)"),
        ] {
            assert_eq!(with_secret(regex).as_deref(), Some(side), "{regex}");
        }
    }

    #[test]
    fn what_is_not_told_apart_is_left_alone() {
        for regex in [
            "abc",
            "a(?s:.{0,40}?)b",
            "a.{0,40}(?P<secret>b)",
            "x|a(?s:.{0,40}?)(?P<secret>b)",
            "a(?s:.{0,40}?)(?P<secret>b)|x",
            "(?:a(?s:.{0,40}?)(?P<secret>b))?",
            "(a(?s:.{0,40}?))(?P<secret>b)",
            r"\((a(?s:.{0,40}?)(?P<secret>b)\)",
        ] {
            assert_eq!(with_secret(regex), None, "{regex}");
        }
    }
}
