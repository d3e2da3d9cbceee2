//! What a run says to a code host: SARIF that is valid, and that code scanning can use.

use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use hf_guard::report::{Format, Options};
use serde_json::{Value, json};

use crate::report::{everything, notebook, written};
use crate::support::{Sandbox, hf_token};

/// The schema as OASIS publishes it; the package `serde-sarif` (MIT) carries it.
fn sarif_schema() -> &'static jsonschema::Validator {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let cargo = |arguments: &[&str]| {
            let output = Command::new(env!("CARGO"))
                .args(arguments)
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .output()
                .expect("cargo runs");
            assert!(output.status.success(), "{}", output.stderr.escape_ascii());
            String::from_utf8(output.stdout).expect("cargo prints UTF-8")
        };
        let version = cargo(&["-vV"]);
        let host = version
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .expect("cargo names its host");
        // Only packages of this platform are sure to have been downloaded.
        let metadata = cargo(&[
            "metadata",
            "--format-version=1",
            "--offline",
            "--locked",
            "--filter-platform",
            host,
        ]);
        let metadata: Value = serde_json::from_str(&metadata).expect("cargo prints JSON");
        let manifest = metadata["packages"]
            .as_array()
            .expect("packages are a list")
            .iter()
            .find(|package| package["name"] == "serde-sarif")
            .and_then(|package| package["manifest_path"].as_str())
            .expect("it is a development dependency");
        let path = std::path::Path::new(manifest).with_file_name("src/schema.json");
        let schema = fs::read_to_string(path).expect("the package holds the schema");
        // A bracket that stands for itself makes two of its patterns no regex to a strict reader.
        let schema = schema.replace("]?$\"", "\\\\]?$\"");
        let schema: Value = serde_json::from_str(&schema).expect("a schema is JSON");
        assert!(
            schema["title"]
                .as_str()
                .is_some_and(|title| title.contains("Version 2.1.0"))
        );
        jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .expect("the schema is one")
    })
}

#[track_caller]
pub fn assert_sarif(log: &Value) {
    let errors: Vec<String> = sarif_schema()
        .iter_errors(log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}\n{log:#}", errors.join("\n"));
}

#[test]
fn sarif_is_valid_and_what_code_scanning_wants() {
    let sandbox = Sandbox::new();
    let (first, second) = (hf_token(1), hf_token(2));
    sandbox.stage("src/a b.py", format!("t = '{first}'\nu = '{first}'\n"));
    sandbox.stage("demo.ipynb", notebook(&first, &second));
    sandbox.stage(&format!("{second}.txt"), "x\n");
    let run = sandbox.guard(&["--format", "sarif"]);
    run.assert_code(1)
        .assert_hides(&first)
        .assert_hides(&second);
    let log = run.json();
    assert_sarif(&log);
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let results = run["results"].as_array().expect("results are a list");
    assert_eq!(results.len(), 5);
    let in_python: Vec<&Value> = results
        .iter()
        .filter(|result| {
            let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
            artifact["uri"] == "src/a%20b.py" && artifact["uriBaseId"] == "%SRCROOT%"
        })
        .collect();
    assert_eq!(in_python.len(), 2);
    assert_eq!(
        in_python[0]["locations"][0]["physicalLocation"]["region"],
        json!({"startLine": 1, "startColumn": 6, "endLine": 1, "endColumn": 43})
    );
    assert_ne!(
        in_python[0]["partialFingerprints"]["primaryLocationLineHash"],
        in_python[1]["partialFingerprints"]["primaryLocationLineHash"]
    );
    assert_eq!(in_python[0]["suppressions"], json!([]));
    assert_eq!(in_python[0]["level"], "error");
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "huggingface-user-token");
    assert_eq!(rule["properties"]["security-severity"], "9.0");
    assert!(
        rule["helpUri"]
            .as_str()
            .is_some_and(|uri| uri.starts_with("https://"))
    );
    for form in ["text", "markdown"] {
        let help = rule["help"][form].as_str().expect("a rule has help");
        assert!(
            help.contains("https://huggingface.co/settings/tokens"),
            "{help}"
        );
    }
}

#[test]
fn rules_and_results_name_the_items_of_taxonomies() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.write("a.py", format!("t = '{token}'\n"));
    sandbox.write("b.py", format!("t = '{token}'\n"));
    sandbox.commit_all("Two files");
    let log = sandbox
        .guard(&["--all-history", "--format", "sarif"])
        .json();
    assert_sarif(&log);
    let run = &log["runs"][0];
    let taxonomies = run["taxonomies"].as_array().expect("a list");
    let driver = &run["tool"]["driver"];
    let supported = driver["supportedTaxonomies"].as_array();
    assert_eq!(supported.map(Vec::len), Some(taxonomies.len()));
    let named = |reference: &Value| {
        let at = reference["toolComponent"]["index"]
            .as_u64()
            .expect("a number");
        let component = &taxonomies[usize::try_from(at).expect("it is small")];
        assert_eq!(component["name"], reference["toolComponent"]["name"]);
        let index = reference["index"].as_u64().expect("a number");
        let taxon = &component["taxa"][usize::try_from(index).expect("it is small")];
        assert_eq!(taxon["id"], reference["id"]);
        reference["id"].as_str().expect("a text").to_owned()
    };
    let rule: Vec<String> = driver["rules"][0]["relationships"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|relationship| named(&relationship["target"]))
        .collect();
    assert_eq!(
        rule,
        [
            "NHI2:2025",
            "ASI03",
            "PR.AA-01",
            "DE.CM-09",
            "6.3.1",
            "8.6.2"
        ]
    );
    let result: Vec<String> = run["results"][0]["taxa"]
        .as_array()
        .expect("a list")
        .iter()
        .map(named)
        .collect();
    assert_eq!(result, ["NHI9:2025"], "two files share it");
    let json = sandbox.guard(&["--all-history", "--format", "json"]).json();
    let mappings = json["findings"][0]["mappings"].as_array().expect("a list");
    assert_eq!(mappings.len(), rule.len() + 1);
    crate::respond::assert_explained(mappings, &json);
}

#[test]
fn sarif_of_an_incomplete_scan_says_so() {
    let sandbox = Sandbox::new();
    std::os::unix::fs::symlink("/etc/hostname", sandbox.path().join("link"))
        .expect("a link can be made");
    let run = sandbox.guard(&["scan", "link", "--format", "sarif"]);
    run.assert_code(2);
    let log = run.json();
    assert_sarif(&log);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notification["level"], "error");
    assert!(
        notification["message"]["text"]
            .as_str()
            .is_some_and(|text| text.starts_with("link was not read"))
    );
}

#[test]
fn the_schema_check_can_fail() {
    assert!(!sarif_schema().is_valid(&json!({"version": "2.1.0", "runs": [{}]})));
    assert!(!sarif_schema().is_valid(&json!({"version": "2.0.0", "runs": []})));
}

#[test]
fn every_kind_of_result_is_valid() {
    let options = Options {
        format: Format::Sarif,
        ..Options::default()
    };
    let log: Value = serde_json::from_str(&written(&everything(), &options)).expect("it is JSON");
    assert_sarif(&log);
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results are a list");
    let levels: Vec<&Value> = results.iter().map(|result| &result["level"]).collect();
    assert_eq!(
        levels,
        ["error", "note", "warning", "error", "error", "error"]
    );
    let kinds: Vec<&Value> = results[3..]
        .iter()
        .map(|result| &result["suppressions"][0]["kind"])
        .collect();
    assert_eq!(kinds, ["external", "inSource", "external"]);
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(
        run["invocations"][0]["toolExecutionNotifications"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}
