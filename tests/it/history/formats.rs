//! `--all-history` on repositories of a format that only git knows: slower, with the same answer, and said with `-v`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{GUARD, Run, Sandbox, hf_token, write_script};

/// A history of two commits, packed, and the token that the first brought.
fn packed() -> (Sandbox, String) {
    let token = hf_token(1);
    let sandbox = Sandbox::new();
    sandbox.write("dir/a.py", format!("key = \"{token}\"\n"));
    sandbox.write("b.txt", "words\n");
    sandbox.commit_all("start");
    sandbox.write("dir/a.py", "key = None\n");
    sandbox.commit_all("remove it");
    sandbox.git(&["repack", "-adfq"]);
    (sandbox, token)
}

/// Rewrites a file of the pack folder as one of a later version.
fn make_later(sandbox: &Sandbox, extension: &str) -> PathBuf {
    let packs = sandbox.path().join(".git/objects/pack");
    let path = fs::read_dir(packs)
        .expect("it can be listed")
        .map(|entry| entry.expect("it can be listed").path())
        .find(|path| path.extension().is_some_and(|end| end == extension))
        .expect("there is one");
    let mut bytes = fs::read(&path).expect("it can be read");
    bytes[7] = 9;
    fs::remove_file(&path).expect("it can be replaced");
    fs::write(&path, bytes).expect("it can be written");
    path
}

/// A later git: it answers from a copy of the repository, whose format is of today.
fn later_git(sandbox: &Sandbox, copy: &Path) -> String {
    let tools = sandbox.root().join("tools");
    fs::create_dir(&tools).expect("it can be made");
    let path = std::env::var("PATH").expect("there is one");
    let script = format!("cd '{}' && PATH='{path}' exec git \"$@\"", copy.display());
    write_script(&tools.join("git"), &script);
    format!("{}:{path}", tools.display())
}

#[test]
fn what_git_alone_can_read_is_read_through_git() {
    for extension in ["pack", "idx"] {
        let (sandbox, token) = packed();
        let options = ["--all-history", "--no-config"];
        let plain = sandbox.guard(&options);
        plain.assert_code(1).assert_hides(&token);
        let copy = sandbox.root().join("copy");
        sandbox.git_in(
            sandbox.root(),
            &["clone", "--quiet", "--mirror", "repo", "copy"],
        );
        let path = later_git(&sandbox, &copy);
        let later = make_later(&sandbox, extension);
        let scan = |options: &[&str]| {
            let mut command = sandbox.command(GUARD);
            Run::of(command.args(options).env("PATH", &path))
        };
        assert_eq!(
            (scan(&options).code, scan(&options).stdout),
            (1, plain.stdout.clone())
        );
        let verbose = scan(&[&options[..], &["-v"]].concat());
        verbose.assert_code(1).assert_hides(&token);
        let told = "the format of its pack is known to git at most";
        assert!(
            verbose.stdout.contains(told) || verbose.stderr.contains(told),
            "{}",
            verbose.stdout
        );
        // The git of today knows it as little.
        let run = sandbox.guard(&options);
        run.assert_code(2).assert_hides(&token);
        let name = later.file_name().expect("a name").to_string_lossy();
        let said = format!("{}{}", run.stdout, run.stderr);
        let expected = if extension == "idx" { &*name } else { told };
        assert!(said.contains(expected), "{said}");
    }
}

/// A hook looks up the old blob, which git alone can read.
#[test]
fn a_commit_is_compared_with_what_git_alone_can_read() {
    let (sandbox, _) = packed();
    let copy = sandbox.root().join("copy");
    sandbox.git_in(
        sandbox.root(),
        &["clone", "--quiet", "--mirror", "repo", "copy"],
    );
    let path = later_git(&sandbox, &copy);
    make_later(&sandbox, "pack");
    let token = hf_token(2);
    let text = format!("key = \"{token}\"\n");
    let oid = sandbox.git_with_input(&["hash-object", "-w", "--stdin"], text.as_bytes());
    let entry = format!("100644,{},dir/a.py", oid.trim());
    sandbox.git(&["update-index", "--cacheinfo", &entry]);
    let mut command = sandbox.command(GUARD);
    let run = Run::of(command.arg("--no-config").env("PATH", path));
    run.assert_code(1).assert_hides(&token);
    sandbox.guard(&["--no-config"]).assert_code(2);
}
