//! The last step of every scan: the report, to standard output or to the file of `--output`.

use std::env;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::args::{self, Options};
use super::failure;
use crate::allow::parts;
use crate::doctor::Diagnosis;
use crate::outcome::{Exit, Outcome};
use crate::register::Register;
use crate::report::{self, Accepted, Color, Detail, Format, Surroundings};
use crate::respond::Plan;
use crate::search::Found;

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

impl ReportError {
    /// What became of writing where `options` say.
    pub(super) fn new(options: &Options, source: io::Error) -> Self {
        match &options.output {
            None => Self::Stdout { source },
            Some(path) => Self::File {
                path: path.clone(),
                source,
            },
        }
    }
}

/// Writes a report in the format and style that it is given.
type Render<'r> = &'r dyn Fn(&report::Options, &mut dyn Write) -> io::Result<()>;

/// Writes the report of `outcome`, the parts of a credential joined.
///
/// # Errors
/// [`ReportError`] where any of it could not be written; the run is then unfinished, whatever it found.
pub(super) fn write(outcome: &mut Outcome, options: &Options) -> Result<(), ReportError> {
    parts::join(outcome);
    let outcome: &Outcome = outcome;
    let line = (outcome.exit() != Exit::Clean).then(|| tally(outcome));
    deliver(options, line, &|report, out| {
        report::write(outcome, report, out)
    })
}

/// The same for an outcome whose credentials issuers were asked about: a person reads what those said.
///
/// # Errors
/// As for [`write`].
pub(super) fn write_verified(outcome: &Outcome, options: &Options) -> Result<(), ReportError> {
    deliver(
        options,
        Some(tally(outcome)),
        &|report, out| match report.format {
            Format::Human => report::verified::write(outcome, report, out),
            _ => report::write(outcome, report, out),
        },
    )
}

/// Writes where copies stand.
///
/// # Errors
/// As for [`write`].
pub(super) fn write_places(found: &Found, options: &Options) -> Result<(), ReportError> {
    let line = format!(
        "{} place(s), {} text(s) not read",
        found.places.len(),
        found.skipped.len()
    );
    deliver(options, Some(line), &|report, out| {
        report::places::write(found, report, out)
    })
}

/// Writes what is wrong with the machine.
///
/// # Errors
/// As for [`write`].
pub(super) fn write_diagnosis(diagnosis: &Diagnosis, options: &Options) -> Result<(), ReportError> {
    let line = format!(
        "{} problem(s), {} file(s) not read",
        diagnosis.problems.len(),
        diagnosis.skipped.len()
    );
    deliver(options, Some(line), &|report, out| {
        report::diagnosis::write(diagnosis, report, out)
    })
}

/// Writes the register.
///
/// # Errors
/// As for [`write`].
pub(super) fn write_register(register: &Register, options: &Options) -> Result<(), ReportError> {
    let line = format!(
        "{} credential(s), {} text(s) not read",
        register.credentials.len(),
        register.skipped.len()
    );
    deliver(options, Some(line), &|report, out| {
        report::register::write(register, report, out)
    })
}

/// Writes the plans for incidents.
///
/// # Errors
/// As for [`write`].
pub(super) fn write_plans(plans: &[Plan], options: &Options) -> Result<(), ReportError> {
    let line = format!("{} plan(s)", plans.len());
    deliver(options, Some(line), &|report, out| {
        report::plan::write(plans, report, out)
    })
}

fn tally(outcome: &Outcome) -> String {
    format!(
        "{} finding(s), {} text(s) not read",
        outcome.findings.len(),
        outcome.skipped.len()
    )
}

/// To standard output, or to the file of `--output`. A blocked commit must not look like a broken one: `line` then says where
/// the report went.
///
/// The watchdog waits meanwhile: a pager reads on when a person does.
fn deliver(options: &Options, line: Option<String>, render: Render<'_>) -> Result<(), ReportError> {
    options
        .progress
        .while_waiting(|| write_out(options, line, render))
}

fn write_out(
    options: &Options,
    line: Option<String>,
    render: Render<'_>,
) -> Result<(), ReportError> {
    let Some(path) = &options.output else {
        let stdout = io::stdout().lock();
        let report = report_options(options, stdout.is_terminal());
        return render(&report, &mut BufWriter::new(stdout))
            .map_err(|source| ReportError::Stdout { source });
    };
    let report = report_options(options, false);
    let pointed = || match line {
        Some(line) if report.detail != Detail::Quiet => writeln!(
            io::stderr().lock(),
            "{}",
            failure::masked(&format!(
                "hf-guard: {line}; the report is in {}",
                path.display()
            ))
        ),
        _ => Ok(()),
    };
    write_file(path, &|out| render(&report, out))
        .and_then(|()| pointed())
        .map_err(|source| ReportError::File {
            path: path.clone(),
            source,
        })
}

/// Writes beside the file and renames: a reader never meets half a report, and what was there outlives a full disk. What is
/// no plain file (`/dev/stderr`, a pipe) cannot be replaced and is written to.
pub(super) fn write_file(
    path: &Path,
    render: &dyn Fn(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if path.exists() && !path.is_file() {
        let file = std::fs::OpenOptions::new().write(true).open(path)?;
        return render(&mut BufWriter::new(file));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = temporary_file_in(folder)?;
    // The file itself: the other would name its temporary path in an error.
    render(&mut BufWriter::new(file.as_file_mut()))?;
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

pub(super) fn report_options(options: &Options, terminal: bool) -> report::Options {
    report::Options {
        format: match options.format {
            args::Format::Human => Format::Human,
            args::Format::Json => Format::Json,
            args::Format::Sarif => Format::Sarif,
            args::Format::Csv => Format::Csv,
            args::Format::Html => Format::Html,
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use clap::Parser as _;

    use super::*;

    #[test]
    fn whoever_reads_the_report_may_take_their_time() {
        let arguments = args::Arguments::try_parse_from(["hf-guard", "--output", "/dev/null"]);
        let options = arguments.expect("they are sound").options;
        let was_waiting = Cell::new(false);
        let render = |_: &report::Options, _: &mut dyn Write| {
            was_waiting.set(options.progress.is_waiting());
            Ok(())
        };
        deliver(&options, None, &render).expect("it can be written to");
        assert!(was_waiting.get());
        assert!(!options.progress.is_waiting());
    }
}
