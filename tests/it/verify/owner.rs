//! What a live credential tells: whose it is, what it reaches, and what can be done with it.

use serde_json::{Value, json};

use super::{verification, verified, verify};
use crate::issuer::{Issuer, Play, whoami};
use crate::support::{Sandbox, letters};

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
        run.assert_stdout(part);
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
