//! The loops that every byte goes through: `cargo bench --bench hot`.
//!
//! The texts are generated, the same in every run: words of Python and of machine learning in the shape of source
//! lines, four times as often a keyword as real code has it. With `HF_GUARD_BENCH_TEXT=FILE` the loops read a real text.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;
use std::time::Duration;

use bstr::BStr;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hf_guard::finding::{Origin, Part};
use hf_guard::prefilter::Prefilter;
use hf_guard::rules::{BUILTIN, Rule, RuleSet};
use hf_guard::scan::{Place, Scanner};
use hf_guard::text::layer::Seeds;

criterion_group! {
    name = hot;
    config = Criterion::default()
        .measurement_time(Duration::from_secs(3))
        .sample_size(20);
    targets = prefilter, texts_of_all_sizes, confirm, decoding, keep_new, utf16
}
criterion_main!(hot);

/// The built-in keywords, and 250 made of all letters.
fn prefilter(criterion: &mut Criterion) {
    let text = plain(8 << 20, 0);
    let mut group = criterion.benchmark_group("prefilter");
    group.throughput(Throughput::Bytes(text.len() as u64));
    for (name, rules) in [
        ("built-in", RuleSet::builtin()),
        ("250 keywords", RuleSet::new([many_keywords()])),
    ] {
        let prefilter = Prefilter::new(&rules);
        let mut hits = Vec::new();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                hits.clear();
                prefilter.hits(black_box(&text), &mut hits);
                hits.len()
            });
        });
    }
    group.finish();
    criterion.bench_function("prefilter/start-up", |bencher| {
        bencher.iter(|| Scanner::new(RuleSet::builtin()));
    });
}

/// A repository's files are small.
fn texts_of_all_sizes(criterion: &mut Criterion) {
    let text = source(1 << 20, 1);
    let rules = RuleSet::new([many_keywords()]);
    let prefilter = Prefilter::new(&rules);
    let mut hits = Vec::new();
    let mut group = criterion.benchmark_group("prefilter/texts of");
    group.throughput(Throughput::Bytes(text.len() as u64));
    for size in [60, 500, 2_000, 10_000, 100_000] {
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| {
                hits.clear();
                for text in black_box(&text).chunks(size) {
                    prefilter.hits(text, &mut hits);
                }
                hits.len()
            });
        });
    }
    group.finish();
}

/// Everything up to the matches: a text without hits, one with a token on every hundredth line, and nothing but keywords.
fn confirm(criterion: &mut Criterion) {
    let scanner = Scanner::new(RuleSet::builtin());
    let mut group = criterion.benchmark_group("candidates");
    for (name, text) in [
        ("plain source", plain(4 << 20, 2)),
        ("a token every 100 lines", with_tokens(4 << 20, 100)),
        ("nothing but keywords", b"hf_".repeat((1 << 20) / 3)),
    ] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                scanner
                    .candidates(black_box(&text))
                    .map(|found| found.is_empty())
            });
        });
    }
    group.finish();
}

/// What looking for encoded text adds where there is none, and where digests and addresses with escapes stand.
fn decoding(criterion: &mut Criterion) {
    let scanner = Scanner::new(RuleSet::builtin());
    let mut group = criterion.benchmark_group("decoding");
    for (name, text) in [
        ("plain source", plain(4 << 20, 2)),
        ("with digests and escapes", with_digests(4 << 20)),
    ] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        let mut hits = Vec::new();
        group.bench_function(format!("{name}, not looked for"), |bencher| {
            bencher.iter(|| {
                hits.clear();
                scanner.prefilter().hits(black_box(&text), &mut hits);
                hits.len()
            });
        });
        let mut seeds = Seeds::default();
        group.bench_function(format!("{name}, looked for"), |bencher| {
            bencher.iter(|| {
                hits.clear();
                seeds.clear();
                let text = black_box(&text);
                let whole = 0..text.len();
                scanner
                    .prefilter()
                    .hits_and_seeds(text, whole, &mut hits, &mut seeds);
                let hiding = scanner.hiding(text, &mut seeds);
                hiding.map(|hiding| hiding.len() + hits.len())
            });
        });
    }
    group.finish();
}

