//! The report for a program: one JSON document, `"schema": 1`, described in the README.
//!
//! In: an outcome. Out: its findings, field by field; a later version adds fields and `origin` kinds, and never renames
//! or drops one. Secrets appear as masks, paths as [`crate::text::path::encode`] writes them.

use std::io::{self, Write};

use bstr::BString;
use serde::Serialize;

use super::provenance;
use crate::finding::{Cell, Encoding, Evidence, Finding, Origin, Part};
use crate::fingerprint::Fingerprint;
use crate::outcome::{AcceptedBy, Narrowed, Outcome, Skip, Summary};
use crate::rules::Confidence;
use crate::secret::Secret;
use crate::taxonomy::{self, Taxonomy, Traits};
use crate::text::escape;
use crate::verification::Verification;

/// Version of the document; a reader refuses a number it does not know.
pub const SCHEMA: u32 = 1;

/// Writes `outcome` as one document and a final newline.
///
/// # Errors
/// Those of `out`.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let has_findings = !outcome.findings.is_empty() || !outcome.accepted.is_empty();
    let taxonomies = match has_findings {
        true => taxonomy::of_findings(),
        false => Vec::new(),
    };
    write_document(&Document::of(outcome, &taxonomies), out)
}

/// Serializes with indentation and a final newline.
///
/// Characters that steer a terminal are spelled `\uXXXX`, for whoever looks at it there, and
/// `##[` is spelled `#\u0023[`: GitHub's and Azure's runners obey `##[…]` anywhere in a line of a job's output.
/// Source: <https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs>
pub(super) fn write_document(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let text = escape::in_json(&serde_json::to_string_pretty(document)?);
    out.write_all(text.replace("##[", "#\\u0023[").as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<&'a str>,
    /// Written only where it is true.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    partial: bool,
    findings: Vec<Entry<'a>>,
    accepted: Vec<Entry<'a>>,
    skipped: &'a [Skip],
    warnings: &'a [String],
    summary: Counts<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    taxonomies: &'a [Taxonomy],
}

impl<'a> Document<'a> {
    fn of(outcome: &'a Outcome, taxonomies: &'a [Taxonomy]) -> Self {
        Self {
            schema: SCHEMA,
            repository: outcome.repository.as_deref(),
            partial: outcome.is_partial,
            findings: outcome
                .findings
                .iter()
                .map(|finding| Entry::of(finding, None, taxonomies))
                .collect(),
            accepted: outcome
                .accepted
                .iter()
                .map(|accepted| Entry::of(&accepted.finding, Some(&accepted.by), taxonomies))
                .collect(),
            skipped: &outcome.skipped,
            warnings: &outcome.warnings,
            summary: Counts {
                findings: outcome.findings.len(),
                blocking: outcome.blocking().count(),
                accepted: outcome.accepted.len(),
                skipped: outcome.skipped.len(),
                read: outcome.summary,
                narrowed: outcome.narrowed.as_ref(),
            },
            taxonomies,
        }
    }
}

/// How many of what; `findings` counts the low-confidence ones too, `blocking` does not.
#[derive(Serialize)]
struct Counts<'a> {
    findings: usize,
    blocking: usize,
    accepted: usize,
    skipped: usize,
    #[serde(flatten)]
    read: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    narrowed: Option<&'a Narrowed>,
}

#[derive(Serialize)]
struct Entry<'a> {
    rule: &'a str,
    description: &'a str,
    provider: &'a str,
    confidence: Confidence,
    evidence: Evidence,
    encoding: &'a [Encoding],
    #[serde(serialize_with = "crate::text::path::serialize")]
    path: &'a BString,
    part: Part,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<&'a Cell>,
    origin: &'a Origin,
    secret: &'a Secret,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_sha256: Option<String>,
    fingerprint: &'a Fingerprint,
    notes: &'a [String],
    mappings: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<provenance::Entry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<&'a Verification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a AcceptedBy>,
}

impl<'a> Entry<'a> {
    fn of(finding: &'a Finding, by: Option<&'a AcceptedBy>, taxonomies: &'a [Taxonomy]) -> Self {
        Self {
            rule: &finding.rule.id,
            description: &finding.rule.description,
            provider: &finding.rule.provider,
            confidence: finding.confidence,
            evidence: finding.evidence,
            encoding: &finding.encoding,
            path: &finding.shown_path,
            part: finding.part,
            line: finding.start.line,
            column: finding.start.column,
            end_line: finding.end.line,
            end_column: finding.end.column,
            cell: finding.cell.as_ref(),
            origin: &finding.origin,
            secret: &finding.secret,
            secret_sha256: secret_sha256(finding),
            fingerprint: &finding.fingerprint,
            notes: &finding.notes,
            mappings: taxonomy::names(taxonomy::about(taxonomies, Traits::of(finding))),
            parts: finding
                .parts
                .iter()
                .map(|part| Self::of(part, None, taxonomies))
                .collect(),
            provenance: finding.provenance.as_deref().map(provenance::Entry::of),
            verification: finding.verification.as_deref(),
            by,
        }
    }
}

/// The hash of the secret, unless likely ones could be tried against it.
pub(super) fn secret_sha256(finding: &Finding) -> Option<String> {
    (!finding.rule.guessable).then(|| finding.secret.sha256())
}
