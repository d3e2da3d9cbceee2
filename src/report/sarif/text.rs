//! Texts as SARIF wants them: addresses, messages and Markdown.

/// Percent-encodes everything but slashes and what RFC 3986 calls unreserved.
pub(super) fn uri(path: &[u8]) -> String {
    let mut uri = String::with_capacity(path.len());
    for &byte in path {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

/// Escapes what a SARIF message takes for a placeholder or a link (clauses 3.11.5 and 3.11.6).
pub(super) fn message(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '{' | '}' => escaped.extend([character, character]),
            '[' | ']' | '\\' => escaped.extend(['\\', character]),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Escapes what Markdown gives a meaning to: a custom rule's words come from the repository.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_punctuation() && !matches!(character, ',' | '.' | ':' | '/' | '\'') {
            escaped.push('\\');
        }
        escaped.push(if character.is_control() {
            ' '
        } else {
            character
        });
    }
    escaped
}

pub(super) fn link(target: &str) -> String {
    if is_url(target) {
        format!("<{target}>")
    } else {
        markdown(target)
    }
}

pub(super) fn is_url(text: &str) -> bool {
    text.starts_with("https://")
        && text.bytes().all(|byte| {
            byte.is_ascii_graphic()
                && !matches!(
                    byte,
                    b'<' | b'>' | b'"' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
                )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri(b"src/a b.py"), "src/a%20b.py");
        assert_eq!(uri("模/%25#?:".as_bytes()), "%E6%A8%A1/%2525%23%3F%3A");
        assert_eq!(uri(b"caf\xe9"), "caf%E9");
    }

    #[test]
    fn a_message_holds_no_placeholder_and_no_link() {
        assert_eq!(message("{0} [a](b) \\"), "{{0}} \\[a\\](b) \\\\");
    }

    #[test]
    fn only_whole_https_addresses_are_links() {
        assert!(is_url("https://example.org/a"));
        for text in [
            "http://example.org",
            "javascript:x",
            "https://a b",
            "https://a>b",
            "",
        ] {
            assert!(!is_url(text), "{text}");
        }
        assert_eq!(markdown("a *b* <c>"), "a \\*b\\* \\<c\\>");
    }
}
