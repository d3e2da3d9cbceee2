//! This machine's own hygiene, read-only: where tokens rest that others can read, and what keeps hooks from running.
//!
//! In: the home folder, the repository that the person stands in, images of containers. Out: problems, each with the line that
//! mends it. Nothing is changed, nothing leaves the machine.

mod builds;
mod homes;
mod images;
mod remotes;
mod unignored;

use std::path::{Path, PathBuf};

use bstr::{BStr, BString, ByteVec as _};
use serde::Serialize;

use crate::finding::{Finding, Origin, Part};
use crate::git::Repository;
use crate::install::{self, Git};
use crate::outcome::{Exit, Skip};
use crate::rules::RuleError;
use crate::scan::{Place, Scanner};
use crate::source::Progress;

/// What is looked at.
pub struct Machine<'a> {
    /// The person's home folder.
    pub home: Option<PathBuf>,
    /// Where Hugging Face keeps its tokens, if that is not below the home folder.
    pub hf_home: Option<PathBuf>,
    /// The repository that the person stands in.
    pub repository: Option<&'a Repository>,
    /// Images of containers, as `docker save` writes them.
    pub images: &'a [PathBuf],
}

/// Something that should be otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where; secrets in it are masked.
    #[serde(serialize_with = "crate::text::path::serialize")]
    pub place: BString,
    /// What is wrong, as a sentence without its full stop.
    pub what: String,
    /// A line that mends it, or says what does.
    pub fix: String,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Diagnosis {
    /// In the order of the checks.
    pub problems: Vec<Problem>,
    /// What could not be looked at.
    pub skipped: Vec<Skip>,
    /// How many files were looked at.
    pub files: usize,
}

impl Diagnosis {
    /// A problem is a finding.
    #[must_use]
    pub fn exit(&self) -> Exit {
        Exit::of(!self.problems.is_empty(), &self.skipped)
    }

    fn problem(
        &mut self,
        place: impl Into<BString>,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.problems.push(Problem {
            place: place.into(),
            what: what.into(),
            fix: fix.into(),
        });
    }

    fn skip(&mut self, path: impl Into<BString>, reason: &dyn std::fmt::Display) {
        self.skipped.push(Skip {
            path: path.into(),
            reason: reason.to_string(),
            is_packed: false,
        });
    }
}

/// Looks at everything.
///
/// # Errors
/// [`RuleError`] where a rule that was hit is unusable.
pub fn examine(
    machine: &Machine<'_>,
    scanner: &Scanner,
    progress: &Progress,
) -> Result<Diagnosis, RuleError> {
    let mut diagnosis = Diagnosis::default();
    homes::examine(machine, scanner, &mut diagnosis)?;
    if let Some(repository) = machine.repository {
        remotes::examine(repository, scanner, &mut diagnosis)?;
        hooks(&mut diagnosis);
        if let Some(root) = repository.work_dir() {
            builds::examine(&root, progress, &mut diagnosis);
            unignored::examine(&root, repository, &mut diagnosis);
        }
    }
    for image in machine.images {
        images::examine(image, scanner, progress, &mut diagnosis)?;
    }
    for skip in &mut diagnosis.skipped {
        skip.path = scanner.shown_path(BStr::new(&skip.path));
    }
    for problem in &mut diagnosis.problems {
        problem.place = scanner.shown_path(BStr::new(&problem.place));
        problem.fix = scanner.shown_path(BStr::new(&problem.fix)).to_string();
    }
    Ok(diagnosis)
}

fn hooks(diagnosis: &mut Diagnosis) {
    match install::health(&Git::new("git")) {
        Ok(ailments) => {
            for ailment in ailments {
                diagnosis.problem(bytes_of(&ailment.path), ailment.what, ailment.fix);
            }
        }
        Err(error) => diagnosis.problem(
            "the hooks of this repository",
            error.to_string(),
            "hf-guard install",
        ),
    }
}

/// What a scan finds in one text.
fn found(scanner: &Scanner, name: &BStr, text: &[u8]) -> Result<Vec<Finding>, RuleError> {
    let candidates = scanner.candidates(text)?;
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let place = Place {
        path: name,
        part: Part::Content,
        origin: &Origin::Worktree,
    };
    Ok(scanner.findings(&candidates, place))
}

fn bytes_of(path: &Path) -> BString {
    BString::from(Vec::from_path_lossy(path).into_owned())
}

/// `path` as one word of a shell.
fn word(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    match text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}
