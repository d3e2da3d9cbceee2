//! Damaged repositories, with a token staged: never exit 0, never a hang.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::{GUARD, Run, Sandbox, hf_token};

const LIMIT: Duration = Duration::from_secs(30);

/// A committed folder and a token staged in it.
fn staged(token: &str, options: &[&str]) -> Sandbox {
    let sandbox = Sandbox::with_init_options(options);
    let text = "some text of some length\n".repeat(50);
    sandbox.write("a.py", "one\n");
    sandbox.write("dir/b.py", &text);
    sandbox.commit_all("first");
    sandbox.stage("dir/b.py", format!("{text}{token}\n"));
    sandbox
}

/// The formats that are read in different ways.
const FORMATS: &[(&[&str], &str)] = &[
    (&[], "files"),
    (&[], "split index"),
    (&["--object-format=sha256"], "sha256"),
];

fn sandboxes(token: &str) -> Vec<(Sandbox, &'static str)> {
    FORMATS
        .iter()
        .map(|(options, name)| {
            let sandbox = staged(token, options);
            if *name == "split index" {
                sandbox.git(&["update-index", "--split-index"]);
            }
            (sandbox, *name)
        })
        .collect()
}

#[track_caller]
fn assert_stopped(sandbox: &Sandbox, token: &str, damage: &str) -> Run {
    let run = Run::within(LIMIT, sandbox.command(GUARD).args(["hook", "pre-commit"]));
    assert!(
        run.code == 1 || run.code == 2,
        "{damage}: exit {}, {}",
        run.code,
        run.stderr
    );
    run.assert_hides(token);
    run
}

fn loose(sandbox: &Sandbox, name: &str) -> PathBuf {
    let oid = sandbox.git(&["rev-parse", name]);
    let (folder, file) = oid.trim().split_at(2);
    sandbox.path().join(".git/objects").join(folder).join(file)
}

/// Replaces a file, which git makes read-only.
fn replace(path: &Path, content: &[u8]) {
    fs::remove_file(path).expect("the file is there");
    fs::write(path, content).expect("the file can be written");
}

/// Flips bits of the file at `path`, one in every `step`, one after the other: nothing may pass.
#[track_caller]
fn assert_flips_stop(sandbox: &Sandbox, token: &str, path: &Path, step: usize, name: &str) {
    let content = fs::read(path).expect("the file is there");
    for at in (0..content.len()).step_by(step) {
        let mut flipped = content.clone();
        flipped[at] ^= 1 << (at % 8);
        replace(path, &flipped);
        assert_stopped(sandbox, token, &format!("{name} flipped at {at}"));
    }
    replace(path, &content);
}

/// Leaves only so many bytes of the file at `path`: nothing may pass.
#[track_caller]
fn assert_cuts_stop(
    sandbox: &Sandbox,
    token: &str,
    path: &Path,
    kept: impl IntoIterator<Item = usize>,
    name: &str,
) {
    let content = fs::read(path).expect("the file is there");
    for kept in kept {
        replace(path, &content[..kept.min(content.len())]);
        assert_stopped(sandbox, token, &format!("{name} of {kept} bytes"));
    }
    replace(path, &content);
}

/// How long the file at `path` is, in bytes.
fn len_of(path: &Path) -> usize {
    fs::read(path).expect("the file is there").len()
}

/// What a scan with a token in `dir/b.py` reads.
const READ: [&str; 5] = [
    "HEAD",
    "HEAD^{tree}",
    "HEAD:dir",
    "HEAD:dir/b.py",
    ":dir/b.py",
];

#[test]
fn a_missing_object_is_an_error() {
    let token = hf_token(3_001);
    for (sandbox, format) in sandboxes(&token) {
        for name in READ {
            let path = loose(&sandbox, name);
            let content = fs::read(&path).expect("the object is loose");
            fs::remove_file(&path).expect("it can be removed");
            let damage = format!("{format}, {name} missing");
            let run = assert_stopped(&sandbox, &token, &damage);
            // Without the old blob nothing shows that the token is old: it counts as new.
            let code = if name == "HEAD:dir/b.py" { 1 } else { 2 };
            assert_eq!(run.code, code, "{damage}: {}", run.stderr);
            assert!(
                !run.stderr.is_empty() || code == 1,
                "{damage}: no word about it"
            );
            fs::write(&path, content).expect("it can be put back");
        }
    }
}

