//! The walk against a plain reading of the same packs, and against bent ones.

use proptest::prelude::*;

use super::testing::{self, Made, Run, delta, name};
use super::*;

/// Keeps every object, its text put together from pieces as well as at once.
#[derive(Default)]
struct Collect(Vec<(Oid, Kind, Vec<u8>)>);

impl Visitor for Collect {
    type State = usize;
    type Error = PackError;

    fn whole(&mut self, object: &Object<'_>, text: &[u8]) -> Result<usize, PackError> {
        self.0.push((object.oid(), object.kind, text.to_vec()));
        Ok(text.len())
    }

    fn delta(
        &mut self,
        object: &Object<'_>,
        base: &usize,
        change: &mut Change<'_>,
    ) -> Result<usize, PackError> {
        assert_eq!(change.base_len(), *base);
        let mut joined = Vec::new();
        for piece in change.pieces() {
            let (Piece::Copy(_, run) | Piece::Insert(run)) = piece;
            joined.extend_from_slice(run);
        }
        assert_eq!(change.text(), joined);
        self.0.push((object.oid(), object.kind, joined));
        Ok(change.len())
    }
}

const PLENTY: Limits = Limits {
    jobs: 2,
    max_bytes: 1 << 30,
};

fn walk_with(pack: &Pack, limits: Limits) -> (Walked, Vec<(Oid, Kind, Vec<u8>)>) {
    let mut visitors: Vec<Collect> = (0..limits.jobs).map(|_| Collect::default()).collect();
    let nowhere = |_: &Oid| Err("its base is missing");
    let walked = walk(pack, limits, &nowhere, &Progress::default(), &mut visitors)
        .expect("the pack as a whole is sound");
    let mut objects: Vec<_> = visitors.into_iter().flat_map(|visitor| visitor.0).collect();
    objects.sort_by_key(|object| object.0);
    (walked, objects)
}

fn walk_all(entries: &[Made]) -> (Walked, Vec<(Oid, Kind, Vec<u8>)>) {
    walk_with(
        &testing::open(&testing::files(entries)).expect("it opens"),
        PLENTY,
    )
}

/// Entries whose deltas are made of any other entry, and the text of each.
fn forests() -> impl Strategy<Value = (Vec<Made>, Vec<Vec<u8>>)> {
    let run = (
        any::<bool>(),
        any::<usize>(),
        any::<usize>(),
        prop::collection::vec(any::<u8>(), 1..200),
    );
    let entry = (
        0..4_u8,
        any::<usize>(),
        prop::collection::vec(run, 0..6),
        0..2000_usize,
    );
    prop::collection::vec(entry, 1..40).prop_map(|plan| {
        let mut entries = Vec::new();
        let mut texts: Vec<Vec<u8>> = Vec::new();
        for (number, (shape, base, runs, len)) in plan.into_iter().enumerate() {
            if number == 0 || shape == 0 {
                let text: Vec<u8> = (0..len).map(|at| (at % 251).to_le_bytes()[0]).collect();
                entries.push(Made::Whole(3, text.clone()));
                texts.push(text);
                continue;
            }
            let base = base % number;
            let base_text = &texts[base];
            let runs: Vec<Run<'_>> = runs
                .iter()
                .map(|(copy, from, len, new)| {
                    if *copy && !base_text.is_empty() {
                        let from = from % base_text.len();
                        Run::Copy(from, 1 + len % (base_text.len() - from))
                    } else {
                        Run::Insert(new)
                    }
                })
                .collect();
            let text = runs
                .iter()
                .flat_map(|run| match run {
                    Run::Copy(from, len) => &base_text[*from..from + len],
                    Run::Insert(new) => *new,
                })
                .copied()
                .collect();
            let bytes = delta(base_text.len(), &runs);
            entries.push(if shape == 1 {
                Made::NameDelta(name(base), bytes)
            } else {
                Made::OffsetDelta(base, bytes)
            });
            texts.push(text);
        }
        (entries, texts)
    })
}

