//! The secrets of a report, read again where they stand: a report itself holds none.
//!
//! In: a JSON report of hf-guard. Out: its findings, with their secrets; one that stands no longer where the report says is a
//! skip, so that nobody takes it for harmless.

pub mod document;
mod origin;
mod provenance;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use bstr::{BStr, BString, ByteSlice};

use super::history::names;
use super::objects::Reader;
use super::{Progress, Scanned, SourceError};
use crate::archive;
use crate::finding::{Finding, Origin, Part};
use crate::git::{GitError, Kind, Oid, Repository};
use crate::outcome::Skip;
use crate::scan::{Place, Scanner};
use crate::text::path;
pub use document::MalformedReport;
use document::{Document, Entry, Written};

/// A report, without what nobody needs to find its secrets again.
#[derive(Debug)]
pub struct Report {
    repository: Option<String>,
    entries: Vec<Entry>,
}

/// Where secrets are read again.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    /// The repository, where there is one.
    pub repository: Option<&'a Repository>,
    /// Folders from which paths may be counted, in the order in which they are tried.
    pub folders: &'a [PathBuf],
}

impl Report {
    /// Reads a report.
    ///
    /// # Errors
    /// [`MalformedReport`] where `bytes` are none.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedReport> {
        let document = Document::parse(bytes)?;
        // Each part is a secret of its own.
        let mut entries = Vec::new();
        let mut rest = document.findings;
        while let Some(mut entry) = rest.pop() {
            rest.append(&mut entry.parts);
            entries.push(entry);
        }
        Ok(Self {
            repository: document.repository,
            entries,
        })
    }

    /// Which repository it is about, where it says so.
    #[must_use]
    pub fn repository(&self) -> Option<&str> {
        self.repository.as_deref()
    }

    /// Leaves only the findings of these fingerprints; all where there are none.
    pub fn keep(&mut self, fingerprints: &[String]) {
        if !fingerprints.is_empty() {
            self.entries
                .retain(|entry| fingerprints.contains(&entry.fingerprint));
        }
    }

    /// Fingerprint of each finding, and the hash of its secret where the report has one.
    pub fn identities(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.entries
            .iter()
            .map(|entry| (&*entry.fingerprint, entry.secret_sha256.as_deref()))
    }

    /// Reads every finding's text again and finds its secret there.
    ///
    /// # Errors
    /// [`SourceError`] where a rule is unusable.
    pub fn read_again(
        &self,
        places: Places<'_>,
        scanner: &Scanner,
        progress: &Progress,
    ) -> Result<Scanned, SourceError> {
        let mut by_text: BTreeMap<(&Written, &str, Part), Vec<&Entry>> = BTreeMap::new();
        for entry in &self.entries {
            let text = (&entry.origin, &*entry.path, entry.part);
            by_text.entry(text).or_default().push(entry);
        }
        let mut all = Scanned::default();
        let mut done = BTreeSet::new();
        for ((origin, path, part), entries) in by_text {
            progress.advance();
            let found = text(origin, path, part, places, scanner, progress)?;
            all.summary.texts += found.summary.texts;
            all.summary.bytes += found.summary.bytes;
            for entry in entries {
                let mut again: Vec<Finding> = found
                    .findings
                    .iter()
                    .filter(|finding| entry.names(finding))
                    .cloned()
                    .collect();
                // With provenance one finding speaks for all places of its secret.
                if let Some(first) = again.first_mut() {
                    first.provenance = provenance::carried(entry, first).map(Box::new);
                    if first.provenance.is_some() {
                        again.truncate(1);
                    }
                }
                if again.is_empty() {
                    all.skipped.push(entry.lost());
                } else if done.insert((origin, path, &*entry.fingerprint)) {
                    all.findings.append(&mut again);
                }
            }
        }
        Ok(all)
    }
}

impl Entry {
    /// By fingerprint; where the path held a secret, which a report masks, by the secret's hash.
    fn names(&self, finding: &Finding) -> bool {
        finding.fingerprint.to_string() == self.fingerprint
            || (finding.rule.id == self.rule
                && self.secret_sha256.as_deref() == Some(&finding.secret.sha256()))
    }

    fn lost(&self) -> Skip {
        let reason = match &*self.origin.kind {
            "stdin" | "message" if self.origin.commit.is_none() => {
                "it came from standard input or a message that is gone; give it again on standard input"
            }
            _ => "it does not stand there any more; scan anew and verify what that finds",
        };
        Skip {
            path: path::decode(&self.path).unwrap_or_else(|| BString::from(&*self.path)),
            reason: format!("finding {} of the report: {reason}", self.fingerprint),
            is_packed: false,
        }
    }
}

/// Scans the text that a report means, or nothing where it is gone. That of a member of an archive is found in the archive.
fn text(
    written: &Written,
    encoded: &str,
    part: Part,
    places: Places<'_>,
    scanner: &Scanner,
    progress: &Progress,
) -> Result<Scanned, SourceError> {
    let (Some(path), Some(origin)) = (path::decode(encoded), origin::read(written)) else {
        return Ok(Scanned::default());
    };
    let place = |path, part| Place {
        path,
        part,
        origin: &origin,
    };
    let own = place(BStr::new(&path), part);
    let mut scanned = text_at(own, places, scanner, progress)?;
    for outer in archive::outer_paths(&path) {
        let archive = place(outer, Part::Content);
        scanned.append(text_at(archive, places, scanner, progress)?);
    }
    Ok(scanned)
}

