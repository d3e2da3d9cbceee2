//! The push option with which a person gets past a finding in an emergency, where the server's administrator allows it.
//!
//! In: an outcome that stops a push, the push options and the administrator's word. Out: the findings accepted, a line in
//! the record of the git directory, and what to tell. It never passes what was not read.

mod record;

use std::env;
use std::ffi::OsString;
use std::io;

use crate::git::{GitError, Repository};
use crate::outcome::{Accepted, AcceptedBy, Outcome};
use crate::source::push::RefUpdate;
use record::{Entry, Masks};

/// The push option: `git push -o hf-guard.break-glass=REASON`.
const OPTION: &str = "hf-guard.break-glass";

/// The setting of the server's repository that allows it.
const SETTING: &str = "hfguard.breakGlass";

/// More characters of a reason are not kept.
const MAX_REASON: usize = 500;

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
        "break-glass is allowed, but its record {} cannot be written, and without it nothing passes; tell the server's \
         administrator",
        record::FILE_NAME
    )]
    Record {
        /// Why.
        #[source]
        source: io::Error,
    },
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
        .shown(reason.trim_ascii())
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
    record::append(
        &Entry::new(outcome, updates, &reason, &masks),
        repository.common_dir(),
    )
    .map_err(|source| BreakGlassError::Record { source })?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

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
}
