//! Moments as a person writes them: `2026-01-31`, `2026-01-31 12:00`, `2 weeks ago`, `yesterday`.
//!
//! In: the words. Out: seconds since 1970. git reads them, so that they mean what they mean to `git log --since`; but git takes
//! any nonsense for "now", and a bare day for the present time of that day. Both are kept from it.
//!
//! Source: <https://git-scm.com/docs/git-log#Documentation/git-log.txt---sinceltdategt>, `date.c` of git

use std::path::Path;

use bstr::ByteSlice;

use super::GitError;
use super::plumbing::{run, unclear};

/// Which end of a day is meant where only a day is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayEnd {
    /// Its first second.
    First,
    /// Its last second.
    Last,
}

/// The words that git's reading of dates knows beside numbers, names of months and of days.
const WORDS: [&str; 45] = [
    "ago",
    "now",
    "today",
    "yesterday",
    "midnight",
    "noon",
    "tea",
    "never",
    "am",
    "pm",
    "last",
    "second",
    "seconds",
    "minute",
    "minutes",
    "hour",
    "hours",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "a",
    "an",
    "utc",
    "gmt",
    "z",
    "at",
    "and",
    "sec",
    "min",
    "t",
];

const NAMES: [&str; 19] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];

/// Seconds since 1970 of the moment that `text` names.
///
/// # Errors
/// [`GitError::Moment`] where it names none, and others where git cannot be asked.
pub(super) fn read(directory: &Path, text: &str, end: DayEnd) -> Result<i64, GitError> {
    let nonsense = || GitError::Moment {
        text: crate::text::escape::for_terminal(text.as_bytes()),
    };
    let text = text.trim();
    if !is_understood(text) {
        return Err(nonsense());
    }
    let full = match (is_day(text), end) {
        (true, DayEnd::First) => format!("--since={text} 00:00:00"),
        (true, DayEnd::Last) => format!("--since={text} 23:59:59"),
        (false, _) => format!("--since={text}"),
    };
    let answer = run(directory, &["rev-parse", &full])?;
    let seconds = answer.trim().strip_prefix(b"--max-age=");
    seconds
        .and_then(|seconds| seconds.to_str().ok()?.parse().ok())
        .ok_or_else(|| unclear("rev-parse --since"))
}

/// Whether git would know what every word means.
fn is_understood(text: &str) -> bool {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let words = text
        .split(|character: char| !character.is_ascii_alphabetic())
        .filter(|word| !word.is_empty());
    let mut has_word = false;
    for word in words {
        let word = word.to_ascii_lowercase();
        let is_name = word.len() >= 3 && NAMES.iter().any(|name| name.starts_with(&word));
        if !is_name && !WORDS.contains(&&*word) {
            return false;
        }
        has_word = true;
    }
    let is_plain = text
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || " -+:./,@".contains(character));
    let mut days = text.split([' ', 'T']).filter(|word| looks_like_day(word));
    is_plain
        && (has_digit || has_word)
        && days.all(is_day)
        && (has_word || !text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `2026-13-45` looks like a day and is none; git would take it for something else.
fn looks_like_day(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    parts.len() == 3 && parts[0].len() == 4 && parts.iter().all(|part| is_number(part))
}

fn is_day(word: &str) -> bool {
    if !looks_like_day(word) {
        return false;
    }
    let numbers: Vec<u32> = word
        .split('-')
        .filter_map(|part| part.parse().ok())
        .collect();
    let [year, month, day] = numbers[..] else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    };
    // git knows no year before 1970 and none that its numbers cannot hold.
    (1970..2100).contains(&year) && (1..=days).contains(&day)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_would_take_for_now_is_refused() {
        for text in [
            "2026-01-31",
            "2026-01-31 12:30",
            "2026-01-31T12:30:00Z",
            "2026-01-31T12:30:00+02:00",
            "@1767312000",
            "2 weeks ago",
            "2.weeks.ago",
            "yesterday",
            "last monday",
            "Jan 5 2026",
            "5 January 2026 10:00",
            "one year ago",
            "now",
        ] {
            assert!(is_understood(text), "{text}");
        }
        for text in [
            "",
            "-",
            "soon",
            "2 weaks ago",
            "2026-13-45",
            "2026-02-29",
            "2026-02-30 12:00",
            "31",
            "HEAD~2",
            "v1.0",
            "2026-01-31; x",
            "\u{ff12}026-01-01",
        ] {
            assert!(!is_understood(text), "{text:?}");
        }
    }
}
