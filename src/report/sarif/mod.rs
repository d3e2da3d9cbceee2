//! The report for a code host: SARIF 2.1.0, as GitHub's code scanning takes it.
//!
//! In: an outcome. Out: one log with one run. Accepted findings are results with a suppression; what was not read is a
//! notification, and makes the run an unsuccessful one.
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

mod text;

use std::collections::HashMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::json::{secret_sha256, write_document};
use super::narrowed::narrowed_words;
use super::taxa::Taxa;
use super::{origin, provenance, stay};
use crate::finding::{Cell, CellKind, Finding, Part, Provenance};
use crate::fingerprint::Fingerprint;
use crate::outcome::{AcceptedBy, Outcome};
use crate::rules::{Confidence, Rule};
use crate::text::path;
use text::{is_url, link, markdown, message, uri};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The base of every path: the root of the repository. Code hosts know this name.
const ROOT: &str = "%SRCROOT%";

/// Writes `outcome` as one log and a final newline.
///
/// # Errors
/// Those of `out`.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    write_document(&log(outcome), out)
}

fn log(outcome: &Outcome) -> Value {
    let taxa = Taxa::new();
    let mut rules = Rules::default();
    let mut seen = HashMap::new();
    let live = outcome.findings.iter().map(|finding| (finding, None));
    let accepted = outcome
        .accepted
        .iter()
        .map(|accepted| (&accepted.finding, Some(&accepted.by)));
    let results: Vec<Value> = live
        .chain(accepted)
        .map(|(finding, by)| {
            let count = seen.entry(&finding.fingerprint).or_insert(0);
            *count += 1;
            let mut result = result(finding, by, rules.index_of(finding.rule), *count);
            result["taxa"] = taxa.of_result(finding).into();
            result
        })
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "hf-guard",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "supportedTaxonomies": taxa.supported(),
                "rules": rules.rules.iter().map(|rule| descriptor(rule, &taxa)).collect::<Vec<_>>(),
            }},
            "taxonomies": taxa.components(),
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "The root of the repository." } } },
            "invocations": [{
                "executionSuccessful": outcome.skipped.is_empty(),
                "toolExecutionNotifications": notifications(outcome),
            }],
            "results": results,
        }],
    })
}

/// The rules that the results name, each once, in the order in which they came.
#[derive(Default)]
struct Rules {
    rules: Vec<&'static Rule>,
    index: HashMap<&'static str, usize>,
}

impl Rules {
    fn index_of(&mut self, rule: &'static Rule) -> usize {
        *self.index.entry(&rule.id).or_insert_with(|| {
            self.rules.push(rule);
            self.rules.len() - 1
        })
    }
}

fn descriptor(rule: &Rule, taxa: &Taxa) -> Value {
    let remedy = "Take it out of the file and read it from the environment or a secret store. If it was ever pushed, \
                  revoke it first: removing it from the newest commit does not take it back.";
    let mut help = format!("{}. {remedy}", rule.description);
    let mut markdown = format!("**{}**\n\n{remedy}", markdown(&rule.description));
    if !rule.revoke.is_empty() {
        help.push_str(&format!("\nRevoke: {}", rule.revoke));
        markdown.push_str(&format!("\n\nRevoke: {}", link(&rule.revoke)));
    }
    help.push_str(&format!("\nFormat: {}", rule.source));
    markdown.push_str(&format!("\n\nFormat: {}", link(&rule.source)));
    let mut descriptor = json!({
        "id": rule.id,
        "shortDescription": { "text": rule.description },
        "fullDescription": { "text": format!("{}, issued by {}.", rule.description, rule.provider) },
        "help": { "text": help, "markdown": markdown },
        "relationships": taxa.relationships(rule),
        "defaultConfiguration": { "level": level(rule.confidence) },
        "properties": {
            "tags": ["security", "secret"],
            "precision": precision(rule.confidence),
            "security-severity": security_severity(rule.confidence),
            "provider": rule.provider,
        },
    });
    if is_url(&rule.source) {
        descriptor["helpUri"] = json!(rule.source);
    }
    descriptor
}

fn result(finding: &Finding, by: Option<&AcceptedBy>, rule_index: usize, count: u32) -> Value {
    let mut text = format!("{} ({})", finding.rule.description, finding.secret);
    text.push_str("; ");
    text.push_str(finding.evidence.in_words());
    for note in &finding.notes {
        text.push_str("; ");
        text.push_str(note);
    }
    let mut properties = json!({
        "confidence": finding.confidence,
        "evidence": finding.evidence,
        "encoding": finding.encoding,
        "part": finding.part,
        "origin": finding.origin,
        "secret": finding.secret,
        "notes": finding.notes,
    });
    if let Some(hash) = secret_sha256(finding) {
        properties["secretSha256"] = json!(hash);
    }
    if let Some(cell) = &finding.cell {
        properties["cell"] = json!(cell);
    }
    if let Some(verification) = &finding.verification {
        properties["verification"] = json!(verification);
    }
    let mut others = Vec::new();
    for (id, part) in finding.parts.iter().enumerate() {
        let mut location = location(part);
        let what = format!("{} ({})", part.rule.description, part.secret);
        location["id"] = json!(id + 1);
        location["message"] = json!({ "text": message(&what) });
        others.push(location);
    }
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": rule_index,
        "level": level(finding.confidence),
        "message": { "text": message(&text) },
        "locations": [location(finding)],
        "relatedLocations": others,
        "partialFingerprints": fingerprints(&finding.fingerprint, count),
        "suppressions": by.map(suppression).into_iter().collect::<Vec<_>>(),
    });
    if let Some(provenance) = &finding.provenance {
        properties["provenance"] = json!(provenance::Entry::of(provenance));
        result["relatedLocations"] = related(provenance);
    }
    result["properties"] = properties;
    result
}

