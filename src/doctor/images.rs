//! Images of containers, as `docker save` writes them: their history and every file of every layer.

use std::collections::HashSet;
use std::path::Path;

use bstr::BStr;

use super::{Diagnosis, bytes_of, found};
use crate::rules::RuleError;
use crate::scan::Scanner;
use crate::search;
use crate::source::Progress;

pub(super) fn examine(
    image: &Path,
    scanner: &Scanner,
    progress: &Progress,
    diagnosis: &mut Diagnosis,
) -> Result<(), RuleError> {
    let mut problems = Vec::new();
    let mut told = HashSet::new();
    let mut files = 0;
    let read = search::each_text(image, &mut diagnosis.skipped, &mut |name, text| {
        progress.advance();
        files += 1;
        for finding in found(scanner, name, text)? {
            // A layer and the image's history repeat each other.
            if told.insert((finding.secret.sha256(), finding.path.clone())) {
                problems.push((
                    format!(
                        "{}:{}",
                        scanner.shown_path(BStr::new(&name)),
                        finding.start.line
                    ),
                    format!(
                        "{} {} is in the image for whoever pulls it",
                        finding.rule.description, finding.secret
                    ),
                ));
            }
        }
        Ok(())
    });
    diagnosis.files += files;
    for (place, what) in problems {
        let fix = "revoke it; build anew with RUN --mount=type=secret,id=HF_TOKEN, and delete the old tags";
        diagnosis.problem(place, what, fix);
    }
    match read {
        Ok(visited) => visited,
        Err(error) => {
            diagnosis.skip(bytes_of(image), &error);
            Ok(())
        }
    }
}
