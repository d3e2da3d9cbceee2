//! What is computed when the program is built, so that no run has to.
//!
//! In: `src/rules/*.toml` and the texts of other rooms. Out: files of `OUT_DIR`, which those rooms include: the rules packed
//! ([`catalog`]), the automaton of their keywords ([`keywords`]), other [`texts`], packed. And [`link`] makes the released
//! program small.
#![allow(clippy::unwrap_used, reason = "a build script may stop the build")]
#![allow(
    clippy::print_stdout,
    reason = "it is how a build script speaks to Cargo"
)]

mod catalog;
mod keywords;
mod link;
mod texts;

use std::path::Path;
use std::{env, fs};

#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
#[path = "../src/rules/family.rs"]
mod family;

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

use keywords::{ESCAPES, NOTEBOOK};

fn main() {
    println!("cargo::rerun-if-changed=src/rules");
    println!("cargo::rerun-if-changed=src/prefilter/table.rs");
    println!("cargo::rerun-if-changed=src/text/layer/sign.rs");
    let out = env::var("OUT_DIR").unwrap();
    let out = Path::new(&out);
    link::small(out);
    texts::pack_table("issuers", "src/issuer/issuers.toml", out);
    texts::pack("taxonomies", texts::taxonomies().as_bytes(), out);
    texts::pack("plan", &texts::read("src/report/plan/plan.md"), out);
    texts::pack("page", texts::page().as_bytes(), out);
    let default = family::all(Path::new("src/rules"));
    let strict = family::all(Path::new("src/rules/strict"));
    fs::write(
        out.join("catalog.rs"),
        catalog::source(&default, &strict, out),
    )
    .unwrap();
    fs::write(
        out.join("keywords.rs"),
        keywords::source(
            "BUILTIN_TABLES",
            &default,
            &[
                (1, &[NOTEBOOK]),
                (0, ESCAPES),
                (2, sign::MANIFESTS),
                (3, sign::VALUES),
            ],
        ) + &keywords::source("STRICT_TABLES", &strict, &[]),
    )
    .unwrap();
}
