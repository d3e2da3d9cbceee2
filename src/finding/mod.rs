//! One credential at one place: what a scan hands on.
//!
//! In: what the scanner confirmed. Out: a value that holds everything a report says, so that no later stage reads
//! the repository again.

mod acceptance;
mod provenance;

use bstr::BString;
use serde::{Deserialize, Serialize};

use crate::fingerprint::Fingerprint;
use crate::rules::{Confidence, Rule};
use crate::secret::Secret;
pub use crate::text::layer::Encoding;
pub use crate::text::position::Position;
use crate::verification::Verification;
pub use acceptance::AcceptedBy;
pub use provenance::{Provenance, Reach, Site, Stay};

/// A confirmed match of one rule in one text.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that matched.
    pub rule: &'static Rule,
    /// Path from the repository's root, forward slashes, as git records it. May itself hold a secret: print
    /// `shown_path`.
    pub path: BString,
    /// `path` with every secret in it masked; not yet escaped for a terminal.
    pub shown_path: BString,
    /// Which text of the file it stands in.
    pub part: Part,
    /// How the text came to be scanned.
    pub origin: Origin,
    /// First character of the secret.
    pub start: Position,
    /// One past its last character.
    pub end: Position,
    /// The secret.
    pub secret: Secret,
    /// After checks.
    pub confidence: Confidence,
    /// What the confidence rests on.
    pub evidence: Evidence,
    /// How it was hidden, outermost first; empty where it stands in clear.
    pub encoding: Vec<Encoding>,
    /// Whether its issuer publishes this very credential for tests.
    pub publicity: Publicity,
    /// Rule, path and secret in one stable name.
    pub fingerprint: Fingerprint,
    /// The line around it, masked.
    pub excerpt: Excerpt,
    /// What the checks learned: "checksum does not match", "expired 2026-01-02", "scopes: …".
    pub notes: Vec<String>,
    /// Place inside a notebook, where the file is one.
    pub cell: Option<Cell>,
    /// Inline comments that ask to accept it.
    pub markers: Vec<Marker>,
    /// The other parts of one credential: the secret of this id.
    pub parts: Vec<Finding>,
    /// Where in a history it stands, where a whole history was scanned: then this is one secret with all its places.
    pub provenance: Option<Box<Provenance>>,
    /// What its issuer says of it, where somebody asked; no scan does.
    pub verification: Option<Box<Verification>>,
}

/// What the confidence in a finding rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// A checksum inside of it holds: nobody types such a thing by chance.
    Checksum,
    /// It decodes to what its issuer writes: the claims of a JWT, a macaroon, JSON.
    Decoded,
    /// It has the exact format of one issuer.
    Format,
    /// Only what stands beside it says what it is.
    Context,
    /// It has the format and fails the check of it: a checksum that does not match, a payload that does not decode.
    FailedCheck,
    /// It has the format and reads as if somebody had made it up.
    Placeholder,
}

impl Evidence {
    /// The end of a sentence that begins with the confidence: "high confidence: …".
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Checksum => "its checksum is right",
            Self::Decoded => "it decodes",
            Self::Format => "its format is exact",
            Self::Context => "what stands beside it says so",
            Self::FailedCheck => "it fails its check",
            Self::Placeholder => "it reads like a placeholder",
        }
    }
}

/// Who is known to know a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Publicity {
    /// Its owner only, as far as anyone can tell.
    Private,
    /// Everybody: its issuer publishes it for tests, and the rule lists its hash.
    TestCredential,
}

/// Which text of a change holds the finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The content of the file.
    Content,
    /// Its path.
    Path,
    /// The target of a symbolic link.
    SymlinkTarget,
    /// The header of a commit or tag: author, committer, tagger.
    Header,
    /// The message of a commit or tag.
    Message,
    /// The name of a ref.
    RefName,
}

/// How a text came to be scanned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Origin {
    /// In the index, about to be committed.
    Staged,
    /// A file of the work tree, named by the caller.
    Worktree,
    /// Standard input.
    Stdin,
    /// A commit message that is being written.
    Message,
    /// A commit.
    Commit(CommitInfo),
    /// The message of a commit of a history.
    #[serde(rename = "message")]
    CommitMessage(CommitInfo),
    /// An annotated tag.
    Tag {
        /// The tag object's name, in hex.
        tag: String,
        /// Who made it; old tags do not say.
        #[serde(flatten, skip_serializing_if = "Option::is_none")]
        tagger: Option<Tagger>,
    },
    /// The name of a ref.
    Ref,
    /// A tree or blob that a ref points at without a commit, or any object of which it is not known where it lies.
    Object {
        /// Its name, in hex.
        object: String,
    },
    /// An object that no ref, reflog or index leads to.
    Unreachable {
        /// Its name, in hex.
        object: String,
    },
}

/// Who made a tag.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Tagger {
    /// `Name <e-mail>`, secrets masked; not yet escaped for a terminal.
    #[serde(serialize_with = "crate::text::path::serialize")]
    pub author: BString,
    /// Day in UTC, `YYYY-MM-DD`.
    pub date: String,
}

/// Which commit brought a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct CommitInfo {
    /// Its name, in hex.
    pub commit: String,
    /// `Name <e-mail>` of its author, secrets masked; not yet escaped for a terminal.
    #[serde(serialize_with = "crate::text::path::serialize")]
    pub author: BString,
    /// Day of the author's date in UTC, `YYYY-MM-DD`.
    pub date: String,
}

/// The line of a finding, cut to a window, every known secret in it masked; not yet escaped for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// What stands left of the secret.
    pub before: BString,
    /// The mask that stands in the secret's place.
    pub mask: String,
    /// What stands right of it.
    pub after: BString,
}

/// Where in a notebook a finding stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// 1-based number of the cell, in file order.
    pub number: usize,
    /// What part of the cell.
    pub kind: CellKind,
    /// The MIME type of an output that has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// 1-based line inside that part's text.
    pub line: usize,
}

/// The part of a notebook cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellKind {
    /// What the author wrote.
    Source,
    /// What running it printed.
    Output,
    /// Metadata of the cell or an output.
    Metadata,
}

/// An inline comment on the finding's line or the line above.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "tool", content = "rules", rename_all = "kebab-case")]
pub enum Marker {
    /// `hf-guard: allow RULE-ID…`, with the ids it names.
    HfGuard(Vec<String>),
    /// `gitleaks:allow`.
    Gitleaks,
    /// `betterleaks:allow`.
    Betterleaks,
    /// `trufflehog:ignore`.
    Trufflehog,
    /// `pragma: allowlist secret`, or `nextline secret` on the line above.
    DetectSecrets,
}

impl Marker {
    /// The words that make it, without the rules it names.
    #[must_use]
    pub fn as_written(&self) -> &'static str {
        match self {
            Self::HfGuard(_) => "hf-guard: allow",
            Self::Gitleaks => "gitleaks:allow",
            Self::Betterleaks => "betterleaks:allow",
            Self::Trufflehog => "trufflehog:ignore",
            Self::DetectSecrets => "pragma: allowlist secret",
        }
    }
}
