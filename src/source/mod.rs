//! Where texts come from. Each source reads every text that it is asked for, hands it to the [`crate::scan`] stage and
//! counts it; what it could not read is an error or a skip, never nothing.

pub mod history;
pub mod message;
mod name;
mod objects;
pub mod outgoing;
pub mod paths;
pub mod push;
pub mod receive;
mod refspec;
pub mod remote;
pub mod report;
pub mod rewrite;
pub mod special;
pub mod staged;
pub mod stdin;
mod url;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bstr::BStr;

use crate::archive;
use crate::finding::Finding;
use crate::outcome::{Skip, Summary};
use crate::rules::RuleError;
use crate::scan::{Candidates, Place, Scanner};
pub use name::repository_name;

/// Below this many texts a thread costs more than it saves.
const TEXTS_WORTH_A_THREAD: usize = 32;

/// What a source found, before the allowlist.
#[derive(Debug, Default)]
pub struct Scanned {
    /// Every finding.
    pub findings: Vec<Finding>,
    /// What was not read.
    pub skipped: Vec<Skip>,
    /// What was.
    pub summary: Summary,
}

/// A sign of life: a scan that stops advancing is ended by whoever watches it.
#[derive(Debug, Default)]
pub struct Progress {
    count: Arc<AtomicU64>,
    waiting: AtomicBool,
}

/// Why a source gave up.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The repository could not be read.
    #[error(transparent)]
    Git(#[from] crate::git::GitError),
    /// A rule is unusable.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A range that git does not know.
    #[error(
        "cannot list the commits of the range; if its base is not here, bring it: \
         `git fetch --unshallow` or `git fetch origin BRANCH` (GitHub Actions: `fetch-depth: 0`)"
    )]
    Range {
        /// What git says.
        #[source]
        source: crate::git::GitError,
    },
    /// The clone ends inside the range.
    #[error(
        "this clone ends at commit {commit}, inside the range; bring the rest: `git fetch --unshallow` \
         (GitHub Actions: `fetch-depth: 0`, GitLab CI: `GIT_DEPTH: 0`)"
    )]
    Shallow {
        /// The oldest commit that is here.
        commit: crate::git::Oid,
    },
    /// A path that the caller named is not there.
    #[error("cannot read {path:?}")]
    Missing {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Standard input broke off.
    #[error("cannot read standard input")]
    ReadInput {
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Scanned {
    /// Scans `text`, all of which counts as new.
    ///
    /// # Errors
    /// [`RuleError`] where a rule that was hit is unusable.
    pub fn scan_whole(
        &mut self,
        scanner: &Scanner,
        text: &[u8],
        place: Place<'_>,
    ) -> Result<(), RuleError> {
        let candidates = scanner.candidates(text)?;
        if !candidates.is_empty() {
            self.findings.extend(scanner.findings(&candidates, place));
        }
        self.skip_unread(&candidates, place.path);
        self.summary.texts += 1;
        self.summary.bytes += text.len() as u64;
        Ok(())
    }

    /// Notes what could not be read of the archive at `path`, if it is one.
    fn skip_unread(&mut self, candidates: &Candidates<'_>, path: &BStr) {
        let unread = candidates.unread().iter().map(|unread| Skip {
            path: archive::member_path(path, &unread.path),
            reason: unread.reason.to_owned(),
            is_packed: true,
        });
        self.skipped.extend(unread);
    }

    /// Masks what the paths of skipped texts hold of secrets: a report prints them.
    #[must_use]
    pub fn with_shown_paths(mut self, scanner: &Scanner) -> Self {
        for skip in &mut self.skipped {
            skip.path = scanner.shown_path(skip.path.as_ref());
            // git quotes names of refs in what it complains of.
            let reason = scanner.shown_path(BStr::new(&skip.reason));
            skip.reason = reason.to_string();
        }
        self
    }

    /// Takes over what `other` found, behind what is here.
    pub fn append(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
        self.skipped.append(&mut other.skipped);
        self.summary.texts += other.summary.texts;
        self.summary.bytes += other.summary.bytes;
        self.summary.without_content += other.summary.without_content;
    }
}

impl Progress {
    /// Says that another text, or another piece of one, is done.
    pub fn advance(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// What [`Progress::advance`] counts up, for whoever knows of nothing else here.
    #[must_use]
    pub fn pulse(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.count)
    }

    /// Runs `wait`, which depends on somebody else's speed: a pipe may be silent for as long as it likes.
    pub fn while_waiting<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.waiting.store(true, Ordering::Relaxed);
        let result = wait();
        self.advance();
        self.waiting.store(false, Ordering::Relaxed);
        result
    }

    /// Whether [`Progress::while_waiting`] is running.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed)
    }

    /// How often [`Progress::advance`] was called.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}
