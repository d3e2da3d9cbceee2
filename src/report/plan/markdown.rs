//! Texts of a repository or an issuer as Markdown: as they are, and never as markup.

use crate::text::{escape, path};

/// A text that a report encodes as it does paths, safe to show.
pub(super) fn encoded(text: &str) -> String {
    match path::decode(text) {
        Some(bytes) => escape::for_terminal(&bytes),
        None => escape::for_terminal(text.as_bytes()),
    }
}

/// In a code span.
pub(super) fn code(text: &str) -> String {
    let text = escape::for_terminal(text.as_bytes());
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let mut run = 0;
    let mut longest = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    match longest {
        0 => format!("{fence}{text}{fence}"),
        // A space keeps a backtick at the edge apart from the fence.
        _ => format!("{fence} {text} {fence}"),
    }
}

/// As running text.
pub(super) fn plain(text: &str) -> String {
    let text = escape::for_terminal(text.as_bytes());
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(
            character,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '&'
        ) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A page to go to: a link where it is an address, else words.
pub(super) fn page(text: &str) -> String {
    let is_address = text.starts_with("https://")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b'`'));
    match is_address {
        true => format!("<{text}>"),
        false => plain(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code("src/a.py"), "`src/a.py`");
        assert_eq!(code("a\u{1b}[2J\n"), "`a\\x1b[2J\\x0a`");
        assert_eq!(
            plain("[x](y) <b> *z*\n- [x] done"),
            "\\[x\\](y) \\<b\\> \\*z\\*\\\\x0a- \\[x\\] done"
        );
        assert_eq!(page("https://a.example/b?c"), "<https://a.example/b?c>");
        assert_eq!(page("the [console]"), "the \\[console\\]");
    }
}
