//! Packs `src/rules/*.toml` and computes their keyword automaton, so that a run of the program has neither to do; and makes
//! the released program small.
#![allow(clippy::unwrap_used, reason = "a build script may stop the build")]

mod link;

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/rules/model.rs"]
mod model;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/prefilter/table.rs"]
mod table;

use libdeflater::{CompressionLvl, Compressor};
use model::{Rule, Text};
use table::{Needle, Table};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rules: Vec<Rule>,
}

fn main() {
    println!("cargo::rerun-if-changed=src/rules");
    println!("cargo::rerun-if-changed=src/prefilter/table.rs");
    let mut files: Vec<_> = fs::read_dir("src/rules")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    let families: Vec<(String, Vec<Rule>)> = files
        .iter()
        .map(|file| {
            let text = fs::read_to_string(file).unwrap();
            match toml::from_str::<RuleFile>(&text) {
                Ok(parsed) => {
                    let name = file.file_stem().unwrap().to_str().unwrap();
                    (name.to_owned(), parsed.rules)
                }
                Err(error) => panic!("{}: {error}", file.display()),
            }
        })
        .collect();
    let out = env::var("OUT_DIR").unwrap();
    let out = Path::new(&out);
    link::small(out);
    fs::write(out.join("catalog.rs"), catalog(&families, out)).unwrap();
    let rules: Vec<Rule> = families.into_iter().flat_map(|(_, rules)| rules).collect();
    fs::write(out.join("keywords.rs"), keywords(&rules)).unwrap();
}

/// One compressed text a file, and the constants that say where each lies.
fn catalog(files: &[(String, Vec<Rule>)], out: &Path) -> String {
    let mut source = String::from("static PACKED: [Packed; FILES] = [\n");
    let mut first = 0;
    for (name, rules) in files {
        let json = serde_json::to_vec(rules).unwrap();
        let mut compressor = Compressor::new(CompressionLvl::best());
        let mut deflated = vec![0; compressor.deflate_compress_bound(json.len())];
        let len = compressor.deflate_compress(&json, &mut deflated).unwrap();
        fs::write(out.join(format!("{name}.deflated")), &deflated[..len]).unwrap();
        writeln!(
            source,
            "Packed {{ first: {first}, json_bytes: {}, deflated: include_bytes!(concat!(env!(\"OUT_DIR\"), \
             \"/{name}.deflated\")), rules: OnceLock::new() }},",
            json.len(),
        )
        .unwrap();
        first += rules.len();
    }
    writeln!(
        source,
        "];\n\nconst FILES: usize = {};\n\nconst RULES: usize = {first};",
        files.len()
    )
    .unwrap();
    source
}

fn text(value: &Text) -> String {
    format!("Cow::Borrowed({value:?})")
}

/// The automaton of the rules' keywords, computed here so that no run has to.
fn keywords(rules: &[Rule]) -> String {
    let needles = rules.iter().enumerate().flat_map(|(index, rule)| {
        rule.keywords.iter().map(move |keyword| Needle {
            keyword: keyword.clone(),
            rule: index,
        })
    });
    let mut source = String::from("static BUILTIN_TABLES: &[Table] = &[\n");
    for table in Table::build(needles) {
        let needles: Vec<String> = table
            .needles
            .iter()
            .map(|needle| {
                format!(
                    "Needle {{ keyword: {}, rule: {} }}",
                    text(&needle.keyword),
                    needle.rule
                )
            })
            .collect();
        writeln!(
            source,
            "Table {{ rows: Cow::Borrowed(&{:?}), root: {}, first_match: {}, output_ends: Cow::Borrowed(&{:?}), \
             outputs: Cow::Borrowed(&{:?}), needles: Cow::Borrowed(&[{}]) }},",
            table.rows,
            table.root,
            table.first_match,
            table.output_ends,
            table.outputs,
            needles.join(", "),
        )
        .unwrap();
    }
    source.push_str("];\n");
    source
}
