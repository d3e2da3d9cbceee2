//! The body of an answer, and what may be taken from it.
//!
//! In: a reply. Out: the answer of a table that fits it, and texts at places. It comes from outside: what is taken from it is
//! cut, stripped of what steers a terminal, and masked where an issuer repeats the credential.

use serde_json::Value;

use super::exchange::Reply;
use crate::rules::issuer::Answer;
use crate::secret::Secret;
use crate::text::escape;

/// Characters of a text that are kept.
const MAX_CHARS: usize = 200;

/// Entries of a list that are kept.
const MAX_ENTRIES: usize = 200;

/// A body read as JSON, and the credential that must not come out of it.
pub(super) struct Body<'a> {
    reply: &'a Reply,
    json: Option<Value>,
    secret: &'a Secret,
}

/// The first of `answers` that fits.
pub(super) fn meaning<'a>(answers: &'a [Answer], body: &Body<'_>) -> Option<&'a Answer> {
    // Whatever a table says, these tell nothing of the credential.
    if body.reply.status == 429 || body.reply.status >= 500 {
        return None;
    }
    answers.iter().find(|answer| {
        let leads = |at: &String| {
            let value = body.json.as_ref().and_then(|json| json.pointer(at));
            match (&answer.is, value) {
                (_, None) => false,
                (None, Some(value)) => !value.is_null(),
                (Some(is), Some(Value::String(text))) => text == is,
                (Some(is), Some(value)) => {
                    serde_json::from_str::<Value>(is).is_ok_and(|is| is == *value)
                }
            }
        };
        let contains = |text: &String| {
            let body = String::from_utf8_lossy(&body.reply.body).to_ascii_lowercase();
            body.contains(&text.to_ascii_lowercase())
        };
        answer.status == body.reply.status
            && answer.at.as_ref().is_none_or(leads)
            && answer.contains.as_ref().is_none_or(contains)
    })
}

/// Why an answer that no table explains tells nothing.
pub(super) fn unexplained(status: u16) -> String {
    match status {
        429 => "its issuer says that it was asked too often; try again later (HTTP 429)".to_owned(),
        300..=399 => {
            format!("it was sent on to another address, which is not followed (HTTP {status})")
        }
        403 => {
            "its issuer refuses to say: a policy, or this machine's address (HTTP 403)".to_owned()
        }
        500.. => format!("its issuer has a fault of its own; try again later (HTTP {status})"),
        _ => format!("its issuer gave an answer that says nothing of it (HTTP {status})"),
    }
}

/// Whether one of `patterns` fits `scope`, and none that begins with `!` does.
pub(super) fn writes(patterns: &[String], scope: &str) -> bool {
    let fits = |pattern: &str| match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => scope.ends_with(end),
        (None, Some(start)) => scope.starts_with(start),
        (None, None) => scope == pattern,
    };
    let excluded = |pattern: &String| pattern.strip_prefix('!').is_some_and(fits);
    patterns.iter().any(|pattern| fits(pattern)) && !patterns.iter().any(excluded)
}

impl<'a> Body<'a> {
    /// Reads the body of `reply`, an answer about `secret`.
    pub(super) fn of(reply: &'a Reply, secret: &'a Secret) -> Self {
        Self {
            reply,
            json: serde_json::from_slice(&reply.body).ok(),
            secret,
        }
    }

    /// The document, where it is one.
    pub(super) fn json(&self) -> Option<&Value> {
        self.json.as_ref()
    }

    /// The text or number at a place: a JSON pointer or `header NAME`.
    pub(super) fn text(&self, place: &str) -> Option<String> {
        if let Some(name) = place.strip_prefix("header ") {
            return self.clean(self.reply.headers.get(name)?);
        }
        self.clean_value(self.json.as_ref()?.pointer(place)?)
    }

    /// The texts at a place: an array, or words between spaces or commas. The keys of an object count too.
    pub(super) fn list(&self, place: &str) -> Option<Vec<String>> {
        let words = |text: &str| -> Vec<String> {
            text.split([' ', ','])
                .filter_map(|word| self.clean(word))
                .take(MAX_ENTRIES)
                .collect()
        };
        if let Some(name) = place.strip_prefix("header ") {
            return self.reply.headers.get(name).map(|text| words(text));
        }
        match self.json.as_ref()?.pointer(place)? {
            Value::Array(items) => Some(
                items
                    .iter()
                    .filter_map(|item| self.clean_value(item))
                    .take(MAX_ENTRIES)
                    .collect(),
            ),
            Value::Object(fields) => Some(
                fields
                    .keys()
                    .filter_map(|key| self.clean(key))
                    .take(MAX_ENTRIES)
                    .collect(),
            ),
            Value::String(text) => Some(words(text)),
            _ => None,
        }
    }

    /// A value as text.
    pub(super) fn clean_value(&self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => self.clean(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// What may be shown of a text; `None` where nothing is left.
    pub(super) fn clean(&self, text: &str) -> Option<String> {
        let secret = String::from_utf8_lossy(self.secret.expose());
        let text = match secret.is_empty() {
            true => text.to_owned(),
            false => text.replace(&*secret, &self.secret.mask()),
        };
        let text: String = text
            .chars()
            .filter(|character| !escape::is_unsafe(*character))
            .take(MAX_CHARS)
            .collect();
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}
