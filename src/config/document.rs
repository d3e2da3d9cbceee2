//! The tables of a configuration as they stand in the file.
//!
//! In: text. Out: [`Document`], each value with its byte range. serde and toml quote keys and values in their
//! messages; [`explain`] keeps what is ours of a message and drops what is the file's.

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::error::Mistake;
use super::nearest::nearest;
use crate::rules::{Boundary, Confidence, Placeholders, Preset, Rule, Text};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    #[serde(default)]
    pub(super) allow: Vec<Spanned<AllowTable>>,
    pub(super) preset: Option<Spanned<Preset>>,
    #[serde(default)]
    pub(super) disable: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) extend: Vec<Spanned<ExtendTable>>,
    #[serde(default)]
    pub(super) rules: Vec<Spanned<Rule>>,
}

/// One `[[allow]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AllowTable {
    pub(super) fingerprint: Option<Spanned<String>>,
    pub(super) rule: Option<Spanned<String>>,
    pub(super) path: Option<Spanned<String>>,
    pub(super) secret_sha256: Option<Spanned<String>>,
    pub(super) regex: Option<Spanned<String>>,
    pub(super) unread: Option<Spanned<bool>>,
    pub(super) reason: Spanned<String>,
    pub(super) expires: Option<Spanned<toml::Value>>,
}

/// One `[[extend]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExtendTable {
    pub(super) id: Spanned<String>,
    pub(super) description: Option<Text>,
    pub(super) keywords: Option<Vec<Text>>,
    pub(super) regex: Option<Text>,
    pub(super) left: Option<Boundary>,
    pub(super) right: Option<Boundary>,
    pub(super) min_entropy: Option<f32>,
    pub(super) placeholders: Option<Placeholders>,
    pub(super) confidence: Option<Confidence>,
    pub(super) revoke: Option<Text>,
    pub(super) public_sha256: Option<Vec<Text>>,
    pub(super) examples: Option<Vec<Text>>,
    pub(super) counter_examples: Option<Vec<Text>>,
}

/// Keys that stand above the first table.
const TOP_LEVEL_VALUES: [&str; 2] = ["disable", "preset"];

impl Document {
    /// Reads the text of a configuration.
    pub(super) fn parse(text: &str) -> Result<Self, Mistake> {
        // The parser's own messages are constants: "unclosed array", "duplicate key".
        let deserializer = toml::Deserializer::parse(text).map_err(|error| Mistake {
            offset: start_of(error.span()),
            message: format!("this is not TOML: {}", error.message().replace('\n', ", ")),
        })?;
        Self::deserialize(deserializer).map_err(|error| Mistake {
            offset: start_of(error.span()),
            message: explain(error.message()),
        })
    }
}

fn start_of(span: Option<Range<usize>>) -> usize {
    span.map_or(0, |span| span.start)
}

/// What is wrong, said without a word of the file.
fn explain(message: &str) -> String {
    if let Some((key, expected)) = unknown(message, "unknown field `") {
        let known = quoted(expected);
        if TOP_LEVEL_VALUES.contains(&key) {
            return format!("`{key}` belongs above the first `[[…]]` table");
        }
        return format!("unknown key; {}", suggestion(key, &known));
    }
    if let Some((value, expected)) = unknown(message, "unknown variant `") {
        return format!("unknown value; {}", suggestion(value, &quoted(expected)));
    }
    if message.starts_with("missing field `") || message.starts_with("duplicate field `") {
        let what = message.replacen("field", "key", 1);
        return format!("{what}; add it").replace("duplicate key", "a second");
    }
    match message.rsplit_once(", expected ") {
        Some((_, expected)) if message.starts_with("invalid ") => {
            format!("this value should be {}", kind(expected))
        }
        _ => "this is not a value that can stand here".to_owned(),
    }
}

/// The names of a message such as "unknown field `NAME`, expected …".
fn unknown<'a>(message: &'a str, start: &str) -> Option<(&'a str, &'a str)> {
    message
        .strip_prefix(start)?
        .rsplit_once("`, expected ")
        .or_else(|| message.strip_prefix(start)?.rsplit_once("`, there are "))
}

/// The words between backticks.
fn quoted(expected: &str) -> Vec<&str> {
    expected.split('`').skip(1).step_by(2).collect()
}

fn suggestion(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(known) => format!("did you mean `{known}`?"),
        None => format!("known here: {}", known.join(", ")),
    }
}