/// Every place of a secret of a history; the result's own location is that of one of them.
fn related(provenance: &Provenance) -> Value {
    let sites = (1..).zip(&provenance.sites).map(|(id, site)| {
        let mut text = stay::place(&site.finding);
        if let Some(stay) = &site.stay {
            let (first, last) = (&stay.first, &stay.last);
            text.push_str(&format!(": from commit {} of {}", first.commit, first.date));
            if last.commit != first.commit {
                text.push_str(&format!(" to commit {} of {}", last.commit, last.date));
            }
        } else if let Some(origin) = origin::origin_name(&site.finding.origin) {
            text.push_str(&format!(": {origin}"));
        }
        if let Some(by) = &site.by {
            text.push_str(&format!(", accepted by {}", origin::reason(by)));
        }
        let mut location = location(&site.finding);
        location["id"] = json!(id);
        location["message"] = json!({ "text": message(&text) });
        location
    });
    sites.collect()
}

/// GitHub tells alerts apart by `primaryLocationLineHash` alone; the count keeps two places of one secret apart.
fn fingerprints(fingerprint: &Fingerprint, count: u32) -> Value {
    json!({
        "primaryLocationLineHash": format!("{fingerprint}:{count}"),
        "hfGuardFingerprint/v1": fingerprint,
    })
}

fn location(finding: &Finding) -> Value {
    let region = match finding.part {
        Part::Content => json!({
            "startLine": finding.start.line,
            "startColumn": finding.start.column,
            "endLine": finding.end.line,
            "endColumn": finding.end.column,
        }),
        // The secret stands in no line of the file; a host wants one all the same.
        Part::Path | Part::SymlinkTarget | Part::Header | Part::Message | Part::RefName => {
            json!({ "startLine": 1 })
        }
    };
    let mut location = json!({
        "physicalLocation": { "artifactLocation": artifact(&finding.shown_path), "region": region },
    });
    if let Some(cell) = &finding.cell {
        location["logicalLocations"] =
            json!([{ "fullyQualifiedName": cell_name(cell), "kind": "element" }]);
    }
    location
}

fn cell_name(cell: &Cell) -> String {
    let kind = match cell.kind {
        CellKind::Source => "source",
        CellKind::Output => "output",
        CellKind::Metadata => "metadata",
    };
    format!("cell {}, {kind}, line {}", cell.number, cell.line)
}

fn artifact(path: &[u8]) -> Value {
    let uri = uri(path);
    if path.starts_with(b"/") {
        json!({ "uri": format!("file://{uri}") })
    } else {
        json!({ "uri": uri, "uriBaseId": ROOT })
    }
}

fn suppression(by: &AcceptedBy) -> Value {
    let (kind, justification) = match by {
        AcceptedBy::Entry { reason, .. } => ("external", reason.clone()),
        AcceptedBy::Comment { marker } => ("inSource", format!("inline comment {marker}")),
        AcceptedBy::PublicTestCredential => (
            "external",
            "a credential that its issuer publishes for tests".to_owned(),
        ),
        AcceptedBy::Baseline => ("external", "known before: it is in the baseline".to_owned()),
        AcceptedBy::BreakGlass { reason } => ("external", format!("break-glass: {reason}")),
    };
    json!({ "kind": kind, "status": "accepted", "justification": justification })
}

fn notifications(outcome: &Outcome) -> Vec<Value> {
    let skipped = outcome.skipped.iter().map(|skip| {
        let text = format!("{} was not read: {}", path::encode(&skip.path), skip.reason);
        json!({
            "level": "error",
            "descriptor": { "id": "not-read" },
            "message": { "text": message(&text) },
            "locations": [{ "physicalLocation": { "artifactLocation": artifact(&skip.path) } }],
        })
    });
    let warnings = outcome.warnings.iter().map(|warning| {
        json!({
            "level": "warning",
            "descriptor": { "id": "warning" },
            "message": { "text": message(warning) },
        })
    });
    let narrowed = outcome.narrowed.iter().map(|narrowed| {
        json!({
            "level": "note",
            "descriptor": { "id": "narrowed" },
            "message": { "text": message(&format!("{}.", narrowed_words(narrowed))) },
            "properties": { "narrowed": narrowed },
        })
    });
    skipped.chain(warnings).chain(narrowed).collect()
}

fn level(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "note",
        Confidence::Medium => "warning",
        Confidence::High => "error",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "very-high",
    }
}

/// A score from 0 to 10; GitHub calls 9 and up critical, 7 and up high, 4 and up medium.
/// Source: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
fn security_severity(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "3.0",
        Confidence::Medium => "6.5",
        Confidence::High => "9.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_counted_from_the_root_of_the_repository() {
        assert_eq!(artifact(b"/tmp/x")["uri"], "file:///tmp/x");
        assert_eq!(artifact(b"x")["uriBaseId"], ROOT);
    }
}
