//! The two criteria of an entry that can match more than was meant: paths and regexes.
//!
//! In: text of a configuration. Out: a compiled pattern, or why it is refused. A pattern that matches everything
//! turns the scan off without saying so; such patterns are refused.

use globset::{Candidate, Glob, GlobBuilder, GlobMatcher};
use regex::bytes::{Regex, RegexBuilder};

/// Bytes that a compiled regex may take.
const MAX_REGEX_BYTES: usize = 1 << 20;

/// A glob over paths from the repository's root, as `.gitignore` reads it.
#[derive(Clone, Debug)]
pub struct PathPattern {
    text: String,
    matchers: Vec<GlobMatcher>,
}

/// A regex over secrets.
#[derive(Clone, Debug)]
pub struct SecretPattern {
    regex: Regex,
}

impl PathPattern {
    /// Compiles a glob: `*` and `?` stop at `/`, `**` does not; a glob without a slash matches at any depth; what
    /// matches a folder matches everything below it.
    ///
    /// Source: <https://git-scm.com/docs/gitignore#_pattern_format>
    ///
    /// # Errors
    /// What is wrong with it, where it is none or matches everything.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("an empty path matches nothing");
        }
        if text.starts_with('!') {
            return Err("a path here cannot be negated with `!`; write what is accepted");
        }
        if text.split('/').any(|part| part == "." || part == "..") {
            return Err("write the path from the repository's root, without `.` and `..`");
        }
        if has_windows_separator(text) {
            return Err("write the path with forward slashes; a backslash only escapes `*?[]{}!#`");
        }
        let folder_only = text.ends_with('/');
        let bare = text.strip_suffix('/').unwrap_or(text);
        if bare.trim_matches('/').is_empty() {
            return Err(EVERYTHING);
        }
        let anchored = match bare.strip_prefix('/') {
            Some(anchored) => anchored.to_owned(),
            None if bare.contains('/') => bare.to_owned(),
            None => format!("**/{bare}"),
        };
        let mut matchers = vec![compile(&format!("{anchored}/**"))?];
        if !folder_only {
            matchers.push(compile(&anchored)?);
        }
        let pattern = Self {
            text: text.to_owned(),
            matchers,
        };
        if CANARY_PATHS
            .iter()
            .any(|path| pattern.matches(path.as_bytes()))
        {
            return Err(EVERYTHING);
        }
        Ok(pattern)
    }

    /// Whether `path` (forward slashes) matches.
    #[must_use]
    pub fn matches(&self, path: &[u8]) -> bool {
        let candidate = Candidate::from_bytes(path);
        self.matchers
            .iter()
            .any(|matcher| matcher.is_match_candidate(&candidate))
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

const EVERYTHING: &str = "this path matches every file; name the folder or the files";

/// Paths that nobody names: whatever matches one of them matches everything.
const CANARY_PATHS: [&str; 3] = ["7qzx", "7qzx.w3v", "7qzx/k9jd/w3v.y5u"];

fn compile(glob: &str) -> Result<GlobMatcher, &'static str> {
    GlobBuilder::new(glob)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map(|glob: Glob| glob.compile_matcher())
        .map_err(|error| reason(error.kind()))
}

/// globset's messages quote the glob; these do not.
fn reason(kind: &globset::ErrorKind) -> &'static str {
    match kind {
        globset::ErrorKind::UnclosedClass => "a `[` of this path is never closed",
        globset::ErrorKind::InvalidRange(..) => "a range of this path ends before it starts",
        globset::ErrorKind::UnopenedAlternates => "a `}` of this path was never opened",
        globset::ErrorKind::UnclosedAlternates => "a `{` of this path is never closed",
        globset::ErrorKind::DanglingEscape => "this path ends in a lone backslash",
        _ => "this path is not a valid glob",
    }
}

fn has_windows_separator(text: &str) -> bool {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '\\'
            && characters
                .next()
                .is_some_and(|escaped| escaped.is_alphanumeric() || matches!(escaped, '_' | '.'))
        {
            return true;
        }
    }
    false
}

impl PartialEq for PathPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl SecretPattern {
    /// Compiles a byte regex (Unicode off) and tries it on texts that it must not match.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let regex = RegexBuilder::new(text)
            .unicode(false)
            .size_limit(MAX_REGEX_BYTES)
            .build()
            .map_err(|_| regex_problem(text))?;
        if regex.is_match(b"") || canaries().iter().any(|canary| regex.is_match(canary)) {
            return Err(
                "this regex also matches secrets that nobody has seen yet; spell out more of the text, or accept \
                 by `fingerprint`"
                    .to_owned(),
            );
        }
        Ok(Self { regex })
    }

    /// Whether it matches anywhere in `secret`.
    #[must_use]
    pub fn matches(&self, secret: &[u8]) -> bool {
        self.regex.is_match(secret)
    }
}

impl PartialEq for SecretPattern {
    fn eq(&self, other: &Self) -> bool {
        self.regex.as_str() == other.regex.as_str()
    }
}

/// Why a regex does not compile, without the regex itself, which the library's own message quotes.
pub(super) fn regex_problem(text: &str) -> String {
    let parsed = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(text);
    match parsed {
        Err(regex_syntax::Error::Parse(error)) => {
            format!("the regex does not compile: {}", error.kind())
        }
        Err(regex_syntax::Error::Translate(error)) => {
            format!("the regex does not compile: {}", error.kind())
        }
        Err(_) => "the regex does not compile".to_owned(),
        Ok(_) => "the regex is too large; make its repetitions shorter".to_owned(),
    }
}

