//! Reading only what is new against reading every object whole.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::git::pack::testing::{self, Made, Run, delta, name};
use crate::rules::{Rule, RuleSet};
use crate::text::layer::sign;

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

/// What tokens are made of, so that seams fall inside of them and two copies make one.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::sample::select(vec![
            "z", "zz", "zzab", "a", "ab", "ba", "f", "abcdef", "key", "KEY", " = ", "=", "1a2b", "_long", "keyword_", "hf_",
            "h", "f_", "qq_token", "qq_token_of_many", "_of_many", "_of_many_ab", "\n", "\\n", " ", "\"", "-", "100644 ", "40000 ", "\0",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => (0..35_usize).prop_map(|len| b"qWeRtYuIoPaSdFgHjKlZxCvBnMqWeRtYuIoP"[..len].to_vec()),
        1 => prop::sample::select(vec![&b"\xff\xfe"[..], b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\"nbformat\": [\"zz", b"\", \"", b"\xfe\xff", b"z\0z\0a\0b\0", b"\xff", b"\0z\0z\0c\0d"])
            .prop_map(<[u8]>::to_vec),
        1 => prop::sample::select(encoded()),
        3 => prop::sample::select(valued()).prop_map(String::into_bytes),
        2 => (prop::sample::select(wide()), any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(
            |(text, from, len)| {
                let from = from.index(2 * text.len()).saturating_sub(text.len());
                let len = (text.len() - from).min(1 + len.index(2 * text.len()));
                text[from..from + len].to_vec()
            }
        ),
        1 => (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(
            |(which, from, len)| {
                let all = encoded();
                let text = &all[which.index(all.len())];
                let from = from.index(text.len());
                text[from..=from + len.index(text.len() - from)].to_vec()
            }
        ),
        1 => (1..300_usize).prop_map(|len| b"plain text. ".iter().copied().cycle().take(len).collect()),
    ]
}

/// A text with matches of two rules, and one with none, in every encoding; lines of wrapped base64 among them.
fn encoded() -> Vec<Vec<u8>> {
    let matching =
        "some words, then zzabcdef and key = 1a2b, then more of them to fill a line or two";
    let other =
        "some words, and no match of any rule in them, to fill a line or two as the others do";
    let mut all = Vec::new();
    for text in [matching, other] {
        let base64 = STANDARD.encode(text);
        all.push(STANDARD.encode(&base64));
        all.push(text.bytes().map(|byte| format!("{byte:02x}")).collect());
        all.push(text.bytes().map(|byte| format!("%{byte:02x}")).collect());
        all.push(text.bytes().map(|byte| format!("\\x{byte:02x}")).collect());
        all.push("words_zz%61bc_and_more_key\\u003d1a2b_and".to_owned());
        for wrap in ["\n", "\n  ", "\\n"] {
            all.push(
                base64
                    .as_bytes()
                    .chunks(44)
                    .map(bstr::BStr::new)
                    .map(|line| format!("{line}{wrap}"))
                    .collect(),
            );
        }
        all.push(base64);
    }
    all.into_iter().map(String::into_bytes).collect()
}

/// Signs of short values in base64, and such values with a match and without.
fn valued() -> Vec<String> {
    let values =
        ["a zzabcdef", "key = 1a2b", "no match at all.."].map(|text| STANDARD.encode(text));
    let mut all = values.to_vec();
    let signs = ["Basic ", "\"auth\": \"", "b64decode(b'"];
    for sign in signs {
        all.extend(values.iter().map(|value| format!("{sign}{value}\" ")));
    }
    all.extend(signs.map(str::to_owned));
    all.extend(
        [
            "kind: Secret\n",
            "kind: ",
            "Secret\n",
            "\"kind\":\"Secret\"",
        ]
        .map(str::to_owned),
    );
    all.push(values[0][..9].to_owned());
    all.push(values[0][9..].to_owned());
    all
}

/// The same in UTF-16 and UTF-32 of either order, and what is encoded in that.
fn wide() -> Vec<Vec<u8>> {
    let texts = [
        "some words, zzabcdef and key = 1a2b",
        "zzabc and sixteen",
        "no match in here at all",
        "sixteen or so qq_token",
    ];
    let encoded = encoded();
    let valued = valued();
    let texts = texts.iter().map(|text| text.as_bytes());
    texts
        .chain(valued.iter().map(|text| text.as_bytes()))
        .chain(encoded.iter().map(|text| &text[..text.len().min(150)]))
        .flat_map(|text| {
            let little: Vec<u8> = text.iter().flat_map(|&byte| [byte, 0]).collect();
            let big = [&[0][..], &little[..little.len() - 1]].concat();
            let long: Vec<u8> = text.iter().flat_map(|&byte| [byte, 0, 0, 0]).collect();
            let long_big = [&[0; 3][..], &long[..long.len() - 3]].concat();
            [little, big, long, long_big]
        })
        .collect()
}

