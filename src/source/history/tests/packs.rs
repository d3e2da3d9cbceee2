//! Packs of deltas that begin and end anywhere.

use proptest::prelude::*;

use super::texts::fragment;
use crate::git::Kind;
use crate::git::pack::testing::{Made, Run, delta};

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
pub(super) fn packs() -> impl Strategy<Value = (Vec<Made>, Vec<(Kind, Vec<u8>)>)> {
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

/// Trees whose raw names hold what looks like entries, and deltas that begin and end anywhere.
pub(super) fn trees() -> impl Strategy<Value = (Vec<Made>, Vec<Vec<u8>>)> {
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
