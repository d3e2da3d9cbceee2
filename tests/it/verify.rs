//! `hf-guard verify` against a server that plays every answer, and what went over the wire.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::issuer::{Issuer, Play, Seen};
use crate::support::{GUARD, Run, Sandbox, hf_token, letters, run_with_input};

/// What the Hub says of a write token.
pub fn whoami(role: &str) -> String {
    json!({
        "type": "user", "name": "ada", "fullname": "Ada L.", "email": "ada@example.org",
        "orgs": [
            {"name": "acme", "roleInOrg": "admin", "isEnterprise": true},
            {"name": "lab", "roleInOrg": "read"}
        ],
        "auth": {"type": "access_token", "accessToken": {
            "displayName": "laptop", "role": role, "createdAt": "2026-01-01T00:00:00.000Z",
            "expiration": "2027-01-01T00:00:00.000Z"
        }}
    })
    .to_string()
}

fn base64url(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}

fn oauth_token(expires: i64) -> String {
    let claims = json!({
        "iss": "https://huggingface.co", "exp": expires, "scope": ["openid", "write-repos"],
        "onBehalfOf": {"kind": "user", "_id": "1", "user": "grace"}, "oauthApp": "app"
    });
    format!(
        "hf_oauth_{}.{}.{}",
        base64url(r#"{"alg":"EdDSA"}"#),
        base64url(&claims.to_string()),
        letters(5, 40)
    )
}

#[track_caller]
fn verify(sandbox: &Sandbox, issuer: &Issuer, arguments: &[&str]) -> Run {
    let mut command = sandbox.command(GUARD);
    Run::of(issuer.serves(&mut command).arg("verify").args(arguments))
}

/// One token in one file, asked about once.
#[track_caller]
fn verified(play: Play, arguments: &[&str]) -> (Run, Vec<Seen>, String) {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.write("train.py", format!("token = \"{token}\"\n"));
    let issuer = Issuer::start(move |_| play.clone());
    let arguments: Vec<&str> = arguments.iter().copied().chain(["train.py"]).collect();
    let run = verify(&sandbox, &issuer, &arguments);
    run.assert_hides(&token);
    (run, issuer.seen(), token)
}

#[track_caller]
fn verification(run: &Run) -> Value {
    let document: Value = serde_json::from_str(&run.stdout).expect("JSON");
    document["findings"][0]["verification"].clone()
}

#[test]
fn a_live_token_is_told_with_owner_organisations_and_rights() {
    let (run, seen, token) = verified(Play::json(whoami("write")), &[]);
    run.assert_code(1);
    for part in [
        "Hugging Face user access token hf_",
        "LIVE, can write\n",
        "  owner       ada (user)\n",
        "  token       \"laptop\", role write, expires 2027-01-01T00:00:00.000Z\n",
        "  reaches     acme (admin)\n",
        "              lab (read)\n",
        "  it          can push to models, datasets and Spaces of ada\n",
        "              can push to models, datasets and Spaces of org acme\n",
        "  stands in   train.py:1:10\n",
        "hf-guard: 1 credential: 1 live; 1 can write. To stop what is live, give the same arguments to `hf-guard revoke`.\n",
    ] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.stdout);
    }
    // In an organisation where the owner only reads, the token writes nothing.
    assert!(!run.stdout.contains("of org lab"), "{}", run.stdout);
    assert_eq!(seen.len(), 1);
    let request = &seen[0];
    assert_eq!(
        (&*request.method, &*request.path),
        ("GET", "/api/whoami-v2")
    );
    request.assert_carries(&token, "authorization");
    assert_eq!(request.header("authorization"), format!("Bearer {token}"));
    let agent = request.header("user-agent");
    assert!(
        agent.starts_with(concat!("hf-guard/", env!("CARGO_PKG_VERSION")))
            && agent.ends_with(" verify"),
        "{agent}"
    );
}

