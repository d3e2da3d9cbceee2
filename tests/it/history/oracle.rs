//! Provenance over generated histories, against what git itself says of each commit, ref and object.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::random::{Random, states};
use crate::support::{Sandbox, hf_token};

/// Tokens that are planted, each perhaps many times.
const TOKENS: usize = 9;

/// The seed of the first.
const FIRST: u64 = 900;

const PATHS: [&str; 6] = [
    "a.py",
    "b.py",
    "src/c.py",
    "src/deep/d.py",
    "src/deep/e.txt",
    "notes/f.md",
];

/// A repository that grows step by step.
struct Story {
    sandbox: Sandbox,
    random: Random,
    time: u64,
}

impl Story {
    fn new(seed: u64) -> Self {
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

    fn step(&mut self, number: u64) {
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

/// The first, the last, and how many.
type Stay = Option<(String, String, usize)>;

/// All that is compared of one token.
#[derive(Debug, Default, PartialEq, Eq)]
struct Facts {
    stay: Stay,
    reflog_commits: usize,
    blobs: usize,
    in_head: bool,
    refs: BTreeSet<String>,
    /// Path or kind of text, and the commits that have it there.
    places: BTreeMap<String, Stay>,
    unreachable: BTreeSet<String>,
    tags: BTreeSet<String>,
}

/// What git says of a repository.
struct Oracle<'a> {
    sandbox: &'a Sandbox,
    objects: BTreeMap<String, (String, Vec<u8>)>,
    /// Those that refs lead to, then those of reflogs, each in git's order.
    commits: Vec<String>,
    from_refs: usize,
    /// Blob and path of everything in each commit.
    files: BTreeMap<String, Vec<(String, String)>>,
}

impl<'a> Oracle<'a> {
    fn new(sandbox: &'a Sandbox) -> Self {
        let mut objects = BTreeMap::new();
        let kinds = sandbox.git(&[
            "cat-file",
            "--batch-all-objects",
            "--batch-check=%(objectname) %(objecttype)",
        ]);
        for line in kinds.lines() {
            let (oid, kind) = line.split_once(' ').expect("two words");
            let text = sandbox
                .command("git")
                .args(["cat-file", kind, oid])
                .output();
            let text = text.expect("git starts").stdout;
            objects.insert(oid.to_owned(), (kind.to_owned(), text));
        }
        let list = |arguments: &[&str]| -> Vec<String> {
            let order = ["rev-list", "--date-order", "--reverse"];
            let listed = sandbox.git(&[&order[..], arguments].concat());
            listed.lines().map(str::to_owned).collect()
        };
        let mut commits = list(&["--all"]);
        let from_refs = commits.len();
        commits.extend(list(&["--reflog", "--not", "--all"]));
        let files = commits.iter().map(|commit| {
            let tree = sandbox.git(&["ls-tree", "-r", commit]);
            let files = tree.lines().map(|line| {
                let (meta, path) = line.split_once('\t').expect("a tab");
                let blob = meta.split(' ').nth(2).expect("an object");
                (blob.to_owned(), path.to_owned())
            });
            (commit.clone(), files.collect())
        });
        Self {
            files: files.collect(),
            sandbox,
            objects,
            commits,
            from_refs,
        }
    }

    fn has(&self, oid: &str, token: &str) -> bool {
        let text = &self.objects[oid].1;
        text.windows(token.len())
            .any(|part| part == token.as_bytes())
    }

    fn paths_in(&self, commit: &str, token: &str) -> Vec<&str> {
        let files = self.files[commit].iter();
        let held = files.filter(|(blob, _)| self.has(blob, token));
        held.map(|(_, path)| &**path).collect()
    }

    /// Those of refs or, without any, those of reflogs.
    fn stay(&self, has: impl Fn(&str) -> bool) -> (Stay, usize) {
        let of = |commits: &[String]| -> Vec<String> {
            commits
                .iter()
                .filter(|commit| has(commit))
                .cloned()
                .collect()
        };
        let (refs, reflogs) = self.commits.split_at(self.from_refs);
        let (refs, reflogs) = (of(refs), of(reflogs));
        let more = if refs.is_empty() { 0 } else { reflogs.len() };
        let some = if refs.is_empty() { reflogs } else { refs };
        let ends = some.first().zip(some.last());
        (
            ends.map(|(first, last)| (first.clone(), last.clone(), some.len())),
            more,
        )
    }

    fn facts(&self, token: &str) -> Facts {
        let in_text = |commit: &str| self.has(commit, token);
        let in_tree = |commit: &str| !self.paths_in(commit, token).is_empty();
        let (stay, reflog_commits) = self.stay(|commit| in_text(commit) || in_tree(commit));
        let holding: Vec<&String> = self
            .objects
            .iter()
            .filter(|(oid, _)| self.has(oid, token))
            .map(|(oid, _)| oid)
            .collect();
        let kind = |oid: &str| &*self.objects[oid].0;
        let mut facts = Facts {
            stay,
            reflog_commits,
            blobs: holding.iter().filter(|oid| kind(oid) == "blob").count(),
            in_head: in_tree(self.sandbox.git(&["rev-parse", "HEAD"]).trim()),
            ..Facts::default()
        };
        for oid in &holding {
            if kind(oid) == "commit" && self.commits.contains(oid) {
                let contains = ["for-each-ref", "--contains", oid, "--format=%(refname)"];
                let refs = self.sandbox.git(&contains);
                facts.refs.extend(refs.lines().map(str::to_owned));
                let ancestor = ["merge-base", "--is-ancestor", oid, "HEAD"];
                facts.in_head |= self.sandbox.try_git(&ancestor).code == 0;
                facts.places.insert(format!("commit {oid}"), None);
            }
        }
        let format = "--format=%(refname) %(objectname) %(objecttype) %(*objectname)";
        for line in self.sandbox.git(&["for-each-ref", format]).lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let commit = if words[2] == "tag" {
                words[3]
            } else {
                words[1]
            };
            if words[2] == "tag" && self.has(words[1], token) {
                facts.tags.insert(words[1].to_owned());
                facts.refs.insert(words[0].to_owned());
            }
            if in_tree(commit) {
                facts.refs.insert(words[0].to_owned());
            }
        }
        let files = self.files.values().flatten();
        let placed: BTreeSet<&String> = files.clone().map(|(blob, _)| blob).collect();
        let paths: BTreeSet<&String> = files.map(|(_, path)| path).collect();
        for path in paths {
            let at_path = |commit: &str| self.paths_in(commit, token).contains(&&**path);
            let (stay, _) = self.stay(at_path);
            if stay.is_some() {
                facts.places.insert(path.clone(), stay);
            }
        }
        for oid in holding {
            let is_met = match kind(oid) {
                "blob" => placed.contains(oid),
                "commit" => self.commits.contains(oid),
                "tag" => facts.tags.contains(oid),
                _ => true,
            };
            if !is_met {
                facts.unreachable.insert(oid.clone());
            }
        }
        facts
    }
}

fn stay(value: &Value) -> Stay {
    let commit = |end: &str| value[end]["commit"].as_str().map(str::to_owned);
    let count = value["commits"].as_u64()?;
    Some((
        commit("first")?,
        commit("last")?,
        usize::try_from(count).ok()?,
    ))
}

fn told(finding: &Value) -> Facts {
    let provenance = &finding["provenance"];
    let number = |name: &str| {
        let count = provenance[name].as_u64().map(usize::try_from);
        count.map_or(0, |count| count.expect("it fits"))
    };
    let refs = provenance["refs"].as_array().expect("a list").iter();
    let mut facts = Facts {
        stay: stay(provenance),
        reflog_commits: number("reflog_commits"),
        blobs: number("blobs"),
        in_head: provenance["in_head"] == true,
        refs: refs.filter_map(Value::as_str).map(str::to_owned).collect(),
        ..Facts::default()
    };
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    for place in provenance["places"].as_array().expect("a list") {
        let origin = &place["origin"];
        match (&*word(&origin["kind"]), &*word(&place["part"])) {
            ("commit", "content") => {
                let twice = facts.places.insert(word(&place["path"]), stay(place));
                assert_eq!(twice, None, "{finding:#}");
            }
            ("commit", "header") | ("message", "message") => {
                let commit = format!("commit {}", word(&origin["commit"]));
                facts.places.insert(commit, None);
            }
            ("tag", "message") => drop(facts.tags.insert(word(&origin["tag"]))),
            ("unreachable", _) => drop(facts.unreachable.insert(word(&origin["object"]))),
            // Reflogs repeat the subjects of commits.
            ("ref", _) => {}
            other => panic!("{other:?}: {finding:#}"),
        }
    }
    facts
}

#[test]
fn provenance_is_what_git_says() {
    let states = states(4, 20) as u64;
    let mut compared = 0;
    for seed in 0..states {
        let mut story = Story::new(seed);
        for number in 0..34 {
            story.step(number);
        }
        let sandbox = &story.sandbox;
        // What is staged has a place of its own, which is tested elsewhere.
        sandbox.git(&["reset", "--quiet", "--hard"]);
        if seed % 2 == 0 {
            sandbox.git(&["repack", "-a", "-d", "-k", "-q"]);
        }
        let run = sandbox.guard(&["--all-history", "--format", "json"]);
        run.assert_code(1);
        let report: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
        assert_eq!(report["warnings"], Value::Array(Vec::new()), "{report:#}");
        let oracle = Oracle::new(sandbox);
        for token in (FIRST..FIRST + TOKENS as u64).map(hf_token) {
            run.assert_hides(&token);
            let hash = hash_of(sandbox, &token);
            let entries = report["findings"].as_array().expect("a list").iter();
            let mut own = entries.filter(|entry| entry["secret_sha256"] == *hash);
            let entry = own.next();
            assert!(own.next().is_none(), "seed {seed}: one entry a secret");
            let expected = oracle.facts(&token);
            let found = entry.map(told).unwrap_or_default();
            assert_eq!(found, expected, "seed {seed}, secret {hash}");
            compared += expected.places.len();
            first_is_in_git_log(sandbox, &oracle, &token, &expected);
        }
    }
    assert!(compared as u64 > 10 * states, "{compared} places");
}

fn hash_of(sandbox: &Sandbox, text: &str) -> String {
    let hash = crate::support::run_with_input(&mut sandbox.command("sha256sum"), text.as_bytes());
    hash.stdout[..64].to_owned()
}

/// `git log --find-object` lists the commits that add or remove an object; the first one of a secret is among them.
#[track_caller]
fn first_is_in_git_log(sandbox: &Sandbox, oracle: &Oracle<'_>, token: &str, facts: &Facts) {
    let Some((first, ..)) = &facts.stay else {
        return;
    };
    let mut adding = BTreeSet::new();
    for oid in oracle.objects.keys().filter(|oid| oracle.has(oid, token)) {
        let find = format!("--find-object={oid}");
        let log = [
            "log",
            "--all",
            "--reflog",
            "-m",
            "--root",
            "--format=%H",
            &find,
        ];
        adding.extend(sandbox.git(&log).lines().map(str::to_owned));
        adding.insert(oid.clone());
    }
    assert!(adding.contains(first), "{first} is not in {adding:?}");
}