proptest! {
    #[test]
    fn every_object_is_visited_once((entries, texts) in forests()) {
        let (walked, objects) = walk_all(&entries);
        let mut expected: Vec<_> = texts
            .into_iter()
            .enumerate()
            .map(|(number, text)| (name(number), Kind::Blob, text))
            .collect();
        expected.sort_by_key(|object| object.0);
        prop_assert_eq!(objects, expected);
        prop_assert_eq!(walked.visited, entries.len() as u64);
        prop_assert!(walked.failures.is_empty() && walked.too_large.is_empty());
    }

    #[test]
    fn a_flipped_bit_is_noticed_or_harmless(
        (entries, _) in forests(),
        at in any::<prop::sample::Index>(),
        bit in 0..8_u8,
        in_index in any::<bool>(),
    ) {
        let good = testing::files(&entries);
        let (_, expected) = walk_with(&testing::open(&good).expect("it opens"), PLENTY);
        let mut bent = testing::files(&entries);
        let bytes = if in_index { &mut bent.index } else { &mut bent.pack };
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(pack) = testing::open(&bent) {
            let mut visitors = [Collect::default()];
            let nowhere = |_: &Oid| Err("its base is missing");
            if let Ok(walked) = walk(&pack, PLENTY, &nowhere, &Progress::default(), &mut visitors) {
                let total = walked.visited + walked.failures.len() as u64;
                prop_assert_eq!(total, entries.len() as u64);
                if walked.failures.is_empty() {
                    // Names and checksums of the index itself are all that may differ.
                    let [Collect(objects)] = visitors;
                    let texts = |objects: Vec<(Oid, Kind, Vec<u8>)>| {
                        let mut texts: Vec<_> = objects.into_iter().map(|object| object.2).collect();
                        texts.sort();
                        texts
                    };
                    prop_assert!(in_index || at < 12 || at >= good.pack.len() - 20 || at < 8);
                    prop_assert_eq!(texts(objects), texts(expected));
                }
            }
        }
    }

    #[test]
    fn a_cut_file_is_refused((entries, _) in forests(), keep in any::<prop::sample::Index>()) {
        let mut bent = testing::files(&entries);
        let keep_pack = keep.index(bent.pack.len());
        bent.pack.truncate(keep_pack);
        prop_assert!(testing::open(&bent).is_err());
        let mut bent = testing::files(&entries);
        let keep_index = keep.index(bent.index.len());
        bent.index.truncate(keep_index);
        prop_assert!(testing::open(&bent).is_err());
    }
}

#[test]
fn a_chain_of_thousands_costs_two_texts() {
    let text = vec![b'x'; 1000];
    let mut entries = vec![Made::Whole(1, text)];
    for number in 0..20_000 {
        let runs = [Run::Insert(b"y"), Run::Copy(1, 999)];
        entries.push(Made::OffsetDelta(number, delta(1000, &runs)));
    }
    let pack = testing::open(&testing::files(&entries)).expect("it opens");
    let tight = Limits {
        jobs: 1,
        max_bytes: 2000,
    };
    let (walked, objects) = walk_with(&pack, tight);
    assert_eq!((walked.visited, objects.len()), (20_001, 20_001));
    assert!(walked.too_large.is_empty());
}

#[test]
fn a_bushy_tree_holds_as_many_texts_as_its_logarithm() {
    // Node n hangs below node (n - 1) / 2 for n up to 1022: ten levels.
    let mut entries = vec![Made::Whole(2, vec![b'x'; 1000])];
    for number in 1..1023 {
        entries.push(Made::OffsetDelta(
            (number - 1) / 2,
            delta(1000, &[Run::Copy(0, 1000)]),
        ));
    }
    let pack = testing::open(&testing::files(&entries)).expect("it opens");
    let with = |texts: usize| {
        let limits = Limits {
            jobs: 1,
            max_bytes: texts * 1000,
        };
        walk_with(&pack, limits).0
    };
    assert!(with(11).too_large.is_empty());
    let short = with(3);
    assert_eq!(short.visited + short.too_large.len() as u64, 1023);
    assert!(short.too_large.iter().all(|(_, kind)| *kind == Kind::Tree));
    assert!(!short.too_large.is_empty());
}

#[test]
fn deltas_of_each_other_are_named() {
    let copy = delta(4, &[Run::Copy(0, 4)]);
    let (walked, objects) = walk_all(&[
        Made::Whole(3, b"good".to_vec()),
        Made::NameDelta(name(2), copy.clone()),
        Made::NameDelta(name(3), copy.clone()),
        Made::NameDelta(name(1), copy.clone()),
        Made::NameDelta(name(4), copy.clone()),
        Made::OffsetDelta(4, copy.clone()),
        Made::NameDelta(name(0), copy),
    ]);
    assert_eq!(objects.len(), 2);
    let mut failed: Vec<Oid> = walked.failures.iter().map(|failure| failure.oid).collect();
    failed.sort();
    let mut expected = [1, 2, 3, 4, 5].map(name);
    expected.sort();
    assert_eq!(failed, expected);
}

