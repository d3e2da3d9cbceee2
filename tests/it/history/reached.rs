//! What is read beside the files of commits: deleted branches, stashes, messages, names, and what nothing leads to.

use serde_json::json;

use super::{finding, findings, id, places, scan};
use crate::support::{Sandbox, hf_token};

#[test]
fn a_deleted_branch_is_read_with_and_without_its_reflog() {
    let sandbox = Sandbox::new();
    let token = hf_token(5);
    sandbox.commit_all("start");
    sandbox.git(&["switch", "--quiet", "--create", "gone"]);
    sandbox.write("a.py", format!("token = \"{token}\"\n"));
    sandbox.commit_all("add");
    let commit = id(&sandbox, "HEAD");
    let blob = id(&sandbox, "HEAD:a.py");
    sandbox.git(&["switch", "--quiet", "main"]);
    sandbox.git(&["branch", "--quiet", "-D", "gone"]);
    let found = finding(&sandbox, &token);
    assert_eq!(found["origin"]["commit"], commit);
    assert_eq!(places(&found), [("a.py".to_owned(), "reflogs".to_owned())]);
    sandbox.git(&["reflog", "expire", "--expire=now", "--all"]);
    let found = finding(&sandbox, &token);
    assert_eq!(found["origin"]["kind"], "unreachable");
    assert_eq!(found["origin"]["object"], blob);
}

#[test]
fn stashes_notes_and_the_index_are_read() {
    let sandbox = Sandbox::new();
    let line = |seed| format!("token = \"{}\"\n", hf_token(seed));
    sandbox.write("a.py", "print(1)\n");
    sandbox.commit_all("start");
    sandbox.write("a.py", line(6));
    sandbox.git(&["stash", "--quiet"]);
    let found = finding(&sandbox, &hf_token(6));
    assert_eq!(found["path"], "a.py");
    assert_eq!(found["origin"]["kind"], "commit");
    assert_eq!(found["provenance"]["refs"], json!(["refs/stash"]));

    let sandbox = Sandbox::new();
    sandbox.commit_all("start");
    sandbox.git(&["notes", "add", "--message", &line(7)]);
    let found = finding(&sandbox, &hf_token(7));
    assert_eq!(found["path"], id(&sandbox, "HEAD"));
    assert_eq!(found["origin"]["kind"], "commit");
    assert_eq!(found["provenance"]["refs"], json!(["refs/notes/commits"]));

    sandbox.git(&["update-ref", "-d", "refs/notes/commits"]);
    sandbox.git(&["prune", "--expire=now"]);
    sandbox.stage("b.py", line(8));
    let found = finding(&sandbox, &hf_token(8));
    assert_eq!(
        (&found["path"], &found["origin"]["kind"]),
        (&"b.py".into(), &"staged".into())
    );
}

#[test]
fn messages_and_identities_are_read() {
    let sandbox = Sandbox::new();
    let tokens: Vec<String> = (10..13).map(hf_token).collect();
    sandbox.commit_all(&format!("use {}", tokens[0]));
    sandbox.git(&[
        "tag",
        "--annotate",
        "v1",
        "--message",
        &format!("see {}", tokens[1]),
    ]);
    let author = format!("{} <a@example.org>", tokens[2]);
    sandbox.git(&[
        "commit",
        "--quiet",
        "--allow-empty",
        "--message",
        "b",
        "--author",
        &author,
    ]);
    // The reflogs repeat the subject of a commit.
    std::fs::remove_dir_all(sandbox.path().join(".git/logs")).expect("they can be removed");
    let found = findings(&sandbox, &tokens[0]);
    for token in &tokens {
        scan(&sandbox).assert_code(1).assert_hides(token);
    }
    let told: Vec<String> = found
        .iter()
        .map(|one| {
            let words = [&one["origin"]["kind"], &one["path"], &one["part"]];
            words.map(|word| word.as_str().unwrap_or("-")).join(", ")
        })
        .collect();
    let expected = [
        "commit, commit author, header",
        "message, commit message, message",
        "tag, tag message, message",
    ];
    assert_eq!(told, expected);
    assert_eq!(found[0]["origin"]["commit"], id(&sandbox, "HEAD"));
    assert_eq!(found[1]["origin"]["commit"], id(&sandbox, "HEAD~1"));
    assert_eq!(
        found[1]["origin"]["author"],
        "A. Author <author@example.org>"
    );
    assert_eq!(
        found[1]["provenance"]["refs"],
        json!(["refs/heads/main", "refs/tags/v1"])
    );
    assert_eq!(found[2]["origin"]["tag"], id(&sandbox, "v1"));
    assert_eq!(found[2]["provenance"]["refs"], json!(["refs/tags/v1"]));
}

