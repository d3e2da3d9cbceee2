//! What a report of a history says of a secret's places, carried over to the finding that was read again.
//!
//! In: the entry of the report, and its finding. Out: the finding's provenance, as the scan told it. It is not checked again:
//! what was first is first for good, and whoever wants to know where it stands now scans the history anew.

use bstr::BString;

use super::document::{Commit, Entry, Place};
use super::origin;
use crate::finding::{Finding, Position, Provenance, Site, Stay};
use crate::fingerprint::Fingerprint;
use crate::text::path;

/// The provenance of `entry`; `None` where it has none, or one that is not as a report writes it.
pub(super) fn carried(entry: &Entry, finding: &Finding) -> Option<Provenance> {
    let written = entry.provenance.as_ref()?;
    let refs = written.refs.as_deref().unwrap_or_default();
    Some(Provenance {
        stay: stay(
            [&written.first, &written.last],
            [written.commits, written.reflog_commits],
        ),
        blobs: written.blobs,
        refs: refs
            .iter()
            .map(|name| path::decode(name))
            .collect::<Option<Vec<BString>>>()?,
        in_head: written.in_head == Some(true),
        is_traced: written.in_head.is_some(),
        sites: written
            .places
            .iter()
            .map(|place| site(place, finding))
            .collect::<Option<Vec<Site>>>()?,
    })
}

fn site(place: &Place, finding: &Finding) -> Option<Site> {
    let path = path::decode(&place.path)?;
    Some(Site {
        finding: Finding {
            path: path.clone(),
            shown_path: path,
            part: place.part,
            origin: origin::read(&place.origin)?,
            start: Position {
                line: place.line,
                column: place.column,
            },
            end: Position {
                line: place.end_line,
                column: place.end_column,
            },
            fingerprint: Fingerprint::parse(&place.fingerprint)?,
            provenance: None,
            ..finding.clone()
        },
        stay: stay(
            [&place.first, &place.last],
            [place.commits, place.reflog_commits],
        ),
        in_head: place.in_head == Some(true),
        reach: place.reach,
        by: place.by.clone(),
    })
}

/// Of the first and the last commit, and of how many there are on refs and on reflogs alone.
fn stay(
    [first, last]: [&Option<Commit>; 2],
    [commits, reflog_commits]: [Option<usize>; 2],
) -> Option<Stay> {
    Some(Stay {
        first: origin::commit(first.as_ref()?)?,
        last: origin::commit(last.as_ref()?)?,
        commits: commits?,
        reflog_commits: reflog_commits?,
    })
}
