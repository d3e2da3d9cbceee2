//! The commits that tips lead to, in the order in which git lists them: parents before children, else the older ones first.
//!
//! In: the commits of the packs, read along with the trees. Out: what `git rev-list --date-order --reverse` lists; git inflates
//! every commit once more, on one core, and that took as long as all else that is told of a history. Where a commit is missing
//! or is not written as git writes them there is no answer, and git is asked.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::git::{Commit, Oid};

/// Commits as they are found.
#[derive(Debug, Default)]
pub(super) struct Lineage {
    pub(super) commits: Vec<Commit>,
    /// Whether one is not written as git writes them.
    pub(super) is_odd: bool,
}

impl Lineage {
    /// Takes a commit.
    pub(super) fn add(&mut self, oid: Oid, raw: &[u8]) {
        match Commit::read(oid, raw) {
            Some(commit) => self.commits.push(commit),
            None => self.is_odd = true,
        }
    }

    /// Takes those of another.
    pub(super) fn append(&mut self, mut other: Self) {
        self.commits.append(&mut other.commits);
        self.is_odd |= other.is_odd;
    }

    /// Those that `tips` lead to, in order; `read` gives a commit that is none of these. Of commits of the same second those
    /// come last that the first tips lead to soonest, as in git.
    ///
    /// `None` where git must be asked.
    pub(super) fn of(
        self,
        tips: &[Oid],
        mut read: impl FnMut(&Oid) -> Option<Commit>,
    ) -> Option<Vec<Commit>> {
        if self.is_odd {
            return None;
        }
        let mut numbers = HashMap::with_capacity(self.commits.len());
        let mut nodes: Vec<Node> = Vec::with_capacity(self.commits.len());
        let add = |commit: Commit, numbers: &mut HashMap<Oid, usize>, nodes: &mut Vec<Node>| {
            let next = nodes.len();
            let number = *numbers.entry(commit.oid).or_insert(next);
            if number == next {
                nodes.push(Node::new(commit));
            }
            number
        };
        for commit in self.commits {
            add(commit, &mut numbers, &mut nodes);
        }
        let mut number = |oid: &Oid, nodes: &mut Vec<Node>| match numbers.get(oid) {
            Some(&number) => Some(number),
            None => Some(add(read(oid)?, &mut numbers, nodes)),
        };
        let tips: Option<Vec<usize>> = tips.iter().map(|tip| number(tip, &mut nodes)).collect();
        let tips = tips?;
        let mut open = tips.clone();
        let mut count = 0;
        while let Some(at) = open.pop() {
            if nodes[at].is_reached {
                continue;
            }
            nodes[at].is_reached = true;
            count += 1;
            for parent in 0..nodes[at].commit.parents.len() {
                let oid = nodes[at].commit.parents[parent];
                let parent = number(&oid, &mut nodes)?;
                nodes[parent].children += 1;
                nodes[at].parents.push(parent);
                open.push(parent);
            }
        }
        in_order(nodes, &tips, count)
    }
}

/// A commit among others.
struct Node {
    commit: Commit,
    /// By number.
    parents: Vec<usize>,
    /// Those that were reached and are not listed yet.
    children: usize,
    is_reached: bool,
    is_listed: bool,
}

impl Node {
    fn new(commit: Commit) -> Self {
        Self {
            commit,
            parents: Vec::new(),
            children: 0,
            is_reached: false,
            is_listed: false,
        }
    }
}

