//! An entry of the configuration: all that it names must hold, and it accepts until its last day.

use serde_json::json;

use super::{RULE, counts, fingerprints, report};
use crate::findings::sha256;
use crate::support::{Run, Sandbox, hf_token};

#[test]
fn a_fingerprint_accepts_exactly_one_finding() {
    let sandbox = Sandbox::new();
    let (one, two) = (hf_token(1), hf_token(2));
    sandbox.stage("a.py", format!("x = '{one}'\ny = '{two}'\n"));
    sandbox.stage("b.py", format!("x = '{one}'\n"));
    let found = fingerprints(&sandbox);
    assert_eq!(found.len(), 3);
    for fingerprint in &found {
        let config = format!("[[allow]]\nfingerprint = \"{fingerprint}\"\nreason = \"test\"\n");
        assert_eq!(counts(&sandbox, &config), (2, 1));
    }
    // Moving within the file changes nothing.
    sandbox.stage("b.py", format!("import os\n\n\nx = '{one}'\n"));
    let config = format!(
        "[[allow]]\nfingerprint = \"{}\"\nreason = \"test\"\n",
        found[2]
    );
    assert_eq!(counts(&sandbox, &config), (2, 1));
}

#[test]
fn every_criterion_of_an_entry_must_hold() {
    let sandbox = Sandbox::new();
    let (one, two) = (hf_token(1), hf_token(2));
    sandbox.stage("docs/a.md", format!("{one} and {two}\n"));
    sandbox.stage("src/a.py", format!("{one}\n"));
    let hash = sha256(&one);
    let start = &one[..8];
    for (criteria, accepted) in [
        (format!("rule = \"{RULE}\""), 3),
        ("path = \"docs/\"".to_owned(), 2),
        ("path = \"*.md\"".to_owned(), 2),
        ("path = \"/a.py\"".to_owned(), 0),
        (format!("secret_sha256 = \"{hash}\""), 2),
        (format!("secret_sha256 = \"{}\"", hash.to_uppercase()), 2),
        (format!("regex = \"^{start}\""), 2),
        ("regex = \"docs|and\"".to_owned(), 0),
        (
            format!(
                "rule = \"{RULE}\"\npath = \"docs/\"\nsecret_sha256 = \"{hash}\"\nregex = \"^{start}\""
            ),
            1,
        ),
        (
            format!("path = \"docs/\"\nsecret_sha256 = \"{}\"", "0".repeat(64)),
            0,
        ),
        (format!("path = \"tests/\"\nsecret_sha256 = \"{hash}\""), 0),
        (format!("path = \"docs/\"\nregex = \"^{start}\""), 1),
    ] {
        let config = format!("[[allow]]\nreason = \"test\"\n{criteria}\n");
        assert_eq!(
            counts(&sandbox, &config),
            (3 - accepted, accepted),
            "{criteria}"
        );
    }
    sandbox.stage(
        ".hf-guard.toml",
        "[[allow]]\npath = \"docs/\"\nreason = \"made up\"\n",
    );
    let report = report(&sandbox);
    assert_eq!(
        report["accepted"][0]["by"],
        json!({"kind": "entry", "line": 1, "reason": "made up"})
    );
}

#[test]
fn an_entry_accepts_until_its_last_day() {
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", hf_token(1));
    let entry =
        |last: &str| format!("\n[[allow]]\npath = \"a.py\"\nreason = \"test\"\nexpires = {last}\n");
    let today = Run::of(sandbox.command("date").args(["-u", "+%Y-%m-%d"])).stdout;
    assert_eq!(
        counts(&sandbox, &entry(&format!("\"{}\"", today.trim()))),
        (0, 1)
    );
    assert_eq!(counts(&sandbox, &entry("9999-12-31")), (0, 1));
    for past in ["2020-01-01", "\"2020-01-01\""] {
        assert_eq!(counts(&sandbox, &entry(past)), (1, 0));
        let warning = ".hf-guard.toml:2: this entry expired on 2020-01-01 and accepts nothing any more; remove it, or \
                       move `expires`";
        let warnings = report(&sandbox)["warnings"].clone();
        assert!(
            warnings
                .as_array()
                .expect("a list")
                .contains(&json!(warning)),
            "{warnings}"
        );
    }
    // Also where nothing is found.
    sandbox.stage("a.py", "clean\n");
    assert_eq!(counts(&sandbox, &entry("2020-01-01")), (0, 0));
    assert!(
        report(&sandbox)["warnings"]
            .to_string()
            .contains("expired on 2020-01-01")
    );
}
