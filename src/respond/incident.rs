//! One leaked secret: what all reports together say of it.
//!
//! In: records of any number of reports, and fingerprints. Out: an incident for each secret that is meant. Where a secret stands is
//! taken from the report that knows its history; what its issuer says, from the one that asked last.

use crate::order;
use std::collections::HashSet;
use std::path::PathBuf;
use std::rc::Rc;

use super::obstacle::Obstacle;
use super::record::{Record, answers_to, is_same_secret};
use crate::finding::{Part, Reach};
use crate::rules::Rule;
use crate::source::report::document::{Commit, Entry, Place};
use crate::taxonomy::Traits;
use crate::verification::Verification;

/// A fingerprint that nobody knows.
#[derive(Debug, thiserror::Error)]
#[error("nothing that was read has the fingerprint {fingerprint:?}; {hint}")]
pub struct Unfound {
    /// The fingerprint.
    pub fingerprint: String,
    /// What to do.
    pub hint: &'static str,
}

/// What is known of one leaked secret.
#[derive(Clone, Debug)]
pub struct Incident {
    /// The finding at the place that counts most.
    pub record: Rc<Record>,
    /// The fingerprints by which the person named it.
    pub asked: Vec<String>,
    /// Its places, the newest first.
    pub places: Vec<Place>,
    /// How many commits have it, and which is the last, where its history is known.
    pub last: Option<(Commit, usize)>,
    /// Whether the commit of HEAD has it, where that is known.
    pub in_head: Option<bool>,
    /// Refs whose tip has it.
    pub refs: Vec<String>,
    /// What its issuer says.
    pub verification: Option<Verification>,
}

/// All that the checklist is written from.
#[derive(Debug)]
pub struct Plan {
    /// The secret.
    pub incident: Incident,
    /// The rule that found it, if it is known here.
    pub rule: Option<&'static Rule>,
    /// How it can be stopped.
    pub remedy: Remedy,
    /// Where the repository is hosted.
    pub remotes: Remotes,
    /// What the tool that rewrites history does not reach.
    pub obstacles: Vec<Obstacle>,
    /// The file with the secret, where one was written.
    pub replacement: Option<String>,
    /// Whether files must be renamed, for their names hold it; where several incidents share that file, that of any of them.
    pub renames: bool,
    /// The report that has it, if one was named.
    pub report: Option<PathBuf>,
    /// What was not read while looking for it.
    pub unread: Vec<String>,
}

/// How a credential is stopped.
#[derive(Clone, Debug, Default)]
pub struct Remedy {
    /// Whether `hf-guard revoke` can do it.
    pub by_command: bool,
    /// The page on which its owner does it.
    pub page: String,
    /// What the owner does there.
    pub steps: Option<String>,
}

/// Where a repository is hosted, by its remotes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Remotes {
    /// On GitHub.
    pub github: bool,
    /// On the Hugging Face Hub.
    pub hub: bool,
    /// Somewhere else.
    pub other: bool,
}

impl Remotes {
    /// Notes the host of an address.
    pub fn add(&mut self, url: &str) {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = rest.split('/').next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default();
        match host {
            "github.com" | "ssh.github.com" => self.github = true,
            "huggingface.co" | "hf.co" | "hf.com" => self.hub = true,
            _ => self.other = true,
        }
    }

    /// Whether nothing is known of them.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        !self.github && !self.hub && !self.other
    }
}

impl Incident {
    /// An incident for each secret that `fingerprints` mean, in their order.
    ///
    /// # Errors
    /// [`Unfound`] for the first fingerprint that no record has.
    pub fn gather(
        records: &[Rc<Record>],
        fingerprints: &[String],
        hint: &'static str,
    ) -> Result<Vec<Self>, Unfound> {
        let mut incidents: Vec<Self> = Vec::new();
        for fingerprint in fingerprints {
            let named = records
                .iter()
                .find(|record| answers_to(&record.entry, fingerprint))
                .ok_or_else(|| Unfound {
                    fingerprint: fingerprint.clone(),
                    hint,
                })?;
            let known = incidents
                .iter_mut()
                .find(|incident| is_same_secret(incident.entry(), &named.entry));
            match known {
                Some(incident) => incident.asked.push(fingerprint.clone()),
                None => incidents.push(Self::of(named, records, fingerprint)),
            }
        }
        Ok(incidents)
    }

