//! One hook: what is there, and how ours takes and leaves its place.
//!
//! A foreign hook is kept beside ours as `NAME.before-hf-guard`. Every step leaves either the old hook or the new one
//! for git to run, whole and executable: a hook that is empty, half-written or not executable would let a commit pass.

use std::fs::{self, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::InstallError;
use super::shim::{Hook, is_shim};

/// What is put behind the name of a hook that is kept.
pub const KEPT_SUFFIX: &str = ".before-hf-guard";

/// What pre-commit and prek put behind the name of a hook that they find and call first.
const LEGACY_SUFFIX: &str = ".legacy";

/// What was done to a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Ours is new.
    Installed,
    /// Ours is new; the hook that was there is kept.
    InstalledBefore(Kept),
    /// Ours was of another version or called another program.
    Updated,
    /// Ours is called by the hook of pre-commit or prek, which was installed later.
    Chained,
    /// Ours was there.
    Unchanged,
    /// Ours is gone.
    Removed,
    /// Ours is gone, and the hook that was there before is back.
    Restored,
    /// Ours was not there.
    Absent,
}

/// Whether git would run the hook that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It runs before ours.
    RunsFirst,
    /// It runs after ours, and only if ours found nothing.
    RunsLast,
    /// Git passed over it, and so does ours: it is not executable, or a link that leads nowhere.
    Ignored,
}

/// The place of one hook.
#[derive(Debug)]
pub(super) struct Place<'a> {
    hook: &'a Hook,
    path: PathBuf,
    kept: PathBuf,
    legacy: PathBuf,
    found: Found,
    kept_is_there: bool,
    legacy_is_ours: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    Ours,
    Foreign,
}

impl<'a> Place<'a> {
    /// Looks at what is there.
    pub(super) fn inspect(folder: &Path, hook: &'a Hook) -> Result<Self, InstallError> {
        let beside = |suffix: &str| folder.join(format!("{}{suffix}", hook.name));
        let (path, kept, legacy) = (beside(""), beside(KEPT_SUFFIX), beside(LEGACY_SUFFIX));
        Ok(Self {
            hook,
            found: look(&path)?,
            kept_is_there: look(&kept)? != Found::Nothing,
            legacy_is_ours: look(&legacy)? == Found::Ours,
            path,
            kept,
            legacy,
        })
    }

    /// The file that git runs.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses what [`Self::install`] would refuse, and changes nothing.
    pub(super) fn check(&self) -> Result<(), InstallError> {
        if self.found == Found::Foreign
            && self.kept_is_there
            && !self.legacy_is_ours
            && !same_content(&self.path, &self.kept)?
        {
            return Err(InstallError::KeptInTheWay {
                hook: self.path.clone(),
                kept: self.kept.clone(),
            });
        }
        Ok(())
    }

    /// Puts our hook in place, in front of whatever is there.
    pub(super) fn install(&self, binary: &Path) -> Result<Done, InstallError> {
        self.check()?;
        let shim = self.hook.shim(binary)?;
        let done = match self.found {
            Found::Ours if is_written(&self.path, &shim)? => Done::Unchanged,
            Found::Ours => Done::Updated,
            Found::Nothing if self.kept_is_there => Done::InstalledBefore(self.fate()?),
            Found::Nothing => Done::Installed,
            Found::Foreign if !self.kept_is_there => {
                keep(&self.path, &self.kept)?;
                Done::InstalledBefore(self.fate()?)
            }
            // Written anew by its owner, as husky does, or left by a run that was cut off.
            Found::Foreign if same_content(&self.path, &self.kept)? => {
                Done::InstalledBefore(self.fate()?)
            }
            Found::Foreign => {
                if !is_written(&self.legacy, &shim)? {
                    write(&self.legacy, &shim)?;
                }
                return Ok(Done::Chained);
            }
        };
        if done != Done::Unchanged {
            write(&self.path, &shim)?;
        }
        if self.legacy_is_ours {
            remove(&self.legacy)?;
        }
        Ok(done)
    }

