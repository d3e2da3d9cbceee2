//! Paths as words of a command that the person may copy into a POSIX shell.

use bstr::ByteSlice;

/// `path` as one word: as it stands, in single quotes, or, where a byte is no printable character, as `$'…'`.
pub(super) fn word(path: &[u8]) -> String {
    let plain = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'/' | b'.' | b'_' | b'-' | b'+' | b'@' | b'%' | b':' | b','
            )
    };
    if !path.is_empty() && path.iter().all(|&byte| plain(byte)) {
        return path.to_str_lossy().into_owned();
    }
    match path.to_str() {
        Ok(text) if !text.chars().any(crate::text::escape::is_unsafe) => {
            format!("'{}'", text.replace('\'', "'\\''"))
        }
        _ => dollar_quoted(path),
    }
}

fn dollar_quoted(path: &[u8]) -> String {
    let mut word = String::from("$'");
    for &byte in path {
        match byte {
            b'\'' | b'\\' => word.extend(['\\', char::from(byte)]),
            b' '..=b'~' => word.push(char::from(byte)),
            // Octal stops after three digits; `\x` would swallow a hex digit that follows in some shells.
            _ => word.push_str(&format!("\\{byte:03o}")),
        }
    }
    word.push('\'');
    word
}

/// `path` (from where the person stands) as a pathspec that names that file and no other.
pub(super) fn pathspec(path: &[u8]) -> String {
    if path.first() == Some(&b':') || path.find_byteset(b"*?[\\").is_some() {
        word(&[&b":(literal)"[..], path].concat())
    } else {
        word(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_what_a_shell_reads_back() {
        for (path, expected) in [
            (&b"src/a.py"[..], "src/a.py"),
            (b"a b.py", "'a b.py'"),
            (b"it's", "'it'\\''s'"),
            ("模型.py".as_bytes(), "'模型.py'"),
            (b"a\nb", "$'a\\012b'"),
            (b"caf\xe9's", "$'caf\\351\\'s'"),
            (b"", "''"),
        ] {
            assert_eq!(word(path), expected);
            let echoed = std::process::Command::new("bash")
                .args(["-c", &format!("printf %s {expected}")])
                .output()
                .expect("bash runs");
            assert_eq!(echoed.stdout, path);
        }
    }

    #[test]
    fn a_pathspec_names_one_file() {
        assert_eq!(pathspec(b"a.py"), "a.py");
        assert_eq!(pathspec(b"a*.py"), "':(literal)a*.py'");
        assert_eq!(pathspec(b":x"), "':(literal):x'");
    }
}
