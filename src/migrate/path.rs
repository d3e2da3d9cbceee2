//! Paths as regexes, turned into paths as `.gitignore` has them.
//!
//! In: a regex that is looked for in a path. Out: globs that match nothing which the regex does not; none where that cannot
//! be told.

/// Alternatives in one regex, at most.
const MAX_GLOBS: usize = 20;

/// The globs of `regex`.
pub(super) fn globs(regex: &str) -> Option<Vec<String>> {
    let (regex, head) = anchored(regex);
    let (regex, to_end) = match regex.strip_suffix('$') {
        Some(rest) if !rest.ends_with('\\') => (rest, true),
        _ => (regex, false),
    };
    let mut globs = vec![if head == Head::AnyText { "*" } else { "" }.to_owned()];
    let mut rest = regex;
    while !rest.is_empty() {
        let (alternatives, after) = part(rest)?;
        globs = globs
            .iter()
            .flat_map(|glob| alternatives.iter().map(move |more| format!("{glob}{more}")))
            .collect();
        if globs.len() > MAX_GLOBS {
            return None;
        }
        rest = after;
    }
    globs
        .iter()
        .map(|glob| placed(glob, head == Head::Root, to_end))
        .collect()
}

/// Without its head, and what that says: at the root, after any characters, or at the beginning of any name. "After a slash
/// or at the root" is what a bare glob means.
fn anchored(regex: &str) -> (&str, Head) {
    for any in ["(^|/)", "(?:^|/)", "(.*/)?", "^(.*/)?", "^.*/"] {
        if let Some(rest) = regex.strip_prefix(any) {
            return (rest, Head::AnyFolder);
        }
    }
    for any in ["(.*?)", "(.*)", "^.*", ".*"] {
        if let Some(rest) = regex.strip_prefix(any) {
            return (rest, Head::AnyText);
        }
    }
    match regex.strip_prefix('^') {
        Some(rest) => (rest, Head::Root),
        None => (regex, Head::AnyFolder),
    }
}

/// What stands before the first character that a regex names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Head {
    Root,
    AnyFolder,
    AnyText,
}

/// What the first part of a regex may be, and the rest.
fn part(regex: &str) -> Option<(Vec<String>, &str)> {
    for any in [".*?", ".*", ".+", "[^/]*", "[^/]+"] {
        if let Some(rest) = regex.strip_prefix(any) {
            return Some((vec!["*".to_owned()], rest));
        }
    }
    if let Some(group) = regex
        .strip_prefix("(?:")
        .or_else(|| regex.strip_prefix('('))
    {
        let (inside, after) = group.split_once(')')?;
        let alternatives = inside.split('|').map(|one| {
            let (mut parts, mut text) = (one, String::new());
            while !parts.is_empty() {
                let (alternatives, rest) = part(parts)?;
                text.push_str(alternatives.first()?);
                parts = rest;
            }
            Some(text)
        });
        let mut alternatives: Vec<String> = alternatives.collect::<Option<_>>()?;
        let after = match after.strip_prefix('?') {
            Some(after) => {
                alternatives.push(String::new());
                after
            }
            None => after,
        };
        return Some((alternatives, after));
    }
    let mut characters = regex.chars();
    let literal = match characters.next()? {
        '\\' => characters.next().filter(char::is_ascii_punctuation)?,
        // Any character is more than a dot, and a glob may match less.
        special if "^$|?*+()[]{}".contains(special) => return None,
        plain => plain,
    };
    let after = characters.as_str();
    if after.starts_with(['*', '+', '{']) {
        return None;
    }
    let mut alternatives = vec![if "*?[]{}!#".contains(literal) {
        format!("\\{literal}")
    } else {
        literal.to_string()
    }];
    let after = match after.strip_prefix('?') {
        Some(after) => {
            alternatives.push(String::new());
            after
        }
        None => after,
    };
    Some((alternatives, after))
}

/// A glob that matches at the root or anywhere, files or folders.
fn placed(glob: &str, from_root: bool, to_end: bool) -> Option<String> {
    let glob = if to_end {
        glob
    } else {
        glob.trim_end_matches('*')
    };
    let glob = if glob.ends_with('/') || to_end || !glob.is_empty() {
        glob
    } else {
        return None;
    };
    if glob.trim_matches(['*', '/']).is_empty() {
        return None;
    }
    Some(match (from_root, glob.contains('/')) {
        (true, _) => format!("/{}", glob.trim_start_matches('/')),
        (false, false) => glob.to_owned(),
        (false, true) if glob.find('/') == Some(glob.len() - 1) => glob.to_owned(),
        (false, true) => format!("**/{}", glob.trim_start_matches('/')),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_paths_are_globs() {
        for (regex, expected) in [
            (r"go\.sum$", &["go.sum"][..]),
            (r"^go\.sum$", &["/go.sum"]),
            (r"(^|/)node_modules/", &["node_modules/"]),
            (r"vendor/.*", &["vendor/"]),
            (r"^tests/fixtures/", &["/tests/fixtures/"]),
            (r"tests/fixtures/.*\.json$", &["**/tests/fixtures/*.json"]),
            (r"(.*?)(jpg|gif|doc)$", &["*jpg", "*gif", "*doc"]),
            (r".*\.(js|ts)$", &["*.js", "*.ts"]),
            ("package-lock.json", &["package-lock.json"]),
            (r"docs?/api\.md", &["**/docs/api.md", "**/doc/api.md"]),
            (r"a\[1\]\.txt$", &[r"a\[1\].txt"]),
        ] {
            let found = globs(regex).unwrap_or_default();
            let mut expected: Vec<String> = expected.iter().map(|&glob| glob.to_owned()).collect();
            expected.sort();
            let mut sorted = found.clone();
            sorted.sort();
            assert_eq!(sorted, expected, "{regex}");
        }
    }

    #[test]
    fn what_is_no_glob_is_left() {
        for regex in [
            "",
            ".*",
            "^.*$",
            "[0-9]+",
            r"\d+\.txt",
            "a{3}",
            "x+y",
            "(a|b",
            "(?i)readme",
        ] {
            assert_eq!(globs(regex), None, "{regex}");
        }
    }
}