/// The newest of those whose children are listed, over and over; then the other way round.
///
/// Source: `sort_in_topological_order` in git's `commit.c`.
fn in_order(mut nodes: Vec<Node>, tips: &[usize], count: usize) -> Option<Vec<Commit>> {
    let mut ready = BinaryHeap::new();
    let mut entered = 0_u64;
    let mut enter = |at: usize, nodes: &mut [Node], ready: &mut BinaryHeap<_>| {
        if nodes[at].children == 0 && !nodes[at].is_listed {
            nodes[at].is_listed = true;
            ready.push((nodes[at].commit.time, Reverse(entered), at));
            entered += 1;
        }
    };
    for &tip in tips {
        enter(tip, &mut nodes, &mut ready);
    }
    let mut order = Vec::with_capacity(count);
    while let Some((_, _, at)) = ready.pop() {
        order.push(at);
        for parent in std::mem::take(&mut nodes[at].parents) {
            nodes[parent].children -= 1;
            enter(parent, &mut nodes, &mut ready);
        }
    }
    let mut commits: Vec<Option<Commit>> =
        nodes.into_iter().map(|node| Some(node.commit)).collect();
    // Those in a circle, which no hash allows, would be left over.
    let listed = order.into_iter().rev().filter_map(|at| commits[at].take());
    let listed: Vec<Commit> = listed.collect();
    (listed.len() == count).then_some(listed)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use proptest::prelude::*;

    use super::*;

    fn git(directory: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child = Command::new("git")
            .current_dir(directory)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").expect("there is one"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("git runs");
        let mut pipe = child.stdin.take().expect("it is piped");
        pipe.write_all(input).expect("it is read");
        drop(pipe);
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "git {arguments:?}");
        output.stdout
    }

    fn oids(lines: &[u8]) -> Vec<Oid> {
        let lines = lines.split(|&byte| byte == b'\n');
        let names = lines.filter(|line| !line.is_empty());
        names
            .map(|name| Oid::from_hex(name).expect("a name"))
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        /// Merges of anything with anything, dates that repeat and run backwards, tips inside of each other's history.
        #[test]
        fn the_list_is_that_of_git(
            made in prop::collection::vec((0..6_u32, prop::collection::vec(1..9_usize, 0..4), 0..3_usize), 1..60),
            kept in 1..40_usize,
        ) {
            let folder = tempfile::tempdir().expect("there is room");
            let path = folder.path();
            git(path, &["init", "-q", "--bare"], b"");
            let mut stream = String::new();
            for (at, (seconds, parents, tip)) in made.iter().enumerate() {
                let mark = at + 1;
                stream += &format!("commit refs/heads/{}\nmark :{mark}\n", (at * 7) % kept);
                stream += &format!("committer A <a@b> {} +0000\ndata 1\n{tip}\n", 1_000 + seconds);
                let mut parents: Vec<usize> = parents.iter().filter_map(|back| mark.checked_sub(*back)).collect();
                parents.retain(|parent| *parent > 0);
                let mut seen = std::collections::HashSet::new();
                parents.retain(|parent| seen.insert(*parent));
                for (word, parent) in std::iter::once("from").chain(std::iter::repeat("merge")).zip(&parents) {
                    stream += &format!("{word} :{parent}\n");
                }
                if parents.is_empty() {
                    // Else it would be one of the branch.
                    stream += &format!("from {}\n", "0".repeat(40));
                }
                stream += "\n";
            }
            git(path, &["fast-import", "--quiet", "--force"], stream.as_bytes());
            let tips = oids(&git(path, &["for-each-ref", "--format=%(objectname)"], b""));
            let names = git(path, &["cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"], b"");
            let mut lineage = Lineage::default();
            for line in names.split(|&byte| byte == b'\n') {
                if let Some(name) = line.strip_suffix(b" commit") {
                    let oid = Oid::from_hex(name).expect("a name");
                    lineage.add(oid, &git(path, &["cat-file", "commit", &oid.to_string()], b""));
                }
            }
            prop_assert!(!lineage.is_odd);
            // One is not known and is asked for.
            let asked = lineage.commits.pop();
            let listed = lineage.of(&tips, |oid| asked.clone().filter(|commit| commit.oid == *oid));
            let listed: Vec<Oid> = listed.expect("all is there").iter().map(|commit| commit.oid).collect();
            let expected = oids(&git(path, &["rev-list", "--date-order", "--reverse", "--all"], b""));
            prop_assert_eq!(listed, expected);
        }
    }

    fn raw(committer: &str) -> String {
        let tree = "1".repeat(40);
        format!(
            "tree {tree}\nparent {tree}\nauthor A <a@b> 5 +0100\ncommitter {committer}\n\nwhy\n"
        )
    }

    #[test]
    fn what_git_would_mend_is_left_to_it() {
        let oid = Oid::from_bytes(&[7; 20]).expect("20 bytes");
        let read = |raw: &str| Commit::read(oid, raw.as_bytes());
        let plain = read(&raw("C <c@d> 61 -0700")).expect("git writes them so");
        assert_eq!((plain.time, plain.parents.len()), (61, 1));
        for odd in [
            &raw("C <c@d> -61 +0000"),
            &raw("C <c@d> 999999999999 +0000"),
            &raw("C <c@d>61 +0000"),
            &raw("C <c@d>"),
            &raw("C <c@d> 61 +0000").replace("author", "writer"),
            &raw("C <c@d> 61 +0000").replace("parent 1", "parent "),
            "",
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
        let mut lineage = Lineage::default();
        lineage.add(oid, b"");
        assert_eq!(lineage.of(&[], |_| None), None);
    }

    #[test]
    fn a_commit_that_is_missing_is_asked_for() {
        let oid = Oid::from_bytes(&[7; 20]).expect("20 bytes");
        let mut lineage = Lineage::default();
        lineage.add(oid, raw("C <c@d> 61 +0000").as_bytes());
        let mut asked = Vec::new();
        let listed = lineage.of(&[oid], |parent| {
            asked.push(*parent);
            None
        });
        assert_eq!((listed, asked.len()), (None, 1));
    }
}
