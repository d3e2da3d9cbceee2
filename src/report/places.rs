//! Where copies of a secret stand: the report of `find`.

use std::io::{self, Write};

use serde::Serialize;

use super::json::{SCHEMA, write_document};
use super::paint::{Paint, Role};
use super::words::{number, push};
use super::{Format, Options, runner};
use crate::outcome::{Skip, Summary};
use crate::search::{Form, Found, Place};
use crate::text::escape;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    places: &'a [Place],
    skipped: &'a [Skip],
    warnings: &'a [String],
    summary: Summary,
}

/// Writes the report: for a person, or else as JSON.
///
/// # Errors
/// Those of `out`.
pub fn write(found: &Found, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if options.format != Format::Human {
        let document = Document {
            schema: SCHEMA,
            places: &found.places,
            skipped: &found.skipped,
            warnings: &found.warnings,
            summary: found.summary,
        };
        return write_document(&document, out);
    }
    let text = render(found, Paint::new(options.colored()));
    runner::write(&text, options, out)
}

fn render(found: &Found, paint: Paint) -> String {
    let mut text = String::new();
    for place in &found.places {
        let path = escape::for_terminal(&place.path);
        let at = match place.in_name {
            true => format!("{path}:"),
            false => format!("{path}:{}:{}:", place.line, place.column),
        };
        push(
            &mut text,
            format_args!(
                "{} {}{}{}",
                paint.paint(Role::Place, at),
                paint.paint(Role::Alarm, &place.secret),
                if place.in_name {
                    " in the file's name"
                } else {
                    ""
                },
                form(place.form)
            ),
        );
    }
    for skip in &found.skipped {
        let path = escape::for_terminal(&skip.path);
        let reason = escape::for_terminal(skip.reason.as_bytes());
        push(&mut text, format_args!("{path}: not read: {reason}"));
    }
    for warning in &found.warnings {
        let warning = escape::for_terminal(warning.as_bytes());
        push(&mut text, format_args!("hf-guard: {warning}"));
    }
    let texts = usize::try_from(found.summary.texts).unwrap_or(usize::MAX);
    let mut last = format!(
        "{} in {}",
        number(found.places.len(), "copy").replace("copys", "copies"),
        number(texts, "text")
    );
    if !found.skipped.is_empty() {
        last.push_str(&format!("; {} not read", found.skipped.len()));
    }
    push(&mut text, format_args!("hf-guard: {last}."));
    text
}

fn form(form: Form) -> &'static str {
    match form {
        Form::Plain => "",
        Form::Utf16 => ", as UTF-16",
        Form::Base64 => ", as base64",
        Form::Hex => ", as hex digits",
        Form::Percent => ", percent-encoded",
        Form::JsonEscape => ", with the escapes of JSON",
        Form::Entities => ", with the entities of HTML",
        Form::Base64Twice => ", as base64 of base64",
    }
}
