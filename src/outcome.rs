//! What a run came to. It alone decides the exit code.

use std::process::ExitCode;

use bstr::BString;
use serde::Serialize;

pub use crate::finding::AcceptedBy;
use crate::finding::Finding;
use crate::rules::Confidence;
use crate::verification::Status;

/// Everything that a report tells.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Which repository was scanned, as [`crate::source::repository_name`] calls it; a report for a program says so.
    pub repository: Option<String>,
    /// Findings that nothing accepts, in path and line order.
    pub findings: Vec<Finding>,
    /// Findings that the allowlist or an inline comment accepts.
    pub accepted: Vec<Accepted>,
    /// Texts that were to be read and were not.
    pub skipped: Vec<Skip>,
    /// Those that an entry of the allowlist accepts; a warning tells of each.
    pub accepted_unread: Vec<Skip>,
    /// What was read.
    pub summary: Summary,
    /// Lines for the person that are no findings: "configuration is part of this commit and disables …".
    pub warnings: Vec<String>,
    /// A finding of less counts for nothing: it is told as a note. Medium by default.
    pub min_confidence: Confidence,
    /// Whether somebody ended the scan early: this is what was found until then.
    pub is_partial: bool,
    /// How the commits with findings can be changed before they are published; `None` where no commit is concerned.
    pub rewrite: Option<Rewrite>,
    /// To what a scan of a whole history was narrowed; `None` where everything counts.
    pub narrowed: Option<Narrowed>,
}

/// What a scan of a history was asked to tell of, in the words in which it was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Narrowed {
    /// Globs of refs; empty for all.
    pub refs: Vec<String>,
    /// The first moment, `YYYY-MM-DDTHH:MM:SSZ`.
    pub since: Option<String>,
    /// The last moment.
    pub until: Option<String>,
    /// Globs of paths; empty for all.
    pub paths: Vec<String>,
    /// How many secrets were found that lie outside of it.
    pub left_out: usize,
}

/// How to change commits that are not published yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// The one commit concerned is HEAD.
    Amend,
    /// The oldest one concerned lies further back on the current branch.
    Rebase {
        /// Its parent, in hex; `None` where it is a root commit.
        upstream: Option<String>,
        /// Whether merges lie in between.
        merges: bool,
    },
    /// It is not on the current branch.
    Elsewhere {
        /// The oldest commit concerned, in hex.
        commit: String,
    },
}

/// A finding and why it does not count.
#[derive(Debug)]
pub struct Accepted {
    /// The finding.
    pub finding: Finding,
    /// What accepts it.
    pub by: AcceptedBy,
}

/// A text that was not read.
#[derive(Debug, Serialize)]
pub struct Skip {
    /// Where it stands; secrets in it are masked before it gets here.
    #[serde(serialize_with = "crate::text::path::serialize")]
    pub path: BString,
    /// Why, in a few words.
    pub reason: String,
    /// Whether it is an archive, or in one, whose bytes were read as they stand: that an entry may accept.
    #[serde(skip)]
    pub is_packed: bool,
}

/// What was read.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Summary {
    /// Texts that were scanned (blobs, paths of new files, link targets, files).
    pub texts: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// Entries with nothing new to read: deletions, gitlinks, mode changes, intent-to-add.
    pub without_content: u64,
}

/// The process's exit code; no format and no flag changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was read and nothing was found.
    Clean,
    /// Something was found.
    Findings,
    /// Not everything could be read.
    Unfinished,
    /// Somebody ended it early.
    Interrupted,
}

impl Outcome {
    /// What was not read wins over what was found; a report tells both.
    #[must_use]
    pub fn exit(&self) -> Exit {
        if self.is_partial {
            Exit::Interrupted
        } else {
            Exit::of(self.blocking().next().is_some(), &self.skipped)
        }
    }

    /// The same once issuers were asked: a live credential is a finding; one of which nobody can say that it is dead leaves
    /// the question open, as a text does that was not read.
    #[must_use]
    pub fn verified_exit(&self) -> Exit {
        let any = |status| {
            self.findings.iter().any(|finding| {
                let known = finding.verification.as_ref();
                known.map_or(Status::Unknown, |known| known.status) == status
            })
        };
        match Exit::of(any(Status::Live), &self.skipped) {
            Exit::Clean if any(Status::Unknown) => Exit::Unfinished,
            exit => exit,
        }
    }

    /// The findings that count.
    pub fn blocking(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| self.counts(finding))
    }

    /// The findings that do not.
    pub fn notes(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| !self.counts(finding))
    }

    fn counts(&self, finding: &Finding) -> bool {
        finding.confidence >= self.min_confidence
    }
}

impl Exit {
    /// How a run ends that has `found` something or not. Whoever is told of findings alone takes the list for a whole one,
    /// and a baseline or an allowlist that is made of it as well: so what was not read comes first.
    #[must_use]
    pub fn of(found: bool, skipped: &[Skip]) -> Self {
        match (skipped, found) {
            ([], false) => Self::Clean,
            ([], true) => Self::Findings,
            ([_, ..], _) => Self::Unfinished,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Unfinished => Self::from(2),
            // What a shell says of a program that Ctrl-C ended.
            Exit::Interrupted => Self::from(130),
        }
    }
}
