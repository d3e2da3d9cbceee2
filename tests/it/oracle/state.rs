//! One repository that is put into state after state, with few processes for each.

use std::collections::BTreeMap;
use std::fs;
use std::process::Output;

use super::model::{Kind, Tree};
use crate::random::Random;
use crate::support::{GUARD, Run, Sandbox};

/// A repository and the names of the objects it was given.
pub struct Repository {
    sandbox: Sandbox,
    objects: BTreeMap<Vec<u8>, String>,
    reftable: bool,
    oid_len: usize,
}

/// What is done to a state besides its content.
#[derive(Clone, Debug)]
pub struct Tweak {
    index_version: u32,
    split_index: bool,
    flag: Option<&'static str>,
    intent_to_add: bool,
    attributes: &'static str,
}

impl Tweak {
    /// Most states have none.
    pub fn random(random: &mut Random) -> Self {
        Self {
            index_version: random.pick(&[2, 2, 3, 4]),
            split_index: random.chance(8),
            flag: random
                .chance(15)
                .then(|| random.pick(&["--assume-unchanged", "--skip-worktree"])),
            intent_to_add: random.chance(10),
            attributes: random.pick(&["", "* -diff\n", "* binary\n", "*.py -text diff=x\n"]),
        }
    }
}

impl Repository {
    /// A fresh one, with options for `git init`.
    pub fn new(options: &[&str]) -> Self {
        let sandbox = Sandbox::with_init_options(options);
        sandbox.git(&["config", "diff.x.textconv", "true"]);
        sandbox.git(&["config", "core.fsync", "none"]);
        let sha256 = options.contains(&"--object-format=sha256");
        Self {
            sandbox,
            objects: BTreeMap::new(),
            reftable: options.contains(&"--ref-format=reftable"),
            oid_len: if sha256 { 64 } else { 40 },
        }
    }

    /// Makes the objects of all these states, HEAD and index of each: in a pack or loose, as it happens.
    /// HEAD of state `n` becomes the branch `s<n>`, or none where it is empty.
    pub fn store(&mut self, states: &[(Tree, Tree)], random: &mut Random) {
        let mut stream = b"feature done\n".to_vec();
        let mut marks: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        for entry in states
            .iter()
            .flat_map(|(head, index)| head.values().chain(index.values()))
        {
            if let Some(content) = entry.content()
                && !marks.contains_key(&content)
            {
                let mark = marks.len() + 1;
                stream.extend(format!("blob\nmark :{mark}\ndata {}\n", content.len()).bytes());
                stream.extend(&content);
                stream.push(b'\n');
                marks.insert(content, mark);
            }
        }
        for (number, (head, _)) in states.iter().enumerate() {
            let branch = format!("refs/heads/s{number}");
            if head.is_empty() {
                continue;
            }
            stream.extend(
                format!(
                    "commit {branch}\ncommitter C <c@example.org> 0 +0000\ndata 0\ndeleteall\n"
                )
                .bytes(),
            );
            for (path, entry) in head {
                let object = match entry.content() {
                    Some(content) => format!(":{}", marks[&content]),
                    None => self.submodule(),
                };
                let mode = entry.kind.mode();
                stream.extend(format!("M {mode} {object} {}\n", quoted(path)).bytes());
            }
        }
        stream.extend(b"done\n");
        let limit = format!(
            "fastimport.unpackLimit={}",
            if random.chance(50) { 1 } else { 100_000 }
        );
        let marks_file = self.sandbox.root().join("marks");
        let export = format!("--export-marks={}", marks_file.display());
        let import = [
            "-c",
            &limit,
            "fast-import",
            "--quiet",
            "--force",
            "--done",
            &export,
        ];
        self.sandbox.git_with_input(&import, &stream);
        let written = fs::read_to_string(marks_file).expect("git wrote the marks");
        let by_mark: BTreeMap<usize, &str> = written
            .lines()
            .filter_map(|line| line.strip_prefix(':')?.split_once(' '))
            .map(|(mark, oid)| (mark.parse().expect("a mark is a number"), oid))
            .collect();
        self.objects = marks
            .into_iter()
            .map(|(content, mark)| (content, by_mark[&mark].to_owned()))
            .collect();
    }

    /// Makes HEAD and index those of state `number` of the last [`Repository::store`].
    pub fn enter(&self, number: usize, head: &Tree, index: &Tree, tweak: &Tweak) {
        let branch = if head.is_empty() {
            "refs/heads/unborn".to_owned()
        } else {
            format!("refs/heads/s{number}")
        };
        if self.reftable {
            self.sandbox.git(&["symbolic-ref", "HEAD", &branch]);
        } else {
            self.sandbox.write(".git/HEAD", format!("ref: {branch}\n"));
        }
        // Leftovers of the last state in the work tree are decoys.
        drop(fs::remove_file(self.sandbox.path().join(".git/index")));
        self.sandbox.write(".git/info/attributes", tweak.attributes);
        let mut entries = Vec::new();
        for (path, entry) in index {
            let oid = match entry.content() {
                Some(content) => self.objects[&content].clone(),
                None => self.submodule(),
            };
            entries.extend(format!("{} {oid}\t", entry.kind.mode()).bytes());
            entries.extend(path);
            entries.push(0);
        }
        let version = tweak.index_version.to_string();
        let mut arguments = vec!["update-index", "--index-version", &version];
        if tweak.split_index {
            arguments.push("--split-index");
        }
        arguments.extend(["-z", "--index-info"]);
        self.sandbox.git_with_input(&arguments, &entries);
        if let Some(flag) = tweak.flag {
            let mut paths = Vec::new();
            for (path, _) in index
                .iter()
                .filter(|(_, entry)| entry.kind != Kind::Submodule)
            {
                paths.extend(path);
                paths.push(0);
            }
            self.sandbox
                .git_with_input(&["update-index", flag, "-z", "--stdin"], &paths);
        }
        if tweak.intent_to_add {
            let decoy = crate::support::hf_token(u64::MAX);
            self.sandbox.write("only-intended.py", decoy);
            self.sandbox
                .git(&["add", "--intent-to-add", "only-intended.py"]);
        }
    }

    /// What git prints.
    pub fn git(&self, arguments: &[&str]) -> Vec<u8> {
        let output: Output = self
            .sandbox
            .command("git")
            .args(arguments)
            .output()
            .expect("git starts");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }

    /// What `hf-guard` reports.
    pub fn scan(&self) -> Run {
        Run::of(
            self.sandbox
                .command(GUARD)
                .args(["scan", "--staged", "--format", "json"]),
        )
    }

    /// The commit of a submodule; nobody has it.
    fn submodule(&self) -> String {
        "1".repeat(self.oid_len)
    }
}

/// A path as fast-import reads it back byte by byte.
fn quoted(path: &[u8]) -> String {
    let escaped: String = path.iter().map(|byte| format!("\\{byte:03o}")).collect();
    format!("\"{escaped}\"")
}
