//! The one file of hf-guard that holds secrets: made so that only its owner can read it and git never picks it up, and removed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::replacement;

/// No such file is larger, in bytes.
const MAX_BYTES: u64 = 1 << 24;

/// Why the file was not written, or not removed.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It would lie where git adds files.
    #[error(
        "{path:?} lies in a work tree, where `git add` would pick it up, and it would hold secrets; name a file below its .git, or \
         outside of it"
    )]
    InWorkTree {
        /// The file.
        path: PathBuf,
    },
    /// It is there.
    #[error(
        "{path:?} is there already; remove it with `hf-guard respond --remove-replace-text FILE`, or name another"
    )]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("cannot write {path:?}; name another file")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It is something else.
    #[error(
        "{path:?} is not what `hf-guard respond --replace-text` writes, so it stays; look at it and remove it by hand"
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be removed.
    #[error("cannot remove {path:?}; it holds secrets: remove it by hand")]
    Remove {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// Writes `text` to `path`, which must not be there, for its owner only; `work_dir` is the work tree of the repository at hand.
/// Gives its absolute path.
///
/// # Errors
/// [`FileError`]; then nothing is left behind.
pub fn write(path: &Path, text: &[u8], work_dir: Option<&Path>) -> Result<PathBuf, FileError> {
    let failed = |source| FileError::Write {
        path: path.to_path_buf(),
        source,
    };
    let whole = whole(path).map_err(failed)?;
    if is_in_work_tree(&whole, work_dir) {
        return Err(FileError::InWorkTree {
            path: path.to_path_buf(),
        });
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&whole).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => FileError::Exists {
            path: path.to_path_buf(),
        },
        _ => failed(source),
    })?;
    if let Err(source) = file.write_all(text).and_then(|()| file.sync_all()) {
        drop(file);
        // What is half there holds secrets too; the error to tell is the first one.
        drop(fs::remove_file(&whole));
        return Err(failed(source));
    }
    Ok(whole)
}

/// Overwrites and removes a file that [`write()`] made.
///
/// # Errors
/// [`FileError::NotOurs`] for any other file, [`FileError::Remove`] where the system refuses.
pub fn remove(path: &Path) -> Result<(), FileError> {
    let failed = |source| FileError::Remove {
        path: path.to_path_buf(),
        source,
    };
    let not_ours = || FileError::NotOurs {
        path: path.to_path_buf(),
    };
    let about = fs::symlink_metadata(path).map_err(failed)?;
    if !about.is_file() || about.len() > MAX_BYTES {
        return Err(not_ours());
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(failed)?;
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(failed)?;
    if !replacement::is_ours(&text) {
        return Err(not_ours());
    }
    // A courtesy: what lies under a file system that copies on write, or in a backup, stays.
    blank(&mut file, text.len()).map_err(failed)?;
    drop(file);
    fs::remove_file(path).map_err(failed)
}

fn blank(file: &mut File, len: usize) -> io::Result<()> {
    use std::io::Seek as _;
    file.rewind()?;
    file.write_all(&vec![0; len])?;
    file.sync_all()
}

/// The path with its folder's links followed.
fn whole(path: &Path) -> io::Result<PathBuf> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    Ok(folder.canonicalize()?.join(name))
}

/// Whether git would add it: to the repository at hand, or to one that begins in a folder above. git adds nothing whose path
/// has a folder called `.git`.
fn is_in_work_tree(path: &Path, work_dir: Option<&Path>) -> bool {
    let is_inside_git = path
        .components()
        .any(|part| part.as_os_str().eq_ignore_ascii_case(".git"));
    if is_inside_git {
        return false;
    }
    let own = work_dir.and_then(|folder| folder.canonicalize().ok());
    own.is_some_and(|folder| path.starts_with(folder))
        || path
            .ancestors()
            .skip(1)
            .any(|folder| fs::symlink_metadata(folder.join(".git")).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> Vec<u8> {
        let secret = crate::secret::Secret::new(b"not a secret at all".to_vec(), 0);
        let one = replacement::Replacement {
            placeholder: replacement::placeholder(&"0".repeat(32)),
            extent: replacement::Extent::Whole,
            secret,
        };
        replacement::lines(&[one], replacement::Style::Literal)
    }

    #[test]
    #[cfg(unix)]
    fn only_its_owner_reads_it_and_nothing_is_overwritten() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("replace.txt");
        let written = write(&path, &text(), None).expect("it can be written");
        let mode = fs::metadata(&written).expect("it is there").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        let again = write(&path, &text(), None);
        assert!(matches!(again, Err(FileError::Exists { .. })));
        // Not even through a link that leads nowhere.
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path().join("target"), &link).expect("a link");
        assert!(matches!(
            write(&link, &text(), None),
            Err(FileError::Exists { .. })
        ));
        assert!(!folder.path().join("target").exists());
        assert!(matches!(remove(&link), Err(FileError::NotOurs { .. })));
        remove(&path).expect("it is ours");
        assert!(!path.exists());
    }

    #[test]
    fn git_never_picks_it_up() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let refused = |path: &str, work_dir: Option<&Path>| {
            matches!(
                write(&folder.path().join(path), &text(), work_dir),
                Err(FileError::InWorkTree { .. })
            )
        };
        fs::create_dir_all(folder.path().join("repo/.git/info")).expect("folders can be made");
        fs::create_dir_all(folder.path().join("repo/deep/er")).expect("folders can be made");
        fs::create_dir_all(folder.path().join("tree/sub")).expect("folders can be made");
        fs::write(folder.path().join("tree/.git"), "gitdir: x").expect("a file");
        assert!(refused("repo/a", None));
        assert!(refused("repo/deep/er/a", None));
        assert!(refused("repo/.git/../a", None));
        assert!(refused("tree/sub/a", None));
        assert!(refused("a", Some(folder.path())));
        assert!(!refused("repo/.git/a", None));
        assert!(!refused("repo/.git/info/a", None));
        assert!(!refused("a", None));
    }

    #[test]
    fn nothing_else_is_removed() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("mine.txt");
        fs::write(&path, "dear diary\n").expect("it can be written");
        assert!(matches!(remove(&path), Err(FileError::NotOurs { .. })));
        assert!(matches!(
            remove(folder.path()),
            Err(FileError::NotOurs { .. })
        ));
        assert_eq!(fs::read(&path).expect("it is there"), b"dear diary\n");
        let gone = remove(&folder.path().join("nothing"));
        assert!(matches!(gone, Err(FileError::Remove { .. })));
    }
}
