//! What a person is told when nothing could be done.
//!
//! In: an error with its causes, or arguments that make no sense. Out: text for standard error, in which every secret is
//! masked: a token that is typed where a path belongs is quoted in what the system says of that path.

use std::error::Error;
use std::io::{self, Write as _};

use bstr::{BStr, BString};

use crate::outcome::Exit;
use crate::rules::RuleSet;
use crate::scan::Scanner;
use crate::text::escape;

/// Tells of `error` on standard error. When that is gone nobody is left to tell; the exit code still says it.
pub(super) fn tell(error: &dyn Error) -> Exit {
    drop(writeln!(
        io::stderr().lock(),
        "{}",
        masked(&super::chain(error))
    ));
    Exit::Unfinished
}

/// Tells what is wrong with the arguments, or prints the help that was asked for.
pub(super) fn tell_of_arguments(error: &clap::Error) -> Exit {
    let plain = error.render().to_string();
    if error.exit_code() == 0 {
        return match error.print() {
            Ok(()) => Exit::Clean,
            Err(_) => Exit::Unfinished,
        };
    }
    let shown = masked(&plain);
    let told = if shown == plain {
        error.print()
    } else {
        io::stderr().lock().write_all(shown.as_bytes())
    };
    match told {
        Ok(()) | Err(_) => Exit::Unfinished,
    }
}

/// `text` without secrets.
pub(super) fn hidden(text: &[u8]) -> BString {
    Scanner::new(RuleSet::builtin()).shown_path(BStr::new(text))
}

/// `text` without secrets, and without anything but line feeds that steers a terminal.
pub(super) fn masked(text: &str) -> String {
    let hidden = hidden(text.as_bytes());
    let lines = hidden.split(|&byte| byte == b'\n');
    let lines: Vec<String> = lines.map(escape::for_terminal).collect();
    lines.join("\n")
}
