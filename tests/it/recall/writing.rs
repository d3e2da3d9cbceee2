//! What becomes of a text in a context: other line ends, another character set, JSON, an encoding.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub fn as_it_is(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

pub fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

pub fn every_line(mark: &str, text: &str) -> Vec<u8> {
    let lines = text.lines().map(|line| format!("{mark}{line}\n"));
    lines.collect::<String>().into_bytes()
}

pub fn long_line(text: &str) -> Vec<u8> {
    let filler = "var a=function(b){return b+1};".repeat(1_000);
    format!("{filler}{text};{filler}\n").into_bytes()
}

pub fn utf16(text: &str, bytes: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    let mark = mark.then_some('\u{feff}');
    let text: String = mark.into_iter().chain(text.chars()).collect();
    text.encode_utf16().flat_map(bytes).collect()
}

pub fn json(value: &serde_json::Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

pub fn json_in_json(text: &str) -> Vec<u8> {
    let inner = serde_json::json!({ "text": text }).to_string();
    json(&serde_json::json!({ "body": inner }))
}

pub fn notebook(text: &str, as_output: bool) -> Vec<u8> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let output = serde_json::json!({ "output_type": "stream", "name": "stdout", "text": lines });
    let (source, outputs) = if as_output {
        (vec!["!env"], vec![output])
    } else {
        (lines, vec![])
    };
    let cell = serde_json::json!({ "cell_type": "code", "metadata": {}, "source": source, "outputs": outputs });
    let notebook =
        serde_json::json!({ "cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5 });
    serde_json::to_vec_pretty(&notebook).expect("it is JSON")
}

pub fn secret(text: &str) -> Vec<u8> {
    let data = STANDARD.encode(text);
    format!("apiVersion: v1\nkind: Secret\ndata:\n  config: {data}\n").into_bytes()
}

pub fn wrapped(text: &str) -> Vec<u8> {
    // As in mail: what comes before moves the secret over the ends of lines.
    let data = STANDARD.encode(format!(
        "To whom it may concern, this is the new one:\n{text}"
    ));
    let lines: Vec<&str> = data
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).expect("it is ASCII"))
        .collect();
    format!(
        "Content-Transfer-Encoding: base64\n\n{}\n",
        lines.join("\n")
    )
    .into_bytes()
}

pub fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// As JavaScript's `encodeURIComponent` writes it.
pub fn percent(text: &str) -> String {
    let mut escaped = String::new();
    for one in text.chars() {
        if is_unreserved(one) {
            escaped.push(one);
        } else {
            let mut bytes = [0; 4];
            escaped.extend(
                one.encode_utf8(&mut bytes)
                    .bytes()
                    .map(|byte| format!("%{byte:02X}")),
            );
        }
    }
    escaped
}

pub fn is_unreserved(one: char) -> bool {
    one.is_ascii_alphanumeric() || "-_.~".contains(one)
}

pub fn unicode(text: &str) -> String {
    text.encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect()
}