#[test]
fn a_truncated_object_is_an_error_and_ends() {
    let token = hf_token(3_002);
    for (sandbox, format) in sandboxes(&token) {
        for name in READ {
            let path = loose(&sandbox, name);
            let len = len_of(&path);
            let kept = [0, 1, 2, 3, 10, len / 2, len - 5, len - 1];
            assert_cuts_stop(&sandbox, &token, &path, kept, &format!("{format}, {name}"));
        }
    }
}

#[test]
fn a_flipped_bit_in_an_object_lets_nothing_pass() {
    let token = hf_token(3_003);
    for (sandbox, format) in sandboxes(&token) {
        for name in READ {
            let path = loose(&sandbox, name);
            let step = 1 + len_of(&path) / 12;
            assert_flips_stop(&sandbox, &token, &path, step, &format!("{format}, {name}"));
        }
    }
}

#[test]
fn a_flipped_bit_in_an_object_stored_plain_lets_nothing_pass() {
    let token = hf_token(3_004);
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "core.compression", "0"]);
    // Only the checksum can tell: the letter is inside of the token, or is its first.
    sandbox.stage("a.py", format!("key = {token}\n"));
    let path = loose(&sandbox, ":a.py");
    let content = fs::read(&path).expect("the object is loose");
    for at in 0..content.len() {
        let mut flipped = content.clone();
        flipped[at] ^= 0x10;
        replace(&path, &flipped);
        assert_stopped(&sandbox, &token, &format!("flipped at {at}"));
    }
}

#[test]
fn a_folder_or_a_link_to_nowhere_in_the_place_of_an_object_lets_nothing_pass() {
    let token = hf_token(3_005);
    for (sandbox, format) in sandboxes(&token) {
        let path = loose(&sandbox, ":dir/b.py");
        fs::remove_file(&path).expect("the file is there");
        fs::create_dir(&path).expect("a folder can be made");
        assert_stopped(&sandbox, &token, &format!("{format}, folder"));
        fs::remove_dir(&path).expect("the folder is there");
        std::os::unix::fs::symlink("nowhere", &path).expect("a link can be made");
        assert_stopped(&sandbox, &token, &format!("{format}, link"));
    }
}

#[test]
fn damage_in_a_pack_lets_nothing_pass() {
    let token = hf_token(3_006);
    for (sandbox, format) in sandboxes(&token) {
        sandbox.git(&["repack", "-a", "-d", "-f", "--quiet"]);
        let folder = sandbox.path().join(".git/objects/pack");
        let files: Vec<PathBuf> = fs::read_dir(&folder)
            .expect("the folder is there")
            .map(|entry| entry.expect("it can be listed").path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|end| end == "pack" || end == "idx")
            })
            .collect();
        assert_eq!(files.len(), 2);
        for path in files {
            let content = fs::read(&path).expect("the pack is there");
            let len = content.len();
            let name = format!("{format}, {}", path.display());
            assert_flips_stop(&sandbox, &token, &path, 1 + len / 40, &name);
            let kept = [0, 4, 12, 100, len / 2, len - 25, len - 1];
            assert_cuts_stop(&sandbox, &token, &path, kept, &name);
            fs::remove_file(&path).expect("it is there");
            assert_stopped(&sandbox, &token, &format!("{name} missing"));
            fs::write(&path, &content).expect("it can be put back");
        }
    }
}

