//! The command line.

use clap::{Parser, Subcommand};

/// Keeps Hugging Face tokens, and the credentials that live beside them, out of git.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Scans the staged changes, files, or standard input.
    Scan,
}
