//! The file with the secret, where it may lie, and what git-filter-repo, the real one, makes of a history with it.

use std::path::{Path, PathBuf};

use super::{asserts, fingerprint, guard_in, leaked};
use crate::support::{Run, Sandbox, hf_token, letters};
use crate::tools;

/// Every object of a repository, in one string of bytes.
#[track_caller]
fn every_object(sandbox: &Sandbox, folder: &Path) -> Vec<u8> {
    let output = sandbox
        .command("git")
        .current_dir(folder)
        .args(["cat-file", "--batch-all-objects", "--batch", "--unordered"])
        .output()
        .expect("git starts");
    assert!(output.status.success());
    output.stdout
}

fn holds(text: &[u8], needle: impl AsRef<[u8]>) -> bool {
    let needle = needle.as_ref();
    text.windows(needle.len()).any(|window| window == needle)
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// A fresh clone, as the plan wants it, and the file in it.
#[track_caller]
fn clone(sandbox: &Sandbox) -> (PathBuf, String) {
    let clone = sandbox.root().join("clean");
    let url = format!("file://{}", sandbox.path().display());
    sandbox.git(&["clone", "--quiet", &url, clone.to_str().expect("UTF-8")]);
    (clone, ".git/hf-guard-replace.txt".to_owned())
}

/// Runs the line of the plan that begins with `git filter-repo`.
#[track_caller]
fn filter_repo(sandbox: &Sandbox, folder: &Path, plan: &str) {
    let line = plan
        .lines()
        .find(|line| line.starts_with("git filter-repo --sensitive-data-removal"))
        .expect("the plan has the command");
    let path = format!(
        "{}:{}",
        tools::managers().display(),
        std::env::var("PATH").expect("there is a PATH")
    );
    let mut command = sandbox.command("sh");
    command
        .current_dir(folder)
        .env("PATH", path)
        .args(["-c", line]);
    Run::of(&mut command).assert_code(0);
}

#[test]
fn git_filter_repo_takes_the_secret_out_of_every_object() {
    let sandbox = Sandbox::new();
    let token = hf_token(23);
    let key: Vec<String> = (0..24).map(|line| letters(100 + line, 64)).collect();
    let (begin, end) = ("-----BEGIN RSA ", "-----END RSA ");
    let pem = format!(
        "{begin}PRIVATE KEY-----\n{}\n{}==\n{end}PRIVATE KEY-----\n",
        key.join("\n"),
        letters(99, 30)
    );
    sandbox.write("src/train.py", format!("login(token=\"{token}\")\n"));
    sandbox.write(format!("runs/{token}.txt"), "a name\n");
    sandbox.write(
        "k8s.yaml",
        format!("data: {}\n", base64(&format!("x={token}\n"))),
    );
    sandbox.write(
        "latin.txt",
        [b"caf\xe9 ", token.as_bytes(), b"\r\n"].concat(),
    );
    sandbox.write("server.pem", &pem);
    sandbox.write(
        "key.py",
        format!("KEY = \"{}\"\n", pem.replace('\n', "\\n")),
    );
    sandbox.commit_all(&format!("Try {token}"));
    sandbox.git(&[
        "tag",
        "--annotate",
        "v1",
        "--message",
        &format!("With {token}"),
    ]);
    sandbox.git(&["rm", "--quiet", "-r", "."]);
    sandbox.write("README.md", "# Clean\n");
    sandbox.commit_all("Remove it all");
    let document = sandbox.guard(&["--all-history", "--format", "json"]);
    let document = document.json();
    let fingerprints: Vec<&str> = document["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| finding["fingerprint"].as_str().expect("a text"))
        .collect();
    assert!(fingerprints.len() >= 2, "{document:#}");

    let (clone, file) = clone(&sandbox);
    let mut arguments = vec!["respond"];
    arguments.extend(&fingerprints);
    arguments.extend(["--replace-text", &*file]);
    let run = guard_in(&sandbox, &clone, &arguments);
    run.assert_code(0).assert_hides(&token);
    for line in &key {
        run.assert_hides(line);
    }
    run.assert_stderr("hf-guard respond --remove-replace-text ");
    let path = clone.join(&file);
    assert_private(&path);
    assert_eq!(
        sandbox.git_in(&clone, &["status", "--porcelain"]).stdout,
        ""
    );

    filter_repo(&sandbox, &clone, &run.stdout);
    guard_in(
        &sandbox,
        &clone,
        &["respond", "--remove-replace-text", &file],
    )
    .assert_code(0);
    assert!(!path.exists());
    let objects = every_object(&sandbox, &clone);
    assert!(holds(&objects, "REMOVED-BY-HF-GUARD-"));
    assert!(holds(&objects, b"caf\xe9 REMOVED-BY-"), "other bytes stay");
    for needle in [&token, &token[3..20], &token[20..]]
        .into_iter()
        .chain(key.iter().map(|line| &**line))
    {
        assert!(!holds(&objects, needle), "it is still there");
    }
    assert!(
        !holds(&objects, letters(99, 30)),
        "the last line of the key is still there"
    );
    let inner = base64(&format!("x={token}\n"));
    assert!(
        !holds(&objects, &inner[8..40]),
        "it is still there, encoded"
    );
    // No file of the clone has it, the notes of git-filter-repo and logs included.
    let everything = sandbox
        .command("cat")
        .current_dir(&clone)
        .args(["-r"])
        .output();
    drop(everything);
    assert_no_file_holds(&clone, &token);
    let clean = guard_in(&sandbox, &clone, &["--all-history"]);
    clean.assert_code(0);
}

#[track_caller]
fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = path
        .metadata()
        .expect("it was written")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[track_caller]
fn assert_no_file_holds(folder: &Path, secret: &str) {
    for entry in std::fs::read_dir(folder).expect("it can be listed") {
        let path = entry.expect("it can be listed").path();
        assert!(!path.to_string_lossy().contains(secret));
        if path.is_dir() {
            assert_no_file_holds(&path, secret);
        } else {
            let text = std::fs::read(&path).expect("it can be read");
            assert!(!holds(&text, secret), "{}", path.display());
        }
    }
}

#[test]
fn what_the_tool_leaves_alone_is_named() {
    let sandbox = Sandbox::new();
    let token = hf_token(24);
    let wide: Vec<u8> = format!("\u{feff}token = {token}\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    sandbox.write("notes.txt", wide);
    let encoded = base64(&format!(
        "{{\"token\": \"{token}\", \"more\": \"{}\"}}",
        letters(1, 60)
    ));
    let wrapped: Vec<&str> = encoded
        .as_bytes()
        .chunks(48)
        .map(|line| std::str::from_utf8(line).expect("ASCII"))
        .collect();
    sandbox.write("mail.txt", wrapped.join("\n"));
    sandbox.write("plain.py", format!("t = '{token}'\n"));
    sandbox.commit_all("Three ways");
    let run = sandbox.guard(&["respond", &fingerprint(&sandbox)]);
    run.assert_code(0).assert_hides(&token);
    asserts(
        &run.stdout,
        &[
            "- [ ] `notes.txt` is a binary file to git-filter-repo",
            "- [ ] `mail.txt` has it in pieces",
        ],
    );
    assert!(!run.stdout.contains("- [ ] `plain.py`"), "{}", run.stdout);
}

#[test]
fn the_file_with_the_secret_stays_out_of_gits_way() {
    let (sandbox, token) = leaked();
    let fingerprint = fingerprint(&sandbox);
    let respond = |file: &str| sandbox.guard(&["respond", &fingerprint, "--replace-text", file]);
    for inside in ["replace.txt", "src/../replace.txt", ".git/../replace.txt"] {
        std::fs::create_dir_all(sandbox.path().join("src")).expect("a folder can be made");
        let run = respond(inside);
        run.assert_code(2)
            .assert_hides(&token)
            .assert_stderr("`git add` would pick it up");
        assert_eq!(run.stdout, "");
    }
    assert!(!sandbox.path().join("replace.txt").exists());
    let outside = sandbox.root().join("replace.txt");
    let outside = outside.to_str().expect("UTF-8");
    let run = respond(outside);
    run.assert_code(0).assert_hides(&token);
    asserts(
        &run.stdout,
        &["The file that says what to replace is written: `"],
    );
    assert_private(Path::new(outside));
    let again = respond(outside);
    again.assert_code(2).assert_stderr("is there already");
    let text = std::fs::read_to_string(outside).expect("it is ASCII");
    assert!(text.starts_with("literal:"), "literal lines");
    let remove = |file: &str| sandbox.guard(&["respond", "--remove-replace-text", file]);
    remove(outside).assert_code(0);
    assert!(!Path::new(outside).exists());
    let gone = remove(outside);
    gone.assert_code(2);
    sandbox.write("mine.txt", "mine\n");
    let mine = remove("mine.txt");
    mine.assert_code(2).assert_stderr("so it stays");
    assert!(sandbox.path().join("mine.txt").exists());
}

#[test]
fn no_file_is_left_where_there_is_no_plan() {
    let (sandbox, _) = leaked();
    let fingerprint = fingerprint(&sandbox);
    let file = sandbox.root().join("replace.txt");
    let file_name = file.to_str().expect("UTF-8");
    let run = sandbox.guard(&[
        "respond",
        &fingerprint,
        "--replace-text",
        file_name,
        "--output",
        "no/such/folder/plan.md",
    ]);
    run.assert_code(2);
    assert!(!file.exists());
    // A report of another repository names a secret that is not here.
    let report = sandbox.root().join("report.json");
    let report = report.to_str().expect("UTF-8");
    sandbox.guard(&["--all-history", "--format", "json", "--output", report]);
    let other = Sandbox::new();
    other.write("a", "b\n");
    other.commit_all("Nothing");
    let run = other.guard(&[
        "respond",
        &fingerprint,
        "--from",
        report,
        "--replace-text",
        file_name,
    ]);
    run.assert_code(2)
        .assert_stderr("does not stand in the history of this repository");
    assert!(!file.exists());
}
