//! Small words that every part of the human report uses.

use std::fmt::Write as _;

/// `1 finding`, `2 findings`.
pub(super) fn number(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Appends a line.
pub(super) fn push(text: &mut String, words: std::fmt::Arguments<'_>) {
    writeln!(text, "{words}").expect("a String takes any text");
}
