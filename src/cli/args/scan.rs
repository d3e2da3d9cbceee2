//! What is to be scanned.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct ScanArguments {
    /// Scan what `git commit` would record now (the default without PATH)
    #[arg(long, conflicts_with_all = ["paths", "tracked", "all_history"])]
    pub(in crate::cli) staged: bool,
    /// Scan every file that git tracks, as it stands in the index
    #[arg(long, conflicts_with_all = ["paths", "all_history"])]
    pub(in crate::cli) tracked: bool,
    /// Scan the commits of a range, as `git rev-list` takes it: `origin/main..HEAD`
    #[arg(long, value_name = "A..B", allow_hyphen_values = true, conflicts_with_all = ["paths", "tracked", "staged", "all_history"])]
    pub(in crate::cli) range: Option<String>,
    /// Scan every commit that no remote's tracking branch has
    #[arg(long, conflicts_with_all = ["paths", "tracked", "staged", "range", "all_history"])]
    pub(in crate::cli) unpushed: bool,
    /// Files and folders to scan whole (in folders what is not tracked as .gitignore says), or `-` for standard input
    #[arg(value_name = "PATH", conflicts_with = "all_history")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) history: HistoryArguments,
}

/// A scan of everything that the repository holds.
#[derive(Debug, Args)]
pub(in crate::cli) struct HistoryArguments {
    /// Scan every object of the repository: each version of each file, each message and tag, on a branch or not
    #[arg(long)]
    pub(in crate::cli) all_history: bool,
    /// Threads that read the history; as many as there are cores by default
    #[arg(long, value_name = "N", requires = "all_history", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(in crate::cli) jobs: Option<u16>,
    /// Memory for objects in work while the history is read, in bytes or with K, M or G; the mapped packs come on top
    #[arg(long, value_name = "SIZE", requires = "all_history", default_value = "256M", value_parser = size)]
    pub(in crate::cli) max_memory: usize,
    /// Tell only of what refs that match GLOB lead to: `main`, `v1.*`, `origin/*`, `HEAD`; may be given several times
    #[arg(
        long,
        value_name = "GLOB",
        requires = "all_history",
        conflicts_with = "no_provenance"
    )]
    pub(in crate::cli) refs: Vec<String>,
    /// Tell only of what commits since DATE bring: `2026-01-31`, `2 weeks ago`, whatever git reads
    #[arg(
        long,
        value_name = "DATE",
        requires = "all_history",
        conflicts_with = "no_provenance"
    )]
    pub(in crate::cli) since: Option<String>,
    /// Tell only of what commits until DATE bring
    #[arg(
        long,
        value_name = "DATE",
        requires = "all_history",
        conflicts_with = "no_provenance"
    )]
    pub(in crate::cli) until: Option<String>,
    /// Tell only of files that match GLOB, read as in .gitignore; may be given several times
    #[arg(
        long,
        value_name = "GLOB",
        requires = "all_history",
        conflicts_with = "no_provenance"
    )]
    pub(in crate::cli) path: Vec<String>,
    /// Do not look up which commit brought a finding, and where it still stands
    #[arg(long, requires = "all_history", conflicts_with = "baseline")]
    pub(in crate::cli) no_provenance: bool,
    /// Accept the findings whose fingerprints FILE lists
    #[arg(long, value_name = "FILE", requires = "all_history")]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// Write the fingerprints of what is found to FILE, for --baseline
    #[arg(
        long,
        value_name = "FILE",
        requires = "all_history",
        conflicts_with = "no_provenance"
    )]
    pub(in crate::cli) write_baseline: Option<PathBuf>,
}

impl HistoryArguments {
    /// The option that was given without --all-history and means nothing then. clap does not say so where another argument
    /// forbids --all-history.
    pub(in crate::cli) fn stray(&self) -> Option<&'static str> {
        let given = [
            ("--jobs", self.jobs.is_some()),
            ("--max-memory", self.max_memory != MAX_MEMORY),
            ("--refs", !self.refs.is_empty()),
            ("--since", self.since.is_some()),
            ("--until", self.until.is_some()),
            ("--path", !self.path.is_empty()),
            ("--no-provenance", self.no_provenance),
            ("--baseline", self.baseline.is_some()),
            ("--write-baseline", self.write_baseline.is_some()),
        ];
        let stray = given.iter().find(|(_, is_given)| *is_given);
        stray.filter(|_| !self.all_history).map(|(name, _)| *name)
    }

    /// Those of a plain `--all-history`.
    pub(in crate::cli) fn whole() -> Self {
        Self {
            all_history: true,
            jobs: None,
            max_memory: MAX_MEMORY,
            refs: Vec::new(),
            since: None,
            until: None,
            path: Vec::new(),
            no_provenance: false,
            baseline: None,
            write_baseline: None,
        }
    }
}

/// What a walk takes where nobody says more or less, in bytes: the default of --max-memory.
const MAX_MEMORY: usize = 256 << 20;

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
