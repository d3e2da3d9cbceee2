//! The reflogs, as texts: they hold names, addresses and subjects of commits that may be long gone.
//!
//! In: the directories of a repository. Out: each log with its name. Files are read as they are, since git passes over
//! lines whose commits are pruned; what the format reftable keeps is compressed, and git tells it.

use crate::order;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bstr::BString;

use super::plumbing::run;
use super::{GitError, Oid};

/// What a line of a reflog says, and of whom.
const REFTABLE_LOGS: [&str; 4] = [
    "log",
    "--walk-reflogs",
    "--all",
    "--format=%gD %gn <%ge>%x09%gs",
];

/// Name (`HEAD`, `refs/heads/main`) and text of every reflog, in order of name.
///
/// # Errors
/// [`GitError`] where a log or a folder of logs cannot be read.
pub(super) fn read(
    directory: &Path,
    common_dir: &Path,
    git_dir: &Path,
) -> Result<Vec<(BString, Vec<u8>)>, GitError> {
    let mut logs = Vec::new();
    if common_dir.join("reftable").is_dir() {
        logs.push((BString::from("reftable"), run(directory, &REFTABLE_LOGS)?));
    }
    let mut roots = vec![common_dir.join("logs"), git_dir.join("logs")];
    for work_tree in children(&common_dir.join("worktrees"))? {
        roots.push(work_tree.join("logs"));
    }
    order::sort(&mut roots);
    roots.dedup();
    for root in roots {
        below(&root, &mut |path| {
            let bytes = fs::read(path).map_err(|source| unreadable(path, source))?;
            let name = path.strip_prefix(&root).unwrap_or(path);
            logs.push((BString::from(name.as_os_str().as_encoded_bytes()), bytes));
            Ok(())
        })?;
    }
    order::sort(&mut logs);
    Ok(logs)
}

/// The commits at which linked work trees stand without a branch, each with the name by which git knows that HEAD from elsewhere:
/// `worktrees/NAME/HEAD`.
///
/// # Errors
/// [`GitError`] where a HEAD cannot be read.
pub(super) fn other_heads(common_dir: &Path) -> Result<Vec<(BString, Oid)>, GitError> {
    let mut heads = Vec::new();
    for work_tree in children(&common_dir.join("worktrees"))? {
        let path = work_tree.join("HEAD");
        match fs::read(&path) {
            Ok(head) => {
                let own = work_tree.file_name().unwrap_or_default();
                let name = [b"worktrees/", own.as_encoded_bytes(), b"/HEAD"].concat();
                heads.extend(Oid::from_hex(head.trim_ascii()).map(|oid| (name.into(), oid)));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(unreadable(&path, source)),
        }
    }
    Ok(heads)
}

/// Looks into each folder of refs.
///
/// # Errors
/// [`GitError`] where one cannot be listed.
pub(super) fn list_ref_folders(common_dir: &Path) -> Result<(), GitError> {
    let mut roots = vec![common_dir.join("refs")];
    for work_tree in children(&common_dir.join("worktrees"))? {
        roots.push(work_tree.join("refs"));
    }
    roots
        .iter()
        .try_for_each(|root| below(root, &mut |_| Ok(())))
}

/// Calls `visit` with every file below `folder`; links are not followed, as git makes none.
fn below(
    folder: &Path,
    visit: &mut dyn FnMut(&Path) -> Result<(), GitError>,
) -> Result<(), GitError> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for path in children(&folder)? {
            let kind = fs::symlink_metadata(&path).map_err(|source| unreadable(&path, source))?;
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                visit(&path)?;
            }
        }
    }
    Ok(())
}

/// What a folder holds; nothing where there is none.
fn children(folder: &Path) -> Result<Vec<PathBuf>, GitError> {
    match fs::read_dir(folder) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<_>>()
            .map_err(|source| unreadable(folder, source)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(unreadable(folder, source)),
    }
}

fn unreadable(path: &Path, source: io::Error) -> GitError {
    GitError::ReadFile {
        path: path.to_path_buf(),
        source,
    }
}