#[test]
fn a_report_for_programs_has_every_field() {
    let (run, _, _) = verified(Play::json(whoami("read")), &["--format", "json"]);
    run.assert_code(1);
    let mut verification = verification(&run);
    let checked_at = verification["checked_at"].take();
    let checked_at = checked_at.as_str().expect("a time");
    assert!(
        checked_at.len() == 20 && checked_at.ends_with('Z'),
        "{checked_at}"
    );
    verification
        .as_object_mut()
        .expect("an object")
        .remove("checked_at");
    assert_eq!(
        verification,
        json!({
            "status": "live", "kind": "user", "owner": "ada", "name": "laptop", "role": "read", "can_write": false,
            "organizations": [{"name": "acme", "role": "admin"}, {"name": "lab", "role": "read"}],
            "scopes": [
                "can read the private models, datasets and Spaces of ada",
                "can read the private models, datasets and Spaces of org acme",
                "can read the private models, datasets and Spaces of org lab"
            ],
            "expires_at": "2027-01-01T00:00:00.000Z"
        })
    );
}

#[test]
fn every_permission_of_a_fine_grained_token_is_in_plain_words() {
    let body = |permissions: Value| {
        json!({
            "type": "user", "name": "ada", "orgs": [],
            "auth": {"accessToken": {"displayName": "x", "role": "fineGrained", "fineGrained": {
                "canReadGatedRepos": true,
                "global": ["inference.serverless.write"],
                "scoped": [
                    {"entity": {"type": "org", "name": "acme"}, "permissions": permissions},
                    {"entity": {"type": "model", "name": "acme/bert"}, "permissions": ["repo.content.read"]},
                    {"entity": {"type": "user", "name": "ada"}, "permissions": ["some.new.thing"]}
                ]
            }}}
        })
        .to_string()
    };
    let (run, _, _) = verified(
        Play::json(body(json!([
            "repo.write",
            "org.read",
            "inference.endpoints.infer.write"
        ]))),
        &["--format", "json"],
    );
    let verification_of_writer = verification(&run);
    assert_eq!(verification_of_writer["can_write"], true);
    assert_eq!(
        verification_of_writer["scopes"],
        json!([
            "can spend the inference credits of ada",
            "can push to models, datasets and Spaces of org acme",
            "can read the members and settings of org acme",
            "can call the Inference Endpoints of org acme",
            "can read the private model acme/bert",
            "some.new.thing on ada",
            "can read the gated repositories that ada may read"
        ])
    );
    let (run, _, _) = verified(
        Play::json(body(json!(["repo.content.read"]))),
        &["--format", "json"],
    );
    assert_eq!(verification(&run)["can_write"], false);
}

