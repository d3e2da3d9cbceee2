//! From an answer to what it says of the credential.
//!
//! In: a reply and the table that explains it. Out: a [`Verification`].

use super::body::{Body, meaning, unexplained, writes};
use super::exchange::Reply;
use super::whoami;
use crate::rules::issuer::{Meaning, Reader, Verify};
use crate::secret::Secret;
use crate::verification::{Organization, Status, Verification};

/// What `reply` says of `secret`.
pub(super) fn verification(
    verify: &Verify,
    reply: &Reply,
    secret: &Secret,
    checked_at: &str,
) -> Verification {
    let body = Body::of(reply, secret);
    let (status, reason) = match meaning(&verify.answers, &body) {
        Some(answer) => (status(answer.means), answer.reason.clone()),
        None => (Status::Unknown, Some(unexplained(reply.status))),
    };
    let mut verification = Verification::new(status, checked_at);
    verification.reason = reason;
    verification.kind.clone_from(&verify.kind);
    if status == Status::Live {
        match verify.reader {
            Reader::Pointers => pointers(verify, &body, &mut verification),
            Reader::WhoamiV2 => whoami::read(verify, &body, &mut verification),
        }
    }
    verification
}

fn status(meaning: Meaning) -> Status {
    match meaning {
        Meaning::Live => Status::Live,
        Meaning::Expired => Status::Expired,
        Meaning::Revoked => Status::Revoked,
        Meaning::Invalid => Status::Invalid,
        Meaning::Unknown => Status::Unknown,
    }
}

fn pointers(verify: &Verify, body: &Body<'_>, verification: &mut Verification) {
    let first = |places: &[String]| places.iter().find_map(|place| body.text(place));
    verification.owner = first(&verify.owner);
    verification.name = first(&verify.name);
    verification.role = first(&verify.role);
    verification.expires_at = first(&verify.expires);
    verification.organizations = verify
        .organizations
        .iter()
        .filter_map(|place| body.text(place))
        .map(|name| Organization { name, role: None })
        .collect();
    let scopes = verify.scopes.iter().find_map(|place| body.list(place));
    verification.can_write = match (verify.can_write, &scopes) {
        (Some(always), _) => Some(always),
        (None, Some(scopes)) if !verify.writes.is_empty() => {
            Some(scopes.iter().any(|scope| writes(&verify.writes, scope)))
        }
        (None, _) => None,
    };
    verification.scopes = scopes
        .unwrap_or_default()
        .iter()
        .map(|scope| verify.words.get(scope).unwrap_or(scope).clone())
        .collect();
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const TABLE: &str = r#"
request = { url = "https://issuer.example" }
answers = [
    { status = 200, at = "/ok", is = "true", means = "live" },
    { status = 200, at = "/error", is = "token_expired", means = "expired" },
    { status = 200, at = "/error", means = "invalid" },
    { status = 401, contains = "Was Revoked", means = "revoked", reason = "it says so" },
    { status = 401, means = "invalid" },
]
owner = ["/user/login", "/name"]
expires = ["header expires-on"]
organizations = ["/team"]
scopes = ["header scopes", "/scopes"]
writes = ["repo", "write:*", "*.write", "!infer.write"]
words = { repo = "can push" }
"#;

    fn read(status: u16, body: &str, headers: &[(&str, &str)]) -> Verification {
        let secret = Secret::new(b"sk_QQplantedQQplantedQQplantedQQ".to_vec(), 3);
        let headers: BTreeMap<String, String> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let reply = Reply {
            status,
            headers,
            body: body.as_bytes().to_vec(),
        };
        let verify: Verify = toml::from_str(TABLE).expect("the table is TOML");
        verification(&verify, &reply, &secret, "2026-01-02T03:04:05Z")
    }

    #[test]
    fn the_first_answer_that_fits_decides() {
        for (status, body, expected) in [
            (200, r#"{"ok": true}"#, Status::Live),
            (
                200,
                r#"{"ok": false, "error": "token_expired"}"#,
                Status::Expired,
            ),
            (200, r#"{"ok": false, "error": "x"}"#, Status::Invalid),
            (200, "<html>Please log in to the Wi-Fi", Status::Unknown),
            (401, r#"{"detail": "token was revoked"}"#, Status::Revoked),
            (401, "", Status::Invalid),
            (403, "", Status::Unknown),
            (302, "", Status::Unknown),
            (429, r#"{"ok": true}"#, Status::Unknown),
            (503, r#"{"ok": true}"#, Status::Unknown),
        ] {
            let verification = read(status, body, &[]);
            assert_eq!(verification.status, expected, "{status} {body}");
            if expected == Status::Unknown {
                let reason = verification.reason.expect("it is said why");
                assert!(reason.contains(&status.to_string()), "{reason}");
            }
        }
    }

    #[test]
    fn owner_scopes_and_end_are_read() {
        let body = r#"{"ok": true, "name": "ada", "team": "acme", "scopes": ["read"]}"#;
        let live = read(
            200,
            body,
            &[("scopes", "repo, gist"), ("expires-on", "2027-01-01")],
        );
        assert_eq!(live.owner.as_deref(), Some("ada"));
        assert_eq!(live.expires_at.as_deref(), Some("2027-01-01"));
        assert_eq!(live.organizations[0].name, "acme");
        assert_eq!(live.scopes, ["can push", "gist"]);
        assert_eq!(live.can_write, Some(true));
        assert_eq!(read(200, body, &[]).can_write, Some(false));
        assert_eq!(read(200, r#"{"ok": true}"#, &[]).can_write, None);
        let with_scopes = |scopes: &str| {
            read(
                200,
                &format!(r#"{{"ok": true, "scopes": "{scopes}"}}"#),
                &[],
            )
            .can_write
        };
        assert_eq!(with_scopes("a write:org"), Some(true));
        assert_eq!(with_scopes("a x.write"), Some(true));
        assert_eq!(with_scopes("a infer.write"), Some(false));
    }

    #[test]
    fn an_answer_can_neither_repeat_the_secret_nor_steer_the_terminal() {
        let body = format!(
            r#"{{"ok": true, "name": "x sk_QQplantedQQplantedQQplantedQQ \u001b[2J\u202e{}"}}"#,
            "y".repeat(1_000)
        );
        let owner = read(200, &body, &[]).owner.expect("there is an owner");
        assert!(
            !owner.contains("planted") && owner.contains("sk_QQpl…"),
            "{owner}"
        );
        assert!(
            !owner.contains('\u{1b}') && !owner.contains('\u{202e}'),
            "{owner:?}"
        );
        assert!(owner.chars().count() <= 200);
    }
}
