//! Git is the oracle: on random histories, what a push would newly publish is what is reported.
//!
//! Each state is a push of a random history: branches, merges, evil merges, renames, tags, amended commits, deletions. The
//! same push goes to a copy of the remote without the hook, which then tells:
//!
//! 1. every token that the copy holds now and did not hold before, in any object or ref name, is reported;
//! 2. every reported token stands in a line that git says a new commit adds to each of its parents (`git diff-tree -c
//!    --root -p --text`), or in a new commit's or tag's own text; a commit that the remote has by a tag alone counts as
//!    new here, since no tracking ref tells of it;
//! 3. every token in such a line is reported, unless a parent's tree holds it elsewhere: a moved line;
//! 4. with the hook the push goes through just where nothing is reported.
//!
//! A push of nothing gives the hook no lines; then everything unpublished counts, and only 1 is asked.
//! A longer run: `HF_GUARD_ORACLE_STATES=2000 cargo test --release --test it push::oracle`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::remote::{Pushing, text};
use crate::findings::{findings, sha256};
use crate::random::{Random, states};
use crate::support::{GUARD, Run, hf_token, write_script};

/// Each state makes a few changes, then pushes.
const CHANGES: usize = 5;

struct History {
    pushing: Pushing,
    random: Random,
    tokens: Vec<String>,
    lines: PathBuf,
    report: PathBuf,
}

#[derive(Debug, Default)]
struct Tally {
    blocked: usize,
    passed: usize,
    moved: usize,
}

impl History {
    fn new(seed: u64) -> Self {
        let pushing = Pushing::new();
        let lines = pushing.sandbox.root().join("lines");
        let report = pushing.sandbox.root().join("report");
        write_script(
            &pushing.sandbox.path().join(".git/hooks/pre-push"),
            &format!(
                "cat > '{0}'; exec '{GUARD}' hook pre-push --format json --output '{1}' \"$@\" < '{0}'",
                lines.display(),
                report.display()
            ),
        );
        for name in ["a", "b"] {
            pushing.sandbox.write(
                name,
                (0..12).map(|at| format!("{at}\n")).collect::<String>(),
            );
        }
        pushing.sandbox.commit_all("first");
        Self {
            pushing,
            random: Random::new(seed),
            tokens: Vec::new(),
            lines,
            report,
        }
    }

    fn token(&mut self) -> String {
        let token = hf_token(self.random.next());
        self.tokens.push(token.clone());
        token
    }

    /// A message, sometimes with a token.
    fn message(&mut self) -> String {
        if self.random.chance(10) {
            self.token()
        } else {
            "change".to_owned()
        }
    }

    fn git(&self, arguments: &[&str]) -> Run {
        self.pushing.sandbox.try_git(arguments)
    }

