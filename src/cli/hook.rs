//! `hf-guard hook NAME`: what the installed hooks call.

use std::env;

use super::args::{Hook, HookArguments, Options};
use super::{Ended, scan};
use crate::git::{Oid, Ownership};

pub(super) fn run(arguments: &HookArguments, options: &Options) -> Ended {
    match arguments.hook {
        Hook::PreCommit => scan::staged(Ownership::CheckedByGit, &[], options),
        Hook::PreMergeCommit => scan::staged(Ownership::CheckedByGit, &merge_heads(), options),
    }
}

/// The commits that a merge without conflict is about to join: git names each in a variable `GITHEAD_<oid>`, and writes
/// `MERGE_HEAD` only later.
fn merge_heads() -> Vec<Oid> {
    env::vars_os()
        .filter_map(|(name, _)| Oid::from_hex(name.to_str()?.strip_prefix("GITHEAD_")?.as_bytes()))
        .collect()
}
