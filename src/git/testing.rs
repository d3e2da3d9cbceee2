//! A repository for the tests beside the code, kept from the machine's configuration.

use std::path::Path;
use std::process::Command;

use super::door::Door;
use super::plumbing::Git;

/// A temporary repository.
pub(super) struct Repo(tempfile::TempDir);

impl Repo {
    /// One without a commit; `format` is that of its object names.
    pub(super) fn new(format: &str) -> Self {
        let repo = Self(tempfile::tempdir().unwrap());
        repo.git(&["init", "-q", "-b", "main", "--object-format", format]);
        repo
    }

    /// Its work tree.
    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// What git prints; it must not fail.
    #[track_caller]
    pub(super) fn git(&self, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new("git")
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {arguments:?}: {said}");
        output.stdout
    }

    /// Writes a file of the work tree, with the folders above it.
    pub(super) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// The repository as git's plumbing opens it.
    pub(super) fn door(&self) -> Door {
        Door::Git(Git::open(self.path()).unwrap())
    }
}
