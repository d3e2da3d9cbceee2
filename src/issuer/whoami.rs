//! What Hugging Face says of a token: `GET /api/whoami-v2`.
//!
//! In: the body of a 200. Out: whose it is, which organisations it reaches and as what, and each permission in plain words.
//! A read or write token may what its owner may; a fine-grained one may what it lists.
//!
//! Source: <https://huggingface.co/docs/hub/security-tokens>

use serde_json::Value;

use super::body::{Body, writes};
use crate::rules::issuer::Verify;
use crate::verification::{Organization, Verification};

/// Roles in an organisation that may push.
const WRITING_ROLES: [&str; 3] = ["admin", "write", "contributor"];

/// Fills `verification` from the body of `whoami-v2`; `verify` has the words of the permissions.
pub(super) fn read(verify: &Verify, body: &Body<'_>, verification: &mut Verification) {
    let owner = body.text("/name");
    verification.kind = match (body.text("/auth/type"), body.text("/type")) {
        (Some(auth), _) if auth == "oauth" || auth == "jwt" => Some(auth),
        (_, kind) => kind,
    };
    verification.name = body.text("/auth/accessToken/displayName");
    verification.role = body.text("/auth/accessToken/role");
    verification.expires_at = body
        .text("/auth/accessToken/expiration")
        .or_else(|| body.text("/auth/expiresAt"));
    verification.organizations = organizations(body);
    let who = owner.clone().unwrap_or_else(|| "its owner".to_owned());
    verification.owner = owner;
    match verification.role.as_deref() {
        Some("write") => {
            verification.can_write = Some(true);
            verification.scopes =
                everywhere("can push to", &who, &verification.organizations, |role| {
                    WRITING_ROLES.contains(&role)
                });
        }
        Some("read") => {
            verification.can_write = Some(false);
            verification.scopes = everywhere(
                "can read the private",
                &who,
                &verification.organizations,
                |_| true,
            );
        }
        Some("fineGrained") => fine_grained(verify, body, &who, verification),
        _ => {}
    }
}

fn organizations(body: &Body<'_>) -> Vec<Organization> {
    let orgs = body.json().and_then(|json| json.pointer("/orgs"));
    let Some(Value::Array(orgs)) = orgs else {
        return Vec::new();
    };
    orgs.iter()
        .filter_map(|org| {
            Some(Organization {
                name: body.clean_value(org.get("name")?)?,
                role: org.get("roleInOrg").and_then(|role| body.clean_value(role)),
            })
        })
        .collect()
}

/// A sentence for the owner and one for each organisation in which `may` holds of the role.
fn everywhere(
    verb: &str,
    who: &str,
    organizations: &[Organization],
    may: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut sentences = vec![format!("{verb} models, datasets and Spaces of {who}")];
    for organization in organizations {
        // An unknown role may be any.
        if organization.role.as_deref().is_none_or(&may) {
            sentences.push(format!(
                "{verb} models, datasets and Spaces of org {}",
                organization.name
            ));
        }
    }
    sentences
}

fn fine_grained(verify: &Verify, body: &Body<'_>, who: &str, verification: &mut Verification) {
    let mut sentences = Vec::new();
    let mut can_write = false;
    let mut say = |permission: &str, entity: &Entity| {
        can_write |= writes(&verify.writes, permission);
        let sentence = match verify.words.get(permission) {
            Some(words) => words
                .replace("{repos}", &entity.repositories())
                .replace("{who}", &entity.who()),
            None => format!("{permission} on {}", entity.who()),
        };
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    };
    let owner = Entity {
        kind: "user".to_owned(),
        name: who.to_owned(),
    };
    for permission in body
        .list("/auth/accessToken/fineGrained/global")
        .unwrap_or_default()
    {
        say(&permission, &owner);
    }
    let scoped = body
        .json()
        .and_then(|json| json.pointer("/auth/accessToken/fineGrained/scoped"));
    for (index, _) in scoped
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .enumerate()
    {
        let place = format!("/auth/accessToken/fineGrained/scoped/{index}");
        let entity = Entity {
            kind: body
                .text(&format!("{place}/entity/type"))
                .unwrap_or_default(),
            name: body
                .text(&format!("{place}/entity/name"))
                .unwrap_or_else(|| "an unnamed entity".to_owned()),
        };
        for permission in body
            .list(&format!("{place}/permissions"))
            .unwrap_or_default()
        {
            say(&permission, &entity);
        }
    }
    let gated = body
        .json()
        .and_then(|json| json.pointer("/auth/accessToken/fineGrained/canReadGatedRepos"));
    if gated == Some(&Value::Bool(true)) {
        sentences.push(format!(
            "can read the gated repositories that {who} may read"
        ));
    }
    verification.scopes = sentences;
    verification.can_write = Some(can_write);
}

/// Whose things a permission is about.
struct Entity {
    kind: String,
    name: String,
}

impl Entity {
    fn who(&self) -> String {
        match &*self.kind {
            "org" | "model" | "dataset" => format!("{} {}", self.kind, self.name),
            "space" => format!("Space {}", self.name),
            _ => self.name.clone(),
        }
    }

    fn repositories(&self) -> String {
        match &*self.kind {
            "model" | "dataset" | "space" => self.who(),
            _ => format!("models, datasets and Spaces of {}", self.who()),
        }
    }
}
