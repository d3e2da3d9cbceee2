//! `hf-guard respond`: what the plan says. That the history is clean after what it says: `clean`.

mod clean;
mod providers;

use std::path::Path;

use serde_json::Value;

use crate::issuer::{Issuer, Play, whoami};
use crate::revoke::hub;
use crate::support::{GUARD, Run, Sandbox, hf_token};

/// The finding of the first secret, as the history scan tells it.
#[track_caller]
fn finding(sandbox: &Sandbox) -> Value {
    let run = sandbox.guard(&["--all-history", "--format", "json"]);
    let document = run.json();
    document["findings"][0].clone()
}

#[track_caller]
fn fingerprint(sandbox: &Sandbox) -> String {
    let finding = finding(sandbox);
    finding["fingerprint"].as_str().expect("a text").to_owned()
}

/// A token that was committed to a workflow and a script, and taken out of the script again.
fn leaked() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    let token = hf_token(21);
    sandbox.write("train.py", format!("login(token=\"{token}\")\n"));
    sandbox.write(
        ".github/workflows/publish.yml",
        format!("env:\n  HF_TOKEN: {token}\n"),
    );
    sandbox.commit_all("Fine-tune");
    sandbox.git(&["tag", "v1"]);
    sandbox.write("train.py", "login()\n");
    sandbox.commit_all("Remove the token");
    (sandbox, token)
}

#[track_caller]
fn asserts(plan: &str, parts: &[&str]) {
    for part in parts {
        assert!(plan.contains(part), "{part}\n{plan}");
    }
}

#[test]
fn a_plan_is_filled_in_with_what_the_history_knows() {
    let (sandbox, token) = leaked();
    let fingerprint = fingerprint(&sandbox);
    let first = sandbox.git(&["rev-parse", "--short=12", "HEAD~"]);
    let run = sandbox.guard(&["respond", &fingerprint]);
    run.assert_code(0).assert_hides(&token);
    let head = format!(
        "# Incident {}: Hugging Face user access token\n",
        &fingerprint[..12]
    );
    assert!(run.stdout.starts_with(&head), "{}", run.stdout);
    asserts(
        &run.stdout,
        &[
            "rule `huggingface-user-token`, provider Hugging Face\n",
            "- Status: nobody asked its issuer.",
            &format!(
                "- Brought by commit `{}` of 2026-01-02 by `A. Author <author@example.org>`; in 2 commits\n",
                first.trim()
            ),
            "- HEAD still has it.\n",
            "  - `refs/heads/main`\n  - `refs/tags/v1`\n",
            "  - `.github/workflows/publish.yml:2:13`, from commit",
            "  - `train.py:1:14`, from commit",
            &format!("hf-guard revoke --all-history --fingerprint {fingerprint}\n"),
            "- [ ] In GitHub Actions (`.github/workflows/publish.yml`): ",
            "a Trusted Publisher on the Hub exchanges",
            "hf spaces secrets add OWNER/NAME --secrets HF_TOKEN",
            "datetime.fromisoformat(\"2026-01-02\")",
            &format!("hf-guard respond {fingerprint} --replace-text .git/"),
            &format!("`REMOVED-BY-HF-GUARD-{}`", &fingerprint[..12]),
            "git filter-repo --sensitive-data-removal --replace-text .git/",
            "git push --force --mirror origin",
            "`A. Author <author@example.org>`, who committed it",
            "_OWASP Agentic ASI03; NIST CSF PR.AA-01, RS.MI-01; PCI DSS 8.6.3_",
            "  - NHI9:2025 NHI Reuse: several files share it\n",
        ],
    );
    assert!(
        !run.stdout.contains("NHI5:2025"),
        "nobody knows what it may do"
    );
    // The one place that HEAD still has is the one to change.
    assert!(!run.stdout.contains("In Python"), "{}", run.stdout);
    for number in 1..=7 {
        assert!(
            run.stdout.contains(&format!("\n\n## {number}. ")),
            "{number}"
        );
    }
}

