//! Pieces against the whole.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bstr::BStr;
use libdeflater::{CompressionLvl, Compressor};
use proptest::prelude::*;

use super::*;
use crate::finding::{Origin, Part};
use crate::rules::{RuleSet, example};

const SIZES: (usize, usize) = (700, 5_000);

fn token(seed: u8) -> String {
    example::expand("hf_{{L34}}", seed.into()).expect("a good template")
}

fn packed(text: &str) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut packed = vec![0; compressor.gzip_compress_bound(text.len())];
    let len = compressor
        .gzip_compress(text.as_bytes(), &mut packed)
        .expect("there is room");
    STANDARD.encode(&packed[..len]).into_bytes()
}

fn part() -> impl Strategy<Value = Vec<u8>> {
    let seed = any::<u8>();
    let wide = |text: String| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    prop_oneof![
        4 => seed.prop_map(|seed| format!("token = \"{}\"", token(seed)).into_bytes()),
        1 => seed.prop_map(|seed| token(seed).into_bytes()),
        1 => seed.prop_map(|seed| token(seed).as_bytes()[..20].to_vec()),
        2 => seed.prop_map(move |seed| wide(format!("a key: {} of mine", token(seed)))),
        2 => (seed, 0..2_000_usize).prop_map(|(seed, len)| {
            STANDARD.encode(format!("{}{}", "some words. ".repeat(len / 12), token(seed))).into_bytes()
        }),
        1 => seed.prop_map(|seed| token(seed).replace('a', "%61").into_bytes()),
        1 => seed.prop_map(|seed| token(seed).replace('_', "&#95;").into_bytes()),
        1 => seed.prop_map(move |seed| {
            let text: Vec<u8> = wide(format!("a key: {} of mine", token(seed)));
            STANDARD.encode(text).into_bytes()
        }),
        1 => seed.prop_map(|seed| packed(&format!("a key: {} of mine", token(seed)))),
        2 => prop::sample::select(vec![
            "# hf-guard: allow", "  # gitleaks:allow\n", "{\"", "}", "[", "\\n", "'", "\u{e9}\u{20ac}\u{1f600}", "// pragma: allowlist secret\n",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::sample::select(vec![&b"\xff\xfe"[..], b"\0\0", b"\xe2\x82", b"\x80\x80\x80\x80\x80", b"\r", b"\r\n"])
            .prop_map(<[u8]>::to_vec),
        3 => prop::sample::select(vec!["\n", "\r", " ", "\t"]).prop_map(|text| text.as_bytes().to_vec()),
        4 => (0..1_500_usize).prop_map(|len| b"plain text, ".iter().copied().cycle().take(len).collect()),
    ]
}

fn place(origin: &Origin) -> Place<'_> {
    Place {
        path: BStr::new(b"a/b"),
        part: Part::Content,
        origin,
    }
}

/// All that a report says, and the secrets themselves; of what is encoded without what stands beside it.
fn told(findings: &[Finding]) -> Vec<(String, Vec<u8>)> {
    let all = findings.iter().cloned();
    all.map(|mut finding| {
        if !finding.encoding.is_empty() {
            finding.excerpt.before.clear();
            finding.excerpt.after.clear();
        }
        (format!("{finding:?}"), finding.secret.expose().to_vec())
    })
    .collect()
}

fn in_pieces(scanner: &Scanner, text: &[u8], chunk: usize, sizes: (usize, usize)) -> Vec<Finding> {
    let origin = Origin::Stdin;
    let mut whole = Whole::default();
    text.chunks(chunk).for_each(|chunk| whole.add(chunk));
    assert_eq!(whole.is_one(), None);
    let mut pieces = Pieces::of_sizes(scanner, place(&origin), whole, sizes);
    for chunk in text.chunks(chunk) {
        pieces.add(chunk).expect("the rules compile");
    }
    pieces.finish().expect("the rules compile")
}

fn at_once(scanner: &Scanner, text: &[u8]) -> Vec<Finding> {
    let candidates = scanner.candidates(text).expect("the rules compile");
    scanner.findings(&candidates, place(&Origin::Stdin))
}

fn scanner() -> Scanner {
    let rules = RuleSet::builtin();
    let is_ours = |id: &str| id.starts_with("huggingface");
    let own = rules.as_slice().iter().map(|compiled| compiled.rule());
    Scanner::new(RuleSet::new(own.filter(|rule| is_ours(&rule.id))))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn pieces_give_what_the_whole_gives(
        parts in prop::collection::vec(part(), 0..60),
        is_json: bool,
        has_lines: bool,
        chunk in 1..3_000_usize,
    ) {
        let mut text = vec![b' '; view::SNIFFED];
        text.extend(if is_json { &b"[{"[..] } else { b"key: " });
        text.extend(parts.concat());
        if !has_lines {
            text.retain(|&byte| byte != b'\n');
        }
        let scanner = scanner();
        let found = in_pieces(&scanner, &text, chunk, SIZES);
        let expected = at_once(&scanner, &text);
        prop_assert_eq!(told(&found), told(&expected));
    }
}

/// Tokens at every distance from the ends of pieces and margins.
#[test]
fn no_seam_hides_a_token() {
    let scanner = scanner();
    let mut text = " ".repeat(view::SNIFFED);
    for number in 0..200_u8 {
        text += &format!("{} {}", ".".repeat(usize::from(number) % 61), token(number));
    }
    let expected = told(&at_once(&scanner, text.as_bytes()));
    assert_eq!(expected.len(), 200);
    for shift in 0..20 {
        let sizes = (SIZES.0 + 3 * shift, 2_000);
        let found = in_pieces(&scanner, text.as_bytes(), 4_096, sizes);
        assert_eq!(told(&found), expected, "{shift}");
    }
}

/// One long line of base64, and one of many, longer than pieces and margins.
#[test]
fn base64_is_entered_where_its_groups_begin() {
    let scanner = scanner();
    for before in 0..4 {
        let plain = format!(
            "{}{}",
            "some more words. ".repeat(3_000),
            ">".repeat(before)
        );
        let plain = format!("{plain} {} {plain}", token(2));
        let digits = STANDARD.encode(plain);
        let wrapped: Vec<&str> = digits
            .as_bytes()
            .chunks(76)
            .map(|line| std::str::from_utf8(line).expect("ASCII"))
            .collect();
        for text in [
            format!("x: {digits}"),
            wrapped.join("\n"),
            format!("[\"{}\"]", wrapped.join("\\n")),
        ] {
            let found = in_pieces(&scanner, text.as_bytes(), 10_000, SIZES);
            let expected = at_once(&scanner, text.as_bytes());
            assert_eq!(told(&found), told(&expected));
            assert_eq!(found.len(), 1);
        }
    }
}

#[test]
fn what_is_one_text_is_told_wherever_the_sign_stands() {
    let signs = layer::sign::MANIFESTS.iter().map(|sign| sign.as_bytes());
    for sign in signs.chain([NOTEBOOK]) {
        assert!(sign.len() <= LONGEST_SIGN);
        for (start, end) in [(0, 5), (100_000, 3), (9, 100_000)] {
            let text = [&vec![b' '; start][..], sign, &vec![b' '; end]].concat();
            for chunk in [1, 2, 3, 7, 9, 64, 5_000] {
                let mut whole = Whole::default();
                text.chunks(chunk).for_each(|chunk| whole.add(chunk));
                assert!(whole.is_one().is_some(), "{start} {chunk}");
            }
        }
    }
    let mut whole = Whole::default();
    whole.add(b"k\0e\0y\0 \0=\0 \0x\0");
    assert!(whole.is_one().is_some());
}