#[test]
fn each_answer_has_its_status_and_exit_code() {
    for (play, status, code, words) in [
        (
            Play::status(401, r#"{"error":"Invalid username or password."}"#),
            "invalid",
            0,
            "",
        ),
        (
            Play::status(401, r#"{"error":"Access token \"x\" has expired"}"#),
            "expired",
            0,
            "",
        ),
        (Play::status(403, "{}"), "unknown", 2, "policy"),
        (Play::status(404, "{}"), "unknown", 2, "HTTP 404"),
        (
            Play::json("<html>Please log in to the hotel</html>"),
            "unknown",
            2,
            "HTTP 200",
        ),
        (Play::json("[]"), "unknown", 2, "HTTP 200"),
        (Play::Cut, "unknown", 2, "no answer from localhost:"),
        (Play::CutInside, "unknown", 2, "no answer from localhost:"),
        (Play::Garbage, "unknown", 2, "not HTTP"),
        (Play::Large(10_000_000), "unknown", 2, "HTTP 200"),
    ] {
        let (run, seen, _) = verified(play.clone(), &["--format", "json"]);
        run.assert_code(code);
        let verification = verification(&run);
        assert_eq!(verification["status"], status, "{play:?}");
        let reason = verification["reason"].as_str().unwrap_or_default();
        assert!(reason.contains(words), "{play:?}: {reason}");
        assert_eq!(seen.len(), 1, "{play:?}: it is asked once");
    }
}

#[test]
fn no_redirect_is_followed() {
    let elsewhere = Issuer::start(|_| Play::json(whoami("write")));
    for status in [301, 302, 303, 307, 308] {
        let play =
            Play::status(status, "").with("location", &format!("{}/api/whoami-v2", elsewhere.url));
        let (run, seen, _) = verified(play, &["--format", "json"]);
        run.assert_code(2);
        assert_eq!(verification(&run)["status"], "unknown");
        assert_eq!(seen.len(), 1);
    }
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn a_slow_issuer_is_not_waited_for() {
    let start = Instant::now();
    let (run, _, _) = verified(Play::Silence, &["--timeout", "1"]);
    run.assert_code(2);
    assert!(run.stdout.contains("more than 1 seconds"), "{}", run.stdout);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_busy_issuer_is_asked_again_as_it_wishes() {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", format!("token = \"{}\"\n", hf_token(1)));
    let count = std::sync::atomic::AtomicUsize::new(0);
    let issuer =
        Issuer::start(
            move |_| match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                0 => Play::status(429, "{}").with("retry-after", "1"),
                1 => Play::status(503, "{}"),
                _ => Play::json(whoami("read")),
            },
        );
    let start = Instant::now();
    verify(&sandbox, &issuer, &["a.py"]).assert_code(1);
    assert_eq!(issuer.seen().len(), 3);
    assert!(start.elapsed() >= Duration::from_millis(1_500));
}

#[test]
fn an_issuer_that_has_enough_is_left_alone() {
    let sandbox = Sandbox::new();
    let text: String = (1..=3)
        .map(|seed| format!("token = \"{}\"\n", hf_token(seed)))
        .collect();
    sandbox.write("a.py", text);
    let issuer = Issuer::start(|_| Play::status(429, "{}").with("retry-after", "3600"));
    let run = verify(&sandbox, &issuer, &["a.py"]);
    run.assert_code(2);
    assert_eq!(issuer.seen().len(), 1, "{}", run.stdout);
    assert!(
        run.stdout.contains("3 credentials: 3 unknown"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("Take what is unknown for live"),
        "{}",
        run.stdout
    );
}

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
    assert!(
        run.stdout.contains("hf-guard: 1 credential: 1 live"),
        "{}",
        run.stdout
    );
    for place in ["a.py:1:10", "b.py:1:10", "c.py:2:"] {
        assert!(run.stdout.contains(place), "{}", run.stdout);
    }
}

#[test]
fn github_says_scopes_and_expiry() {
    let sandbox = Sandbox::new();
    let body = letters(3, 30);
    let token = format!("ghp_{body}{}", crc32_base62(&body));
    sandbox.write("a.py", format!("token = \"{token}\"\n"));
    let issuer = Issuer::start(|_| {
        Play::json(r#"{"login": "octo", "id": 1}"#)
            .with("x-oauth-scopes", "repo, read:org")
            .with(
                "github-authentication-token-expiration",
                "2027-01-01 00:00:00 UTC",
            )
    });
    let run = verify(&sandbox, &issuer, &["a.py", "--format", "json"]);
    run.assert_code(1).assert_hides(&token);
    let verification = verification(&run);
    assert_eq!(verification["owner"], "octo");
    assert_eq!(verification["can_write"], true);
    assert_eq!(verification["expires_at"], "2027-01-01 00:00:00 UTC");
    assert_eq!(verification["scopes"].as_array().map(Vec::len), Some(2));
    let seen = issuer.seen();
    assert_eq!(seen[0].path, "/user");
    seen[0].assert_carries(&token, "authorization");
}

/// The checksum of GitHub's tokens: base62 of a CRC-32.
fn crc32_base62(body: &str) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut crc = crc32fast::hash(body.as_bytes());
    let mut text = vec![b'0'; 6];
    for digit in text.iter_mut().rev() {
        *digit = DIGITS[(crc % 62) as usize];
        crc /= 62;
    }
    String::from_utf8(text).expect("digits are ASCII")
}

#[test]
fn an_expired_jwt_is_told_without_asking() {
    let sandbox = Sandbox::new();
    let (old, new) = (oauth_token(1_700_000_000), oauth_token(4_000_000_000));
    sandbox.write("a.py", format!("a = \"{old}\"\n"));
    sandbox.write("b.py", format!("b = \"{new}\"\n"));
    let issuer = Issuer::start(|_| {
        Play::json(r#"{"type": "user", "name": "grace", "orgs": [], "auth": {"type": "oauth"}}"#)
    });
    let run = verify(&sandbox, &issuer, &["a.py", "--format", "json"]);
    run.assert_code(0).assert_hides(&old);
    let expired = verification(&run);
    assert_eq!(expired["status"], "expired");
    assert_eq!(expired["owner"], "grace");
    assert_eq!(expired["kind"], "oauth");
    assert_eq!(expired["expires_at"], "2023-11-14T22:13:20Z");
    assert_eq!(issuer.seen().len(), 0);
    // What is not expired is asked about; what the answer lacks, the token itself says.
    let run = verify(&sandbox, &issuer, &["b.py", "--format", "json"]);
    run.assert_code(1).assert_hides(&new);
    assert_eq!(issuer.seen().len(), 1);
    let live = verification(&run);
    assert_eq!(live["status"], "live");
    assert_eq!(live["can_write"], true);
    assert_eq!(live["scopes"], json!(["openid", "write-repos"]));
}

#[test]
fn offline_sends_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "a.py",
        format!(
            "token = \"{}\"\nb = \"{}\"\n",
            hf_token(1),
            oauth_token(1_700_000_000)
        ),
    );
    let issuer = Issuer::start(|_| Play::json(whoami("write")));
    let run = verify(&sandbox, &issuer, &["--offline", "a.py"]);
    run.assert_code(2);
    assert!(
        run.stdout.contains("2 credentials: 1 unknown, 1 expired"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("not asked: offline"), "{}", run.stdout);
    assert!(issuer.seen().is_empty());
}

#[test]
fn what_cannot_be_asked_says_why() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "a.py",
        format!("t = \"hf_oauth__refresh_{}\"\n", letters(4, 34)),
    );
    let issuer = Issuer::start(|_| Play::json("{}"));
    let run = verify(&sandbox, &issuer, &["a.py"]);
    run.assert_code(2);
    assert!(run.stdout.contains("would use it up"), "{}", run.stdout);
    assert!(issuer.seen().is_empty());
}

