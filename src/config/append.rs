//! One more entry at the end of a configuration, and not a byte of the rest changed.
//!
//! In: the file's text and the entry. Out: the new text. Comments, order and line ends stay: the entry is written after
//! what is there, and only an array `allow = […]`, which nothing can follow, is edited in place.

use toml_edit::{DocumentMut, InlineTable, Value};

use super::{Config, ConfigError, Criteria};
use crate::date::Date;
use crate::fingerprint::Fingerprint;

/// What a new configuration starts with.
const HEADER: &str =
    "# What hf-guard accepts in this repository, and the rules it adds to its own.\n";

/// An entry by fingerprint, as `hf-guard allow` writes it.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// What it accepts.
    pub fingerprint: Fingerprint,
    /// Why: one line, not empty.
    pub reason: String,
    /// Last day on which it accepts.
    pub expires: Option<Date>,
    /// What is found there, for the next reader: one line, no secret in it.
    pub comment: Option<String>,
}

/// What came of an [`NewEntry`].
#[derive(Debug, PartialEq, Eq)]
pub enum Appended {
    /// The new text of the file.
    Text(String),
    /// The same entry is there, at this 1-based line.
    Already(usize),
}

/// Appends `entry` to the configuration `old`, called `name` in messages.
///
/// # Errors
/// [`ConfigError`] where `old` is no valid configuration, or would be none with one more entry.
pub fn append(name: &str, old: &[u8], entry: &NewEntry) -> Result<Appended, ConfigError> {
    let config = Config::parse(name, old)?;
    let criteria = Criteria {
        fingerprint: Some(entry.fingerprint.clone()),
        ..Criteria::default()
    };
    let same = config.entries().iter().find(|other| {
        other.criteria == criteria && other.reason == entry.reason && other.expires == entry.expires
    });
    if let Some(same) = same {
        return Ok(Appended::Already(same.line));
    }
    let old = String::from_utf8_lossy(old);
    let text = match old.parse::<DocumentMut>() {
        Ok(mut document) if document.get("allow").is_some_and(toml_edit::Item::is_value) => {
            push(&mut document, entry);
            with_line_ends_of(&old, &document.to_string().replace("\r\n", "\n"))
        }
        _ => {
            let mut text = old.clone().into_owned();
            if text.trim_start_matches('\u{feff}').is_empty() {
                text.push_str(&with_line_ends_of(&old, HEADER));
            }
            if !text.ends_with('\n') {
                text.push_str(&with_line_ends_of(&old, "\n"));
            }
            text.push_str(&with_line_ends_of(&old, &format!("\n{}", written(entry))));
            text
        }
    };
    Config::parse(name, text.as_bytes())?;
    Ok(Appended::Text(text))
}

/// The lines of an entry.
#[must_use]
pub fn written(entry: &NewEntry) -> String {
    let mut text = String::new();
    if let Some(comment) = &entry.comment {
        text.push_str(&format!("# {comment}\n"));
    }
    text.push_str("[[allow]]\n");
    for (key, value) in fields(entry) {
        text.push_str(&format!("{key} = {value}\n"));
    }
    text
}

fn fields(entry: &NewEntry) -> Vec<(&'static str, Value)> {
    let mut fields = vec![
        ("fingerprint", Value::from(entry.fingerprint.to_string())),
        ("reason", Value::from(&entry.reason)),
    ];
    fields.extend(
        entry
            .expires
            .map(|last| ("expires", Value::from(last.to_string()))),
    );
    fields
}

/// Adds a line of its own to `allow = […]`.
fn push(document: &mut DocumentMut, entry: &NewEntry) {
    let Some(array) = document
        .get_mut("allow")
        .and_then(toml_edit::Item::as_array_mut)
    else {
        return;
    };
    let table: InlineTable = fields(entry).into_iter().collect();
    let mut value = Value::InlineTable(table);
    let comment = entry
        .comment
        .as_ref()
        .map_or(String::new(), |comment| format!("    # {comment}\n"));
    value.decor_mut().set_prefix(format!("\n{comment}    "));
    // What stood before the bracket (a comment, a line end) stays before the new value.
    let trailing = array
        .trailing()
        .as_str()
        .unwrap_or_default()
        .trim_end()
        .to_owned();
    if !trailing.is_empty() {
        value
            .decor_mut()
            .set_prefix(format!("{trailing}\n{comment}    "));
    }
    array.push_formatted(value);
    array.set_trailing("\n");
    array.set_trailing_comma(true);
}

