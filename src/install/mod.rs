//! Puts the hooks of `hooks/` in place and takes them away.
//!
//! In: a repository, or the person's own git configuration, and the path of the program. Out: what was done to each
//! hook. [`folder`] finds where git looks for hooks and refuses where writing would do harm, [`shim`] holds the files
//! of `hooks/`, [`place`] changes one hook so that it is never half-written, and [`global`] serves every repository.
//! It asks git itself, as only git knows what its configuration means.

mod error;
mod folder;
mod git;
mod global;
mod place;
mod shim;

use std::path::{Path, PathBuf};

pub use error::InstallError;
pub use folder::HookFolder;
pub use git::Git;
pub use global::{Global, install as install_globally, uninstall as uninstall_globally};
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
    /// One entry a hook, in the order of [`HOOKS`].
    pub hooks: Vec<Placed>,
    /// What the person should know about this folder.
    pub folder: HookFolder,
}

/// Installs every hook into the repository that `git` stands in; `binary` is the program that they call.
///
/// # Errors
/// [`InstallError`] where there is no repository, its hooks are not its own, or a file cannot be written.
pub fn install(git: &Git, binary: &Path) -> Result<Changes, InstallError> {
    let folder = folder::of_repository(git)?;
    Ok(Changes {
        hooks: install_into(&folder.path, binary)?,
        folder: folder.kind,
    })
}

/// Takes every hook out of the repository that `git` stands in and restores what was there before.
///
/// # Errors
/// [`InstallError`] where there is no repository or a file cannot be removed.
pub fn uninstall(git: &Git) -> Result<Changes, InstallError> {
    let folder = folder::to_clear(git)?;
    Ok(Changes {
        hooks: uninstall_from(&folder.path)?,
        folder: folder.kind,
    })
}

/// Looks at every hook before it changes the first, so that a refusal leaves all of them as they were.
fn install_into(folder: &Path, binary: &Path) -> Result<Vec<Placed>, InstallError> {
    let places = inspect(folder)?;
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

fn uninstall_from(folder: &Path) -> Result<Vec<Placed>, InstallError> {
    inspect(folder)?
        .iter()
        .map(|place| {
            Ok(Placed {
                path: place.path().to_path_buf(),
                done: place.uninstall()?,
            })
        })
        .collect()
}

fn inspect(folder: &Path) -> Result<Vec<place::Place<'static>>, InstallError> {
    HOOKS
        .iter()
        .map(|hook| place::Place::inspect(folder, hook))
        .collect()
}