    fn of(named: &Rc<Record>, records: &[Rc<Record>], fingerprint: &str) -> Self {
        let same: Vec<&Rc<Record>> = records
            .iter()
            .filter(|record| is_same_secret(&named.entry, &record.entry))
            .collect();
        let with_history = same
            .iter()
            .rev()
            .find(|record| record.entry.provenance.is_some())
            .copied();
        let verification = same
            .iter()
            .filter_map(|record| record.entry.verification.as_ref())
            .max_by(|a, b| a.checked_at.cmp(&b.checked_at))
            .cloned();
        let mut incident = Self {
            record: Rc::clone(with_history.unwrap_or(named)),
            asked: vec![fingerprint.to_owned()],
            places: Vec::new(),
            last: None,
            in_head: None,
            refs: Vec::new(),
            verification,
        };
        if let Some(history) = &Rc::clone(&incident.record).entry.provenance {
            incident.places.clone_from(&history.places);
            incident.last = history.last.clone().zip(history.commits);
            incident.in_head = history.in_head;
            incident.refs = history.refs.clone().unwrap_or_default();
        } else {
            let mut seen = HashSet::new();
            let places = same.iter().map(|record| record.entry.place());
            incident.places = places
                .filter(|place| seen.insert((place.path.clone(), place.line, place.column)))
                .collect();
        }
        incident
    }

    /// The finding.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.record.entry
    }

    /// The first commit that has it, as far as is known.
    #[must_use]
    pub fn first(&self) -> Option<Commit> {
        let history = self.entry().provenance.as_ref();
        history
            .and_then(|history| history.first.clone())
            .or_else(|| {
                let commits = self.places.iter().filter_map(|place| place.origin.commit());
                commits.min_by(|a, b| a.date.cmp(&b.date))
            })
    }

    /// What the taxonomies ask about it.
    #[must_use]
    pub fn traits(&self) -> Traits {
        let mut paths: Vec<&str> = self.places.iter().map(|place| &*place.path).collect();
        order::sort(&mut paths);
        paths.dedup();
        Traits::of_rule(&self.entry().rule)
            .verified(self.verification.as_ref())
            .placed(self.in_head, paths.len())
    }

    /// Whether the name of a file has it.
    #[must_use]
    pub fn is_in_a_name(&self) -> bool {
        self.places.iter().any(|place| place.part == Part::Path)
    }

    /// Whether `reach` leads to one of its places.
    #[must_use]
    pub fn is_reached_by(&self, reach: Reach) -> bool {
        self.places.iter().any(|place| place.reach == reach)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::respond::record::records;
    use crate::source::report::document::Document;

    fn report(fingerprint: &str, rest: &str) -> Vec<Rc<Record>> {
        let document = format!(
            r#"{{"schema": 1, "findings": [{{"fingerprint": "{fingerprint}", "rule": "r", "description": "d", "provider": "p",
                "secret": "s…(9)", "secret_sha256": "h", "path": "a", "part": "content", "line": 1, "column": 1,
                "origin": {{"kind": "worktree"}}{rest}}}]}}"#
        );
        records(Document::parse(document.as_bytes()).expect("it is a report"))
    }

    #[test]
    fn reports_complete_each_other() {
        let mut records = report("f1", "");
        let checked = |at: &str, status: &str| {
            format!(
                r#", "verification": {{"status": "{status}", "kind": null, "owner": null, "role": null, "can_write": null,
                    "organizations": [], "scopes": [], "checked_at": "{at}"}}"#
            )
        };
        records.extend(report("f2", &checked("2026-02-01T00:00:00Z", "revoked")));
        records.extend(report("f2", &checked("2026-01-01T00:00:00Z", "live")));
        records.extend(report(
            "f3",
            r#", "provenance": {"in_head": false, "refs": ["refs/tags/v1"], "blobs": 1, "places": [
                {"path": "b", "part": "content", "line": 2, "column": 3, "end_line": 2, "end_column": 9, "origin": {"kind": "commit", "commit": "c", "author": "a",
                 "date": "2026-01-03"}, "fingerprint": "f4", "reach": "refs"}]}"#,
        ));
        let asked = ["f1".to_owned(), "f4".to_owned()];
        let incidents = Incident::gather(&records, &asked, "").expect("they are there");
        assert_eq!(incidents.len(), 1, "they are one secret");
        let incident = &incidents[0];
        assert_eq!(incident.entry().fingerprint, "f3");
        assert_eq!(incident.asked, asked);
        assert_eq!(incident.in_head, Some(false));
        assert_eq!(incident.first().expect("there is one").date, "2026-01-03");
        let known = incident.verification.as_ref().expect("it was asked about");
        assert_eq!(known.status, crate::verification::Status::Revoked);
        let error = Incident::gather(&records, &["f9".to_owned()], "look elsewhere");
        assert_eq!(
            error.expect_err("nobody has it").to_string(),
            "nothing that was read has the fingerprint \"f9\"; look elsewhere"
        );
    }

    #[test]
    fn hosts_are_told_by_address() {
        let of = |url: &str| {
            let mut remotes = Remotes::default();
            remotes.add(url);
            (remotes.github, remotes.hub, remotes.other)
        };
        assert_eq!(of("https://github.com/a/b"), (true, false, false));
        assert_eq!(of("git@github.com:a/b.git"), (true, false, false));
        assert_eq!(of("https://u:p@huggingface.co/a/b"), (false, true, false));
        assert_eq!(of("git@hf.co:a/b"), (false, true, false));
        assert_eq!(of("/srv/github.com/x"), (false, false, true));
    }
}
