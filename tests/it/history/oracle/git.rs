//! What git says of each commit, ref and object of a repository, one question at a time.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::Sandbox;

/// The first, the last, and how many.
pub type Stay = Option<(String, String, usize)>;

/// All that is compared of one token.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub stay: Stay,
    pub reflog_commits: usize,
    pub blobs: usize,
    pub in_head: bool,
    pub refs: BTreeSet<String>,
    /// Path or kind of text, and the commits that have it there.
    pub places: BTreeMap<String, Stay>,
    pub unreachable: BTreeSet<String>,
    pub tags: BTreeSet<String>,
}

/// What git says of a repository.
pub struct Oracle<'a> {
    sandbox: &'a Sandbox,
    pub objects: BTreeMap<String, (String, Vec<u8>)>,
    /// Those that refs lead to, then those of reflogs, each in git's order.
    commits: Vec<String>,
    from_refs: usize,
    /// Blob and path of everything in each commit.
    files: BTreeMap<String, Vec<(String, String)>>,
}

impl<'a> Oracle<'a> {
    pub fn new(sandbox: &'a Sandbox) -> Self {
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

    pub fn has(&self, oid: &str, token: &str) -> bool {
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

    pub fn facts(&self, token: &str) -> Facts {
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
