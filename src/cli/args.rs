//! The command line, as `--help` tells it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::install::{self, HOOKS};
use crate::rules::{Confidence, Preset};
use crate::source::Progress;

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
    /// What clap cannot tell: an option of the scan without a command means nothing before another one.
    pub(super) fn check(&self) -> Result<(), clap::Error> {
        if self.history.all_history && self.command.is_some() {
            return Err(Self::command().error(
                clap::error::ErrorKind::ArgumentConflict,
                "--all-history goes alone or behind `scan`: `hf-guard scan --all-history`",
            ));
        }
        Ok(())
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
    /// Print findings and errors, no advice
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
    /// Reads every file below PATH, whatever .gitignore says, opens tar, gzip and zip, and knows base64, hex, percent-encoding and
    /// the escapes of JSON.
    ///
    /// Exit status: 0 there is none, 1 there are some, 2 not everything could be read.
    Find(FindArguments),
    /// Look at this machine: tokens that others can read, hooks that do not run
    ///
    /// Reads the home folder, the repository that it is called in, and images of containers; changes nothing, sends nothing. Each
    /// problem comes with the line that mends it.
    ///
    /// Exit status: 0 all is well, 1 there are problems, 2 not everything could be read.
    Doctor(DoctorArguments),
    /// Show and check the rules
    #[command(subcommand)]
    Rules(RulesCommand),
}

#[derive(Debug, Args)]
pub(super) struct ScanArguments {
    /// Scan what `git commit` would record now (the default without PATH)
    #[arg(long, conflicts_with_all = ["paths", "tracked", "all_history"])]
    pub(super) staged: bool,
    /// Scan every file that git tracks, as it stands in the index
    #[arg(long, conflicts_with_all = ["paths", "all_history"])]
    pub(super) tracked: bool,
    /// Scan the commits of a range, as `git rev-list` takes it: `origin/main..HEAD`
    #[arg(long, value_name = "A..B", allow_hyphen_values = true, conflicts_with_all = ["paths", "tracked", "staged", "all_history"])]
    pub(super) range: Option<String>,
    /// Scan every commit that no remote's tracking branch has
    #[arg(long, conflicts_with_all = ["paths", "tracked", "staged", "range", "all_history"])]
    pub(super) unpushed: bool,
    /// Files and folders to scan whole (.gitignore is respected in folders), or `-` for standard input
    #[arg(value_name = "PATH", conflicts_with = "all_history")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) history: HistoryArguments,
}

/// A scan of everything that the repository holds.
#[derive(Debug, Args)]
pub(super) struct HistoryArguments {
    /// Scan every object of the repository: each version of each file, each message and tag, on a branch or not
    #[arg(long)]
    pub(super) all_history: bool,
    /// Threads that read the history; as many as there are cores by default
    #[arg(long, value_name = "N", requires = "all_history", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) jobs: Option<u16>,
    /// Memory for objects in work while the history is read, in bytes or with K, M or G; the mapped packs come on top
    #[arg(long, value_name = "SIZE", requires = "all_history", default_value = "256M", value_parser = size)]
    pub(super) max_memory: usize,
    /// Tell only of what refs that match GLOB lead to: `main`, `v1.*`, `origin/*`, `HEAD`; may be given several times
    #[arg(
        long,
        value_name = "GLOB",
        requires = "all_history",
        conflicts_with = "no_provenance"
    )]
    pub(super) refs: Vec<String>,
    /// Tell only of what commits since DATE bring: `2026-01-31`, `2 weeks ago`, whatever git reads
    #[arg(
        long,
        value_name = "DATE",
        requires = "all_history",
        conflicts_with = "no_provenance"
    )]
    pub(super) since: Option<String>,
    /// Tell only of what commits until DATE bring
    #[arg(
        long,
        value_name = "DATE",
        requires = "all_history",
        conflicts_with = "no_provenance"
    )]
    pub(super) until: Option<String>,
    /// Tell only of files that match GLOB, read as in .gitignore; may be given several times
    #[arg(
        long,
        value_name = "GLOB",
        requires = "all_history",
        conflicts_with = "no_provenance"
    )]
    pub(super) path: Vec<String>,
    /// Do not look up which commit brought a finding, and where it still stands
    #[arg(long, requires = "all_history", conflicts_with = "baseline")]
    pub(super) no_provenance: bool,
    /// Accept the findings whose fingerprints FILE lists
    #[arg(long, value_name = "FILE", requires = "all_history")]
    pub(super) baseline: Option<PathBuf>,
    /// Write the fingerprints of what is found to FILE, for --baseline
    #[arg(
        long,
        value_name = "FILE",
        requires = "all_history",
        conflicts_with = "no_provenance"
    )]
    pub(super) write_baseline: Option<PathBuf>,
}

