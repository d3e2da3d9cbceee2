//! To what a scan of a history was narrowed, in words.

use crate::outcome::Narrowed;

/// What was asked for, and how much lies outside of it: a sentence without its end, not yet escaped.
pub(super) fn narrowed_words(narrowed: &Narrowed) -> String {
    let list = |globs: &[String]| {
        let quoted: Vec<String> = globs.iter().map(|glob| format!("`{glob}`")).collect();
        quoted.join(" or ")
    };
    let mut parts = Vec::new();
    if !narrowed.refs.is_empty() {
        parts.push(format!(
            "what refs that match {} lead to",
            list(&narrowed.refs)
        ));
    }
    let times = match (&narrowed.since, &narrowed.until) {
        (Some(since), Some(until)) => Some(format!("from {since} to {until}")),
        (Some(since), None) => Some(format!("since {since}")),
        (None, Some(until)) => Some(format!("until {until}")),
        (None, None) => None,
    };
    parts.extend(times.map(|times| format!("what commits {times} bring")));
    if !narrowed.paths.is_empty() {
        parts.push(format!("files that match {}", list(&narrowed.paths)));
    }
    let outside = match narrowed.left_out {
        0 => "nothing was found outside of it".to_owned(),
        1 => "1 secret outside of it is not told".to_owned(),
        more => format!("{more} secrets outside of it are not told"),
    };
    format!("narrowed to {}; {outside}", parts.join(", and "))
}