/// Texts that look like nothing in particular: every single printable character, runs of each class, and secrets as
/// issuers make them.
fn canaries() -> Vec<Vec<u8>> {
    const LOWER: &[u8] = b"qjzvkxwpfgybmhdcuolirsntae";
    const UPPER: &[u8] = b"XQZJKVBWPYGFMUHDCLTRNSOIAE";
    const DIGITS: &[u8] = b"7294061835";
    let printable: Vec<u8> = (b' '..=b'~').collect();
    let printable = (0..95)
        .map(|step| printable[(step * 37 + 11) % 95])
        .collect();
    let mut canaries = vec![printable];
    for alphabet in [
        LOWER.to_vec(),
        UPPER.to_vec(),
        DIGITS.to_vec(),
        [LOWER, UPPER].concat(),
        [LOWER, UPPER, DIGITS].concat(),
        [DIGITS, b"fbdace"].concat(),
    ] {
        for (prefix, len) in [("", 12), ("", 64), ("hf_", 34), ("sk-", 48)] {
            let body = (0..len)
                .map(|step: usize| alphabet[(step * step * 5 + step * 7 + 3) % alphabet.len()]);
            canaries.push(prefix.bytes().chain(body).collect());
        }
    }
    canaries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_in_gitignore() {
        for (glob, path, expected) in [
            ("docs/*.md", "docs/a.md", true),
            ("docs/*.md", "docs/sub/a.md", false),
            ("docs/*.md", "x/docs/a.md", false),
            ("docs/**/*.md", "docs/sub/deep/a.md", true),
            ("docs/**/*.md", "docs/a.md", true),
            ("*.lock", "deep/er/poetry.lock", true),
            ("/setup.py", "setup.py", true),
            ("/setup.py", "sub/setup.py", false),
            ("tests", "tests/it/a.py", true),
            ("tests", "src/tests/a.py", true),
            ("tests/", "tests/a.py", true),
            ("tests/", "tests", false),
            ("tests/fixtures", "tests/fixtures/a/b", true),
            ("tests/fixtures", "tests/fixtures2/a", false),
            ("tests/**", "tests/a/b", true),
            ("a?c/x", "a/c/x", false),
            ("{a,b}/x.py", "b/x.py", true),
            ("a[0-9].py", "sub/a7.py", true),
            ("docs/*.md", "DOCS/a.md", false),
            ("\\[id\\]/page.tsx", "[id]/page.tsx", true),
            ("caf*.py", "caf\u{e9}.py", true),
            (".env", "app/.env", true),
        ] {
            let pattern = PathPattern::new(glob).unwrap_or_else(|error| panic!("{glob}: {error}"));
            assert_eq!(
                pattern.matches(path.as_bytes()),
                expected,
                "{glob} on {path}"
            );
        }
        let pattern = PathPattern::new("data/*.txt").expect("the glob is valid");
        assert!(pattern.matches(b"data/caf\xe9.txt"));
    }

    #[test]
    fn globs_that_match_everything_or_nothing_are_refused() {
        for glob in [
            "",
            "*",
            "**",
            "**/*",
            "/",
            "/*",
            "/**",
            "*/",
            "*/**",
            "?*",
            "!docs",
            "./docs",
            "../x",
            "docs\\a.md",
            "docs/[",
            "docs/{a",
            "docs/a}",
            "[z-a]",
            "docs\\",
            "*/*",
            "**/",
        ] {
            assert!(PathPattern::new(glob).is_err(), "{glob}");
        }
    }

    #[test]
    fn regexes_that_match_anything_are_refused() {
        for regex in [
            "",
            ".*",
            "^",
            "a*",
            "$",
            r"\b",
            r"\B",
            ".",
            ".+",
            r"\w",
            r"\w+",
            r"\S{8}",
            "[a-z]",
            "[A-Z]{3}",
            r"\d",
            "e",
            "X",
            "_",
            "hf_",
            "^hf_[A-Za-z]{34}$",
            "[A-Za-z0-9]{20,}",
            "(?i)[a-f0-9]{32}",
            "^.{37}$",
            "x|",
            "(?s).",
            "[^x]",
            "^[^#]+$",
            "sk-",
        ] {
            assert!(SecretPattern::new(regex).is_err(), "{regex}");
        }
        for regex in [
            "EXAMPLE",
            "^test-",
            "(?i)dummy",
            "^hf_aBcD",
            "fake|invalid",
            r"\bchangeme\b",
        ] {
            assert!(SecretPattern::new(regex).is_ok(), "{regex}");
        }
    }

    #[test]
    fn a_broken_regex_is_not_quoted() {
        for regex in [
            "planted(",
            "planted[",
            "planted{2,1}",
            "(?P<planted>a)(?P<planted>b)",
            r"planted\p{Greek}",
        ] {
            let problem = SecretPattern::new(regex).expect_err("the regex is broken");
            assert!(!problem.contains("planted"), "{problem}");
        }
        let problem =
            SecretPattern::new("planted(x{900}){900}").expect_err("the regex is too large");
        assert!(problem.contains("too large"), "{problem}");
    }
}