#[derive(Clone, Debug)]
enum Planned {
    Copy(prop::sample::Index, prop::sample::Index),
    Insert(Vec<u8>),
}

fn planned() -> impl Strategy<Value = Planned> {
    prop_oneof![
        (any::<prop::sample::Index>(), any::<prop::sample::Index>())
            .prop_map(|(from, len)| Planned::Copy(from, len)),
        prop::collection::vec(fragment(), 1..4).prop_map(|parts| Planned::Insert(parts.concat())),
    ]
}

/// Packs of roots of every kind and deltas of any earlier object, with the text of each.
fn packs() -> impl Strategy<Value = (Vec<Made>, Vec<(Kind, Vec<u8>)>)> {
    let root = (1..5_u8, prop::collection::vec(fragment(), 0..30))
        .prop_map(|(kind, parts)| (kind, parts.concat()));
    let deltas = (
        any::<prop::sample::Index>(),
        prop::collection::vec(planned(), 0..7),
    );
    (
        prop::collection::vec(root, 1..4),
        prop::collection::vec(deltas, 0..30),
    )
        .prop_map(|(roots, deltas)| {
            let kinds = [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag];
            let mut entries = Vec::new();
            let mut texts = Vec::new();
            for (kind, text) in roots {
                entries.push(Made::Whole(kind, text.clone()));
                texts.push((kinds[usize::from(kind) - 1], text));
            }
            for (base, runs) in deltas {
                let base = base.index(entries.len());
                let (kind, base_text) = &texts[base];
                let runs: Vec<Run<'_>> = runs
                    .iter()
                    .filter_map(|run| match run {
                        Planned::Copy(..) if base_text.is_empty() => None,
                        Planned::Copy(from, len) => {
                            let from = from.index(base_text.len());
                            Some(Run::Copy(from, 1 + len.index(base_text.len() - from)))
                        }
                        Planned::Insert(new) => Some(Run::Insert(new)),
                    })
                    .collect();
                let text: Vec<u8> = runs
                    .iter()
                    .flat_map(|run| match run {
                        Run::Copy(from, len) => &base_text[*from..from + len],
                        Run::Insert(new) => *new,
                    })
                    .copied()
                    .collect();
                entries.push(Made::OffsetDelta(base, delta(base_text.len(), &runs)));
                texts.push((*kind, text));
            }
            (entries, texts)
        })
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
    let options = Options {
        jobs,
        max_bytes: 1 << 28,
    };
    scan_store(&store, &|_| None, scanner, options, &Progress::default()).expect("it is sound")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn only_what_is_new_is_as_good_as_everything((entries, texts) in packs()) {
        let scanner = Scanner::new(rules());
        let history = scan_files(&scanner, &entries, 2);
        prop_assert_eq!(history.objects, entries.len() as u64);
        prop_assert_eq!(history.bytes, texts.iter().map(|(_, text)| text.len() as u64).sum::<u64>());
        let read = seen(history.held.iter().map(|held| (held.oid, &*held.findings)));
        prop_assert_eq!(read, plain(&scanner, &texts));
    }
}

/// The generated packs are worth something only if they hold tokens made by every kind of seam.
#[test]
fn a_token_that_two_copies_make_is_found() {
    let scanner = Scanner::new(rules());
    let base = b"first zz and then abcdef";
    for (runs, expected) in [
        (vec![Run::Copy(0, 8), Run::Copy(18, 6)], 1),
        (
            vec![Run::Copy(0, 7), Run::Insert(b"z"), Run::Copy(18, 3)],
            1,
        ),
        (vec![Run::Copy(6, 2), Run::Copy(18, 2)], 1),
        (vec![Run::Copy(0, 8), Run::Copy(17, 7)], 0),
        (vec![Run::Copy(18, 1), Run::Copy(6, 2), Run::Copy(18, 6)], 0),
    ] {
        let entries = [
            Made::Whole(3, base.to_vec()),
            Made::OffsetDelta(0, delta(base.len(), &runs)),
        ];
        let history = scan_files(&scanner, &entries, 1);
        let found: usize = history.held.iter().map(|held| held.findings.len()).sum();
        assert_eq!(found, expected, "{runs:?}");
    }
}

