//! Content changes in the index: which lines are new, and that nothing but the index decides.

use std::fs;

use crate::support::{Sandbox, hf_token};

/// A sandbox in which `path` is committed with `content`.
fn committed(path: &str, content: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(path, content);
    sandbox.commit_all("first");
    sandbox
}

const NOTHING: &[(&str, usize, &str)] = &[];

#[test]
fn only_the_lines_that_are_new_count() {
    let (old, new) = (hf_token(301), hf_token(302));
    let sandbox = committed("a.py", &format!("one\n{old}\nthree\n"));
    sandbox.stage("a.py", format!("one\n{old}\n{new}\nthree\n"));
    sandbox.assert_staged(&[("a.py", 3, new.as_str())]);
    sandbox.stage("a.py", format!("one\n{old}\nthree and more\n"));
    sandbox.assert_staged(NOTHING);
}

#[test]
fn an_old_token_on_a_line_that_changed_is_added_again() {
    let token = hf_token(303);
    let sandbox = committed("a.py", &format!("key = \"{token}\"\n"));
    sandbox.stage("a.py", format!("token = \"{token}\"\n"));
    sandbox.assert_staged(&[("a.py", 1, token.as_str())]);
}

#[test]
fn a_line_that_moved_or_was_repeated_in_its_file_is_not_new() {
    let token = hf_token(304);
    let sandbox = committed("a.py", &format!("one\ntwo\n{token}\n"));
    sandbox.stage("a.py", format!("{token}\none\ntwo\n"));
    sandbox.assert_staged(NOTHING);
    sandbox.stage("a.py", format!("one\n{token}\ntwo\n{token}\n"));
    sandbox.assert_staged(NOTHING);
}

#[test]
fn a_line_that_moved_to_another_file_is_new_there() {
    let token = hf_token(305);
    let sandbox = committed("a.py", &format!("one\n{token}\n"));
    sandbox.write("b.py", "one\n");
    sandbox.commit_all("second");
    sandbox.stage("a.py", "one\n");
    sandbox.stage("b.py", format!("one\n{token}\n"));
    sandbox.assert_staged(&[("b.py", 2, token.as_str())]);
}

#[test]
fn a_renamed_file_brings_no_old_token_back() {
    let (old, new) = (hf_token(306), hf_token(307));
    let text = format!("{}\n{old}\n", "a line of some length\n".repeat(30));
    let sandbox = committed("a.py", &text);
    sandbox.git(&["mv", "a.py", "b.py"]);
    sandbox.assert_staged(NOTHING);
    sandbox.stage("b.py", format!("{text}an edit\n"));
    sandbox.assert_staged(NOTHING);
    sandbox.stage("b.py", format!("{new}\n{text}"));
    sandbox.assert_staged(&[("b.py", 1, new.as_str())]);
}

#[test]
fn a_file_renamed_into_another_folder_with_a_new_mode_brings_no_old_token_back() {
    let old = hf_token(308);
    let sandbox = committed("a.sh", &format!("one\n{old}\n"));
    fs::create_dir(sandbox.path().join("bin")).expect("the folder can be made");
    sandbox.git(&["mv", "a.sh", "bin/a"]);
    sandbox.git(&["update-index", "--chmod=+x", "bin/a"]);
    sandbox.assert_staged(NOTHING);
}

#[test]
fn a_copy_publishes_the_token_once_more() {
    let token = hf_token(309);
    let text = format!("one\n{token}\n");
    let sandbox = committed("a.py", &text);
    sandbox.stage("b.py", &text);
    sandbox.assert_staged(&[("b.py", 2, token.as_str())]);
    sandbox.stage("b.py", format!("zero\n{text}"));
    sandbox.assert_staged(&[("b.py", 3, token.as_str())]);
}

#[test]
fn a_name_that_is_used_again_does_not_hide_where_the_token_went() {
    let (old, new) = (hf_token(310), hf_token(311));
    let sandbox = committed("a.py", &format!("one\n{old}\n"));
    sandbox.git(&["mv", "a.py", "b.py"]);
    sandbox.stage("a.py", format!("{new}\n"));
    sandbox.assert_staged(&[("a.py", 1, new.as_str()), ("b.py", 2, old.as_str())]);
}

