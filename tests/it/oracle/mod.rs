//! Git is the oracle: on random states of index and HEAD, what is reported is what git says is added.
//!
//! With `+` = the lines that `git diff --cached -U0 --text --no-textconv --no-ext-diff --find-renames` adds:
//!
//! 1. every token of a finding stands in a `+` line of that path, and at that line number;
//! 2. every token of a `+` line is a finding, unless the very same line (with its line end) stands in the old blob of
//!    that path or, for a path that HEAD does not have, in a blob that this commit deletes: a moved, repeated or
//!    renamed line. A token that HEAD does not hold at all is therefore never passed over.
//!
//! Line numbers are left out of the comparison where a file has no LF: git counts LF, an editor CR.
//! A longer run: `HF_GUARD_ORACLE_STATES=24000 cargo test --release --test it oracle`.

mod commits;
mod model;
mod patch;
mod state;

use std::collections::BTreeSet;

use crate::findings::{Found, findings, sha256};
use crate::random::{Random, states};
use crate::support::Run;
use model::{Editor, Tree};
use patch::Added;
use state::{Repository, Tweak};

/// A token of a `+` line.
type Token = (Found, Added);

#[derive(Debug, Default)]
struct Tally {
    found: usize,
    passed_over: usize,
}

fn run(seed: u64, count: usize, mut repository: Repository) {
    let mut editor = Editor::new(seed);
    let mut random = Random::new(!seed);
    let mut head = editor.tree();
    let mut tally = Tally::default();
    let mut number = 0;
    while number < count {
        let mut batch = Vec::new();
        for _ in 0..25.min(count - number) {
            let index = editor.edited(&head);
            let next = match random.below(10) {
                0 => Tree::new(),
                1 | 2 => editor.tree(),
                3 => head.clone(),
                _ => index.clone(),
            };
            batch.push((std::mem::replace(&mut head, next), index));
        }
        repository.store(&batch, &mut random);
        for (at, (head, index)) in batch.iter().enumerate() {
            let name = format!("seed {seed}, state {number}");
            let tweak = Tweak::random(&mut random);
            repository.enter(at, head, index, &tweak);
            check(
                &repository,
                head,
                index,
                &mut tally,
                &format!("{name}, {tweak:?}"),
            );
            number += 1;
        }
    }
    assert!(
        tally.found > count / 3,
        "too few tokens to mean anything: {tally:?}"
    );
    assert!(
        tally.passed_over > count / 200,
        "no line was moved: {tally:?}"
    );
}

fn check(repository: &Repository, head: &Tree, index: &Tree, tally: &mut Tally, name: &str) {
    let patch = repository.git(&patch::ORACLE);
    let run: Run = repository.scan();
    let reported: BTreeSet<Found> = findings(&run)
        .into_iter()
        .map(|found| countable(index, found))
        .collect();
    let added: Vec<Token> = patch::added(&patch)
        .into_iter()
        .flat_map(|line| {
            let tokens = tokens(&line.text);
            tokens.into_iter().map(move |token| {
                (
                    Found::of(line.path.clone(), line.line, &token),
                    line.clone(),
                )
            })
        })
        .map(|(found, line)| (countable(index, found), line))
        .collect();
    for (found, line) in &added {
        if reported.contains(found) {
            tally.found += 1;
        } else {
            let shown = &found.path;
            let is_old = was_there(head, index, line);
            assert!(
                is_old,
                "{name}: missed {shown}:{}; {:?}; {}",
                line.line, index[&line.path], run.stderr
            );
            tally.passed_over += 1;
        }
    }
    for found in &reported {
        let shown = &found.path;
        let is_added = added.iter().any(|(other, _)| other == found);
        assert!(is_added, "{name}: git does not add {shown}:{}", found.line);
    }
    assert_eq!(
        run.code,
        i32::from(!reported.is_empty()),
        "{name}: {}",
        run.stderr
    );
}

/// Forgets the line number where git and an editor count differently.
fn countable(index: &Tree, mut found: Found) -> Found {
    let content = index
        .get(found.path.as_slice())
        .and_then(|entry| entry.content());
    if !content.is_some_and(|content| content.contains(&b'\n')) {
        found.line = 0;
    }
    found
}

/// Every user token in a line, which may be UTF-16.
fn tokens(line: &[u8]) -> Vec<String> {
    let text: Vec<u8> = line.iter().copied().filter(|&byte| byte != 0).collect();
    let text = String::from_utf8_lossy(&text).into_owned();
    let prefix = ["h", "f_"].concat();
    text.match_indices(&prefix)
        .filter_map(|(at, _)| text.get(at..at + 37))
        .filter(|token| token[3..].bytes().all(|byte| byte.is_ascii_alphabetic()))
        .map(str::to_owned)
        .collect()
}

/// Whether an old blob that counts for this path has the same line, line end included.
fn was_there(head: &Tree, index: &Tree, line: &Added) -> bool {
    let whole = |content: &[u8]| -> bool {
        content.split_inclusive(|&byte| byte == b'\n').any(|old| {
            old.strip_suffix(b"\n").unwrap_or(old) == line.text
                && old.ends_with(b"\n") == ends_in_newline(index, line)
        })
    };
    let old: Vec<Vec<u8>> = match head.get(&line.path) {
        Some(entry) => entry.content().into_iter().collect(),
        None => head
            .iter()
            .filter(|(path, _)| !index.contains_key(*path))
            .filter_map(|(_, entry)| entry.content())
            .collect(),
    };
    old.iter().any(|content| whole(content))
}

fn ends_in_newline(index: &Tree, line: &Added) -> bool {
    let content = index[&line.path].content().unwrap_or_default();
    content.iter().filter(|&&byte| byte == b'\n').count() >= line.line
}

#[test]
fn tokens_are_told_from_their_surroundings() {
    let token = crate::support::hf_token(1);
    let line = format!("x {token} # hf_ {token}");
    assert_eq!(tokens(line.as_bytes()), [token.clone(), token.clone()]);
    let wide: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(tokens(&wide), [token.clone(), token.clone()]);
    assert_eq!(sha256("abc")[..8], *"ba7816bf");
}

#[test]
fn sha1_states() {
    run(1, states(120, 1_200), Repository::new(&[]));
}

#[test]
fn sha256_states() {
    run(
        2,
        states(40, 400),
        Repository::new(&["--object-format=sha256"]),
    );
}

#[test]
fn reftable_states() {
    run(
        3,
        states(40, 400),
        Repository::new(&["--ref-format=reftable"]),
    );
}
