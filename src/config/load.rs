//! Where a configuration is read from.
//!
//! A hook reads it from the index: what is being committed decides, not a stray file of the work tree. A scan of files
//! reads the file.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::error::{ConfigError, Unfit};
use super::{Config, weakening};
use crate::git::{Mode, Oid, Repository};
use crate::text::escape;

/// What the configuration of a repository is called, at its root.
pub const FILE_NAME: &str = ".hf-guard.toml";

/// No configuration is larger, in bytes.
const MAX_BYTES: usize = 64 << 10;

/// Reads the configuration that the commit at hand will record; the default where it records none.
///
/// # Errors
/// [`ConfigError`] where there is one and it is no valid configuration.
pub fn from_index(repository: &Repository) -> Result<Config, ConfigError> {
    let Some((mode, oid)) = repository.index_entry(FILE_NAME.as_bytes())? else {
        return Ok(Config::default());
    };
    let mut config = from_blob(repository, mode, &oid)?;
    let head = repository.head_entry(FILE_NAME.as_bytes())?;
    if head == Some((mode, oid)) {
        return Ok(config);
    }
    let old = match head {
        // One that cannot be read accepted nothing.
        Some((mode, oid)) => from_blob(repository, mode, &oid).unwrap_or_default(),
        None => Config::default(),
    };
    config.news = weakening::lines(&old, &config);
    Ok(config)
}

/// Reads the configuration that `commit` records; the default where it records none.
///
/// # Errors
/// [`ConfigError`] where there is one and it is no valid configuration.
pub fn from_commit(repository: &Repository, commit: &Oid) -> Result<Config, ConfigError> {
    match repository.entry_at(commit, FILE_NAME.as_bytes())? {
        Some((mode, oid)) => from_blob(repository, mode, &oid),
        None => Ok(Config::default()),
    }
}

/// Reads a configuration from a blob of a repository.
///
/// # Errors
/// [`ConfigError`] where it is no valid configuration.
pub fn from_blob(repository: &Repository, mode: Mode, oid: &Oid) -> Result<Config, ConfigError> {
    let unfit = |problem| ConfigError::Unfit {
        name: FILE_NAME.to_owned(),
        problem,
    };
    match mode {
        Mode::File => Config::parse(FILE_NAME, &repository.blob(oid)?),
        Mode::Symlink => Err(unfit(Unfit::Symlink)),
        Mode::Gitlink => Err(unfit(Unfit::NotAFile)),
    }
}

/// Reads `.hf-guard.toml` of `folder`; the default where there is none.
///
/// # Errors
/// [`ConfigError`] where there is one and it is no valid configuration.
pub fn from_folder(folder: &Path) -> Result<Config, ConfigError> {
    match from_file(&folder.join(FILE_NAME)) {
        Err(ConfigError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(Config::default())
        }
        read => read,
    }
}

/// Reads the configuration `path`.
///
/// # Errors
/// [`ConfigError`] where it cannot be read or is no valid configuration.
pub fn from_file(path: &Path) -> Result<Config, ConfigError> {
    Config::parse(&shown(path), &bytes_of(path)?)
}

/// The bytes of a file that may be a configuration; not yet looked at.
///
/// # Errors
/// [`ConfigError`] where it cannot be read, or is a link or no regular file.
pub fn bytes_of(path: &Path) -> Result<Vec<u8>, ConfigError> {
    let failed = |source| ConfigError::Read {
        path: path.to_path_buf(),
        source,
    };
    let unfit = |problem| ConfigError::Unfit {
        name: shown(path),
        problem,
    };
    // Looked at before it is opened: opening a named pipe waits for ever.
    let kind = fs::symlink_metadata(path).map_err(failed)?.file_type();
    if kind.is_symlink() {
        return Err(unfit(Unfit::Symlink));
    }
    if !kind.is_file() {
        return Err(unfit(Unfit::NotAFile));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    Ok(bytes)
}

/// Whether `bytes` are more than a configuration may have.
pub(super) fn is_too_large(bytes: &[u8]) -> bool {
    bytes.len() > MAX_BYTES
}

fn shown(path: &Path) -> String {
    escape::for_terminal(path.as_os_str().as_encoded_bytes())
}