#[test]
fn damage_in_the_index_lets_nothing_pass() {
    let token = hf_token(3_007);
    for (sandbox, format) in sandboxes(&token) {
        let path = sandbox.path().join(".git/index");
        for version in ["2", "4"] {
            sandbox.git(&["update-index", "--index-version", version]);
            let content = fs::read(&path).expect("the index is there");
            let len = content.len();
            let name = format!("{format}, index {version}");
            assert_flips_stop(&sandbox, &token, &path, 1 + len / 60, &name);
            let kept = (1..len).step_by(1 + len / 40);
            assert_cuts_stop(&sandbox, &token, &path, kept, &name);
            replace(&path, &[&content[..], b"more"].concat());
            assert_stopped(&sandbox, &token, &format!("{name} with more bytes"));
            replace(&path, &content);
        }
    }
}

#[test]
fn an_index_that_claims_more_entries_than_it_has_is_an_error_and_ends() {
    let token = hf_token(3_008);
    let sandbox = staged(&token, &[]);
    sandbox.git(&["config", "index.skipHash", "true"]);
    sandbox.git(&["update-index", "--force-write-index"]);
    let path = sandbox.path().join(".git/index");
    let content = fs::read(&path).expect("the index is there");
    assert!(
        content.ends_with(&[0; 20]),
        "there is no checksum to give it away"
    );
    for count in [0_u32, 1, 3, 1_000, u32::MAX] {
        let mut wrong = content.clone();
        wrong[8..12].copy_from_slice(&count.to_be_bytes());
        replace(&path, &wrong);
        let run = Run::within(LIMIT, sandbox.command(GUARD).args(["hook", "pre-commit"]));
        assert_ne!(run.code, 0, "{count} entries: {}", run.stderr);
    }
}

#[test]
fn a_damaged_head_is_not_an_unborn_one() {
    let token = hf_token(3_009);
    for (sandbox, format) in sandboxes(&token) {
        let branch = sandbox.path().join(".git/refs/heads/main");
        for content in [
            "",
            "0000",
            "not an oid\n",
            &format!("{}\n", "1".repeat(40)),
            &"0".repeat(64),
        ] {
            fs::write(&branch, content).expect("it can be written");
            let run = assert_stopped(&sandbox, &token, &format!("{format}, branch {content:?}"));
            run.assert_code(2);
        }
        fs::remove_file(&branch).expect("it is there");
        // A branch that is not there is an unborn one, and everything is new.
        assert_stopped(&sandbox, &token, format).assert_code(1);
        let head = sandbox.path().join(".git/HEAD");
        for content in ["", "ref: \n", "ref: refs/heads/../../x\n", "garbage\n"] {
            fs::write(&head, content).expect("it can be written");
            assert_stopped(&sandbox, &token, &format!("{format}, HEAD {content:?}")).assert_code(2);
        }
        fs::remove_file(&head).expect("it is there");
        assert_stopped(&sandbox, &token, &format!("{format}, no HEAD")).assert_code(2);
    }
}

#[test]
fn a_head_that_is_no_commit_is_an_error() {
    let token = hf_token(3_010);
    for (sandbox, format) in sandboxes(&token) {
        let blob = sandbox.git(&["rev-parse", "HEAD:a.py"]);
        sandbox.write(".git/refs/heads/main", blob);
        assert_stopped(&sandbox, &token, format).assert_code(2);
    }
}

#[test]
fn a_reference_that_leads_to_itself_ends() {
    let token = hf_token(3_011);
    for (sandbox, format) in sandboxes(&token) {
        sandbox.write(".git/refs/heads/main", "ref: refs/heads/other\n");
        sandbox.write(".git/refs/heads/other", "ref: refs/heads/main\n");
        assert_stopped(&sandbox, &token, format).assert_code(2);
    }
}

#[test]
fn a_fifo_in_the_place_of_a_file_of_git_ends() {
    let token = hf_token(3_012);
    for place in [
        "index",
        "HEAD",
        "config",
        "refs/heads/main",
        "objects/info/alternates",
        "info/exclude",
    ] {
        let sandbox = staged(&token, &[]);
        let path = sandbox.path().join(".git").join(place);
        drop(fs::remove_file(&path));
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.expect("mkfifo starts").success());
        let run = Run::within(LIMIT, sandbox.command(GUARD).args(["hook", "pre-commit"]));
        assert_ne!(run.code, 0, "{place}: {}", run.stderr);
        run.assert_hides(&token);
    }
}
