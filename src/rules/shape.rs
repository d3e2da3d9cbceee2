//! What can be told of a regex's matches without compiling it.
//!
//! In: a regex's structure. Out: [`Shape`], the longest match, bytes of which every match holds one, and runs of bytes
//! likewise. `build/` includes this very file to compute the shapes of the built-in rules: most keywords stand where no match can be, as in the base64
//! of a picture, which holds every keyword of four letters. There a rule is neither unpacked nor compiled.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::run::Runs;

/// How far matches reach, and what they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// No match is longer than this many bytes.
    pub max_len: usize,
    /// Bits of ASCII bytes that are none of base64; every match holds one of them. 0 where nothing is known.
    pub need: u128,
    /// Every match holds one of these.
    pub(super) runs: Runs,
}

impl Shape {
    /// The shape of what `hir` matches; `None` where a match can have any length.
    #[must_use]
    pub fn of(hir: &Hir) -> Option<Self> {
        Some(Self {
            max_len: hir.properties().maximum_len()?,
            need: need(hir).unwrap_or(0),
            runs: Runs::of(hir),
        })
    }

    /// Whether `text` holds what a match must hold, so that the regex is worth asking.
    #[must_use]
    pub fn may_match(&self, text: &[u8]) -> bool {
        // Runs are looked for at every so many bytes only, and seldom stand beside a keyword; what is needed often does.
        self.runs.may_match(text) && (self.need == 0 || holds_one(text, self.need))
    }
}

/// Bytes that are looked at together.
const CHUNK: usize = 32;

/// Whether one of the bytes stands in `text` that have a bit in `need`: few, as a rule. Comparing many with each takes a
/// few vector instructions.
fn holds_one(text: &[u8], need: u128) -> bool {
    let Some(last) = text.last_chunk::<CHUNK>() else {
        return text.iter().any(|&byte| byte < 128 && need >> byte & 1 == 1);
    };
    // The last one may hold bytes of the one before it.
    let (chunks, _) = text.as_chunks::<CHUNK>();
    let mut chunks = chunks.iter().chain([last]);
    chunks.any(|chunk| bytes_of(need).any(|wanted| holds(chunk, wanted)))
}

fn holds(chunk: &[u8; CHUNK], wanted: u8) -> bool {
    chunk
        .iter()
        .fold(false, |found, &byte| found | (byte == wanted))
}

/// The bytes that have a bit in `need`.
fn bytes_of(mut need: u128) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let byte = u8::try_from(need.trailing_zeros()).ok()?;
        // Clears the lowest bit.
        need = need.checked_sub(1)? & need;
        Some(byte)
    })
}

fn need(hir: &Hir) -> Option<u128> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(Class::Unicode(_)) => None,
        HirKind::Literal(literal) => literal
            .0
            .iter()
            .filter_map(|&byte| bit(byte))
            .min_by_key(|&need| commonness(need)),
        HirKind::Class(Class::Bytes(class)) => class
            .iter()
            .flat_map(|range| range.start()..=range.end())
            .try_fold(0, |all, byte| Some(all | bit(byte)?)),
        HirKind::Repetition(repetition) if repetition.min == 0 => None,
        HirKind::Repetition(repetition) => need(&repetition.sub),
        HirKind::Capture(capture) => need(&capture.sub),
        HirKind::Concat(parts) => parts
            .iter()
            .filter_map(need)
            .min_by_key(|&need| commonness(need)),
        HirKind::Alternation(branches) => branches
            .iter()
            .try_fold(0, |all, branch| Some(all | need(branch)?)),
    }
}

/// How often code holds one of these bytes: an `@` is rare beside an address's `:`.
fn commonness(need: u128) -> u32 {
    const RARE: u128 =
        1 << b'@' | 1 << b'!' | 1 << b'$' | 1 << b'%' | 1 << b'^' | 1 << b'|' | 1 << b'~';
    need.count_ones() + 2 * (need & !RARE).count_ones()
}

/// The bit of an ASCII byte that is no character of base64; others stand in long runs of it.
fn bit(byte: u8) -> Option<u128> {
    let is_digit = byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    (byte.is_ascii() && !is_digit).then(|| 1 << byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(regex: &str) -> Option<Shape> {
        let mut parser = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build();
        Shape::of(&parser.parse(regex).expect("a regex"))
    }

    #[test]
    fn a_match_needs_what_every_branch_needs() {
        let of = |bytes: &[u8]| bytes.iter().fold(0, |all, &byte| all | 1_u128 << byte);
        for (regex, need) in [
            ("abc", 0),
            ("abc=", of(b"=")),
            ("abc[=:]{1,3}[a-z]{4}", of(b"=:")),
            ("abc(?:=|->)x", of(b"=>")),
            ("abc(?:=|-)x", 0),
            ("abc=?", 0),
            ("a[=:,]b(?P<secret>'x)", of(b"'")),
            ("a[^b]{4}", 0),
            ("ab://c:d@e", of(b"@")),
            ("ab:[!@]c", of(b"!@")),
        ] {
            assert_eq!(shape(regex).expect("bounded").need, need, "{regex}");
        }
        assert_eq!(shape("a=b{2,40}").map(|shape| shape.max_len), Some(42));
        assert_eq!(shape("a+"), None);
    }

    #[test]
    fn one_of_them_is_found_wherever_it_stands() {
        for len in [0, 1, CHUNK - 1, CHUNK, 2 * CHUNK + 5] {
            for at in 0..len {
                let mut text = vec![b'x'; len];
                text[at] = b'~';
                assert!(holds_one(&text, 1 << b'=' | 1 << b'~'), "{len} {at}");
                assert!(!holds_one(&text, 1 << b'=' | 1), "{len} {at}");
            }
        }
    }

    #[test]
    fn a_text_without_it_cannot_match() {
        let shape = shape("okta[=:][a-z]{9}").expect("bounded");
        assert!(shape.may_match(b"# okta:abcdefghi"));
        assert!(!shape.may_match(b"iVBORw0KGgooktaAAAANSUhEUg"));
    }
}
