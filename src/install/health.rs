//! Whether the hooks of a repository would run, looked at without changing anything.
//!
//! In: git. Out: what is wrong, with the line that mends it.

use std::fs;
use std::path::{Path, PathBuf};

use super::folder;
use super::git::Git;
use super::{HOOKS, InstallError};

/// Files in which other tools are told to run hf-guard.
const MANAGERS: [&str; 5] = [
    ".pre-commit-config.yaml",
    "lefthook.yml",
    ".lefthook.yml",
    "package.json",
    ".husky/pre-commit",
];

/// Hooks without which something gets past.
const NEEDED: [&str; 2] = ["pre-commit", "pre-push"];

/// Something wrong with a hook.
#[derive(Debug)]
pub struct Ailment {
    /// The file that git looks for, or the folder.
    pub path: PathBuf,
    /// What is wrong, as a sentence without its full stop.
    pub what: String,
    /// A line that mends it.
    pub fix: String,
}

/// Looks at the hooks of the repository that `git` stands in.
///
/// # Errors
/// [`InstallError`] where git does not answer, or `core.hooksPath` leads elsewhere: its message says what to do.
pub fn health(git: &Git) -> Result<Vec<Ailment>, InstallError> {
    let configured = git.read(&["config", "--get-regexp", r"^hook\.hf-guard-.*\.command$"]);
    if configured.is_ok_and(|lines| !lines.is_empty()) {
        return Ok(Vec::new());
    }
    let folder = folder::of_repository(git)?;
    let managed = managed(git);
    Ok(HOOKS
        .iter()
        .filter_map(|hook| {
            let path = folder.path.join(hook.name);
            let (what, fix) = ailment(&path, NEEDED.contains(&hook.name), managed)?;
            Some(Ailment { path, what, fix })
        })
        .collect())
}

fn ailment(path: &Path, is_needed: bool, managed: bool) -> Option<(String, String)> {
    let install = "hf-guard install".to_owned();
    let quoted = path.display();
    if fs::symlink_metadata(path).is_err() {
        return (is_needed && !managed).then(|| {
            (
                "this hook is not installed: nothing is scanned here".to_owned(),
                install,
            )
        });
    }
    let Ok(metadata) = fs::metadata(path) else {
        return Some((
            "a link that leads nowhere: git runs no hook".to_owned(),
            format!("rm '{quoted}' && hf-guard install"),
        ));
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o111 == 0 {
            return Some((
                "it is not executable, and git passes over it with no more than a hint".to_owned(),
                format!("chmod +x '{quoted}'"),
            ));
        }
    }
    #[cfg(not(unix))]
    let _: fs::Metadata = metadata;
    let content = fs::read(path).unwrap_or_default();
    let calls = content.windows(8).any(|window| window == b"hf-guard");
    (is_needed && !calls && !managed).then(|| {
        (
            "another hook stands here, and it does not call hf-guard".to_owned(),
            install,
        )
    })
}

/// Whether a hook manager of the repository is told to run hf-guard.
fn managed(git: &Git) -> bool {
    let Ok(top) = git.read(&["rev-parse", "--show-toplevel"]) else {
        return false;
    };
    let Ok(top) = super::git::to_path(&top) else {
        return false;
    };
    MANAGERS
        .iter()
        .any(|name| fs::read_to_string(top.join(name)).is_ok_and(|text| text.contains("hf-guard")))
}