/// Every token, cut at every place, its halves far apart in the base or new.
#[test]
fn no_seam_hides_a_token() {
    let scanner = Scanner::new(rules());
    let far = [b'.'; 100];
    let user_token = [
        b"hf_".to_vec(),
        b"qWeRtYuIoPaSdFgHjKlZxCvBnMqWeRtYuI".to_vec(),
    ]
    .concat();
    for token in [
        &b"zzabcdef"[..],
        b"key = 1a2b",
        b"abcdef_longkeyword_abc",
        &user_token,
    ] {
        let mut entries = Vec::new();
        let mut expected = 0;
        for cut in 1..token.len() {
            let (left, right) = token.split_at(cut);
            let base = [&far, left, b"-", &far, b"-", right, &far].concat();
            let root = entries.len();
            let start = Run::Copy(0, 100 + cut);
            let end = Run::Copy(202 + cut, right.len() + 100);
            let joined = [start.clone(), end.clone()];
            let right_is_new = [start, Run::Insert(right), Run::Copy(0, 100)];
            let left_is_new = [Run::Copy(0, 100), Run::Insert(left), end];
            entries.push(Made::Whole(3, base.clone()));
            for runs in [joined.to_vec(), right_is_new.to_vec(), left_is_new.to_vec()] {
                entries.push(Made::OffsetDelta(root, delta(base.len(), &runs)));
                expected += 1;
            }
        }
        let history = scan_files(&scanner, &entries, 1);
        let roots = (0..entries.len()).step_by(4).map(name).collect::<Vec<_>>();
        let of_deltas = history
            .held
            .iter()
            .filter(|held| !roots.contains(&held.oid));
        assert_eq!(of_deltas.count(), expected);
    }
}

/// The same for encoded ones, cut at every place.
#[test]
fn no_seam_hides_an_encoded_token() {
    let scanner = Scanner::new(rules());
    let far = [b'.'; 200];
    let mut found = 0;
    let value = STANDARD.encode("a short one: zzabcdef");
    let behind_signs = sign::VALUES.iter().map(|sign| format!("{sign} '{value}'"));
    let behind_signs: Vec<String> = behind_signs.collect();
    assert!(
        behind_signs.iter().all(|text| !plain(
            &scanner,
            &[(Kind::Blob, text.clone().into_bytes())]
        )
        .is_empty())
    );
    for token in encoded()
        .into_iter()
        .chain(behind_signs.into_iter().map(String::into_bytes))
    {
        let holds = !plain(&scanner, &[(Kind::Blob, token.clone())]).is_empty();
        let mut entries = Vec::new();
        for cut in 1..token.len() {
            let (left, right) = token.split_at(cut);
            let base = [&far, left, b"' '", &far, b"' '", right, &far].concat();
            let root = entries.len();
            let start = Run::Copy(0, 200 + cut);
            let end = Run::Copy(406 + cut, right.len() + 200);
            let joined = vec![start.clone(), end.clone()];
            let right_is_new = vec![start, Run::Insert(right), Run::Copy(0, 200)];
            let left_is_new = vec![Run::Copy(0, 200), Run::Insert(left), end];
            entries.push(Made::Whole(3, base.clone()));
            for runs in [joined, right_is_new, left_is_new] {
                entries.push(Made::OffsetDelta(root, delta(base.len(), &runs)));
            }
            // One byte of a whole one is written anew.
            let whole = [&far[..], &token, &far].concat();
            let root = entries.len();
            let same = [
                Run::Copy(0, 200 + cut - 1),
                Run::Insert(&token[cut - 1..cut]),
                Run::Copy(200 + cut, token.len() - cut + 200),
            ];
            entries.push(Made::Whole(3, whole.clone()));
            entries.push(Made::OffsetDelta(root, delta(whole.len(), &same)));
        }
        let history = scan_files(&scanner, &entries, 1);
        let held: Vec<Oid> = history.held.iter().map(|held| held.oid).collect();
        for (number, entry) in entries.iter().enumerate() {
            if matches!(entry, Made::OffsetDelta(..)) && holds {
                assert!(
                    held.contains(&name(number)),
                    "{:?} {number}",
                    bstr::BStr::new(&token)
                );
                found += 1;
            }
        }
    }
    assert!(found > 1_000, "{found}");
}

