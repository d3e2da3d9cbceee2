//! What is known and cannot be removed today: a file of fingerprints, one a line, sorted, so that two versions of it merge
//! line by line. It holds no secret, no path and no line number.

use std::collections::BTreeSet;

use crate::fingerprint::Fingerprint;
use crate::outcome::{AcceptedBy, Outcome};

/// The fingerprints of known findings.
#[derive(Debug, Default)]
pub struct Baseline(BTreeSet<Fingerprint>);

/// A line that is no fingerprint.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line} of the baseline is no fingerprint (32 hex digits); write it anew with --write-baseline FILE"
)]
pub struct MalformedBaseline {
    /// 1-based.
    pub line: usize,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// [`MalformedBaseline`] at the first line that is no fingerprint.
    pub fn parse(text: &[u8]) -> Result<Self, MalformedBaseline> {
        let text = String::from_utf8_lossy(text);
        let lines = text.lines().enumerate().map(|(number, line)| {
            Fingerprint::parse(line).ok_or(MalformedBaseline { line: number + 1 })
        });
        lines.collect::<Result<_, _>>().map(Self)
    }

    /// All findings of `outcome`, those included that a baseline accepts already.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Self {
        let known = outcome.accepted.iter().map(|accepted| {
            let by = Some(&accepted.by);
            (&accepted.finding, by)
        });
        let open = outcome.findings.iter().map(|finding| (finding, None));
        let mut fingerprints = BTreeSet::new();
        for (finding, by) in open.chain(known) {
            let counts = |by: Option<&AcceptedBy>| by.is_none_or(|by| *by == AcceptedBy::Baseline);
            match &finding.provenance {
                Some(provenance) => {
                    let sites = provenance.sites.iter();
                    let sites = sites.filter(|site| counts(site.by.as_ref()));
                    fingerprints.extend(sites.map(|site| site.finding.fingerprint.clone()));
                }
                None if counts(by) => {
                    fingerprints.insert(finding.fingerprint.clone());
                }
                None => {}
            }
        }
        Self(fingerprints)
    }

    /// The lines of the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.0
            .iter()
            .map(|fingerprint| format!("{fingerprint}\n"))
            .collect()
    }

    /// Accepts what is known.
    pub fn apply(&self, outcome: &mut Outcome) {
        let findings = std::mem::take(&mut outcome.findings);
        for finding in findings {
            super::settle(finding, outcome, |finding| {
                let is_known = self.0.contains(&finding.fingerprint);
                is_known.then_some(AcceptedBy::Baseline)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_fingerprint_is_an_error() {
        let sound = format!("{}\n", "0a".repeat(16));
        assert!(Baseline::parse(b"").is_ok());
        assert!(Baseline::parse(sound.as_bytes()).is_ok_and(|read| read.to_text() == sound));
        for wrong in ["\n", "<<<<<<< HEAD\n", "0A\n", "\u{ff}\n"] {
            let text = format!("{sound}{wrong}");
            assert_eq!(
                Baseline::parse(text.as_bytes()).err(),
                Some(MalformedBaseline { line: 2 })
            );
        }
    }
}
