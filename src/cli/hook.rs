//! `hf-guard hook NAME`: what the installed hooks call.

use super::args::{Hook, HookArguments, Options};
use super::{Ended, scan};
use crate::git::Ownership;

pub(super) fn run(arguments: &HookArguments, options: &Options) -> Ended {
    match arguments.hook {
        Hook::PreCommit | Hook::PreMergeCommit => scan::staged(Ownership::CheckedByGit, options),
    }
}
