//! The files of `hooks/`, as they are written next to a repository.
//!
//! A hook more is a file more in `hooks/` and a row more in [`HOOKS`]. The shims differ in their first lines only.

use std::path::Path;

use bstr::ByteSlice;

use super::InstallError;

/// A git hook that hf-guard serves.
#[derive(Debug, PartialEq, Eq)]
pub struct Hook {
    /// Its name, as git knows it: `pre-commit`.
    pub name: &'static str,
    shim: &'static [u8],
}

/// Every hook that is installed.
pub static HOOKS: &[Hook] = &[
    Hook {
        name: "pre-commit",
        shim: include_bytes!("../../hooks/pre-commit"),
    },
    Hook {
        name: "pre-merge-commit",
        shim: include_bytes!("../../hooks/pre-merge-commit"),
    },
    Hook {
        name: "prepare-commit-msg",
        shim: include_bytes!("../../hooks/prepare-commit-msg"),
    },
    Hook {
        name: "commit-msg",
        shim: include_bytes!("../../hooks/commit-msg"),
    },
    Hook {
        name: "pre-push",
        shim: include_bytes!("../../hooks/pre-push"),
    },
];

/// How the second line of every shim begins, in this version and in all to come: it tells our files from others'.
const MARKER: &[u8] = b"# hf-guard hook: ";

/// The line of a shim that names the program.
const BINARY_LINE: &[u8] = b"\nbinary=''\n";

/// How the line of a shim begins whose standard input is read once, for both hooks.
const SHARED_INPUT: &[u8] = b"\ninput=share ";

impl Hook {
    /// Whether hf-guard runs before the hook that is kept, as what it reads may leave the machine by that one.
    pub(super) fn runs_first(&self) -> bool {
        self.shim.contains_str(SHARED_INPUT)
    }

    /// The text of the hook that calls the program at `binary`.
    ///
    /// # Errors
    /// [`InstallError::Path`] where the platform's path is no text.
    pub(super) fn shim(&self, binary: &Path) -> Result<Vec<u8>, InstallError> {
        let mut line = b"\nbinary=".to_vec();
        line.extend(quote(binary)?);
        line.push(b'\n');
        Ok(self.shim.replacen(BINARY_LINE, line, 1))
    }
}

/// Whether `content` is a hook of this or another version of hf-guard.
pub(super) fn is_shim(content: &[u8]) -> bool {
    content
        .lines()
        .nth(1)
        .is_some_and(|line| line.starts_with(MARKER))
}

/// The path in single quotes, within which a POSIX shell changes nothing; a quote in it closes and reopens them.
pub(super) fn quote(path: &Path) -> Result<Vec<u8>, InstallError> {
    let bytes = <[u8]>::from_path(path).ok_or_else(|| InstallError::Path {
        path: path.to_path_buf(),
    })?;
    // The shell of Git for Windows takes forward slashes, and a backslash is no part of a name there.
    let bytes = if cfg!(windows) {
        bytes.replace("\\", "/")
    } else {
        bytes.to_vec()
    };
    let mut quoted = vec![b'\''];
    quoted.extend(bytes.replace("'", "'\\''"));
    quoted.push(b'\'');
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shim_is_told_from_other_hooks() {
        for hook in HOOKS {
            let shim = hook.shim(Path::new("/opt/hf-guard")).expect("plain path");
            assert!(is_shim(&shim), "{}", hook.name);
            assert!(shim.starts_with(b"#!/bin/sh\n"));
        }
        for other in [
            &b""[..],
            b"#!/bin/sh\nhf-guard hook pre-commit\n",
            b"#!/bin/sh\n\n# hf-guard hook: quoted further down\n",
            b"# hf-guard hook: first line\n",
        ] {
            assert!(!is_shim(other));
        }
    }

    #[test]
    fn each_shim_names_its_hook_and_its_program_once() {
        for hook in HOOKS {
            let name = format!("\nname={}\n", hook.name);
            assert_eq!(hook.shim.find_iter(name.as_bytes()).count(), 1);
            assert_eq!(hook.shim.find_iter(BINARY_LINE).count(), 1);
        }
    }

    #[test]
    fn the_shims_differ_in_their_settings_only() {
        let common = |hook: &Hook| {
            let at = hook.shim.find("\n# From here on").expect("the line stands");
            hook.shim[at..].to_vec()
        };
        for hook in HOOKS {
            assert_eq!(common(hook), common(&HOOKS[0]), "{}", hook.name);
        }
    }

    #[test]
    fn hf_guard_goes_first_only_where_something_leaves() {
        let first: Vec<&str> = HOOKS
            .iter()
            .filter(|hook| hook.runs_first())
            .map(|hook| hook.name)
            .collect();
        assert_eq!(first, ["pre-push"]);
    }

    #[test]
    fn quotes_survive_the_shell() {
        assert_eq!(
            quote(Path::new("/a b/it's")).expect("plain path"),
            b"'/a b/it'\\''s'"
        );
    }
}