/// What tells that values are encoded may stand anywhere, and come or go without them.
#[test]
fn a_sign_far_from_its_value_is_seen() {
    let scanner = Scanner::new(rules());
    let far = "# nothing at all\n".repeat(40);
    let value = STANDARD.encode("zzabcdef and more");
    let manifest = format!("{far}data:\n  a: {value}\n{far}kind: Secret\n");
    let other = format!("{far}data:\n  a: {value}\n{far}kind: Service\n");
    let clean = format!("{far}data:\n  a: none\n{far}kind: Secret\n");
    let at = |text: &str, part: &str| text.find(part).expect("it is there");
    let (kind, whole) = (at(&other, "kind"), other.len());
    let place = at(&clean, "none");
    let rest = clean.len() - place - 4;
    let entries = [
        Made::Whole(3, manifest.clone().into_bytes()),
        Made::Whole(3, other.clone().into_bytes()),
        Made::Whole(3, clean.clone().into_bytes()),
        // The sign comes, before and after.
        Made::OffsetDelta(
            1,
            delta(whole, &[Run::Insert(b"kind: Secret\n"), Run::Copy(0, kind)]),
        ),
        Made::OffsetDelta(
            1,
            delta(whole, &[Run::Copy(0, kind + 8), Run::Insert(b"cret")]),
        ),
        // The value comes.
        Made::OffsetDelta(
            2,
            delta(
                clean.len(),
                &[
                    Run::Copy(0, place),
                    Run::Insert(value.as_bytes()),
                    Run::Copy(place + 4, rest),
                ],
            ),
        ),
        // Both stay, with something new in between.
        Made::OffsetDelta(
            0,
            delta(
                manifest.len(),
                &[
                    Run::Copy(0, 60),
                    Run::Insert(b"new\n"),
                    Run::Copy(60, manifest.len() - 60),
                ],
            ),
        ),
        Made::OffsetDelta(
            6,
            delta(manifest.len() + 4, &[Run::Copy(17, manifest.len() - 13)]),
        ),
        // Either goes.
        Made::OffsetDelta(
            0,
            delta(manifest.len(), &[Run::Copy(0, at(&manifest, "kind"))]),
        ),
        Made::OffsetDelta(
            0,
            delta(manifest.len(), &[Run::Copy(manifest.len() - 30, 30)]),
        ),
    ];
    let history = scan_files(&scanner, &entries, 1);
    let mut found: Vec<Oid> = history.held.iter().map(|held| held.oid).collect();
    found.sort();
    let mut expected: Vec<Oid> = [0, 3, 4, 5, 6, 7].map(name).to_vec();
    expected.sort();
    assert_eq!(found, expected);
}

/// A clean copy of a token carries it on; a change beside it can end it, and begin it.
#[test]
fn what_stands_beside_a_copied_keyword_decides() {
    let scanner = Scanner::new(rules());
    let base = b"zzab ";
    let entries = [
        Made::Whole(3, base.to_vec()),
        Made::OffsetDelta(0, delta(5, &[Run::Copy(0, 5), Run::Copy(0, 5)])),
        Made::OffsetDelta(0, delta(5, &[Run::Insert(b"x"), Run::Copy(0, 5)])),
        Made::OffsetDelta(2, delta(6, &[Run::Copy(1, 5)])),
        Made::OffsetDelta(0, delta(5, &[Run::Copy(0, 4), Run::Insert(b"g")])),
    ];
    let history = scan_files(&scanner, &entries, 1);
    let mut found: Vec<(Oid, usize)> = history
        .held
        .iter()
        .map(|held| (held.oid, held.findings.len()))
        .collect();
    found.sort();
    let mut expected = vec![(name(0), 1), (name(1), 2), (name(3), 1)];
    expected.sort();
    assert_eq!(found, expected);
}

/// In a tree that is none a name may begin anywhere: what stood first in the base need not in the copy.
#[test]
fn what_stands_before_a_copied_keyword_in_a_bent_tree_decides() {
    let scanner = Scanner::new(rules());
    let entries = [
        Made::Whole(2, b"zz".to_vec()),
        Made::OffsetDelta(
            0,
            delta(
                2,
                &[Run::Insert(b"= "), Run::Copy(0, 2), Run::Insert(b"ba")],
            ),
        ),
    ];
    let history = scan_files(&scanner, &entries, 1);
    assert_eq!(history.held.len(), 1);
}