#[test]
fn names_of_files_and_targets_of_links_are_read() {
    let sandbox = Sandbox::new();
    let (name, target) = (hf_token(15), hf_token(16));
    sandbox.write(format!("keys/{name}.txt"), "nothing\n");
    std::os::unix::fs::symlink(&target, sandbox.path().join("link")).expect("a link can be made");
    sandbox.commit_all("add");
    let found = findings(&sandbox, &name);
    scan(&sandbox).assert_code(1).assert_hides(&target);
    let parts: Vec<&str> = found
        .iter()
        .filter_map(|one| one["part"].as_str())
        .collect();
    assert_eq!(parts, ["path", "symlink-target"], "{found:#?}");
    assert!(
        found[0]["path"]
            .as_str()
            .is_some_and(|path| path.starts_with("keys/hf_"))
    );
    assert_eq!(found[1]["path"], "link");
}

#[test]
fn blobs_and_trees_without_a_commit_are_read() {
    let sandbox = Sandbox::new();
    let token = hf_token(17);
    sandbox.write("a.py", format!("token = \"{token}\"\n"));
    sandbox.git(&["add", "a.py"]);
    let tree = sandbox.git(&["write-tree"]);
    sandbox.git(&["rm", "--quiet", "--cached", "a.py"]);
    sandbox.git(&["tag", "tree", tree.trim()]);
    let found = finding(&sandbox, &token);
    assert_eq!(
        (&found["path"], &found["origin"]["kind"]),
        (&"a.py".into(), &"object".into())
    );
}

#[test]
fn names_of_refs_and_reflogs_are_read() {
    let formats = [&[][..], &["--ref-format=reftable"]];
    for options in formats {
        let sandbox = Sandbox::with_init_options(options);
        let (name, message) = (hf_token(21), hf_token(22));
        sandbox.commit_all("start");
        sandbox.git(&["branch", &format!("fix/{name}")]);
        let update = ["update-ref", "--create-reflog", "-m", &message];
        sandbox.git(&[&update[..], &["refs/heads/dev", "HEAD"]].concat());
        let found = findings(&sandbox, &name);
        scan(&sandbox).assert_code(1).assert_hides(&message);
        let parts: Vec<&str> = found
            .iter()
            .filter_map(|one| one["part"].as_str())
            .collect();
        assert!(parts.contains(&"ref-name"), "{found:#?}");
        assert!(parts.contains(&"message"), "{found:#?}");
        assert!(
            found.iter().all(|one| one["origin"]["kind"] == "ref"),
            "{found:#?}"
        );
    }
}

#[test]
fn the_name_of_a_branch_without_a_commit_is_read() {
    for options in [&[][..], &["--ref-format=reftable"]] {
        let sandbox = Sandbox::with_init_options(options);
        let token = hf_token(26);
        sandbox.git(&["symbolic-ref", "HEAD", &format!("refs/heads/fix/{token}")]);
        let found = finding(&sandbox, &token);
        assert_eq!(
            (&found["part"], &found["origin"]["kind"]),
            (&"ref-name".into(), &"ref".into())
        );
        sandbox.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
        scan(&sandbox).assert_code(0);
        // The same in a second work tree.
        sandbox.commit_all("start");
        let other = sandbox.root().join("other");
        let other = other.to_str().expect("the path is UTF-8");
        let branch = format!("more/{token}");
        sandbox.git(&[
            "worktree", "add", "--quiet", "--orphan", "-b", &branch, other,
        ]);
        let found = finding(&sandbox, &token);
        assert_eq!(
            found["path"]
                .as_str()
                .map(|path| path.starts_with("refs/heads/more/hf_")),
            Some(true)
        );
    }
}

/// git lists what such a ref leads to, though no other does.
#[test]
fn a_ref_that_stands_for_one_beside_the_others_leads_to_commits() {
    let sandbox = Sandbox::new();
    let token = hf_token(27);
    sandbox.commit_all("start");
    sandbox.write("a.py", format!("token = \"{token}\"\n"));
    sandbox.commit_all("add");
    let commit = id(&sandbox, "HEAD");
    sandbox.git(&["reset", "--quiet", "--hard", "HEAD~"]);
    sandbox.git(&["symbolic-ref", "refs/heads/alias", "ORIG_HEAD"]);
    sandbox.git(&["reflog", "expire", "--expire=now", "--all"]);
    assert_eq!(id(&sandbox, "alias"), commit);
    let found = finding(&sandbox, &token);
    assert_eq!(
        (&found["origin"]["kind"], &found["origin"]["commit"]),
        (&"commit".into(), &commit.into())
    );
}
