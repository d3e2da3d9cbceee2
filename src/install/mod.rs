//! Puts the hooks of `hooks/` in place and takes them away.
//!
//! In: a repository, or the person's own git configuration, and the path of the program. Out: what was done to each
//! hook. `folder` finds where git looks for hooks and refuses where writing would do harm, `shim` holds the files
//! of `hooks/`, `place` changes one hook so that it is never half-written, and `global` serves every repository.
//! It asks git itself, as only git knows what its configuration means.

mod error;
mod folder;
mod git;
mod global;
mod health;
mod place;
mod shim;

use std::path::{Path, PathBuf};

pub use error::InstallError;
pub use folder::HookFolder;
pub use git::Git;
pub use global::{Global, install as install_globally, uninstall as uninstall_globally};
pub use health::{Ailment, health};
pub use place::{Done, KEPT_SUFFIX, Kept};
pub use shim::{HOOKS, Hook};

/// What became of one hook.
#[derive(Debug)]
pub struct Placed {
    /// The file that git runs.
    pub path: PathBuf,
    /// What was done.
    pub done: Done,
}

/// What was done in one folder of hooks.
#[derive(Debug)]
pub struct Changes {
    /// One entry a hook, in the order in which they were asked for.
    pub hooks: Vec<Placed>,
    /// What the person should know about this folder.
    pub folder: HookFolder,
}

/// Hooks of [`HOOKS`]: all of them, or those that the person has named.
pub type Selection = [&'static Hook];

/// Installs `hooks` into the repository that `git` stands in; `binary` is the program that they call.
///
/// # Errors
/// [`InstallError`] where there is no repository, its hooks are not its own, or a file cannot be written.
pub fn install(git: &Git, hooks: &Selection, binary: &Path) -> Result<Changes, InstallError> {
    let folder = folder::of_repository(git)?;
    Ok(Changes {
        hooks: install_into(&folder.path, hooks, binary)?,
        folder: folder.kind,
    })
}

/// Takes `hooks` out of the repository that `git` stands in and restores what was there before.
///
/// # Errors
/// [`InstallError`] where there is no repository or a file cannot be removed.
pub fn uninstall(git: &Git, hooks: &Selection) -> Result<Changes, InstallError> {
    let folder = folder::to_clear(git)?;
    Ok(Changes {
        hooks: uninstall_from(&folder.path, hooks)?,
        folder: folder.kind,
    })
}

/// Looks at every hook before it changes the first, so that a refusal leaves all of them as they were.
fn install_into(
    folder: &Path,
    hooks: &Selection,
    binary: &Path,
) -> Result<Vec<Placed>, InstallError> {
    let places = inspect(folder, hooks)?;
    for place in &places {
        place.check()?;
    }
    places
        .iter()
        .map(|place| {
            Ok(Placed {
                path: place.path().to_path_buf(),
                done: place.install(binary)?,
            })
        })
        .collect()
}

fn uninstall_from(folder: &Path, hooks: &Selection) -> Result<Vec<Placed>, InstallError> {
    inspect(folder, hooks)?
        .iter()
        .map(|place| {
            Ok(Placed {
                path: place.path().to_path_buf(),
                done: place.uninstall()?,
            })
        })
        .collect()
}

fn inspect(folder: &Path, hooks: &Selection) -> Result<Vec<place::Place<'static>>, InstallError> {
    hooks
        .iter()
        .map(|hook| place::Place::inspect(folder, hook))
        .collect()
}
