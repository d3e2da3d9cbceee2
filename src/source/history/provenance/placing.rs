//! A held object read once more, now that it is known where it lies.
//!
//! In: a [`Held`] object, a path and an origin. Out: findings that say both. Nothing that the first reading found is lost:
//! what the second does not repeat is kept as it was.

use bstr::{BStr, BString, ByteSlice};

use crate::archive;
use crate::finding::{Finding, Origin, Part};
use crate::fingerprint::{Fingerprint, Guessable};
use crate::git::{Kind, Oid, Repository};
use crate::scan::{Place, Scanner};
use crate::source::history::{Held, HistoryError};
use crate::source::objects::Reader;
use crate::source::{Progress, Scanned};

fn is_notebook(path: &[u8]) -> bool {
    let extension = path.rsplit(|&byte| byte == b'.').next();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case(b"ipynb"))
}

/// Reads held objects again.
pub(super) struct Placing<'a> {
    pub(super) repository: &'a Repository,
    pub(super) scanner: &'a Scanner,
    pub(super) progress: &'a Progress,
}

impl Placing<'_> {
    /// What `held` holds as the blob at `path`.
    pub(super) fn blob(&self, held: &Held, place: Place<'_>) -> Result<Vec<Finding>, HistoryError> {
        let mut scanned = Scanned::default();
        // Only of a notebook does a finding say more once the path is known.
        if is_notebook(place.path)
            && let Some(text) = self.text(&held.oid)
        {
            scanned.scan_whole(self.scanner, &text, place)?;
        }
        Ok(self.with_lost(scanned.findings, held, place))
    }

    /// What `held`, a tree, has in the name at `path`, of which the last part is the name.
    pub(super) fn name(&self, held: &Held, place: Place<'_>) -> Result<Vec<Finding>, HistoryError> {
        let name = place
            .path
            .rsplit_once_str("/")
            .map_or(place.path, |split| BStr::new(split.1));
        let mut scanned = Scanned::default();
        scanned.scan_whole(self.scanner, place.path, place)?;
        let of_name = held.findings.iter().filter(|finding| finding.path == *name);
        Ok(self.add_lost(scanned.findings, of_name, place))
    }

    /// What `held`, a commit or tag, holds in its header and message.
    pub(super) fn frame(&self, held: &Held, origin: &Origin) -> Result<Vec<Finding>, HistoryError> {
        let kind = held.kind.name();
        let mut scanned = Scanned::default();
        if let Some(text) = self.text(&held.oid) {
            let message = text.find(b"\n\n").map_or(text.len(), |at| at + 2);
            let reader = Reader::new(self.repository, self.scanner, self.progress);
            reader.frame(kind, &text, message, origin, &mut scanned)?;
        }
        let place = Place {
            path: BStr::new(kind),
            part: Part::Content,
            origin,
        };
        Ok(self.with_lost(scanned.findings, held, place))
    }

    /// What `held` holds where nobody knows where it lies.
    pub(super) fn alone(&self, held: &Held, origin: &Origin) -> Result<Vec<Finding>, HistoryError> {
        match held.kind {
            Kind::Commit | Kind::Tag => self.frame(held, origin),
            Kind::Blob => self.blob(
                held,
                Place {
                    path: BStr::new("blob"),
                    part: Part::Content,
                    origin,
                },
            ),
            Kind::Tree => {
                let mut findings = held.findings.clone();
                for finding in &mut findings {
                    finding.origin = origin.clone();
                }
                Ok(findings)
            }
        }
    }

    /// It was read before; where it cannot be read again, what was found then is told.
    fn text(&self, oid: &Oid) -> Option<Vec<u8>> {
        self.progress.advance();
        self.repository.object(oid).ok().map(|(_, text)| text)
    }

    fn with_lost(&self, findings: Vec<Finding>, held: &Held, place: Place<'_>) -> Vec<Finding> {
        self.add_lost(findings, held.findings.iter(), place)
    }

    fn add_lost<'f>(
        &self,
        mut findings: Vec<Finding>,
        before: impl Iterator<Item = &'f Finding>,
        place: Place<'_>,
    ) -> Vec<Finding> {
        for old in before {
            let is_told = |new: &Finding| new.rule.id == old.rule.id && new.secret == old.secret;
            if findings.iter().any(is_told) {
                continue;
            }
            let guessable = if old.rule.guessable {
                Guessable::Yes
            } else {
                Guessable::No
            };
            // A member of an archive, or its name, has the path inside of it.
            let inside = old.path.starts_with(archive::SEPARATOR);
            let (path, part) = match inside && place.part == Part::Content {
                true => (archive::member_path(place.path, &old.path), old.part),
                false => (BString::from(place.path), place.part),
            };
            findings.push(Finding {
                shown_path: self.scanner.shown_path(BStr::new(&path)),
                part,
                origin: place.origin.clone(),
                fingerprint: Fingerprint::new(&old.rule.id, &path, &old.secret, guessable),
                path,
                ..old.clone()
            });
        }
        findings
    }
}
