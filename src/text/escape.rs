//! Repository text made safe for a terminal.

use bstr::ByteSlice;

/// Writes control, bidirectional and zero-width characters, and bytes that are not UTF-8, as `\x1b`, `\u{202e}`.
///
/// A tab becomes one space, so that a caret under the text stays where it belongs.
#[must_use]
pub fn for_terminal(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for (start, end, character) in bytes.char_indices() {
        if character == char::REPLACEMENT_CHARACTER && &bytes[start..end] != "\u{fffd}".as_bytes() {
            for byte in &bytes[start..end] {
                shown.push_str(&format!("\\x{byte:02x}"));
            }
        } else if character == '\t' {
            shown.push(' ');
        } else if is_unsafe(character) {
            match u32::from(character) {
                code @ 0..=0xff => shown.push_str(&format!("\\x{code:02x}")),
                code => shown.push_str(&format!("\\u{{{code:x}}}")),
            }
        } else {
            shown.push(character);
        }
    }
    shown
}

/// `json`, which must be valid, with the same characters spelled `\uXXXX`: serializers leave most of them raw.
#[must_use]
pub fn in_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        // A raw control character of ASCII stands between values only; DEL may stand in a string.
        if character < ' ' || !is_unsafe(character) {
            shown.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    shown
}

/// Whether `character` moves the cursor, reorders the line or cannot be seen.
#[must_use]
pub fn is_unsafe(character: char) -> bool {
    if matches!(character, ' '..='~') {
        return false;
    }
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_gets_through() {
        assert_eq!(for_terminal(b"a\x1b[31mb"), "a\\x1b[31mb");
        assert_eq!(
            for_terminal("x\u{202e}y\u{200b}z".as_bytes()),
            "x\\u{202e}y\\u{200b}z"
        );
        assert_eq!(for_terminal("c1 \u{9b}".as_bytes()), "c1 \\x9b");
        assert_eq!(for_terminal(b"latin \xe9\n"), "latin \\xe9\\x0a");
        assert_eq!(for_terminal("plain é 模型".as_bytes()), "plain é 模型");
    }

    #[test]
    fn json_means_the_same_and_shows_no_such_character() {
        let value = "\u{9b}\u{7f}\u{202e}\u{e0041}é\n";
        let json = serde_json::to_string_pretty(&[value]).expect("text serializes");
        let shown = in_json(&json);
        assert!(
            !shown
                .chars()
                .any(|character| character >= ' ' && is_unsafe(character))
        );
        assert!(shown.contains('é'));
        let back: [String; 1] = serde_json::from_str(&shown).expect("it is JSON");
        assert_eq!(back, [value]);
    }
}
