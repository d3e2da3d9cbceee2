//! How objects and references are kept.

use super::{SCAN, as_it_is, assert_usual_life};
use crate::support::{Sandbox, hf_token};

#[test]
fn sha1_with_loose_files() {
    assert_usual_life(&Sandbox::new(), 11, as_it_is);
}

#[test]
fn packed_objects_and_packed_references() {
    assert_usual_life(&Sandbox::new(), 12, |sandbox| {
        sandbox.git(&["repack", "-a", "-d", "--quiet", "--depth=50"]);
        sandbox.git(&["pack-refs", "--all"]);
    });
}

#[test]
fn a_multi_pack_index_and_a_commit_graph() {
    assert_usual_life(&Sandbox::new(), 13, |sandbox| {
        sandbox.git(&["repack", "-d", "--quiet"]);
        sandbox.git(&["multi-pack-index", "write", "--bitmap"]);
        sandbox.git(&["commit-graph", "write", "--reachable"]);
    });
}

#[test]
fn version_one_of_the_pack_index() {
    assert_usual_life(&Sandbox::new(), 14, |sandbox| {
        sandbox.git(&[
            "-c",
            "pack.indexVersion=1",
            "repack",
            "-a",
            "-d",
            "-f",
            "--quiet",
        ]);
    });
}

#[test]
fn sha256_objects() {
    let sandbox = Sandbox::with_init_options(&["--object-format=sha256"]);
    assert_usual_life(&sandbox, 15, as_it_is);
    let packed = Sandbox::with_init_options(&["--object-format=sha256"]);
    assert_usual_life(&packed, 16, |sandbox| {
        sandbox.git(&["repack", "-a", "-d", "--quiet"]);
    });
}

#[test]
fn references_in_reftables() {
    let sandbox = Sandbox::with_init_options(&["--ref-format=reftable"]);
    assert_usual_life(&sandbox, 17, as_it_is);
    let both = Sandbox::with_init_options(&["--ref-format=reftable", "--object-format=sha256"]);
    assert_usual_life(&both, 18, as_it_is);
}

#[test]
fn known_extensions_of_the_format() {
    for (key, value) in [
        ("extensions.noop", "true"),
        ("extensions.preciousObjects", "true"),
        ("extensions.worktreeConfig", "true"),
        ("extensions.partialClone", "origin"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.git(&["config", "core.repositoryFormatVersion", "1"]);
        sandbox.git(&["config", key, value]);
        assert_usual_life(&sandbox, 22, as_it_is);
    }
}

#[test]
fn an_unknown_extension_is_refused_as_git_refuses_it() {
    let token = hf_token(2_301);
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", &token);
    sandbox.git(&["config", "core.repositoryFormatVersion", "1"]);
    sandbox.git(&[
        "config",
        "--file",
        ".git/config",
        "extensions.tomorrow",
        "true",
    ]);
    let run = sandbox.guard(&SCAN);
    run.assert_code(2).assert_stderr("tomorrow");
}
