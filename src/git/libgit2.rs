//! libgit2's view of the repository: the only file that imports `git2`.

use std::path::Path;

use bstr::{BString, ByteSlice as _};

use super::{GitError, Mode, Oid, Ownership, Staged, StagedChange};

/// What libgit2 reports.
pub type Error = git2::Error;

pub(super) struct Handle {
    repository: git2::Repository,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Handle")
            .field(&self.repository.path())
            .finish()
    }
}

fn failed(operation: &str) -> impl FnOnce(git2::Error) -> GitError {
    let operation = operation.to_owned();
    move |source| GitError::Libgit2 { operation, source }
}

impl Handle {
    pub(super) fn open(_ownership: Ownership) -> Result<Self, GitError> {
        let repository = git2::Repository::open_from_env()
            .map_err(|source| GitError::NoRepository { source })?;
        Ok(Self { repository })
    }

    pub(super) fn staged(&self) -> Result<Staged, GitError> {
        let head = match self.repository.head() {
            Ok(head) => Some(
                head.peel_to_tree()
                    .map_err(failed("read the tree of HEAD"))?,
            ),
            Err(error) if error.code() == git2::ErrorCode::UnbornBranch => None,
            Err(error) => return Err(failed("resolve HEAD")(error)),
        };
        let index = self.repository.index().map_err(failed("read the index"))?;
        let diff = self
            .repository
            .diff_tree_to_index(head.as_ref(), Some(&index), None)
            .map_err(failed("compare the index with HEAD"))?;
        let mut staged = Staged::default();
        for delta in diff.deltas() {
            let new = delta.new_file();
            let mode = match new.mode() {
                git2::FileMode::Blob
                | git2::FileMode::BlobExecutable
                | git2::FileMode::BlobGroupWritable => Mode::File,
                git2::FileMode::Link => Mode::Symlink,
                _ => {
                    staged.without_content += 1;
                    continue;
                }
            };
            let old =
                Oid::from_bytes(delta.old_file().id().as_bytes()).filter(|oid| !oid.is_zero());
            staged.changes.push(StagedChange {
                path: BString::from(new.path_bytes().unwrap_or_default()),
                blob: Oid::from_bytes(new.id().as_bytes()).expect("libgit2 gives 20 bytes"),
                mode,
                new_path: old.is_none(),
                old: vec![old.into_iter().collect()],
            });
        }
        Ok(staged)
    }

    pub(super) fn blob(&self, oid: &Oid) -> Result<Vec<u8>, GitError> {
        let operation = format!("read object {oid}");
        let id = git2::Oid::from_bytes(oid.as_bytes()).map_err(failed(&operation))?;
        let odb = self.repository.odb().map_err(failed(&operation))?;
        let object = odb.read(id).map_err(failed(&operation))?;
        Ok(object.data().to_vec())
    }

    pub(super) fn index_entry(&self, path: &[u8]) -> Result<Option<(Mode, Oid)>, GitError> {
        let index = self.repository.index().map_err(failed("read the index"))?;
        Ok(index
            .iter()
            .find(|entry| entry.path == path)
            .and_then(|entry| Some((Mode::File, Oid::from_bytes(entry.id.as_bytes())?))))
    }

    pub(super) fn head_entry(&self, path: &[u8]) -> Result<Option<(Mode, Oid)>, GitError> {
        let operation = "read the tree of HEAD";
        let head = match self.repository.head() {
            Ok(head) => head.peel_to_tree().map_err(failed(operation))?,
            Err(error) if error.code() == git2::ErrorCode::UnbornBranch => return Ok(None),
            Err(error) => return Err(failed("resolve HEAD")(error)),
        };
        let path = path
            .to_path()
            .map_err(|_| failed(operation)(git2::Error::from_str("the path is not UTF-8")))?;
        match head.get_path(path) {
            Ok(entry) => {
                Ok(
                    Oid::from_bytes(entry.id().as_bytes()).map(|oid| match entry.filemode() {
                        0o120_000 => (Mode::Symlink, oid),
                        0o160_000 => (Mode::Gitlink, oid),
                        _ => (Mode::File, oid),
                    }),
                )
            }
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(failed(operation)(error)),
        }
    }

    pub(super) fn work_dir(&self) -> Option<&Path> {
        self.repository.workdir()
    }
}
