//! Which commits lie between here and there. git answers: with its commit graph and bitmaps it walks an old fork ten
//! times faster than libgit2, in every repository format.

use std::path::Path;

use bstr::{BString, ByteSlice};

use super::plumbing::{run, run_with_input, unclear};
use super::{GitError, Oid};

/// Which commits are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Selection<'a> {
    /// What is reachable from `tips` and not from `known`.
    Between {
        /// Commits.
        tips: &'a [Oid],
        /// Commits that are passed over with everything behind them.
        known: &'a [Oid],
    },
    /// A revision range as a person writes it, such as `main..topic` or `HEAD --not --remotes`.
    Range(&'a str),
}

/// A commit and its parents as git sees them: at the edge of a shallow clone it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The commit.
    pub commit: Oid,
    /// Its parents that are here.
    pub parents: Vec<Oid>,
}

/// The options that make sense in a range; everything else that begins with a dash could make git do other things.
const RANGE_OPTIONS: [&str; 6] = [
    "--not",
    "--all",
    "--branches",
    "--tags",
    "--remotes",
    "--glob=",
];

const REV_LIST: [&str; 5] = [
    "rev-list",
    "--parents",
    "--topo-order",
    "--reverse",
    "--stdin",
];

/// The selected commits, parents before children.
///
/// # Errors
/// [`GitError`] where git does not know one, or the range holds an option that it may not.
pub(super) fn list(directory: &Path, selection: &Selection<'_>) -> Result<Vec<Revision>, GitError> {
    let mut input = Vec::new();
    match selection {
        Selection::Between { tips: [], .. } => return Ok(Vec::new()),
        Selection::Between { tips, known } => {
            for tip in *tips {
                input.extend_from_slice(format!("{tip}\n").as_bytes());
            }
            for commit in *known {
                input.extend_from_slice(format!("^{commit}\n").as_bytes());
            }
        }
        Selection::Range(range) => {
            let mut arguments = vec!["rev-list", "--parents", "--topo-order", "--reverse"];
            arguments.extend(words(range)?);
            arguments.push("--");
            return parse(&run(directory, &arguments)?);
        }
    }
    parse(&run_with_input(directory, &REV_LIST, input)?)
}

/// The first commit that `range` leaves out.
///
/// # Errors
/// [`GitError`] where git does not know a commit of the range.
pub(super) fn base(directory: &Path, range: &str) -> Result<Option<Oid>, GitError> {
    let mut arguments = vec!["rev-parse", "--revs-only"];
    arguments.extend(words(range)?);
    let answer = run(directory, &arguments)?;
    let left_out = answer.lines().find_map(|line| line.strip_prefix(b"^"));
    left_out
        .map(|hex| Oid::from_hex(hex).ok_or_else(|| unclear("rev-parse")))
        .transpose()
}

/// The words of a range; none of them steers git.
fn words(range: &str) -> Result<Vec<&str>, GitError> {
    let mut words = Vec::new();
    for word in range.split_ascii_whitespace() {
        let allowed = RANGE_OPTIONS
            .iter()
            .any(|option| word == *option || (option.ends_with('=') && word.starts_with(option)));
        if word.starts_with('-') && !allowed {
            return Err(GitError::RangeOption {
                option: crate::text::escape::for_terminal(word.as_bytes()),
            });
        }
        words.push(word);
    }
    if words.is_empty() {
        return Err(GitError::EmptyRange);
    }
    Ok(words)
}

fn parse(answer: &[u8]) -> Result<Vec<Revision>, GitError> {
    answer
        .lines()
        .map(|line| {
            let mut oids = line.split(|&byte| byte == b' ').map(Oid::from_hex);
            let commit = oids.next().flatten();
            let parents = oids.collect::<Option<Vec<Oid>>>();
            match (commit, parents) {
                (Some(commit), Some(parents)) => Ok(Revision { commit, parents }),
                _ => Err(unclear("rev-list")),
            }
        })
        .collect()
}

/// Every ref below `prefix`.
///
/// # Errors
/// [`GitError`] where git cannot list them.
pub(super) fn refs(directory: &Path, prefix: &str) -> Result<Vec<(BString, Oid)>, GitError> {
    // The pattern ends in a slash: without one `origin` would bring `origin2` along.
    let arguments = ["for-each-ref", "--format=%(objectname) %(refname)", prefix];
    run(directory, &arguments)?
        .lines()
        .map(|line| {
            let (oid, name) = line
                .split_once_str(b" ")
                .ok_or_else(|| unclear("for-each-ref"))?;
            let oid = Oid::from_hex(oid).ok_or_else(|| unclear("for-each-ref"))?;
            Ok((BString::from(name), oid))
        })
        .collect()
}

/// Every value of a configuration key.
///
/// # Errors
/// [`GitError`] where git cannot be started or its configuration is broken.
pub(super) fn setting(directory: &Path, key: &str) -> Result<Vec<BString>, GitError> {
    let arguments = ["config", "--null", "--get-all", key];
    let answer = std::process::Command::new("git")
        .current_dir(directory)
        .args(arguments)
        .output()
        .map_err(|source| GitError::StartGit {
            command: arguments.join(" "),
            source,
        })?;
    match answer.status.code() {
        Some(0) => Ok(answer
            .stdout
            .split(|&byte| byte == 0)
            .filter(|value| !value.is_empty())
            .map(BString::from)
            .collect()),
        // Not set.
        Some(1) => Ok(Vec::new()),
        _ => Err(GitError::GitFailed {
            command: arguments.join(" "),
            said: super::error::last_line(&answer.stderr),
        }),
    }
}
