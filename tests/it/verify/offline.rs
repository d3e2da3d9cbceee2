//! What is known, or left open, without a question to an issuer.

use serde_json::json;

use super::{verification, verify};
use crate::issuer::{Issuer, Play, whoami};
use crate::support::{Sandbox, hf_token, letters};

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
    run.assert_code(2)
        .assert_stdout("2 credentials: 1 unknown, 1 expired")
        .assert_stdout("not asked: offline");
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
    run.assert_code(2).assert_stdout("would use it up");
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
