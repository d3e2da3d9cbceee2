//! The files of `--baseline` and `--write-baseline`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::reporting;
use crate::allow::baseline::{Baseline, MalformedBaseline};
use crate::outcome::Outcome;

/// Why a baseline is of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum BaselineError {
    /// It cannot be read.
    #[error("cannot read the baseline {path:?}; write it with --write-baseline FILE")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It cannot be written.
    #[error("cannot write the baseline {path:?}; name another FILE")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It holds something else.
    #[error(transparent)]
    Malformed(#[from] MalformedBaseline),
}

/// Reads one.
///
/// # Errors
/// [`BaselineError`] where it cannot be read or holds something else.
pub(super) fn read(path: &Path) -> Result<Baseline, BaselineError> {
    let bytes = fs::read(path).map_err(|source| BaselineError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    Ok(Baseline::parse(&bytes)?)
}

/// Writes that of `outcome`.
///
/// # Errors
/// [`BaselineError`] where it cannot be written.
pub(super) fn write(path: &Path, outcome: &Outcome) -> Result<(), BaselineError> {
    let text = Baseline::of(outcome).to_text();
    let write = |out: &mut dyn io::Write| {
        out.write_all(text.as_bytes())?;
        out.flush()
    };
    reporting::write_file(path, &write).map_err(|source| BaselineError::Write {
        path: path.to_path_buf(),
        source,
    })
}
