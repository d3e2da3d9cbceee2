//! The rules themselves, in words: `hf-guard rules list` and `rules show`.
//!
//! In: rules, built in or of a configuration. Out: a table or a page for a person, or the same as JSON for a program.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::json::{SCHEMA, write_document};
use crate::rules::{Confidence, Rule, Text, written_out};
use crate::text::escape;

/// Writes one line a rule: id, confidence, description.
///
/// # Errors
/// Those of `out`.
pub fn list(rules: &[&Rule], out: &mut dyn Write) -> io::Result<()> {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in rules {
        writeln!(
            out,
            "{:width$}  {:6}  {}",
            rule.id,
            rule.confidence.in_words(),
            plain(&rule.description)
        )?;
    }
    out.flush()
}

/// Writes all that a person may want to know of one rule.
///
/// # Errors
/// Those of `out`.
pub fn show(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}", rule.id, plain(&rule.description))?;
    writeln!(out)?;
    let keywords: Vec<&str> = rule.keywords.iter().map(|keyword| &**keyword).collect();
    for (name, value) in [
        ("provider", &*rule.provider),
        ("confidence", rule.confidence.in_words()),
        ("shape", &*written_out(&rule.regex)),
        ("keywords", &*keywords.join(", ")),
        ("source", &*rule.source),
        ("revoke at", &*rule.revoke),
    ] {
        writeln!(out, "{name:12}{}", plain(value))?;
    }
    for (name, templates) in [
        ("finds", &rule.examples),
        ("does not find", &rule.counter_examples),
    ] {
        if !templates.is_empty() {
            writeln!(
                out,
                "\n{name} ({{{{A20}}}} is 20 random letters and digits)"
            )?;
        }
        for template in templates.iter() {
            writeln!(out, "    {}", plain(template))?;
        }
    }
    out.flush()
}

/// Writes the rules as one JSON document.
///
/// # Errors
/// Those of `out`.
pub fn json(rules: &[&Rule], out: &mut dyn Write) -> io::Result<()> {
    let rules = rules.iter().map(|rule| Entry::of(rule)).collect();
    write_document(
        &Document {
            schema: SCHEMA,
            rules,
        },
        out,
    )
}

/// On one line and safe for a terminal: a custom rule's text comes from a repository.
fn plain(text: &str) -> String {
    let text = text.replace('\n', "\\n").replace('\r', "\\r");
    escape::for_terminal(text.as_bytes())
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    rules: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    provider: &'a str,
    description: &'a str,
    confidence: Confidence,
    keywords: &'a [Text],
    regex: Cow<'a, str>,
    min_entropy: f32,
    source: &'a str,
    revoke: &'a str,
    examples: &'a [Text],
    counter_examples: &'a [Text],
}

impl<'a> Entry<'a> {
    fn of(rule: &'a Rule) -> Self {
        Self {
            id: &rule.id,
            provider: &rule.provider,
            description: &rule.description,
            confidence: rule.confidence,
            keywords: &rule.keywords,
            regex: written_out(&rule.regex),
            min_entropy: rule.min_entropy,
            source: &rule.source,
            revoke: &rule.revoke,
            examples: &rule.examples,
            counter_examples: &rule.counter_examples,
        }
    }
}
