//! `hf-guard revoke`: nothing goes without the person's words, everything goes over the wire once, and the issuers are asked
//! again afterwards.

use std::collections::HashSet;
use std::process::Command;
use std::sync::Mutex;

use hf_guard::rules::example;
use serde_json::{Value, json};

use crate::issuer::{Issuer, Play, Seen, whoami};
use crate::support::{GUARD, Run, Sandbox, hf_token, letters, run_with_input};

/// A Hub that withdraws what it is told to.
pub fn hub() -> Issuer {
    let revoked = Mutex::new(HashSet::<String>::new());
    Issuer::start(move |seen| {
        let mut revoked = revoked.lock().expect("no thread panicked");
        if seen.path == "/api/credentials/revoke" {
            let body: Value = serde_json::from_str(&seen.body).expect("JSON");
            for token in body["credentials"].as_array().expect("an array") {
                revoked.insert(token.as_str().expect("a text").to_owned());
            }
            return Play::status(202, "{}");
        }
        let token = seen.header("authorization").trim_start_matches("Bearer ");
        match revoked.contains(token) {
            true => Play::status(401, r#"{"error": "Invalid credentials"}"#),
            false => Play::json(whoami("write")),
        }
    })
}

fn sent(issuer: &Issuer) -> Vec<Seen> {
    issuer
        .seen()
        .into_iter()
        .filter(|seen| seen.method != "GET")
        .collect()
}

fn with_tokens(count: u64) -> (Sandbox, Vec<String>, Vec<String>) {
    let sandbox = Sandbox::new();
    let tokens: Vec<String> = (1..=count).map(hf_token).collect();
    let text: String = tokens
        .iter()
        .map(|token| format!("t = \"{token}\"\n"))
        .collect();
    sandbox.write("a.py", text);
    let fingerprints = fingerprints(&sandbox);
    (sandbox, tokens, fingerprints)
}

/// The fingerprints of what stands in `a.py`.
#[track_caller]
fn fingerprints(sandbox: &Sandbox) -> Vec<String> {
    let document = sandbox.guard(&["scan", "--format", "json", "a.py"]).json();
    let findings = document["findings"].as_array().expect("an array").iter();
    findings
        .map(|finding| finding["fingerprint"].as_str().expect("a text").to_owned())
        .collect()
}

fn named<'a>(fingerprints: &'a [String], rest: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["revoke"];
    for fingerprint in fingerprints {
        arguments.extend(["--fingerprint", fingerprint]);
    }
    arguments.extend(rest);
    arguments
}

/// Runs it at a terminal of its own, at which `typed` is typed.
#[track_caller]
fn at_terminal(sandbox: &Sandbox, issuer: &Issuer, arguments: &str, typed: &str) -> Run {
    let mut command: Command = sandbox.command("script");
    issuer
        .serves(&mut command)
        .args(["--quiet", "--return", "--command"])
        .arg(format!("'{GUARD}' {arguments}"))
        .arg("/dev/null");
    run_with_input(&mut command, typed.as_bytes())
}

#[test]
fn named_findings_go_at_once_and_are_asked_about_again() {
    let (sandbox, tokens, fingerprints) = with_tokens(2);
    let hub = hub();
    let mut command = sandbox.command(GUARD);
    let run = Run::of(
        hub.serves(&mut command)
            .args(named(&fingerprints, &["--yes", "a.py"])),
    );
    run.assert_code(0);
    for token in &tokens {
        run.assert_hides(token);
    }
    run.assert_stdout("revoked\n              just now; its issuer no longer accepts it\n");
    run.assert_stdout("hf-guard: 2 credentials: 2 revoked.\n");
    let sent = sent(&hub);
    assert_eq!(sent.len(), 1, "one request carries both");
    assert_eq!(
        (&*sent[0].method, &*sent[0].path),
        ("POST", "/api/credentials/revoke")
    );
    let body: Value = serde_json::from_str(&sent[0].body).expect("JSON");
    assert_eq!(body, json!({"credentials": tokens}));
    assert_eq!(
        sent[0].header("authorization"),
        "",
        "the request is nobody's"
    );
    assert_eq!(sent[0].header("content-type"), "application/json");
    assert!(sent[0].header("user-agent").ends_with(" revoke"));
    sent[0].assert_carries(&tokens[0], "body");
    assert_eq!(hub.seen().len(), 5, "each is asked about before and after");
}

