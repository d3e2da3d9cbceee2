//! Why hooks could not be installed or removed.

use std::io;
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use crate::text::escape::for_terminal;

/// Why hooks could not be installed or removed; nothing was changed unless it says so.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// There is no git to ask.
    #[error("cannot run git, which knows where hooks belong; install git, or put it on PATH")]
    StartGit {
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Git refused: no repository, an owner it does not trust, broken configuration.
    #[error("`git {command}` failed: {}", for_terminal(said))]
    GitRefused {
        /// Its arguments.
        command: String,
        /// What it wrote to standard error.
        said: BString,
    },
    /// The current folder has no name.
    #[error("cannot tell the current folder; change to one that exists")]
    CurrentFolder {
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A path that this platform cannot write down.
    #[error(
        "{} cannot be written into a hook; use a path that is valid Unicode",
        shown(path)
    )]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// `core.hooksPath` serves other repositories too.
    #[error(
        "core.hooksPath is set {where_set} ({}), so git does not look at the hooks of this repository; \
         run `hf-guard install --global` to guard every repository, or give this one its own hooks again: \
         git config --local core.hooksPath {}",
        for_terminal(value),
        for_terminal(own)
    )]
    HooksPathNotOwn {
        /// "for all your repositories", …
        where_set: &'static str,
        /// The setting.
        value: BString,
        /// The repository's own folder of hooks, quoted for a shell.
        own: BString,
    },
    /// `core.hooksPath` is empty: git would run `/pre-commit`.
    #[error(
        "core.hooksPath is empty, so git looks for hooks in the root of the file system; \
         remove the setting: git config {option} --unset-all core.hooksPath"
    )]
    HooksPathEmpty {
        /// `--local`, `--global` or `--system`.
        option: &'static str,
    },
    /// `/dev/null` and other things that hold no files.
    #[error(
        "git looks for hooks in {}, which is no folder: hooks are switched off; \
         remove the setting: git config --unset-all core.hooksPath (--show-origin --get-all tells its file)",
        shown(path)
    )]
    NoFolder {
        /// What is there.
        path: PathBuf,
    },
    /// A folder or device where a hook belongs.
    #[error(
        "{} is neither a file nor a link; move it away and run this again",
        shown(path)
    )]
    NotAFile {
        /// What is there.
        path: PathBuf,
    },
    /// Two hooks claim the place of the one that is kept.
    #[error(
        "{} is not of hf-guard, and an earlier hook is still kept as {}; \
         merge them into one, remove the other, and run this again",
        shown(hook),
        shown(kept)
    )]
    KeptInTheWay {
        /// The hook that git runs now.
        hook: PathBuf,
        /// The hook that was kept before.
        kept: PathBuf,
    },
    /// A file operation failed.
    #[error("cannot {operation} {}; check who may write there", shown(path))]
    File {
        /// "read", "write", "rename"…
        operation: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The global `core.hooksPath` names another folder in each repository.
    #[error(
        "the global core.hooksPath ({}) is relative, so it is another folder in every repository; \
         run `hf-guard install` in each of them after `git config --local core.hooksPath` says the same",
        for_terminal(value)
    )]
    HooksPathRelative {
        /// The setting.
        value: BString,
    },
    /// The administrator's settings are not ours to change.
    #[error(
        "{key} is set for the whole machine ({}), which this leaves alone; \
         run `hf-guard install` in each repository, or ask the administrator",
        for_terminal(value)
    )]
    SetForTheMachine {
        /// The configuration key.
        key: &'static str,
        /// The setting.
        value: BString,
    },
    /// No home, no data folder.
    #[error("cannot tell where files of yours belong; set HOME and run this again")]
    NoHome,
}

impl InstallError {
    /// For `map_err`.
    pub(super) fn file(
        operation: &'static str,
        path: &Path,
    ) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::File {
            operation,
            path,
            source,
        }
    }
}

fn shown(path: &Path) -> String {
    for_terminal(&<[u8]>::from_path(path).map_or_else(
        || path.to_string_lossy().into_owned().into_bytes(),
        <[u8]>::to_vec,
    ))
}
