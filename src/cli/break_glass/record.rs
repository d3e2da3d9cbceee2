//! The record of what break-glass let through: one line of JSON for each push.
//!
//! In: the outcome that was to stop the push, its refs and its reason. Out: a line in a file of the git directory, with
//! every secret masked.

use std::env;
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use bstr::{BStr, ByteSlice as _};
use serde::Serialize;

use crate::date;
use crate::finding::Finding;
use crate::git::Oid;
use crate::order;
use crate::outcome::Outcome;
use crate::rules::RuleSet;
use crate::scan::Scanner;
use crate::source::push::RefUpdate;
use crate::text::escape;

/// The record, in the git directory.
pub(super) const FILE_NAME: &str = "hf-guard-break-glass.jsonl";

/// Who pushes, as servers tell their hooks; the first that is set counts.
///
/// Source: <https://docs.gitlab.com/administration/server_hooks/#environment-variables-available-to-server-hooks>,
/// <https://github.com/go-gitea/gitea/blob/main/modules/repository/env.go>,
/// <https://gitolite.com/gitolite/non-core>, <https://git-scm.com/docs/git-http-backend#_environment>
const WHO: [&str; 6] = [
    "GL_USERNAME",
    "GL_USER",
    "GITEA_PUSHER_NAME",
    "REMOTE_USER",
    "USER",
    "LOGNAME",
];

/// One line of the record. Nothing in it is a secret.
#[derive(Debug, Serialize)]
pub(super) struct Entry<'a> {
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

/// Masks the secrets of a push wherever a person or a ref repeats them.
pub(super) struct Masks {
    scanner: Scanner,
    known: Vec<(Vec<u8>, String)>,
}

impl Masks {
    /// For a push with `findings`.
    pub(super) fn new(findings: &[Finding]) -> Self {
        Self {
            scanner: Scanner::new(RuleSet::builtin()),
            known: findings
                .iter()
                .map(|finding| (finding.secret.expose().to_vec(), finding.secret.to_string()))
                .collect(),
        }
    }

    /// `text` without secrets and without anything that steers a terminal.
    pub(super) fn shown(&self, text: &[u8]) -> String {
        let mut text = text.to_vec();
        for (secret, mask) in &self.known {
            text = text.replace(secret, mask);
        }
        escape::for_terminal(&self.scanner.shown_path(BStr::new(&text)))
    }
}

impl<'a> Entry<'a> {
    /// The line for a push that `outcome` would stop.
    pub(super) fn new(
        outcome: &Outcome,
        updates: &[RefUpdate],
        reason: &'a str,
        masks: &Masks,
    ) -> Self {
        let mut fingerprints: Vec<String> = outcome
            .findings
            .iter()
            .map(|finding| finding.fingerprint.to_string())
            .collect();
        order::sort(&mut fingerprints);
        fingerprints.dedup();
        let hex = |oid: &Option<Oid>| oid.as_ref().map(Oid::to_string);
        Self {
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
///
/// # Errors
/// What the system says.
pub(super) fn append(entry: &Entry<'_>, git_dir: &Path) -> io::Result<()> {
    let path = git_dir.join(FILE_NAME);
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::time::Duration;

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
