//! Notebooks of both formats, whole, broken and hostile, and the cell of one place in each.

use super::*;
use serde_json::json;

/// The cell of the text `KEY`, of which `notebook` has one.
#[track_caller]
fn locate(notebook: &str) -> Option<Cell> {
    let at = notebook.find("KEY").expect("the text holds KEY");
    Notebook::new(notebook.as_bytes()).cell_at(at)
}

fn cell(number: usize, kind: CellKind, mime: Option<&str>, line: usize) -> Option<Cell> {
    Some(Cell {
        number,
        kind,
        mime: mime.map(str::to_owned),
        line,
    })
}

#[track_caller]
fn assert_cell(cell_json: serde_json::Value, kind: CellKind, mime: Option<&str>, line: usize) {
    let first = json!({"cell_type": "markdown", "metadata": {}, "source": "a \"b\"\n{[c"});
    let notebook = json!({"metadata": {"k": ["x"]}, "cells": [first, cell_json], "nbformat": 4});
    for text in [
        notebook.to_string(),
        serde_json::to_string_pretty(&notebook).expect("it is JSON"),
    ] {
        assert_eq!(locate(&text), cell(2, kind, mime, line), "{text}");
    }
}

#[test]
fn source_is_a_list_or_one_string() {
    assert_cell(
        json!({"source": ["a\n", "b = \"KEY\"\n"]}),
        CellKind::Source,
        None,
        2,
    );
    assert_cell(
        json!({"source": "a\nb\n\\n KEY"}),
        CellKind::Source,
        None,
        3,
    );
    assert_cell(
        json!({"source": ["a\nb\n", "c\\\n", "KEY"]}),
        CellKind::Source,
        None,
        4,
    );
    assert_cell(
        json!({"outputs": [], "source": ["KEY"], "metadata": {}}),
        CellKind::Source,
        None,
        1,
    );
}

#[test]
fn outputs_tell_their_type() {
    let stream =
        json!({"outputs": [{"text": ["x\n"]}, {"output_type": "stream", "text": ["a\n", "KEY"]}]});
    assert_cell(stream, CellKind::Output, None, 2);
    let data =
        json!({"outputs": [{"data": {"text/html": ["a\n", "<b>KEY</b>"], "text/plain": "x"}}]});
    assert_cell(data, CellKind::Output, Some("text/html"), 2);
    let deep =
        json!({"outputs": [{"data": {"application/vnd.plotly.v1+json": {"a": [{"b": "KEY"}]}}}]});
    assert_cell(
        deep,
        CellKind::Output,
        Some("application/vnd.plotly.v1+json"),
        1,
    );
    let error = json!({"outputs": [{"traceback": ["a", "b\nc", "KEY"]}]});
    assert_cell(error, CellKind::Output, None, 4);
}

#[test]
fn the_rest_is_metadata() {
    assert_cell(
        json!({"metadata": {"tags": ["KEY"]}}),
        CellKind::Metadata,
        None,
        1,
    );
    assert_cell(
        json!({"outputs": [{"metadata": {"x": "KEY"}}]}),
        CellKind::Metadata,
        None,
        1,
    );
    assert_cell(json!({"id": "KEY"}), CellKind::Metadata, None, 1);
    assert_cell(json!({"KEY": 1}), CellKind::Metadata, None, 1);
}

#[test]
fn the_third_format_counts_cells_over_worksheets() {
    let notebook =
        json!({"worksheets": [{"cells": [{}, {}]}, {"cells": [{}, {"input": ["a\n", "KEY"]}]}]});
    assert_eq!(
        locate(&notebook.to_string()),
        cell(4, CellKind::Source, None, 2)
    );
}

#[test]
fn what_is_in_no_cell_has_none() {
    assert_eq!(
        locate(&json!({"metadata": {"widgets": "KEY"}, "cells": []}).to_string()),
        None
    );
    assert_eq!(locate(&json!({"cells": ["KEY"]}).to_string()), None);
    assert_eq!(locate("{\"cells\": [{\"source\": KEY}]}"), None);
}

#[test]
fn text_that_is_no_json_before_the_place_gives_none_and_after_it_does_not_matter() {
    for broken in [
        "{\"cells\": [{\"source\": [\"a\" \"KEY\"]}]}",
        "{\"cells\": [{\"source\" [\"KEY\"]}]}",
        "{\"cells\": [{]\"source\": [\"KEY\"]}]}",
        "{\"cells\": [}{\"source\": \"KEY\"}]}",
        "{} {\"cells\": [{\"source\": \"KEY\"}]}",
        "<<<<<<< HEAD\n{\"cells\": [{\"source\": \"KEY\"}]}",
        "KEY",
        "\"KEY",
    ] {
        assert_eq!(locate(broken), None, "{broken}");
    }
    assert_eq!(
        locate("{\"cells\": [{\"source\": \"KEY"),
        cell(1, CellKind::Source, None, 1)
    );
    assert_eq!(
        locate("\u{feff}{\"cells\": [{\"source\": \"KEY\\"),
        cell(1, CellKind::Source, None, 1)
    );
    assert_eq!(Notebook::new(b"").cell_at(0), None);
    assert_eq!(Notebook::new(b"{}  ").cell_at(9), None);
}

#[test]
fn offsets_may_come_in_any_order() {
    let notebook =
        json!({"cells": [{"source": ["KEY1\n", "KEY2\n"]}, {"source": "a\nKEY3"}]}).to_string();
    let mut reader = Notebook::new(notebook.as_bytes());
    let mut read = |key| {
        let at = notebook.find(key).expect("it is there");
        reader.cell_at(at).map(|cell| (cell.number, cell.line))
    };
    for key in ["KEY1", "KEY2", "KEY3", "KEY3", "KEY2", "KEY1", "KEY3"] {
        let expected = match key {
            "KEY1" => (1, 1),
            "KEY2" => (1, 2),
            _ => (2, 2),
        };
        assert_eq!(read(key), Some(expected), "{key}");
    }
}

#[test]
fn a_key_that_is_no_mime_type_is_not_shown() {
    for key in [
        "text/plain",
        "application/vnd.bokehjs_exec.v0+json",
        "application/vnd.google.colaboratory.intrinsic+json",
    ] {
        assert_eq!(mime_type(key.as_bytes()).as_deref(), Some(key));
    }
    for key in [
        "",
        "text",
        "text/",
        "text/Plain",
        "text/abcdefghijklmnopq",
        "a b/c",
        "text/\u{1b}",
    ] {
        assert_eq!(mime_type(key.as_bytes()), None, "{key}");
    }
}

#[test]
fn hostile_nesting_costs_a_byte_a_level() {
    let depth = 3_000_000;
    let mut notebook = "{\"cells\":[{\"metadata\":".to_owned() + &"[".repeat(depth);
    notebook.push_str("\"KEY\"");
    let begun = std::time::Instant::now();
    assert_eq!(locate(&notebook), cell(1, CellKind::Metadata, None, 1));
    notebook.insert_str(0, &"{\"x\":".repeat(100_000));
    assert_eq!(locate(&notebook), None);
    assert!(begun.elapsed().as_secs() < 20, "reading is linear");
}
