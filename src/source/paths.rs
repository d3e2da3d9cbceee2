//! Files and folders that the caller names, as they stand in the work tree.
//!
//! In: paths. Out: findings in all of their content, which counts as added. In a folder `.gitignore` is respected for what
//! git does not track, and `.git` left out; a link is read as the link that git would record and never followed.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use bstr::{BStr, BString, ByteSlice, ByteVec};

use super::{Progress, Scanned, SourceError, TEXTS_WORTH_A_THREAD, special};
use crate::finding::{Origin, Part};
use crate::outcome::Skip;
use crate::parallel;
use crate::scan::{Place, Scanner};

/// Where paths are counted from.
#[derive(Clone, Debug)]
pub struct Base {
    /// The current directory, absolute.
    pub current_dir: PathBuf,
    /// The root of the work tree, absolute; paths inside it are reported from there, as git records them.
    pub work_dir: Option<PathBuf>,
    /// What git tracks, from that root: `.gitignore` says nothing of it.
    pub tracked: Vec<BString>,
}

/// A file to read, and whether the caller named it.
struct File {
    path: PathBuf,
    named: bool,
}

/// Scans the files at and below `paths`.
///
/// # Errors
/// [`SourceError::Missing`] for a path that does not exist; what cannot be read below a folder is a skip.
pub fn scan(
    paths: &[PathBuf],
    base: &Base,
    scanner: &Scanner,
    progress: &Progress,
) -> Result<Scanned, SourceError> {
    let mut scanned = Scanned::default();
    let mut files = Vec::new();
    for path in paths {
        let metadata = fs::symlink_metadata(path).map_err(|source| SourceError::Missing {
            path: path.clone(),
            source,
        })?;
        if metadata.is_dir() {
            let begin = files.len();
            walk(path, base, &mut files, &mut scanned);
            if let Some(root) = &base.work_dir {
                let missed = ignored(path, root, &base.tracked, &files[begin..]);
                files.extend(missed.map_err(|source| SourceError::Missing {
                    path: path.clone(),
                    source,
                })?);
            }
        } else {
            files.push(File {
                path: path.clone(),
                named: true,
            });
        }
    }
    for one in parallel::map(&files, TEXTS_WORTH_A_THREAD, |file| {
        let one = scan_file(file, base, scanner);
        progress.advance();
        one
    }) {
        scanned.append(one?);
    }
    Ok(scanned)
}

fn walk(folder: &Path, base: &Base, files: &mut Vec<File>, scanned: &mut Scanned) {
    let entries = ignore::WalkBuilder::new(folder)
        .hidden(false)
        .ignore(false)
        .git_global(false)
        .require_git(false)
        .follow_links(false)
        .sort_by_file_path(Path::cmp)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    // A folder stands in the paths of what is in it; one in which nothing is read has a name all the same.
    let mut open: Option<PathBuf> = None;
    for entry in entries {
        if let Ok(entry) = &entry
            && let Some(path) = open.take_if(|path| !entry.path().starts_with(path))
        {
            files.push(File { path, named: false });
        }
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_dir()) => {
                open = Some(entry.into_path());
            }
            Ok(entry) => files.push(File {
                path: entry.into_path(),
                named: false,
            }),
            Err(error) => scanned.skipped.push(Skip {
                path: recorded(path_of(&error).unwrap_or(folder), base),
                // The error's own text repeats the path, which can hold a secret.
                reason: error.io_error().map_or_else(
                    || "cannot be walked".to_owned(),
                    |error| error.kind().to_string(),
                ),
                is_packed: false,
            }),
        }
    }
    files.extend(open.map(|path| File { path, named: false }));
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}

