//! Dockerfiles and files of CI: a login there leaves the token in a layer, a log or a runner's disk.

use std::path::Path;

use bstr::ByteSlice as _;

use super::{Diagnosis, bytes_of};
use crate::source::Progress;

/// The commands that write a token to disk.
const LOGINS: [&str; 2] = ["huggingface-cli login", "hf auth login"];

/// No file that a person writes for a build is larger, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// What a file is for.
#[derive(Clone, Copy)]
enum Kind {
    Image,
    Ci,
}

pub(super) fn examine(root: &Path, progress: &Progress, diagnosis: &mut Diagnosis) {
    let walk = ignore::WalkBuilder::new(root)
        .hidden(false)
        .follow_links(false)
        .sort_by_file_path(Path::cmp)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    for entry in walk {
        progress.advance();
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                diagnosis.skip(bytes_of(root), &error);
                continue;
            }
        };
        let path = entry.path();
        let Some(kind) =
            kind(path, root).filter(|_| entry.file_type().is_some_and(|kind| kind.is_file()))
        else {
            continue;
        };
        if entry
            .metadata()
            .is_ok_and(|metadata| metadata.len() > MAX_BYTES)
        {
            continue;
        }
        match std::fs::read(path) {
            Ok(text) => file(path, kind, &text, diagnosis),
            Err(error) => diagnosis.skip(bytes_of(path), &error),
        }
    }
}

fn kind(path: &Path, root: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let below = path.strip_prefix(root).ok()?;
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    if name.starts_with("dockerfile")
        || name.starts_with("containerfile")
        || name.ends_with(".dockerfile")
    {
        return Some(Kind::Image);
    }
    let is_ci = (is_yaml
        && [
            ".github/workflows",
            ".circleci",
            ".gitlab",
            ".buildkite",
            ".woodpecker",
        ]
        .iter()
        .any(|folder| below.starts_with(folder)))
        || matches!(
            &*name,
            ".gitlab-ci.yml"
                | ".travis.yml"
                | "azure-pipelines.yml"
                | "bitbucket-pipelines.yml"
                | "jenkinsfile"
                | ".drone.yml"
        );
    is_ci.then_some(Kind::Ci)
}

fn file(path: &Path, kind: Kind, text: &[u8], diagnosis: &mut Diagnosis) {
    diagnosis.files += 1;
    for (number, line) in (1..).zip(text.lines()) {
        let is_comment = line.trim_ascii_start().starts_with(b"#");
        if is_comment || !LOGINS.iter().any(|login| line.contains_str(login)) {
            continue;
        }
        let (what, fix) = match kind {
            Kind::Image => (
                "a login while the image is built leaves the token in a layer",
                "RUN --mount=type=secret,id=HF_TOKEN,env=HF_TOKEN COMMAND  # docker build --secret id=HF_TOKEN",
            ),
            Kind::Ci => (
                "a login in CI writes the token to the runner's disk, and needs none",
                "env: { HF_TOKEN: \"${{ secrets.HF_TOKEN }}\" }, or no stored token at all: https://huggingface.co/docs/hub/trusted-publishers",
            ),
        };
        diagnosis.problem(format!("{}:{number}", path.display()), what, fix);
    }
}
