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
    let text = match options.format {
        Format::Human if options.surroundings.github_actions => {
            runner::disarm(&human::render(register, options))
        }
        Format::Human => human::render(register, options),
        Format::Csv if options.surroundings.github_actions => {
            runner::disarm(&csv::render(register))
        }
        Format::Csv => csv::render(register),
        Format::Html => html::render(register),
        _ => return write_document(register, out),
    };
    out.write_all(text.as_bytes())?;
    out.flush()
}