#[test]
fn automation_must_name_what_goes() {
    let (sandbox, _, fingerprints) = with_tokens(1);
    let hub = hub();
    let revoke = |arguments: &[&str]| {
        let mut command = sandbox.command("setsid");
        Run::of(
            hub.serves(&mut command)
                .args(["--wait", GUARD])
                .args(arguments),
        )
    };
    let run = revoke(&["revoke", "--yes", "a.py"]);
    run.assert_code(2).assert_stderr("--fingerprint");
    // Without a terminal there is nobody to ask, and a pipe is nobody.
    let run = revoke(&named(&fingerprints, &["a.py"]));
    run.assert_code(2);
    assert!(
        run.stderr.contains("no terminal") && run.stderr.contains("--yes"),
        "{}",
        run.stderr
    );
    let mut command = sandbox.command("setsid");
    hub.serves(&mut command)
        .args(["--wait", GUARD, "revoke", "a.py"]);
    run_with_input(&mut command, b"revoke 1 credential\n").assert_code(2);
    assert!(sent(&hub).is_empty());
}

#[test]
#[cfg(target_os = "linux")]
fn the_words_at_the_terminal_decide() {
    let (sandbox, tokens, _) = with_tokens(2);
    let hub = hub();
    for typed in [
        "\n",
        "y\n",
        "yes\n",
        "revoke\n",
        "revoke 1 credential\n",
        "revoke 3 credentials\n",
    ] {
        let run = at_terminal(&sandbox, &hub, "revoke a.py", typed);
        run.assert_code(1)
            .assert_hides(&tokens[0])
            .assert_stdout("nothing was revoked");
        assert!(sent(&hub).is_empty(), "{typed:?}");
    }
    let run = at_terminal(&sandbox, &hub, "revoke a.py", "revoke 2 credentials\n");
    run.assert_code(0)
        .assert_hides(&tokens[0])
        .assert_hides(&tokens[1]);
    for part in [
        "LIVE, can write",
        "ada (user)",
        "a.py:1:6",
        "a.py:2:6",
        "this cannot be undone",
        "2 credentials: 2 revoked.",
    ] {
        run.assert_stdout(part);
    }
    assert_eq!(sent(&hub).len(), 1);
    // What is dead already is not sent again, and nobody is asked.
    let run = at_terminal(&sandbox, &hub, "revoke a.py", "");
    run.assert_code(0)
        .assert_stdout("2 credentials: 2 invalid.");
    assert_eq!(sent(&hub).len(), 1);
}

#[test]
fn an_issuer_that_refuses_or_goes_on_accepting_is_told_so() {
    for (play, code, words) in [
        (
            Play::status(500, "{}"),
            1,
            "not revoked: its issuer has a fault of its own",
        ),
        (Play::status(400, "{}"), 1, "not revoked: "),
        (Play::Cut, 1, "not revoked: no answer from localhost"),
        (Play::status(202, "{}"), 1, "still accepts it"),
    ] {
        let (sandbox, _, fingerprints) = with_tokens(1);
        let issuer = Issuer::start(move |seen| match &*seen.method {
            "GET" => Play::json(whoami("read")),
            _ => play.clone(),
        });
        let mut command = sandbox.command(GUARD);
        let run = Run::of(
            issuer
                .serves(&mut command)
                .args(named(&fingerprints, &["--yes", "a.py"])),
        );
        run.assert_code(code)
            .assert_stdout(words)
            .assert_stdout("LIVE");
    }
}

