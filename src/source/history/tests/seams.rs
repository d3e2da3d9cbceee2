//! Matches that a delta makes, breaks or carries on where two of its instructions meet.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::texts::encoded;
use super::*;
use crate::git::pack::testing::{Run, delta};
use crate::text::layer::sign;

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
