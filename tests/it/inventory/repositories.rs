//! Repositories of every kind, and which of them are one.

use serde_json::json;

use super::{inventory, leaked, repositories, row, second};
use crate::support::{Sandbox, letters};

#[test]
fn two_folders_of_one_name_are_two_and_two_clones_are_one() {
    let (sandbox, token) = leaked();
    let line = format!("key = \"{token}\"\n");
    second(&sandbox, "x/models", "a.py", &line);
    second(&sandbox, "y/models", "b.py", &line);
    let both = ["../x/models", "../y/models"];
    let run = inventory(&sandbox, &both);
    let apart = run.assert_code(1).json();
    let mut names = repositories(row(&apart, &token));
    names.sort_unstable();
    assert_eq!(names, ["../y/models", "models"]);
    let password = letters(4, 20);
    for (folder, url) in [
        (
            "x/models",
            format!("https://ada:{password}@Hub.example/acme/models"),
        ),
        ("y/models", "git@hub.example:acme/models.git".to_owned()),
    ] {
        let folder = sandbox.root().join(folder);
        sandbox
            .git_in(&folder, &["remote", "add", "origin", &url])
            .assert_code(0);
    }
    let run = inventory(&sandbox, &both);
    run.assert_code(1).assert_hides(&password);
    let together = run.json();
    let row = row(&together, &token);
    assert_eq!(repositories(row), ["hub.example/acme/models"]);
    assert_eq!(
        row["repositories"][0]["places"].as_array().map(Vec::len),
        Some(2)
    );
}

#[test]
fn a_bare_repository_and_one_with_sha_256_are_read_too() {
    let (sandbox, token) = leaked();
    sandbox.git(&["clone", "--quiet", "--bare", ".", "../bare.git"]);
    let run = inventory(&sandbox, &["../bare.git"]);
    let bare = run.assert_code(1).json();
    assert_eq!(bare["summary"]["credentials"], 2);
    row(&bare, &token);
    let other = Sandbox::with_init_options(&["--object-format=sha256"]);
    other.write("a.py", format!("token = \"{token}\"\n"));
    other.write("CODEOWNERS", "* @ada\n");
    other.commit_all("Train");
    let path = other.path().to_str().expect("a path");
    let run = inventory(&sandbox, &[path]);
    let register = run.assert_code(1).json();
    assert_eq!(
        row(&register, &token)["responsible"]["names"],
        json!(["@ada"])
    );
}
