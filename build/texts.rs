//! Texts that go into the program compressed: tables, the plan, the page of the register.
//!
//! In: files of `src`. Out: each compressed, and a constant that says where it lies.

use std::fs;
use std::path::Path;

use libdeflater::{CompressionLvl, Compressor};

/// A compressed text, and the constant that says where it lies.
pub(crate) fn pack(name: &str, text: &[u8], out: &Path) {
    fs::write(out.join(format!("{name}.deflated")), deflated(text)).unwrap();
    let source = format!(
        "const PACKED: crate::packed::Packed = crate::packed::Packed {{ deflated: include_bytes!(concat!(env!(\"OUT_DIR\"), \
         \"/{name}.deflated\")), bytes: {} }};\n",
        text.len()
    );
    fs::write(out.join(format!("{name}.rs")), source).unwrap();
}

/// A table, as compressed JSON.
pub(crate) fn pack_table(name: &str, file: &str, out: &Path) {
    let text = String::from_utf8(read(file)).unwrap();
    let table: toml::Value =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    pack(name, &serde_json::to_vec(&table).unwrap(), out);
}

pub(crate) fn read(file: &str) -> Vec<u8> {
    println!("cargo::rerun-if-changed={file}");
    fs::read(file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The taxonomies, each on a line, and its items after it.
pub(crate) fn taxonomies() -> String {
    let file = "src/taxonomy/taxonomies.toml";
    let text = String::from_utf8(read(file)).unwrap();
    let table: toml::Value =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let line = |kind: &str, entry: &toml::Value, names: &[&str]| {
        let fields = names.iter().map(|name| match entry.get(*name) {
            Some(toml::Value::Array(words)) => {
                let words: Vec<&str> = words.iter().map(|word| word.as_str().unwrap()).collect();
                words.join(" ")
            }
            value => value
                .and_then(toml::Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        });
        let fields: Vec<String> = fields.collect();
        format!("{kind}\t{}\n", fields.join("\t"))
    };
    let mut lines = String::new();
    for taxonomy in table["taxonomies"].as_array().unwrap() {
        let names = ["id", "short", "name", "version", "organization", "url"];
        lines += &line("taxonomy", taxonomy, &names);
        for item in taxonomy["items"].as_array().unwrap() {
            lines += &line("item", item, &["id", "name", "when", "why", "steps"]);
        }
    }
    lines
}

/// The page of the register with its style and its script.
pub(crate) fn page() -> String {
    let text =
        |name: &str| String::from_utf8(read(&format!("src/report/register/{name}"))).unwrap();
    text("page.html")
        .replace("{{style}}", &text("page.css"))
        .replace("{{script}}", &text("page.js"))
}

pub(crate) fn deflated(json: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::best());
    let mut deflated = vec![0; compressor.deflate_compress_bound(json.len())];
    let len = compressor.deflate_compress(json, &mut deflated).unwrap();
    deflated.truncate(len);
    deflated
}
