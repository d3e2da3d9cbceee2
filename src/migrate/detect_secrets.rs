//! A baseline of detect-secrets.
//!
//! In: the JSON that `detect-secrets scan` wrote and `audit` marked, and the files that it speaks of. Out: an entry for each
//! secret of it that is found here too. A baseline holds SHA-1 hashes, from which no entry can be made; so the files are
//! read, and what is found there is compared. What was audited as a real secret is not accepted.
//! Source: <https://github.com/Yelp/detect-secrets/blob/master/docs/design.md>

use std::collections::{BTreeMap, BTreeSet};

use bstr::BStr;
use serde::Deserialize;
use sha1::{Digest as _, Sha1};

use super::{Accept, MigrateError, Migration, path, usable};
use crate::finding::{Origin, Part};
use crate::scan::{Place, Scanner};

#[derive(Debug, Deserialize)]
struct File {
    #[serde(default)]
    results: BTreeMap<String, Vec<Known>>,
    #[serde(default)]
    filters_used: Vec<Filter>,
    /// Of versions before 1.0.
    exclude: Option<Exclude>,
}

#[derive(Debug, Deserialize)]
struct Known {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    hashed_secret: String,
    #[serde(default)]
    line_number: usize,
    is_secret: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Filter {
    #[serde(default)]
    path: String,
    #[serde(default)]
    pattern: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Exclude {
    files: Option<String>,
    lines: Option<String>,
}

/// Reads the baseline `text`, called `name`; `file` gives the bytes of a file that it names.
///
/// # Errors
/// [`MigrateError`] where it is none, or a rule of `scanner` is unusable.
pub fn read(
    name: &str,
    text: &[u8],
    scanner: &Scanner,
    file: impl Fn(&str) -> Option<Vec<u8>>,
) -> Result<Migration, MigrateError> {
    let baseline: File = serde_json::from_slice(text).map_err(|error| MigrateError::Json {
        name: name.to_owned(),
        line: error.line(),
    })?;
    let mut migration = Migration::default();
    filters(&baseline, &mut migration);
    for (path, known) in &baseline.results {
        let shown = crate::text::escape::for_terminal(path.as_bytes());
        let Some(bytes) = file(path) else {
            migration.left_out.push(format!(
                "{shown}: it cannot be read, so its secrets cannot be told"
            ));
            continue;
        };
        let path = path.replace('\\', "/");
        let found = found(scanner, &path, &bytes)?;
        let mut accepted = BTreeSet::new();
        for one in known {
            let place = format!(
                "{shown}:{}: {}",
                one.line_number,
                crate::text::escape::for_terminal(one.kind.as_bytes())
            );
            match found.get(&one.hashed_secret) {
                _ if one.is_secret == Some(true) => migration.left_out.push(format!(
                    "{place}: audited as a real secret; revoke it and take it out"
                )),
                Some(fingerprint) => {
                    if accepted.insert(fingerprint) {
                        let audited = if one.is_secret == Some(false) {
                            ", audited as no secret"
                        } else {
                            ""
                        };
                        migration.entries.push(Accept {
                            fingerprint: Some(fingerprint.clone()),
                            reason: format!("in the baseline of detect-secrets{audited}"),
                            ..Accept::default()
                        });
                    }
                }
                None => migration.left_out.push(format!(
                    "{place}: not found here, so nothing needs to be accepted"
                )),
            }
        }
    }
    Ok(migration)
}

/// The fingerprint of each secret found in a file, by the SHA-1 of the secret.
fn found(
    scanner: &Scanner,
    path: &str,
    bytes: &[u8],
) -> Result<BTreeMap<String, String>, MigrateError> {
    let candidates = scanner.candidates(bytes)?;
    let place = Place {
        path: BStr::new(path),
        part: Part::Content,
        origin: &Origin::Worktree,
    };
    let findings = scanner.findings(&candidates, place);
    let by_hash = findings.iter().map(|finding| {
        let hash = Sha1::digest(finding.secret.expose());
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        (hex, finding.fingerprint.to_string())
    });
    Ok(by_hash.collect())
}

/// What was excluded by pattern.
fn filters(baseline: &File, migration: &mut Migration) {
    let old = baseline.exclude.iter();
    let files = old.clone().filter_map(|exclude| exclude.files.clone());
    let lines = old.filter_map(|exclude| exclude.lines.clone());
    let named = |end: &'static str| {
        let filters = baseline.filters_used.iter();
        filters
            .filter(move |filter| filter.path.ends_with(end))
            .flat_map(|filter| filter.pattern.clone())
    };
    for regex in files.chain(named("should_exclude_file")) {
        // One pattern often names several files.
        for regex in regex.split('|') {
            match path::globs(regex) {
                Some(globs) => globs.into_iter().for_each(|glob| {
                    entry(
                        migration,
                        Accept {
                            path: Some(glob),
                            ..Accept::default()
                        },
                    );
                }),
                None => migration.left_out.push(format!(
                    "an excluded file: `{}` is no pattern as .gitignore has them",
                    crate::text::escape::for_terminal(regex.as_bytes())
                )),
            }
        }
    }
    for regex in named("should_exclude_secret") {
        entry(
            migration,
            Accept {
                regex: Some(regex),
                ..Accept::default()
            },
        );
    }
    for _ in lines.chain(named("should_exclude_line")) {
        migration
            .left_out
            .push("excluded lines: entries here see the secret, not its line".to_owned());
    }
    if baseline
        .filters_used
        .iter()
        .any(|filter| filter.path.contains("wordlist"))
    {
        migration
            .left_out
            .push("a word list: the words that make a placeholder are built in here".to_owned());
    }
}

fn entry(migration: &mut Migration, accept: Accept) {
    let accept = Accept {
        reason: "excluded in detect-secrets".to_owned(),
        ..accept
    };
    match usable(&accept, &migration.rules) {
        Ok(()) => migration.entries.push(accept),
        Err(why) => migration.left_out.push(format!("an exclusion: {why}")),
    }
}
