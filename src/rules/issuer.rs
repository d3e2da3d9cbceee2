//! How an issuer is asked about a credential, and told to withdraw it: the tables `verify` and `revoke`, as data.
//!
//! In: TOML, of `src/issuer/issuers.toml` or of a rule in a configuration. Out: the types. `build/` includes this file
//! beside the rule's model; therefore it imports nothing of the crate.
//!
//! A request is a template. `{secret}` stands for the credential, in a header, the basic credentials or the body: never in
//! the address. An answer is looked up in `answers`, of which the first that fits decides.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A request, with `{secret}` where the credential goes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The verb.
    #[serde(default)]
    pub method: Method,
    /// Absolute address, HTTPS; `{huggingface}` and `{github}` stand for the endpoints of the run.
    pub url: String,
    /// Headers by name.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// `user:password` of an `Authorization: Basic` header.
    pub basic: Option<String>,
    /// A JSON body, in which `"{secret}"` stands for one credential and `"{secrets}"` for an array of them.
    pub json: Option<String>,
    /// A form body: fields by name.
    #[serde(default)]
    pub form: BTreeMap<String, String>,
}

/// The verb of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    #[default]
    Get,
    /// Sends a body.
    Post,
    /// Takes away.
    Delete,
}

/// The table `verify`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// What is asked; it must change nothing and cost nothing.
    pub request: Request,
    /// What an answer means; the first that fits.
    pub answers: Vec<Answer>,
    /// Who reads the body of a live answer.
    #[serde(default)]
    pub reader: Reader,
    /// What kind of credential it is, where that is always the same.
    pub kind: Option<String>,
    /// Where the account's name stands: JSON pointers (RFC 6901), of which the first that leads to a text counts, or
    /// `header NAME`. So with all that follow.
    #[serde(default)]
    pub owner: Vec<String>,
    /// Where the credential's own name stands.
    #[serde(default)]
    pub name: Vec<String>,
    /// Where its role stands.
    #[serde(default)]
    pub role: Vec<String>,
    /// Where an organisation's name stands; each pointer gives one.
    #[serde(default)]
    pub organizations: Vec<String>,
    /// Where its scopes stand: an array, or words between spaces or commas.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Where the end of its life stands.
    #[serde(default)]
    pub expires: Vec<String>,
    /// Scopes that can change something; `*` at an end stands for anything, and `!` before one takes it out again.
    #[serde(default)]
    pub writes: Vec<String>,
    /// Whether every credential of the kind can change something, where that is always the same.
    pub can_write: Option<bool>,
    /// Scopes in plain words.
    #[serde(default)]
    pub words: BTreeMap<String, String>,
}

/// Who reads the body of a live answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    /// The pointers of the table.
    #[default]
    Pointers,
    /// Code of its own: `whoami-v2` of Hugging Face.
    WhoamiV2,
}

/// One line of `answers`: every criterion that is there must hold.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// A JSON pointer that must lead to something.
    pub at: Option<String>,
    /// What it must lead to: a text, or a number, `true`, `false` or `null` as JSON writes it.
    pub is: Option<String>,
    /// A text that the body must contain, without regard to ASCII case.
    pub contains: Option<String>,
    /// What it means.
    pub means: Meaning,
    /// Why, in a few words.
    pub reason: Option<String>,
}

/// What an answer means for the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Meaning {
    /// It works.
    Live,
    /// Its time is over.
    Expired,
    /// It was withdrawn.
    Revoked,
    /// The issuer does not know it.
    Invalid,
    /// The answer tells nothing of it.
    Unknown,
}

/// The table `revoke`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    /// What is sent.
    pub request: Request,
    /// How many credentials one request may carry.
    #[serde(default = "Revoke::one")]
    pub batch: usize,
    /// What an answer means: `revoked` where it was done, anything else where not.
    pub answers: Vec<Answer>,
}

impl Revoke {
    fn one() -> usize {
        1
    }
}
