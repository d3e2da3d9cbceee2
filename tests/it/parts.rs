//! Credentials of several parts: an access key id and its secret are one leak.

use hf_guard::rules::example;
use serde_json::Value;

use crate::support::{Run, Sandbox};

/// A key pair that nobody owns, and the file that holds it.
struct Pair {
    id: String,
    secret: String,
}

impl Pair {
    fn new() -> Self {
        let expand = |template| example::expand(template, 3).expect("a good template");
        Self {
            id: expand("AKIA{{T16}}"),
            secret: expand("{{S40}}"),
        }
    }

    fn id_line(&self) -> String {
        format!("aws_access_key_id = {}\n", self.id)
    }

    fn file(&self) -> String {
        format!(
            "{}aws_secret_access_key = {}\n",
            self.id_line(),
            self.secret
        )
    }

    /// Exit code 1, and neither part in what was printed.
    #[track_caller]
    fn assert_reported(&self, run: &Run) {
        run.assert_code(1)
            .assert_hides(&self.id)
            .assert_hides(&self.secret);
    }
}

#[track_caller]
fn findings(run: &Run) -> Vec<Value> {
    let report = run.json();
    report["findings"].as_array().expect("a list").clone()
}

#[test]
fn an_id_and_its_secret_are_one_finding_and_both_are_hidden() {
    let sandbox = Sandbox::new();
    let pair = Pair::new();
    sandbox.stage("credentials", pair.file());

    let run = sandbox.guard(&["scan", "--staged", "--format", "json"]);
    pair.assert_reported(&run);
    let found = findings(&run);
    assert_eq!(found.len(), 1, "{}", run.stdout);
    assert_eq!(found[0]["rule"], "aws-access-key-id");
    assert_eq!(found[0]["line"], 1);
    let part = &found[0]["parts"][0];
    assert_eq!(part["rule"], "aws-secret-access-key");
    assert_eq!(part["line"], 2);

    let run = sandbox.guard(&["scan", "--staged"]);
    pair.assert_reported(&run);
    run.assert_stdout("1 finding;");
    for name in ["AWS access key id", "AWS secret access key"] {
        run.assert_stdout(name);
    }
    for finding in [&found[0], part] {
        let fingerprint = finding["fingerprint"].as_str().expect("a text");
        run.assert_stdout(&format!("hf-guard allow {fingerprint}"));
    }

    let run = sandbox.guard(&["scan", "--staged", "--format", "sarif"]);
    pair.assert_reported(&run);
    let log = run.json();
    let results = log["runs"][0]["results"].as_array().expect("a list");
    assert_eq!(results.len(), 1);
    let related = &results[0]["relatedLocations"][0];
    assert_eq!(related["physicalLocation"]["region"]["startLine"], 2);
}

#[test]
fn what_accepts_the_id_does_not_accept_the_secret() {
    let sandbox = Sandbox::new();
    let pair = Pair::new();
    sandbox.stage("credentials", pair.file());
    let run = sandbox.guard(&["scan", "--staged", "--format", "json"]);
    let fingerprint = findings(&run)[0]["fingerprint"].clone();
    let fingerprint = fingerprint.as_str().expect("a text");
    sandbox
        .guard(&["allow", fingerprint, "--reason", "the id is public"])
        .assert_code(0);
    sandbox.git(&["add", ".hf-guard.toml"]);

    let run = sandbox.guard(&["scan", "--staged", "--format", "json"]);
    run.assert_code(1).assert_hides(&pair.secret);
    let found = findings(&run);
    assert_eq!(found.len(), 1, "{}", run.stdout);
    assert_eq!(found[0]["rule"], "aws-secret-access-key");
}

#[test]
fn a_secret_added_beside_an_old_id_is_a_finding() {
    let sandbox = Sandbox::new();
    let pair = Pair::new();
    sandbox.stage("credentials", pair.id_line());
    sandbox.commit_all("the id");
    sandbox.stage("credentials", pair.file());

    let run = sandbox.guard(&["scan", "--staged", "--format", "json"]);
    pair.assert_reported(&run);
    let found = findings(&run);
    assert_eq!(found.len(), 1, "{}", run.stdout);
    assert_eq!(found[0]["rule"], "aws-secret-access-key");
}
