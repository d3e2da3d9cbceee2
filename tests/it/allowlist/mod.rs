//! What accepts a finding, and what does not.

mod command;
mod comment;
mod entry;

use serde_json::Value;

use crate::support::Sandbox;

const RULE: &str = "huggingface-user-token";

#[track_caller]
fn report(sandbox: &Sandbox) -> Value {
    sandbox.guard(&["--format", "json"]).json()
}

/// The fingerprints of the findings that count.
#[track_caller]
fn fingerprints(sandbox: &Sandbox) -> Vec<String> {
    let report = report(sandbox);
    let findings = report["findings"].as_array().expect("a list");
    findings
        .iter()
        .map(|finding| {
            finding["fingerprint"]
                .as_str()
                .expect("a string")
                .to_owned()
        })
        .collect()
}

/// How many findings count and how many are accepted, under this configuration.
#[track_caller]
fn counts(sandbox: &Sandbox, config: &str) -> (u64, u64) {
    sandbox.stage(".hf-guard.toml", config);
    let report = report(sandbox);
    let count = |what: &str| report["summary"][what].as_u64().expect("a number");
    (count("findings"), count("accepted"))
}