/// No walk gets by with less, in bytes.
const MIN_MEMORY: usize = 1 << 20;

/// Bytes, as a number that K, M or G may follow.
fn size(text: &str) -> Result<usize, String> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (&text[..text.len() - 1], 10),
        Some(b'M' | b'm') => (&text[..text.len() - 1], 20),
        Some(b'G' | b'g') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    digits
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(1 << shift))
        .filter(|bytes| *bytes >= MIN_MEMORY)
        .ok_or_else(|| "a size of at least 1M, such as 512M or 2G".to_owned())
}

#[derive(Debug, Args)]
pub(super) struct HookArguments {
    #[command(subcommand)]
    pub(super) hook: Hook,
}

/// The hooks of git that hf-guard serves.
#[derive(Debug, Subcommand)]
pub(super) enum Hook {
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
pub(super) struct PreReceiveArguments {
    #[command(flatten)]
    pub(super) server: ServerArguments,
    /// Let findings through for `git push -o hf-guard.break-glass=REASON`, and record it
    ///
    /// The setting hfguard.breakGlass of the server's repository does the same. The record is hf-guard-break-glass.jsonl in
    /// its git directory.
    #[arg(long)]
    pub(super) break_glass: bool,
}

#[derive(Debug, Args)]
pub(super) struct UpdateArguments {
    #[command(flatten)]
    pub(super) server: ServerArguments,
    /// The ref
    #[arg(value_name = "REF")]
    pub(super) name: OsString,
    /// What it points at
    #[arg(value_name = "OLD")]
    pub(super) old: OsString,
    /// What it is to point at
    #[arg(value_name = "NEW")]
    pub(super) new: OsString,
}

/// What the administrator of a server decides.
#[derive(Debug, Args)]
pub(super) struct ServerArguments {
    /// Refuse a push that takes longer to read
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) timeout: u64,
    /// Let comments in pushed files accept what stands beside them
    #[arg(long)]
    pub(super) trust_comments: bool,
}

#[derive(Debug, Args)]
pub(super) struct InstallArguments {
    /// For every repository of yours instead of this one
    ///
    /// Git 2.54 and later: in your configuration, as hook.hf-guard-NAME.command. Older ones: in the folder of your global
    /// core.hooksPath, if you have set it, or else in the template of new repositories.
    #[arg(long)]
    pub(super) global: bool,
    #[command(flatten)]
    pub(super) hooks: HookSelection,
}

#[derive(Debug, Args)]
pub(super) struct UninstallArguments {
    /// What `install --global` did
    #[arg(long)]
    pub(super) global: bool,
    #[command(flatten)]
    pub(super) hooks: HookSelection,
}

/// Which hooks are meant.
#[derive(Debug, Args)]
pub(super) struct HookSelection {
    /// Only this hook; may be given several times
    #[arg(long = "hook", value_name = "NAME", value_parser = hook_names())]
    names: Vec<String>,
}

impl HookSelection {
    /// Those that were named, or all, each once and in the order of [`HOOKS`].
    pub(super) fn hooks(&self) -> Vec<&'static install::Hook> {
        HOOKS
            .iter()
            .filter(|hook| self.names.is_empty() || self.names.iter().any(|name| name == hook.name))
            .collect()
    }
}

