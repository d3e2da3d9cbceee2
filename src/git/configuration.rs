//! What the configuration says, the user's own included.
//!
//! In: keys. Out: values, as git reads them: it knows includes, conditions and the environment.

use std::ffi::OsStr;

use bstr::{BStr, BString, ByteSlice as _};

use super::plumbing::run;
use super::{GitError, Repository};

impl Repository {
    /// Key and value of every setting whose key matches a regular expression, the user's own included, in git's order.
    ///
    /// # Errors
    /// [`GitError`] where git cannot be started or its configuration is broken.
    pub fn settings(&self, keys: &str) -> Result<Vec<(BString, BString)>, GitError> {
        let answer = self.ask_user(&["config", "--null", "--get-regexp", keys], None)?;
        Ok(answer
            .unwrap_or_default()
            .split(|&byte| byte == 0)
            .filter_map(|setting| setting.split_once_str("\n"))
            .map(|(key, value)| (key.into(), value.into()))
            .collect())
    }

    /// Every value of a configuration key, the user's own included; empty where it is not set.
    ///
    /// # Errors
    /// [`GitError`] where git cannot be started.
    pub fn setting(&self, key: &str) -> Result<Vec<BString>, GitError> {
        let answer = self.ask_user(&["config", "--null", "--get-all", key], None)?;
        Ok(answer
            .unwrap_or_default()
            .split(|&byte| byte == 0)
            .filter(|value| !value.is_empty())
            .map(BString::from)
            .collect())
    }

    /// Where a remote is fetched from, rewritten as the user's configuration says; `None` where git cannot tell.
    ///
    /// # Errors
    /// [`GitError`] where git cannot be started.
    pub fn remote_url(&self, name: &BStr) -> Result<Option<BString>, GitError> {
        let Ok(name) = name.to_os_str() else {
            return Ok(None);
        };
        match self.ask_user(&["ls-remote", "--get-url"], Some(name)) {
            Ok(answer) => Ok(answer.and_then(|answer| answer.lines().next().map(BString::from))),
            Err(GitError::GitFailed { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a boolean is true in the repository's own configuration, whatever the user's and the environment's say.
    ///
    /// # Errors
    /// [`GitError`] where it cannot be read or is no boolean.
    pub fn own_flag(&self, key: &str) -> Result<bool, GitError> {
        let arguments = [
            "config",
            "--local",
            "--type=bool",
            "--default=false",
            "--get",
            key,
        ];
        Ok(run(&self.environment.current_dir, &arguments)?.trim() == b"true")
    }

    /// What git says with the user's own configuration to `arguments` and, after them, one that may be any bytes; `None`
    /// where it ends with 1, which means "not set".
    fn ask_user(
        &self,
        arguments: &[&str],
        last: Option<&OsStr>,
    ) -> Result<Option<Vec<u8>>, GitError> {
        let command = || arguments.join(" ");
        let answer = std::process::Command::new("git")
            .current_dir(&self.environment.current_dir)
            .args(arguments)
            .args(last)
            .stdin(std::process::Stdio::null())
            .output()
            .map_err(|source| GitError::StartGit {
                command: command(),
                source,
            })?;
        match answer.status.code() {
            Some(0) => Ok(Some(answer.stdout)),
            Some(1) => Ok(None),
            _ => Err(GitError::GitFailed {
                command: command(),
                said: super::error::last_line(&answer.stderr),
            }),
        }
    }
}
