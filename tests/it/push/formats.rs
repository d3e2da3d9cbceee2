//! Repositories of every kind: formats, partial and shallow clones, borrowed and replaced objects.

use super::remote::{Pushing, bare, install, text};
use crate::support::{GUARD, hf_token, run_with_input};

#[test]
fn every_format_is_served() {
    for options in [
        &["--object-format=sha256"][..],
        &["--ref-format=reftable"],
        &["--object-format=sha256", "--ref-format=reftable"],
    ] {
        let pushing = Pushing::with_init_options(options);
        pushing.commit("old.py", hf_token(1));
        pushing.publish(&["origin", "main"]);
        pushing.commit("a.py", "a = 1\n");
        pushing.assert_goes(&["origin", "main", "main:refs/heads/new"]);
        let token = hf_token(2);
        pushing.commit("b.py", &token);
        pushing.commit("b.py", "b = 1\n");
        pushing.sandbox.git(&["tag", "-m", "x", "v1"]);
        pushing.assert_blocked(&["origin", "main"], &token);
        pushing.assert_blocked(&["origin", "v1"], &token);
        pushing.assert_goes(&["origin", ":new"]);
    }
}

#[test]
fn replaced_and_grafted_history_is_read_as_it_is_sent() {
    for grafted in [false, true] {
        let pushing = Pushing::new();
        pushing.commit("a.py", "a = 1\n");
        pushing.assert_goes(&["origin", "main"]);
        let token = hf_token(1);
        pushing.commit("b.py", &token);
        pushing.commit("b.py", "b = 1\n");
        let (head, clean) = (pushing.oid("HEAD"), pushing.oid("HEAD~2"));
        if grafted {
            let line = format!("{head} {clean}\n");
            std::fs::write(pushing.sandbox.path().join(".git/info/grafts"), line)
                .expect("it can be written");
        } else {
            pushing.sandbox.git(&["replace", "--graft", &head, &clean]);
        }
        assert_eq!(
            pushing.sandbox.git(&["rev-list", "--count", "HEAD"]),
            "2\n",
            "git itself does not see it"
        );
        pushing.assert_blocked(&["origin", "main"], &token);
    }
}

#[test]
fn a_shallow_clone_pushes_what_it_adds() {
    let pushing = Pushing::new();
    pushing.commit("old.py", hf_token(1));
    pushing.commit("more.py", "x = 1\n");
    pushing.publish(&["origin", "main"]);
    let folder = pushing.sandbox.root().join("shallow");
    let url = format!("file://{}", text(&pushing.remote));
    pushing
        .sandbox
        .git(&["clone", "-q", "--depth=1", &url, text(&folder)]);
    install(&pushing.sandbox, &folder);
    let git = |arguments: &[&str]| pushing.sandbox.git_in(&folder, arguments);
    git(&["commit", "-q", "--allow-empty", "-m", "clean"]).assert_code(0);
    git(&["push", "-q"]).assert_code(0);
    let token = hf_token(2);
    git(&["commit", "-q", "--allow-empty", "-m", &token]).assert_code(0);
    git(&["push", "-q"]).assert_code(1).assert_hides(&token);
    assert!(!pushing.holds(&pushing.remote, &token));
}

#[test]
fn a_missing_object_is_never_passed_over() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "a = 1\n");
    pushing.commit("b.py", "b = 1\n");
    pushing.publish(&["origin", "main"]);
    pushing
        .sandbox
        .git_in(
            &pushing.remote,
            &["config", "uploadpack.allowFilter", "true"],
        )
        .assert_code(0);
    let folder = pushing.sandbox.root().join("partial");
    let url = format!("file://{}", text(&pushing.remote));
    pushing.sandbox.git(&[
        "clone",
        "-q",
        "--no-checkout",
        "--filter=blob:none",
        &url,
        text(&folder),
    ]);
    install(&pushing.sandbox, &folder);
    let git = |arguments: &[&str]| pushing.sandbox.git_in(&folder, arguments);
    git(&["commit", "-q", "--allow-empty", "-m", "more"]);
    git(&["push", "-q", "origin", "HEAD:refs/heads/new"]).assert_code(0);
    let second = bare(&pushing.sandbox, "second.git", &[]);
    let run = git(&["push", "-q", text(&second), "HEAD:refs/heads/main"]);
    run.assert_code(1).assert_stderr("is missing");
    let advice = "git fetch --refetch --no-filter";
    run.assert_stderr(advice);
    let head = git(&["rev-parse", "HEAD"]).stdout;
    let line = format!("HEAD {} refs/heads/main {}\n", head.trim(), "0".repeat(40));
    let mut hook = pushing.sandbox.command(GUARD);
    hook.current_dir(&folder)
        .args(["hook", "pre-push", text(&second), text(&second)]);
    run_with_input(&mut hook, line.as_bytes()).assert_code(2);
    git(&["fetch", "-q", "--refetch", "--no-filter"]).assert_code(0);
    git(&["push", "-q", text(&second), "HEAD:refs/heads/main"]).assert_code(0);
}

