//! A finding for the tests of this module, made at run time.

use crate::finding::{Evidence, Excerpt, Finding, Origin, Part, Position};
use crate::fingerprint::{Fingerprint, Guessable};
use crate::rules::BUILTIN;
use crate::secret::Secret;

/// A user token in line `line` of `train.py`, at column 10.
pub(super) fn finding(line: usize) -> Finding {
    let body: String = ('a'..='z').chain('A'..='H').chain(['q', 'x']).collect();
    let secret = Secret::new(format!("hf_{body}").into_bytes(), 3);
    let rule = BUILTIN
        .iter()
        .find(|rule| rule.id == "huggingface-user-token")
        .expect("the rule is built in");
    Finding {
        rule,
        path: "train.py".into(),
        shown_path: "train.py".into(),
        part: Part::Content,
        origin: Origin::Staged,
        start: Position { line, column: 10 },
        end: Position { line, column: 47 },
        publicity: crate::finding::Publicity::Private,
        confidence: rule.confidence,
        evidence: Evidence::Format,
        encoding: Vec::new(),
        fingerprint: Fingerprint::new(&rule.id, b"train.py", &secret, Guessable::No),
        excerpt: Excerpt {
            before: "token = \"".into(),
            mask: secret.mask(),
            after: "\"".into(),
        },
        notes: Vec::new(),
        cell: None,
        markers: Vec::new(),
        parts: Vec::new(),
        verification: None,
        secret,
        provenance: None,
    }
}
