//! What `doctor` found: each problem with the line that mends it.

use std::io::{self, Write};

use serde::Serialize;

use super::json::{SCHEMA, write_document};
use super::paint::{Paint, Role};
use super::words::{number, push};
use super::{Format, Options, runner};
use crate::doctor::{Diagnosis, Problem};
use crate::outcome::Skip;
use crate::text::escape;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    problems: &'a [Problem],
    skipped: &'a [Skip],
    files: usize,
}

/// Writes the report: for a person, or else as JSON.
///
/// # Errors
/// Those of `out`.
pub fn write(diagnosis: &Diagnosis, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if options.format != Format::Human {
        let document = Document {
            schema: SCHEMA,
            problems: &diagnosis.problems,
            skipped: &diagnosis.skipped,
            files: diagnosis.files,
        };
        return write_document(&document, out);
    }
    let paint = Paint::new(options.colored());
    let mut text = String::new();
    for problem in &diagnosis.problems {
        let place = escape::for_terminal(&problem.place);
        let what = escape::for_terminal(problem.what.as_bytes());
        let fix = escape::for_terminal(problem.fix.as_bytes());
        push(
            &mut text,
            format_args!(
                "{} {what}\n    {}",
                paint.paint(Role::Place, format!("{place}:")),
                paint.paint(Role::Command, fix)
            ),
        );
    }
    for skip in &diagnosis.skipped {
        let path = escape::for_terminal(&skip.path);
        let reason = escape::for_terminal(skip.reason.as_bytes());
        push(&mut text, format_args!("{path}: not read: {reason}"));
    }
    let mut last = match diagnosis.problems.len() {
        0 => "no problem".to_owned(),
        count => number(count, "problem"),
    };
    if !diagnosis.skipped.is_empty() {
        last.push_str(&format!("; {} not read", diagnosis.skipped.len()));
    }
    push(&mut text, format_args!("hf-guard: {last}."));
    runner::write(&text, options, out)
}
