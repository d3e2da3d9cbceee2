//! An outcome in words: for a person, for a program, for a code host.
//!
//! In: an [`Outcome`] and [`Options`]. Out: text, written to whatever the edge passes. Nothing here decides the exit
//! code, and nothing here panics on a closed or full output: its error is returned.
//!
//! ```text
//!  human          for a person: block and stay (a finding and its history), then
//!    └─ remedy      how to take it out: habitat (what kind of text) ──► advice, variable, shell, rewrite; aftermath
//!  wire           the same at the other end of a push
//!  json           for a program; provenance
//!  sarif          for a code host; provenance, taxa
//!  verified, places, diagnosis, register, plan    what other commands than a scan have found
//!  paint, words, origin, narrowed, runner         how any of them says it
//! ```

mod advice;
mod aftermath;
mod block;
pub mod catalog;
pub mod diagnosis;
#[cfg(test)]
mod fixture;
mod habitat;
pub mod human;
pub mod json;
mod narrowed;
pub mod options;
mod origin;
mod paint;
pub mod places;
pub mod plan;
mod provenance;
pub mod register;
mod remedy;
mod rewrite;
mod runner;
pub mod sarif;
mod shell;
mod stay;
mod taxa;
mod variable;
pub mod verified;
pub mod wire;
mod words;

use std::io::{self, Write};

use crate::outcome::Outcome;
pub use options::{Accepted, Color, Detail, Format, Options, Surroundings};

/// Writes the report that `options` ask for, and flushes `out`.
///
/// # Errors
/// Those of `out`.
pub fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    match options.format {
        Format::Human => human::write(outcome, options, out),
        Format::Sarif => sarif::write(outcome, out),
        // The edge refuses the others for anything but the register; a program gets something that it can read.
        Format::Json | Format::Csv | Format::Html => json::write(outcome, out),
    }
}