#[test]
fn borrowed_objects_and_linked_work_trees_are_read() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "a = 1\n");
    pushing.assert_goes(&["origin", "main"]);
    let token = hf_token(1);
    pushing.commit("b.py", &token);
    pushing.sandbox.git(&["gc", "-q"]);
    let borrower = pushing.sandbox.root().join("borrower");
    let here = text(pushing.sandbox.path()).to_owned();
    pushing
        .sandbox
        .git(&["clone", "-q", "--shared", &here, text(&borrower)]);
    install(&pushing.sandbox, &borrower);
    let url = text(&pushing.remote).to_owned();
    let run = pushing.sandbox.git_in(&borrower, &["push", &url, "main"]);
    run.assert_code(1).assert_hides(&token);
    let linked = pushing.sandbox.root().join("linked");
    pushing
        .sandbox
        .git(&["worktree", "add", "-q", "-b", "topic", text(&linked)]);
    let run = pushing
        .sandbox
        .git_in(&linked, &["push", "origin", "topic"]);
    run.assert_code(1).assert_hides(&token);
    assert!(!pushing.holds(&pushing.remote, &token));
}

#[test]
fn a_bare_clone_can_push() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "a = 1\n");
    let clone = pushing.sandbox.root().join("clone.git");
    let here = text(pushing.sandbox.path()).to_owned();
    pushing
        .sandbox
        .git(&["clone", "-q", "--bare", &here, text(&clone)]);
    install(&pushing.sandbox, &clone);
    let url = text(&pushing.remote).to_owned();
    let push = || pushing.sandbox.git_in(&clone, &["push", &url, "main"]);
    push().assert_code(0);
    let token = hf_token(1);
    pushing.commit("b.py", &token);
    pushing
        .sandbox
        .git(&["push", "-q", "--no-verify", text(&clone), "main"]);
    push().assert_code(1).assert_hides(&token);
}

/// git's own listing of commits does not look at blobs: what is wrong with those is ours to see.
#[test]
fn a_pack_index_that_leads_astray_ends_in_2() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "a = 1\n");
    pushing.commit("b.py", "some text of some length\n".repeat(50));
    pushing.sandbox.git(&["repack", "-q", "-a", "-d"]);
    let blob = pushing.oid("HEAD:b.py");
    let folder = pushing.sandbox.path().join(".git/objects/pack");
    let index = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").path())
        .find(|path| path.extension().is_some_and(|end| end == "idx"))
        .expect("there is one pack");
    let sound = std::fs::read(&index).expect("it can be read");
    let names = 8 + 256 * 4;
    let count = (sound.len() - names - 40) / 28;
    let name = |row: usize| -> String {
        sound[names + row * 20..][..20]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    };
    let row = (0..count).find(|&row| name(row) == blob);
    let at = names + count * 24 + row.expect("the pack has the blob") * 4;
    let line = format!(
        "main {} refs/heads/main {}\n",
        pushing.oid("main"),
        "0".repeat(40)
    );
    pushing.hook(&line).assert_code(0);
    let own = u32::from_be_bytes(sound[at..at + 4].try_into().expect("four bytes"));
    for offset in [0, 12, own + 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
        let mut bent = sound.clone();
        bent[at..at + 4].copy_from_slice(&u32::to_be_bytes(offset));
        std::fs::remove_file(&index).expect("it is there");
        std::fs::write(&index, bent).expect("it can be written");
        let run = pushing.hook(&line);
        // The first entry may be the blob itself.
        let code = if offset == own { 0 } else { 2 };
        run.assert_code(code);
        assert!(
            code == 0 || run.stderr.contains(&blob),
            "{offset}: {}",
            run.stderr
        );
    }
}
