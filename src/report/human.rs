//! For the person who is interrupted.

use std::io::{self, Write};

use crate::outcome::Outcome;
use crate::text::escape;

/// Writes the report; nothing where there is nothing to say.
///
/// # Errors
/// Those of `out`.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    for finding in &outcome.findings {
        writeln!(
            out,
            "{}:{}:{}: {} ({})",
            escape::for_terminal(&finding.shown_path),
            finding.start.line,
            finding.start.column,
            finding.rule.description,
            finding.secret
        )?;
    }
    for skip in &outcome.skipped {
        writeln!(
            out,
            "not read: {}: {}",
            escape::for_terminal(&skip.path),
            skip.reason
        )?;
    }
    Ok(())
}
