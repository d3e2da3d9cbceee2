//! `scan --range` and `scan --unpushed`, as CI calls them.

use crate::findings::{assert_reports, findings};
use crate::push::remote::{Pushing, text};
use crate::support::{GUARD, Run, Sandbox, hf_token};

fn range(sandbox: &Sandbox, range: &str) -> Run {
    sandbox.guard(&["scan", &format!("--range={range}"), "--format", "json"])
}

#[test]
fn a_range_is_what_git_takes() {
    let pushing = Pushing::new();
    let sandbox = &pushing.sandbox;
    let tokens: Vec<String> = (0..4).map(hf_token).collect();
    for (number, token) in tokens.iter().enumerate() {
        pushing.commit(&format!("{number}.py"), token);
    }
    sandbox.git(&["tag", "v1", "HEAD~1"]);
    let expect = |words: &str, numbers: &[usize]| {
        let names: Vec<String> = numbers.iter().map(|n| format!("{n}.py")).collect();
        let wanted: Vec<(&str, usize, &str)> = names
            .iter()
            .zip(numbers)
            .map(|(name, number)| (name.as_str(), 1, tokens[*number].as_str()))
            .collect();
        assert_reports(&range(sandbox, words), &wanted);
    };
    expect("HEAD~1..HEAD", &[3]);
    expect("HEAD~3..HEAD~1", &[1, 2]);
    expect("v1...HEAD~3", &[1, 2]);
    expect("main ^v1", &[3]);
    expect("HEAD --not v1", &[3]);
    expect("HEAD~1^!", &[2]);
    expect("--all", &[0, 1, 2, 3]);
    expect("HEAD..HEAD", &[]);
    pushing.publish(&["origin", "v1:refs/heads/main"]);
    expect("HEAD --not --remotes", &[3]);
}

#[test]
fn a_range_that_cannot_be_read_ends_in_2() {
    let pushing = Pushing::new();
    pushing.commit("a.py", "a = 1\n");
    for words in ["", "  ", "nowhere..HEAD", "--output=x HEAD", "-n1 HEAD"] {
        let run = range(&pushing.sandbox, words);
        run.assert_code(2);
    }
    let missing = format!("{}..HEAD", "1".repeat(40));
    let run = range(&pushing.sandbox, &missing);
    run.assert_code(2)
        .assert_stderr("git fetch --unshallow")
        .assert_stderr("fetch-depth: 0");
}

#[test]
fn a_shallow_clone_is_never_a_short_scan() {
    let pushing = Pushing::new();
    let token = hf_token(1);
    pushing.commit("base", "x\n");
    pushing.publish(&["origin", "main:base"]);
    pushing.commit("a.py", &token);
    pushing.commit("b.py", "b = 1\n");
    pushing.commit("c.py", "c = 1\n");
    pushing.publish(&["origin", "main"]);
    let shallow = pushing.sandbox.root().join("shallow");
    let url = format!("file://{}", text(&pushing.remote));
    pushing.sandbox.git(&[
        "clone",
        "-q",
        "--depth=2",
        "--no-single-branch",
        &url,
        text(&shallow),
    ]);
    let scan = |words: &str| {
        Run::of(
            pushing
                .sandbox
                .command(GUARD)
                .current_dir(&shallow)
                .args(["scan", "--range", words]),
        )
    };
    scan("HEAD~1..HEAD").assert_code(0);
    for words in ["origin/base..HEAD", "HEAD"] {
        let run = scan(words);
        run.assert_code(2).assert_stderr("git fetch --unshallow");
    }
    pushing
        .sandbox
        .git_in(&shallow, &["fetch", "-q", "--unshallow"])
        .assert_code(0);
    scan("origin/base..HEAD")
        .assert_code(1)
        .assert_hides(&token);
}

#[test]
fn unpushed_is_what_no_remote_has() {
    let pushing = Pushing::new();
    pushing.commit("old.py", hf_token(1));
    let unpushed = || {
        pushing
            .sandbox
            .guard(&["scan", "--unpushed", "--format", "json"])
    };
    assert_reports(&unpushed(), &[("old.py", 1, hf_token(1).as_str())]);
    pushing.publish(&["origin", "main"]);
    assert_reports::<&str>(&unpushed(), &[]);
    pushing.commit("new.py", hf_token(2));
    pushing.commit("new.py", "gone\n");
    assert_reports(&unpushed(), &[("new.py", 1, hf_token(2).as_str())]);
}

#[test]
fn a_range_is_judged_by_what_it_builds_on() {
    let pushing = Pushing::new();
    let sandbox = &pushing.sandbox;
    let allow = |number: u64| {
        format!(
            "[[allow]]\nsecret_sha256 = \"{}\"\nreason = \"a test\"\n",
            crate::findings::sha256(&hf_token(number))
        )
    };
    pushing.commit(".hf-guard.toml", allow(1));
    sandbox.git(&["tag", "base"]);
    pushing.commit(".hf-guard.toml", allow(1) + &allow(2));
    pushing.commit("a.py", hf_token(1));
    pushing.commit("b.py", hf_token(2));
    let run = range(sandbox, "base..HEAD");
    assert_reports(&run, &[("b.py", 1, hf_token(2).as_str())]);
    assert_reports::<&str>(&range(sandbox, "base~0..HEAD~1"), &[]);
    // Nothing is left out, so nothing has a say.
    assert_eq!(findings(&range(sandbox, "HEAD")).len(), 2);
    // A branch that is left out beside others has no say alone.
    sandbox.git(&["checkout", "-q", "-b", "aaa", "base"]);
    pushing.commit(".hf-guard.toml", allow(1) + &allow(2));
    sandbox.git(&["checkout", "-q", "main"]);
    let run = range(sandbox, "main ^aaa ^base");
    assert_reports(&run, &[("b.py", 1, hf_token(2).as_str())]);
}