/// serde's words for what it wants, in the reader's.
fn kind(expected: &str) -> Cow<'_, str> {
    match expected {
        "a sequence" => Cow::Borrowed("an array"),
        "a boolean" => Cow::Borrowed("true or false"),
        expected if expected.starts_with("struct ") => Cow::Borrowed("a table"),
        "f32" => Cow::Borrowed("a number"),
        expected => Cow::Borrowed(expected),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn mistake(text: &str) -> Mistake {
        Document::parse(text).expect_err("the text is wrong")
    }

    #[test]
    fn unknown_keys_get_a_suggestion_and_are_not_quoted() {
        let text = "[[allow]]\nrule = \"x\"\nreasno = \"y\"\nreason = \"z\"\n";
        let found = mistake(text);
        assert_eq!(found.message, "unknown key; did you mean `reason`?");
        assert_eq!(&text[found.offset..found.offset + 6], "reasno");
        assert_eq!(
            mistake("[[alow]]\n").message,
            "unknown key; did you mean `allow`?"
        );
        assert_eq!(
            mistake("zebra_crossing = 1\n").message,
            "unknown key; known here: allow, preset, disable, extend, rules"
        );
    }

    #[test]
    fn no_message_holds_anything_of_the_file() {
        const PLANTED: &str = "QQplantedQQ";
        for text in [
            format!("{PLANTED} = 1"),
            format!("\"`, expected {PLANTED}\" = 1"),
            format!("allow = \"{PLANTED}\""),
            format!("allow = \"x, expected {PLANTED}\""),
            format!("disable = [\"a\", {{ {PLANTED} = 1 }}]"),
            format!("[[allow]]\nreason = [\"{PLANTED}\"]"),
            format!("[[allow]]\nreason = {PLANTED}"),
            format!("[[allow]]\n{PLANTED}"),
            format!("-----BEGIN {PLANTED}-----\nMIIE{PLANTED}==\n"),
            format!("[{PLANTED}\n"),
            format!("{PLANTED} = 1\n{PLANTED} = 2\n"),
            format!("[{PLANTED}]\n[{PLANTED}]\n"),
            format!("{PLANTED} = 1\n{PLANTED}.x = 2\n"),
            format!("a = \"{PLANTED}\\q\""),
            format!("a = \"{PLANTED}"),
            format!("a = 12{PLANTED}"),
            format!("[[extend]]\nid = \"x\"\nconfidence = \"{PLANTED}\""),
            format!("[[extend]]\nid = \"x\"\nleft = \"x`, expected `{PLANTED}\""),
            format!("[[extend]]\nid = \"x\"\nmin_entropy = \"{PLANTED}\""),
            format!("[[extend]]\nid = \"x\"\nplaceholders = \"{PLANTED}\""),
            format!("[extend.{PLANTED}]\nmin_entropy = 3"),
            format!("[[rules]]\n{PLANTED} = 3"),
            format!("[[rules]]\nid = {{ a = \"{PLANTED}\" }}"),
            format!("disable = {PLANTED}"),
            format!("disable = 2026-01-01T{PLANTED}"),
            format!("preset = \"{PLANTED}\""),
            format!("preset = {{ {PLANTED} = 1 }}"),
        ] {
            let message = mistake(&text).message;
            assert!(!message.contains("planted"), "{message}");
            assert!(
                !message.is_empty() && !message.contains('\n'),
                "{message:?}"
            );
        }
    }

    #[test]
    fn wrong_types_say_which_is_right() {
        for (text, message) in [
            ("allow = 1", "this value should be an array"),
            (
                "preset = \"srtict\"",
                "unknown value; did you mean `strict`?",
            ),
            ("[[allow]]\nreason = 1", "this value should be a string"),
            ("[[allow]]\nrule = \"x\"", "missing key `reason`; add it"),
            (
                "[[extend]]\nid = \"x\"\nplaceholders = 1",
                "this is not a value that can stand here",
            ),
            (
                "[[extend]]\nid = \"x\"\nconfidence = \"hihg\"",
                "unknown value; did you mean `high`?",
            ),
            (
                "[[allow]]\nreason = \"x\"\ndisable = []",
                "`disable` belongs above the first `[[…]]` table",
            ),
            ("a = 1\na = 2", "this is not TOML: duplicate key"),
        ] {
            assert_eq!(mistake(text).message, message);
        }
    }
}
