//! CODEOWNERS, from where a code host looks for it, as the register reads it.

use hf_guard::register::codeowners::Codeowners;

use super::inventory;
use crate::support::{Sandbox, hf_token};

#[track_caller]
fn assert_owners(location: &str, text: &str, expected: &[(&str, &[&str])]) {
    let codeowners = Codeowners::parse(location, text.as_bytes());
    for (path, owners) in expected {
        assert_eq!(codeowners.owners(path.as_bytes()), *owners, "{path}");
    }
}

/// Whom the register of a repository with one token in `src/train.py` names, and who says so.
#[track_caller]
fn responsible(sandbox: &Sandbox) -> (Vec<String>, String) {
    sandbox.write("src/train.py", format!("token = \"{}\"\n", hf_token(1)));
    sandbox.commit_all("Train");
    let run = inventory(sandbox, &[]);
    let register = run.assert_code(1).json();
    let responsible = &register["credentials"][0]["responsible"];
    let names = responsible["names"].as_array().expect("names");
    let names = names
        .iter()
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect();
    (
        names,
        responsible["by"].as_str().expect("a word").to_owned(),
    )
}

#[test]
fn the_last_line_that_names_the_path_counts() {
    let text = "# who is who\n\
                *       @acme/everybody\n\
                *.py    @acme/python ada@example.org # both of them\n\
                /src/   @acme/core\n\
                /src/open.py\n\
                docs/a\\ b.md @acme/writers\n";
    assert_owners(
        "CODEOWNERS",
        text,
        &[
            ("Makefile", &["@acme/everybody"]),
            ("tools/a.py", &["@acme/python", "ada@example.org"]),
            ("src/x/a.py", &["@acme/core"]),
            // It names nobody, and that counts.
            ("src/open.py", &[]),
            ("docs/a b.md", &["@acme/writers"]),
        ],
    );
}

#[test]
fn lines_that_github_calls_invalid_are_passed_over() {
    let text = "* @acme/all\n\
                !*.md @acme/nobody\n\
                *.md nobody-in-particular\n\
                *.[ch] @acme/nobody\n\
                \\#x @acme/nobody\n";
    assert_owners(
        "CODEOWNERS",
        text,
        &[
            ("a.md", &["@acme/all"]),
            ("#x", &["@acme/all"]),
            ("a.c", &["@acme/all"]),
            ("a.[ch]", &["@acme/all"]),
        ],
    );
    assert_owners("CODEOWNERS", "", &[("a", &[])]);
    assert_owners("CODEOWNERS", "\u{feff}* @a\r\n", &[("a", &["@a"])]);
}

#[test]
fn each_section_of_gitlab_has_a_last_line() {
    let text = "* @lead\n\
                [Docs][2] @writers\n\
                *.md\n\
                README.md @ada\n\
                ^[Data]\n\
                /data/ @data\n\
                !/data/public/\n\
                /data/public/a.md @never\n\
                [docs]\n\
                *.rst\n";
    assert_owners(
        "CODEOWNERS",
        text,
        &[
            ("a.py", &["@lead"]),
            ("x/a.md", &["@lead", "@writers"]),
            ("x/README.md", &["@lead", "@ada"]),
            ("data/a.csv", &["@lead", "@data"]),
            ("data/public/a.md", &["@lead", "@writers"]),
            // A section that is taken up again has the defaults of its new heading.
            ("a.rst", &["@lead"]),
        ],
    );
    // There, a pattern without a slash in front holds in every folder.
    assert_owners(
        ".gitlab/CODEOWNERS",
        "a/b.py @x\n",
        &[("z/a/b.py", &["@x"])],
    );
    assert_owners("CODEOWNERS", "a/b.py @x\n", &[("z/a/b.py", &[])]);
}

#[test]
fn the_file_lies_where_code_hosts_look_for_it() {
    let places = [
        ".gitlab/CODEOWNERS",
        "docs/CODEOWNERS",
        "CODEOWNERS",
        ".github/CODEOWNERS",
    ];
    let sandbox = Sandbox::new();
    // Each is looked for before the one above.
    for (number, place) in places.iter().enumerate() {
        sandbox.write(place, format!("* @team-{number}\n"));
        let (names, by) = responsible(&sandbox);
        assert_eq!(
            (names, &*by),
            (vec![format!("@team-{number}")], "codeowners")
        );
    }
    // What is not committed is not in force.
    sandbox.git(&["rm", "--quiet", "--cached", ".github/CODEOWNERS"]);
    sandbox.git(&["commit", "--quiet", "--no-verify", "--message", "Remove"]);
    let run = sandbox.guard(&["inventory"]);
    assert!(
        run.assert_code(1).stdout.contains("@team-2"),
        "{}",
        run.stdout
    );
}

#[test]
fn without_an_owner_the_author_is_responsible() {
    let sandbox = Sandbox::new();
    sandbox.write("CODEOWNERS", "/docs/ @writers\n");
    let (names, by) = responsible(&sandbox);
    assert_eq!(
        (names, &*by),
        (vec!["A. Author <author@example.org>".to_owned()], "author")
    );
}

#[test]
fn a_file_that_no_code_host_reads_is_told_of() {
    let sandbox = Sandbox::new();
    sandbox.write("CODEOWNERS", "* @ada\n".repeat(450_000));
    let (_, by) = responsible(&sandbox);
    assert_eq!(by, "author");
    let run = sandbox.guard(&["inventory"]);
    run.assert_stdout("CODEOWNERS is larger than 3 MB");
}

#[test]
fn neither_a_secret_nor_bytes_that_are_no_text_break_it() {
    let sandbox = Sandbox::new();
    let token = hf_token(9);
    sandbox.write(
        "CODEOWNERS",
        [b"\xff\xfe* @x\n* @", token.as_bytes(), b"\n"].concat(),
    );
    sandbox.write("a.py", format!("token = \"{}\"\n", hf_token(1)));
    sandbox.commit_all("Train");
    for format in ["human", "json"] {
        let run = sandbox.guard(&["inventory", "--format", format]);
        run.assert_code(1).assert_hides(&token);
    }
}