#[test]
fn reports_fill_in_whose_it_is_and_what_it_may_do() {
    let (sandbox, token) = leaked();
    let issuer = Issuer::start(|_| Play::json(whoami("write")));
    let report = sandbox.root().join("report.json");
    let verified = sandbox.root().join("verified.json");
    let (report, verified) = (
        report.to_str().expect("UTF-8"),
        verified.to_str().expect("UTF-8"),
    );
    sandbox.guard(&["--all-history", "--format", "json", "--output", report]);
    let mut command = sandbox.command(GUARD);
    Run::of(issuer.serves(&mut command).args([
        "verify", "--from", report, "--format", "json", "--output", verified,
    ]))
    .assert_code(1);
    let fingerprint = fingerprint(&sandbox);
    let respond = [
        "respond",
        &fingerprint,
        "--from",
        report,
        "--from",
        verified,
    ];
    let run = sandbox.guard(&respond);
    run.assert_code(0).assert_hides(&token);
    asserts(
        &run.stdout,
        &[
            "- Status: **LIVE, can write**, asked 20",
            "- Owner: ada (user)\n",
            "- Token: `laptop`, role write, expires 2027-01-01T00:00:00.000Z\n",
            "- Reaches:\n  - acme (admin)\n  - lab (read)\n",
            "  - can push to models, datasets and Spaces of org acme\n",
            "- HEAD still has it.\n",
            &format!("hf-guard revoke --from {report} --fingerprint {fingerprint}\n"),
            &format!("hf-guard find --from {report} --fingerprint {fingerprint} PATH...\n"),
            // In lab its owner only reads.
            "for owner in [\"ada\", \"acme\"]:\n",
            "hf datasets ls --author acme --sort last_modified",
            "- [ ] ada, whose it is.\n",
            "administrators of what it reaches: acme, lab.\n",
            "  - NHI5:2025 Overprivileged NHI: it can write\n",
            "  - ASI04 Agentic Supply Chain Vulnerabilities: ",
        ],
    );
    // It has an end.
    assert!(!run.stdout.contains("NHI7:2025"), "{}", run.stdout);
    // The repository is not needed where reports tell all.
    let elsewhere = sandbox.guard_in(sandbox.root(), &respond);
    elsewhere.assert_code(0);
    assert_eq!(elsewhere.stdout, run.stdout);
    let report = std::fs::read(verified).expect("it is there");
    let piped = sandbox.guard_with_input(&["respond", &fingerprint, "--from", "-"], &report);
    piped.assert_code(0);
    asserts(
        &piped.stdout,
        &["- Owner: ada (user)\n", "hf-guard revoke --all-history "],
    );
}

#[test]
fn what_is_revoked_is_ticked() {
    let (sandbox, _) = leaked();
    let hub = hub();
    let fingerprint = fingerprint(&sandbox);
    let report = sandbox.root().join("revoked.json");
    let report = report.to_str().expect("UTF-8");
    let mut command = sandbox.command(GUARD);
    Run::of(hub.serves(&mut command).args([
        "revoke",
        "--all-history",
        "--fingerprint",
        &fingerprint,
        "--yes",
        "--format",
        "json",
        "--output",
        report,
    ]))
    .assert_code(0);
    let run = sandbox.guard(&["respond", &fingerprint, "--from", report]);
    run.assert_code(0);
    asserts(
        &run.stdout,
        &[
            "- [x] It no longer works: revoked.\n",
            "It is useless now, so this can wait",
        ],
    );
    assert!(!run.stdout.contains("hf-guard revoke"), "{}", run.stdout);
}

#[test]
fn a_fingerprint_that_nothing_has_is_one_sentence() {
    let (sandbox, _) = leaked();
    let nobodys = "0".repeat(32);
    let run = sandbox.guard(&["respond", &nobodys]);
    run.assert_code(2);
    assert_eq!(run.stdout, "");
    assert_eq!(
        run.stderr,
        format!(
            "hf-guard: nothing that was read has the fingerprint \"{nobodys}\"; if a report has it, name that: --from REPORT.json\n"
        )
    );
    let run = sandbox.guard(&["respond"]);
    run.assert_code(2).assert_stderr("<FINGERPRINT>");
    let run = sandbox.guard(&["respond", &nobodys, "--from", "nothing.json"]);
    run.assert_code(2);
    assert!(
        run.stderr
            .starts_with("hf-guard: cannot read the report \"nothing.json\""),
        "{}",
        run.stderr
    );
    sandbox.write("other.json", "{}");
    let run = sandbox.guard(&["respond", &nobodys, "--from", "other.json"]);
    run.assert_code(2)
        .assert_stderr("no JSON report of hf-guard");
}

#[test]
fn what_could_not_be_read_is_told_and_is_no_success() {
    let (sandbox, _) = leaked();
    let clone = sandbox.root().join("shallow");
    let url = format!("file://{}", sandbox.path().display());
    let target = clone.to_str().expect("UTF-8");
    sandbox.git(&["clone", "--quiet", "--depth=1", &url, target]);
    let found = guard_in(&sandbox, &clone, &["--all-history", "--format", "json"]);
    let found = found.json();
    let fingerprint = found["findings"][0]["fingerprint"]
        .as_str()
        .expect("a text");
    let run = guard_in(&sandbox, &clone, &["respond", fingerprint]);
    run.assert_code(2);
    asserts(
        &run.stdout,
        &[
            "- Not everything could be read, so there may be more places:\n  - shallow clone: ",
            "## 7. Notify",
        ],
    );
}

