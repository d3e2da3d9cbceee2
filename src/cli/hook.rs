//! `hf-guard hook NAME`: what the installed hooks call.

use super::args::{Hook, HookArguments, Options};
use super::{Ended, scan};

pub(super) fn run(arguments: &HookArguments, options: &Options) -> Ended {
    match arguments.hook {
        Hook::PreCommit | Hook::PreMergeCommit => scan::staged(options),
    }
}
