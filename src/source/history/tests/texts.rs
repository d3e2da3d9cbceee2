//! Texts that are made of parts of matches, plain and encoded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libdeflater::{CompressionLvl, Compressor};
use proptest::prelude::*;

/// What tokens are made of, so that seams fall inside of them and two copies make one.
pub(super) fn fragment() -> impl Strategy<Value = Vec<u8>> {
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
pub(super) fn encoded() -> Vec<Vec<u8>> {
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
        all.push(text.bytes().map(|byte| format!("&#{byte};")).collect());
        all.push(text.bytes().map(|byte| format!("&#x{byte:x};")).collect());
        all.push("words_zz&#97;bc_and_more_key&#x3d;1a2b_%61nd".to_owned());
        let units = text.encode_utf16();
        all.push(STANDARD.encode(units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>()));
        all.push(gzip(text));
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

fn gzip(text: &str) -> String {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut packed = vec![0; compressor.gzip_compress_bound(text.len())];
    let len = compressor
        .gzip_compress(text.as_bytes(), &mut packed)
        .expect("there is room");
    let digits = STANDARD.encode(&packed[..len]);
    // In lines, so that a part of it can be new.
    let (first, rest) = digits.split_at(60);
    format!("{first}\n{rest}\n")
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
