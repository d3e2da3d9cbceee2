//! The folder in which git looks for this repository's hooks, and when not to write there.

use std::fs;
use std::path::{Path, PathBuf};

use bstr::BString;

use super::InstallError;
use super::git::{Git, Scope, to_path};
use super::shim::quote;

/// A folder of hooks.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) kind: HookFolder,
}

/// What sets a folder of hooks apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookFolder {
    /// It belongs to this clone alone.
    Private,
    /// husky writes it anew whenever packages are installed.
    Husky,
    /// It lies in the work tree, where it may be committed.
    InWorkTree,
    /// Of a bare repository: git runs these hooks in its linked work trees, and not for what is pushed into it.
    Bare,
}

/// Asks git; `core.hooksPath` of the repository itself is honoured, that of the person or the machine refused.
///
/// Source: <https://git-scm.com/docs/git-config#Documentation/git-config.txt-corehooksPath>
pub(super) fn of_repository(git: &Git) -> Result<Folder, InstallError> {
    let common = common_dir(git)?;
    if let Some(setting) = git.setting("core.hooksPath")? {
        let (where_set, option) = match setting.scope {
            Scope::Repository => ("", "--local"),
            Scope::Global => ("for all your repositories", "--global"),
            Scope::System => ("for the whole machine", "--system"),
            Scope::Command => ("by the environment or `git -c`", "--local"),
        };
        if setting.value.is_empty() {
            return Err(InstallError::HooksPathEmpty { option });
        }
        if setting.scope != Scope::Repository {
            return Err(InstallError::HooksPathNotOwn {
                where_set,
                value: setting.value,
                own: BString::from(quote(&common.join("hooks"))?),
            });
        }
    }
    let path = git.path("hooks")?;
    must_hold_files(&path)?;
    let kind = kind(git, &path, &common)?;
    Ok(Folder { path, kind })
}

/// The folder from which hooks are to be removed: the repository's own, where `core.hooksPath` came later and leads
/// elsewhere.
pub(super) fn to_clear(git: &Git) -> Result<Folder, InstallError> {
    match of_repository(git) {
        Err(
            InstallError::HooksPathNotOwn { .. }
            | InstallError::HooksPathEmpty { .. }
            | InstallError::NoFolder { .. },
        ) => Ok(Folder {
            path: common_dir(git)?.join("hooks"),
            kind: HookFolder::Private,
        }),
        folder => folder,
    }
}

/// `/dev/null` is a known way to switch hooks off.
pub(super) fn must_hold_files(path: &Path) -> Result<(), InstallError> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_dir() => Err(InstallError::NoFolder {
            path: path.to_path_buf(),
        }),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(InstallError::file("look at", path)(error)),
    }
}

/// The `.git` folder that all work trees share.
fn common_dir(git: &Git) -> Result<PathBuf, InstallError> {
    let printed = to_path(&git.read(&["rev-parse", "--git-common-dir"])?)?;
    std::path::absolute(printed).map_err(|source| InstallError::CurrentFolder { source })
}

fn kind(git: &Git, path: &Path, common: &Path) -> Result<HookFolder, InstallError> {
    if path.join("h").is_file() && path.ends_with("_") {
        return Ok(HookFolder::Husky);
    }
    if git.read(&["rev-parse", "--is-bare-repository"])? == "true" {
        return Ok(HookFolder::Bare);
    }
    // Below `.git` there is no work tree either, and git says so by an error.
    let Ok(top) = git.read(&["rev-parse", "--show-toplevel"]) else {
        return Ok(HookFolder::Private);
    };
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let (path, common, top) = (real(path), real(common), real(&to_path(&top)?));
    Ok(if path.starts_with(top) && !path.starts_with(common) {
        HookFolder::InWorkTree
    } else {
        HookFolder::Private
    })
}