    /// Takes our hook away and puts back what was there before.
    pub(super) fn uninstall(&self) -> Result<Done, InstallError> {
        let ours = match (self.found, self.legacy_is_ours) {
            (Found::Ours, _) => &self.path,
            (_, true) => &self.legacy,
            (_, false) => return Ok(Done::Absent),
        };
        // The hook of pre-commit that we kept is the one that runs already.
        let kept_runs_already = ours == &self.legacy
            && self.found == Found::Foreign
            && self.kept_is_there
            && same_content(&self.path, &self.kept)?;
        let done = if kept_runs_already {
            remove(ours)?;
            remove(&self.kept)?;
            Done::Restored
        } else if self.kept_is_there {
            fs::rename(&self.kept, ours).map_err(InstallError::file("restore", ours))?;
            Done::Restored
        } else {
            remove(ours)?;
            Done::Removed
        };
        if ours == &self.path && self.legacy_is_ours {
            remove(&self.legacy)?;
        }
        Ok(done)
    }

    /// Whether and when the kept hook runs.
    fn fate(&self) -> Result<Kept, InstallError> {
        match fs::metadata(&self.kept) {
            Ok(metadata) if metadata.is_file() && is_executable(&metadata) => {
                Ok(if self.hook.runs_first() {
                    Kept::RunsLast
                } else {
                    Kept::RunsFirst
                })
            }
            Ok(_) => Ok(Kept::Ignored),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Kept::Ignored),
            Err(error) => Err(InstallError::file("look at", &self.kept)(error)),
        }
    }
}

/// A link is never ours, whatever it leads to: `pre-merge-commit` is often a link to `pre-commit`.
fn look(path: &Path) -> Result<Found, InstallError> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(InstallError::file("look at", path)(error)),
    };
    if metadata.is_symlink() {
        return Ok(Found::Foreign);
    }
    if !metadata.is_file() {
        return Err(InstallError::NotAFile {
            path: path.to_path_buf(),
        });
    }
    let content = fs::read(path).map_err(InstallError::file("read", path))?;
    Ok(if is_shim(&content) {
        Found::Ours
    } else {
        Found::Foreign
    })
}

/// Whether two hooks are one and the same. A link equals only a link with the same target.
fn same_content(one: &Path, other: &Path) -> Result<bool, InstallError> {
    let read = |path: &Path| -> Result<(bool, Vec<u8>), InstallError> {
        let is_link = fs::symlink_metadata(path)
            .map_err(InstallError::file("look at", path))?
            .is_symlink();
        if is_link {
            let target = fs::read_link(path).map_err(InstallError::file("read", path))?;
            Ok((true, target.into_os_string().into_encoded_bytes()))
        } else {
            let content = fs::read(path).map_err(InstallError::file("read", path))?;
            Ok((false, content))
        }
    };
    Ok(read(one)? == read(other)?)
}

/// Gives the hook its second name. It keeps its first one until ours is renamed over it.
fn keep(path: &Path, kept: &Path) -> Result<(), InstallError> {
    // Some file systems have no hard links; there the hook is gone for a moment.
    fs::hard_link(path, kept)
        .or_else(|_| fs::rename(path, kept))
        .map_err(InstallError::file("keep the hook as", kept))
}

/// Writes a hook under another name, makes it executable and renames it into place.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), InstallError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(InstallError::file("make the folder", folder))?;
    let mut file = tempfile::Builder::new()
        .prefix(".hf-guard-")
        .tempfile_in(folder)
        .map_err(InstallError::file("write into", folder))?;
    file.write_all(content)
        .and_then(|()| make_executable(file.as_file()))
        .and_then(|()| file.as_file().sync_all())
        .map_err(InstallError::file("write into", folder))?;
    file.persist(path)
        .map_err(|error| InstallError::file("write", path)(error.error))?;
    Ok(())
}

pub(super) fn remove(path: &Path) -> Result<(), InstallError> {
    fs::remove_file(path).map_err(InstallError::file("remove", path))
}

fn is_written(path: &Path, content: &[u8]) -> Result<bool, InstallError> {
    let metadata = fs::metadata(path).map_err(InstallError::file("look at", path))?;
    let there = fs::read(path).map_err(InstallError::file("read", path))?;
    Ok(there == content && is_executable(&metadata))
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &Metadata) -> bool {
    true
}

#[cfg(unix)]
fn make_executable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_file: &fs::File) -> io::Result<()> {
    Ok(())
}
