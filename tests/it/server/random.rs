//! Random histories, pushed to a server one after the other: it refuses exactly those that add a token, and names each.
//!
//! git is the oracle. What a commit adds is what `git diff-tree -c` shows of it, merges included; what the server would
//! newly hold is what `git rev-list --objects` lists.

use std::collections::BTreeSet;

use super::Server;
use crate::random::{Random, states};
use crate::support::{Run, hf_token};

const BRANCHES: [&str; 4] = ["main", "one", "two", "three"];
const OPTION: &str = "--push-option=hf-guard.break-glass=let it in, so that the server knows it";

/// A history that grows; every token has a file of its own, `tNUMBER.txt`, and no token comes twice.
struct History {
    server: Server,
    random: Random,
    next: usize,
    refused: usize,
    taken: usize,
}

impl History {
    fn new(seed: u64) -> Self {
        let server = Server::without_hook(&[]);
        server.hook("pre-receive", "--break-glass");
        server.git(&["config", "receive.advertisePushOptions", "true"]);
        for branch in &BRANCHES[1..] {
            server.sandbox.git(&["branch", branch]);
        }
        Self {
            server,
            random: Random::new(seed),
            next: 0,
            refused: 0,
            taken: 0,
        }
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.server.sandbox.git(arguments)
    }

    fn write_token(&mut self) {
        self.next += 1;
        let seed = u64::try_from(self.next).expect("it is small");
        let path = format!("t{}.txt", self.next);
        self.server.sandbox.write(path, hf_token(70_000 + seed));
    }

    fn write_clean(&mut self) {
        self.next += 1;
        let path = format!("c{}.txt", self.random.below(6));
        self.server
            .sandbox
            .write(path, format!("line {}\n", self.next));
    }

    /// One commit more, on a random branch.
    fn grow(&mut self) {
        let branch = self.random.pick(&BRANCHES);
        self.git(&["checkout", "--quiet", "--force", branch]);
        match self.random.below(8) {
            0 => self.write_token(),
            1 | 2 => {
                let other = self.random.pick(&BRANCHES);
                // A conflict is settled by one side, so that the merge is made in any case.
                self.git(&[
                    "merge",
                    "--quiet",
                    "--no-commit",
                    "--no-ff",
                    "--allow-unrelated-histories",
                    "-X",
                    "ours",
                    other,
                ]);
                if self.random.chance(25) {
                    self.write_token();
                }
            }
            3 => {
                let tokens = self.git(&["ls-files", "t*.txt"]);
                if let Some(token) = tokens.lines().next() {
                    self.git(&["rm", "--quiet", "--", token]);
                }
            }
            4 => {
                // Rewrites what may be on the server already.
                self.write_clean();
                self.git(&["add", "--all"]);
                self.git(&["commit", "--quiet", "--amend", "--no-edit"]);
                return;
            }
            _ => self.write_clean(),
        }
        self.server.sandbox.commit_all("step");
    }

    /// The files with tokens that the commits between the server and `branches` add to all of their parents.
    fn added(&self, branches: &[&str]) -> BTreeSet<String> {
        let mut arguments = vec!["rev-list"];
        arguments.extend(branches);
        let known = self
            .server
            .git(&["for-each-ref", "--format=^%(objectname)"]);
        arguments.extend(known.lines());
        let mut added = BTreeSet::new();
        for commit in self.git(&arguments).lines() {
            let changed = self.git(&[
                "diff-tree",
                "-r",
                "-c",
                "--root",
                "--no-commit-id",
                "--name-only",
                commit,
            ]);
            let kept = self.git(&["ls-tree", "--name-only", commit]);
            let kept: BTreeSet<&str> = kept.lines().collect();
            added.extend(
                changed
                    .lines()
                    .filter(|path| path.starts_with('t') && kept.contains(path))
                    .map(str::to_owned),
            );
        }
        added
    }

    /// The tokens in objects that the server has not and would get.
    fn newly_held(&self, branches: &[&str]) -> Vec<String> {
        let known = self.server.git(&["for-each-ref", "--format=%(objectname)"]);
        let known: Vec<&str> = known.lines().collect();
        let objects = |tips: &[&str]| -> BTreeSet<String> {
            let mut arguments = vec!["rev-list", "--objects", "--no-object-names"];
            arguments.extend(tips);
            self.git(&arguments).lines().map(str::to_owned).collect()
        };
        let new: Vec<String> = objects(branches)
            .difference(&objects(&known))
            .cloned()
            .collect();
        let text = self
            .server
            .sandbox
            .git_with_input(&["cat-file", "--batch"], (new.join("\n") + "\n").as_bytes());
        (1..=self.next)
            .filter(|number| {
                text.contains(&hf_token(
                    70_000 + u64::try_from(*number).expect("it is small"),
                ))
            })
            .map(|number| format!("t{number}.txt"))
            .collect()
    }

    /// Pushes some branches, and asserts that what is refused and named is what git says is added.
    fn push(&mut self, what: &str) {
        let mut branches: Vec<&str> = BRANCHES.to_vec();
        branches.retain(|_| self.random.chance(50));
        if branches.is_empty() {
            return;
        }
        let added = self.added(&branches);
        let held = self.newly_held(&branches);
        let mut arguments = vec!["--force"];
        arguments.extend(&branches);
        let before = self.server.refs();
        let run = self.server.push(&arguments);
        assert_eq!(told(&run), added, "{what}: {branches:?}: {}", run.stderr);
        for token in &held {
            assert!(
                added.contains(token),
                "{what}: {token} would be held and is not told"
            );
        }
        if added.is_empty() {
            run.assert_code(0);
            self.taken += 1;
            return;
        }
        self.refused += 1;
        run.assert_code(1);
        assert_eq!(before, self.server.refs());
        if self.random.chance(50) {
            arguments.insert(0, OPTION);
            self.server.push(&arguments).assert_code(0);
        }
    }
}

/// The files with tokens that headlines of the report name.
fn told(run: &Run) -> BTreeSet<String> {
    run.stderr
        .lines()
        .filter_map(|line| line.strip_prefix("remote: t")?.split_once(".txt:"))
        .map(|(number, _)| format!("t{number}.txt"))
        .collect()
}

#[test]
fn a_server_refuses_exactly_what_adds_a_token() {
    for seed in 0..u64::try_from(states(2, 6)).expect("it is small") {
        let mut history = History::new(seed);
        for push in 0..12 {
            for _ in 0..=history.random.below(4) {
                history.grow();
            }
            history.push(&format!("history {seed}, push {push}"));
        }
        let History { refused, taken, .. } = history;
        assert!(refused > 1 && taken > 1, "{refused} refused, {taken} taken");
    }
}
