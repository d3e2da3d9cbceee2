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
#[path = "../src/rules/implied.rs"]
mod implied;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/rules/issuer.rs"]
mod issuer;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/rules/model.rs"]
mod model;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/order.rs"]
mod order;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/rules/run.rs"]
mod run;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/prefilter/table.rs"]
mod table;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/rules/shape.rs"]
mod shape;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/rules/shorthand.rs"]
mod shorthand;

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/text/layer/sign.rs"]
mod sign;

use libdeflater::{CompressionLvl, Compressor};
use model::{Rule, Text};
use regex_syntax::hir::Hir;
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
    println!("cargo::rerun-if-changed=src/text/layer/sign.rs");
    let out = env::var("OUT_DIR").unwrap();
    let out = Path::new(&out);
    link::small(out);
    pack_table("issuers", "src/issuer/issuers.toml", out);
    pack("taxonomies", taxonomies().as_bytes(), out);
    pack("plan", &read("src/report/plan/plan.md"), out);
    pack("page", page().as_bytes(), out);
    let default = families("src/rules");
    let strict = families("src/rules/strict");
    fs::write(out.join("catalog.rs"), catalog(&default, &strict, out)).unwrap();
    fs::write(
        out.join("keywords.rs"),
        keywords(
            "BUILTIN_TABLES",
            &default,
            &[
                (1, &[NOTEBOOK]),
                (0, ESCAPES),
                (2, sign::MANIFESTS),
                (3, sign::VALUES),
            ],
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

/// Two compressed texts a file, and the constants that say where each lies and what is known without them.
fn catalog(default: &[Family], strict: &[Family], out: &Path) -> String {
    let mut source = String::from("static FAMILIES: [Family; FILES] = [\n");
    let mut first = 0;
    let mut hugging_face = 0..0;
    for (number, Family { name, rules }) in default.iter().chain(strict).enumerate() {
        let mut others = rules.clone();
        let mut regexes = String::new();
        for rule in &mut others {
            assert!(!rule.regex.contains('\0'), "the regex of {}", rule.id);
            regexes += &std::mem::take(&mut rule.regex);
            regexes.push('\0');
        }
        let packed = |name: &str, text: &[u8]| {
            let file = format!("{number}.{name}");
            fs::write(out.join(&file), deflated(text)).unwrap();
            format!(
                "Packed {{ bytes: {}, deflated: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\")) }}",
                text.len()
            )
        };
        writeln!(
            source,
            "Family {{ first: {first}, regexes: {}, others: {}, unpacked: OnceLock::new(), rules: OnceLock::new() }},",
            packed("regexes", regexes.as_bytes()),
            packed("others", &serde_json::to_vec(&others).unwrap()),
        )
        .unwrap();
        if name == "huggingface" {
            hugging_face = first..first + rules.len();
        }
        first += rules.len();
    }
    let count =
        |families: &[Family]| -> usize { families.iter().map(|family| family.rules.len()).sum() };
    writeln!(
        source,
        "];\n\n{}\nconst FILES: usize = {};\n\nconst DEFAULT_RULES: usize = {};\n\nconst STRICT_RULES: usize = {};\n\n\
         /// Where the rules of Hugging Face stand.\n\
         pub(super) const HUGGING_FACE: std::ops::Range<usize> = {hugging_face:?};",
        known(default.iter().chain(strict).flat_map(|family| &family.rules)),
        default.len() + strict.len(),
        count(default),
        count(strict),
    )
    .unwrap();
    source
}

/// What is known of each rule's matches: tables, and of each rule its indices into them.
fn known<'r>(rules: impl Iterator<Item = &'r Rule>) -> String {
    let mut known = String::new();
    let mut needs: Vec<u128> = Vec::new();
    let mut sets: Vec<[u64; 4]> = Vec::new();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for rule in rules {
        let shape = Shape::of(&parsed(rule))
            .unwrap_or_else(|| panic!("a match of {} has no longest", rule.id));
        for run in &shape.runs.any_of {
            runs.push((place_of(&mut sets, run.set.0), run.len));
        }
        writeln!(
            known,
            "Known {{ max_len: {}, need: {}, runs_end: {}, left: Boundary::{:?}, right: Boundary::{:?} }},",
            shape.max_len,
            place_of(&mut needs, shape.need),
            runs.len(),
            rule.left,
            rule.right,
        )
        .unwrap();
    }
    format!(
        "static KNOWN: [Known; DEFAULT_RULES + STRICT_RULES] = [\n{known}];\n\n\
         /// Bytes of which a match holds one.\nstatic NEEDS: &[u128] = &{needs:?};\n\n\
         static SETS: &[[u64; 4]] = &{sets:?};\n\n\
         /// Set and length.\nstatic RUNS: &[(u8, u16)] = &{runs:?};\n"
    )
}

/// The index of `value` in `all`, where it is put if it is not there yet.
fn place_of<T: PartialEq>(all: &mut Vec<T>, value: T) -> usize {
    let at = all.iter().position(|other| *other == value);
    at.unwrap_or_else(|| {
        all.push(value);
        all.len() - 1
    })
}

/// A table, as compressed JSON.
fn pack_table(name: &str, file: &str, out: &Path) {
    let text = String::from_utf8(read(file)).unwrap();
    let table: toml::Value =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    pack(name, &serde_json::to_vec(&table).unwrap(), out);
}

fn read(file: &str) -> Vec<u8> {
    println!("cargo::rerun-if-changed={file}");
    fs::read(file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The taxonomies, each on a line, and its items after it.
fn taxonomies() -> String {
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

/// A compressed text, and the constant that says where it lies.
fn pack(name: &str, text: &[u8], out: &Path) {
    fs::write(out.join(format!("{name}.deflated")), deflated(text)).unwrap();
    let source = format!(
        "const PACKED: crate::packed::Packed = crate::packed::Packed {{ deflated: include_bytes!(concat!(env!(\"OUT_DIR\"), \
         \"/{name}.deflated\")), bytes: {} }};\n",
        text.len()
    );
    fs::write(out.join(format!("{name}.rs")), source).unwrap();
}

/// The page of the register with its style and its script.
fn page() -> String {
    let text =
        |name: &str| String::from_utf8(read(&format!("src/report/register/{name}"))).unwrap();
    text("page.html")
        .replace("{{style}}", &text("page.css"))
        .replace("{{script}}", &text("page.js"))
}

fn deflated(json: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::best());
    let mut deflated = vec![0; compressor.deflate_compress_bound(json.len())];
    let len = compressor.deflate_compress(json, &mut deflated).unwrap();
    deflated.truncate(len);
    deflated
}

/// The structure of a rule's regex, read as [`Rule`]s of a configuration are.
fn parsed(rule: &Rule) -> Hir {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(&shorthand::expand(&rule.regex))
        .unwrap_or_else(|error| panic!("the regex of {}: {error}", rule.id))
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
            exact: kind == 2,
        })
    });
    let needles = rules.enumerate().flat_map(|(index, rule)| {
        // Where only a keyword as it is written can be in a match, others are hits of pictures and identifiers.
        let exact = implied::exactly_by(&parsed(rule), &rule.keywords);
        rule.keywords.iter().map(move |keyword| Needle {
            keyword: keyword.clone(),
            rule: index,
            exact,
        })
    });
    let mut source = format!("static {name}: &[Table] = &[\n");
    for table in Table::build(needles.chain(signs)) {
        let Table {
            rows,
            root,
            first_match,
            output_ends,
            outputs,
            entries,
            keywords,
        } = table;
        writeln!(
            source,
            "Table {{ rows: Cow::Borrowed(&{rows:?}), root: {root}, first_match: {first_match}, \
             output_ends: Cow::Borrowed(&{output_ends:?}), outputs: Cow::Borrowed(&{outputs:?}), \
             entries: Cow::Borrowed(&{entries:?}), keywords: Cow::Borrowed(&{keywords:?}) }},",
        )
        .unwrap();
    }
    source.push_str("];\n");
    source
}
