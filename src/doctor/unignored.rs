//! Files that hold secrets by custom, and that nothing keeps out of the next `git add .`.

use std::path::Path;

use bstr::ByteSlice as _;
use ignore::gitignore::GitignoreBuilder;

use super::{Diagnosis, bytes_of};
use crate::git::Repository;

/// Such files, by the end of their path.
const NAMES: [&str; 12] = [
    ".env",
    ".env.local",
    ".env.production",
    ".env.development",
    ".envrc",
    ".netrc",
    ".pypirc",
    "kaggle.json",
    ".streamlit/secrets.toml",
    "credentials.json",
    ".huggingface/token",
    "stored_tokens",
];

pub(super) fn examine(root: &Path, repository: &Repository, diagnosis: &mut Diagnosis) {
    // Whatever git's own ignore files leave out does not come this way.
    let walk = ignore::WalkBuilder::new(root)
        .hidden(false)
        .ignore(false)
        .follow_links(false)
        .sort_by_file_path(Path::cmp)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    // A walk that breaks off is told where builds are looked for.
    for entry in walk.flatten() {
        let path = entry.path();
        let Some(name) = NAMES.iter().find(|name| path.ends_with(name)) else {
            continue;
        };
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let below = bytes_of(path.strip_prefix(root).unwrap_or(path));
        let is_tracked = repository
            .index_entry(&below.replace(b"\\", b"/"))
            .is_ok_and(|entry| entry.is_some());
        match is_tracked {
            true => diagnosis.problem(
                below.clone(),
                "git tracks it, and it holds secrets by custom",
                format!("git rm --cached '{below}' && echo '{name}' >> .gitignore"),
            ),
            false => diagnosis.problem(
                below,
                "nothing keeps it out of the next `git add .`",
                format!("echo '{name}' >> .gitignore"),
            ),
        }
    }
    if !root.join(".env").exists() && !ignores_env(root, repository) {
        diagnosis.problem(
            ".gitignore",
            "nothing keeps a .env out of the next `git add .`",
            "echo '.env' >> .gitignore",
        );
    }
}

fn ignores_env(root: &Path, repository: &Repository) -> bool {
    let mut builder = GitignoreBuilder::new(root);
    // What cannot be read ignores nothing.
    drop(builder.add(root.join(".gitignore")));
    drop(builder.add(repository.common_dir().join("info/exclude")));
    let (global, _) = ignore::gitignore::Gitignore::global();
    let env = root.join(".env");
    builder
        .build()
        .is_ok_and(|rules| rules.matched(&env, false).is_ignore())
        || global.matched(&env, false).is_ignore()
}