fn text_at(
    place: Place<'_>,
    places: Places<'_>,
    scanner: &Scanner,
    progress: &Progress,
) -> Result<Scanned, SourceError> {
    let mut scanned = Scanned::default();
    let Place { path, part, origin } = place;
    if part == Part::Path {
        scanned.scan_whole(scanner, path, place)?;
        return Ok(scanned);
    }
    if part == Part::Content && matches!(origin, Origin::Worktree | Origin::Staged) {
        for text in files(path, origin, places) {
            scanned.scan_whole(scanner, &text, place)?;
        }
        return Ok(scanned);
    }
    let Some(repository) = places.repository else {
        return Ok(scanned);
    };
    let frame = |kind: &str, oid: &Oid, scanned: &mut Scanned| match repository.object(oid) {
        Ok((_, raw)) => {
            let message = raw.find(b"\n\n").map_or(raw.len(), |at| at + 2);
            let reader = Reader::new(repository, scanner, progress);
            reader.frame(kind, &raw, message, origin, scanned)
        }
        // What is not here any more cannot be found in it: the finding is told as lost.
        Err(_) => Ok(()),
    };
    match (origin, part) {
        (Origin::Ref, _) => {
            if let Ok(names) = names::names_and_reflogs(repository, scanner) {
                scanned.append(names);
            }
        }
        (Origin::Commit(info), Part::Header | Part::Message) | (Origin::CommitMessage(info), _) => {
            if let Some(oid) = Oid::from_hex(info.commit.as_bytes()) {
                frame("commit", &oid, &mut scanned)?;
            }
        }
        (Origin::Tag { tag, .. }, _) => {
            if let Some(oid) = Oid::from_hex(tag.as_bytes()) {
                frame("tag", &oid, &mut scanned)?;
            }
        }
        (Origin::Object { object } | Origin::Unreachable { object }, _) => {
            if let Some(oid) = Oid::from_hex(object.as_bytes()) {
                match repository.object(&oid) {
                    Ok((Kind::Blob, raw)) => scanned.scan_whole(scanner, &raw, place)?,
                    Ok((Kind::Commit, _)) => frame("commit", &oid, &mut scanned)?,
                    Ok((Kind::Tag, _)) => frame("tag", &oid, &mut scanned)?,
                    Ok((Kind::Tree, _)) | Err(_) => {}
                }
            }
        }
        (Origin::Commit(info), _) => {
            let blob = Oid::from_hex(info.commit.as_bytes())
                .and_then(|commit| repository.entry_at(&commit, path).ok().flatten());
            if let Some(text) = blob.and_then(|(_, oid)| repository.blob(&oid).ok()) {
                scanned.scan_whole(scanner, &text, place)?;
            }
        }
        (Origin::Staged | Origin::Worktree, _) => {
            for text in indexed(path, repository) {
                scanned.scan_whole(scanner, &text, place)?;
            }
        }
        (Origin::Stdin | Origin::Message, _) => {}
    }
    Ok(scanned)
}

/// What the index and the work tree have at `path`, first what the report meant.
fn files(path: &BStr, origin: &Origin, places: Places<'_>) -> Vec<Vec<u8>> {
    let file = || {
        path.to_path().ok().and_then(|path| {
            places
                .folders
                .iter()
                .find_map(|folder| fs::read(folder.join(path)).ok())
        })
    };
    let blobs = || {
        places
            .repository
            .map(|repository| indexed(path, repository))
    };
    match origin {
        Origin::Worktree => file().map(|text| vec![text]).or_else(blobs),
        _ => blobs()
            .filter(|texts| !texts.is_empty())
            .or_else(|| file().map(|text| vec![text])),
    }
    .unwrap_or_default()
}

/// What the index has at `path`, else HEAD.
fn indexed(path: &BStr, repository: &Repository) -> Vec<Vec<u8>> {
    let blob = |entry: Result<Option<(_, Oid)>, GitError>| {
        let (_, oid) = entry.ok().flatten()?;
        repository.blob(&oid).ok()
    };
    blob(repository.index_entry(path))
        .or_else(|| blob(repository.head_entry(path)))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_report_of_this_schema_is_read() {
        assert!(Report::parse(br#"{"schema": 1, "findings": []}"#).is_ok());
        for other in [
            &b""[..],
            b"[]",
            b"{}",
            br#"{"schema": 1}"#,
            br#"{"schema": 1, "findings": [{}]}"#,
        ] {
            assert!(matches!(Report::parse(other), Err(MalformedReport::Other)));
        }
        assert!(matches!(
            Report::parse(br#"{"schema": 2, "findings": []}"#),
            Err(MalformedReport::Schema { schema: 2 })
        ));
    }
}
