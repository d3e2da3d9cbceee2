//! The rules of a folder, a family a file: what `build/` packs, and what tests hold against it.

use std::fs;
use std::path::{Path, PathBuf};

use super::model::Rule;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rules: Vec<Rule>,
}

/// The rules of one file, and what it is called.
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) rules: Vec<Rule>,
}

/// The rules of the TOML files in `folder`, in order of file name.
pub(crate) fn all(folder: &Path) -> Vec<Family> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    let family = |file: &PathBuf| {
        let text = fs::read_to_string(file).unwrap();
        let parsed = toml::from_str::<RuleFile>(&text);
        Family {
            name: file.file_stem().unwrap().to_str().unwrap().to_owned(),
            rules: parsed
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
                .rules,
        }
    };
    files.iter().map(family).collect()
}
