//! Arguments of what follows a leak.

use std::path::PathBuf;

use clap::Args;

use super::scan::ScanArguments;

#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArguments {
    #[command(flatten)]
    pub(in crate::cli) issuers: IssuerArguments,
    /// Send nothing: only decode what tokens say of themselves
    #[arg(long)]
    pub(in crate::cli) offline: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RevokeArguments {
    #[command(flatten)]
    pub(in crate::cli) issuers: IssuerArguments,
    /// Ask for no confirmation; only together with --fingerprint
    #[arg(long, requires = "fingerprint")]
    pub(in crate::cli) yes: bool,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["from", "secret_from_stdin", "sha256"]))]
pub(in crate::cli) struct FindArguments {
    /// Look for the secrets of a JSON report, by their hash where they do not stand there any more
    #[arg(long, value_name = "REPORT.json", conflicts_with = "secret_from_stdin")]
    pub(in crate::cli) from: Option<PathBuf>,
    /// Of that report, only the finding with this fingerprint; may be given several times
    #[arg(long, value_name = "FINGERPRINT", requires = "from")]
    pub(in crate::cli) fingerprint: Vec<String>,
    /// Look for the secrets on standard input, one a line
    #[arg(long)]
    pub(in crate::cli) secret_from_stdin: bool,
    /// Look for the secret with this hash; only a rule's own shapes are seen then
    #[arg(long, value_name = "HEX")]
    pub(in crate::cli) sha256: Vec<String>,
    /// Files and folders to search
    #[arg(value_name = "PATH", required = true)]
    pub(in crate::cli) paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RespondArguments {
    /// The fingerprints that a report prints
    #[arg(
        value_name = "FINGERPRINT",
        required_unless_present = "remove_replace_text"
    )]
    pub(in crate::cli) fingerprints: Vec<String>,
    /// Take what is known from a JSON report, of `verify` too; `-` for standard input; may be given several times
    #[arg(long, value_name = "REPORT.json")]
    pub(in crate::cli) from: Vec<PathBuf>,
    /// Write what `git filter-repo` is to replace to FILE, which only you can read: it holds the secrets
    ///
    /// FILE must not be there, and lie below .git or outside of every work tree.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) replace_text: Option<PathBuf>,
    /// Remove a file that --replace-text wrote, and do nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fingerprints", "from", "replace_text"])]
    pub(in crate::cli) remove_replace_text: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DoctorArguments {
    /// Images of containers to look into, as `docker save` writes them
    #[arg(value_name = "IMAGE.tar")]
    pub(in crate::cli) images: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct InventoryArguments {
    /// Take in a JSON report or a register, of this machine or another; may be given several times; `-` for standard input
    #[arg(long, value_name = "REPORT.json")]
    pub(in crate::cli) from: Vec<PathBuf>,
    /// Repositories whose histories are read; the one at hand where neither is given
    #[arg(value_name = "REPOSITORY")]
    pub(in crate::cli) repositories: Vec<PathBuf>,
}

/// Which credentials, and whom to ask.
#[derive(Debug, Args)]
pub(in crate::cli) struct IssuerArguments {
    #[command(flatten)]
    pub(in crate::cli) scan: ScanArguments,
    /// Take the findings of a JSON report, and read their secrets again where they stand; `-` for standard input
    #[arg(long, value_name = "REPORT.json", conflicts_with_all = ["paths", "tracked", "staged", "range", "unpushed", "all_history"])]
    pub(in crate::cli) from: Option<PathBuf>,
    /// Only the finding with this fingerprint; may be given several times
    #[arg(long, value_name = "FINGERPRINT")]
    pub(in crate::cli) fingerprint: Vec<String>,
    /// Address of the Hugging Face Hub [default: $HF_ENDPOINT or https://huggingface.co]
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) endpoint: Option<String>,
    /// Address of GitHub's API [default: $GITHUB_API_URL or https://api.github.com]
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) github_api: Option<String>,
    /// How long one answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(in crate::cli) timeout: u64,
}
