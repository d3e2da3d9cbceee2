//! What a credential says of itself, without asking anybody: the kinds that carry a JSON Web Token.
//!
//! In: a credential, its rule and the time. Out: owner, scopes and end of life; *expired* where that is past. No signature is
//! checked: what is said here of a live credential is what it claims.

use serde_json::{Map, Value};

use crate::checks::jwt;
use crate::date;
use crate::rules::{Check, Rule};
use crate::secret::Secret;
use crate::verification::{Organization, Status, Verification};

/// Scopes of OAuth apps that change something begin with one of these.
const WRITING_STARTS: [&str; 3] = ["write", "manage-", "contribute-"];

/// Permissions of short-lived tokens that change something end with one of these.
const WRITING_ENDS: [&str; 3] = [".write", ":write", "-write"];

/// What `secret` says of itself; `None` where it is no token of that kind or does not decode.
pub(super) fn decode(rule: &Rule, secret: &Secret, now: i64) -> Option<Verification> {
    if !matches!(rule.check, Some(Check::Jwt | Check::HuggingFaceJwt)) {
        return None;
    }
    let bytes = secret.expose();
    let start = bytes.windows(3).position(|window| window == b"eyJ")?;
    let claims = jwt::claims(&bytes[start..])?;
    let expires = claims.get("exp").and_then(jwt::seconds);
    let status = match expires {
        Some(expires) if expires <= now => Status::Expired,
        _ => Status::Unknown,
    };
    let mut verification = Verification::new(status, &date::instant(now));
    verification.expires_at = expires.map(date::instant);
    let is_oauth = claims.contains_key("oauthApp") || bytes.starts_with(b"hf_oauth_");
    verification.kind = Some(if is_oauth { "oauth" } else { "jwt" }.to_owned());
    verification.owner = owner(&claims);
    verification.organizations = organization(&claims);
    let scopes = ["scope", "scopes", "permissions"]
        .iter()
        .find_map(|key| claims.get(*key).and_then(jwt::list_of));
    if let Some(scopes) = scopes {
        verification.can_write = Some(scopes.iter().any(|scope| {
            WRITING_STARTS.iter().any(|start| scope.starts_with(start))
                || WRITING_ENDS.iter().any(|end| scope.ends_with(end))
        }));
        verification.scopes = scopes;
    }
    Some(verification)
}

fn owner(claims: &Map<String, Value>) -> Option<String> {
    let acting = claims.get("onBehalfOf").and_then(jwt::user);
    acting.or_else(|| claims.get("sub").and_then(jwt::user))
}

fn organization(claims: &Map<String, Value>) -> Vec<Organization> {
    let kind = claims.get("onBehalfOf").and_then(|who| who.get("kind"));
    match (kind.and_then(Value::as_str), owner(claims)) {
        (Some("org"), Some(name)) => vec![Organization { name, role: None }],
        _ => Vec::new(),
    }
}
