//! `hf-guard rules import`: what a team wrote for another scanner, as `.hf-guard.toml`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::args::{self, Options};
use super::{Ended, scan};
use crate::config::Config;
use crate::git::{Ownership, Repository};
use crate::migrate::{detect_secrets, gitleaks};
use crate::outcome::Exit;
use crate::text::escape;

/// Why nothing could be imported.
#[derive(Debug, thiserror::Error)]
enum ImportError {
    /// The file cannot be read.
    #[error("cannot read {path:?}; name the file of the other scanner")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

pub(super) fn run(
    from: args::Scanner,
    file: &Path,
    options: &Options,
    out: &mut dyn Write,
) -> Ended {
    let bytes = fs::read(file).map_err(|source| ImportError::Read {
        path: file.to_path_buf(),
        source,
    })?;
    let name = escape::for_terminal(file.as_os_str().as_encoded_bytes());
    let scanner = scan::scanner(&Config::default(), options, SystemTime::now());
    let mut migration = match from {
        args::Scanner::Gitleaks => gitleaks::read(&name, &String::from_utf8_lossy(&bytes))?,
        args::Scanner::DetectSecrets => {
            // Its paths are counted from where it was run: from the root, as a rule.
            let root = Repository::open(Ownership::Check)
                .ok()
                .and_then(|repository| repository.work_dir())
                .unwrap_or_else(|| PathBuf::from("."));
            detect_secrets::read(&name, &bytes, &scanner, |path| {
                fs::read(root.join(path)).ok()
            })?
        }
    };
    migration.drop_secrets(&scanner)?;
    out.write_all(migration.to_toml().as_bytes())?;
    out.flush()?;
    let mut stderr = io::stderr().lock();
    for line in &migration.left_out {
        writeln!(
            stderr,
            "hf-guard: not carried over: {}",
            escape::for_terminal(line.as_bytes())
        )?;
    }
    writeln!(
        stderr,
        "hf-guard: {} entries and {} rules carried over, {} things not",
        migration.entries.len(),
        migration.rules.len(),
        migration.left_out.len()
    )?;
    Ok(Exit::Clean)
}
