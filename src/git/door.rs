//! Who finds the repository and resolves HEAD: libgit2, or git where libgit2 cannot.
//!
//! libgit2 takes a fraction of a millisecond where git takes a process. It cannot read SHA-256 repositories, reftable,
//! partial clones and other extensions; and whether a repository of another user is trusted, git decides.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::environment::Environment;
use super::hash::{Algorithm, Kind};
use super::libgit2::{self, Opening, Trust};
use super::plumbing::Git;
use super::{GitError, Oid, Ownership};

/// An open repository.
#[derive(Debug)]
pub(super) enum Door {
    /// libgit2 does, and git is asked for what nobody else finds.
    Libgit2(libgit2::Handle, Spare),
    /// git does.
    Git(Git),
}

/// git, started when it is first needed.
#[derive(Debug)]
pub(super) struct Spare {
    directory: PathBuf,
    git: OnceLock<Git>,
}

impl Door {
    /// Opens the repository that the environment and the current directory name.
    ///
    /// # Errors
    /// [`GitError`] where there is none, or neither can read it.
    pub(super) fn open(ownership: Ownership, environment: &Environment) -> Result<Self, GitError> {
        let directory = &environment.current_dir;
        let elsewhere = environment.is_elsewhere.then_some(&**directory);
        let trust = match ownership {
            Ownership::CheckedByGit => Trust::All,
            Ownership::Check => Trust::Own,
        };
        match libgit2::Handle::open(elsewhere, trust) {
            Opening::Open(handle) => Ok(Self::Libgit2(handle, Spare::new(directory))),
            Opening::Owner => {
                Git::ask_whether_trusted(directory)?;
                match libgit2::Handle::open(elsewhere, Trust::All) {
                    Opening::Open(handle) => Ok(Self::Libgit2(handle, Spare::new(directory))),
                    Opening::Declined(source) => Self::open_with_git(ownership, directory, source),
                    Opening::Owner => Err(GitError::Owner {
                        advice: "git config --global --add safe.directory DIRECTORY".to_owned(),
                    }),
                }
            }
            Opening::Declined(source) => Self::open_with_git(ownership, directory, source),
        }
    }

    /// Opens it with git alone; `source` is what libgit2 said.
    fn open_with_git(
        ownership: Ownership,
        directory: &Path,
        source: libgit2::Error,
    ) -> Result<Self, GitError> {
        if ownership == Ownership::Check
            && let Err(refused) = Git::ask_whether_trusted(directory)
        {
            return Err(match refused {
                GitError::GitFailed { said, .. } if said.contains("not a git repository") => {
                    GitError::NoRepository
                }
                GitError::GitFailed { said, .. } => GitError::Open { git: said, source },
                other => other,
            });
        }
        match Git::open(directory) {
            Ok(git) => Ok(Self::Git(git)),
            Err(GitError::GitFailed { said, .. }) if said.contains("not a git repository") => {
                Err(GitError::NoRepository)
            }
            Err(GitError::GitFailed { said, .. }) => Err(GitError::Open { git: said, source }),
            Err(other) => Err(other),
        }
    }

    /// The commit of HEAD; `None` where the branch has none yet.
    ///
    /// # Errors
    /// [`GitError`] for everything else.
    pub(super) fn head(&self, environment: &Environment) -> Result<Option<Oid>, GitError> {
        match self {
            Self::Git(git) => git.head(),
            Self::Libgit2(handle, _) => match handle.head() {
                Ok(head) => Ok(head),
                Err(source) => match Git::open(&environment.current_dir).and_then(|git| git.head())
                {
                    Ok(head) => Ok(head),
                    Err(GitError::GitFailed { said, .. }) => {
                        Err(GitError::ResolveHead { git: said, source })
                    }
                    Err(other) => Err(other),
                },
            },
        }
    }

    /// An object, as git itself finds it; `None` where there is none of that name.
    ///
    /// # Errors
    /// [`GitError`] where it cannot be read.
    pub(super) fn read(&self, oid: &Oid) -> Result<Option<(Kind, Vec<u8>)>, GitError> {
        match self {
            Self::Git(git) => git.read(oid),
            Self::Libgit2(_, spare) => spare.git()?.read(oid),
        }
    }

    /// The hash that names objects.
    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Git(git) => git.algorithm(),
            Self::Libgit2(..) => Algorithm::Sha1,
        }
    }

    /// The directory of HEAD and the index.
    pub(super) fn git_dir(&self) -> &Path {
        match self {
            Self::Git(git) => git.git_dir(),
            Self::Libgit2(handle, _) => handle.git_dir(),
        }
    }

    /// The directory of objects and configuration, which linked work trees share.
    pub(super) fn common_dir(&self) -> &Path {
        match self {
            Self::Git(git) => git.common_dir(),
            Self::Libgit2(handle, _) => handle.common_dir(),
        }
    }

    /// The root of the work tree.
    pub(super) fn work_dir(&self) -> Option<&Path> {
        match self {
            Self::Git(git) => git.work_dir(),
            Self::Libgit2(handle, _) => handle.work_dir(),
        }
    }

    /// The index that git would commit.
    pub(super) fn index_path(&self, environment: &Environment) -> PathBuf {
        match &environment.index_file {
            None => self.git_dir().join("index"),
            Some(path) => self.base(environment).join(path),
        }
    }

    /// Where objects are, new ones first; without what `info/alternates` adds.
    pub(super) fn object_directories(&self, environment: &Environment) -> Vec<PathBuf> {
        let base = self.base(environment);
        let own = match &environment.object_directory {
            Some(path) => base.join(path),
            None => self.common_dir().join("objects"),
        };
        std::iter::once(own)
            .chain(
                environment
                    .alternates
                    .directories
                    .iter()
                    .map(|path| base.join(path)),
            )
            .collect()
    }

    /// The directory that git goes to before it looks at relative paths.
    fn base<'a>(&'a self, environment: &'a Environment) -> &'a Path {
        let knows_work_tree = match self {
            Self::Git(_) => true,
            Self::Libgit2(handle, _) => !environment.names_git_dir || handle.names_its_work_tree(),
        };
        self.work_dir()
            .filter(|_| knows_work_tree)
            .unwrap_or(&environment.current_dir)
    }
}

impl Spare {
    fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_path_buf(),
            git: OnceLock::new(),
        }
    }

    fn git(&self) -> Result<&Git, GitError> {
        if let Some(git) = self.git.get() {
            return Ok(git);
        }
        let opened = Git::open(&self.directory)?;
        Ok(self.git.get_or_init(|| opened))
    }
}
