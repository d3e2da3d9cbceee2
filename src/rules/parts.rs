//! What stands on either side of a gap.
//!
//! In: a regex with a gap in which anything may stand, `(?s:.{0,400}?)`. Out: regexes for what must stand before it and
//! behind it, wherever. A gap costs a lazy DFA a state for each of its bytes, so that it gives up and a search takes
//! hundreds of times as long; while hardly any text that holds the one part holds the other.

/// The parts of `regex`, with the flags that stand in front of it; none where it has no gap outside of all groups.
pub(super) fn parts(regex: &str) -> Vec<String> {
    let flags = match regex.strip_prefix("(?i)") {
        Some(_) => "(?i)",
        None => "",
    };
    let Some(gap) = gap(regex) else {
        return Vec::new();
    };
    let (before, behind) = (&regex[flags.len()..gap.start], &regex[gap.end..]);
    [before, behind]
        .into_iter()
        .map(|part| format!("{flags}(?:{part})"))
        .collect()
}

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
    fn a_gap_parts_what_stands_beside_it() {
        assert_eq!(
            parts(r"(?i)key\.(?s:.{0,40}?)\(a[)|]"),
            [r"(?i)(?:key\.)", r"(?i)(?:\(a[)|])"]
        );
        assert_eq!(
            parts(r"a(?:b|c)(?s:.{0,9}?)(d)"),
            ["(?:a(?:b|c))", "(?:(d))"]
        );
    }

    #[test]
    fn what_is_not_told_apart_is_left_alone() {
        for regex in [
            "abc",
            "a.{0,40}b",
            "x|a(?s:.{0,40}?)b",
            "a(?s:.{0,40}?)b|x",
            "(?:a(?s:.{0,40}?)b)?",
            "(a(?s:.{0,40}?))b",
            r"\((a(?s:.{0,40}?)b\)",
        ] {
            assert!(parts(regex).is_empty(), "{regex}");
        }
    }
}
