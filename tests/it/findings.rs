//! What a run reported, as values that a test can compare.

use std::collections::BTreeMap;
use std::path::Path;

use bstr::{BStr, BString};
use hf_guard::finding::{Finding, Origin, Part};
use hf_guard::scan::{Place, Scanner};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::{Run, Sandbox};

/// One finding of a report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Path from the repository's root, as git records it.
    pub path: BString,
    /// 1-based line.
    pub line: usize,
    /// Which secret: its hash.
    pub secret_sha256: String,
}

impl Found {
    /// The finding that is expected where `secret` stands.
    pub fn of(path: impl AsRef<[u8]>, line: usize, secret: &str) -> Self {
        Self {
            path: BString::from(path.as_ref()),
            line,
            secret_sha256: sha256(secret),
        }
    }
}

/// Lower-case hex SHA-256.
pub fn sha256(secret: &str) -> String {
    Sha256::digest(secret)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What `scanner` finds in a file `path` that holds `text`.
#[track_caller]
pub fn in_text(scanner: &Scanner, path: &str, text: &[u8]) -> Vec<Finding> {
    let candidates = scanner.candidates(text).expect("the rules compile");
    let place = Place {
        path: BStr::new(path),
        part: Part::Content,
        origin: &Origin::Worktree,
    };
    scanner.findings(&candidates, place)
}

/// The findings of a run with `--format json`, sorted.
#[track_caller]
pub fn findings(run: &Run) -> Vec<Found> {
    let report = run.json();
    assert_eq!(report["schema"], 1);
    let listed = report["findings"].as_array().expect("findings is a list");
    let mut found: Vec<Found> = listed.iter().map(found).collect();
    found.sort();
    found
}

fn found(finding: &Value) -> Found {
    let text = |key: &str| {
        finding[key]
            .as_str()
            .unwrap_or_else(|| panic!("`{key}` is a text: {finding}"))
    };
    let line = finding["line"].as_u64().expect("`line` is a number");
    Found {
        path: hf_guard::text::path::decode(text("path")).expect("`path` can be decoded"),
        line: usize::try_from(line).expect("a line number fits"),
        secret_sha256: text("secret_sha256").to_owned(),
    }
}

impl Sandbox {
    /// Scans what is staged and asserts that it finds just `expected`: path, line and token of each.
    #[track_caller]
    pub fn assert_staged<P: AsRef<[u8]>>(&self, expected: &[(P, usize, &str)]) {
        self.assert_staged_in(self.path(), expected);
    }

    /// The same, called in `folder`.
    #[track_caller]
    pub fn assert_staged_in<P: AsRef<[u8]>>(&self, folder: &Path, expected: &[(P, usize, &str)]) {
        let run = self.guard_in(folder, &["scan", "--staged", "--format", "json"]);
        assert_reports(&run, expected);
    }
}

/// Asserts that a run with `--format json` found just `expected` and printed none of it.
#[track_caller]
pub fn assert_reports<P: AsRef<[u8]>>(run: &Run, expected: &[(P, usize, &str)]) {
    let mut wanted: Vec<Found> = expected
        .iter()
        .map(|(path, line, secret)| Found::of(path, *line, secret))
        .collect();
    wanted.sort();
    let secrets: BTreeMap<String, &str> = expected
        .iter()
        .map(|(_, _, secret)| (sha256(secret), *secret))
        .collect();
    for secret in secrets.values() {
        run.assert_hides(secret);
    }
    assert_eq!(findings(run), wanted, "stderr: {}", run.stderr);
    run.assert_code(i32::from(!expected.is_empty()));
}
