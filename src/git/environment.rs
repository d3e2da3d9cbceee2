//! What git's environment variables say about the repository.
//!
//! They are read here, once, when the repository is opened; nothing below asks the environment again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::alternates::Alternates;

/// The variables that name files of the repository.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    /// `GIT_INDEX_FILE`: the index to commit, a temporary one in `git commit -a` and `git commit FILE`.
    pub(super) index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`: where new objects go, a quarantine while a push is received.
    pub(super) object_directory: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`: where else objects are.
    pub(super) alternates: Alternates,
    /// Whether `GIT_DIR` is set; then git does not leave the current directory unless it knows the work tree.
    pub(super) names_git_dir: bool,
    /// The current directory, for relative paths.
    pub(super) current_dir: PathBuf,
    /// Whether it was named by the caller, and is not the process's own.
    pub(super) is_elsewhere: bool,
}

impl Environment {
    /// That of somebody who stands in `folder` and has set nothing.
    pub(super) fn of(folder: &Path) -> Self {
        Self {
            current_dir: folder.to_path_buf(),
            is_elsewhere: true,
            ..Self::default()
        }
    }

    /// Reads the process's own.
    pub(super) fn read() -> Self {
        let variable = |name: &str| std::env::var_os(name);
        let path = |name: &str| variable(name).map(PathBuf::from);
        let alternates: OsString = variable("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
        Self {
            index_file: path("GIT_INDEX_FILE"),
            object_directory: path("GIT_OBJECT_DIRECTORY"),
            alternates: Alternates::parse(alternates.as_encoded_bytes()),
            names_git_dir: variable("GIT_DIR").is_some(),
            // Where it was deleted under us, whoever opens something in it says so.
            current_dir: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            is_elsewhere: false,
        }
    }
}
