//! The home folder: files that hold tokens by design, and those that should hold none.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Diagnosis, Machine, bytes_of, found, word};
use crate::rules::RuleError;
use crate::scan::Scanner;
use bstr::BStr;

/// Files that hold credentials by design: nobody else may read them.
const KEEPERS: [&str; 14] = [
    ".cache/huggingface/token",
    ".cache/huggingface/stored_tokens",
    ".cache/huggingface_staging/token",
    ".huggingface/token",
    ".git-credentials",
    ".config/git/credentials",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".kaggle/kaggle.json",
    ".docker/config.json",
    ".aws/credentials",
    ".config/gh/hosts.yml",
    ".config/wandb/settings",
];

/// What shells and interpreters remember of what was typed.
const HISTORIES: [&str; 8] = [
    ".bash_history",
    ".zsh_history",
    ".histfile",
    ".local/share/fish/fish_history",
    ".python_history",
    ".node_repl_history",
    ".sqlite_history",
    ".psql_history",
];

/// What shells read when they start.
const STARTS: [&str; 11] = [
    ".bashrc",
    ".bash_profile",
    ".bash_aliases",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    ".config/fish/config.fish",
    ".xprofile",
    ".gitconfig",
    ".config/git/config",
];

pub(super) fn examine(
    machine: &Machine<'_>,
    scanner: &Scanner,
    diagnosis: &mut Diagnosis,
) -> Result<(), RuleError> {
    let mut keepers: Vec<PathBuf> = Vec::new();
    if let Some(hf_home) = &machine.hf_home {
        keepers.extend(["token", "stored_tokens"].map(|name| hf_home.join(name)));
    }
    let Some(home) = &machine.home else {
        diagnosis.skip("the home folder", &"HOME is not set");
        return Ok(());
    };
    keepers.extend(KEEPERS.map(|name| home.join(name)));
    keepers.dedup();
    for path in &keepers {
        keeper(path, diagnosis);
    }
    for name in HISTORIES {
        let path = home.join(name);
        let found = texts(&path, scanner, diagnosis)?;
        // One command for all of them: each that deletes a line moves those below it.
        let mut lines: Vec<String> = found.iter().map(|(_, line)| format!("{line}d")).collect();
        lines.dedup();
        let lines = lines.join(";");
        for (what, line) in found {
            let file = word(&path);
            diagnosis.problem(
                format!("{}:{line}", path.display()),
                format!("{what} was typed and is remembered"),
                format!("revoke it, then: sed -i.old '{lines}' {file} && rm {file}.old"),
            );
        }
    }
    for name in STARTS {
        let path = home.join(name);
        for (what, line) in texts(&path, scanner, diagnosis)? {
            diagnosis.problem(
                format!("{}:{line}", path.display()),
                format!("{what} stands in a file that is copied, shared and read by every program"),
                "keep it in a file of its own: export HF_TOKEN=\"$(cat ~/.cache/huggingface/token)\"",
            );
        }
    }
    Ok(())
}

fn keeper(path: &Path, diagnosis: &mut Diagnosis) {
    let metadata = match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.len() > 0 => metadata,
        Ok(_) => return,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
        Err(error) => return diagnosis.skip(bytes_of(path), &error),
    };
    diagnosis.files += 1;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            diagnosis.problem(
                bytes_of(path),
                format!("others on this machine may read it (mode {mode:03o})"),
                format!("chmod 600 {}", word(path)),
            );
        }
    }
    #[cfg(not(unix))]
    let _: fs::Metadata = metadata;
    if path.ends_with(".git-credentials") || path.ends_with("git/credentials") {
        diagnosis.problem(
            bytes_of(path),
            "git keeps passwords in it as plain text",
            "git config --global credential.helper cache  # macOS: osxkeychain, Windows: manager; then delete the file",
        );
    }
}

/// What each finding in a file is, and its line; nothing where there is no such file.
fn texts(
    path: &Path,
    scanner: &Scanner,
    diagnosis: &mut Diagnosis,
) -> Result<Vec<(String, usize)>, RuleError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            diagnosis.skip(bytes_of(path), &error);
            return Ok(Vec::new());
        }
    };
    diagnosis.files += 1;
    let name = bytes_of(path);
    let findings = found(scanner, BStr::new(&name), &text)?;
    Ok(findings
        .iter()
        .map(|finding| {
            (
                format!("{} {}", finding.rule.description, finding.secret),
                finding.start.line,
            )
        })
        .collect())
}
