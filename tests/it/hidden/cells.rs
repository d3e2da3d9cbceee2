//! In notebooks: tokens split over the strings of a cell, and those of outputs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{notebook, only};
use crate::support::{Sandbox, hf_token};

#[test]
fn a_token_split_over_source_lines_is_one_text() {
    let token = hf_token(32);
    let quoted = format!("login(token='{token}')\n");
    for cut in [16, 17, 20, 30, 48] {
        let (left, right) = quoted.split_at(cut);
        let text = notebook(&["import os\n", left, right, "print(1)"]);
        let finding = only("a.ipynb", &text, &token);
        assert_eq!(finding["encoding"], json!(["split"]), "{cut}");
        assert_eq!(finding["cell"]["number"], 2);
        assert_eq!(finding["cell"]["kind"], "source");
        assert_eq!(finding["cell"]["line"], 2);
    }
    // In one piece it is no split one, and lines that end are no pieces.
    let whole = only("a.ipynb", &notebook(&["x = 1", &quoted]), &token);
    assert_eq!(whole["encoding"], json!([]));
    let (left, right) = token.split_at(20);
    let sandbox = Sandbox::new();
    sandbox.stage("a.ipynb", notebook(&[&format!("{left}\n"), right]));
    sandbox.guard(&[]).assert_code(0);
}

#[test]
fn the_output_s_type_is_told_of_encoded_tokens_too() {
    let token = hf_token(33);
    let text = json!({"cells": [{"cell_type": "code", "metadata": {}, "source": [], "outputs": [
        {"output_type": "display_data", "metadata": {}, "data": {
            "image/png": STANDARD.encode([0x89_u8; 3_000]),
            "text/html": ["<b>\n", format!("{}\n", STANDARD.encode(&token))]}},
    ]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    let finding = only("a.ipynb", &text.to_string(), &token);
    assert_eq!(finding["cell"]["mime"], "text/html");
    assert_eq!(finding["cell"]["kind"], "output");
    assert_eq!(finding["cell"]["line"], 2);
}
