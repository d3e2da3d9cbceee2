//! The register of credentials: for a person, a program, a spreadsheet, an auditor.

mod csv;
mod html;
mod human;
mod markup;
mod words;

use std::io::{self, Write};

use super::json::write_document;
use super::{Format, Options, runner};
use crate::register::Register;

/// Writes the register in the format that `options` name.
///
/// # Errors
/// Those of `out`.
pub fn write(register: &Register, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    match options.format {
        Format::Human => runner::write(&human::render(register, options), options, out),
        Format::Csv => runner::write(&csv::render(register), options, out),
        Format::Html => {
            out.write_all(html::render(register).as_bytes())?;
            out.flush()
        }
        _ => write_document(register, out),
    }
}
