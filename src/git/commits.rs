//! Every commit of a history with its tree and date, as git lists them: parents before children, else by date.
//!
//! git answers, with its commit graph where there is one. It gives the tree too, so that nobody reads the commit again.

use crate::order;
use std::path::Path;

use bstr::{BString, ByteSlice};

use super::plumbing::{run, run_with_input, unclear};
use super::{GitError, Oid, Repository};

/// A commit as the walk over a history needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its name.
    pub oid: Oid,
    /// Its root tree.
    pub tree: Oid,
    /// Its parents that are here; at the edge of a shallow clone there are none.
    pub parents: Vec<Oid>,
    /// Seconds since 1970 of the committer's date; 0 where that is broken.
    pub time: i64,
}

impl Commit {
    /// Takes one apart that is written as git writes them; `None` for any other, though git may make sense of it.
    #[must_use]
    pub fn read(oid: Oid, raw: &[u8]) -> Option<Self> {
        let mut lines = raw.split(|&byte| byte == b'\n');
        let name = |hex: &[u8]| Oid::from_hex(hex).filter(|name| name.is_as_long_as(&oid));
        let tree = name(lines.next()?.strip_prefix(b"tree ")?)?;
        let mut parents = Vec::new();
        let mut line = lines.next()?;
        while let Some(parent) = line.strip_prefix(b"parent ") {
            parents.push(name(parent)?);
            line = lines.next()?;
        }
        line.strip_prefix(b"author ")?;
        let committer = lines.next()?.strip_prefix(b"committer ")?;
        // There is a line after it, or git does not see its end.
        lines.next()?;
        let (_, when) = committer.rsplit_once_str("> ")?;
        let (seconds, _) = when.split_once_str(" ")?;
        let is_plain = (1..=MAX_DIGITS).contains(&seconds.len());
        if !is_plain || !seconds.iter().all(u8::is_ascii_digit) || when.contains(&b'>') {
            return None;
        }
        Some(Self {
            oid,
            tree,
            parents,
            time: seconds.to_str().ok()?.parse().ok()?,
        })
    }
}

/// Digits of a date that every git reads alike: until the year 5138.
const MAX_DIGITS: usize = 11;

/// What leads to the commits that are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Leading<'a> {
    /// Any ref, or the HEAD of any work tree.
    Refs,
    /// A reflog, where no ref does.
    ReflogsAlone,
    /// One of these commits.
    Tips(&'a [Oid]),
}

const REV_LIST: [&str; 5] = [
    "rev-list",
    "--date-order",
    "--reverse",
    "--parents",
    "--format=%T %ct",
];

impl Repository {
    /// The commits that `leading` leads to with their trees and dates, parents before children, else the older ones first.
    ///
    /// # Errors
    /// [`GitError`] where git cannot list them.
    pub fn commits(&self, leading: Leading<'_>) -> Result<Vec<Commit>, GitError> {
        list(&self.environment.current_dir, leading)
    }

    /// The full names of the branches that HEAD stands for in each work tree, those without a commit too.
    ///
    /// # Errors
    /// [`GitError`] where git cannot be asked.
    pub fn head_branches(&self) -> Result<Vec<BString>, GitError> {
        head_branches(&self.environment.current_dir, self.common_dir())
    }
}

/// The commits that `leading` leads to, parents before children, else the older ones first.
///
/// # Errors
/// [`GitError`] where git cannot list them.
fn list(directory: &Path, leading: Leading<'_>) -> Result<Vec<Commit>, GitError> {
    let more: &[&str] = match leading {
        // One ref that leads nowhere says nothing against the others; that it does is told elsewhere.
        Leading::Refs => &["--ignore-missing", "--all"],
        // A reflog may name what was pruned long ago.
        Leading::ReflogsAlone => &["--ignore-missing", "--reflog", "--not", "--all"],
        Leading::Tips([]) => return Ok(Vec::new()),
        Leading::Tips(_) => &["--stdin"],
    };
    let arguments = [&REV_LIST[..], more].concat();
    let answer = match leading {
        Leading::Tips(tips) => {
            let input: String = tips.iter().map(|tip| format!("{tip}\n")).collect();
            run_with_input(directory, &arguments, input.into_bytes())?
        }
        Leading::Refs | Leading::ReflogsAlone => run(directory, &arguments)?,
    };
    let mut lines = answer.lines();
    let mut commits = Vec::new();
    while let Some(head) = lines.next() {
        let commit = lines.next().and_then(|format| commit(head, format));
        commits.push(commit.ok_or_else(|| unclear("rev-list"))?);
    }
    Ok(commits)
}

fn commit(head: &[u8], format: &[u8]) -> Option<Commit> {
    let mut names = head.strip_prefix(b"commit ")?.split(|&byte| byte == b' ');
    let (tree, time) = format.split_once_str(" ")?;
    Some(Commit {
        oid: Oid::from_hex(names.next()?)?,
        parents: names.map(Oid::from_hex).collect::<Option<_>>()?,
        tree: Oid::from_hex(tree)?,
        time: time.to_str().ok()?.parse().unwrap_or(0),
    })
}

/// The full names of the branches that HEAD stands for in each work tree, those without a commit too.
///
/// # Errors
/// [`GitError`] where git cannot be asked.
fn head_branches(directory: &Path, common_dir: &Path) -> Result<Vec<BString>, GitError> {
    let own = match run(directory, &["symbolic-ref", "--quiet", "HEAD"]) {
        Ok(own) => own,
        // It names a commit.
        Err(GitError::GitFailed { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    let mut names = vec![BString::from(own.trim())];
    // As a rule there are no others, and a process costs as much as reading a thousand commits.
    if common_dir.join("worktrees").try_exists().unwrap_or(true) {
        let listed = run(directory, &["worktree", "list", "--porcelain", "-z"])?;
        let branches = listed.split(|&byte| byte == 0);
        let branches = branches.filter_map(|line| line.strip_prefix(b"branch "));
        names.extend(branches.map(BString::from));
    }
    names.retain(|name| !name.is_empty());
    order::sort(&mut names);
    names.dedup();
    Ok(names)
}
