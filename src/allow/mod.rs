//! After the scan: which findings are accepted, and by what.
//!
//! In: what a source found, and the configuration. Out: the outcome. A credential that its issuer publishes is accepted
//! first, then what an entry names, then what a comment beside it asks for.

pub mod baseline;
pub mod parts;

use std::collections::BTreeSet;

use std::collections::HashMap;

use crate::config::{Config, Entry};
use crate::date::Date;
use crate::finding::{Finding, Marker, Origin, Part};
use crate::order;
use crate::outcome::{Accepted, AcceptedBy, Outcome};
use crate::source::Scanned;
use crate::text::escape;

/// Sorts findings into those that count and those that something accepts on `today`.
#[must_use]
pub fn apply(scanned: Scanned, config: &Config, today: Date) -> Outcome {
    let mut outcome = Outcome {
        summary: scanned.summary,
        warnings: warnings(&scanned.findings, config, today),
        ..Outcome::default()
    };
    for skip in scanned.skipped {
        let by = config.entries().iter().find(|entry| {
            skip.is_packed && entry.is_current(today) && entry.criteria.accept_unread(&skip.path)
        });
        match by {
            None => outcome.skipped.push(skip),
            Some(entry) => {
                outcome.warnings.push(format!(
                    "{} is not unpacked ({}), which line {} of {} accepts: {}",
                    escape::for_terminal(&skip.path),
                    skip.reason,
                    entry.line,
                    config.name(),
                    entry.shown_reason(),
                ));
                outcome.accepted_unread.push(skip);
            }
        }
    }
    for finding in in_order(scanned.findings) {
        settle(finding, &mut outcome, |finding| {
            accepted_by(finding, config, today)
        });
    }
    outcome
}

/// Puts a finding where it belongs. A secret of a history is accepted only if `by` accepts it at each of its places.
fn settle(
    mut finding: Finding,
    outcome: &mut Outcome,
    by: impl Fn(&Finding) -> Option<AcceptedBy>,
) {
    let accepted = match &mut finding.provenance {
        None => by(&finding),
        Some(provenance) => {
            for site in &mut provenance.sites {
                if site.by.is_none() {
                    site.by = by(&site.finding);
                }
            }
            let told = provenance.head().filter(|_| provenance.is_accepted());
            let accepted = told.and_then(|site| site.by.clone());
            finding = finding.at_head_site();
            accepted
        }
    };
    match accepted {
        Some(by) => outcome.accepted.push(Accepted { finding, by }),
        None => outcome.findings.push(finding),
    }
}

/// The entries that accept nothing of what was found, expired or not; worth a word after a scan of everything.
#[must_use]
pub fn unused<'a>(outcome: &Outcome, config: &'a Config) -> Vec<&'a Entry> {
    let accepted = outcome.accepted.iter().map(|accepted| &accepted.finding);
    let found: Vec<&Finding> = outcome.findings.iter().chain(accepted).collect();
    config
        .entries()
        .iter()
        .filter(|entry| {
            let mut sites = found.iter().flat_map(|finding| finding.at_each_site());
            let mut unread = outcome.accepted_unread.iter();
            !sites.any(|finding| entry.criteria.hold(finding))
                && !unread.any(|skip| entry.criteria.accept_unread(&skip.path))
        })
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
    order::sort_by(&mut ranked, |(a_rank, a), (b_rank, b)| {
        (a_rank, key(a)).cmp(&(b_rank, key(b)))
    });
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
        .flat_map(Finding::at_each_site)
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

#[cfg(test)]
mod tests {
    use bstr::BStr;

    use super::*;
    use crate::finding::Origin;
    use crate::rules::{RuleSet, example};
    use crate::scan::{Place, Scanner};

    const TODAY: &str = "2026-06-15";

    /// A token that nobody owns; another `seed`, another token.
    fn token(seed: u64) -> String {
        example::expand("hf_{{L34}}", seed).expect("a good template")
    }

    fn found(text: &str) -> Vec<Finding> {
        let scanner = Scanner::new(RuleSet::builtin());
        let candidates = scanner
            .candidates(text.as_bytes())
            .expect("built-in rules compile");
        let place = Place {
            path: BStr::new("a.py"),
            part: Part::Content,
            origin: &Origin::Staged,
        };
        scanner.findings(&candidates, place)
    }

