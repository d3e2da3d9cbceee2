//! Where the credential stands that is asked about: in many files, in a report, in a history.

use serde_json::{Value, json};

use super::verify;
use crate::issuer::{Issuer, Play, whoami};
use crate::support::{GUARD, Sandbox, hf_token, run_with_input};

#[test]
fn a_secret_is_asked_about_once_wherever_it_stands() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    for file in ["a.py", "b.py", "c.py"] {
        sandbox.write(
            file,
            format!("token = \"{token}\"\nlogin(token=\"{token}\")\n"),
        );
    }
    let issuer = Issuer::start(|_| Play::json(whoami("write")));
    let run = verify(&sandbox, &issuer, &["a.py", "b.py", "c.py"]);
    run.assert_code(1).assert_hides(&token);
    assert_eq!(issuer.seen().len(), 1);
    run.assert_stdout("hf-guard: 1 credential: 1 live");
    for place in ["a.py:1:10", "b.py:1:10", "c.py:2:"] {
        run.assert_stdout(place);
    }
}

#[test]
fn a_report_is_verified_where_its_secrets_stand() {
    let sandbox = Sandbox::new();
    let tokens: Vec<String> = (1..=4).map(hf_token).collect();
    sandbox.write("old.py", format!("token = \"{}\"\n", tokens[0]));
    sandbox.commit_all(&format!("Add it\n\n{}", tokens[1]));
    sandbox.git(&["tag", "--annotate", "--message", &tokens[2], "v1"]);
    sandbox.git(&["rm", "--quiet", "old.py"]);
    sandbox.commit_all("Remove it");
    let report = sandbox.root().join("report.json");
    let report = report.to_str().expect("the path is UTF-8");
    let run = sandbox.guard(&["--all-history", "--format", "json", "--output", report]);
    run.assert_code(1);
    let text = std::fs::read_to_string(report).expect("the report is there");
    assert!(tokens.iter().all(|token| !text.contains(token)));
    let issuer = Issuer::start(|_| Play::json(whoami("write")));
    let run = verify(&sandbox, &issuer, &["--from", report, "--format", "json"]);
    run.assert_code(1);
    let document = run.json();
    let findings = document["findings"].as_array().expect("an array");
    assert_eq!(findings.len(), 3, "{}", run.stdout);
    assert_eq!(document["skipped"], json!([]));
    assert_eq!(issuer.seen().len(), 3);
    for finding in findings {
        assert_eq!(finding["verification"]["status"], "live");
    }
    // Everything else is as the first report has it.
    let mut before: Value = serde_json::from_str(&text).expect("JSON");
    let mut after = document.clone();
    let by_fingerprint = |findings: &mut Value| {
        let findings = findings.as_array_mut().expect("an array");
        for finding in findings.iter_mut() {
            let finding = finding.as_object_mut().expect("an object");
            finding.remove("verification");
            finding.remove("notes");
            // They follow from what its issuer says.
            finding.remove("mappings");
        }
        findings.sort_by_key(|finding| finding["fingerprint"].to_string());
        findings.clone()
    };
    assert_eq!(
        by_fingerprint(&mut before["findings"]),
        by_fingerprint(&mut after["findings"])
    );
}

#[test]
fn every_place_of_a_history_is_told() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    for file in ["a.py", "b.py"] {
        sandbox.write(file, format!("token = \"{token}\"\n"));
        sandbox.commit_all(file);
    }
    let issuer = Issuer::start(|_| Play::json(whoami("read")));
    let run = verify(&sandbox, &issuer, &["--all-history"]);
    run.assert_code(1).assert_hides(&token);
    for place in ["a.py:1:10 in commit ", "b.py:1:10 in commit "] {
        run.assert_stdout(place);
    }
    assert_eq!(issuer.seen().len(), 1);
}

#[test]
fn what_a_report_says_and_nobody_finds_again_is_not_harmless() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.write("a.py", format!("token = \"{token}\"\n"));
    let report = sandbox.guard(&["scan", "--format", "json", "a.py"]).stdout;
    let piped = sandbox
        .guard_with_input(&["scan", "--format", "json", "-"], token.as_bytes())
        .stdout;
    let issuer = Issuer::start(|_| Play::json(whoami("write")));
    let from = |report: &str| {
        let mut command = sandbox.command(GUARD);
        issuer.serves(&mut command).args(["verify", "--from", "-"]);
        run_with_input(&mut command, report.as_bytes())
    };
    from(&report).assert_code(1);
    let run = from(&piped);
    run.assert_code(2).assert_stdout("standard input");
    sandbox.write("a.py", "token = os.environ\n");
    let run = from(&report);
    run.assert_code(2)
        .assert_stdout("does not stand there any more");
    let run = from("{}");
    run.assert_code(2).assert_stderr("no JSON report");
}

#[test]
fn one_finding_can_be_named() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "a.py",
        format!("token = \"{}\"\nb = \"{}\"\n", hf_token(1), hf_token(2)),
    );
    let scan: Value =
        serde_json::from_str(&sandbox.guard(&["scan", "--format", "json", "a.py"]).stdout)
            .expect("JSON");
    let fingerprint = scan["findings"][1]["fingerprint"].as_str().expect("a text");
    assert_eq!(
        scan["findings"][1].get("verification"),
        None,
        "a scan says nothing of it"
    );
    let issuer = Issuer::start(|_| Play::status(401, "{}"));
    verify(&sandbox, &issuer, &["--fingerprint", fingerprint, "a.py"]).assert_code(0);
    assert_eq!(
        issuer.seen()[0].header("authorization"),
        format!("Bearer {}", hf_token(2))
    );
    assert_eq!(issuer.seen().len(), 1);
    let wrong = "0".repeat(32);
    let run = verify(&sandbox, &issuer, &["--fingerprint", &wrong, "a.py"]);
    run.assert_code(2)
        .assert_stdout("nothing that was read has the fingerprint");
}
