//! The built-in rules, packed.
//!
//! In: one compressed text a file of `src/rules`, made by `build/`. Out: the rules of a file, when the first of them is
//! asked for: most commits hold no keyword, and need none. Packed, all of them take a tenth of what they do as
//! constants, whose every text is a pointer that has to be relocated at start-up.

use std::ops::Index;
use std::sync::OnceLock;

use libdeflater::Decompressor;

use super::{Rule, Shape};

include!(concat!(env!("OUT_DIR"), "/catalog.rs"));

/// The rules of one file.
struct Packed {
    /// The index over all files of the first one.
    first: usize,
    /// Bytes of the JSON array that [`Packed::deflated`] inflates to.
    json_bytes: usize,
    /// Raw deflate stream.
    deflated: &'static [u8],
    /// The rules, once they were asked for.
    rules: OnceLock<Vec<Rule>>,
}

impl Packed {
    fn rules(&self) -> &[Rule] {
        self.rules.get_or_init(|| {
            let mut json = vec![0; self.json_bytes];
            Decompressor::new()
                .deflate_decompress(self.deflated, &mut json)
                .expect("the build script compressed it");
            serde_json::from_slice(&json).expect("the build script wrote it")
        })
    }
}

/// The built-in rules of the preset `default`, in the order of their files' names and within each of its lines.
pub static BUILTIN: Catalog = Catalog {
    start: 0,
    end: DEFAULT_RULES,
};

/// What the preset `strict` adds to them.
pub static STRICT: Catalog = Catalog {
    start: DEFAULT_RULES,
    end: DEFAULT_RULES + STRICT_RULES,
};

/// A stretch of the rules in the program.
#[derive(Clone, Copy, Debug)]
pub struct Catalog {
    start: usize,
    end: usize,
}

impl Catalog {
    /// How many rules there are.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "it is a constant above zero")]
    pub const fn len(&self) -> usize {
        self.end - self.start
    }

    /// All rules, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static Rule> + Clone {
        (self.start..self.end).map(rule)
    }
}

impl Index<usize> for Catalog {
    type Output = Rule;

    fn index(&self, index: usize) -> &'static Rule {
        assert!(index < self.len(), "there are {} rules", self.len());
        rule(self.start + index)
    }
}

/// The rule of this index, counted over all files.
pub(super) fn rule(index: usize) -> &'static Rule {
    let file = PACKED.partition_point(|packed| packed.first <= index) - 1;
    &PACKED[file].rules()[index - PACKED[file].first]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct File {
        rules: Vec<Rule>,
    }

    #[test]
    fn unpacked_rules_equal_the_files() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
        let files = |folder: std::path::PathBuf| {
            let mut files: Vec<_> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| {
                    path.extension()
                        .is_some_and(|extension| extension == "toml")
                })
                .collect();
            files.sort();
            files
        };
        let written: Vec<Rule> = files(folder.clone())
            .iter()
            .chain(&files(folder.join("strict")))
            .flat_map(|file| {
                let text = std::fs::read_to_string(file).unwrap();
                toml::from_str::<File>(&text).unwrap().rules
            })
            .collect();
        assert_eq!(written.len(), BUILTIN.len() + STRICT.len());
        for (index, written) in written.iter().enumerate() {
            assert_eq!(written, rule(index));
        }
        assert_eq!(written.last(), Some(&STRICT[STRICT.len() - 1]));
    }
}
