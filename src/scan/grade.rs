//! What a match is worth: placeholders and floors drop it, checks grade it, and of overlapping ones the surest stays.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::ops::Range;

use super::disjoint::Disjoint;
use super::{Match, Scanner};
use crate::checks::{self, entropy, named, placeholder, surroundings};
use crate::finding::{Encoding, Evidence, Publicity};
use crate::order;
use crate::rules::{Confidence, Placeholders, Rule};
use crate::secret::Secret;
use crate::text::view::View;

/// A match that is no placeholder, and what its check says.
pub(super) struct Graded {
    pub(super) rule: &'static Rule,
    pub(super) range: Range<usize>,
    pub(super) secret: Secret,
    pub(super) publicity: Publicity,
    pub(super) confidence: Confidence,
    pub(super) evidence: Evidence,
    /// How it was written, outermost first; `range` is then that of the text in which it is hidden.
    pub(super) encoding: Vec<Encoding>,
    /// Where it stands in what is packed, if `range` is all of that.
    pub(super) packed: Option<Range<usize>>,
    pub(super) notes: Vec<String>,
}

impl Graded {
    /// The same, placed in the text in which `view` was encoded.
    pub(super) fn written_as(self, view: &View<'_>) -> Self {
        Self {
            packed: view.packed(self.range.clone()),
            range: view.written(self.range),
            encoding: view.layers(),
            ..self
        }
    }
}

/// What a match is worth; `None` for a placeholder.
pub(super) fn grade(scanner: &Scanner, text: &[u8], found: &Match) -> Option<Graded> {
    let rule = scanner.rule(found);
    let range = found.secret.clone();
    let secret = secret_of(rule, &text[range.clone()]);
    let publicity =
        if !rule.public_sha256.is_empty() && rule.public_sha256.contains(&secret.sha256().into()) {
            Publicity::TestCredential
        } else {
            Publicity::Private
        };
    if publicity == Publicity::Private
        && (is_placeholder(rule, &secret, name_before(text, range.start))
            || surroundings::is_a_row(text, &range, rule.prefix.as_bytes()))
    {
        return None;
    }
    let verdict = checks::run(rule, secret.expose(), scanner.now);
    let made_up = publicity == Publicity::Private && reads_made_up(rule, &secret);
    let mut notes = verdict.notes;
    let mut confidence = rule.confidence;
    if !verdict.passed {
        confidence = lowered(confidence);
    }
    if made_up && verdict.proof != Some(Evidence::Checksum) {
        confidence = lowered(confidence);
        if !verdict.passed {
            notes.push(Evidence::Placeholder.in_words().to_owned());
        }
    }
    let evidence = match (verdict.passed, verdict.proof) {
        (false, _) => Evidence::FailedCheck,
        (true, Some(Evidence::Checksum)) => Evidence::Checksum,
        (true, _) if made_up => Evidence::Placeholder,
        (true, Some(proof)) => proof,
        (true, None) if knows_by_context(rule) => Evidence::Context,
        (true, None) => Evidence::Format,
    };
    Some(Graded {
        rule,
        range,
        secret,
        publicity,
        confidence,
        evidence,
        encoding: Vec::new(),
        packed: None,
        notes,
    })
}

/// Each doubt takes one grade.
fn lowered(confidence: Confidence) -> Confidence {
    match confidence {
        Confidence::High => Confidence::Medium,
        Confidence::Medium | Confidence::Low => Confidence::Low,
    }
}

/// Whether the rule knows its secret by what stands beside it: the secret is a group, and has no prefix of its own.
fn knows_by_context(rule: &Rule) -> bool {
    rule.placeholders == Placeholders::DropUnlessRandom
        || rule.prefix.is_empty() && rule.regex.contains("(?P<secret>")
}

fn reads_made_up(rule: &Rule, secret: &Secret) -> bool {
    rule.placeholders == Placeholders::DropShapes && placeholder::reads_made_up(body(rule, secret))
}

fn body<'a>(rule: &Rule, secret: &'a Secret) -> &'a [u8] {
    let bytes = secret.expose();
    bytes.strip_prefix(rule.prefix.as_bytes()).unwrap_or(bytes)
}

/// Bytes before a secret in which its name stands.
const NAME: usize = 64;

/// The line before the secret, as much of it as can hold the name.
fn name_before(text: &[u8], start: usize) -> &[u8] {
    let before = &text[start.saturating_sub(NAME)..start];
    let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    &before[line..]
}

fn is_placeholder(rule: &Rule, secret: &Secret, before: &[u8]) -> bool {
    let body = body(rule, secret);
    entropy::bits_per_byte(body) < rule.min_entropy
        || match rule.placeholders {
            Placeholders::Keep => false,
            Placeholders::DropShapes => placeholder::has_shape(body),
            Placeholders::DropUnlessRandom => !named::looks_random(body),
            Placeholders::DropUnlessOpaque => {
                !named::looks_opaque(body) || surroundings::is_named_harmless(before)
            }
            Placeholders::DropUnlessPassword => {
                !named::looks_like_password(body) || surroundings::is_named_harmless(before)
            }
        }
}

/// Whether the rule is about the names of any program: it knows less than one that knows an issuer, such as that a key is
/// meant to be published.
fn knows_by_any_name(rule: &Rule) -> bool {
    matches!(
        rule.placeholders,
        Placeholders::DropUnlessOpaque | Placeholders::DropUnlessPassword
    )
}

/// Of matches that share bytes one reports: one of an issuer, the surest, of equals the longest, of equals that of the earlier rule.
///
/// An OpenAI key beside a telling name is one leaked key, not two.
pub(super) fn strongest(mut graded: Vec<Graded>) -> Vec<Graded> {
    // What stands in clear comes before what is encoded.
    let key = |one: &Graded| {
        let (len, depth) = (one.range.len(), one.encoding.len());
        (
            knows_by_any_name(one.rule),
            Reverse(one.confidence),
            depth,
            Reverse(len),
            one.range.start,
        )
    };
    order::sort_by(&mut graded, |a, b| key(a).cmp(&key(b)));
    let mut taken = Disjoint::default();
    let mut told = HashSet::new();
    graded.retain(|one| {
        // What is packed twice in one row is told once.
        taken.take(0, &one.range, one.packed.clone())
            && (one.packed.is_none()
                || told.insert((one.range.start, one.secret.expose().to_vec())))
    });
    let place = |one: &Graded| (one.range.start, one.packed.as_ref().map(|at| at.start));
    order::sort_by(&mut graded, |a, b| place(a).cmp(&place(b)));
    graded
}

impl Scanner {
    /// The rule of a match.
    pub(super) fn rule(&self, found: &Match) -> &'static Rule {
        self.rules.as_slice()[found.rule].rule()
    }
}

/// The matched bytes, which know how many of them are the rule's public prefix.
pub(super) fn secret_of(rule: &Rule, bytes: &[u8]) -> Secret {
    Secret::new(
        bytes.to_vec(),
        if bytes.starts_with(rule.prefix.as_bytes()) {
            rule.prefix.len()
        } else {
            0
        },
    )
}
