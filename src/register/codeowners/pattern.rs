//! A pattern of CODEOWNERS against a path.
//!
//! In: the pattern as it is written, and a path from the repository's root. Out: whether it names the path. It is read as
//! in `.gitignore`, with the differences that the code hosts document: brackets mean something on GitLab alone, and `docs/*`
//! is what lies in `docs` itself. Time grows with the product of both lengths at most, whatever stars stand in it.
//!
//! Source: <https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners#codeowners-syntax>,
//! <https://docs.gitlab.com/user/project/codeowners/reference/>

/// Whose reading of a pattern counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// GitHub's, and that of everybody who follows it: a name is the file or all below the folder, and a slash inside of the
    /// pattern ties it to the root.
    GitHub,
    /// GitLab's: a name is a file, a folder ends in a slash, and only a slash in front ties a pattern to the root.
    GitLab,
}

/// A pattern, ready to be held against paths.
#[derive(Debug)]
pub(super) struct Pattern {
    segments: Vec<Segment>,
}

/// What stands between two slashes.
#[derive(Debug)]
enum Segment {
    /// `**`: any number of folders, none too.
    Folders,
    /// The characters of one name.
    Name(Vec<Sign>),
}

/// What stands for characters of a name.
#[derive(Debug)]
enum Sign {
    /// `*`: any number of them, none too.
    Any,
    /// `?`: one.
    One,
    /// This one.
    Just(char),
    /// One of these ranges, or of none of them.
    Set {
        ranges: Vec<(char, char)>,
        is_inverted: bool,
    },
}

impl Pattern {
    /// Reads a pattern; a backslash takes the meaning of the character after it away.
    pub(super) fn new(text: &str, dialect: Dialect) -> Self {
        let (is_tied, text) = match text.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (is_folder, text) = match text.strip_suffix('/') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let mut segments = Vec::new();
        let has_slash = text.contains('/');
        if !is_tied && (!has_slash || dialect == Dialect::GitLab) {
            segments.push(Segment::Folders);
        }
        let names = text.split('/').filter(|name| !name.is_empty());
        segments.extend(names.map(|name| match name {
            "**" => Segment::Folders,
            name => Segment::Name(signs(name, dialect)),
        }));
        let last = text.rsplit('/').next().unwrap_or_default();
        if is_folder || (last == "**" && has_slash) {
            // What lies below, and not the thing itself.
            segments.push(Segment::Folders);
            segments.push(Segment::Name(vec![Sign::Any]));
        } else if last != "*" && !last.is_empty() && dialect == Dialect::GitHub {
            segments.push(Segment::Folders);
        }
        Self { segments }
    }

    /// Whether it names the path whose names, as characters, are `path`.
    pub(super) fn matches(&self, path: &[Vec<char>]) -> bool {
        wild(
            path,
            &self.segments,
            |segment| matches!(segment, Segment::Folders),
            |name, segment| match segment {
                Segment::Folders => true,
                Segment::Name(signs) => wild(
                    name,
                    signs,
                    |sign| matches!(sign, Sign::Any),
                    |character, sign| match sign {
                        Sign::Any | Sign::One => true,
                        Sign::Just(just) => just == character,
                        Sign::Set {
                            ranges,
                            is_inverted,
                        } => {
                            let holds =
                                |(from, to): &(char, char)| (from..=to).contains(&character);
                            ranges.iter().any(holds) != *is_inverted
                        }
                    },
                ),
            },
        )
    }
}

fn signs(name: &str, dialect: Dialect) -> Vec<Sign> {
    let mut signs = Vec::new();
    let mut characters = name.chars();
    while let Some(character) = characters.next() {
        if character == '['
            && dialect == Dialect::GitLab
            && let Some((inside, rest)) = characters.as_str().split_once(']')
            && !inside.is_empty()
        {
            signs.push(set(inside));
            characters = rest.chars();
            continue;
        }
        signs.push(match character {
            '*' => Sign::Any,
            '?' => Sign::One,
            '\\' => Sign::Just(characters.next().unwrap_or('\\')),
            other => Sign::Just(other),
        });
    }
    signs
}

/// `a-z_`, or `!a-z_` and `^a-z_` for all others.
fn set(inside: &str) -> Sign {
    let others = inside.strip_prefix(['!', '^']);
    let mut rest = others.unwrap_or(inside).chars();
    let mut ranges = Vec::new();
    while let Some(from) = rest.next() {
        let mut after = rest.clone();
        match (after.next(), after.next()) {
            (Some('-'), Some(to)) => {
                ranges.push((from, to));
                rest = after;
            }
            _ => ranges.push((from, from)),
        }
    }
    Sign::Set {
        ranges,
        is_inverted: others.is_some(),
    }
}

