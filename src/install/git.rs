//! Asks git where its hooks are and what its configuration says.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use bstr::{BString, ByteSlice};

use super::InstallError;

/// The git program, in the current folder and environment.
#[derive(Debug)]
pub struct Git {
    program: OsString,
}

/// The value of a configuration key that counts, and where it was set.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) scope: Scope,
    /// As written, but with `~/` spelt out.
    pub(super) value: BString,
}

/// Where a value was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// In this repository, or this one of its work trees.
    Repository,
    /// For the person.
    Global,
    /// For the machine.
    System,
    /// By `git -c` or the environment.
    Command,
}

/// A version of git: 2.54 is `(2, 54)`.
pub(super) type Version = (u32, u32);

impl Git {
    /// The program of this name or path.
    #[must_use]
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
        }
    }

    /// Runs git and gives what it prints, without the last line's end.
    pub(super) fn read<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<BString, InstallError> {
        let output = self.output(arguments)?;
        if output.status.success() {
            Ok(printed(output.stdout))
        } else {
            Err(refused(arguments, &output))
        }
    }

    /// The value of `key` that counts, with its scope; `None` where it is not set.
    pub(super) fn setting(&self, key: &str) -> Result<Option<Setting>, InstallError> {
        let arguments = [
            "config",
            "--show-scope",
            "--type=path",
            "-z",
            "--get-all",
            key,
        ];
        let output = self.output(&arguments)?;
        match output.status.code() {
            Some(0) => {}
            Some(1) => return Ok(None),
            // Older than 2.26, which brought `--show-scope`: it prints its usage.
            Some(129) => return self.setting_of_old_git(key),
            _ => return Err(refused(&arguments, &output)),
        }
        let fields: Vec<&[u8]> = output.stdout.split_str(b"\0").collect();
        // The last value counts; behind it stands one empty field.
        match fields.as_slice() {
            [.., scope, value, b""] => Ok(Some(Setting {
                scope: match *scope {
                    b"local" | b"worktree" => Scope::Repository,
                    b"global" => Scope::Global,
                    b"system" => Scope::System,
                    _ => Scope::Command,
                },
                value: BString::from(*value),
            })),
            _ => Err(refused(&arguments, &output)),
        }
    }

    fn setting_of_old_git(&self, key: &str) -> Result<Option<Setting>, InstallError> {
        let read = |scope: Option<&str>| -> Result<Option<BString>, InstallError> {
            let mut arguments = vec!["config"];
            arguments.extend(scope);
            arguments.extend(["--path", "--get", key]);
            let output = self.output(&arguments)?;
            match output.status.code() {
                Some(0) => Ok(Some(printed(output.stdout))),
                Some(1) => Ok(None),
                _ => Err(refused(&arguments, &output)),
            }
        };
        let Some(value) = read(None)? else {
            return Ok(None);
        };
        let scope = if read(Some("--local"))?.as_ref() == Some(&value) {
            Scope::Repository
        } else {
            Scope::Global
        };
        Ok(Some(Setting { scope, value }))
    }

    /// The value of `key` in the person's own configuration.
    pub(super) fn global_setting(&self, key: &str) -> Result<Option<BString>, InstallError> {
        let arguments = ["config", "--global", "--includes", "--path", "--get", key];
        let output = self.output(&arguments)?;
        match output.status.code() {
            Some(0) => Ok(Some(printed(output.stdout))),
            Some(1) => Ok(None),
            _ => Err(refused(&arguments, &output)),
        }
    }

    /// The path that `git rev-parse --git-path NAME` means, made absolute.
    pub(super) fn path(&self, name: &str) -> Result<PathBuf, InstallError> {
        let arguments = ["rev-parse", "--path-format=absolute", "--git-path", name];
        let printed = self.read(&arguments)?;
        // Older than 2.31: git prints back the option that it does not know, and a path relative to this folder.
        match printed.strip_prefix(b"--path-format=absolute\n") {
            None => to_path(&printed),
            Some(relative) => std::path::absolute(to_path(relative)?)
                .map_err(|source| InstallError::CurrentFolder { source }),
        }
    }

    /// The version of git; `None` where it does not tell one.
    pub(super) fn version(&self) -> Result<Option<Version>, InstallError> {
        Ok(parse_version(&self.read(&["version"])?))
    }

    fn output<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Output, InstallError> {
        Command::new(&self.program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .map_err(|source| InstallError::StartGit { source })
    }
}

/// Takes the end of the last line away, and nothing else: a path may end in a newline.
fn printed(mut output: Vec<u8>) -> BString {
    if output.last() == Some(&b'\n') {
        output.pop();
    }
    BString::from(output)
}

pub(super) fn to_path(bytes: &[u8]) -> Result<PathBuf, InstallError> {
    bytes
        .to_path()
        .map(std::path::Path::to_path_buf)
        .map_err(|_| InstallError::Path {
            path: PathBuf::from(bytes.to_str_lossy().as_ref()),
        })
}

fn refused<S: AsRef<OsStr>>(arguments: &[S], output: &Output) -> InstallError {
    let shown: Vec<_> = arguments
        .iter()
        .map(|argument| argument.as_ref().to_string_lossy())
        .collect();
    InstallError::GitRefused {
        command: shown.join(" "),
        said: BString::from(output.stderr.trim()),
    }
}

fn parse_version(text: &[u8]) -> Option<Version> {
    let numbers = text.to_str().ok()?.strip_prefix("git version ")?;
    let mut numbers = numbers.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_every_vendor() {
        assert_eq!(parse_version(b"git version 2.47.3"), Some((2, 47)));
        assert_eq!(
            parse_version(b"git version 2.39.5 (Apple Git-154)"),
            Some((2, 39))
        );
        assert_eq!(
            parse_version(b"git version 2.54.0.windows.1"),
            Some((2, 54))
        );
        assert_eq!(parse_version(b"git version 3.0-rc1.12.gabc"), Some((3, 0)));
        assert_eq!(parse_version(b"jj 0.30"), None);
    }

    #[test]
    fn one_line_end_goes() {
        assert_eq!(printed(b"/a\n\n".to_vec()), "/a\n");
        assert_eq!(printed(b"/a".to_vec()), "/a");
    }
}
