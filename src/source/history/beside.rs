//! What a repository is asked beside its objects, while these are read: git answers meanwhile, in processes of its own.
//!
//! In: a repository. Out: what refs, HEAD and the index lead to, and what is found in names of refs and in reflogs.

use super::{Gap, History, HistoryError, connected, names};
use crate::git::{GitError, Ignored, Oid, Repository};
use crate::scan::Scanner;
use crate::source::Scanned;

/// The answers.
#[derive(Debug)]
pub(super) struct Beside {
    /// `None` where git cannot tell.
    pub(super) tips: Option<Vec<Oid>>,
    named: Result<Scanned, HistoryError>,
    gaps: Vec<Gap>,
}

impl Beside {
    /// Asks, and scans what is no object.
    pub(super) fn read(repository: &Repository, scanner: &Scanner) -> Self {
        let (references, ignored) = match repository.references_and_ignored(&["refs/"]) {
            Ok(answer) => answer,
            Err(error) => {
                return Self {
                    tips: None,
                    named: Err(error.into()),
                    gaps: Vec::new(),
                };
            }
        };
        let broken = ignored.iter().filter(|ignored| ignored.is_broken);
        let mut gaps: Vec<Gap> = broken.map(nobody_knows).collect();
        // git passes over a folder that it may not list.
        if let Err(error) = repository.list_ref_folders() {
            gaps.push(unanswered("refs", &error));
        }
        let tips = connected::tips(repository, &references)
            .map_err(|error| gaps.push(unanswered("HEAD, other work trees and the index", &error)));
        Self {
            tips: tips.ok(),
            named: names::of(repository, scanner, &references, &ignored),
            gaps,
        }
    }

    /// Adds to `history` what was found, or that git cannot tell.
    ///
    /// # Errors
    /// [`HistoryError`] where a rule is unusable.
    pub(super) fn tell(self, history: &mut History) -> Result<(), HistoryError> {
        history.gaps.extend(self.gaps);
        match self.named {
            Ok(named) => history.named = named,
            Err(HistoryError::Git(error)) => {
                history
                    .gaps
                    .push(unanswered("ref names and reflogs", &error));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn unanswered(what: &str, error: &GitError) -> Gap {
    Gap {
        what: what.to_owned(),
        why: error.to_string(),
        is_packed: false,
    }
}

fn nobody_knows(broken: &Ignored) -> Gap {
    Gap {
        what: format!("ref {}", broken.name),
        why: "it is broken, and what only it led to may be missing; its reflog may tell: `git fsck`, `git reflog`"
            .to_owned(),
        is_packed: false,
    }
}
