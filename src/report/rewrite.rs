//! The commands that take a credential out of commits that nobody else has yet.

use super::paint::{Paint, Role};
use super::words::push;
use crate::outcome::Rewrite;

/// How many digits of a commit's name are shown.
const SHORT: usize = 12;

/// The steps, each on a line of its own.
pub(super) fn steps(way: &Rewrite, paint: Paint) -> String {
    let mut text = String::new();
    let say = |text: &mut String, words: &str| push(text, format_args!("  {words}"));
    let run = |text: &mut String, command: &str| {
        push(
            text,
            format_args!("      {}", paint.paint(Role::Command, command)),
        );
    };
    match way {
        Rewrite::Amend => {
            say(
                &mut text,
                "The commit is not published yet. Take the secret out of the file, then rewrite the commit:",
            );
            run(&mut text, "git add --update");
            run(&mut text, "git commit --amend --no-edit");
        }
        Rewrite::Rebase { upstream, merges } => {
            say(
                &mut text,
                "The commits are not published yet. Rewrite them from the oldest one on: mark it `edit`, and",
            );
            say(&mut text, "take the secret out where the rebase stops:");
            let merges = if *merges { " --rebase-merges" } else { "" };
            let from = upstream.as_deref().map_or("--root", short);
            run(
                &mut text,
                &format!("git rebase --interactive{merges} {from}"),
            );
            run(&mut text, "git add --update");
            run(&mut text, "git commit --amend --no-edit");
            run(&mut text, "git rebase --continue");
        }
        Rewrite::Elsewhere { commit } => {
            say(
                &mut text,
                "The commits are not published yet, and not on the current branch. See which branches hold the oldest:",
            );
            run(
                &mut text,
                &format!("git branch --all --contains {}", short(commit)),
            );
            say(
                &mut text,
                "switch to that branch, and rewrite it from there:",
            );
            run(
                &mut text,
                &format!("git rebase --interactive {}^", short(commit)),
            );
        }
    }
    say(&mut text, "Then push again.");
    text
}

fn short(hex: &str) -> &str {
    hex.get(..SHORT).unwrap_or(hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(way: &Rewrite) -> String {
        steps(way, Paint::new(false))
    }

    #[test]
    fn each_case_gets_its_own_command() {
        assert!(plain(&Rewrite::Amend).contains("git commit --amend --no-edit"));
        let rebase = |upstream: Option<&str>, merges| Rewrite::Rebase {
            upstream: upstream.map(str::to_owned),
            merges,
        };
        let oid = "0123456789abcdef0123";
        assert!(
            plain(&rebase(Some(oid), false)).contains("git rebase --interactive 0123456789ab\n")
        );
        assert!(
            plain(&rebase(None, true))
                .contains("git rebase --interactive --rebase-merges --root\n")
        );
        let elsewhere = Rewrite::Elsewhere {
            commit: oid.to_owned(),
        };
        assert!(plain(&elsewhere).contains("git branch --all --contains 0123456789ab\n"));
    }
}
