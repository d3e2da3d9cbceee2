//! `hf-guard allow`: accept a finding by its fingerprint.
//!
//! In: the fingerprint of a report, and a reason. Out: one more entry in `.hf-guard.toml` of the work tree, replaced as
//! a whole or not at all.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Ended;
use super::args::{AllowArguments, Options};
use crate::config::{self, Appended, Config, ConfigError, NewEntry};
use crate::date::Date;
use crate::fingerprint::Fingerprint;
use crate::git::{Ownership, Repository};
use crate::outcome::Exit;
use crate::scan::Scanner;
use crate::source;
use crate::text::escape;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
enum AllowError {
    // The argument is not repeated: it may be the secret itself.
    #[error("that is no fingerprint; copy the 32 hex digits that the report prints")]
    Fingerprint,
    #[error("--reason is empty; say in a few words why this may stay")]
    NoReason,
    #[error("--reason must be one line of plain text")]
    ReasonIsNoLine,
    #[error("--reason itself holds a credential; say why without it")]
    ReasonHoldsSecret,
    #[error("--expires is no day of the calendar; write it as in 2027-01-31")]
    Expires,
    #[error("--expires {0} is over; name a day to come")]
    Expired(Date),
    #[error("`hf-guard allow` writes to the configuration; leave out --no-config")]
    NoConfig,
    #[error(
        "this repository has no work tree to write `.hf-guard.toml` to; name a file with --config FILE"
    )]
    Bare,
    #[error("cannot write {}; nothing was changed", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the entry was written, but standard output is closed")]
    Stdout {
        #[source]
        source: io::Error,
    },
}

pub(super) fn run(arguments: &AllowArguments, options: &Options) -> Ended {
    if options.no_config {
        return Err(AllowError::NoConfig.into());
    }
    let today = Date::of(SystemTime::now());
    let mut entry = entry(arguments, today)?;
    let target = Target::of(options)?;
    let name = escape::for_terminal(target.path.as_os_str().as_encoded_bytes());
    let old = match config::bytes_of(&target.path) {
        Err(ConfigError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => None,
        read => Some(read?),
    };
    let bytes = old.as_deref().unwrap_or_default();
    let config = Config::parse(&name, bytes)?;
    if let Some(repository) = &target.repository {
        entry.comment = describe(repository, &config, &entry.fingerprint);
    }
    let said = match config::append(&name, bytes, &entry)? {
        Appended::Already(line) => {
            format!("{name}:{line} holds this entry already; nothing was changed\n")
        }
        Appended::Text(text) => {
            replace(&target.path, text.as_bytes()).map_err(|source| AllowError::Write {
                path: target.path.clone(),
                source,
            })?;
            let block = config::written(&entry);
            format!("Added to {name}:\n\n{block}\n{}", target.next_step())
        }
    };
    if !options.quiet {
        io::stdout()
            .lock()
            .write_all(said.as_bytes())
            .map_err(|source| AllowError::Stdout { source })?;
    }
    Ok(Exit::Clean)
}

fn entry(arguments: &AllowArguments, today: Date) -> Result<NewEntry, Box<dyn std::error::Error>> {
    let fingerprint = Fingerprint::parse(&arguments.fingerprint).ok_or(AllowError::Fingerprint)?;
    let reason = arguments.reason.trim();
    if reason.is_empty() {
        return Err(AllowError::NoReason.into());
    }
    if escape::for_terminal(reason.as_bytes()) != reason {
        return Err(AllowError::ReasonIsNoLine.into());
    }
    let scanner = Scanner::new(Config::default().rule_set(None));
    if !scanner.candidates(reason.as_bytes())?.is_empty() {
        return Err(AllowError::ReasonHoldsSecret.into());
    }
    let expires = match &arguments.expires {
        None => None,
        Some(text) => Some(Date::parse(text).ok_or(AllowError::Expires)?),
    };
    if let Some(last) = expires.filter(|last| *last < today) {
        return Err(AllowError::Expired(last).into());
    }
    Ok(NewEntry {
        fingerprint,
        reason: reason.to_owned(),
        expires,
        comment: None,
    })
}

/// The file that is written to.
struct Target {
    path: PathBuf,
    /// Where the file is that of a repository.
    repository: Option<Repository>,
}

impl Target {
    fn of(options: &Options) -> Result<Self, Box<dyn std::error::Error>> {
        if let Some(file) = &options.config {
            return Ok(Self {
                path: file.clone(),
                repository: None,
            });
        }
        let repository = Repository::open(Ownership::Check)?;
        let root = repository.work_dir().ok_or(AllowError::Bare)?;
        let path = if stands_in(&root) {
            PathBuf::from(config::FILE_NAME)
        } else {
            root.join(config::FILE_NAME)
        };
        Ok(Self {
            path,
            repository: Some(repository),
        })
    }

    /// A hook reads the configuration from the index: until it is staged, nothing has changed for git.
    fn next_step(&self) -> String {
        if self.repository.is_none() {
            return String::new();
        }
        let magic = if self.path.is_absolute() { ":/" } else { "" };
        format!(
            "Stage it, then commit again:\n\n    git add {magic}{}\n",
            config::FILE_NAME
        )
    }
}

fn stands_in(root: &Path) -> bool {
    let here = env::current_dir().and_then(fs::canonicalize);
    matches!((here, root.canonicalize()), (Ok(here), Ok(root)) if here == root)
}

/// "RULE in PATH" of the staged finding that has this fingerprint.
///
/// `None` where none has it, and where the index cannot be scanned: the next commit will say so, and the entry is as good
/// without the words.
fn describe(repository: &Repository, config: &Config, fingerprint: &Fingerprint) -> Option<String> {
    let scanner = Scanner::new(config.rule_set(None));
    let Ok(scanned) = source::staged::scan(repository, &scanner, &[], &source::Progress::default())
    else {
        return None;
    };
    let finding = scanned
        .findings
        .iter()
        .find(|finding| finding.fingerprint == *fingerprint)?;
    let path = escape::for_terminal(&finding.shown_path);
    Some(format!("{} in {path}", finding.rule.id))
}

/// Writes beside the file and renames, so that nobody ever reads half a configuration.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.prefix(".hf-guard-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    match fs::metadata(path) {
        Ok(old) => file.as_file().set_permissions(old.permissions())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
