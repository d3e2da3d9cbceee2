//! The command line, as `--help` tells it.

mod hook;
mod incident;
mod rules;
mod scan;

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::fingerprint::Fingerprint;
use crate::rules::{Confidence, Preset};
use crate::source::Progress;
pub(super) use hook::{
    Hook, HookArguments, InstallArguments, PreReceiveArguments, ServerArguments,
    UninstallArguments, UpdateArguments,
};
pub(super) use incident::{
    DoctorArguments, FindArguments, InventoryArguments, IssuerArguments, RespondArguments,
    RevokeArguments, VerifyArguments,
};
pub(super) use rules::{AllowArguments, RulesCommand, Scanner};
pub(super) use scan::{HistoryArguments, ScanArguments};

/// Keeps Hugging Face tokens, and the credentials that live beside them, out of git.
///
/// Without a command it scans what is staged, as `hf-guard scan --staged` does.
///
/// Exit status: 0 everything was read and nothing was found, 1 findings, 2 it could not finish.
#[derive(Debug, Parser)]
#[command(name = "hf-guard", version, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) options: Options,
    #[command(flatten)]
    pub(super) history: HistoryArguments,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

impl Arguments {
    /// What clap cannot tell: what an option means nothing to.
    pub(super) fn check(&self) -> Result<(), clap::Error> {
        let refused = |message: String| {
            Err(Self::command().error(clap::error::ErrorKind::ArgumentConflict, message))
        };
        if self.history.all_history && self.command.is_some() {
            return refused(
                "--all-history goes alone or behind `scan`: `hf-guard scan --all-history`"
                    .to_owned(),
            );
        }
        let scan = match &self.command {
            Some(Command::Scan(scan)) => Some(scan),
            Some(Command::Verify(verify)) => Some(&verify.issuers.scan),
            Some(Command::Revoke(revoke)) => Some(&revoke.issuers.scan),
            _ => None,
        };
        if let Some(stray) = scan.and_then(|scan| scan.history.stray()) {
            return refused(format!("{stray} means something with --all-history only"));
        }
        let fingerprints = match &self.command {
            Some(Command::Verify(verify)) => &verify.issuers.fingerprint[..],
            Some(Command::Revoke(revoke)) => &revoke.issuers.fingerprint,
            Some(Command::Find(find)) => &find.fingerprint,
            Some(Command::Respond(respond)) => &respond.fingerprints,
            _ => &[],
        };
        if fingerprints
            .iter()
            .any(|text| Fingerprint::parse(text).is_none())
        {
            // It is not repeated: it may be the secret itself.
            return refused(
                "that is no fingerprint; copy the 32 hex digits that the report prints".to_owned(),
            );
        }
        let (known, formats): (&[Format], &str) = match self.command {
            Some(Command::Inventory(_)) => (
                &[Format::Human, Format::Json, Format::Csv, Format::Html],
                "`hf-guard inventory` has --format human, json, csv and html",
            ),
            Some(
                Command::Install(_)
                | Command::Uninstall(_)
                | Command::Allow(_)
                | Command::Rules(RulesCommand::Check { .. } | RulesCommand::Import { .. }),
            ) => (
                &[Format::Human],
                "this command writes no report; leave out --format",
            ),
            _ => (
                &[Format::Human, Format::Json, Format::Sarif],
                "csv and html are formats of `hf-guard inventory`; this command has --format human, json and sarif",
            ),
        };
        match known.contains(&self.options.format) {
            true => Ok(()),
            false => refused(formats.to_owned()),
        }
    }
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// How the report is written
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
    /// Write the report to FILE instead of standard output
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Read the configuration from FILE instead of `.hf-guard.toml`
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_config")]
    pub(super) config: Option<PathBuf>,
    /// Read no configuration: every built-in rule, nothing accepted by it
    #[arg(long, global = true)]
    pub(super) no_config: bool,
    /// Which rules are used; that of the configuration if not given
    #[arg(long, global = true, value_enum, value_name = "NAME")]
    pub(super) preset: Option<PresetName>,
    /// The lowest confidence that counts as a finding; what is below is told as a note
    #[arg(long, global = true, value_enum, value_name = "LEVEL", default_value_t = MinConfidence::Medium)]
    pub(super) min_confidence: MinConfidence,
    /// List accepted findings too
    #[arg(long, global = true)]
    pub(super) show_accepted: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(super) color: Color,
    /// Print findings, errors and what was not read, even where that is accepted; no advice
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say what was read, and how
    #[arg(long, short, global = true)]
    pub(super) verbose: bool,
    /// What the watchdog looks at
    #[arg(skip)]
    pub(super) progress: Arc<Progress>,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a person
    Human,
    /// For a program; the README documents the schema
    Json,
    /// For a code host: SARIF 2.1.0
    Sarif,
    /// For a spreadsheet; of `inventory` only
    Csv,
    /// For an auditor: one page; of `inventory` only
    Html,
}

