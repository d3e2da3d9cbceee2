//! Every object of a repository, read through its packs, against git's own list of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use bstr::BStr;
use hf_guard::finding::{Finding, Origin, Part};
use hf_guard::git::pack::Progress;
use hf_guard::git::{Ownership, Repository};
use hf_guard::rules::RuleSet;
use hf_guard::scan::{Place, Scanner};
use hf_guard::source::history::{self, History, HistoryError, Options};

use crate::support::{Sandbox, hf_token, letters};

/// Object, rule and hash of the secret.
type Sightings = BTreeSet<(String, String, String)>;

fn sightings<'a>(oid: &str, findings: impl IntoIterator<Item = &'a Finding>) -> Sightings {
    findings
        .into_iter()
        .map(|finding| {
            let rule = finding.rule.id.to_string();
            (oid.to_owned(), rule, finding.secret.sha256())
        })
        .collect()
}

/// Every object as `git cat-file` gives it, each read whole; and how many there are.
fn plain(scanner: &Scanner, git: &mut Command) -> (Sightings, u64) {
    let run = git
        .args(["cat-file", "--batch-all-objects", "--unordered", "--batch"])
        .output()
        .expect("git starts");
    assert!(run.status.success());
    let mut rest = &run.stdout[..];
    let mut seen = Sightings::new();
    let mut objects = 0;
    while !rest.is_empty() {
        let end = rest.iter().position(|&byte| byte == b'\n').expect("a head");
        let head = std::str::from_utf8(&rest[..end]).expect("a head is ASCII");
        let [oid, kind, size] = head.split(' ').collect::<Vec<_>>()[..] else {
            panic!("not a head: {head}");
        };
        let size: usize = size.parse().expect("a size");
        let text = &rest[end + 1..][..size];
        rest = &rest[end + 1 + size + 1..];
        objects += 1;
        let place = |part| Place {
            path: BStr::new(b""),
            part,
            origin: &Origin::Stdin,
        };
        let mut read = |text: &[u8], part| {
            let candidates = scanner.candidates(text).expect("the rules compile");
            let findings = scanner.findings(&candidates, place(part));
            seen.extend(sightings(oid, &findings));
        };
        if kind == "tree" {
            for name in names(text, oid.len() / 2) {
                read(name, Part::Path);
            }
        } else {
            read(text, Part::Content);
        }
    }
    (seen, objects)
}

fn names(tree: &[u8], hash_len: usize) -> Vec<&[u8]> {
    let mut names = Vec::new();
    let mut rest = tree;
    while !rest.is_empty() {
        let space = rest.iter().position(|&byte| byte == b' ').expect("a mode");
        let nul = rest.iter().position(|&byte| byte == 0).expect("a name");
        names.push(&rest[space + 1..nul]);
        rest = &rest[nul + 1 + hash_len..];
    }
    names
}

fn scan(folder: &Path, scanner: &Scanner, options: Options) -> Result<History, HistoryError> {
    let repository = Repository::open_in(folder, Ownership::CheckedByGit).expect("it is one");
    history::scan(&repository, scanner, options, &Progress::default())
}

/// As much as `jobs` threads may use.
fn roomy(jobs: usize) -> Options {
    Options {
        jobs,
        max_bytes: 256 << 20,
    }
}

#[track_caller]
fn assert_as_git_says(sandbox: &Sandbox, folder: &Path, at_least: usize) {
    let scanner = Scanner::new(RuleSet::builtin());
    let (expected, objects) = plain(&scanner, &mut sandbox.command("git"));
    assert!(expected.len() >= at_least, "{} sightings", expected.len());
    for jobs in [1, 3] {
        let history = scan(folder, &scanner, roomy(jobs)).expect("the packs are sound");
        let mut found = Sightings::new();
        for held in &history.held {
            found.extend(sightings(&held.oid.to_string(), &held.findings));
        }
        assert_eq!(found, expected);
        assert_eq!(history.unread, []);
        assert!(history.objects >= objects);
    }
}

/// A file that grows, shrinks and moves its lines, so that git makes deltas of it; tokens in every kind of object.
fn fill(sandbox: &Sandbox) {
    let mut lines: Vec<String> = (0..400)
        .map(|line| format!("{line} {}", letters(line, 60)))
        .collect();
    for commit in 0..40_u64 {
        let at = usize::try_from(commit).expect("few") * 37 % lines.len();
        match commit % 4 {
            0 => lines.insert(at, format!("token = \"{}\"", hf_token(commit))),
            1 => lines[at] = format!("plain {commit}"),
            2 => lines.rotate_left(7),
            _ => drop(lines.remove(at)),
        }
        sandbox.write("src/train.py", lines.join("\n"));
        if commit % 10 == 0 {
            sandbox.write(format!("keys/{}.txt", hf_token(1000 + commit)), "a name");
            let utf16: Vec<u8> = lines
                .join("\n")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect();
            sandbox.write("notes.txt", utf16);
        }
        sandbox.commit_all(&format!(
            "Step {commit}, with {}",
            hf_token(2000 + commit / 8)
        ));
    }
    let message = format!("A tag of {}", hf_token(3000));
    sandbox.git(&["tag", "--annotate", "--message", &message, "v1"]);
    sandbox.write("src/train.py", hf_token(4000));
    sandbox.git(&["stash", "--quiet"]);
    sandbox.write("dangling", hf_token(5000));
    sandbox.git(&["hash-object", "-w", "dangling"]);
}

