//! Pieces of the page: lists that fold, marks, and text that comes from elsewhere, made harmless.

use super::super::words::number;
use super::words::plain;

/// A list of which all but the first `shown` are folded.
pub(super) fn folded(items: &[String], shown: usize, noun: &str) -> String {
    let list = |items: &[String]| {
        let items: String = items
            .iter()
            .map(|item| format!("<li>{item}</li>"))
            .collect();
        match items.is_empty() {
            true => items,
            false => format!("<ul>{items}</ul>"),
        }
    };
    // One more takes no more room than to say so.
    if items.len() <= shown + usize::from(shown > 0) {
        return list(items);
    }
    let (first, rest) = items.split_at(shown);
    let more = if shown > 0 { "more " } else { "" };
    format!(
        "{}<details><summary>{} {more}{}</summary>{}</details>",
        list(first),
        rest.len(),
        number(rest.len(), noun)
            .split_once(' ')
            .map_or("", |(_, noun)| noun),
        list(rest)
    )
}

/// The day of a moment as issuers write it.
pub(super) fn day_of(moment: &str) -> String {
    let moment = plain(moment);
    let day = moment.split(['T', ' ']).next();
    day.map_or_else(String::new, str::to_owned)
}

pub(super) fn mark(words: &str) -> String {
    format!("<span class=\"mark\">{words}</span>")
}

pub(super) fn time(day: &str) -> String {
    format!("<time>{}</time>", text(day))
}

pub(super) fn soft(html: &str) -> String {
    format!("<p class=\"soft\">{html}</p>")
}

/// Text that comes from elsewhere.
pub(super) fn text(text: &str) -> String {
    format!("<bdi>{}</bdi>", escaped(text))
}

pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Runners of code hosts obey `##[` wherever a job prints it.
            '#' => escaped.push_str("&#35;"),
            other => escaped.push(other),
        }
    }
    escaped
}
