//! Why a configuration cannot be used.
//!
//! A configuration may be the wrong file: a link to a private key, a folder's `secrets.toml`. Therefore no message
//! quotes anything of it, neither a line nor a key nor a value: line, column, and what would be right.

use std::io;
use std::path::PathBuf;

use crate::finding::Position;
use crate::git::GitError;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Its content is not what a configuration may hold.
    #[error("{name}:{}:{}: {message}", at.line, at.column)]
    Invalid {
        /// What the file is called, safe for a terminal.
        name: String,
        /// Where in it.
        at: Position,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// It is something else than a text file of modest size.
    #[error("{name}: {problem}; correct that, or run with `--no-config`")]
    Unfit {
        /// What the file is called, safe for a terminal.
        name: String,
        /// What it is.
        problem: Unfit,
    },
    /// The file cannot be read.
    #[error("cannot read the configuration {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The repository cannot be asked for it.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// What a configuration must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// A link can show any file of the machine.
    #[error("a configuration must not be a symbolic link")]
    Symlink,
    /// A folder, a submodule, a device.
    #[error("a configuration must be a regular file")]
    NotAFile,
    /// No hand-written configuration is that large.
    #[error("a configuration must not be larger than 64 KB")]
    TooLarge,
    /// TOML is UTF-8.
    #[error("a configuration must be UTF-8 text")]
    NotUtf8,
}

/// A mistake at a byte offset, not yet a line and column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    /// Byte offset into the configuration.
    pub(super) offset: usize,
    /// What is wrong, and what would be right.
    pub(super) message: String,
}

impl Mistake {
    /// A mistake at the start of `span`.
    pub(super) fn new(span: &std::ops::Range<usize>, message: impl Into<String>) -> Self {
        Self {
            offset: span.start,
            message: message.into(),
        }
    }
}
