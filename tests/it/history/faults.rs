//! `--all-history` on damage of every kind: it ends soon, says what it is about, and is never clean while a credential
//! goes unread.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::pack_file::{self, Entry, Version, blob_name, hex, inserting, packs};
use crate::support::{GUARD, Run, Sandbox, hf_token, letters};

const LIMIT: Duration = Duration::from_secs(30);

#[track_caller]
fn scan_with(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let mut command = sandbox.command(GUARD);
    Run::within(LIMIT, command.arg("--all-history").args(arguments))
}

#[track_caller]
fn scan(sandbox: &Sandbox) -> Run {
    scan_with(sandbox, &[])
}

/// A history of some deltas, packed; with a token in its middle if there is one.
fn packed(options: &[&str], token: Option<&str>) -> Sandbox {
    let sandbox = Sandbox::with_init_options(options);
    let mut lines: Vec<String> = (0..120)
        .map(|line| format!("{line} {}", letters(line, 40)))
        .collect();
    for commit in 0..8 {
        lines[commit * 11] = format!("changed {commit}");
        if commit == 4 {
            lines.extend(token.map(|token| format!("token = \"{token}\"")));
        }
        sandbox.write("a.txt", lines.join("\n"));
        sandbox.commit_all("step");
        lines.truncate(120);
    }
    sandbox.git(&["repack", "-adfq"]);
    sandbox
}

/// The one file with this extension in the pack folder.
#[track_caller]
fn file(sandbox: &Sandbox, extension: &str) -> PathBuf {
    fs::read_dir(packs(sandbox))
        .expect("it can be listed")
        .map(|entry| entry.expect("it can be listed").path())
        .find(|path| path.extension().is_some_and(|end| end == extension))
        .expect("there is one")
}

/// git makes packs read-only.
#[track_caller]
fn replace(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).expect("it can be replaced");
    fs::write(path, bytes).expect("it can be written");
}

#[track_caller]
fn assert_says(run: &Run, part: &str) {
    assert!(
        run.stdout.contains(part) || run.stderr.contains(part),
        "{part}: {}{}",
        run.stdout,
        run.stderr
    );
}

/// Not everything was read, whatever was found; and it says so, and was not ended by a signal or a panic.
#[track_caller]
fn assert_faulty(run: &Run, token: &str, what: &str) {
    assert_eq!(run.code, 2, "{what}: {} {}", run.stdout, run.stderr);
    assert!(!run.stderr.contains("a bug in"), "{what}: {}", run.stderr);
    run.assert_hides(token);
}

#[test]
fn a_file_that_is_cut_short_is_named() {
    let token = hf_token(1);
    for planted in [None, Some(&*token)] {
        let sandbox = packed(&[], planted);
        for extension in ["pack", "idx"] {
            let path = file(&sandbox, extension);
            let good = fs::read(&path).expect("it can be read");
            for len in [0, 7, 12, 1_031, good.len() / 2, good.len() - 1] {
                replace(&path, &good[..len.min(good.len() - 1)]);
                let run = scan(&sandbox);
                run.assert_code(2).assert_hides(&token);
                let name = path.file_name().expect("a name").to_string_lossy();
                assert_says(&run, &name);
            }
            replace(&path, &good);
        }
        scan(&sandbox).assert_code(i32::from(planted.is_some()));
    }
}

/// Where the flip hides the token, it is told of the flip.
#[test]
fn no_flipped_byte_is_clean() {
    let token = hf_token(2);
    for (format, planted) in [("sha1", true), ("sha1", false), ("sha256", true)] {
        let option = format!("--object-format={format}");
        let sandbox = packed(&[&option], planted.then_some(&*token));
        for extension in ["pack", "idx"] {
            let path = file(&sandbox, extension);
            let good = fs::read(&path).expect("it can be read");
            for step in 0..24 {
                // All over the file, and every bit.
                let at = (step * 7_919 + 13 * step * step) % good.len();
                let mut bent = good.clone();
                bent[at] ^= 1 << (step % 8);
                replace(&path, &bent);
                let run = scan(&sandbox);
                let what = format!("{format} {extension} byte {at}");
                assert_faulty(&run, &token, &what);
                if run.stdout.contains("huggingface-user-token") {
                    assert_says(&run, "not read: ");
                }
            }
            replace(&path, &good);
        }
    }
}

/// An index of version 1 has no checksum of an entry; that of the pack has to do.
#[test]
fn no_flipped_byte_is_clean_with_an_old_index() {
    let token = hf_token(3);
    let sandbox = packed(&[], Some(&token));
    sandbox.git(&["-c", "pack.indexVersion=1", "repack", "-adfq"]);
    scan(&sandbox).assert_code(1);
    for extension in ["pack", "idx"] {
        let path = file(&sandbox, extension);
        let good = fs::read(&path).expect("it can be read");
        for step in 1..20 {
            let at = good.len() * step / 20;
            let mut bent = good.clone();
            bent[at] ^= 0x10;
            replace(&path, &bent);
            scan(&sandbox).assert_code(2).assert_hides(&token);
        }
        replace(&path, &good);
    }
}

