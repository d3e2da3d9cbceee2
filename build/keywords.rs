//! The keyword automaton: the table that `src/prefilter` steps through.
//!
//! In: families, and signs of what is encoded. Out: the source that `src/prefilter` includes.

use std::fmt::Write as _;

use crate::catalog::parsed;
use crate::family::Family;
use crate::implied;
use crate::table::{Needle, Table};

/// Signs of an escape that stands for a character of a credential. Others are everywhere: `\u001b` in the output of
/// notebooks, `%20` and `%3D` in URLs, `\n` in every string, `&#39;` in HTML.
pub(crate) const ESCAPES: &[&str] = &[
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
    "&#4",
    "&#5",
    "&#6",
    "&#7",
    "&#95",
    "&#97",
    "&#98",
    "&#99",
    "&#10",
    "&#11",
    "&#120",
    "&#121",
    "&#122",
    "&#x3",
    "&#x4",
    "&#x5",
    "&#x6",
    "&#x7",
];

/// The sign of a notebook, after the rules and the escapes.
pub(crate) const NOTEBOOK: &str = "\"nbformat\"";

/// The automaton of the rules' keywords, computed here so that no run has to.
pub(crate) fn source(
    name: &str,
    families: &[Family],
    signs: &[(usize, &[&'static str])],
) -> String {
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