#[test]
fn loose_packed_and_mixed_objects_are_those_of_git() {
    for format in ["sha1", "sha256"] {
        let sandbox = Sandbox::with_init_options(&[&format!("--object-format={format}")]);
        fill(&sandbox);
        assert_as_git_says(&sandbox, sandbox.path(), 60);
        sandbox.git(&[
            "repack",
            "-a",
            "-d",
            "-f",
            "--depth=50",
            "--window=50",
            "--quiet",
        ]);
        let (deltas, _) = sandbox
            .git(&[
                "cat-file",
                "--batch-all-objects",
                "--batch-check=%(deltabase)",
            ])
            .lines()
            .fold((0, 0), |(deltas, all), base| {
                (
                    deltas + usize::from(base.contains(|digit| digit != '0')),
                    all + 1,
                )
            });
        assert!(deltas > 30, "{deltas} deltas");
        assert_as_git_says(&sandbox, sandbox.path(), 60);
        // A second pack, named bases, an index of version 1, more loose objects.
        sandbox.write("src/train.py", format!("later {}", hf_token(6000)));
        sandbox.commit_all("Later");
        sandbox.git(&[
            "-c",
            "pack.indexVersion=1",
            "-c",
            "repack.useDeltaBaseOffset=false",
            "repack",
            "-d",
            "-q",
        ]);
        sandbox.write("more.py", hf_token(7000));
        sandbox.commit_all("Later still");
        assert_as_git_says(&sandbox, sandbox.path(), 62);
        sandbox.git(&[
            "-c",
            "repack.useDeltaBaseOffset=false",
            "repack",
            "-a",
            "-d",
            "-f",
            "-q",
        ]);
        assert_as_git_says(&sandbox, sandbox.path(), 62);
        sandbox.git(&["multi-pack-index", "write"]);
        assert_as_git_says(&sandbox, sandbox.path(), 62);
    }
}

#[test]
fn borrowed_objects_are_read() {
    let sandbox = Sandbox::new();
    fill(&sandbox);
    sandbox.git(&["repack", "-a", "-d", "--quiet"]);
    let clone = sandbox.root().join("clone");
    sandbox.git(&[
        "clone",
        "--quiet",
        "--shared",
        ".",
        &clone.to_string_lossy(),
    ]);
    assert_as_git_says(&sandbox, &clone, 60);
}

#[test]
fn a_damaged_pack_is_never_clean() {
    let sandbox = Sandbox::new();
    fill(&sandbox);
    sandbox.git(&["repack", "-a", "-d", "-f", "--quiet"]);
    let pack = std::fs::read_dir(sandbox.path().join(".git/objects/pack"))
        .expect("there are packs")
        .map(|entry| entry.expect("a name").path())
        .find(|path| path.extension().is_some_and(|end| end == "pack"))
        .expect("there is a pack");
    let good = std::fs::read(&pack).expect("it can be read");
    std::fs::remove_file(&pack).expect("it can be replaced");
    let scanner = Scanner::new(RuleSet::builtin());
    let scan = || scan(sandbox.path(), &scanner, roomy(2));
    for at in (12..good.len() - 20).step_by(good.len() / 60) {
        let mut bent = good.clone();
        bent[at] ^= 0x41;
        std::fs::write(&pack, &bent).expect("it can be written");
        let history = scan().expect("the index is sound");
        assert!(!history.unread.is_empty(), "byte {at}");
    }
    for len in [0, 11, 12, good.len() / 2, good.len() - 1] {
        std::fs::write(&pack, &good[..len]).expect("it can be written");
        assert!(scan().is_err(), "{len} bytes");
    }
    std::fs::remove_file(&pack).expect("it can be removed");
    assert!(scan().is_err());
    std::fs::write(&pack, &good).expect("it can be written");
    std::fs::remove_file(pack.with_extension("idx")).expect("it can be removed");
    assert!(scan().is_err());
}

/// What is stored whole is read in chunks; a delta of it is not.
#[test]
fn a_delta_too_large_to_hold_is_asked_for_alone() {
    let sandbox = Sandbox::new();
    let long = format!(
        "{} {} {}",
        letters(1, 300_000),
        hf_token(1),
        letters(2, 300_000)
    );
    for end in ["", " and more"] {
        sandbox.write("long", format!("{long}{end}"));
        sandbox.commit_all("Long");
    }
    sandbox.git(&["repack", "-a", "-d", "-f", "--quiet"]);
    let scanner = Scanner::new(RuleSet::builtin());
    let options = Options {
        jobs: 1,
        max_bytes: 100_000,
    };
    let history = scan(sandbox.path(), &scanner, options).expect("it is sound");
    assert_eq!((history.streamed.len(), history.slower.len()), (1, 1));
    assert_eq!((history.held.len(), history.unread.len()), (2, 0));
}

/// This project's own history, or that of the repositories whose `objects` folders `HF_GUARD_TEST_OBJECTS` names,
/// parted by colons.
#[test]
fn real_packs_are_read_as_git_reads_them() {
    let own = Command::new("git")
        .args([
            "rev-parse",
            "--path-format=absolute",
            "--git-path",
            "objects",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("git starts");
    let named = match std::env::var("HF_GUARD_TEST_OBJECTS") {
        Ok(named) => named,
        // A source archive has no history.
        Err(_) if !own.status.success() => return,
        Err(_) => String::from_utf8(own.stdout).expect("the path is UTF-8"),
    };
    let scanner = Scanner::new(RuleSet::builtin());
    for folder in named.trim_end().split(':').map(PathBuf::from) {
        let git_dir = folder.parent().expect("it is in a repository");
        let mut git = Command::new("git");
        let (expected, _) = plain(&scanner, git.arg("--git-dir").arg(git_dir));
        let mut found = Sightings::new();
        let history = scan(git_dir, &scanner, roomy(2)).expect("the packs are sound");
        for held in &history.held {
            found.extend(sightings(&held.oid.to_string(), &held.findings));
        }
        assert_eq!(history.unread, []);
        assert!(found == expected, "{} and {}", found.len(), expected.len());
    }
}
