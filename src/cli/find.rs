//! `hf-guard find`: where else a secret stands that is known to have leaked.

use std::collections::HashSet;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::time::SystemTime;

use super::args::{FindArguments, Options};
use super::{Ended, issuers, reporting, scan};
use crate::config;
use crate::issuer::credentials;
use crate::search::{self, Wanted};
use crate::secret::Secret;

/// No secret is shorter, in bytes: it would be found everywhere.
const MIN_SECRET_BYTES: usize = 12;

/// Why nothing can be looked for.
#[derive(Debug, thiserror::Error)]
enum FindError {
    /// Standard input holds none.
    #[error("standard input holds no secret; give one on each line")]
    Nothing,
    /// One is too short.
    #[error(
        "a secret on standard input is shorter than {MIN_SECRET_BYTES} bytes, and would be found everywhere"
    )]
    Short,
    /// A path is not there.
    #[error("cannot read {path:?}")]
    Missing {
        /// The path.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A hash is none.
    #[error("--sha256 takes 64 lower-case hex digits, as `secret_sha256` of a report has them")]
    Hash,
}

pub(super) fn run(arguments: &FindArguments, options: &Options) -> Ended {
    for path in &arguments.paths {
        path.symlink_metadata()
            .map_err(|source| FindError::Missing {
                path: path.clone(),
                source,
            })?;
    }
    let mut skipped = Vec::new();
    let mut wanted = Wanted::default();
    for hash in &arguments.sha256 {
        let is_hash = hash.len() == 64
            && hash
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if !is_hash {
            return Err(FindError::Hash.into());
        }
        wanted.hashes.insert(hash.clone());
    }
    if arguments.secret_from_stdin {
        wanted.secrets = from_stdin(options)?;
    }
    if let Some(report) = &arguments.from {
        let (again, report) = issuers::from_report(report, &arguments.fingerprint, options)?;
        wanted.secrets = credentials(&again.findings)
            .iter()
            .map(|credential| credential.secret.clone())
            .collect();
        // What does not stand there any more is looked for by its hash, where the report has one.
        let known: HashSet<String> = wanted.secrets.iter().map(Secret::sha256).collect();
        let mut by_hash = Vec::new();
        for (fingerprint, hash) in report.identities() {
            if let Some(hash) = hash.filter(|hash| !known.contains(*hash)) {
                wanted.hashes.insert(hash.to_owned());
                by_hash.push(fingerprint);
            }
        }
        skipped = again.skipped;
        skipped.retain(|skip| !by_hash.iter().any(|one| skip.reason.contains(one)));
    }
    let config = scan::configuration(options, || {
        config::from_folder(&std::env::current_dir().unwrap_or_default())
    })?;
    let scanner = scan::scanner(&config, options, SystemTime::now());
    let mut found = search::search(&wanted, &arguments.paths, &scanner, &options.progress)?;
    found.skipped.append(&mut skipped);
    reporting::write_places(&found, options)?;
    Ok(found.exit())
}

/// One secret a line: it never stands among the arguments, where every process of the machine can read it.
fn from_stdin(options: &Options) -> Result<Vec<Secret>, Box<dyn std::error::Error>> {
    let mut input = Vec::new();
    let mut stdin = io::stdin().lock();
    options
        .progress
        .while_waiting(|| stdin.read_to_end(&mut input))?;
    let mut seen = HashSet::new();
    let mut secrets = Vec::new();
    for line in input.split(|&byte| byte == b'\n') {
        let line = line.trim_ascii();
        if line.is_empty() || !seen.insert(line) {
            continue;
        }
        if line.len() < MIN_SECRET_BYTES {
            return Err(FindError::Short.into());
        }
        secrets.push(Secret::new(line.to_vec(), 0));
    }
    match secrets.is_empty() {
        true => Err(FindError::Nothing.into()),
        false => Ok(secrets),
    }
}
