//! The push option with which a person gets past a finding in an emergency, where the server's administrator allows it.
//!
//! In: an outcome that stops a push, the push options and the administrator's word. Out: the findings accepted, a line in
//! the record of the git directory, and what to tell. It never passes what was not read.

use std::env;
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use bstr::{BStr, ByteSlice as _};
use serde::Serialize;

use crate::checks::date;
use crate::finding::Finding;
use crate::git::{GitError, Oid, Repository};
use crate::outcome::{Accepted, AcceptedBy, Outcome};
use crate::rules::RuleSet;
use crate::scan::Scanner;
use crate::source::push::RefUpdate;
use crate::text::escape;

/// The push option: `git push -o hf-guard.break-glass=REASON`.
const OPTION: &str = "hf-guard.break-glass";

/// The setting of the server's repository that allows it.
const SETTING: &str = "hfguard.breakGlass";

/// The record, in the git directory.
const RECORD: &str = "hf-guard-break-glass.jsonl";

/// More characters of a reason are not kept.
const MAX_REASON: usize = 500;

/// Who pushes, as servers tell their hooks; the first that is set counts.
///
/// Source: <https://docs.gitlab.com/administration/server_hooks/#environment-variables-available-to-server-hooks>,
/// <https://github.com/go-gitea/gitea/blob/main/modules/repository/env.go>,
/// <https://git-scm.com/docs/git-http-backend#_environment>
const WHO: [&str; 6] = [
    "GL_USERNAME",
    "GL_USER",
    "GITEA_PUSHER_NAME",
    "REMOTE_USER",
    "USER",
    "LOGNAME",
];

/// What the administrator says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permission {
    /// Yes, on the command line of the hook.
    Given,
    /// Nothing there; the repository's own setting decides.
    AskRepository,
    /// This hook does not see push options.
    NotHere,
}

/// Why a push that asked for it is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum BreakGlassError {
    /// The permission cannot be read.
    #[error("cannot read the setting {SETTING}")]
    Permission {
        /// Why.
        #[source]
        source: GitError,
    },
    /// The environment is not as git sets it.
    #[error("the push options in the environment are not what git hands to pre-receive")]
    Options,
    /// The record cannot be written, and without one nothing passes.
    #[error(
        "break-glass is allowed, but its record {path:?} cannot be written, and without it nothing passes; tell the \
         server's administrator"
    )]
    Record {
        /// The file, without the folders above it.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// One line of the record. Nothing in it is a secret.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    time: String,
    who: Who,
    reason: &'a str,
    refs: Vec<RefLine>,
    findings: usize,
    fingerprints: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Who {
    name: Option<String>,
    /// The variable that says so.
    from: Option<&'static str>,
    /// The other end, where the push came by ssh.
    address: Option<String>,
}

#[derive(Debug, Serialize)]
struct RefLine {
    name: String,
    old: Option<String>,
    new: Option<String>,
}

/// Accepts the findings of `outcome` where the push asks for it and may; gives the lines to tell.
///
/// # Errors
/// [`BreakGlassError`] where it cannot be recorded.
pub(super) fn apply(
    outcome: &mut Outcome,
    updates: &[RefUpdate],
    permission: Permission,
    repository: &Repository,
) -> Result<Vec<String>, BreakGlassError> {
    if permission == Permission::NotHere {
        return Ok(Vec::new());
    }
    let Some(reason) = asked(|name| env::var_os(name))? else {
        return Ok(Vec::new());
    };
    let allowed = permission == Permission::Given
        || repository
            .own_flag(SETTING)
            .map_err(|source| BreakGlassError::Permission { source })?;
    if !allowed {
        let refusal =
            "break-glass was asked for, and this server does not allow it; its administrator can";
        return Ok(vec![refusal.to_owned()]);
    }
    let masks = Masks::new(&outcome.findings);
    let reason: String = masks
        .shown(reason.trim())
        .chars()
        .take(MAX_REASON)
        .collect();
    if reason.is_empty() {
        return Ok(vec![format!(
            "break-glass needs a reason: git push -o {OPTION}=REASON"
        )]);
    }
    if !outcome.skipped.is_empty() {
        let refusal = "break-glass passes what was found, never what could not be read";
        return Ok(vec![refusal.to_owned()]);
    }
    record(
        &entry(outcome, updates, &reason, &masks),
        repository.common_dir(),
    )?;
    for finding in std::mem::take(&mut outcome.findings) {
        let by = AcceptedBy::BreakGlass {
            reason: reason.clone(),
        };
        outcome.accepted.push(Accepted { finding, by });
    }
    outcome.rewrite = None;
    Ok(Vec::new())
}

/// The reason that the push option gives; `None` where there is no such option.
///
/// Source: <https://git-scm.com/docs/githooks#pre-receive>
fn asked(variable: impl Fn(&str) -> Option<OsString>) -> Result<Option<Vec<u8>>, BreakGlassError> {
    let Some(count) = variable("GIT_PUSH_OPTION_COUNT") else {
        return Ok(None);
    };
    let count: usize = count
        .to_str()
        .and_then(|count| count.parse().ok())
        .ok_or(BreakGlassError::Options)?;
    let mut reason = None;
    for index in 0..count {
        let option =
            variable(&format!("GIT_PUSH_OPTION_{index}")).ok_or(BreakGlassError::Options)?;
        let option = option.as_encoded_bytes();
        if option == OPTION.as_bytes() {
            reason = Some(Vec::new());
        } else if let Some(given) = option.strip_prefix(format!("{OPTION}=").as_bytes()) {
            reason = Some(given.to_vec());
        }
    }
    Ok(reason)
}

/// Masks the secrets of a push wherever a person or a ref repeats them.
struct Masks {
    scanner: Scanner,
    known: Vec<(Vec<u8>, String)>,
}

impl Masks {
    fn new(findings: &[Finding]) -> Self {
        Self {
            scanner: Scanner::new(RuleSet::builtin()),
            known: findings
                .iter()
                .map(|finding| (finding.secret.expose().to_vec(), finding.secret.to_string()))
                .collect(),
        }
    }

    /// `text` without secrets and without anything that steers a terminal.
    fn shown(&self, text: &[u8]) -> String {
        let mut text = text.to_vec();
        for (secret, mask) in &self.known {
            text = text.replace(secret, mask);
        }
        escape::for_terminal(&self.scanner.shown_path(BStr::new(&text)))
    }
}

fn entry<'a>(
    outcome: &Outcome,
    updates: &[RefUpdate],
    reason: &'a str,
    masks: &Masks,
) -> Entry<'a> {
    let mut fingerprints: Vec<String> = outcome
        .findings
        .iter()
        .map(|finding| finding.fingerprint.to_string())
        .collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    let hex = |oid: &Option<Oid>| oid.as_ref().map(Oid::to_string);
    Entry {
        time: time(SystemTime::now()),
        who: who(|name| env::var_os(name), masks),
        reason,
        refs: updates
            .iter()
            .map(|update| RefLine {
                name: masks.shown(&update.remote_ref),
                old: hex(&update.old),
                new: hex(&update.new),
            })
            .collect(),
        findings: outcome.blocking().count(),
        fingerprints,
    }
}