    fn config(text: &str) -> Config {
        Config::parse("f", text.as_bytes()).expect("the configuration is valid")
    }

    fn outcome(findings: Vec<Finding>, config: &Config) -> Outcome {
        let scanned = Scanned {
            findings,
            ..Scanned::default()
        };
        apply(
            scanned,
            config,
            Date::parse(TODAY).expect("a day of the calendar"),
        )
    }

    #[test]
    fn what_two_readings_hold_is_one_finding() {
        let findings = found(&format!("{}\n{}\n", token(7), token(11)));
        assert_eq!(findings.len(), 2);
        let twice = [findings.clone(), findings].concat();
        assert_eq!(outcome(twice, &Config::default()).findings.len(), 2);
        let same_line = found(&format!("{0} {0}\n", token(7)));
        assert_eq!(outcome(same_line, &Config::default()).findings.len(), 2);
    }

    #[test]
    fn findings_come_in_order() {
        let mut findings = found(&format!("{}\n{}\n", token(7), token(11)));
        findings.reverse();
        let lines: Vec<usize> = outcome(findings, &Config::default())
            .findings
            .iter()
            .map(|finding| finding.start.line)
            .collect();
        assert_eq!(lines, [1, 2]);
    }

    #[test]
    fn published_credentials_are_no_secrets() {
        let findings = found(&token(7));
        let mut rule = findings[0].rule.clone();
        rule.public_sha256 = vec![findings[0].secret.sha256().into()].into();
        let rule: &'static _ = Box::leak(Box::new(rule));
        let published = findings
            .into_iter()
            .map(|finding| Finding { rule, ..finding })
            .collect();
        let outcome = outcome(published, &Config::default());
        assert!(outcome.findings.is_empty());
        assert_eq!(outcome.accepted[0].by, AcceptedBy::PublicTestCredential);
    }

    #[test]
    fn a_hash_accepts_nothing_that_can_be_guessed() {
        let findings = found(&token(7));
        let entry = |finding: &Finding| {
            let hash = finding.secret.sha256();
            config(&format!(
                "[[allow]]\nsecret_sha256 = \"{hash}\"\nreason = \"r\"\n"
            ))
        };
        let config = entry(&findings[0]);
        assert_eq!(outcome(findings.clone(), &config).accepted.len(), 1);
        let mut rule = findings[0].rule.clone();
        rule.guessable = true;
        let rule: &'static _ = Box::leak(Box::new(rule));
        let guessable = findings
            .into_iter()
            .map(|finding| Finding { rule, ..finding })
            .collect();
        assert_eq!(outcome(guessable, &config).accepted.len(), 0);
    }

    #[test]
    fn entries_without_use_are_told() {
        let findings = found(&token(7));
        let used = format!(
            "[[allow]]\nfingerprint = \"{}\"\nreason = \"used\"\n",
            findings[0].fingerprint
        );
        let config = config(&format!(
            "{used}expires = 2020-01-01\n{used}\n{used}[[allow]]\npath = \"b.py\"\nreason = \"unused\"\n"
        ));
        let outcome = outcome(findings, &config);
        let unused: Vec<&str> = unused(&outcome, &config)
            .iter()
            .map(|entry| &*entry.reason)
            .collect();
        assert_eq!(unused, ["unused"]);
    }

    #[test]
    fn a_reason_that_quotes_a_secret_is_cut() {
        let secret = token(7);
        let config = config(&format!(
            "[[allow]]\npath = \"a.py\"\nreason = \"it is {secret}\"\n"
        ));
        let by = outcome(found(&secret), &config).accepted.remove(0).by;
        let reason = format!("it is hf_{}…", &secret[3..7]);
        assert_eq!(by, AcceptedBy::Entry { line: 1, reason });
    }

    #[test]
    fn an_entry_ends_after_its_last_day() {
        for (last, accepted) in [("2026-06-14", 0), (TODAY, 1), ("2026-06-16", 1)] {
            let config = config(&format!(
                "[[allow]]\npath = \"a.py\"\nreason = \"r\"\nexpires = {last}\n"
            ));
            let outcome = outcome(found(&token(7)), &config);
            assert_eq!(outcome.accepted.len(), accepted, "{last}");
            assert_eq!(outcome.warnings.len(), 1 - accepted, "{last}");
        }
    }
}
