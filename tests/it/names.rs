//! Paths: every byte that git allows in one, and tokens that stand in one.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::support::{Sandbox, hf_token};

/// Names that a line-based or shell-based reader stumbles over.
const ODD: &[&[u8]] = &[
    b" leading and trailing ",
    b"\"quoted\" 'twice'",
    b"$(touch x); `y` & |",
    b"-n",
    b":(glob)*",
    b":0:a:12:3",
    b"C1 \xc2\x9b31m",
    b"back\\slash\\x41",
    b"bell\x07",
    b"caf\xc3\xa9/\xe6\xa8\xa1\xe5\x9e\x8b",
    b"colour \x1b[31m",
    b"latin \xe9",
    b"new\nline\nb.py:1:1",
    b"right-to-left \xe2\x80\xaegnp.exe",
    b"tab\tand\rreturn",
    b"\xff\xfe",
    b"{a,b}*?[c]",
    b"zero\xe2\x80\x8bwidth",
    b"::error file=a::b",
];

fn on_disk(name: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(name))
}

#[test]
fn every_name_comes_back_byte_by_byte() {
    let sandbox = Sandbox::new();
    sandbox.write("first", "one\n");
    sandbox.commit_all("first");
    let token = hf_token(501);
    for name in ODD {
        sandbox.write(on_disk(name), format!("one\n{token}\n"));
    }
    sandbox.git(&["add", "."]);
    let expected: Vec<(&[u8], usize, &str)> =
        ODD.iter().map(|name| (*name, 2, token.as_str())).collect();
    sandbox.assert_staged(&expected);
    // The same names with something older under them.
    sandbox.commit_all("second");
    let newer = hf_token(502);
    for name in ODD {
        sandbox.write(on_disk(name), format!("one\n{token}\n{newer}\n"));
    }
    sandbox.git(&["add", "."]);
    let expected: Vec<(&[u8], usize, &str)> =
        ODD.iter().map(|name| (*name, 3, newer.as_str())).collect();
    sandbox.assert_staged(&expected);
}

#[test]
fn no_name_steers_the_terminal() {
    let sandbox = Sandbox::new();
    let token = hf_token(503);
    for name in ODD {
        sandbox.write(on_disk(name), format!("{token}\n"));
    }
    sandbox.git(&["add", "."]);
    let run = sandbox.guard(&["scan", "--staged", "--color", "never"]);
    run.assert_code(1).assert_hides(&token);
    let shown = format!("{}{}", run.stdout, run.stderr);
    for character in shown.chars() {
        let steers = character.is_control() && character != '\n'
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}');
        assert!(!steers, "{character:?} reached the terminal");
    }
    assert!(
        !shown.contains(char::REPLACEMENT_CHARACTER),
        "bytes were lost or raw"
    );
    assert!(
        !shown.lines().any(|line| line.starts_with("b.py:1:1")),
        "a name made a line of its own"
    );
}

#[test]
fn the_path_of_a_new_file_is_scanned_and_masked() {
    for path in ["TOKEN", "a/TOKEN/b.py", "a/TOKEN.txt", "a b/x=TOKEN"] {
        let sandbox = Sandbox::new();
        let token = hf_token(504);
        sandbox.stage(&path.replace("TOKEN", &token), "clean\n");
        for format in ["human", "json", "sarif"] {
            let run = sandbox.guard(&["scan", "--staged", "--format", format]);
            run.assert_code(1).assert_hides(&token);
        }
    }
}

#[test]
fn a_path_that_was_there_before_is_not_new() {
    let sandbox = Sandbox::new();
    let token = hf_token(505);
    let path = format!("a/{token}.py");
    sandbox.write(&path, "one\n");
    sandbox.commit_all("first");
    sandbox.stage(&path, "two\n");
    sandbox.guard(&["scan", "--staged"]).assert_code(0);
    sandbox.git(&["update-index", "--chmod=+x", &path]);
    sandbox.guard(&["scan", "--staged"]).assert_code(0);
    sandbox.git(&["rm", "--quiet", "--force", "--cached", &path]);
    sandbox.guard(&["scan", "--staged"]).assert_code(0);
}

#[test]
fn a_new_name_for_an_old_blob_is_scanned() {
    let sandbox = Sandbox::new();
    let token = hf_token(506);
    sandbox.write("a.py", "one\n");
    sandbox.commit_all("first");
    sandbox.git(&["mv", "a.py", &format!("{token}.py")]);
    let run = sandbox.guard(&["scan", "--staged"]);
    run.assert_code(1).assert_hides(&token);
}

#[test]
fn an_empty_file_and_a_link_and_a_submodule_can_have_a_token_for_a_name() {
    let token = hf_token(507);
    let sandbox = Sandbox::new();
    sandbox.stage(&token, "");
    sandbox
        .guard(&["scan", "--staged"])
        .assert_code(1)
        .assert_hides(&token);
    for mode in ["120000", "160000"] {
        let sandbox = Sandbox::new();
        let oid = sandbox.git_with_input(&["hash-object", "-w", "--stdin"], b"target");
        let entry = format!("{mode},{},{token}", oid.trim());
        sandbox.git(&["update-index", "--add", "--cacheinfo", &entry]);
        let run = sandbox.guard(&["scan", "--staged"]);
        assert_eq!(run.code, 1, "mode {mode}: {}", run.stderr);
        run.assert_hides(&token);
    }
}

#[test]
fn a_very_long_path_is_read_whole() {
    let token = hf_token(508);
    let sandbox = Sandbox::new();
    // An index entry's flags hold lengths up to 4,095; longer names end at their NUL. The file system allows no
    // such path, the index does.
    let path = format!("{}z.py", "directory/".repeat(500));
    let oid = sandbox.git_with_input(&["hash-object", "-w", "--stdin"], token.as_bytes());
    for version in ["2", "3", "4"] {
        sandbox.git(&["read-tree", "--empty"]);
        let entry = format!(
            "100644 {}\t{path}\n100644 {}\tzz.py\n",
            oid.trim(),
            oid.trim()
        );
        sandbox.git_with_input(&["update-index", "--index-info"], entry.as_bytes());
        sandbox.git(&["update-index", "--index-version", version]);
        sandbox.assert_staged(&[(path.as_str(), 1, token.as_str()), ("zz.py", 1, &token)]);
    }
}
