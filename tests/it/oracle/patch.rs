//! What git says is added: the `+` lines of `git diff --cached`.

/// A line that a patch adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Path in the index.
    pub path: Vec<u8>,
    /// 1-based line there, counted in LF.
    pub line: usize,
    /// Its bytes without the LF.
    pub text: Vec<u8>,
}

/// The arguments of the oracle: every content change as text, nothing of the user's taste.
pub const ORACLE: [&str; 12] = [
    "diff",
    "--cached",
    "-U0",
    "--text",
    "--no-textconv",
    "--no-ext-diff",
    "--no-color",
    "--find-renames",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--submodule=short",
    "--ita-invisible-in-index",
];

/// Reads a patch. Hunks are read by their counts, for a line of a file can look like a header.
pub fn added(patch: &[u8]) -> Vec<Added> {
    let mut added = Vec::new();
    let mut path = Vec::new();
    let mut lines = patch.split(|&byte| byte == b'\n');
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix(b"+++ ") {
            path = file_name(name);
        } else if let Some(counts) = line.strip_prefix(b"@@ -") {
            let (removed, first, count) = hunk(counts);
            let mut left = (removed, count);
            while left != (0, 0) {
                let line = lines.next().expect("a hunk is as long as it says");
                match line.first() {
                    Some(b'-') => left.0 -= 1,
                    Some(b'+') => {
                        let line_number = first + count - left.1;
                        left.1 -= 1;
                        added.push(Added {
                            path: path.clone(),
                            line: line_number,
                            text: line[1..].to_vec(),
                        });
                    }
                    Some(b'\\') => {}
                    _ => panic!("no line of a hunk without context: {line:?}"),
                }
            }
        }
    }
    added
}

/// `3,2 +4,5 @@ …`: lines removed, first line added, lines added.
fn hunk(counts: &[u8]) -> (usize, usize, usize) {
    let text = String::from_utf8_lossy(counts);
    let mut words = text.split(' ');
    let mut range = || {
        let word = words.next().expect("a hunk has two ranges");
        let mut numbers = word
            .trim_start_matches('+')
            .split(',')
            .map(|number| number.parse::<usize>().expect("a hunk counts in numbers"));
        (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1))
    };
    let (_, removed) = range();
    let (first, count) = range();
    (removed, first, count)
}

/// `b/name`, or `"b/na\303\244me"`; git puts a tab after a name with a space.
fn file_name(written: &[u8]) -> Vec<u8> {
    let unquoted = match written {
        [b'"', inside @ .., b'"'] => unquote(inside),
        plain => plain.strip_suffix(b"\t").unwrap_or(plain).to_vec(),
    };
    unquoted.strip_prefix(b"b/").unwrap_or(b"").to_vec()
}

fn unquote(written: &[u8]) -> Vec<u8> {
    let mut name = Vec::new();
    let mut rest = written;
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte != b'\\' {
            name.push(*byte);
            continue;
        }
        let [escape, after @ ..] = rest else {
            panic!("a backslash at the end of a name")
        };
        rest = after;
        name.push(match escape {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'0'..=b'3' => {
                let digits = [*escape, rest[0], rest[1]];
                rest = &rest[2..];
                digits
                    .iter()
                    .fold(0, |value, digit| value << 3 | (digit - b'0'))
            }
            other => *other,
        });
    }
    name
}

#[test]
fn a_patch_is_read_by_its_counts() {
    let patch =
        b"diff --git a/x b/x\n--- a/x\n+++ \"b/\\303\\244 \\\"q\\\"\"\n@@ -2 +2,2 @@ f\n-old\n\
        ++++ b/y\n+two\n@@ -9,0 +11 @@\n+@@ -1 +1 @@\n\\ No newline at end of file\n";
    let read: Vec<(usize, String)> = added(patch)
        .into_iter()
        .inspect(|line| assert_eq!(line.path, "ä \"q\"".as_bytes()))
        .map(|line| (line.line, String::from_utf8_lossy(&line.text).into_owned()))
        .collect();
    let expected = [(2, "+++ b/y"), (3, "two"), (11, "@@ -1 +1 @@")];
    assert_eq!(read, expected.map(|(line, text)| (line, text.to_owned())));
}
