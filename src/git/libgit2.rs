//! libgit2's view of the repository: the only file that imports `git2`.
//!
//! It finds the repository and resolves HEAD. Index and objects are read elsewhere.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use git2::ErrorCode;

use super::Oid;

/// What libgit2 reports.
pub type Error = git2::Error;

/// An open repository. libgit2 wants one caller at a time.
pub(super) struct Handle {
    repository: Mutex<git2::Repository>,
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_dir: Option<PathBuf>,
    names_its_work_tree: bool,
}

/// What came of opening it.
#[derive(Debug)]
pub(super) enum Opening {
    /// It is open.
    Open(Handle),
    /// Another user owns it.
    Owner,
    /// There is no repository, or one that libgit2 cannot read: git may know more.
    Declined(Error),
}

/// Whose repositories libgit2 opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Those of the user and those that the user's configuration names.
    Own,
    /// All: git has accepted this one.
    All,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Handle").field(&self.git_dir).finish()
    }
}

impl Handle {
    /// Opens the repository to which `folder` belongs or, without it, that the environment and the current directory name.
    pub(super) fn open(folder: Option<&Path>, trust: Trust) -> Opening {
        if let Err(error) = set_owner_validation(trust) {
            return Opening::Declined(error);
        }
        let opened = match folder {
            Some(folder) => git2::Repository::discover(folder),
            None => git2::Repository::open_from_env(),
        };
        let repository = match opened {
            Ok(repository) => repository,
            Err(error) if error.code() == ErrorCode::Owner => return Opening::Owner,
            Err(error) => return Opening::Declined(error),
        };
        let names_its_work_tree = match repository
            .config()
            .and_then(|config| config.get_entry("core.worktree").map(drop))
        {
            Ok(()) => true,
            Err(error) if error.code() == ErrorCode::NotFound => false,
            Err(error) => return Opening::Declined(error),
        };
        Opening::Open(Self {
            git_dir: plain(repository.path()),
            common_dir: plain(repository.commondir()),
            work_dir: repository.workdir().map(plain),
            names_its_work_tree,
            repository: Mutex::new(repository),
        })
    }

    /// The commit of HEAD; `None` where the branch has none yet.
    ///
    /// # Errors
    /// [`Error`] for everything else: only an unborn branch may stand for the empty tree.
    pub(super) fn head(&self) -> Result<Option<Oid>, Error> {
        let repository = self.lock();
        match repository.head() {
            // Not peeled: that would read the commit, and libgit2 does not come back from one that is cut short.
            Ok(head) => match head.target().and_then(|id| Oid::from_bytes(id.as_bytes())) {
                Some(oid) => Ok(Some(oid)),
                None => Err(Error::from_str("HEAD does not lead to an object")),
            },
            Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The directory of HEAD and the index.
    pub(super) fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The directory of objects and configuration, which linked work trees share.
    pub(super) fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The root of the work tree.
    pub(super) fn work_dir(&self) -> Option<&Path> {
        self.work_dir.as_deref()
    }

    /// Whether `core.worktree` says where the work tree is.
    pub(super) fn names_its_work_tree(&self) -> bool {
        self.names_its_work_tree
    }

    /// A panic in another thread ends the run anyway, and libgit2 keeps no half-done state between calls.
    fn lock(&self) -> std::sync::MutexGuard<'_, git2::Repository> {
        self.repository
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A path without the trailing slash that libgit2 gives it.
fn plain(path: &Path) -> PathBuf {
    path.components().collect()
}

fn set_owner_validation(trust: Trust) -> Result<(), Error> {
    // SAFETY: the option is one word that libgit2 reads when it opens a repository. It is set here alone, on the thread
    // that opens, before any other thread of ours uses libgit2.
    #[expect(unsafe_code, reason = "git2 offers the option only so")]
    unsafe {
        git2::opts::set_verify_owner_validation(trust == Trust::Own)
    }
}
