//! What a blocked push says, and whether its commands do what they say.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::remote::Pushing;
use crate::support::{Run, hf_token};

/// The indented commands of a report, in order.
fn commands(said: &str) -> Vec<String> {
    said.lines()
        .filter_map(|line| line.strip_prefix("      "))
        .filter(|line| line.starts_with("git "))
        .map(str::to_owned)
        .collect()
}

fn run(pushing: &Pushing, command: &str, sequence_editor: &str) {
    let run = Run::of(
        pushing
            .sandbox
            .command("bash")
            .env("GIT_SEQUENCE_EDITOR", sequence_editor)
            .args(["-c", command]),
    );
    run.assert_code(0);
}

fn published() -> Pushing {
    let pushing = Pushing::new();
    pushing.commit("base.py", "x = 1\n");
    pushing.assert_goes(&["origin", "main"]);
    pushing
}

#[test]
fn the_newest_commit_is_amended() {
    let pushing = published();
    let token = hf_token(1);
    pushing.commit("a.py", format!("t = '{token}'\n"));
    let said = pushing.assert_blocked(&["origin", "main"], &token);
    let commands = commands(&said);
    assert_eq!(
        commands,
        ["git add --update", "git commit --amend --no-edit"],
        "{said}"
    );
    pushing.sandbox.write("a.py", "t = None\n");
    for command in commands {
        run(&pushing, &command, "false");
    }
    pushing.assert_goes(&["origin", "main"]);
}

#[test]
fn older_commits_are_rebased() {
    for first in [false, true] {
        let pushing = if first { Pushing::new() } else { published() };
        let token = hf_token(1);
        pushing.commit("a.py", format!("t = '{token}'\n"));
        pushing.commit("b.py", "b = 1\n");
        pushing.commit("c.py", "c = 1\n");
        let said = pushing.assert_blocked(&["origin", "main"], &token);
        let commands = commands(&said);
        assert_eq!(commands.len(), 4, "{said}");
        assert!(commands[0].starts_with("git rebase --interactive "));
        assert_eq!(commands[0].ends_with(" --root"), first, "{said}");
        run(&pushing, &commands[0], "sed -i 1s/^pick/edit/");
        pushing.sandbox.write("a.py", "t = None\n");
        for command in &commands[1..] {
            run(&pushing, command, "false");
        }
        pushing.assert_goes(&["origin", "main"]);
        assert!(!pushing.holds(&pushing.remote, &token));
    }
}

#[test]
fn commits_come_oldest_first_with_their_places() {
    let pushing = published();
    let (first, second) = (hf_token(1), hf_token(2));
    pushing.commit("z.py", format!("\n\nt = '{first}'\n"));
    pushing.commit("a.py", format!("t = '{second}'\n"));
    let oldest = pushing.oid("HEAD~1");
    let newest = pushing.oid("HEAD");
    let said = pushing.assert_blocked(&["origin", "main"], &second);
    let at = |text: &str| said.find(text).unwrap_or_else(|| panic!("{text}: {said}"));
    let order = [
        at("z.py:3:6: "),
        at(&oldest[..12]),
        at("a.py:1:6: "),
        at(&newest[..12]),
    ];
    assert!(order.is_sorted(), "{said}");
    assert!(!said.contains("takes it out"), "{said}");
    pushing.commit("z.py", "t = None\n");
    let said = pushing.assert_blocked(&["origin", "main"], &first);
    assert_eq!(said.matches("a later commit takes it out").count(), 1);
}

/// What is not written as it is cannot be looked for at the tip by its bytes: nothing is said of it.
#[test]
fn what_is_encoded_and_still_there_is_not_said_to_be_taken_out() {
    let pushing = published();
    let token = hf_token(1);
    let wide: Vec<u8> = format!("t = '{token}'\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    pushing.commit(
        "secret.yaml",
        format!("token: {}\n", STANDARD.encode(&token)),
    );
    pushing.commit("wide.py", wide);
    let said = pushing.assert_blocked(&["origin", "main"], &token);
    assert!(
        said.contains("secret.yaml") && said.contains("wide.py"),
        "{said}"
    );
    assert!(!said.contains("takes it out"), "{said}");
}

#[test]
fn a_branch_that_is_not_checked_out_is_named() {
    let pushing = published();
    pushing.sandbox.git(&["checkout", "-q", "-b", "topic"]);
    let token = hf_token(1);
    pushing.commit("a.py", &token);
    let commit = pushing.oid("HEAD");
    pushing.sandbox.git(&["checkout", "-q", "main"]);
    let said = pushing.assert_blocked(&["origin", "topic"], &token);
    let contains = format!("git branch --all --contains {}", &commit[..12]);
    assert!(said.contains(&contains), "{said}");
}

#[test]
fn merges_on_the_way_are_kept() {
    let pushing = published();
    let token = hf_token(1);
    pushing.commit("a.py", &token);
    pushing
        .sandbox
        .git(&["checkout", "-q", "-b", "topic", "HEAD~1"]);
    pushing.commit("b.py", "b = 1\n");
    pushing.sandbox.git(&["checkout", "-q", "main"]);
    pushing.sandbox.git(&["merge", "-q", "-m", "both", "topic"]);
    let said = pushing.assert_blocked(&["origin", "main"], &token);
    assert!(said.contains(" --rebase-merges "), "{said}");
}