#[test]
fn deltas_that_lead_to_no_whole_object_are_named() {
    let token = hf_token(4);
    let text = format!("token = \"{token}\"");
    let [first, second, third] = [[0x11; 20], [0x22; 20], [0x33; 20]];
    let whole = b"some words".to_vec();
    let delta = inserting(10, 3, text.as_bytes());
    let found = (blob_name(text.as_bytes()), Entry::Blob(text.into_bytes()));
    let sound = (blob_name(&whole), Entry::Blob(whole));
    for (bent, named) in [
        // Of each other.
        (
            vec![
                (first, Entry::Named(second, delta.clone())),
                (second, Entry::Named(first, delta.clone())),
            ],
            vec![first, second],
        ),
        // Of itself.
        (
            vec![(first, Entry::Named(first, delta.clone()))],
            vec![first],
        ),
        // Of nothing, and one of that.
        (
            vec![
                (first, Entry::Named(third, delta.clone())),
                (second, Entry::Offset(0, delta.clone())),
            ],
            vec![first, second],
        ),
    ] {
        for version in [Version::One, Version::Two, Version::TwoWithLargeOffsets] {
            let sandbox = Sandbox::new();
            let mut entries = bent.clone();
            entries.push(sound.clone());
            pack_file::write(&packs(&sandbox), &entries, version);
            let run = scan(&sandbox);
            run.assert_code(2).assert_hides(&token);
            for name in &named {
                assert_says(&run, &format!("object {}: not read: ", hex(name)));
            }
            entries.push(found.clone());
            fs::remove_dir_all(packs(&sandbox)).expect("it can be removed");
            pack_file::write(&packs(&sandbox), &entries, version);
            let run = scan(&sandbox);
            assert_faulty(&run, &token, "with a token");
            assert_says(&run, &format!("object {}: not read: ", hex(&named[0])));
        }
    }
}

#[test]
fn indexes_of_every_form_are_read() {
    let token = hf_token(5);
    let base = letters(1, 500).into_bytes();
    let token_line = format!("\ntoken = \"{token}\"\n");
    let made = [&base[..100], token_line.as_bytes(), &base[100..]].concat();
    let delta = inserting(base.len(), 100, token_line.as_bytes());
    let entries = [
        (blob_name(&base), Entry::Blob(base.clone())),
        (blob_name(&made), Entry::Offset(0, delta)),
    ];
    for version in [Version::One, Version::Two, Version::TwoWithLargeOffsets] {
        let sandbox = Sandbox::new();
        pack_file::write(&packs(&sandbox), &entries[..1], version);
        scan(&sandbox).assert_code(0);
        fs::remove_dir_all(packs(&sandbox)).expect("it can be removed");
        pack_file::write(&packs(&sandbox), &entries, version);
        sandbox.git(&["fsck", "--full", "--strict"]);
        let run = scan_with(&sandbox, &["--format", "json"]);
        run.assert_code(1).assert_hides(&token);
        assert_says(&run, &hex(&blob_name(&made)));
    }
}

#[test]
fn files_beside_a_pack_change_nothing() {
    let token = hf_token(6);
    let sandbox = packed(&[], Some(&token));
    let plain = scan(&sandbox);
    plain.assert_code(1);
    replace_or_write(&file(&sandbox, "pack").with_extension("keep"), b"");
    assert_eq!(scan(&sandbox).stdout, plain.stdout);
    // Whoever promises objects need not have any missing.
    replace_or_write(&file(&sandbox, "pack").with_extension("promisor"), b"");
    assert_eq!(scan(&sandbox).stdout, plain.stdout);
    sandbox.git(&["multi-pack-index", "write", "--bitmap"]);
    assert_eq!(scan(&sandbox).stdout, plain.stdout);
    let index = packs(&sandbox).join("multi-pack-index");
    let good = fs::read(&index).expect("it can be read");
    for at in [0, 5, 9, 20, 60, good.len() / 2, good.len() - 3] {
        let mut bent = good.clone();
        bent[at] ^= 0xff;
        replace(&index, &bent);
        // git is asked of commits alone, and may read it.
        let run = scan(&sandbox);
        assert!(matches!(run.code, 1 | 2), "{}", run.stderr);
        run.assert_hides(&token);
    }
}

fn replace_or_write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("it can be written");
}

