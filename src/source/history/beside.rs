//! What a repository is asked beside its objects, while these are read: git answers meanwhile, in processes of its own.
//!
//! In: a repository. Out: what refs, HEAD and the index lead to, and what is found in names of refs and in reflogs.

use bstr::BString;

use super::{Gap, History, HistoryError, connected, names};
use crate::git::{Oid, Repository};
use crate::scan::Scanner;
use crate::source::Scanned;

/// The answers.
#[derive(Debug)]
pub(super) struct Beside {
    /// `None` where git cannot tell.
    pub(super) tips: Option<Vec<Oid>>,
    named: Result<Scanned, HistoryError>,
    /// Names of refs whose files say nothing.
    broken: Vec<BString>,
}

impl Beside {
    /// Asks, and scans what is no object.
    pub(super) fn read(repository: &Repository, scanner: &Scanner) -> Self {
        match repository.references_and_ignored(&["refs/"]) {
            Ok((references, ignored)) => Self {
                tips: connected::tips(repository, &references).ok(),
                named: names::of(repository, scanner, &references, &ignored),
                broken: ignored
                    .into_iter()
                    .filter(|ignored| ignored.is_broken)
                    .map(|ignored| ignored.name)
                    .collect(),
            },
            Err(error) => Self {
                tips: None,
                named: Err(error.into()),
                broken: Vec::new(),
            },
        }
    }

    /// Adds to `history` what was found, or that git cannot tell.
    ///
    /// # Errors
    /// [`HistoryError`] where a rule is unusable.
    pub(super) fn tell(self, history: &mut History) -> Result<(), HistoryError> {
        history.gaps.extend(self.broken.iter().map(|name| Gap {
            what: format!("ref {name}"),
            why: "it is broken, and what only it led to may be missing; its reflog may tell: `git fsck`, `git reflog`"
                .to_owned(),
            is_packed: false,
        }));
        match self.named {
            Ok(named) => history.named = named,
            Err(HistoryError::Git(error)) => history.gaps.push(Gap {
                what: "ref names and reflogs".to_owned(),
                why: error.to_string(),
                is_packed: false,
            }),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
