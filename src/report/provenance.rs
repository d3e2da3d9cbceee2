//! The places of a secret in a history, for a program: the field `provenance` of JSON and SARIF.

use bstr::BString;
use serde::{Serialize, Serializer};

use crate::finding::{
    AcceptedBy, Cell, CommitInfo, Encoding, Origin, Part, Provenance, Reach, Site, Stay,
};
use crate::fingerprint::Fingerprint;
use crate::text::path;

/// What is known of one secret.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    #[serde(flatten)]
    stay: Option<Commits<'a>>,
    blobs: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_head: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refs: Option<Refs<'a>>,
    places: Vec<Place<'a>>,
}

#[derive(Serialize)]
struct Commits<'a> {
    first: &'a CommitInfo,
    last: &'a CommitInfo,
    commits: usize,
    reflog_commits: usize,
}

struct Refs<'a>(&'a [BString]);

#[derive(Serialize)]
struct Place<'a> {
    #[serde(serialize_with = "crate::text::path::serialize")]
    path: &'a BString,
    part: Part,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<&'a Cell>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    encoding: &'a [Encoding],
    origin: &'a Origin,
    #[serde(flatten)]
    stay: Option<Commits<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_head: Option<bool>,
    reach: Reach,
    fingerprint: &'a Fingerprint,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a AcceptedBy>,
}

impl<'a> Entry<'a> {
    pub(super) fn of(provenance: &'a Provenance) -> Self {
        let is_traced = provenance.is_traced;
        Self {
            stay: provenance.stay.as_ref().map(Commits::of),
            blobs: provenance.blobs,
            in_head: is_traced.then_some(provenance.in_head),
            refs: is_traced.then_some(Refs(&provenance.refs)),
            places: provenance
                .sites
                .iter()
                .map(|site| Place::of(site, is_traced))
                .collect(),
        }
    }
}

impl<'a> Commits<'a> {
    fn of(stay: &'a Stay) -> Self {
        Self {
            first: &stay.first,
            last: &stay.last,
            commits: stay.commits,
            reflog_commits: stay.reflog_commits,
        }
    }
}

impl<'a> Place<'a> {
    fn of(site: &'a Site, is_traced: bool) -> Self {
        let finding = &site.finding;
        Self {
            path: &finding.shown_path,
            part: finding.part,
            line: finding.start.line,
            column: finding.start.column,
            end_line: finding.end.line,
            end_column: finding.end.column,
            cell: finding.cell.as_ref(),
            encoding: &finding.encoding,
            origin: &finding.origin,
            stay: site.stay.as_ref().map(Commits::of),
            in_head: is_traced.then_some(site.in_head),
            reach: site.reach,
            fingerprint: &finding.fingerprint,
            by: site.by.as_ref(),
        }
    }
}

impl Serialize for Refs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|name| path::encode(name)))
    }
}