    fn branch(&mut self) -> &'static str {
        self.random.pick(&["main", "one", "two", "three"])
    }

    /// Adds, takes out or moves lines of some file.
    fn edit(&mut self) {
        let files = self.pushing.sandbox.git(&["ls-files"]);
        let files: Vec<&str> = files.lines().collect();
        let file = match files.len() {
            0 => "a",
            count => files[self.random.below(count)],
        };
        let path = self.pushing.sandbox.path().join(file);
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        let mut lines: Vec<String> = old.lines().map(str::to_owned).collect();
        let at = self.random.below(lines.len() + 1);
        match self.random.below(6) {
            0 | 1 => {
                let token = self.token();
                lines.insert(at, format!("t = {token}"));
            }
            2 => lines.retain(|line| !line.starts_with("t = ")),
            3 => {
                let name = format!("{file}{}", self.random.below(10));
                self.git(&["mv", file, &name]);
                return;
            }
            _ => lines.insert(at, format!("line {}", self.random.next())),
        }
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        self.pushing.sandbox.write(file, text);
    }

    fn change(&mut self) {
        let message = self.message();
        let commit = [
            "commit",
            "-q",
            "--no-verify",
            "--allow-empty",
            "-m",
            &message,
        ];
        match self.random.below(10) {
            0 => {
                let branch = self.branch();
                if self.git(&["checkout", "-q", branch]).code != 0 {
                    self.git(&["checkout", "-q", "-b", branch]);
                }
            }
            1 | 2 => {
                let branch = self.branch();
                self.git(&[
                    "merge",
                    "-q",
                    "--no-verify",
                    "--no-commit",
                    "-Xours",
                    branch,
                ]);
                if self.random.chance(40) {
                    self.edit();
                }
                self.git(&["add", "--all"]);
                self.git(&commit);
            }
            3 => {
                self.edit();
                self.git(&["add", "--all"]);
                self.git(&[&commit[..], &["--amend"]].concat());
            }
            4 => {
                let name = format!("v{}", self.random.below(20));
                self.git(&["tag", "--force", "-m", &message, &name]);
            }
            _ => {
                self.edit();
                self.git(&["add", "--all"]);
                self.git(&commit);
            }
        }
    }

    /// What is pushed.
    fn refs(&mut self) -> Vec<String> {
        let (from, to) = (self.branch(), self.branch());
        let tag = format!("refs/tags/v{}", self.random.below(20));
        match self.random.below(8) {
            0 => vec![format!(":{to}")],
            1 => vec![format!("HEAD~1:refs/heads/{to}")],
            2 => vec!["--all".to_owned()],
            3 => vec!["--tags".to_owned()],
            4 => vec![tag],
            5 => vec!["HEAD".to_owned(), format!(":{to}")],
            6 => vec![format!("{from}:refs/heads/{to}")],
            _ => vec![
                format!("HEAD:refs/heads/{to}"),
                "main:refs/heads/new".to_owned(),
            ],
        }
    }

    /// The tokens in objects and ref names of a repository, those objects left out that `but` has.
    fn tokens_in(&self, folder: &Path, but: &BTreeSet<String>) -> BTreeSet<String> {
        let new: Vec<String> = self.reachable(folder).difference(but).cloned().collect();
        let mut all = self
            .pushing
            .sandbox
            .git_in(folder, &["for-each-ref"])
            .stdout;
        if !new.is_empty() {
            let script = format!("git -C '{}' cat-file --batch --buffer", folder.display());
            let input = new.join("\n") + "\n";
            let mut shell = self.pushing.sandbox.command("sh");
            let run = crate::support::run_with_input(shell.args(["-c", &script]), input.as_bytes());
            all += &run.assert_code(0).stdout;
        }
        self.known_in(&all)
    }

    fn reachable(&self, folder: &Path) -> BTreeSet<String> {
        self.reachable_from(folder, "--all")
    }

    fn reachable_from(&self, folder: &Path, refs: &str) -> BTreeSet<String> {
        let listed = self.pushing.sandbox.git_in(
            folder,
            &["rev-list", "--objects", "--no-object-names", refs],
        );
        let listed = &listed.assert_code(0).stdout;
        listed.lines().map(str::to_owned).collect()
    }

    fn known_in(&self, text: &str) -> BTreeSet<String> {
        let tokens = self.tokens.iter();
        tokens
            .filter(|token| text.contains(*token))
            .cloned()
            .collect()
    }

    /// The tokens that git says the new objects bring, and those of them that are only moved.
    fn brought(
        &self,
        folder: &Path,
        before: &BTreeSet<String>,
    ) -> (BTreeSet<String>, BTreeSet<String>) {
        let git = |arguments: &[&str]| {
            let run = self.pushing.sandbox.git_in(folder, arguments);
            run.assert_code(0).stdout.clone()
        };
        let (mut brought, mut fresh) = (BTreeSet::new(), BTreeSet::new());
        for oid in self.reachable(folder).difference(before) {
            match git(&["cat-file", "-t", oid]).trim_end() {
                kind @ ("commit" | "tag") => {
                    let own = self.known_in(&git(&["cat-file", kind, oid]));
                    brought.extend(own.iter().cloned());
                    fresh.extend(own);
                    if kind == "tag" {
                        continue;
                    }
                }
                _ => continue,
            }
            let parents = git(&["rev-parse", &format!("{oid}^@")]);
            let parents: Vec<&str> = parents.lines().collect();
            let plus = "+".repeat(parents.len().max(1));
            let patch = git(&[
                "diff-tree",
                "-c",
                "--root",
                "-p",
                "-U0",
                "--text",
                "--no-renames",
                "--no-commit-id",
                oid,
            ]);
            let added: String = patch
                .lines()
                .filter(|line| line.starts_with(&plus))
                .map(|line| format!("{line}\n"))
                .collect();
            for token in self.known_in(&added) {
                let moved = parents.iter().any(|parent| {
                    let grep = ["grep", "-q", "-F", &token, parent];
                    self.pushing.sandbox.git_in(folder, &grep).code == 0
                });
                if !moved {
                    fresh.insert(token.clone());
                }
                brought.insert(token);
            }
        }
        (brought, fresh)
    }

    fn check(&mut self, name: &str, tally: &mut Tally) {
        let refs = self.refs();
        let copy = self.pushing.sandbox.root().join("copy.git");
        let remote = self.pushing.remote.clone();
        drop(std::fs::remove_dir_all(&copy));
        let copied =
            Run::of(
                self.pushing
                    .sandbox
                    .command("cp")
                    .args(["-r", text(&remote), text(&copy)]),
            );
        copied.assert_code(0);
        let before = self.reachable(&remote);
        // There are no tracking refs of tags.
        let tracked = self.reachable_from(&remote, "--branches");
        let had = self.tokens_in(&remote, &BTreeSet::new());
        let mut past = vec!["push", "-q", "--no-verify", "--force", text(&copy)];
        past.extend(refs.iter().map(String::as_str));
        if self.git(&past).code != 0 {
            return; // Nothing that git would push.
        }
        drop(std::fs::remove_file(&self.report));
        std::fs::write(&self.lines, "").expect("it can be written");
        let mut with_hook = vec!["push", "-q", "--force", "origin"];
        with_hook.extend(refs.iter().map(String::as_str));
        let mut run = self.git(&with_hook);
        let name = format!("{name}, {refs:?}");
        run.stdout = std::fs::read_to_string(&self.report)
            .unwrap_or_else(|error| panic!("{name}: {error}; {}", run.stderr));
        let hashes: BTreeSet<String> = findings(&run)
            .into_iter()
            .map(|found| found.secret_sha256)
            .collect();
        let reported: BTreeSet<String> = self
            .tokens
            .iter()
            .filter(|token| hashes.contains(&sha256(token)))
            .cloned()
            .collect();
        let now = self.tokens_in(&copy, &before);
        let missed: Vec<&String> = now
            .difference(&had)
            .filter(|t| !reported.contains(*t))
            .collect();
        assert!(
            missed.is_empty(),
            "{name}: {} tokens went past",
            missed.len()
        );
        assert_eq!(
            run.code,
            i32::from(!reported.is_empty()),
            "{name}: {}",
            run.stderr
        );
        if !std::fs::read(&self.lines).expect("the hook ran").is_empty() {
            let (_, fresh) = self.brought(&copy, &before);
            let (brought, _) = self.brought(&copy, &tracked);
            assert!(reported.is_subset(&brought), "{name}: git brings less");
            assert!(fresh.is_subset(&reported), "{name}: git brings more");
            tally.moved += brought.difference(&reported).count();
        }
        if reported.is_empty() {
            tally.passed += 1;
        } else {
            tally.blocked += 1;
            assert_eq!(
                self.reachable(&remote),
                before,
                "{name}: something went out"
            );
            if self.random.chance(60) {
                let mut arguments = past.clone();
                arguments[4] = "origin";
                self.git(&arguments);
            }
        }
    }
}

#[test]
fn a_push_reports_what_the_remote_would_newly_hold() {
    let count = states(30, 200);
    let mut tally = Tally::default();
    for seed in 0..count.div_ceil(10) {
        let seed = u64::try_from(seed).expect("a usize fits");
        let mut history = History::new(seed);
        for state in 0..10 {
            for _ in 0..CHANGES {
                history.change();
            }
            history.check(&format!("seed {seed}, state {state}"), &mut tally);
        }
    }
    assert!(tally.blocked > count / 6, "too little to find: {tally:?}");
    assert!(tally.passed > count / 20, "nothing passes: {tally:?}");
}
