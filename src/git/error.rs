//! Why the repository could not be read, in words that say what to do.
//!
//! Every variant names one operation. Nothing of the repository's content stands in a message; a path is escaped
//! before it gets here.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bstr::ByteSlice;

use super::Oid;
use super::libgit2;
use crate::text::escape;

/// Why the repository could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is none here.
    #[error(
        "not inside a git repository; run it in one, or name the files to scan: `hf-guard scan PATH`"
    )]
    NoRepository,
    /// Nothing is staged in a repository without a work tree.
    #[error(
        "this repository is bare, so nothing is staged in it; `hf-guard --all-history` reads what it holds"
    )]
    Bare,
    /// Another user owns it and git does not trust it.
    #[error(
        "git does not trust this repository, because another user owns it; if you do, run: {advice}"
    )]
    Owner {
        /// The command that git proposes.
        advice: String,
    },
    /// Neither libgit2 nor git can open it.
    #[error(
        "cannot read this repository, and git cannot either ({git}); `git status` shows what is wrong with it"
    )]
    Open {
        /// What git says.
        git: String,
        /// What libgit2 says.
        #[source]
        source: libgit2::Error,
    },
    /// libgit2 cannot say what HEAD is, and neither can git.
    #[error("cannot resolve HEAD ({git}); `git fsck` shows what is wrong")]
    ResolveHead {
        /// What git says.
        git: String,
        /// What libgit2 says.
        #[source]
        source: libgit2::Error,
    },
    /// A file of the repository, such as `MERGE_HEAD`, cannot be read.
    #[error("cannot read {path}; check that it can be read and try again")]
    ReadFile {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// `MERGE_HEAD` holds something other than commits.
    #[error("{path} does not list commits; `git merge --abort` starts the merge afresh")]
    ParseMergeHead {
        /// Its path.
        path: PathBuf,
    },
    /// The index cannot be read.
    #[error(
        "cannot read the index {path}; check that the file exists and can be read, then try again"
    )]
    ReadIndex {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The index is not as git writes it.
    #[error(
        "the index {path} is damaged ({what}); move it away and run `git reset` to write a new one"
    )]
    DamagedIndex {
        /// Its path.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// An entry is in conflict: git will not commit it either.
    #[error("{path} is in conflict; resolve it and `git add` it first")]
    Conflict {
        /// Its path, escaped.
        path: String,
    },
    /// An entry has a mode that git does not have.
    #[error("{path} has the unknown mode {mode:o}; `git fsck` shows what is wrong")]
    UnknownMode {
        /// Its path, escaped.
        path: String,
        /// The mode.
        mode: u32,
    },
    /// A path goes through more directories than git allows.
    #[error("a path has more than {limit} directories, more than git allows; shorten it")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// An object is nowhere.
    #[error(
        "object {oid} is missing; `git fsck` shows what else is, `git fetch` may bring it (in a partial clone: `git fetch --refetch --no-filter`)"
    )]
    MissingObject {
        /// Which.
        oid: Oid,
    },
    /// An object is not what its name says.
    #[error(
        "object {oid} is damaged ({what}); `git fsck` shows what else is, a clone or backup may have a good copy"
    )]
    DamagedObject {
        /// Which.
        oid: Oid,
        /// What is wrong.
        what: &'static str,
    },
    /// A loose object cannot be read.
    #[error("cannot read object {oid}; check that its file can be read and try again")]
    ReadLoose {
        /// Which.
        oid: Oid,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A pack, its index or their folder cannot be read.
    #[error("cannot read the packs of this repository")]
    ReadPacks {
        /// Which, why, and what to do.
        #[source]
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// git could not be started.
    #[error(
        "this repository needs git itself to be read, and `git {command}` did not start; put git on PATH"
    )]
    StartGit {
        /// Its arguments.
        command: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// git ended with an error.
    #[error("`git {command}` failed ({said}); `git status` shows what is wrong")]
    GitFailed {
        /// Its arguments.
        command: String,
        /// What it said, escaped.
        said: String,
    },
    /// git's output is cut short or not as documented.
    #[error("`git {command}` gave an answer that cannot be understood; try again, or update git")]
    GitAnswer {
        /// Its arguments.
        command: String,
    },
    /// A range that would steer git instead of naming commits.
    #[error("`{option}` cannot stand in --range; name commits, as in `origin/main..HEAD`")]
    RangeOption {
        /// The word, escaped.
        option: String,
    },
    /// A date that names no moment.
    #[error("`{text}` is no date; write a day as in `2026-01-31`, or `2 weeks ago`")]
    Moment {
        /// The words, escaped.
        text: String,
    },
    /// A range without a word.
    #[error("--range is empty; name commits, as in `origin/main..HEAD`")]
    EmptyRange,
    /// Not every index entry is accounted for.
    #[error(
        "the index has {entries} entries and {accounted} were accounted for; try again when no other git command runs"
    )]
    Unaccounted {
        /// How many there are.
        entries: u64,
        /// How many were compared.
        accounted: u64,
    },
}

/// A repository's path for a message.
pub(super) fn shown(path: &[u8]) -> String {
    escape::for_terminal(path)
}

/// What git wrote on standard error: its last line that says anything, escaped.
pub(super) fn last_line(stderr: &[u8]) -> String {
    let line = stderr
        .lines()
        .rev()
        .map(ByteSlice::trim)
        .find(|line| !line.is_empty());
    line.map_or_else(|| "it said nothing".to_owned(), escape::for_terminal)
}
