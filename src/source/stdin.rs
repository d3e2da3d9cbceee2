//! Standard input, all of it counting as added.

use std::io::Read;

use bstr::BStr;

use super::{Progress, Scanned, SourceError};
use crate::finding::{Origin, Part};
use crate::scan::{Place, Scanner};

/// The path that a report gives to standard input.
pub const PATH: &str = "<stdin>";

/// Reads `input` to its end and scans it.
///
/// # Errors
/// [`SourceError::ReadInput`] where it breaks off.
pub fn scan(
    mut input: impl Read,
    scanner: &Scanner,
    progress: &Progress,
) -> Result<Scanned, SourceError> {
    let mut text = Vec::new();
    progress
        .while_waiting(|| input.read_to_end(&mut text))
        .map_err(|source| SourceError::ReadInput { source })?;
    let mut scanned = Scanned::default();
    let place = Place {
        path: BStr::new(PATH),
        part: Part::Content,
        origin: &Origin::Stdin,
    };
    scanned.scan_whole(scanner, &text, place)?;
    Ok(scanned)
}
