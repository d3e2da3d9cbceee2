//! Tokens that do not stand in clear: base64, hex, escapes, up to three layers of them.

mod cells;
mod layers;

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::support::Sandbox;

/// A writer of one layer, and what reports call it.
type Writer = (&'static str, fn(&str) -> String);

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn unicode(text: &str) -> String {
    text.chars()
        .map(|character| format!("\\u{:04x}", u32::from(character)))
        .collect()
}

fn bytes(text: &str) -> String {
    text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
}

fn wide(text: &str) -> String {
    let units = text.encode_utf16();
    STANDARD.encode(units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
}

fn gzip(text: &str) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder
        .write_all(text.as_bytes())
        .expect("memory takes all");
    STANDARD.encode(encoder.finish().expect("memory takes all"))
}

fn entities(text: &str) -> String {
    text.bytes().map(|byte| format!("&#{byte};")).collect()
}

fn hex_entities(text: &str) -> String {
    text.bytes().map(|byte| format!("&#x{byte:X};")).collect()
}

const WRITERS: [Writer; 11] = [
    ("base64", |text| STANDARD.encode(text)),
    ("base64", |text| URL_SAFE.encode(text)),
    ("base64", |text| STANDARD_NO_PAD.encode(text)),
    ("base64-utf16", wide),
    ("base64-gzip", gzip),
    ("hex", hex),
    ("percent", percent),
    ("escapes", unicode),
    ("escapes", bytes),
    ("entities", entities),
    ("entities", hex_entities),
];

/// The one finding of a staged file; the report must hide the token and what it was written as.
#[track_caller]
fn only(path: &str, text: &str, token: &str) -> Value {
    let sandbox = Sandbox::new();
    sandbox.stage(path, text);
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1).assert_hides(token);
    let human = sandbox.guard(&[]);
    human.assert_code(1).assert_hides(token);
    let sarif = sandbox.guard(&["--format", "sarif"]);
    sarif.assert_hides(token);
    for encoded in [STANDARD.encode(token), hex(token), percent(token)] {
        for run in [&run, &human, &sarif] {
            assert!(!run.stdout.contains(&encoded[8..24]), "{text}: {run:?}");
        }
    }
    let report = run.json();
    let findings = report["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 1, "{text}: {run:?}");
    assert_eq!(findings[0]["rule"], "huggingface-user-token", "{text}");
    findings[0].clone()
}

/// A notebook whose one cell has these strings as its source.
fn notebook(source: &[&str]) -> String {
    let notebook = json!({
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n"]},
            {"cell_type": "code", "metadata": {}, "outputs": [], "source": source},
        ],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    });
    serde_json::to_string_pretty(&notebook).expect("it serializes")
}
