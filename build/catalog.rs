//! The built-in rules, packed: two compressed texts a file, and small tables of what is known without unpacking them.
//!
//! In: families. Out: the source that `src/rules/catalog.rs` includes, and the texts beside it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use regex_syntax::hir::Hir;

use crate::family::Family;
use crate::model::Rule;
use crate::shape::Shape;
use crate::shorthand;
use crate::texts::deflated;

/// Two compressed texts a file, and the constants that say where each lies and what is known without them.
pub(crate) fn source(default: &[Family], strict: &[Family], out: &Path) -> String {
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

/// The structure of a rule's regex, read as [`Rule`]s of a configuration are.
pub(crate) fn parsed(rule: &Rule) -> Hir {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(&shorthand::expand(&rule.regex))
        .unwrap_or_else(|error| panic!("the regex of {}: {error}", rule.id))
}
