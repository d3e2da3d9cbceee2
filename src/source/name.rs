//! What a repository is called in reports, so that those of several machines can be brought together.
//!
//! In: an open repository. Out: host and path of its remote, which every clone shares; without one, the name of its folder.

use bstr::{BStr, BString};

use super::url;
use crate::git::{GitError, Repository};
use crate::scan::Scanner;
use crate::text::path;

/// The name of `repository`, encoded as [`path::encode`] does, with secrets masked that stand in an address.
///
/// # Errors
/// [`GitError`] where git cannot tell its remotes.
pub fn repository_name(repository: &Repository, scanner: &Scanner) -> Result<String, GitError> {
    let remotes = repository.settings(r"^remote\..*\.url$")?;
    let origin = remotes.iter().find(|(key, _)| key == "remote.origin.url");
    let name = origin
        .or(remotes.first())
        .and_then(|(_, url)| url::name(BStr::new(url)));
    let name = name.unwrap_or_else(|| folder(repository));
    Ok(path::encode(&scanner.shown_path(BStr::new(&name))))
}

/// The name of the work tree's folder, or of the git directory where there is none.
fn folder(repository: &Repository) -> BString {
    let folder = repository
        .work_dir()
        .unwrap_or_else(|| repository.git_dir().to_path_buf());
    let name = folder.file_name().unwrap_or(folder.as_os_str());
    let name = name.as_encoded_bytes();
    BString::from(
        name.strip_suffix(b".git")
            .filter(|name| !name.is_empty())
            .unwrap_or(name),
    )
}
