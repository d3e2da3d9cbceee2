//! Rules of a configuration: `disable`, `[[extend]]` and `[[rules]]`.
//!
//! In: tables of the file and the built-in rules. Out: the rules of this run. They are leaked, once a run: findings
//! hold `&'static Rule`.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;

use super::document::ExtendTable;
use super::error::Mistake;
use super::nearest::nearest;
use super::pattern::regex_problem;
use crate::issuer;
use crate::rules::{
    BUILTIN, Member, Rule, RuleError, STRICT, Text, catalogue, verify, written_out,
};

/// What a configuration does to the built-in rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    /// Every rule of the run, in order; `None` where they are the built-in ones.
    pub(super) rules: Option<Vec<Member>>,
    /// Ids that are off.
    pub(super) disabled: Vec<String>,
    /// Ids of changed rules.
    pub(super) extended: Vec<String>,
    /// Ids of custom rules.
    pub(super) added: Vec<String>,
}

/// Applies the three kinds of change, in the order in which they are named above.
pub(super) fn apply(
    disable: &[Spanned<String>],
    extend: &[Spanned<ExtendTable>],
    custom: Vec<Spanned<Rule>>,
) -> Result<Changes, Mistake> {
    let mut changes = Changes::default();
    if disable.is_empty() && extend.is_empty() && custom.is_empty() {
        return Ok(changes);
    }
    for id in disable {
        builtin(id)?;
        changes.disabled.push(id.get_ref().clone());
    }
    let mut rules: Vec<Member> = (0..BUILTIN.len() + STRICT.len())
        .map(Member::Builtin)
        .collect();
    for table in extend {
        let index = builtin(&table.get_ref().id)?;
        let id = table.get_ref().id.get_ref();
        if changes.extended.contains(id) {
            return Err(Mistake::new(
                &table.get_ref().id.span(),
                "this rule is extended twice; put both into one table",
            ));
        }
        let rule = extended(rules[index].rule(), table.get_ref());
        check(&rule, &table.span())?;
        rules[index] = Member::Own(Box::leak(Box::new(rule)));
        changes.extended.push(id.clone());
    }
    for rule in custom {
        let span = rule.span();
        let rule = rule.into_inner();
        check_id(&rule.id, &changes.added).map_err(|message| Mistake::new(&span, message))?;
        check(&rule, &span)?;
        if !rule.part_of.is_empty() {
            known(&rule.part_of, &changes.added).map_err(|message| Mistake::new(&span, message))?;
        }
        changes.added.push(rule.id.clone().into_owned());
        rules.push(Member::Own(Box::leak(Box::new(rule))));
    }
    rules.retain(|rule| !changes.disabled.iter().any(|id| *id == rule.rule().id));
    changes.rules = Some(rules);
    Ok(changes)
}

/// Whether there is a rule `id`, among the built-in ones and `added`; else what to say.
pub(super) fn known(id: &str, added: &[String]) -> Result<(), String> {
    let ids = || {
        catalogue()
            .map(|rule| &*rule.id)
            .chain(added.iter().map(|id| &**id))
    };
    if ids().any(|known| known == id) {
        return Ok(());
    }
    Err(match nearest(id, ids()) {
        Some(known) => format!("there is no rule of this id; did you mean `{known}`?"),
        None => "there is no rule of this id; `hf-guard rules list` shows them".to_owned(),
    })
}

fn builtin(id: &Spanned<String>) -> Result<usize, Mistake> {
    known(id.get_ref(), &[]).map_err(|message| Mistake::new(&id.span(), message))?;
    catalogue()
        .position(|rule| rule.id == *id.get_ref())
        .ok_or_else(|| Mistake::new(&id.span(), "only built-in rules can be changed"))
}

/// Lists grow, everything else is replaced.
fn extended(rule: &Rule, table: &ExtendTable) -> Rule {
    let ExtendTable {
        id: _,
        description,
        keywords,
        regex,
        left,
        right,
        min_entropy,
        placeholders,
        confidence,
        revoke,
        public_sha256,
        examples,
        counter_examples,
    } = table;
    let mut rule = rule.clone();
    replace(&mut rule.description, description.as_ref());
    replace(&mut rule.regex, regex.as_ref());
    replace(&mut rule.left, left.as_ref());
    replace(&mut rule.right, right.as_ref());
    replace(&mut rule.min_entropy, min_entropy.as_ref());
    replace(&mut rule.placeholders, placeholders.as_ref());
    replace(&mut rule.confidence, confidence.as_ref());
    replace(&mut rule.revoke, revoke.as_ref());
    grow(&mut rule.keywords, keywords.as_ref());
    grow(&mut rule.public_sha256, public_sha256.as_ref());
    grow(&mut rule.examples, examples.as_ref());
    grow(&mut rule.counter_examples, counter_examples.as_ref());
    rule
}

fn replace<T: Clone>(field: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

fn grow(field: &mut Cow<'static, [Text]>, more: Option<&Vec<Text>>) {
    if let Some(more) = more {
        field.to_mut().extend(more.iter().cloned());
    }
}

fn check_id(id: &str, added: &[String]) -> Result<(), &'static str> {
    let well_formed = id.len() <= 64
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && !id.ends_with('-')
        && !id.contains("--")
        && id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !well_formed {
        Err(
            "the id of a rule is in kebab case, as in `acme-api-key`, and has at most 64 characters",
        )
    } else if catalogue().any(|rule| rule.id == id) {
        Err("a built-in rule has this id; change that one with `[[extend]]`, or take another id")
    } else if added.iter().any(|other| other == id) {
        Err("a second rule of this id; take another")
    } else {
        Ok(())
    }
}

/// The checks that built-in rules pass.
fn check(rule: &Rule, span: &Range<usize>) -> Result<(), Mistake> {
    if !(0.0..=8.0).contains(&rule.min_entropy) {
        let message = "`min_entropy` is in bits per character, 0 to 8";
        return Err(Mistake::new(span, message));
    }
    // Said without the address, which is the file's.
    issuer::check([rule].into_iter()).map_err(|_| {
        let message = "an address of `verify` or `withdraw` starts with https:// (http:// only for this machine), names no \
                       user, and holds no `{secret}`: that belongs into a header or the body";
        Mistake::new(span, message)
    })?;
    verify::rule(rule).map_err(|error| {
        // The name of a group is the file's, and so is the regex that the library's message quotes.
        let message = match error {
            RuleError::Regex { .. } => regex_problem(&written_out(&rule.regex)),
            RuleError::UnknownGroup { .. } => {
                "the only named group that a regex may have is `secret`".to_owned()
            }
            other => other.to_string(),
        };
        Mistake::new(span, message)
    })
}
