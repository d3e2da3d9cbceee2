//! Packs `src/rules/*.toml` and computes their keyword automaton, so that a run of the program has neither to do; and makes
//! the released program small.
#![allow(clippy::unwrap_used, reason = "a build script may stop the build")]
#![allow(
    clippy::print_stdout,
    reason = "it is how a build script speaks to Cargo"
)]

mod link;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/rules/issuer.rs"]
mod issuer;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/rules/model.rs"]
mod model;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/prefilter/table.rs"]
mod table;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/rules/shape.rs"]
mod shape;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/rules/shorthand.rs"]
mod shorthand;

use libdeflater::{CompressionLvl, Compressor};
use model::{Rule, Text};
use shape::Shape;
use table::{Needle, Table};

/// Signs of an escape that stands for a character of a credential. Others are everywhere: `\u001b` in the output of
/// notebooks, `%20` and `%3D` in URLs, `\n` in every string.
const ESCAPES: &[&str] = &[
    "\\u002",
    "\\u003",
    "\\u004",
    "\\u005",
    "\\u006",
    "\\u007",
    "\\u{2",
    "\\u{3",
    "\\u{4",
    "\\u{5",
    "\\u{6",
    "\\u{7",
    "\\U0000002",
    "\\U0000003",
    "\\U0000004",
    "\\U0000005",
    "\\U0000006",
    "\\U0000007",
    "\\x2",
    "\\x3",
    "\\x4",
    "\\x5",
    "\\x6",
    "\\x7",
    "%25",
    "%2b",
    "%2d",
    "%2e",
    "%2f",
    "%30",
    "%31",
    "%32",
    "%33",
    "%34",
    "%35",
    "%36",
    "%37",
    "%38",
    "%39",
    "%4",
    "%5",
    "%6",
    "%7",
];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rules: Vec<Rule>,
}

/// The rules of one file, and what it is called.
struct Family {
    name: String,
    rules: Vec<Rule>,
}

fn main() {
    println!("cargo::rerun-if-changed=src/rules");
    println!("cargo::rerun-if-changed=src/prefilter/table.rs");
    let out = env::var("OUT_DIR").unwrap();
    let out = Path::new(&out);
    link::small(out);
    println!("cargo::rerun-if-changed=src/issuer/issuers.toml");
    fs::write(out.join("issuers.rs"), issuers(out)).unwrap();
    let default = families("src/rules");
    let strict = families("src/rules/strict");
    fs::write(out.join("catalog.rs"), catalog(&default, &strict, out)).unwrap();
    fs::write(
        out.join("keywords.rs"),
        keywords(
            "BUILTIN_TABLES",
            &default,
            &[(1, &[NOTEBOOK]), (0, ESCAPES)],
        ) + &keywords("STRICT_TABLES", &strict, &[]),
    )
    .unwrap();
}

/// The rules of the TOML files in `folder`, in order of file name.
fn families(folder: &str) -> Vec<Family> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    let family = |file: &PathBuf| {
        let text = fs::read_to_string(file).unwrap();
        let parsed = toml::from_str::<RuleFile>(&text);
        Family {
            name: file.file_stem().unwrap().to_str().unwrap().to_owned(),
            rules: parsed
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
                .rules,
        }
    };
    files.iter().map(family).collect()
}

/// One compressed text a file, and the constants that say where each lies.
fn catalog(default: &[Family], strict: &[Family], out: &Path) -> String {
    let mut source = String::from("static PACKED: [Packed; FILES] = [\n");
    let mut first = 0;
    let mut hugging_face = 0..0;
    for (number, Family { name, rules }) in default.iter().chain(strict).enumerate() {
        let json = serde_json::to_vec(rules).unwrap();
        fs::write(out.join(format!("{number}.deflated")), deflated(&json)).unwrap();
        writeln!(
            source,
            "Packed {{ first: {first}, json_bytes: {}, deflated: include_bytes!(concat!(env!(\"OUT_DIR\"), \
             \"/{number}.deflated\")), rules: OnceLock::new() }},",
            json.len(),
        )
        .unwrap();
        if name == "huggingface" {
            hugging_face = first..first + rules.len();
        }
        first += rules.len();
    }
    let count =
        |families: &[Family]| -> usize { families.iter().map(|family| family.rules.len()).sum() };
    source.push_str(
        "];\n\n/// What is known of each rule's matches.\n\
         pub(super) static SHAPES: [Shape; DEFAULT_RULES + STRICT_RULES] = [\n",
    );
    for rule in default
        .iter()
        .chain(strict)
        .flat_map(|family| &family.rules)
    {
        writeln!(source, "{:?},", shape_of(rule)).unwrap();
    }
    writeln!(
        source,
        "];\n\nconst FILES: usize = {};\n\nconst DEFAULT_RULES: usize = {};\n\nconst STRICT_RULES: usize = {};\n\n\
         /// Where the rules of Hugging Face stand.\n\
         pub(super) const HUGGING_FACE: std::ops::Range<usize> = {hugging_face:?};",
        default.len() + strict.len(),
        count(default),
        count(strict),
    )
    .unwrap();
    source
}

/// The table of issuers, compressed, and how long it is; only `verify` and `revoke` unpack it.
fn issuers(out: &Path) -> String {
    let file = "src/issuer/issuers.toml";
    let table: toml::Value = toml::from_str(&fs::read_to_string(file).unwrap())
        .unwrap_or_else(|error| panic!("{file}: {error}"));
    let json = serde_json::to_vec(&table).unwrap();
    fs::write(out.join("issuers.deflated"), deflated(&json)).unwrap();
    format!(
        "const JSON_BYTES: usize = {};\n\nstatic DEFLATED: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/issuers.deflated\"));\n",
        json.len()
    )
}

fn deflated(json: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::best());
    let mut deflated = vec![0; compressor.deflate_compress_bound(json.len())];
    let len = compressor.deflate_compress(json, &mut deflated).unwrap();
    deflated.truncate(len);
    deflated
}

/// Custom rules' shapes are computed when they compile, from the same structure.
fn shape_of(rule: &Rule) -> Shape {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(&shorthand::expand(&rule.regex))
        .ok()
        .and_then(|hir| Shape::of(&hir))
        .unwrap_or_else(|| panic!("the regex of {} is bad, or a match has no longest", rule.id))
}

fn text(value: &Text) -> String {
    format!("Cow::Borrowed({value:?})")
}

/// The sign of a notebook, after the rules and the escapes.
const NOTEBOOK: &str = "\"nbformat\"";

/// The automaton of the rules' keywords, computed here so that no run has to.
fn keywords(name: &str, families: &[Family], signs: &[(usize, &[&'static str])]) -> String {
    let rules = families.iter().flat_map(|family| &family.rules);
    let count = rules.clone().count();
    let signs = signs.iter().flat_map(|&(kind, signs)| {
        signs.iter().map(move |&sign| Needle {
            keyword: sign.into(),
            rule: count + kind,
        })
    });
    let needles = rules.enumerate().flat_map(|(index, rule)| {
        rule.keywords.iter().map(move |keyword| Needle {
            keyword: keyword.clone(),
            rule: index,
        })
    });
    let mut source = format!("static {name}: &[Table] = &[\n");
    for table in Table::build(needles.chain(signs)) {
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