#[test]
fn nothing_found_is_clean() {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "print()\n");
    let issuer = Issuer::start(|_| Play::json("{}"));
    let run = verify(&sandbox, &issuer, &["a.py"]);
    run.assert_code(0);
    assert_eq!(run.stdout, "hf-guard: 0 credentials.\n");
    assert!(issuer.seen().is_empty());
}

#[test]
fn credentials_go_to_tls_or_to_this_machine_only() {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", format!("token = \"{}\"\n", hf_token(1)));
    for endpoint in [
        "http://hub.example",
        "https://user:word@hub.example",
        "ftp://localhost",
        "hub.example",
    ] {
        let run = sandbox.guard(&["verify", "--endpoint", endpoint, "a.py"]);
        run.assert_code(2);
        assert!(run.stderr.contains("--endpoint is"), "{}", run.stderr);
    }
    let mut command = sandbox.command(GUARD);
    let run = Run::of(
        command
            .env("HF_ENDPOINT", "http://hub.example")
            .args(["verify", "a.py"]),
    );
    run.assert_code(2);
    assert!(run.stderr.contains("HF_ENDPOINT is"), "{}", run.stderr);
    let plain = Issuer::start_plain(|_| Play::json(whoami("write")));
    let run = sandbox.guard(&["verify", "--endpoint", &plain.url, "a.py"]);
    run.assert_code(1);
    assert_eq!(plain.seen().len(), 1);
}