#[test]
fn the_plan_for_programs_has_the_steps_of_the_text() {
    let (sandbox, token) = leaked();
    let fingerprint = fingerprint(&sandbox);
    let text = sandbox.guard(&["respond", &fingerprint]);
    let run = sandbox.guard(&["respond", &fingerprint, "--format", "json"]);
    run.assert_code(0).assert_hides(&token);
    let document = run.json();
    assert_eq!(document["schema"], 1);
    let plan = &document["plans"][0];
    assert_eq!(plan["markdown"], text.stdout);
    assert_eq!(plan["fingerprint"], *fingerprint);
    assert_eq!(plan["in_head"], true);
    assert_eq!(plan["first"]["date"], "2026-01-02");
    assert_eq!(plan["places"].as_array().map(Vec::len), Some(2));
    let steps = plan["steps"].as_array().expect("a list");
    let ids: Vec<&Value> = steps.iter().map(|step| &step["id"]).collect();
    assert_eq!(
        ids,
        [
            "revoke", "rotate", "replace", "check", "search", "clean", "notify"
        ]
    );
    assert_eq!(
        steps[0]["tasks"][0]["commands"][0],
        format!("hf-guard revoke --all-history --fingerprint {fingerprint}\n")
    );
    let mappings = steps[5]["mappings"].as_array().expect("a list");
    assert!(
        mappings.contains(&Value::from("nist-csf/RS.MI-02")),
        "{mappings:?}"
    );
    for step in steps {
        assert!(
            step["tasks"]
                .as_array()
                .is_some_and(|tasks| !tasks.is_empty()),
            "{step}"
        );
    }
    // Each item that is named is explained.
    assert_explained(mappings, &document);
}

/// Asserts that a document explains every item that it names.
#[track_caller]
pub fn assert_explained(mappings: &[Value], document: &Value) {
    assert!(!mappings.is_empty());
    let explained: Vec<String> = document["taxonomies"]
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|taxonomy| {
            let items = taxonomy["items"].as_array().expect("a list");
            let id = |value: &Value| value["id"].as_str().expect("a text").to_owned();
            items
                .iter()
                .map(move |item| format!("{}/{}", id(taxonomy), id(item)))
        })
        .collect();
    for mapping in mappings {
        let name = mapping.as_str().expect("a text");
        assert!(explained.iter().any(|known| known == name), "{name}");
    }
}

#[test]
fn names_from_a_repository_stay_names() {
    let sandbox = Sandbox::new();
    let token = hf_token(22);
    sandbox.write("a`b [x](y)\n- [x] done.py", format!("t = '{token}'\n"));
    sandbox.git(&["add", "--all"]);
    let mut command = sandbox.command("git");
    command
        .env("GIT_AUTHOR_NAME", "# Eve **bold** `x` \u{202e}")
        .args(["commit", "--quiet", "--message", "x"]);
    Run::of(&mut command).assert_code(0);
    let run = sandbox.guard(&["respond", &fingerprint(&sandbox)]);
    run.assert_code(0).assert_hides(&token);
    asserts(
        &run.stdout,
        &[
            "  - `` a`b [x](y)\\x0a- [x] done.py:1:6 ``, from commit",
            "by `` # Eve **bold** `x` \\u{202e} <author@example.org> ``; in 1 commit\n",
        ],
    );
    assert!(
        !run.stdout
            .lines()
            .any(|line| line.starts_with("- [x] done"))
    );
}

#[test]
fn the_parts_of_a_credential_name_each_other() {
    let sandbox = Sandbox::new();
    let expand = |template| hf_guard::rules::example::expand(template, 3).expect("a good template");
    let id = expand("AKIA{{T16}}");
    let secret = expand("{{S40}}");
    sandbox.write(
        "credentials",
        format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n"),
    );
    sandbox.commit_all("A pair");
    let whole = finding(&sandbox);
    let name = |finding: &Value| finding["fingerprint"].as_str().expect("a text").to_owned();
    let (whole, part) = (name(&whole), name(&whole["parts"][0]));
    for (asked, other) in [(&whole, &part), (&part, &whole)] {
        let run = sandbox.guard(&["respond", asked]);
        run.assert_code(0);
        asserts(
            &run.stdout,
            &["- It is a part of a credential.", &format!(", `{other}`\n")],
        );
    }
    let file = sandbox.path().join(".git/replace.txt");
    let run = sandbox.guard(&[
        "respond",
        &whole,
        &part,
        "--replace-text",
        ".git/replace.txt",
    ]);
    run.assert_code(0);
    assert_eq!(run.stdout.matches("# Incident ").count(), 2);
    let text = std::fs::read_to_string(file).expect("it is ASCII");
    for fingerprint in [whole, part] {
        assert!(text.contains(&format!("-{}\n", &fingerprint[..12])));
    }
}

#[track_caller]
fn guard_in(sandbox: &Sandbox, folder: &Path, arguments: &[&str]) -> Run {
    let mut command = sandbox.command(GUARD);
    Run::of(command.current_dir(folder).args(arguments))
}