/// `text` with the line ends of `old`.
fn with_line_ends_of(old: &str, text: &str) -> String {
    let windows = old.find('\n').is_some_and(|at| old[..at].ends_with('\r'));
    if windows {
        text.replace('\n', "\r\n")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> NewEntry {
        NewEntry {
            fingerprint: Fingerprint::parse(&"0f".repeat(16)).expect("32 hex digits"),
            reason: "says \"no\" \\ café".to_owned(),
            expires: Date::parse("2030-01-31"),
            comment: Some("huggingface-user-token in a.py".to_owned()),
        }
    }

    #[track_caller]
    fn appended(old: &str) -> String {
        match append("f", old.as_bytes(), &entry()).expect("the old text is valid") {
            Appended::Text(text) => text,
            Appended::Already(line) => panic!("line {line} has it"),
        }
    }

    #[track_caller]
    fn assert_holds_it(text: &str, entries: usize) {
        let config = Config::parse("f", text.as_bytes()).expect("the new text is valid");
        assert_eq!(config.entries().len(), entries, "{text}");
        let last = &config.entries()[entries - 1];
        assert_eq!(last.reason, entry().reason);
        assert_eq!(last.expires, entry().expires);
        assert_eq!(last.criteria.fingerprint, Some(entry().fingerprint));
        let again = append("f", text.as_bytes(), &entry()).expect("the new text is valid");
        assert_eq!(again, Appended::Already(last.line));
    }

    /// Lines of a file of Windows end as the others do.
    #[track_caller]
    fn assert_keeps_line_ends(old: &str, new: &str) {
        let of_windows = new.matches("\r\n").count();
        assert!(
            !old.contains('\r') || new.matches('\n').count() == of_windows,
            "{new:?}"
        );
    }

    #[test]
    fn every_byte_of_the_old_text_stays() {
        for old in [
            "# only a comment",
            "disable = []  # why\n\n\n[[allow]]  # first\nrule='huggingface-user-token'\nreason = 'x'\n# the end\n",
            "disable = []\r\n# windows\r\n[[allow]]\r\nrule='huggingface-user-token'\r\nreason = 'x'\r\n",
            "\u{feff}disable = []\n",
        ] {
            let text = appended(old);
            assert!(text.starts_with(old), "{text}");
            assert_holds_it(&text, 1 + old.matches("[[allow]]").count());
            assert_keeps_line_ends(old, &text);
        }
    }

    #[test]
    fn a_new_file_says_what_it_is() {
        let text = appended("");
        assert_eq!(
            text,
            format!(
                "{HEADER}\n# huggingface-user-token in a.py\n[[allow]]\nfingerprint = \"{}\"\n\
                 reason = 'says \"no\" \\ café'\nexpires = \"2030-01-31\"\n",
                entry().fingerprint
            )
        );
        assert_holds_it(&text, 1);
    }

    #[test]
    fn an_array_of_entries_gets_one_more() {
        for (old, entries) in [
            ("allow = []\n", 1),
            (
                "allow = [{ rule = 'huggingface-user-token', reason = 'x' }] # c\n[[extend]]\nid = 'huggingface-user-token'\n",
                2,
            ),
            (
                "# a\r\nallow = [\r\n  { rule = 'huggingface-user-token', reason = 'x' },  # why\r\n  # end\r\n]\r\n",
                2,
            ),
        ] {
            let text = appended(old);
            assert_holds_it(&text, entries);
            for line in old.lines().filter(|line| line.contains('#')) {
                let comment = &line[line.find('#').expect("it has one")..];
                assert!(text.contains(comment), "{text}");
            }
            assert_keeps_line_ends(old, &text);
        }
    }

    #[test]
    fn another_reason_is_another_entry() {
        let text = appended("");
        let other = NewEntry {
            reason: "other".to_owned(),
            ..entry()
        };
        assert!(matches!(
            append("f", text.as_bytes(), &other),
            Ok(Appended::Text(_))
        ));
    }

    #[test]
    fn a_broken_file_is_not_touched() {
        assert!(matches!(
            append("f", b"[[allow]]\n", &entry()),
            Err(ConfigError::Invalid { .. })
        ));
    }
}
