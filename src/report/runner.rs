//! Keeps a report in a job's log from being taken for commands to the job's runner.
//!
//! GitHub's runner obeys a line whose first characters after white space are `::`, and `##[` anywhere in a line; a file
//! may be named either way.
//! Source: <https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs>

use std::io::{self, Write};

use super::Options;

/// Writes `text`, which a job's log may show, and flushes `out`.
///
/// # Errors
/// Those of `out`.
pub(super) fn write(text: &str, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    match options.surroundings.github_actions {
        true => out.write_all(disarm(text).as_bytes())?,
        false => out.write_all(text.as_bytes())?,
    }
    out.flush()
}

/// `text` with the first character of every such sequence spelled as an escape.
fn disarm(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = line.len() - line.trim_start().len();
        let (indent, rest) = line.split_at(start);
        safe.push_str(indent);
        let rest = match rest.strip_prefix(':') {
            Some(after) if after.starts_with(':') => {
                safe.push_str("\\x3a");
                after
            }
            _ => rest,
        };
        safe.push_str(&rest.replace("##[", "\\x23#["));
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_lose_their_first_character() {
        assert_eq!(disarm("::error::x\n"), "\\x3a:error::x\n");
        assert_eq!(disarm("a\n \t::set-env\n"), "a\n \t\\x3a:set-env\n");
        assert_eq!(disarm("a ##[error]b ###[x"), "a \\x23#[error]b #\\x23#[x");
    }

    #[test]
    fn other_text_stays() {
        for text in ["", "a::b: c\n", ": a\n", "## [x]\n\n", "a.py:1:2: x"] {
            assert_eq!(disarm(text), text);
        }
    }
}
