//! What a rule is: the fields of one `[[rules]]` table, built in or from a configuration.
//!
//! In: TOML. Out: [`Rule`]. `build/` includes this very file to read `src/rules/*.toml`, so that a run of the program
//! parses none of them; therefore it imports nothing of the crate but `issuer`, which is included too.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::issuer::{Revoke, Verify};

/// Text that is a constant in a built-in rule and owned in a custom one.
pub type Text = Cow<'static, str>;

/// How sure a finding of a rule is that it is a live credential's text.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Shown as a note; never blocks on its own.
    Low,
    /// A name beside a value, or an exact format whose checksum is wrong.
    #[default]
    Medium,
    /// A format that is one provider's alone.
    High,
}

impl Confidence {
    /// As configuration and reports write it.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Which characters around a match would make it part of a longer word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Boundary {
    /// A letter or digit beside the secret disqualifies it.
    Alnum,
    /// A letter, digit or `_` does.
    Word,
    /// A letter, digit, `_` or `-` does (the base64url alphabet).
    Base64Url,
    /// A letter, digit, `+`, `/` or `=` does.
    Base64,
    /// Nothing does; the regex itself says where the secret ends.
    None,
}

/// Which texts count as placeholders and are dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placeholders {
    /// None: the secret has long runs by nature, as PEM bodies do.
    Keep,
    /// Repeated, sequential, one-case and worded bodies: what random characters practically never are.
    #[default]
    DropShapes,
    /// Those, and whatever does not look random: for rules that know a value only by the name beside it.
    DropUnlessRandom,
    /// Those, UUIDs, and what its name calls a digest or public: for rules that know a value by a name that any program
    /// uses.
    DropUnlessOpaque,
    /// Those shapes, and whatever no password policy would take: for values beside the name of a password.
    DropUnlessPassword,
}

/// A named check on the matched bytes, beyond the regex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Hugging Face: a body of letters only; other hubs' tokens have digits.
    HuggingFaceLetters,
    /// Last six characters are base62 of the CRC-32 of the body (GitHub, npm).
    Crc32Base62,
    /// Fine-grained GitHub tokens: base32 of a SHA-256.
    GithubPat,
    /// Grafana service accounts: CRC-32, little-endian, hex.
    GrafanaCrc32,
    /// Cloudflare: the last eight hex digits are the CRC-32 of the forty before.
    CloudflareCrc32,
    /// Atlassian: upper-hex CRC-32 after `=`.
    AtlassianCrc32,
    /// PyPI: a base64url macaroon.
    PypiMacaroon,
    /// A JWT whose payload must decode to JSON; claims become notes.
    Jwt,
    /// A JWT issued by Hugging Face: `iss` is `https://huggingface.co`.
    HuggingFaceJwt,
    /// Base64 JSON that must decode.
    Base64Json,
    /// Base64 of `user:password`, with a password that is no placeholder.
    BasicAuth,
}

/// One rule: what to look for, how to confirm it, and what to tell the person.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable name in kebab case; part of every fingerprint.
    pub id: Text,
    /// Who issues the credential.
    pub provider: Text,
    /// What the secret is, as the head of a sentence: "Hugging Face user access token".
    pub description: Text,
    /// Literals of which every match contains at least one, compared without regard to ASCII case.
    pub keywords: Cow<'static, [Text]>,
    /// Byte regex (Unicode off). The group `secret` is the secret; without one the whole match is.
    ///
    /// `(?&key)` stands for "some word for a credential and an assignment", `(?&is)` for the
    /// assignment alone, `(?&login)` for user and password in an address, the password being `secret`.
    pub regex: Text,
    /// The part of the secret that only says what kind it is, and may be printed.
    #[serde(default)]
    pub prefix: Text,
    /// What must not stand directly before the secret.
    #[serde(default = "Rule::default_left")]
    pub left: Boundary,
    /// What must not stand directly after the secret.
    #[serde(default = "Rule::default_right")]
    pub right: Boundary,
    /// Floor of the Shannon entropy of the secret without its prefix, in bits per character; 0 for none.
    #[serde(default)]
    pub min_entropy: f32,
    /// Which bodies are dropped as placeholders.
    #[serde(default)]
    pub placeholders: Placeholders,
    /// The rule of the id that this secret belongs to: near one of its findings, it is a part of that finding.
    #[serde(default)]
    pub part_of: Text,
    /// A named check; a failed one lowers the confidence, it does not silence.
    #[serde(default)]
    pub check: Option<Check>,
    /// What a finding of this rule is worth before its check is looked at.
    pub confidence: Confidence,
    /// Password-like: a plain hash of it could be reversed, so none leaves the process.
    #[serde(default)]
    pub guessable: bool,
    /// Lower-case hex SHA-256 of published test credentials that are never a finding.
    #[serde(default)]
    pub public_sha256: Cow<'static, [Text]>,
    /// The vendor's own page that states the format.
    pub source: Text,
    /// Where the owner revokes it.
    pub revoke: Text,
    /// Texts that must give exactly one finding of this rule; see [`crate::rules::example`].
    pub examples: Cow<'static, [Text]>,
    /// Texts that must give none.
    #[serde(default)]
    pub counter_examples: Cow<'static, [Text]>,
    /// How its issuer is asked, for a rule of a configuration; built-in ones have theirs in `src/issuer/issuers.toml`.
    #[serde(default, skip_serializing)]
    pub verify: Option<Box<Verify>>,
    /// How its issuer is told to withdraw it, likewise.
    #[serde(default, skip_serializing)]
    pub withdraw: Option<Box<Revoke>>,
}

impl Rule {
    fn default_left() -> Boundary {
        Boundary::Alnum
    }

    fn default_right() -> Boundary {
        Boundary::Alnum
    }
}