/// Which rules are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PresetName {
    /// Credentials with a shape of their own, and values beside a provider's name
    Default,
    /// Those, and any password, secret, token or key that is assigned a value
    Strict,
    /// Those of Hugging Face
    Hf,
}

impl From<PresetName> for Preset {
    fn from(name: PresetName) -> Self {
        match name {
            PresetName::Default => Self::Default,
            PresetName::Strict => Self::Strict,
            PresetName::Hf => Self::Hf,
        }
    }
}

/// What counts as a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MinConfidence {
    /// Everything that looks like a credential
    Low,
    /// An exact format, or a name beside a value that looks random
    Medium,
    /// An exact format whose checksum, if it has one, is right
    High,
}

impl From<MinConfidence> for Confidence {
    fn from(level: MinConfidence) -> Self {
        match level {
            MinConfidence::Low => Self::Low,
            MinConfidence::Medium => Self::Medium,
            MinConfidence::High => Self::High,
        }
    }
}

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR says otherwise
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Scan the staged changes, files and folders, or standard input
    Scan(ScanArguments),
    /// Run as a git hook; the installed hooks call this
    Hook(HookArguments),
    /// Install the hooks into this repository
    ///
    /// A hook that is there is kept as NAME.before-hf-guard and runs first; one that is there for pre-push, such as that of
    /// git-lfs, runs after hf-guard. Running this again changes nothing, or updates the hooks of an older version.
    Install(InstallArguments),
    /// Remove the hooks and restore what was there before
    Uninstall(UninstallArguments),
    /// Accept a finding: append an entry to `.hf-guard.toml`
    Allow(AllowArguments),
    /// Ask issuers which of the credentials found still work, whose they are and what they may do
    ///
    /// Takes what `scan` takes, or a JSON report. Each secret is sent to its own issuer only, over TLS, never in an address.
    ///
    /// Exit status: 0 none works any more, 1 at least one does, 2 of at least one nobody can say.
    Verify(VerifyArguments),
    /// Tell issuers that credentials have leaked: they stop working for good
    ///
    /// Takes what `verify` takes, shows what would go, whose it is and where it stands, and wants words typed at the terminal.
    /// Then it asks the issuers again.
    ///
    /// Exit status: 0 none works any more, 1 at least one does, 2 of at least one nobody can say.
    Revoke(RevokeArguments),
    /// Look for copies of a leaked secret: in logs, exports, caches, images of containers
    ///
    /// Reads every file below PATH, whatever .gitignore says, opens tar, zip and what is compressed, and knows base64, hex, percent-encoding and
    /// the escapes of JSON.
    ///
    /// Exit status: 0 there is none, 1 there are some, 2 not everything could be read.
    Find(FindArguments),
    /// Write the plan for one incident: a checklist in Markdown, filled in with what is known
    ///
    /// Revoke, rotate, replace, check, search, clean, notify. Without a report the history of this repository is scanned. Nothing
    /// is sent. --format json writes it for a program.
    ///
    /// Exit status: 0 it is written, 2 it could not be, or not everything could be read.
    Respond(RespondArguments),
    /// Look at this machine: tokens that others can read, hooks that do not run
    ///
    /// Reads the home folder, the repository that it is called in, and images of containers; changes nothing, sends nothing. Each
    /// problem comes with the line that mends it.
    ///
    /// Exit status: 0 all is well, 1 there are problems, 2 not everything could be read.
    Doctor(DoctorArguments),
    /// Make the register of all credentials: whose they are, what they may do, where they stand, who is to act
    ///
    /// Reads the whole history of each REPOSITORY, or of the one at hand, and takes in JSON reports and registers of other
    /// repositories and machines. What is the same secret is one row.
    ///
    /// Exit status: 0 there is none, 1 there are some, 2 not everything could be read.
    Inventory(InventoryArguments),
    /// Show and check the rules
    #[command(subcommand)]
    Rules(RulesCommand),
}
