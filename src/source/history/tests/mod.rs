//! Reading only what is new against reading every object whole.
//!
//! Generated packs (`packs`, of `texts`) are held against the plain way in `properties`; `seams` and `trees` are cases of which the
//! generated ones may hold too few.

mod packs;
mod properties;
mod seams;
mod texts;
mod trees;

use super::*;
use crate::git::pack::testing::{self, Made, name};
use crate::rules::{Rule, RuleSet};

/// Rules whose matches are short and long, with and without context, and begin in the middle of each other.
const RULES: &str = r#"
keywords = ["zz"]
regex = 'zz[a-f]{2,6}'
---
keywords = ["key"]
regex = '(?i)key ?= ?(?P<secret>[a-f0-9]{4})\b'
---
keywords = ["_longkeyword_"]
regex = '[a-f]{0,30}_longkeyword_[a-f]{3}'
left = "none"
---
keywords = ["ab", "ba"]
regex = '(?m)^(ab|ba){2}$'
---
keywords = ["qq_token", "qq_token_of_many"]
regex = '[a-f]{0,12}qq_token|qq_token_of_many_[ab]{4}'
left = "none"
---
keywords = ["hf_"]
regex = 'hf_[A-Za-z]{34}'
"#;

fn rules() -> RuleSet {
    RuleSet::new(RULES.split("---").enumerate().map(|(number, own)| {
        let rest = format!(
            "id = \"rule-{number}\"\nprovider = \"\"\ndescription = \"\"\nconfidence = \"high\"\n\
             source = \"\"\nrevoke = \"\"\nexamples = []\nplaceholders = 'keep'\n{own}"
        );
        let rule: Rule = toml::from_str(&rest).expect("a rule");
        &*Box::leak(Box::new(rule))
    }))
}

type Seen = Vec<(Oid, String, Vec<u8>, crate::finding::Position)>;

fn seen<'a>(held: impl IntoIterator<Item = (Oid, &'a [Finding])>) -> Seen {
    let mut seen: Seen = held
        .into_iter()
        .flat_map(|(oid, findings)| {
            findings.iter().map(move |finding| {
                let secret = finding.secret.expose().to_vec();
                (oid, finding.rule.id.to_string(), secret, finding.start)
            })
        })
        .collect();
    seen.sort();
    seen
}

/// Every object whole, through every rule.
fn plain(scanner: &Scanner, texts: &[(Kind, Vec<u8>)]) -> Seen {
    let place = crate::scan::Place {
        path: bstr::BStr::new(b""),
        part: crate::finding::Part::Content,
        origin: &crate::finding::Origin::Stdin,
    };
    let mut all = Vec::new();
    for (number, (kind, text)) in texts.iter().enumerate() {
        let parts = match kind {
            Kind::Tree => tree::names(text),
            _ => vec![&text[..]],
        };
        for part in parts {
            let candidates = scanner.candidates(part).expect("the rules compile");
            all.push((name(number), scanner.findings(&candidates, place)));
        }
    }
    seen(all.iter().map(|(oid, findings)| (*oid, &**findings)))
}

/// The entries as a pack in an object folder.
fn store_of(entries: &[Made]) -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let files = testing::files(entries);
    let pack = folder.path().join("pack");
    std::fs::create_dir(&pack).expect("the folder can be made");
    std::fs::write(pack.join("pack-1.pack"), files.pack).expect("the pack can be written");
    std::fs::write(pack.join("pack-1.idx"), files.index).expect("the index can be written");
    let store = Store::open(&[folder.path().to_owned()]).expect("it opens");
    (store, folder)
}

fn scan_files(scanner: &Scanner, entries: &[Made], jobs: usize) -> History {
    let (store, _folder) = store_of(entries);
    scan_store(scanner, &store, jobs)
}

fn scan_store(scanner: &Scanner, store: &Store, jobs: usize) -> History {
    let options = Options {
        jobs,
        max_bytes: 1 << 28,
    };
    let progress = Progress::default();
    let present = Present::new(store, &[]);
    let mut readers = readers(options, scanner, &present, &progress);
    let history = read(store, &[], options, &progress, &mut readers).expect("it is sound");
    collect(history, readers, &progress)
}

/// What is mapped stays.
#[test]
fn a_pack_that_is_removed_meanwhile_is_read_to_its_end() {
    let (store, folder) = store_of(&[Made::Whole(3, b"zzab".to_vec())]);
    folder.close().expect("it can be removed");
    let history = scan_store(&Scanner::new(rules()), &store, 2);
    assert_eq!((history.held.len(), history.unread.len()), (1, 0));
}