/// The files below `folder` that are `tracked`, counted from `root`, and that the walk has passed over: a `.env` that was
/// committed before it was ignored.
fn ignored(
    folder: &Path,
    root: &Path,
    tracked: &[BString],
    walked: &[File],
) -> io::Result<Vec<File>> {
    let mut missed = Vec::new();
    if tracked.is_empty() {
        return Ok(missed);
    }
    let below = |file: &'_ File| Some(file.path.strip_prefix(folder).ok()?.to_path_buf());
    let walked: HashSet<PathBuf> = walked.iter().filter_map(below).collect();
    let whole = folder.canonicalize()?;
    for path in tracked {
        let path = root.join(path.to_path_lossy());
        let Ok(inside) = path.strip_prefix(&whole) else {
            continue;
        };
        let file = folder.join(inside);
        if !walked.contains(inside) && may_stand(&file, &path) {
            missed.push(File {
                path: file,
                named: false,
            });
        }
    }
    Ok(missed)
}

/// Whether there is anything to read at `file`, which git calls `path`. What cannot be told is read, so that it is told.
fn may_stand(file: &Path, path: &Path) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    let is_gone = |error: &io::Error| matches!(error.kind(), NotFound | NotADirectory);
    match fs::symlink_metadata(file) {
        Ok(kind) if kind.is_dir() => false,
        Err(error) if is_gone(&error) => false,
        _ => {
            // A folder on the way that is a link now leads elsewhere.
            let [here, tracked] = [file, path].map(|path| path.parent().unwrap_or(path));
            match here.canonicalize() {
                Ok(here) => here == tracked,
                Err(error) => !is_gone(&error),
            }
        }
    }
}

fn scan_file(file: &File, base: &Base, scanner: &Scanner) -> Result<Scanned, SourceError> {
    let path = recorded(&file.path, base);
    let mut scanned = Scanned::default();
    let place = |part| Place {
        path: BStr::new(&path),
        part,
        origin: &Origin::Worktree,
    };
    scanned.scan_whole(scanner, &path, place(Part::Path))?;
    let texts = match read(file, base) {
        Ok(texts) => texts,
        Err(error) => {
            scanned.skipped.push(Skip {
                reason: error.to_string(),
                path,
                is_packed: false,
            });
            return Ok(scanned);
        }
    };
    if texts.is_empty() {
        scanned.summary.without_content += 1;
    }
    for (part, text) in texts {
        scanned.scan_whole(scanner, &text, place(part))?;
    }
    Ok(scanned)
}

/// What git would record of the file: its content, or a link's target; behind a link that was named and stays inside, or is
/// a pipe (`<(command)` of a shell), the content too. Nothing for sockets, pipes and devices that were not named: git records nothing of them.
fn read(file: &File, base: &Base) -> io::Result<Vec<(Part, Vec<u8>)>> {
    let kind = fs::symlink_metadata(&file.path)?.file_type();
    let mut texts = Vec::new();
    if kind.is_symlink() {
        let target = fs::read_link(&file.path)?;
        texts.push((
            Part::SymlinkTarget,
            Vec::from_path_lossy(&target).into_owned(),
        ));
        if !file.named {
            return Ok(texts);
        }
        if !special::is_pipe(&fs::metadata(&file.path)?) {
            let inside = base.work_dir.as_ref().unwrap_or(&base.current_dir);
            let target = file.path.canonicalize()?;
            if !target.starts_with(inside) || target.is_dir() {
                return Err(io::Error::other(
                    "a link that is not followed; name what it points to",
                ));
            }
        }
    }
    if file.named && special::is_device(&fs::metadata(&file.path)?) {
        return Err(io::Error::other(
            "a device, which may have no end; write what is to be read to a file, and name that",
        ));
    }
    if kind.is_file() || file.named {
        texts.push((Part::Content, fs::read(&file.path)?));
    }
    Ok(texts)
}

/// `path` from the root of the work tree where it lies inside, else as the caller wrote it; forward slashes.
fn recorded(path: &Path, base: &Base) -> BString {
    let absolute = normalize(&base.current_dir.join(path));
    let shown = match &base.work_dir {
        Some(root) => absolute.strip_prefix(root).unwrap_or(path),
        None => path.strip_prefix(".").unwrap_or(path),
    };
    let bytes = Vec::from_path_lossy(shown).into_owned();
    let bytes = if cfg!(windows) {
        bytes.replace(b"\\", b"/")
    } else {
        bytes
    };
    BString::from(bytes)
}

/// Takes `.` and `..` out without asking the file system, so that a link is not followed.
fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
