//! `hf-guard hook NAME`: what the installed hooks call.

use std::env;
use std::fs;
use std::path::Path;

use super::args::{Hook, HookArguments, Options};
use super::framework::Push;
use super::{Ended, push, reporting, scan, server};
use crate::git::{Oid, Ownership, Repository};
use crate::outcome::Exit;
use crate::source::SourceError;
use crate::source::message::{self, Cleanup, CleanupMode};

/// What a rebase, cherry-pick or revert leaves in the git directory while it is under way. A clean revert leaves only its
/// message, and reftable keeps `CHERRY_PICK_HEAD` elsewhere.
///
/// Source: <https://github.com/git/git/blob/master/sequencer.c>, `do_pick_commit`
const SEQUENCES: [&str; 6] = [
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "MERGE_MSG",
    "sequencer",
    "rebase-merge",
    "rebase-apply",
];

pub(super) fn run(arguments: &HookArguments, options: &Options) -> Ended {
    match &arguments.hook {
        Hook::PreCommit => pre_commit(options),
        Hook::PreMergeCommit => scan::staged(Ownership::CheckedByGit, &merge_heads(), options),
        Hook::PrepareCommitMsg { .. } => prepare_commit_msg(options),
        Hook::CommitMsg { file } => commit_msg(file, options),
        Hook::PrePush { remote, url } => push::pre_push(remote, url.as_deref(), options),
        Hook::PreReceive(arguments) => server::pre_receive(arguments, options),
        Hook::Update(arguments) => server::update(arguments, options),
    }
}

/// `pre-commit run` and `run --all-files` look alike from here, whatever is staged, and the second means every file;
/// git itself always names the index to its hook. In a manager's pre-push this is called too.
fn pre_commit(options: &Options) -> Ended {
    let by_framework =
        env::var_os("PRE_COMMIT").is_some() && env::var_os("GIT_INDEX_FILE").is_none();
    if by_framework {
        if let Some(push) = Push::from_environment() {
            return push.scan(options);
        }
        return scan::tracked(Ownership::CheckedByGit, options);
    }
    scan::staged(Ownership::CheckedByGit, &[], options)
}

/// A plain commit has had its pre-commit, or its author has said `--no-verify`; so has a merge.
fn prepare_commit_msg(options: &Options) -> Ended {
    let repository = Repository::open(Ownership::CheckedByGit)?;
    let is_there = |name: &&str| repository.git_dir().join(name).exists();
    let mut sequences = SEQUENCES.iter().filter(|name| is_there(name));
    let is_merge = is_there(&"MERGE_HEAD");
    if sequences.any(|name| !is_merge || *name != "MERGE_MSG") {
        return scan::staged(Ownership::CheckedByGit, &[], options);
    }
    Ok(Exit::Clean)
}

fn commit_msg(file: &Path, options: &Options) -> Ended {
    let text = fs::read(file).map_err(|source| SourceError::Missing {
        path: file.to_path_buf(),
        source,
    })?;
    let repository = Repository::open(Ownership::CheckedByGit)?;
    let mut outcome = scan::outcome(
        options,
        // pre-commit has said what the configuration changes.
        || Ok(push::local_config(&repository)?.without_news()),
        |scanner, progress| {
            message::scan(
                &text,
                "commit message".into(),
                || cleanup(&repository),
                scanner,
                progress,
            )
        },
    )?;
    reporting::write(&mut outcome, options)?;
    Ok(outcome.exit())
}

/// git tells its hooks that there was no editor by naming `:` as the editor.
///
/// Source: <https://github.com/git/git/blob/master/commit.c>, `run_commit_hook`
fn cleanup(repository: &Repository) -> Result<Cleanup, SourceError> {
    let mode = match repository
        .setting("commit.cleanup")?
        .last()
        .map(|value| value.as_slice())
    {
        Some(b"strip") => CleanupMode::Strip,
        Some(b"whitespace") => CleanupMode::Whitespace,
        Some(b"verbatim") => CleanupMode::Verbatim,
        Some(b"scissors") => CleanupMode::Scissors,
        _ => CleanupMode::Default,
    };
    // Two names for one thing: the last one counts.
    let comments = repository.settings("^core\\.comment(char|string)$")?;
    let comment = match comments.last() {
        None => Some(b"#".to_vec()),
        Some((_, auto)) if auto.eq_ignore_ascii_case(b"auto") => None,
        Some((_, comment)) => Some(comment.to_vec()),
    };
    Ok(Cleanup {
        mode,
        edited: env::var_os("GIT_EDITOR").is_none_or(|editor| editor != ":"),
        comment,
    })
}

/// The commits that a merge without conflict is about to join: git names each in a variable `GITHEAD_<oid>`, and writes
/// `MERGE_HEAD` only later.
fn merge_heads() -> Vec<Oid> {
    env::vars_os()
        .filter_map(|(name, _)| Oid::from_hex(name.to_str()?.strip_prefix("GITHEAD_")?.as_bytes()))
        .collect()
}
