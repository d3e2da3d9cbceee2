//! A rule's own examples, taken apart: which is the secret, and what must stand beside it?
//!
//! In: a scanner and a rule. Out: a [`Sample`] for each of its examples. What a rule needs is not read off its regex but
//! tried: if the secret alone gives the finding, it is all that is needed.

use hf_guard::finding::Finding;
use hf_guard::rules::{Rule, example};
use hf_guard::scan::Scanner;

use crate::findings::in_text;

/// How much of an example has to come along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing but the secret.
    Token,
    /// A name that is assigned the secret.
    Named,
    /// The example as it stands: an address, an entry of a credential file, a call.
    Passage,
}

/// Rules about one line of one kind of file, though it looks like an assignment.
const FORMS: [&str; 2] = ["npmrc-auth", "wireguard-private-key"];

/// One generated positive of a rule.
#[derive(Clone, Debug)]
pub struct Sample {
    pub rule: &'static Rule,
    pub kind: Kind,
    pub name: String,
    pub value: String,
    /// What has to stand together: the value, the name with it, or the whole example.
    pub passage: String,
}

/// Every finding of any rule in `text`.
pub fn secrets_in(scanner: &Scanner, text: &[u8]) -> Vec<Finding> {
    in_text(scanner, "example.txt", text)
}

/// The samples of `rule` for one seed: one for each example, and no two that need the same.
pub fn of(scanner: &Scanner, rule: &'static Rule, seed: u64) -> Vec<Sample> {
    let mut samples: Vec<Sample> = Vec::new();
    for template in rule.examples.iter() {
        let sample = (seed..).find_map(|seed| from(scanner, rule, template, seed));
        let sample = sample.expect("an example gives its finding");
        let is_known = |known: &Sample| {
            known.kind == sample.kind && known.name == sample.name && sample.kind != Kind::Passage
        };
        if !samples.iter().any(is_known) {
            samples.push(sample);
        }
    }
    samples
}

/// One in some hundred of the values that only a name tells does not look random: nothing, then.
fn from(scanner: &Scanner, rule: &'static Rule, template: &str, seed: u64) -> Option<Sample> {
    let text = example::expand(template, seed).expect("a good template");
    let finds = |text: &str, value: &str| {
        let found = secrets_in(scanner, text.as_bytes());
        found
            .iter()
            .any(|one| one.rule.id == rule.id && one.secret.expose() == value.as_bytes())
    };
    let found = secrets_in(scanner, text.as_bytes());
    let found = found.iter().find(|one| one.rule.id == rule.id)?;
    let value = String::from_utf8(found.secret.expose().to_vec()).expect("examples are text");
    let sample = |kind, name: &str, passage| Sample {
        rule,
        kind,
        name: name.to_owned(),
        value: value.clone(),
        passage,
    };
    if finds(&value, &value) {
        return Some(sample(Kind::Token, "CREDENTIAL", value.clone()));
    }
    if !FORMS.contains(&&*rule.id)
        && let Some(name) = text.find(&value).and_then(|at| name_before(&text[..at]))
    {
        let assigned = format!("{name}={value}");
        if finds(&assigned, &value) {
            return Some(sample(Kind::Named, name, assigned));
        }
    }
    Some(sample(
        Kind::Passage,
        "",
        text.trim_end_matches('\n').to_owned(),
    ))
}

/// The word that is assigned what follows `before`.
fn name_before(before: &str) -> Option<&str> {
    let before = before.trim_end_matches(['"', '\'', '`', '\\']).trim_end();
    let before = before.strip_suffix(['=', ':'])?;
    let before = before.trim_end().trim_end_matches(['"', '\'', ']']);
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let start = before
        .rfind(|letter| !is_part(letter))
        .map_or(0, |at| at + 1);
    (start < before.len()).then(|| &before[start..])
}
