//! What can be wrong with a rule; each message names the rule and says what to do.

use super::verify;

/// Why a rule cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RuleError {
    /// The regex does not compile.
    #[error("rule `{id}`: its regex does not compile; correct it")]
    Regex {
        /// The rule.
        id: String,
        /// What the regex crate says.
        #[source]
        source: Box<regex::Error>,
    },
    /// The regex can match without end.
    #[error(
        "rule `{id}`: a match of its regex has no longest length; bound every `*` and `+`, as in {{1,200}}"
    )]
    Unbounded {
        /// The rule.
        id: String,
    },
    /// A match can be longer than history scanning allows for.
    #[error(
        "rule `{id}`: a match can be {max_len} bytes, longer than {}; match only the secret's head",
        verify::MAX_MATCH_BYTES
    )]
    TooLong {
        /// The rule.
        id: String,
        /// Longest match in bytes.
        max_len: usize,
    },
    /// The id is no name.
    #[error("rule `{id}`: an `id` is in kebab case: lower-case letters, digits and `-`")]
    Id {
        /// The rule.
        id: String,
    },
    /// A text that a person needs is missing.
    #[error("rule `{id}`: `{name}` is empty; fill it in")]
    EmptyField {
        /// The rule.
        id: String,
        /// The field.
        name: &'static str,
    },
    /// Nothing shows that the rule works.
    #[error("rule `{id}`: has no `examples`; add a template such as \"KEY={{{{A32}}}}\"")]
    NoExample {
        /// The rule.
        id: String,
    },
    /// A hash that is none.
    #[error("rule `{id}`: `public_sha256` takes 64 lower-case hex digits each")]
    PublicSha256 {
        /// The rule.
        id: String,
    },
    /// The regex matches the empty text or plain prose.
    #[error("rule `{id}`: its regex matches ordinary text; make it more exact")]
    MatchesEverything {
        /// The rule.
        id: String,
    },
    /// A named group without a meaning.
    #[error(
        "rule `{id}`: the group `{name}` means nothing; the one that has a meaning is `secret`"
    )]
    UnknownGroup {
        /// The rule.
        id: String,
        /// The group.
        name: String,
    },
    /// A match without a secret.
    #[error(
        "rule `{id}`: in some matches the group `secret` takes no part or is empty; let it take part in all"
    )]
    OptionalSecret {
        /// The rule.
        id: String,
    },
    /// Nothing for the prefilter.
    #[error("rule `{id}`: `keywords` is empty; add a literal that every match contains")]
    NoKeyword {
        /// The rule.
        id: String,
    },
    /// The prefilter would hide matches.
    #[error(
        "rule `{id}`: its regex can match text without any of its keywords; add the missing ones"
    )]
    KeywordNotImplied {
        /// The rule.
        id: String,
    },
    /// An entropy that no text has.
    #[error("rule `{id}`: `min_entropy` is in bits per character, 0 to 8")]
    Entropy {
        /// The rule.
        id: String,
    },
}