#[test]
fn a_deletion_has_nothing_to_scan() {
    let token = hf_token(312);
    let sandbox = committed("a.py", &format!("one\n{token}\n"));
    sandbox.git(&["rm", "--quiet", "--cached", "a.py"]);
    sandbox.assert_staged(NOTHING);
    sandbox.stage("a.py", "one\n");
    sandbox.assert_staged(NOTHING);
}

#[test]
fn the_work_tree_decides_nothing() {
    let (staged, loose) = (hf_token(313), hf_token(314));
    let sandbox = committed("a.py", "one\n");
    sandbox.stage("a.py", format!("{staged}\n"));
    sandbox.write("a.py", format!("{loose}\n"));
    sandbox.write("untracked.py", format!("{loose}\n"));
    sandbox.assert_staged(&[("a.py", 1, staged.as_str())]);
    fs::remove_file(sandbox.path().join("a.py")).expect("the file can be removed");
    sandbox.assert_staged(&[("a.py", 1, staged.as_str())]);
    fs::create_dir(sandbox.path().join("a.py")).expect("a folder can take its place");
    sandbox.assert_staged(&[("a.py", 1, staged.as_str())]);
}

#[test]
fn no_folder_and_no_file_type_is_passed_over() {
    let token = hf_token(315);
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", "*\n");
    let paths = [
        ".env",
        ".gitattributes.d/x",
        ".hf-guard.toml.orig",
        "build/lib/a.min.js",
        "go.sum",
        "model.safetensors",
        "node_modules/a/index.js",
        "package-lock.json",
        "tests/fixtures/a.py",
        "vendor/a.go",
        "weights.png",
        "x.ipynb",
        "x.pdf",
        "x.zip",
    ];
    for path in paths {
        sandbox.stage(path, format!("{token}\n"));
    }
    let expected = paths.map(|path| (path, 1, token.as_str()));
    sandbox.assert_staged(&expected);
}

#[test]
fn gits_own_files_are_scanned_like_any_other() {
    let token = hf_token(316);
    let sandbox = Sandbox::new();
    sandbox.stage(".gitattributes", format!("# {token}\n"));
    sandbox.stage(".gitignore", format!("# {token}\n"));
    let url = format!("https://user:{token}@huggingface.co/a/b");
    sandbox.stage(
        ".gitmodules",
        format!("[submodule \"b\"]\n\tpath = b\n\turl = {url}\n"),
    );
    sandbox.assert_staged(&[
        (".gitattributes", 1, token.as_str()),
        (".gitignore", 1, token.as_str()),
        (".gitmodules", 3, token.as_str()),
    ]);
}

#[test]
fn two_tokens_of_one_rule_are_two_findings() {
    let (one, two) = (hf_token(317), hf_token(318));
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", format!("{one} {two}\n{one}\n"));
    sandbox.assert_staged(&[
        ("a.py", 1, one.as_str()),
        ("a.py", 1, two.as_str()),
        ("a.py", 2, one.as_str()),
    ]);
}

#[test]
fn an_empty_commit_and_empty_files_are_clean() {
    let sandbox = committed("a.py", "one\n");
    sandbox.assert_staged(NOTHING);
    sandbox.stage("empty", "");
    sandbox.assert_staged(NOTHING);
    sandbox.stage("a.py", "");
    sandbox.assert_staged(NOTHING);
}

#[test]
fn a_commit_of_many_files_is_scanned_to_the_last() {
    let sandbox = committed("a.py", "one\n");
    let token = |file: u64| hf_token(32_000 + file);
    for file in 0..300 {
        let key = if file % 3 == 0 {
            token(file)
        } else {
            "none".to_owned()
        };
        sandbox.write(
            format!("d{}/f{file}.py", file % 7),
            format!("a\nb\n{key}\n"),
        );
    }
    sandbox.git(&["add", "."]);
    let found: Vec<(String, usize, String)> = (0..300)
        .filter(|file| file % 3 == 0)
        .map(|file| (format!("d{}/f{file}.py", file % 7), 3, token(file)))
        .collect();
    let expected: Vec<(&str, usize, &str)> = found
        .iter()
        .map(|(path, line, token)| (path.as_str(), *line, token.as_str()))
        .collect();
    sandbox.assert_staged(&expected);
}