/// Keywords past counting, handed from delta to delta.
#[test]
fn a_text_full_of_keywords_is_read_whole() {
    let scanner = Scanner::new(rules());
    let base = b"zz".repeat(MANY);
    let copies = delta(base.len(), &vec![Run::Copy(0, base.len()); 20]);
    let token = delta(
        base.len(),
        &[Run::Insert(b"zzab "), Run::Copy(0, base.len())],
    );
    let entries = [
        Made::Whole(3, base),
        Made::OffsetDelta(0, copies),
        Made::OffsetDelta(
            1,
            delta(40 * MANY, &[Run::Copy(7, 100), Run::Insert(b" zzcd")]),
        ),
        Made::OffsetDelta(0, token),
    ];
    let history = scan_files(&scanner, &entries, 1);
    assert_eq!(history.held.len(), 2);
}

const MANY: usize = marks::MAX_MARKS / 8;

/// Trees whose raw names hold what looks like entries, and deltas that begin and end anywhere.
fn trees() -> impl Strategy<Value = (Vec<Made>, Vec<Vec<u8>>)> {
    let mode = prop::sample::select(vec!["100644", "40000", "120000", "160000", "100755"]);
    let byte = prop::sample::select(vec![0, b' ', b'1', b'0', b'4', b'a', 0xff]);
    let entry = (mode, "[a-c ]{1,3}", prop::collection::vec(byte, 20));
    let entries = prop::collection::vec(
        entry.prop_map(|(mode, name, oid)| {
            [mode.as_bytes(), b" ", name.as_bytes(), b"\0", &*oid].concat()
        }),
        1..12,
    );
    let child = (
        any::<prop::sample::Index>(),
        prop::collection::vec(any::<prop::sample::Index>(), 0..14),
        prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    );
    (entries, prop::collection::vec(child, 1..6)).prop_map(|(entries, children)| {
        let mut made = vec![Made::Whole(2, entries[..entries.len() / 2].concat())];
        let mut texts = vec![entries[..entries.len() / 2].concat()];
        for (base, chosen, cuts) in children {
            let base = base.index(texts.len());
            let parts: Vec<&[u8]> = chosen
                .iter()
                .map(|at| &*entries[at.index(entries.len())])
                .collect();
            let text = parts.concat();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let runs: Vec<Run<'_>> = cuts
                .windows(2)
                .filter(|cut| cut[0] < cut[1])
                .map(|cut| {
                    let part = &text[cut[0]..cut[1]];
                    let found = memchr::memmem::rfind(&texts[base], part);
                    found.map_or(Run::Insert(part), |from| Run::Copy(from, part.len()))
                })
                .collect();
            made.push(Made::OffsetDelta(base, delta(texts[base].len(), &runs)));
            texts.push(text);
        }
        (made, texts)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_new_in_a_tree_names_all_that_the_whole_names((made, texts) in trees()) {
        let (store, _folder) = store_of(&made);
        let present = Present::new(&store, &[]);
        let scanner = Scanner::new(rules());
        let options = Options { jobs: 1, max_bytes: 1 << 28 };
        let progress = Progress::default();
        let mut readers = readers(options, &scanner, &present, &progress);
        read(&store, &[], options, &progress, &mut readers).expect("it is sound");
        let absent = readers[0].links.take_absent();
        let mut expected = HashSet::new();
        for text in &texts {
            let mut rest = &text[..];
            while let Some(nul) = memchr::memchr(0, rest) {
                if !rest.starts_with(b"16") {
                    expected.extend(Oid::from_bytes(&rest[nul + 1..nul + 21]));
                }
                rest = &rest[nul + 21..];
            }
        }
        prop_assert_eq!(absent.objects, expected);
        prop_assert!(absent.bent.is_empty());
    }
}

/// What is encoded in a name stays found when another part of the name is cut off, beside which nothing is new.
#[test]
fn a_name_that_is_cut_elsewhere_still_hides_its_token() {
    let scanner = Scanner::new(rules());
    let base = b"100644 words_zz%61bc_and_more\"ab";
    for len in [base.len() - 2, base.len() - 1, base.len()] {
        let entries = [
            Made::Whole(2, base.to_vec()),
            Made::OffsetDelta(0, delta(base.len(), &[Run::Copy(0, len)])),
            Made::OffsetDelta(
                0,
                delta(base.len(), &[Run::Copy(0, len), Run::Insert(b" more")]),
            ),
        ];
        let history = scan_files(&scanner, &entries, 1);
        assert_eq!(history.held.len(), 3, "{len}");
    }
}
