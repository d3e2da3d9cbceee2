//! `--all-history` on repositories that lack objects: what refs, HEAD, reflogs and the index lead to must be there.

use std::fs;
use std::path::Path;

use crate::paths::{set, without_privileges};
use crate::support::{GUARD, Run, Sandbox};

/// Three commits: `f` changes, `deep/g` stays.
#[track_caller]
fn history(options: &[&str]) -> Sandbox {
    let sandbox = Sandbox::with_init_options(options);
    for text in ["one\n", "two\n", "three\n"] {
        sandbox.write("f", text);
        sandbox.write("deep/g", "the same\n");
        sandbox.commit_all(text.trim());
    }
    sandbox
}

fn id(sandbox: &Sandbox, revision: &str) -> String {
    sandbox.git(&["rev-parse", revision]).trim().to_owned()
}

#[track_caller]
fn remove(sandbox: &Sandbox, oid: &str) {
    let file = format!(".git/objects/{}/{}", &oid[..2], &oid[2..]);
    fs::remove_file(sandbox.path().join(file)).expect("it is loose");
}

#[track_caller]
fn scan(sandbox: &Sandbox, folder: &Path) -> Run {
    sandbox.guard_in(folder, &["--all-history"])
}

#[track_caller]
fn assert_missing(sandbox: &Sandbox, oid: &str) {
    let run = scan(sandbox, sandbox.path());
    run.assert_code(2)
        .assert_stdout(&format!("object {oid}: not read: it is missing; "));
}

#[test]
fn whatever_a_branch_leads_to_must_be_there() {
    for options in [
        &[][..],
        &["--object-format=sha256"],
        &["--ref-format=reftable"],
    ] {
        for revision in [
            "HEAD",
            "HEAD^",
            "HEAD~2",
            "HEAD^{tree}",
            "HEAD^^{tree}",
            "HEAD:deep",
            "HEAD:deep/g",
            "HEAD:f",
            "HEAD~2:f",
        ] {
            let sandbox = history(options);
            scan(&sandbox, sandbox.path()).assert_code(0);
            let oid = id(&sandbox, revision);
            remove(&sandbox, &oid);
            assert_missing(&sandbox, &oid);
        }
    }
}

/// Everything else is in a pack, as deltas where git makes some.
#[test]
fn what_a_pack_names_and_does_not_hold_is_missed() {
    let sandbox = Sandbox::new();
    for number in 0..30 {
        for name in 0..40 {
            let text = if name == number {
                format!("{number}\n")
            } else {
                String::new()
            };
            sandbox.write(format!("folder/file-{name}"), text);
        }
        sandbox.commit_all("step");
    }
    let lost = [
        "HEAD~7",
        "HEAD~3^{tree}",
        "HEAD~9:folder",
        "HEAD~11:folder/file-18",
    ];
    for revision in lost {
        let lost = id(&sandbox, revision);
        let all = sandbox.git(&[
            "cat-file",
            "--batch-all-objects",
            "--batch-check=%(objectname)",
        ]);
        let kept: String = all
            .lines()
            .filter(|line| *line != lost)
            .map(|line| format!("{line}\n"))
            .collect();
        let folder = sandbox.root().join(&lost);
        let target = folder.to_string_lossy();
        sandbox.git(&["clone", "--quiet", "--no-hardlinks", ".", &target]);
        fs::remove_dir_all(folder.join(".git/objects")).expect("it can be removed");
        let packs = folder.join(".git/objects/pack");
        fs::create_dir_all(&packs).expect("it can be made");
        let base = packs.join("pack");
        let base = base.to_string_lossy();
        sandbox.git_with_input(
            &["pack-objects", "--quiet", "--window=50", &base],
            kept.as_bytes(),
        );
        let run = scan(&sandbox, &folder);
        run.assert_code(2);
        let said = format!("object {lost}: not read: it is missing; ");
        assert!(run.stdout.contains(&said), "{revision}: {}", run.stdout);
    }
    scan(&sandbox, sandbox.path()).assert_code(0);
}

#[test]
fn what_only_the_index_a_tag_or_a_reflog_keeps_must_be_there() {
    let sandbox = history(&[]);
    sandbox.stage("staged", "only in the index\n");
    let staged = id(&sandbox, ":staged");
    remove(&sandbox, &staged);
    assert_missing(&sandbox, &staged);

    let sandbox = history(&[]);
    let blob = id(&sandbox, "HEAD~2:f");
    sandbox.git(&["tag", "--annotate", "--message=text", "v1", &blob]);
    let tag = id(&sandbox, "v1");
    remove(&sandbox, &tag);
    assert_missing(&sandbox, &tag);

    let sandbox = history(&[]);
    let tree = id(&sandbox, "HEAD^{tree}");
    sandbox.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    remove(&sandbox, &tree);
    assert_missing(&sandbox, &tree);
}

#[test]
fn a_linked_work_tree_keeps_its_head() {
    let sandbox = history(&[]);
    let linked = sandbox.root().join("linked");
    let linked = linked.to_string_lossy();
    sandbox.git(&["worktree", "add", "--quiet", "--detach", &linked, "HEAD"]);
    sandbox.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    fs::remove_dir_all(sandbox.path().join(".git/logs")).expect("it can be removed");
    fs::remove_dir_all(sandbox.path().join(".git/worktrees/linked/logs")).expect("it is there");
    let commit = sandbox
        .git_in(Path::new(&*linked), &["rev-parse", "HEAD"])
        .stdout;
    remove(&sandbox, commit.trim());
    assert_missing(&sandbox, commit.trim());
}

