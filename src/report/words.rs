//! Small words that every part of the human report uses.

use std::fmt::Write as _;

/// `1 finding`, `2 findings`.
pub(super) fn number(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// `1 finding`, `2 texts not read`: of each as many as there are.
pub(super) fn what_blocks(findings: usize, not_read: usize) -> Vec<String> {
    let mut parts = Vec::new();
    if findings > 0 {
        parts.push(number(findings, "finding"));
    }
    if not_read > 0 {
        parts.push(format!("{} not read", number(not_read, "text")));
    }
    parts
}

/// Appends a line.
pub(super) fn push(text: &mut String, words: std::fmt::Arguments<'_>) {
    writeln!(text, "{words}").expect("a String takes any text");
}
