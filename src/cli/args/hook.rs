//! Arguments of the hooks, as git and a server's administrator give them, and of putting hooks in place.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use crate::install::{self, HOOKS};

#[derive(Debug, Args)]
pub(in crate::cli) struct HookArguments {
    #[command(subcommand)]
    pub(in crate::cli) hook: Hook,
}

/// The hooks of git that hf-guard serves.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Hook {
    /// Before a commit: scan what is staged
    PreCommit,
    /// Before a merge commit that has no conflict: scan what no parent has
    PreMergeCommit,
    /// While a cherry-pick, revert or rebase is under way: scan what is staged, since git runs no pre-commit then
    PrepareCommitMsg {
        /// The file with the message
        file: PathBuf,
        /// Where the message comes from
        source: Option<String>,
        /// The commit that it is taken from
        commit: Option<String>,
    },
    /// Before a commit: scan its message as git will record it
    CommitMsg {
        /// The file with the message
        file: PathBuf,
    },
    /// Before a push: scan every commit, tag and ref name that the remote does not have
    PrePush {
        /// The remote's name, or its URL where it has none
        remote: OsString,
        /// The remote's URL
        url: Option<OsString>,
    },
    /// On a server, before a push is taken in: scan everything that is new to it
    PreReceive(PreReceiveArguments),
    /// On a server, before one ref moves: scan what it brings that is new
    Update(UpdateArguments),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct PreReceiveArguments {
    #[command(flatten)]
    pub(in crate::cli) server: ServerArguments,
    /// Let findings through for `git push -o hf-guard.break-glass=REASON`, and record it
    ///
    /// The setting hfguard.breakGlass of the server's repository does the same. The record is hf-guard-break-glass.jsonl in
    /// its git directory.
    #[arg(long)]
    pub(in crate::cli) break_glass: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct UpdateArguments {
    #[command(flatten)]
    pub(in crate::cli) server: ServerArguments,
    /// The ref
    #[arg(value_name = "REF")]
    pub(in crate::cli) name: OsString,
    /// What it points at
    #[arg(value_name = "OLD")]
    pub(in crate::cli) old: OsString,
    /// What it is to point at
    #[arg(value_name = "NEW")]
    pub(in crate::cli) new: OsString,
}

/// What the administrator of a server decides.
#[derive(Debug, Args)]
pub(in crate::cli) struct ServerArguments {
    /// Refuse a push that takes longer to read
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) timeout: u64,
    /// Let comments in pushed files accept what stands beside them
    #[arg(long)]
    pub(in crate::cli) trust_comments: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct InstallArguments {
    /// For every repository of yours instead of this one
    ///
    /// Git 2.54 and later: in your configuration, as hook.hf-guard-NAME.command. Older ones: in the folder of your global
    /// core.hooksPath, if you have set it, or else in the template of new repositories.
    #[arg(long)]
    pub(in crate::cli) global: bool,
    #[command(flatten)]
    pub(in crate::cli) hooks: HookSelection,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct UninstallArguments {
    /// What `install --global` did
    #[arg(long)]
    pub(in crate::cli) global: bool,
    #[command(flatten)]
    pub(in crate::cli) hooks: HookSelection,
}

/// Which hooks are meant.
#[derive(Debug, Args)]
pub(in crate::cli) struct HookSelection {
    /// Only this hook; may be given several times
    #[arg(long = "hook", value_name = "NAME", value_parser = hook_names())]
    names: Vec<String>,
}

impl HookSelection {
    /// Those that were named, or all, each once and in the order of [`HOOKS`].
    pub(in crate::cli) fn hooks(&self) -> Vec<&'static install::Hook> {
        HOOKS
            .iter()
            .filter(|hook| self.names.is_empty() || self.names.iter().any(|name| name == hook.name))
            .collect()
    }
}

fn hook_names() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(HOOKS.iter().map(|hook| hook.name))
}