/// What garbage names may be gone; git itself prunes the oldest of it first.
#[test]
fn garbage_need_not_be_whole() {
    let sandbox = history(&[]);
    let old = [id(&sandbox, "HEAD^"), id(&sandbox, "HEAD^:f")];
    sandbox.git(&["checkout", "--quiet", "--orphan", "other"]);
    sandbox.commit_all("alone");
    sandbox.git(&["branch", "-D", "main"]);
    fs::remove_dir_all(sandbox.path().join(".git/logs")).expect("it can be removed");
    for oid in old {
        remove(&sandbox, &oid);
    }
    scan(&sandbox, sandbox.path()).assert_code(0);
}

/// Old entries of a reflog outlive their commits.
#[test]
fn a_reflog_may_name_what_was_pruned() {
    let sandbox = history(&[]);
    let commit = id(&sandbox, "HEAD");
    sandbox.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    remove(&sandbox, &commit);
    scan(&sandbox, sandbox.path()).assert_code(0);
}

#[test]
fn a_submodule_holds_its_own_objects() {
    let sandbox = history(&[]);
    let elsewhere = "160000,1234567890123456789012345678901234567890,module";
    sandbox.git(&["update-index", "--add", "--cacheinfo", elsewhere]);
    sandbox.git(&["commit", "--quiet", "--message=module"]);
    scan(&sandbox, sandbox.path()).assert_code(0);
    sandbox.git(&["repack", "-adq"]);
    scan(&sandbox, sandbox.path()).assert_code(0);
}

/// git knows the empty tree and the empty blob without having them.
#[test]
fn an_empty_commit_and_file_need_no_object() {
    let sandbox = Sandbox::new();
    sandbox.commit_all("nothing");
    let tree = id(&sandbox, "HEAD^{tree}");
    remove(&sandbox, &tree);
    scan(&sandbox, sandbox.path()).assert_code(0);
    sandbox.write("later", "text\n");
    sandbox.git(&["add", "--intent-to-add", "later"]);
    scan(&sandbox, sandbox.path()).assert_code(0);
}

#[test]
fn a_partial_clone_is_incomplete_until_it_is_not() {
    let sandbox = history(&[]);
    sandbox.git(&["config", "uploadpack.allowFilter", "true"]);
    let origin = format!("file://{}", sandbox.path().display());
    let folder = sandbox.root().join("partial");
    let target = folder.to_string_lossy();
    sandbox.git(&[
        "clone",
        "--quiet",
        "--filter=blob:none",
        "--no-checkout",
        &origin,
        &target,
    ]);
    let run = scan(&sandbox, &folder);
    run.assert_code(2)
        .assert_stdout("partial clone: not read: it holds only some");
    sandbox
        .git_in(&folder, &["fetch", "--quiet", "--refetch", "--no-filter"])
        .assert_code(0);
    scan(&sandbox, &folder).assert_code(0);
}

#[test]
fn a_shallow_clone_lacks_what_is_behind_its_edge_and_nothing_else() {
    let sandbox = history(&[]);
    let origin = format!("file://{}", sandbox.path().display());
    let folder = sandbox.root().join("shallow");
    let target = folder.to_string_lossy();
    sandbox.git(&["clone", "--quiet", "--depth=2", &origin, &target]);
    let edge = id(&sandbox, "HEAD~2");
    let run = scan(&sandbox, &folder);
    run.assert_code(2).assert_stdout("shallow clone: ");
    assert!(!run.stdout.contains(&edge), "{}", run.stdout);
    sandbox
        .git_in(&folder, &["fetch", "--quiet", "--unshallow"])
        .assert_code(0);
    scan(&sandbox, &folder).assert_code(0);
}

#[test]
fn a_folder_of_refs_that_cannot_be_listed_is_told() {
    let sandbox = Sandbox::new();
    sandbox.commit_all("start");
    let folder = sandbox.path().join(".git/refs/tags");
    let mut command = without_privileges(&sandbox);
    set(&folder, 0);
    let run = Run::of(command.args([GUARD, "--all-history"]));
    set(&folder, 0o755);
    run.assert_code(2)
        .assert_stdout("refs: not read: cannot read ")
        .assert_stdout(".git/refs/tags");
}

#[test]
fn a_head_that_cannot_be_read_is_told() {
    let sandbox = Sandbox::new();
    sandbox.commit_all("start");
    let tree = sandbox.root().join("linked");
    let path = tree.to_str().expect("it is UTF-8");
    sandbox.git(&["worktree", "add", "--quiet", "--detach", path]);
    let head = sandbox.path().join(".git/worktrees/linked/HEAD");
    std::fs::remove_file(&head).expect("it is there");
    std::fs::create_dir(&head).expect("it can be made");
    sandbox
        .guard(&["--all-history"])
        .assert_code(2)
        .assert_stdout("HEAD, other work trees and the index: not read: ");
}
