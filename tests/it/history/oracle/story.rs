//! Generated histories: branches, merges, tags and reflogs, with tokens planted at random.

use crate::random::Random;
use crate::support::{Sandbox, hf_token};

/// Tokens that are planted, each perhaps many times.
pub const TOKENS: usize = 9;

/// The seed of the first.
pub const FIRST: u64 = 900;

pub const PATHS: [&str; 6] = [
    "a.py",
    "b.py",
    "src/c.py",
    "src/deep/d.py",
    "src/deep/e.txt",
    "notes/f.md",
];

/// A repository that grows step by step.
pub struct Story {
    pub sandbox: Sandbox,
    random: Random,
    time: u64,
}

impl Story {
    pub fn new(seed: u64) -> Self {
        let story = Self {
            sandbox: Sandbox::new(),
            random: Random::new(seed),
            time: 1_700_000_000,
        };
        story.sandbox.write("a.py", "print(1)\n");
        story.sandbox.commit_all("start");
        story
    }

    fn token(&mut self) -> String {
        hf_token(FIRST + self.random.below(TOKENS) as u64)
    }

    fn path(&mut self) -> &'static str {
        self.random.pick(&PATHS)
    }

    /// git at another moment, which is not always a later one.
    fn git(&mut self, arguments: &[&str]) -> bool {
        self.time = self.time + self.random.below(5_000) as u64 - 900;
        let date = format!("{} +0000", self.time);
        let mut command = self.sandbox.command("git");
        command
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .args(arguments);
        command.output().expect("git starts").status.success()
    }

    fn commit(&mut self) {
        let mut message = format!("step {}", self.random.below(1_000_000));
        if self.random.below(9) == 0 {
            message.push_str(&format!("\n\nwith {}", self.token()));
        }
        self.git(&["add", "--all"]);
        let mut arguments = vec!["commit", "--quiet", "--allow-empty", "-m", &message];
        let author = format!("{} <a@example.org>", self.token());
        if self.random.below(14) == 0 {
            arguments.extend(["--author", &author]);
        }
        self.git(&arguments);
    }

    fn write(&mut self) {
        let path = self.path();
        let mut text = format!("x = {}\n", self.random.below(50));
        for _ in 0..self.random.below(3) {
            text.push_str(&format!("t = \"{}\"\n", self.token()));
        }
        self.sandbox.write(path, text);
    }

    fn some_commit(&mut self) -> String {
        let all = self.sandbox.git(&["rev-list", "--all"]);
        let all: Vec<&str> = all.lines().collect();
        self.random.pick(&all).to_owned()
    }

    fn some_branch(&mut self) -> String {
        let all = self
            .sandbox
            .git(&["for-each-ref", "--format=%(refname:short)", "refs/heads"]);
        let all: Vec<&str> = all.lines().collect();
        self.random.pick(&all).to_owned()
    }

    pub fn step(&mut self, number: u64) {
        match self.random.below(16) {
            0..=5 => {
                self.write();
                self.commit();
            }
            6 => {
                let path = self.path();
                self.git(&["rm", "--quiet", "--force", path]);
                self.commit();
            }
            7 => {
                let (from, to) = (self.path(), self.path());
                self.git(&["mv", "--force", from, to]);
                self.commit();
            }
            8 => {
                let (name, at) = (format!("b{number}"), self.some_commit());
                self.git(&["switch", "--quiet", "--create", &name, &at]);
            }
            9 => {
                let branch = self.some_branch();
                self.git(&["switch", "--quiet", &branch]);
            }
            10 => {
                let branch = self.some_branch();
                self.git(&["merge", "--quiet", "--no-edit", "-X", "theirs", &branch]);
                self.write();
                self.commit();
            }
            11 => {
                let (name, at) = (format!("v{number}"), self.some_commit());
                let message = format!("tag {}", self.token());
                if self.random.below(2) == 0 {
                    self.git(&["tag", &name, &at]);
                } else {
                    self.git(&["tag", "--annotate", "-m", &message, &name, &at]);
                }
            }
            12 => {
                let (note, at) = (self.token(), self.some_commit());
                self.git(&["notes", "add", "--force", "-m", &note, &at]);
            }
            13 => {
                self.write();
                self.git(&["stash", "--quiet"]);
            }
            14 => {
                self.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
            }
            _ => {
                let text = format!("{number} {}", self.token());
                self.sandbox
                    .git_with_input(&["hash-object", "-w", "--stdin"], text.as_bytes());
                let branch = self.some_branch();
                self.git(&["branch", "--quiet", "-D", &branch]);
            }
        }
    }
}