#[test]
fn a_certificate_of_nobody_known_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", format!("token = \"{}\"\n", hf_token(1)));
    let issuer = Issuer::start(|_| Play::json(whoami("write")));
    let other = Issuer::start(|_| Play::json(whoami("write")));
    let mut command = sandbox.command(GUARD);
    let run =
        Run::of(
            other
                .trusted_by(&mut command)
                .args(["verify", "--endpoint", &issuer.url, "a.py"]),
        );
    run.assert_code(2);
    assert!(
        run.stdout.contains("certificate is not trusted here"),
        "{}",
        run.stdout
    );
    assert!(issuer.seen().is_empty());
    for (name, content) in [("none.pem", ""), ("missing.pem", "-")] {
        if content.is_empty() {
            sandbox.write(name, content);
        }
        let mut command = sandbox.command(GUARD);
        let run = Run::of(
            command
                .env("SSL_CERT_FILE", sandbox.path().join(name))
                .args(["verify", "--endpoint", &issuer.url, "a.py"]),
        );
        run.assert_code(2);
        assert!(run.stderr.contains("SSL_CERT_FILE"), "{}", run.stderr);
    }
    for variable in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        let mut command = sandbox.command(GUARD);
        let bundle = issuer.folder().join(issuer.certificate());
        let run = Run::of(command.env(variable, bundle).args([
            "verify",
            "--endpoint",
            &issuer.url,
            "a.py",
        ]));
        run.assert_code(1);
    }
}

#[test]
fn the_proxy_of_the_environment_is_taken_and_reads_nothing() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.write("a.py", format!("token = \"{token}\"\n"));
    let proxy = Issuer::start(|seen| match &*seen.host {
        "huggingface.co:443" => Play::json(whoami("write")),
        _ => Play::status(404, "{}"),
    });
    let mut command = sandbox.command(GUARD);
    let run = Run::of(proxy.proxies(&mut command).args(["verify", "a.py"]));
    run.assert_code(1).assert_hides(&token);
    assert_eq!(proxy.seen()[0].host, "huggingface.co:443");
    // This machine is reached without it, and so is what NO_PROXY names.
    let direct = Issuer::start_plain(|_| Play::json(whoami("write")));
    let mut command = sandbox.command(GUARD);
    Run::of(
        proxy
            .proxies(&mut command)
            .args(["verify", "--endpoint", &direct.url, "a.py"]),
    )
    .assert_code(1);
    assert_eq!((proxy.seen().len(), direct.seen().len()), (1, 1));
    let mut command = sandbox.command(GUARD);
    let run = Run::of(
        proxy
            .proxies(&mut command)
            .env("NO_PROXY", "invalid")
            .args(["verify", "--endpoint", "https://hub.invalid", "a.py"]),
    );
    run.assert_code(2);
    assert_eq!(proxy.seen().len(), 1, "{}", run.stdout);
    let mut command = sandbox.command(GUARD);
    let run = Run::of(
        command
            .env("HTTPS_PROXY", "socks5://localhost:1")
            .args(["verify", "a.py"]),
    );
    run.assert_code(2);
    assert!(run.stderr.contains("HTTPS_PROXY"), "{}", run.stderr);
}

#[test]
fn an_answer_cannot_steer_the_terminal_nor_repeat_the_secret() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.write("a.py", format!("token = \"{token}\"\n"));
    let echo = token.clone();
    let issuer = Issuer::start(move |_| {
        Play::json(
            json!({"name": format!("\u{1b}[2J\u{202e}{echo}"), "type": "user", "orgs": [{"name": echo.clone()}]})
                .to_string(),
        )
    });
    for format in ["human", "json", "sarif"] {
        let run = verify(&sandbox, &issuer, &["a.py", "--format", format]);
        run.assert_code(1).assert_hides(&token);
        assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains('\u{202e}'));
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
    let document: Value = serde_json::from_str(&run.stdout).expect("JSON");
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
        assert!(run.stdout.contains(place), "{}", run.stdout);
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
    run.assert_code(2);
    assert!(run.stdout.contains("standard input"), "{}", run.stdout);
    sandbox.write("a.py", "token = os.environ\n");
    let run = from(&report);
    run.assert_code(2);
    assert!(
        run.stdout.contains("does not stand there any more"),
        "{}",
        run.stdout
    );
    let run = from("{}");
    run.assert_code(2);
    assert!(run.stderr.contains("no JSON report"), "{}", run.stderr);
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
    run.assert_code(2);
    assert!(
        run.stdout
            .contains("nothing that was read has the fingerprint"),
        "{}",
        run.stdout
    );
}