#[test]
fn a_batch_holds_a_thousand() {
    let sandbox = Sandbox::new();
    let text: String = (1..=1_100)
        .map(|seed| format!("t = \"{}\"\n", hf_token(seed)))
        .collect();
    sandbox.write("a.py", text);
    let fingerprints = fingerprints(&sandbox);
    assert!(fingerprints.len() > 1_000, "{}", fingerprints.len());
    // So many questions would take minutes: the issuer wants none.
    let issuer = Issuer::start(|seen| match &*seen.method {
        "GET" => Play::status(429, "{}").with("retry-after", "3600"),
        _ => Play::status(202, "{}"),
    });
    let mut command = sandbox.command(GUARD);
    let run = Run::of(
        issuer
            .serves(&mut command)
            .args(named(&fingerprints, &["--yes", "a.py"])),
    );
    let sent = sent(&issuer);
    // It has enough of questions, and revoking matters more: the requests go all the same.
    let sizes: Vec<usize> = sent
        .iter()
        .map(|seen| {
            let body: Value = serde_json::from_str(&seen.body).expect("JSON");
            body["credentials"].as_array().expect("an array").len()
        })
        .collect();
    assert_eq!(sizes, [1_000, fingerprints.len() - 1_000], "{}", run.stdout);
    run.assert_code(2)
        .assert_stdout("its issuer took the request");
}

#[test]
fn what_only_its_owner_can_end_gets_the_page_and_the_steps() {
    let sandbox = Sandbox::new();
    let key = example::expand("sk-or-v1-{{h64}}", 1).expect("a good template");
    sandbox.write("a.py", format!("key = \"{key}\"\n"));
    let proxy = Issuer::start(|_| Play::json(r#"{"data": {"label": "sk-or-v1-012...def"}}"#));
    let mut command = sandbox.command(GUARD);
    let run = Run::of(proxy.proxies(&mut command).args(["revoke", "a.py"]));
    run.assert_code(1).assert_hides(&key).assert_stdout("has no way to be revoked from here; its owner does it at https://openrouter.ai/settings/keys");
    assert_eq!(proxy.seen().len(), 1);
}

#[test]
fn an_issuer_s_own_way_is_taken_with_the_secret_in_a_header() {
    let sandbox = Sandbox::new();
    let token = format!("glpat-{}", letters(7, 20));
    sandbox.write("a.py", format!("key = \"{token}\"\n"));
    let fingerprints = fingerprints(&sandbox);
    let gone = Mutex::new(false);
    let proxy = Issuer::start(move |seen| {
        let mut gone = gone.lock().expect("no thread panicked");
        if seen.method == "DELETE" {
            *gone = true;
            return Play::status(204, "");
        }
        match *gone {
            true => Play::status(
                401,
                r#"{"error": "invalid_token", "error_description": "Token was revoked."}"#,
            ),
            false => Play::json(
                r#"{"name": "ci", "user_id": 7, "scopes": ["api"], "revoked": false, "expires_at": "2027-01-01"}"#,
            ),
        }
    });
    let mut command = sandbox.command(GUARD);
    let run = Run::of(
        proxy
            .proxies(&mut command)
            .args(named(&fingerprints, &["--yes", "a.py"])),
    );
    run.assert_code(0).assert_hides(&token);
    let seen = sent(&proxy);
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (&*seen[0].host, &*seen[0].path),
        ("gitlab.com:443", "/api/v4/personal_access_tokens/self")
    );
    seen[0].assert_carries(&token, "private-token");
}

#[test]
fn github_s_own_endpoint_is_called_by_nobody_in_particular() {
    let sandbox = Sandbox::new();
    let token = format!("ghr_{}", letters(3, 40));
    sandbox.write("a.py", format!("key = \"{token}\"\n"));
    let fingerprints = fingerprints(&sandbox);
    let issuer = Issuer::start(|_| Play::status(202, ""));
    let mut command = sandbox.command(GUARD);
    let run = Run::of(
        issuer
            .serves(&mut command)
            .args(named(&fingerprints, &["--yes", "a.py"])),
    );
    // A refresh token cannot be asked about: what became of it nobody can say.
    run.assert_code(2).assert_hides(&token);
    let seen = issuer.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (&*seen[0].method, &*seen[0].path),
        ("POST", "/credentials/revoke")
    );
    assert_eq!(seen[0].header("authorization"), "");
    seen[0].assert_carries(&token, "body");
}
