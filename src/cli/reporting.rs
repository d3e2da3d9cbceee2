//! The last step of every scan: the report, to standard output or to the file of `--output`.

use std::env;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::args::{self, Options};
use crate::allow::parts;
use crate::outcome::{Exit, Outcome};
use crate::report::{self, Accepted, Color, Detail, Format, Surroundings};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReportError {
    /// Standard output is closed or full.
    #[error("the report could not be written to standard output; use --output FILE")]
    Stdout {
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("the report could not be written to {}; name another --output FILE", path.display())]
    File {
        /// The file of `--output`.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// Writes the report of `outcome`, the parts of a credential joined.
///
/// # Errors
/// [`ReportError`] where any of it could not be written; the run is then unfinished, whatever it found.
pub(super) fn write(outcome: &mut Outcome, options: &Options) -> Result<(), ReportError> {
    parts::join(outcome);
    let Some(path) = &options.output else {
        let stdout = io::stdout().lock();
        let report = report_options(options, stdout.is_terminal());
        return report::write(outcome, &report, &mut BufWriter::new(stdout))
            .map_err(|source| ReportError::Stdout { source });
    };
    let report = report_options(options, false);
    write_file(outcome, &report, path)
        .and_then(|()| point_to(outcome, &report, path))
        .map_err(|source| ReportError::File {
            path: path.clone(),
            source,
        })
}

/// Writes beside the file and renames: a reader never meets half a report. What is no plain file (`/dev/stderr`, a pipe)
/// cannot be replaced and is written to.
fn write_file(outcome: &Outcome, report: &report::Options, path: &Path) -> io::Result<()> {
    if path.exists() && !path.is_file() {
        let file = std::fs::OpenOptions::new().write(true).open(path)?;
        return report::write(outcome, report, &mut BufWriter::new(file));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = temporary_file_in(folder)?;
    report::write(outcome, report, &mut BufWriter::new(&mut file))?;
    file.persist(path)?;
    Ok(())
}

/// With the permissions that any new file gets; tempfile's own default is for secrets, and a report holds none.
fn temporary_file_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// A blocked commit must not look like a broken one: one line says where the report went.
fn point_to(outcome: &Outcome, report: &report::Options, path: &Path) -> io::Result<()> {
    if outcome.exit() == Exit::Clean || report.detail == Detail::Quiet {
        return Ok(());
    }
    writeln!(
        io::stderr().lock(),
        "hf-guard: {} finding(s), {} text(s) not read; the report is in {}",
        outcome.findings.len(),
        outcome.skipped.len(),
        path.display()
    )
}

pub(super) fn report_options(options: &Options, terminal: bool) -> report::Options {
    report::Options {
        format: match options.format {
            args::Format::Human => Format::Human,
            args::Format::Json => Format::Json,
            args::Format::Sarif => Format::Sarif,
        },
        detail: match (options.quiet, options.verbose) {
            (true, _) => Detail::Quiet,
            (false, false) => Detail::Normal,
            (false, true) => Detail::Verbose,
        },
        accepted: if options.show_accepted {
            Accepted::List
        } else {
            Accepted::Count
        },
        color: match options.color {
            args::Color::Auto => Color::Auto,
            args::Color::Always => Color::Always,
            args::Color::Never => Color::Never,
        },
        surroundings: surroundings(terminal),
    }
}

fn surroundings(terminal: bool) -> Surroundings {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    Surroundings {
        terminal,
        no_color: is_set("NO_COLOR"),
        clicolor_force: env::var_os("CLICOLOR_FORCE")
            .is_some_and(|value| !value.is_empty() && value != "0"),
        dumb_terminal: env::var_os("TERM").is_some_and(|value| value == "dumb"),
        github_actions: env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
        // git starts hooks at the root and says in GIT_PREFIX where the person stands.
        below_root: is_set("GIT_PREFIX") || !Path::new(".git").exists(),
    }
}