/// Which of the matches are new, where the old text has all of them, and where it has none.
fn keep_new(criterion: &mut Criterion) {
    let scanner = Scanner::new(RuleSet::builtin());
    let text = with_tokens(1 << 20, 400);
    let other = source(1 << 20, 3);
    let mut group = criterion.benchmark_group("keep_new");
    group.throughput(Throughput::Bytes(text.len() as u64));
    for (name, old) in [("none new", &text), ("all new", &other)] {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || scanner.candidates(&text).expect("built-in rules compile"),
                |mut candidates| {
                    candidates.keep_new(&[old]);
                    candidates
                },
                criterion::BatchSize::LargeInput,
            );
        });
    }
    group.finish();
    let place = Place {
        path: BStr::new("train.py"),
        part: Part::Content,
        origin: &Origin::Staged,
    };
    let candidates = scanner.candidates(&text).expect("built-in rules compile");
    criterion.bench_function("findings", |bencher| {
        bencher.iter(|| scanner.findings(black_box(&candidates), place));
    });
}

/// A text that has to be decoded first.
fn utf16(criterion: &mut Criterion) {
    let scanner = Scanner::new(RuleSet::builtin());
    let text = String::from_utf8(with_tokens(1 << 20, 400)).expect("it is ASCII");
    let text: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut group = criterion.benchmark_group("utf-16");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("candidates", |bencher| {
        bencher.iter(|| {
            scanner
                .candidates(black_box(&text))
                .map(|found| found.is_empty())
        });
    });
    group.finish();
}

/// One rule with 250 keywords of 3 to 18 bytes.
fn many_keywords() -> &'static Rule {
    let mut random = Random(7);
    let keywords = (0..250).map(|index: usize| {
        let len = 2 + random.below(4) + random.below(12) * usize::from(index.is_multiple_of(3));
        let mut keyword: String = (0..len).map(|_| random.letter()).collect();
        keyword.push(['_', '-', '.', ':'][random.below(4)]);
        keyword.into()
    });
    Box::leak(Box::new(Rule {
        keywords: keywords.collect(),
        ..BUILTIN[0].clone()
    }))
}

/// At least `len` bytes that look like source.
/// The text that the environment names, or a generated one.
fn plain(len: usize, seed: u64) -> Vec<u8> {
    let Some(path) = std::env::var_os("HF_GUARD_BENCH_TEXT") else {
        return source(len, seed);
    };
    let mut text = std::fs::read(path).expect("HF_GUARD_BENCH_TEXT names a file");
    text.truncate(len);
    text
}

fn source(len: usize, seed: u64) -> Vec<u8> {
    const WORDS: &str = "self import from return torch tokenizer model config hidden_size num_layers batch \
        hf_hub_download pretrained def class if else not None True key value keys token tokens attention_mask \
        np.array loss.backward() = == + -> ( ) [ ] { } : , \"weight\" 'bias' 0 1 1e-5 128 f\"{path}\" # -- ";
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut random = Random(seed);
    let mut text = String::with_capacity(len + 100);
    while text.len() < len {
        text.push_str(&"    ".repeat(random.below(4)));
        for _ in 0..2 + random.below(9) {
            text.push_str(words[random.below(words.len())]);
            text.push(' ');
            if random.below(6) == 0 {
                text.extend((0..4 + random.below(8)).map(|_| random.letter()));
            }
        }
        text.push('\n');
    }
    text.into_bytes()
}

/// The same with a token, made here, on every `every`th line.
fn with_tokens(len: usize, every: usize) -> Vec<u8> {
    let mut random = Random(5);
    let mut text = Vec::with_capacity(len + 100);
    for (at, line) in source(len, 4)
        .split_inclusive(|&byte| byte == b'\n')
        .enumerate()
    {
        if at % every == 0 {
            text.extend_from_slice(b"token = \"hf_");
            text.extend((0..34).flat_map(|_| random.letter().to_string().into_bytes()));
            text.extend_from_slice(b"\"\n");
        }
        text.extend_from_slice(line);
    }
    text
}

/// The same with a digest and an address on every fiftieth line.
fn with_digests(len: usize) -> Vec<u8> {
    let mut random = Random(6);
    let mut text = Vec::with_capacity(len + 100);
    for (at, line) in source(len, 5)
        .split_inclusive(|&byte| byte == b'\n')
        .enumerate()
    {
        if at % 50 == 0 {
            let digest: String = (0..64)
                .map(|_| char::from(b"0123456789abcdef"[random.below(16)]))
                .collect();
            text.extend_from_slice(
                format!("sha = \"{digest}\"  # https://h.example/a%20b%5Bc%5D\\n\n").as_bytes(),
            );
        }
        text.extend_from_slice(line);
    }
    text
}

/// A linear congruential generator: the same texts in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % bound
    }

    fn letter(&mut self) -> char {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        char::from(LETTERS[self.below(LETTERS.len())])
    }
}
