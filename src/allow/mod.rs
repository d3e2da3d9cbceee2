//! After the scan: which findings are accepted, and by what.
//!
//! In: what a source found, and the configuration. Out: the outcome. A credential that its issuer publishes is accepted
//! first, then what an entry names, then what a comment beside it asks for.

use std::collections::BTreeSet;

use std::collections::HashMap;

use crate::config::{Config, Date, Entry};
use crate::finding::{Finding, Marker, Origin, Part};
use crate::outcome::{Accepted, AcceptedBy, Outcome};
use crate::source::Scanned;
use crate::text::escape;

/// Sorts findings into those that count and those that something accepts on `today`.
#[must_use]
pub fn apply(scanned: Scanned, config: &Config, today: Date) -> Outcome {
    let mut outcome = Outcome {
        skipped: scanned.skipped,
        summary: scanned.summary,
        warnings: warnings(&scanned.findings, config, today),
        ..Outcome::default()
    };
    for finding in in_order(scanned.findings) {
        match accepted_by(&finding, config, today) {
            Some(by) => outcome.accepted.push(Accepted { finding, by }),
            None => outcome.findings.push(finding),
        }
    }
    outcome
}

/// The entries that accept nothing of what was found, expired or not; worth a word after a scan of everything.
#[must_use]
pub fn unused<'a>(outcome: &Outcome, config: &'a Config) -> Vec<&'a Entry> {
    let accepted = outcome.accepted.iter().map(|accepted| &accepted.finding);
    let found: Vec<&Finding> = outcome.findings.iter().chain(accepted).collect();
    config
        .entries()
        .iter()
        .filter(|entry| !found.iter().any(|finding| entry.criteria.hold(finding)))
        .collect()
}

/// By origin as the source gave them (commits oldest first), then by path and place. What two readings of one text (raw,
/// and decoded from UTF-16) both hold is one finding.
fn in_order(findings: Vec<Finding>) -> Vec<Finding> {
    let mut origins: HashMap<Origin, usize> = HashMap::new();
    let mut ranked: Vec<(usize, Finding)> = findings
        .into_iter()
        .map(|finding| {
            let next = origins.len();
            let rank = *origins.entry(finding.origin.clone()).or_insert(next);
            (rank, finding)
        })
        .collect();
    ranked.sort_by(|(a_rank, a), (b_rank, b)| (a_rank, key(a)).cmp(&(b_rank, key(b))));
    ranked.dedup_by(|(a_rank, a), (b_rank, b)| {
        a_rank == b_rank && key(a) == key(b) && a.secret == b.secret
    });
    ranked.into_iter().map(|(_, finding)| finding).collect()
}

fn key(finding: &Finding) -> impl Ord + '_ {
    (
        &finding.path,
        finding.part,
        finding.start,
        finding.end,
        &finding.rule.id,
        &finding.fingerprint,
    )
}

fn accepted_by(finding: &Finding, config: &Config, today: Date) -> Option<AcceptedBy> {
    if is_public(finding) {
        return Some(AcceptedBy::PublicTestCredential);
    }
    let entry = config
        .entries()
        .iter()
        .find(|entry| entry.is_current(today) && entry.criteria.hold(finding));
    if let Some(entry) = entry {
        return Some(AcceptedBy::Entry {
            line: entry.line,
            reason: entry.shown_reason(),
        });
    }
    // Only a file has comments; a path or a message has none, whatever it looks like.
    let markers = match finding.part {
        Part::Content => &finding.markers[..],
        Part::Path | Part::SymlinkTarget | Part::Header | Part::Message | Part::RefName => &[],
    };
    markers
        .iter()
        .find(|marker| accepts(marker, finding))
        .map(|marker| AcceptedBy::Comment {
            marker: marker.as_written().to_owned(),
        })
}

fn is_public(finding: &Finding) -> bool {
    let published = &finding.rule.public_sha256;
    !published.is_empty() && {
        let hash = finding.secret.sha256();
        published
            .iter()
            .any(|known| known.eq_ignore_ascii_case(&hash))
    }
}

fn accepts(marker: &Marker, finding: &Finding) -> bool {
    match marker {
        Marker::HfGuard(rules) => rules.iter().any(|id| *id == finding.rule.id),
        Marker::Gitleaks | Marker::Betterleaks | Marker::Trufflehog | Marker::DetectSecrets => true,
    }
}

fn warnings(findings: &[Finding], config: &Config, today: Date) -> Vec<String> {
    let mut warnings = config.news().to_vec();
    for entry in config.entries() {
        if let Some(last) = entry.expires.filter(|_| !entry.is_current(today)) {
            warnings.push(format!(
                "{}:{}: this entry expired on {last} and accepts nothing any more; remove it, or move `expires`",
                config.name(),
                entry.line
            ));
        }
    }
    // Two findings can stand beside one comment.
    let comments: BTreeSet<String> = findings
        .iter()
        .filter(|finding| finding.part == Part::Content)
        .flat_map(|finding| {
            finding
                .markers
                .iter()
                .filter_map(|marker| doubt(marker, finding, config))
        })
        .collect();
    warnings.extend(comments);
    warnings
}

/// What is wrong with a comment of ours.
fn doubt(marker: &Marker, finding: &Finding, config: &Config) -> Option<String> {
    let Marker::HfGuard(rules) = marker else {
        return None;
    };
    let place = format!(
        "{}:{}",
        escape::for_terminal(&finding.shown_path),
        finding.start.line
    );
    if rules.is_empty() {
        return Some(format!(
            "{place}: the comment names no rule; write `hf-guard: allow {}`",
            finding.rule.id
        ));
    }
    rules.iter().any(|id| !config.knows_rule(id)).then(|| {
        format!(
            "{place}: the comment names a rule that does not exist; this one is {}",
            finding.rule.id
        )
    })
}