fn who(variable: impl Fn(&str) -> Option<OsString>, masks: &Masks) -> Who {
    let shown = |name: &str| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(|value| masks.shown(value.as_encoded_bytes()))
    };
    let found = WHO
        .iter()
        .find_map(|from| shown(from).map(|name| (name, *from)));
    Who {
        from: found.as_ref().map(|(_, from)| *from),
        name: found.map(|(name, _)| name),
        address: shown("SSH_CLIENT"),
    }
}

/// `YYYY-MM-DDThh:mm:ssZ`.
fn time(now: SystemTime) -> String {
    let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let day = date::iso(i64::try_from(seconds).unwrap_or(i64::MAX));
    let (hours, minutes, seconds) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{day}T{hours:02}:{minutes:02}:{seconds:02}Z")
}

/// Appends one line in one write, and waits until it is on the disk: what is let through must not outlive its record.
fn record(entry: &Entry<'_>, git_dir: &Path) -> Result<(), BreakGlassError> {
    let append = || -> io::Result<()> {
        let path = git_dir.join(RECORD);
        if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(io::Error::other("it is no plain file"));
        }
        let mut line = serde_json::to_string(entry)?;
        line.push('\n');
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options.open(path)?;
        file.write_all(line.as_bytes())?;
        file.sync_data()
    };
    append().map_err(|source| BreakGlassError::Record {
        path: PathBuf::from(RECORD),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::time::Duration;

    fn asked_in(variables: &[(&str, &str)]) -> Result<Option<Vec<u8>>, BreakGlassError> {
        let variables: HashMap<&str, &str> = variables.iter().copied().collect();
        asked(|name| variables.get(name).map(OsString::from))
    }

    #[test]
    fn the_reason_is_in_one_of_the_push_options() {
        let one = [
            ("GIT_PUSH_OPTION_COUNT", "2"),
            ("GIT_PUSH_OPTION_0", "ci.skip"),
            ("GIT_PUSH_OPTION_1", "hf-guard.break-glass=the site=down"),
        ];
        assert!(matches!(asked_in(&one), Ok(Some(reason)) if reason == b"the site=down"));
        let bare = [
            ("GIT_PUSH_OPTION_COUNT", "1"),
            ("GIT_PUSH_OPTION_0", "hf-guard.break-glass"),
        ];
        assert!(matches!(asked_in(&bare), Ok(Some(reason)) if reason.is_empty()));
        for none in [
            &[][..],
            &[("GIT_PUSH_OPTION_COUNT", "0")],
            &[
                ("GIT_PUSH_OPTION_COUNT", "1"),
                ("GIT_PUSH_OPTION_0", "hf-guard.break-glassy=x"),
            ],
            &[("GIT_PUSH_OPTION_0", "hf-guard.break-glass=not counted")],
        ] {
            assert!(matches!(asked_in(none), Ok(None)), "{none:?}");
        }
        for broken in [
            &[("GIT_PUSH_OPTION_COUNT", "x")][..],
            &[("GIT_PUSH_OPTION_COUNT", "1")],
        ] {
            assert!(
                matches!(asked_in(broken), Err(BreakGlassError::Options)),
                "{broken:?}"
            );
        }
    }

    #[test]
    fn a_server_that_knows_the_person_is_believed_before_the_system() {
        let masks = Masks::new(&[]);
        let variables = HashMap::from([("USER", "git"), ("GL_USERNAME", "ada\u{1b}[2J")]);
        let who = who(|name| variables.get(name).map(OsString::from), &masks);
        assert_eq!(
            (who.name.as_deref(), who.from),
            (Some("ada\\x1b[2J"), Some("GL_USERNAME"))
        );
    }

    #[test]
    fn a_time_is_written_to_the_second() {
        let at = |seconds| time(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(1_767_323_045), "2026-01-02T03:04:05Z");
    }
}