/// Whether `pattern` is all of `items`. Where something does not fit, the last that stands for any number takes one more.
fn wild<I, P>(
    items: &[I],
    pattern: &[P],
    is_any: impl Fn(&P) -> bool,
    fits: impl Fn(&I, &P) -> bool,
) -> bool {
    let (mut item, mut at) = (0, 0);
    let mut last_any: Option<(usize, usize)> = None;
    while item < items.len() {
        match pattern.get(at) {
            Some(any) if is_any(any) => {
                last_any = Some((item, at));
                at += 1;
            }
            Some(one) if fits(&items[item], one) => {
                item += 1;
                at += 1;
            }
            _ => {
                let Some((taken, any)) = last_any else {
                    return false;
                };
                last_any = Some((taken + 1, any));
                item = taken + 1;
                at = any + 1;
            }
        }
    }
    pattern[at..].iter().all(is_any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_names(dialect: Dialect, pattern: &str, yes: &[&str], no: &[&str]) {
        let matches = |path: &str| {
            let path: Vec<Vec<char>> = path.split('/').map(|name| name.chars().collect()).collect();
            Pattern::new(pattern, dialect).matches(&path)
        };
        for path in yes {
            assert!(matches(path), "{dialect:?} {pattern} names {path}");
        }
        for path in no {
            assert!(!matches(path), "{dialect:?} {pattern} does not name {path}");
        }
    }

    #[test]
    fn the_examples_of_github() {
        let names = |pattern, yes: &[&str], no: &[&str]| {
            assert_names(Dialect::GitHub, pattern, yes, no);
        };
        names("*", &["a", "a/b", "a/b/.c"], &[]);
        names("*.js", &["a.js", "x/y/a.js"], &["a.jsx", "js"]);
        names(
            "/build/logs/",
            &["build/logs/a", "build/logs/x/a"],
            &["build/logs", "x/build/logs/a"],
        );
        names(
            "docs/*",
            &["docs/getting-started.md"],
            &["docs/build-app/troubleshooting.md", "x/docs/a"],
        );
        names("apps/", &["apps/a", "x/apps/y/a"], &["apps", "x/apps"]);
        names("/docs/", &["docs/a", "docs/x/a"], &["x/docs/a"]);
        names(
            "**/logs",
            &[
                "logs",
                "build/logs/a",
                "deeply/nested/logs/x/a",
                "scripts/logs",
            ],
            &["logs2/a", "a.logs"],
        );
        names(
            "/apps/github",
            &["apps/github", "apps/github/a"],
            &["apps/githubs", "x/apps/github"],
        );
        names("/scripts/", &["scripts/a"], &["scripts"]);
    }

    #[test]
    fn stars_slashes_and_escapes() {
        let names = |pattern, yes: &[&str], no: &[&str]| {
            assert_names(Dialect::GitHub, pattern, yes, no);
        };
        names("a/b", &["a/b", "a/b/c"], &["x/a/b", "a/bc"]);
        names("a/**/b", &["a/b", "a/x/b", "a/x/y/b/z"], &["ab", "a/x/c"]);
        names("a/**", &["a/b", "a/b/c"], &["a", "b/a/c"]);
        names("**", &["a", "a/b"], &[]);
        names("/*", &["a"], &["a/b"]);
        names("src/*.py", &["src/a.py"], &["src/x/a.py", "a.py"]);
        names("?.py", &["a.py", "é.py", "模.py"], &["ab.py", ".py"]);
        names("a\\ b.txt", &["a b.txt"], &["a\\ b.txt"]);
        names("\\*.txt", &["*.txt"], &["a.txt"]);
        names("[ab].txt", &["[ab].txt"], &["a.txt"]);
        names("Docs/", &["Docs/a"], &["docs/a"]);
        names("/", &[], &["a"]);
        names("a*b*c", &["abc", "aXbYc", "abcbc"], &["acb", "abcd"]);
    }

    #[test]
    fn gitlab_ties_to_the_root_with_a_slash_only() {
        let names = |pattern, yes: &[&str], no: &[&str]| {
            assert_names(Dialect::GitLab, pattern, yes, no);
        };
        names(
            "README.md",
            &["README.md", "internal/README.md"],
            &["README.md/a"],
        );
        names(
            "internal/README.md",
            &["internal/README.md", "docs/internal/README.md"],
            &[],
        );
        names(
            "/docs/*.md",
            &["docs/a.md"],
            &["docs/x/a.md", "x/docs/a.md"],
        );
        names("/docs/**/*.md", &["docs/a.md", "docs/x/y/a.md"], &["a.md"]);
        names("docs/", &["docs/a", "x/docs/y/a"], &["docs"]);
        names("*", &["a", "a/b/c"], &[]);
        names("[a-c_]*.md", &["b.md", "_x.md"], &["d.md", "[a.md", "-.md"]);
        names("[!a-c].md", &["d.md", "x/e.md"], &["a.md"]);
        names("a[].md", &["a[].md"], &["a.md"]);
    }

    #[test]
    fn many_stars_do_not_take_for_ever() {
        let pattern = format!("/{}b", "*a".repeat(2_000));
        let path = "a".repeat(4_000);
        assert_names(Dialect::GitHub, &pattern, &[], &[&path]);
        let pattern = format!("/{}b", "**/a/".repeat(500));
        let path = "a/".repeat(1_000);
        assert_names(
            Dialect::GitHub,
            &pattern,
            &[],
            &[path.trim_end_matches('/')],
        );
    }
}
