//! The repository as git sees it: which index entries differ from which parents, and their bytes.
//!
//! [`Repository`] is the one door; libgit2 is imported by [`libgit2`] alone.

mod libgit2;
pub mod object;
mod oid;

use std::path::{Path, PathBuf};

use bstr::BString;

pub use oid::Oid;

/// Whether the owner of the repository's files is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// git has accepted the repository: it runs us as its hook.
    CheckedByGit,
    /// Nobody has: do as git does.
    Check,
}

/// An open repository.
#[derive(Debug)]
pub struct Repository {
    inner: libgit2::Handle,
}

/// What the index holds that a parent does not.
#[derive(Debug, Default)]
pub struct Staged {
    /// Entries with content to scan.
    pub changes: Vec<StagedChange>,
    /// Entries that differ and have nothing to scan: deletions, gitlinks, mode changes, intent-to-add.
    pub without_content: u64,
}

/// An index entry that will be recorded with new content.
#[derive(Clone, Debug)]
pub struct StagedChange {
    /// Path from the root, forward slashes.
    pub path: BString,
    /// The new blob.
    pub blob: Oid,
    /// What kind of entry it is.
    pub mode: Mode,
    /// Whether no parent has this path.
    pub new_path: bool,
    /// For each parent, the blobs whose lines are not new: the one at this path, or where there is none the
    /// ones that this commit deletes (one of them may have been renamed).
    pub old: Vec<Vec<Oid>>,
}

/// An index entry's mode, as far as scanning cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A file, executable or not.
    File,
    /// A symbolic link; its blob is the target.
    Symlink,
    /// A submodule: no content here.
    Gitlink,
}

/// Why the repository could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is none here.
    #[error(
        "not inside a git repository; run it in one, or name the files to scan: `hf-guard scan PATH`"
    )]
    NoRepository {
        /// What libgit2 says.
        #[source]
        source: git2_error::Error,
    },
    /// libgit2 refused an operation.
    #[error("cannot {operation}")]
    Libgit2 {
        /// What was tried.
        operation: String,
        /// What libgit2 says.
        #[source]
        source: git2_error::Error,
    },
}

/// libgit2's error under a name that the rest of the crate may see.
pub mod git2_error {
    pub use super::libgit2::Error;
}

impl Repository {
    /// Opens the repository that the environment and the current directory name.
    ///
    /// # Errors
    /// [`GitError`] where there is none or it cannot be read.
    pub fn open(ownership: Ownership) -> Result<Self, GitError> {
        Ok(Self {
            inner: libgit2::Handle::open(ownership)?,
        })
    }

    /// The index against HEAD and, while a merge is under way, its other parents.
    ///
    /// # Errors
    /// [`GitError`] where index or trees cannot be read, or an entry is in conflict.
    pub fn staged(&self) -> Result<Staged, GitError> {
        self.inner.staged()
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// [`GitError`] where it is missing or damaged.
    pub fn blob(&self, oid: &Oid) -> Result<Vec<u8>, GitError> {
        self.inner.blob(oid)
    }

    /// The index entry at `path`, if any.
    ///
    /// # Errors
    /// [`GitError`] where the index cannot be read.
    pub fn index_entry(&self, path: &[u8]) -> Result<Option<(Mode, Oid)>, GitError> {
        self.inner.index_entry(path)
    }

    /// The entry at `path` in the tree of HEAD, if any; `None` before the first commit.
    ///
    /// # Errors
    /// [`GitError`] where HEAD or its trees cannot be read.
    pub fn head_entry(&self, path: &[u8]) -> Result<Option<(Mode, Oid)>, GitError> {
        self.inner.head_entry(path)
    }

    /// The root of the work tree; `None` in a bare repository.
    #[must_use]
    pub fn work_dir(&self) -> Option<PathBuf> {
        self.inner.work_dir().map(Path::to_path_buf)
    }
}