/// A configuration with a rule of its own and an address for what it finds.
fn configuration(url: &str) -> String {
    format!(
        r#"
[[rules]]
id = "acme-key"
provider = "Acme"
description = "Acme key"
keywords = ["acme_"]
regex = "acme_[A-Za-z]{{32}}"
prefix = "acme_"
confidence = "high"
source = "https://acme.example"
revoke = "https://acme.example/keys"
examples = ["k = acme_{{{{L32}}}}"]
[rules.verify]
request = {{ url = "{url}/me", headers = {{ x-key = "{{secret}}" }} }}
answers = [{{ status = 200, at = "/user", means = "live" }}, {{ status = 401, means = "invalid" }}]
owner = ["/user"]
scopes = ["/can"]
writes = ["push"]
"#
    )
}

#[test]
fn a_configuration_may_name_an_issuer_but_not_the_repository_s_own() {
    let sandbox = Sandbox::new();
    let key = format!("acme_{}", letters(9, 32));
    sandbox.write("a.py", format!("k = \"{key}\"\n"));
    let issuer = Issuer::start(|_| Play::json(r#"{"user": "wile", "can": ["push"]}"#));
    sandbox.write(".hf-guard.toml", configuration(&issuer.url));
    let run = verify(&sandbox, &issuer, &["a.py"]);
    run.assert_code(2).assert_hides(&key);
    assert!(issuer.seen().is_empty(), "{}", run.stdout);
    assert!(
        run.stdout
            .contains("that is ignored: only a file named with --config may"),
        "{}",
        run.stdout
    );

    let own = sandbox.root().join("own.toml");
    std::fs::write(&own, configuration(&issuer.url)).expect("the file can be written");
    let own = own.to_str().expect("the path is UTF-8");
    let run = verify(&sandbox, &issuer, &["--config", own, "a.py"]);
    run.assert_code(1).assert_hides(&key);
    assert!(run.stdout.contains("owner       wile"), "{}", run.stdout);
    assert!(run.stdout.contains("LIVE, can write"), "{}", run.stdout);
    let seen = issuer.seen();
    assert_eq!(seen[0].path, "/me");
    seen[0].assert_carries(&key, "x-key");
}

#[test]
fn a_repository_cannot_redirect_a_built_in_rule_to_other_secrets() {
    let sandbox = Sandbox::new();
    let other = format!("AKIA{}", letters(8, 20));
    sandbox.write("a.py", format!("hf_ k = \"{other}\"\n"));
    sandbox.write(
        ".hf-guard.toml",
        "[[extend]]\nid = \"huggingface-legacy-token\"\nregex = 'hf_ k = \"(?P<secret>AKIA[A-Za-z]{20})'\nkeywords = [\"hf_ k\"]\n",
    );
    let issuer = Issuer::start(|_| Play::json(whoami("write")));
    let run = verify(&sandbox, &issuer, &["a.py"]);
    run.assert_code(2);
    assert!(
        run.stdout.contains("hugging") || run.stdout.contains("Hugging"),
        "{}",
        run.stdout
    );
    assert!(issuer.seen().is_empty(), "{}", run.stdout);
}

#[test]
fn a_table_with_an_address_that_is_none_stops_the_run() {
    let sandbox = Sandbox::new();
    for url in ["http://acme.example", "https://acme.example/{secret}"] {
        let own = sandbox.root().join("own.toml");
        std::fs::write(&own, configuration(url)).expect("the file can be written");
        let run = sandbox.guard(&["rules", "check", own.to_str().expect("the path is UTF-8")]);
        run.assert_code(2);
        assert!(
            run.stderr.contains("https://") && run.stderr.contains("address"),
            "{}",
            run.stderr
        );
        assert!(!run.stderr.contains("acme.example"), "{}", run.stderr);
    }
}