#[test]
fn what_is_no_file_is_named() {
    for extension in ["pack", "idx"] {
        let sandbox = packed(&[], None);
        let path = file(&sandbox, extension);
        fs::remove_file(&path).expect("it can be removed");
        fs::create_dir(&path).expect("it can be made");
        let run = scan(&sandbox);
        run.assert_code(2);
        assert_says(&run, &path.file_name().expect("a name").to_string_lossy());
    }
    let sandbox = packed(&[], None);
    fs::remove_file(file(&sandbox, "idx")).expect("it can be removed");
    scan(&sandbox).assert_code(2);
}

#[test]
fn a_broken_loose_object_is_named() {
    let token = hf_token(7);
    for planted in [false, true] {
        let sandbox = Sandbox::new();
        if planted {
            sandbox.write("b.txt", format!("token = \"{token}\""));
        }
        sandbox.write("a.txt", "some words\n".repeat(50));
        sandbox.commit_all("start");
        let oid = sandbox.git(&["rev-parse", "HEAD:a.txt"]).trim().to_owned();
        let path = sandbox
            .path()
            .join(format!(".git/objects/{}/{}", &oid[..2], &oid[2..]));
        let good = fs::read(&path).expect("it can be read");
        let mut flipped = good.clone();
        flipped[good.len() / 2] ^= 4;
        for bent in [&[][..], &good[..2], &good[..good.len() - 3], &flipped] {
            replace(&path, bent);
            let run = scan(&sandbox);
            assert_faulty(&run, &token, "a broken loose object");
            assert_says(&run, &format!("object {oid}: not read: "));
            // What was found is told all the same.
            assert_eq!(run.stdout.contains("b.txt:1:"), planted, "{}", run.stdout);
        }
        fs::remove_file(&path).expect("it can be removed");
        fs::create_dir(&path).expect("it can be made");
        let run = scan(&sandbox);
        assert_faulty(&run, &token, "a folder in its place");
        assert_says(&run, &oid);
    }
}

#[test]
fn a_report_that_cannot_be_written_is_no_report() {
    let token = hf_token(8);
    for planted in [None, Some(&*token)] {
        let sandbox = packed(&[], planted);
        for format in ["human", "json", "sarif"] {
            let run = scan_with(&sandbox, &["--output", "/dev/full", "--format", format]);
            if planted.is_some() || format != "human" {
                run.assert_code(2).assert_hides(&token);
                assert_says(&run, "/dev/full");
            }
            let mut command = sandbox.command(GUARD);
            let full = fs::File::create("/dev/full").expect("it can be opened");
            let status = command
                .args(["--all-history", "--format", format])
                .stdout(full)
                .status()
                .expect("it starts");
            // A clean human report says nothing, so that nothing is lost.
            let silent = planted.is_none() && format == "human";
            assert_eq!(status.code(), Some(if silent { 0 } else { 2 }));
        }
        let run = scan_with(&sandbox, &["--write-baseline", "/dev/full"]);
        run.assert_code(if planted.is_some() { 2 } else { 0 });
    }
}

#[test]
fn what_was_written_before_outlives_a_full_disk() {
    let sandbox = packed(&[], Some(&hf_token(8)));
    for option in ["--output", "--write-baseline"] {
        sandbox.write("old", "known\n");
        // No file may grow, as on a full disk.
        let line = format!("trap '' XFSZ; ulimit -f 0; '{GUARD}' --all-history {option} old");
        let run = Run::of(sandbox.command("bash").args(["-c", &line]));
        run.assert_code(2);
        assert_says(&run, "File too large");
        assert!(!run.stderr.contains(".tmp"), "{run:?}");
        let old = fs::read(sandbox.path().join("old")).expect("it is there");
        assert_eq!(old, b"known\n");
    }
}

#[test]
fn packs_that_are_gone_are_an_error() {
    let sandbox = packed(&[], Some(&hf_token(9)));
    fs::remove_dir_all(packs(&sandbox)).expect("it can be removed");
    scan(&sandbox).assert_code(2);
}

#[test]
fn folders_that_are_borrowed_from_are_read_however_they_are_written() {
    let token = hf_token(10);
    let lender = packed(&[], Some(&token));
    let odd = lender.root().join("a \"quoted\" name\nof two lines");
    fs::rename(lender.path(), &odd).expect("it can be moved");
    let sandbox = Sandbox::new();
    let objects = odd.join(".git/objects");
    let plain = objects.to_string_lossy();
    let quoted = plain.replace('"', "\\\"").replace('\n', "\\n");
    let list = sandbox.path().join(".git/objects/info/alternates");
    fs::write(&list, format!("# a note\n\"{quoted}\"\n")).expect("it can be written");
    let run = scan_with(&sandbox, &["--no-provenance"]);
    run.assert_code(1).assert_hides(&token);
    // A folder that is not there may have held anything.
    fs::remove_dir_all(&odd).expect("it can be removed");
    scan(&sandbox).assert_code(2);
}
