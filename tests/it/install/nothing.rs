//! A push of nothing: git gives the hook no lines, and what is not published yet is nobody's business.

use super::{executable, hooks};
use crate::push::remote::{bare, text};
use crate::support::{Run, Sandbox, hf_token};

/// `main` is published, `topic` is not and holds the token.
fn sandbox(token: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let remote = bare(&sandbox, "remote.git", &[]);
    sandbox.git(&["remote", "add", "origin", text(&remote)]);
    sandbox.write("a.py", "x = 1\n");
    sandbox.commit_all("first");
    sandbox.git(&["push", "--quiet", "origin", "main"]);
    sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    sandbox.write("b.py", token);
    sandbox.commit_all("second");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox
}

#[track_caller]
fn assert_blocked(run: &Run, token: &str) {
    assert_ne!(run.code, 0);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(said.contains("b.py:1:"), "{said}");
    run.assert_hides(token);
}

#[test]
fn a_push_of_nothing_passes_and_one_of_something_is_read() {
    let token = hf_token(1);
    let sandbox = sandbox(&token);
    sandbox.guard(&["install"]).assert_code(0);
    let run = sandbox.try_git(&["push", "origin", "main"]);
    run.assert_code(0);
    assert_eq!(run.stderr.trim(), "Everything up-to-date");
    assert_blocked(
        &sandbox.try_git(&["push", "origin", "main", "topic"]),
        &token,
    );
    // What git itself refuses does not go out either.
    sandbox.write("c.py", "x = 2\n");
    sandbox.commit_all("third");
    sandbox.git(&["push", "--quiet", "origin", "main"]);
    sandbox.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    let run = sandbox.try_git(&["push", "origin", "main"]);
    run.assert_code(1).assert_stderr("[rejected]");
    assert!(!run.stderr.contains("hf-guard"), "{}", run.stderr);
}

#[test]
fn a_kept_hook_still_learns_of_a_push_of_nothing() {
    let sandbox = sandbox(&hf_token(2));
    executable(&hooks(&sandbox).join("pre-push"), "#!/bin/sh\nexit 7\n");
    sandbox.guard(&["install"]).assert_code(0);
    sandbox.try_git(&["push", "origin", "main"]).assert_code(1);
}

/// The hook that git runs has read the lines; ours cannot know what they were.
#[test]
fn where_another_hook_calls_ours_everything_unpublished_is_read() {
    let token = hf_token(3);
    let sandbox = sandbox(&token);
    sandbox.guard(&["install"]).assert_code(0);
    let ours = hooks(&sandbox).join("pre-push");
    let folder = sandbox.root().join("other hooks");
    let other = folder.join("pre-push");
    for call in ["exec", "sh"] {
        let script = format!(
            "#!/bin/sh\ncat >/dev/null\n{call} '{}' \"$@\"\n",
            text(&ours)
        );
        executable(&other, &script);
        sandbox.git(&["config", "core.hooksPath", text(&folder)]);
        assert_blocked(&sandbox.try_git(&["push", "origin", "topic"]), &token);
        assert_blocked(&sandbox.try_git(&["push", "origin", "main"]), &token);
        sandbox.git(&["config", "--unset", "core.hooksPath"]);
    }
    // Under another name, as a manager of hooks keeps it.
    let renamed = hooks(&sandbox).join("pre-push.legacy");
    std::fs::rename(&ours, &renamed).expect("it is there");
    let script = format!("#!/bin/sh\ncat >/dev/null\n'{}' \"$@\"\n", text(&renamed));
    executable(&ours, &script);
    assert_blocked(&sandbox.try_git(&["push", "origin", "topic"]), &token);
}
