//! How the index is kept: split, of version 4, sparse.

use super::{as_it_is, assert_usual_life};
use crate::support::{Sandbox, hf_token};

#[test]
fn a_split_index() {
    assert_usual_life(&Sandbox::new(), 19, |sandbox| {
        sandbox.git(&["update-index", "--split-index"]);
    });
    let always = Sandbox::new();
    always.git(&["config", "core.splitIndex", "true"]);
    always.git(&["config", "splitIndex.maxPercentChange", "100"]);
    assert_usual_life(&always, 20, as_it_is);
}

#[test]
fn an_index_of_version_four() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "index.version", "4"]);
    assert_usual_life(&sandbox, 21, as_it_is);
}

#[test]
fn a_sparse_checkout_with_a_sparse_index() {
    let (inside, outside) = (hf_token(2_401), hf_token(2_402));
    let sandbox = Sandbox::new();
    for path in [
        "top.py",
        "in/a.py",
        "out/b.py",
        "out/deep/c.py",
        "out/deep/d.py",
    ] {
        sandbox.write(path, "one\n");
    }
    sandbox.commit_all("first");
    sandbox.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    let entries = sandbox.git(&["ls-files", "--sparse"]);
    assert!(
        entries.contains("out/\n"),
        "the index is not sparse: {entries}"
    );
    sandbox.assert_staged::<&str>(&[]);
    sandbox.stage("in/a.py", format!("one\n{inside}\n"));
    sandbox.assert_staged(&[("in/a.py", 2, inside.as_str())]);
    sandbox.install_hooks(sandbox.path());
    sandbox
        .try_git(&["commit", "-m", "x"])
        .assert_code(1)
        .assert_hides(&inside);
    sandbox.write("out/deep/c.py", format!("{outside}\n"));
    sandbox.git(&["add", "--sparse", "out/deep/c.py"]);
    sandbox.assert_staged(&[
        ("in/a.py", 2, inside.as_str()),
        ("out/deep/c.py", 1, &outside),
    ]);
}

#[test]
fn a_collapsed_folder_that_differs_from_head_is_scanned() {
    let token = hf_token(2_403);
    let sandbox = Sandbox::new();
    for path in ["in/a.py", "out/b.py", "out/deep/c.py"] {
        sandbox.write(path, "one\n");
    }
    sandbox.commit_all("first");
    sandbox.write("out/deep/c.py", format!("one\n{token}\n"));
    sandbox.commit_all("second");
    sandbox.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    // The index keeps its one entry for the whole folder; only HEAD goes back.
    sandbox.git(&["update-ref", "HEAD", "HEAD~1"]);
    assert!(sandbox.git(&["ls-files", "--sparse"]).contains("out/\n"));
    sandbox.assert_staged(&[("out/deep/c.py", 2, token.as_str())]);
}

#[test]
fn a_sparse_checkout_without_a_sparse_index() {
    let token = hf_token(2_404);
    let sandbox = Sandbox::new();
    for path in ["in/a.py", "out/b.py"] {
        sandbox.write(path, "one\n");
    }
    sandbox.commit_all("first");
    sandbox.git(&["sparse-checkout", "set", "--no-cone", "/in/"]);
    sandbox.write("out/b.py", format!("{token}\n"));
    sandbox.git(&["add", "--sparse", "out/b.py"]);
    sandbox.assert_staged(&[("out/b.py", 1, token.as_str())]);
}