#[test]
fn what_hangs_on_a_damaged_object_is_named_with_it() {
    let copy = delta(4, &[Run::Copy(0, 4)]);
    let (walked, objects) = walk_all(&[
        Made::Raw(vec![0x34, 1, 2, 3, 4]),
        Made::OffsetDelta(0, copy.clone()),
        Made::OffsetDelta(1, copy.clone()),
        Made::Whole(3, b"good".to_vec()),
        Made::OffsetDelta(3, delta(5, &[Run::Copy(0, 5)])),
        Made::OffsetDelta(4, copy.clone()),
        Made::Raw(vec![0x50]),
        Made::OffsetDelta(6, copy.clone()),
        Made::NameDelta(name(99), copy),
    ]);
    assert_eq!(objects, [(name(3), Kind::Blob, b"good".to_vec())]);
    assert_eq!(walked.failures.len(), 8);
}

#[test]
fn an_entry_that_claims_too_much_allocates_nothing() {
    // 2^50 bytes out of a few.
    let claim = vec![
        0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f, 0x78, 0x9c, 3, 0,
    ];
    let (walked, objects) = walk_all(&[Made::Raw(claim)]);
    assert_eq!((objects.len(), walked.failures.len()), (0, 1));
    // A delta of a few bytes that makes gigabytes is told apart, not made.
    let base = vec![b'a'; 0xffff];
    let bomb = delta(0xffff, &vec![Run::Copy(0, 0xffff); 20_000]);
    let (walked, objects) = walk_all(&[Made::Whole(3, base), Made::OffsetDelta(0, bomb)]);
    assert_eq!(objects.len(), 1);
    assert_eq!(walked.too_large, [(name(1), Kind::Blob)]);
}

#[test]
fn a_base_outside_of_the_pack_is_asked_for() {
    let made = Made::NameDelta(name(7), delta(5, &[Run::Copy(1, 4), Run::Insert(b"!")]));
    let further = Made::OffsetDelta(0, delta(5, &[Run::Copy(0, 2)]));
    let pack = testing::open(&testing::files(&[made, further])).expect("it opens");
    let resolve = |oid: &Oid| {
        assert_eq!(*oid, name(7));
        Ok((Kind::Tag, b"outer".to_vec()))
    };
    let mut visitors = [Collect::default()];
    let walked =
        walk(&pack, PLENTY, &resolve, &Progress::default(), &mut visitors).expect("it is sound");
    assert_eq!(walked.visited, 2);
    let [Collect(objects)] = visitors;
    assert!(objects.contains(&(name(0), Kind::Tag, b"uter!".to_vec())));
    assert!(objects.contains(&(name(1), Kind::Tag, b"ut".to_vec())));
}

#[test]
fn index_and_pack_must_belong_together() {
    let mut files = testing::files(&[Made::Whole(3, b"a".to_vec())]);
    let at = files.index.len() - 30;
    files.index[at] ^= 1;
    assert!(testing::open(&files).is_err());
    let mut files = testing::files(&[Made::Whole(3, b"a".to_vec())]);
    files.pack[11] = 2;
    assert!(testing::open(&files).is_err());
    let two = testing::files(&[Made::Whole(3, b"a".to_vec()), Made::Whole(3, b"b".to_vec())]);
    let mut twice = testing::files(&[Made::Whole(3, b"a".to_vec()), Made::Whole(3, b"b".to_vec())]);
    let offsets = 8 + 1024 + 2 * 24;
    for row in 0..2 {
        let first = u32::try_from(two.offsets[0]).expect("small").to_be_bytes();
        twice.index[offsets + 4 * row..][..4].copy_from_slice(&first);
    }
    let pack = testing::open(&twice).expect("its parts fit");
    let mut visitors = [Collect::default()];
    let nowhere = |_: &Oid| Err("its base is missing");
    assert!(walk(&pack, PLENTY, &nowhere, &Progress::default(), &mut visitors).is_err());
}
