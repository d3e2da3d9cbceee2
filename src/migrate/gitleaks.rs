//! The configuration of gitleaks.
//!
//! In: a `.gitleaks.toml`. Out: its allowlists as entries, and its own rules as ours, each proved by an example that is made
//! from its regex. Its built-in rules are not carried over: ours take their place.
//! Source: <https://github.com/gitleaks/gitleaks#configuration>

use std::borrow::Cow;

use serde::Deserialize;
use toml_edit::Value;

use super::{Accept, MigrateError, Migration, Table, bounded, path, sample};
use crate::rules::{Boundary, Confidence, Placeholders, Rule, RuleSet, catalogue, verify};
use crate::scan::{Scanner, proof};
use crate::text::position;

/// What is read of the file; whatever else it holds says nothing that could be carried over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct File {
    extend: Extend,
    rules: Vec<TheirRule>,
    allowlist: Option<Allowlist>,
    allowlists: Vec<Allowlist>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Extend {
    path: Option<String>,
    url: Option<String>,
    #[serde(rename = "disabledRules")]
    disabled_rules: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TheirRule {
    id: String,
    description: String,
    regex: String,
    #[serde(rename = "secretGroup")]
    secret_group: u32,
    entropy: f32,
    path: Option<String>,
    keywords: Vec<String>,
    allowlist: Option<Allowlist>,
    allowlists: Vec<Allowlist>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Allowlist {
    description: String,
    condition: String,
    commits: Vec<String>,
    paths: Vec<String>,
    #[serde(rename = "regexTarget")]
    regex_target: String,
    regexes: Vec<String>,
    stopwords: Vec<String>,
    #[serde(rename = "targetRules")]
    target_rules: Vec<String>,
}

/// Reads the configuration `text`; `name` is what its file is called, safe for a terminal.
///
/// # Errors
/// [`MigrateError::Toml`] where it is none.
pub fn read(name: &str, text: &str) -> Result<Migration, MigrateError> {
    let file: File = toml::from_str(text).map_err(|error| MigrateError::Toml {
        name: name.to_owned(),
        line: error.span().map_or(1, |span| {
            position::Lines::of(text.as_bytes())
                .position(span.start)
                .line
        }),
    })?;
    let mut migration = Migration::default();
    let extend = &file.extend;
    for (what, value) in [("path", &extend.path), ("url", &extend.url)] {
        if value.is_some() {
            migration.left_out.push(format!(
                "extend.{what}: import that file too, by a run of its own"
            ));
        }
    }
    for id in &extend.disabled_rules {
        migration.left_out.push(format!(
            "extend.disabledRules: rule `{id}` of gitleaks has no counterpart by name; see `hf-guard rules list`"
        ));
    }
    let mut imported = Vec::new();
    for rule in &file.rules {
        match converted(rule) {
            Ok((id, table)) => {
                migration.rules.push(table);
                imported.push(id);
            }
            Err(why) => migration
                .left_out
                .push(format!("rule `{}`: {why}", rule.id)),
        }
    }
    for rule in &file.rules {
        for list in rule.allowlist.iter().chain(&rule.allowlists) {
            let place = format!("allowlist of rule `{}`", rule.id);
            accept(
                &mut migration,
                list,
                &place,
                std::slice::from_ref(&rule.id),
                &imported,
            );
        }
    }
    for list in file.allowlist.iter().chain(&file.allowlists) {
        accept(
            &mut migration,
            list,
            "allowlist",
            &list.target_rules,
            &imported,
        );
    }
    Ok(migration)
}

/// Entries that accept what an allowlist does.
fn accept(
    migration: &mut Migration,
    list: &Allowlist,
    place: &str,
    of: &[String],
    imported: &[String],
) {
    let left_out = &mut migration.left_out;
    let reason = match list.description.trim() {
        "" => "imported from gitleaks".to_owned(),
        description => format!("imported from gitleaks: {}", one_line(description)),
    };
    if !list.commits.is_empty() {
        left_out.push(format!(
            "{place}: {} commits; an entry here names a secret or a path, not a commit",
            list.commits.len()
        ));
    }
    if list.condition.eq_ignore_ascii_case("and") {
        left_out.push(format!(
            "{place}: its conditions must all hold, which entries cannot say of several"
        ));
        return;
    }
    let mut rules: Vec<Option<String>> = Vec::new();
    for id in of {
        let ours = kebab(id);
        if imported.contains(&ours) || catalogue().any(|rule| rule.id == ours) {
            rules.push(Some(ours));
        } else {
            left_out.push(format!(
                "{place}: there is no rule `{id}` here that it could be about"
            ));
        }
    }
    if of.is_empty() {
        rules.push(None);
    }
    let mut criteria = Vec::new();
    for regex in &list.paths {
        match path::globs(regex) {
            Some(globs) => criteria.extend(globs.into_iter().map(|glob| (Some(glob), None))),
            None => left_out.push(format!(
                "{place}: the path {} is no pattern as .gitignore has them",
                quoted(regex)
            )),
        }
    }
    for regex in &list.regexes {
        match list.regex_target.as_str() {
            "" | "secret" => criteria.push((None, Some(regex.clone()))),
            other => left_out.push(format!(
                "{place}: a regex on the whole {}; entries here see the secret only",
                if other == "line" { "line" } else { "match" }
            )),
        }
    }
    let words = list.stopwords.iter().filter(|word| word.len() >= 3);
    criteria.extend(words.map(|word| (None, Some(format!("(?i){}", regex_syntax::escape(word))))));
    for rule in rules {
        for (path, regex) in &criteria {
            let entry = Accept {
                rule: rule.clone(),
                path: path.clone(),
                regex: regex.clone(),
                reason: reason.clone(),
                fingerprint: None,
            };
            match super::usable(&entry, &migration.rules) {
                Ok(()) => migration.entries.push(entry),
                Err(why) => migration.left_out.push(format!("{place}: {why}")),
            }
        }
    }
}

/// Our form of a rule, or why there is none.
fn converted(theirs: &TheirRule) -> Result<(String, Table), String> {
    if theirs.regex.is_empty() {
        return Err("it looks at paths only".to_owned());
    }
    if theirs.path.is_some() {
        return Err("it holds in some paths only, and without that it would find more".to_owned());
    }
    let regex = bounded::bounded(&theirs.regex, theirs.secret_group)
        .ok_or("its regex is none of Rust's regex crate")?;
    let hir = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(&regex)
        .map_err(|_| "its regex is none of bytes")?;
    let own: Vec<Cow<'static, str>> = theirs.keywords.iter().cloned().map(Cow::Owned).collect();
    let mut rule = Rule {
        id: kebab(&theirs.id).into(),
        provider: "imported".into(),
        description: match theirs.description.trim() {
            "" => theirs.id.clone().into(),
            description => one_line(description).into(),
        },
        keywords: own.into(),
        regex: regex.into(),
        prefix: "".into(),
        left: Boundary::None,
        right: Boundary::None,
        min_entropy: theirs.entropy.clamp(0.0, 8.0),
        placeholders: Placeholders::DropShapes,
        check: None,
        part_of: "".into(),
        confidence: Confidence::Medium,
        guessable: false,
        public_sha256: Cow::Borrowed(&[]),
        source: "imported from a configuration of gitleaks".into(),
        revoke: "where it was issued".into(),
        examples: vec![Cow::Owned(sample::example(&hir))].into(),
        counter_examples: Cow::Borrowed(&[]),
        verify: None,
        withdraw: None,
    };
    if catalogue().any(|known| known.id == rule.id) {
        return Err("a built-in rule here has this id, and looks for the same".to_owned());
    }
    if verify::rule(&rule).is_err()
        && let Some(keywords) = sample::keywords(&hir)
    {
        rule.keywords = keywords.into_iter().map(Cow::Owned).collect();
    }
    verify::rule(&rule).map_err(|error| without_name(&error.to_string()))?;
    let leaked: &'static Rule = Box::leak(Box::new(rule));
    let scanner = Scanner::new(RuleSet::new([leaked]));
    if proof::examples(&scanner, leaked).is_err() {
        return Err(
            "no example of it could be made; write the rule by hand, with an example".to_owned(),
        );
    }
    let all = Scanner::new(RuleSet::new(crate::rules::BUILTIN.iter().chain([leaked])));
    if proof::examples(&all, leaked).is_err() {
        return Err("a built-in rule here finds the same already".to_owned());
    }
    let list = |texts: &[Cow<'static, str>]| Value::from_iter(texts.iter().map(|text| &**text));
    let mut table = vec![
        ("id", Value::from(&*leaked.id)),
        ("provider", Value::from(&*leaked.provider)),
        ("description", Value::from(&*leaked.description)),
        ("keywords", list(&leaked.keywords)),
        ("regex", Value::from(&*leaked.regex)),
        ("left", Value::from("none")),
        ("right", Value::from("none")),
    ];
    if leaked.min_entropy > 0.0 {
        table.push((
            "min_entropy",
            Value::from((f64::from(leaked.min_entropy) * 100.0).round() / 100.0),
        ));
    }
    table.extend([
        ("confidence", Value::from("medium")),
        ("source", Value::from(&*leaked.source)),
        ("revoke", Value::from(&*leaked.revoke)),
        ("examples", list(&leaked.examples)),
    ]);
    Ok((leaked.id.clone().into_owned(), table))
}

/// The message of an error that begins with "rule `id`: ".
fn without_name(message: &str) -> String {
    message
        .split_once("`: ")
        .map_or(message, |(_, rest)| rest)
        .to_owned()
}

/// A name as rules here have it.
fn kebab(id: &str) -> String {
    let id: String = id
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let parts: Vec<&str> = id.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A pattern of the file as a message may show it.
fn quoted(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    format!("`{}`", crate::text::escape::for_terminal(short.as_bytes()))
}
