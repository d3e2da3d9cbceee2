//! Repository formats and layouts: the same answers whatever git keeps its data in.

mod index;
mod layout;
mod partial;
mod storage;

use crate::support::{Sandbox, hf_token};

const SCAN: [&str; 4] = ["scan", "--staged", "--format", "json"];

/// Walks one repository through first commit, edit, rename and merge, each with its scan.
#[track_caller]
fn assert_usual_life(sandbox: &Sandbox, seed: u64, freeze: impl Fn(&Sandbox)) {
    let token = |number: u64| hf_token(seed * 100 + number);
    let (first, second, third, fourth) = (token(1), token(2), token(3), token(4));
    let text = "some text\n".repeat(20);
    sandbox.install_hooks(sandbox.path());
    sandbox.stage("a.py", format!("{first}\n"));
    sandbox.stage("dir/b.py", &text);
    freeze(sandbox);
    sandbox.assert_staged(&[("a.py", 1, first.as_str())]);
    sandbox
        .try_git(&["commit", "-m", "x"])
        .assert_code(1)
        .assert_hides(&first);

    sandbox.git(&["commit", "--quiet", "--no-verify", "-m", "first"]);
    freeze(sandbox);
    sandbox.assert_staged::<&str>(&[]);
    sandbox.stage("a.py", format!("{first}\n{second}\n"));
    sandbox.git(&["mv", "dir/b.py", "dir/c.py"]);
    freeze(sandbox);
    sandbox.assert_staged(&[("a.py", 2, second.as_str())]);
    sandbox.write("dir/c.py", format!("{text}{third}\n"));
    let run = sandbox.try_git(&["commit", "-m", "x", "-a"]);
    run.assert_code(1)
        .assert_hides(&third)
        .assert_stderr("dir/c.py:21:1");

    sandbox.git(&["reset", "--quiet", "--hard"]);
    sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    sandbox.write("topic.py", format!("{fourth}\n"));
    sandbox.commit_all("topic");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("main.py", "main\n");
    sandbox.commit_all("main");
    sandbox.git(&["merge", "--quiet", "--no-commit", "topic"]);
    sandbox.stage("topic.py", format!("{fourth}\n{third}\n"));
    freeze(sandbox);
    sandbox.assert_staged(&[("topic.py", 2, third.as_str())]);
    sandbox.git(&["reset", "--quiet", "--merge"]);
    sandbox.git(&["merge", "--quiet", "-m", "x", "topic"]);
}

fn as_it_is(_: &Sandbox) {}