fn hook_names() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(HOOKS.iter().map(|hook| hook.name))
}

#[derive(Debug, Args)]
pub(super) struct AllowArguments {
    /// The fingerprint that the report prints
    #[arg(value_name = "FINGERPRINT")]
    pub(super) fingerprint: String,
    /// Why it may stay; whoever reads the configuration will want to know
    #[arg(long)]
    pub(super) reason: String,
    /// Last day on which it is accepted
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) expires: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    #[command(flatten)]
    pub(super) issuers: IssuerArguments,
    /// Send nothing: only decode what tokens say of themselves
    #[arg(long)]
    pub(super) offline: bool,
}

#[derive(Debug, Args)]
pub(super) struct RevokeArguments {
    #[command(flatten)]
    pub(super) issuers: IssuerArguments,
    /// Ask for no confirmation; only together with --fingerprint
    #[arg(long, requires = "fingerprint")]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["from", "secret_from_stdin", "sha256"]))]
pub(super) struct FindArguments {
    /// Look for the secrets of a JSON report, by their hash where they do not stand there any more
    #[arg(long, value_name = "REPORT.json", conflicts_with = "secret_from_stdin")]
    pub(super) from: Option<PathBuf>,
    /// Of that report, only the finding with this fingerprint; may be given several times
    #[arg(long, value_name = "FINGERPRINT", requires = "from")]
    pub(super) fingerprint: Vec<String>,
    /// Look for the secrets on standard input, one a line
    #[arg(long)]
    pub(super) secret_from_stdin: bool,
    /// Look for the secret with this hash; only a rule's own shapes are seen then
    #[arg(long, value_name = "HEX")]
    pub(super) sha256: Vec<String>,
    /// Files and folders to search
    #[arg(value_name = "PATH", required = true)]
    pub(super) paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct DoctorArguments {
    /// Images of containers to look into, as `docker save` writes them
    #[arg(value_name = "IMAGE.tar")]
    pub(super) images: Vec<PathBuf>,
}

/// Which credentials, and whom to ask.
#[derive(Debug, Args)]
pub(super) struct IssuerArguments {
    #[command(flatten)]
    pub(super) scan: ScanArguments,
    /// Take the findings of a JSON report, and read their secrets again where they stand; `-` for standard input
    #[arg(long, value_name = "REPORT.json", conflicts_with_all = ["paths", "tracked", "staged", "range", "unpushed", "all_history"])]
    pub(super) from: Option<PathBuf>,
    /// Only the finding with this fingerprint; may be given several times
    #[arg(long, value_name = "FINGERPRINT")]
    pub(super) fingerprint: Vec<String>,
    /// Address of the Hugging Face Hub [default: $HF_ENDPOINT or https://huggingface.co]
    #[arg(long, value_name = "URL")]
    pub(super) endpoint: Option<String>,
    /// Address of GitHub's API [default: $GITHUB_API_URL or https://api.github.com]
    #[arg(long, value_name = "URL")]
    pub(super) github_api: Option<String>,
    /// How long one answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(super) timeout: u64,
}

#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// One line a rule
    List,
    /// What a rule looks for, its source, and how to revoke what it finds
    Show {
        /// The rule
        id: String,
    },
    /// Turn what another scanner was told into entries and rules for `.hf-guard.toml`
    ///
    /// They are written to standard output; what could not be carried over is told on standard error, one line each.
    Import {
        /// The scanner that the file was written for
        #[arg(value_enum)]
        from: Scanner,
        /// Its configuration (gitleaks) or baseline (detect-secrets)
        file: PathBuf,
    },
    /// Check rules and allowlist of a configuration: regexes, examples, cost, duplicates, unused entries
    Check {
        /// The configuration; `.hf-guard.toml` of this repository by default
        file: Option<PathBuf>,
    },
}

/// Another scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Scanner {
    /// A `.gitleaks.toml`
    Gitleaks,
    /// A `.secrets.baseline`, with the files that it speaks of
    DetectSecrets,
}
