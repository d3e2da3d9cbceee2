//! Answers of every kind: each has its status and exit code, and none is followed, waited for or believed too far.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{verification, verified, verify};
use crate::issuer::{Issuer, Play, whoami};
use crate::support::{Sandbox, hf_token};

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
    run.assert_code(2).assert_stdout("more than 1 seconds");
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
    run.assert_stdout("3 credentials: 3 unknown")
        .assert_stdout("Take what is unknown for live");
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
