//! Texts that a regex matches, for tests.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// A text that `regex` was read to match; another `seed`, another text. Look-around is taken to hold.
pub(crate) fn matching(regex: &str, seed: u64) -> Vec<u8> {
    let hir = ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(&crate::rules::written_out(regex))
        .expect("the rule's regex compiles");
    let mut text = Vec::new();
    append(&hir, &mut Random(seed), &mut text);
    text
}

/// A linear congruential generator: the same texts in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % bound
    }
}

fn append(hir: &Hir, random: &mut Random, text: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.extend_from_slice(&literal.0),
        HirKind::Class(Class::Bytes(class)) => {
            let bytes: Vec<u8> = class
                .ranges()
                .iter()
                .flat_map(|range| range.start()..=range.end())
                .collect();
            text.push(bytes[random.below(bytes.len())]);
        }
        HirKind::Class(Class::Unicode(class)) => {
            let range = class.ranges()[random.below(class.ranges().len())];
            text.extend(range.start().to_string().bytes());
        }
        HirKind::Repetition(repetition) => {
            let max = repetition.max.unwrap_or(repetition.min + 8);
            let few = (max - repetition.min).min(8);
            let more = random.below(few as usize + 1);
            for _ in 0..repetition.min as usize + more {
                append(&repetition.sub, random, text);
            }
        }
        HirKind::Capture(capture) => append(&capture.sub, random, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| append(part, random, text)),
        HirKind::Alternation(parts) => append(&parts[random.below(parts.len())], random, text),
    }
}
