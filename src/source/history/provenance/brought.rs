//! What commits of some time bring: a secret at a path where none of their parents has it.

use std::collections::{HashMap, HashSet};

use super::commits::Commits;
use super::entry::Target;
use super::nodes::Nodes;
use super::secrets::Secrets;
use super::spread::{ROOT, Spread};
use crate::finding::Part;
use crate::source::history::narrowing::Narrowing;

/// Number of a path, part of the file and number of a secret.
pub(super) type Brought = HashSet<(u32, Part, u32)>;

/// Compares each commit whose date `narrowing` takes with its parents.
pub(super) fn of(
    nodes: &mut Nodes<'_>,
    spread: &Spread,
    commits: &Commits,
    secrets: &Secrets,
    narrowing: &Narrowing,
) -> Brought {
    let mut comparing = Comparing {
        spread,
        secrets,
        brought: Brought::new(),
    };
    for commit in &commits.list {
        if !narrowing.takes_time(commit.time) {
            continue;
        }
        let Some(root) = nodes.of_tree(commit.tree) else {
            continue;
        };
        let parents = commit.parents.iter();
        let numbers = parents.filter_map(|parent| commits.number(parent));
        let old: Vec<u32> = numbers
            .filter_map(|number| nodes.of_tree(commits.of(number).tree))
            .collect();
        comparing.folder(nodes, ROOT, root, &old);
    }
    comparing.brought
}

struct Comparing<'a> {
    spread: &'a Spread,
    secrets: &'a Secrets,
    brought: Brought,
}

impl Comparing<'_> {
    /// Compares a folder with what the parents have at its path.
    fn folder(&mut self, nodes: &Nodes<'_>, path: u32, node: u32, old: &[u32]) {
        if old.contains(&node) {
            return;
        }
        let mut before: HashMap<u32, Vec<Target>> = HashMap::new();
        for entry in old.iter().flat_map(|&old| nodes.entries(old)) {
            before.entry(entry.name).or_default().push(entry.target);
        }
        for entry in nodes.entries(node) {
            let Some(path) = self.spread.below(path, entry.name) else {
                continue;
            };
            let before = before.get(&entry.name).map_or(&[][..], Vec::as_slice);
            if let Target::Folder(below) = entry.target {
                let folder = |old: &Target| match old {
                    Target::Folder(node) => Some(*node),
                    _ => None,
                };
                let old: Vec<u32> = before.iter().filter_map(folder).collect();
                self.folder(nodes, path, below, &old);
                continue;
            }
            let part = entry.target.part();
            let name = nodes.folders.name(entry.name);
            let known: HashSet<u32> = before
                .iter()
                .filter(|old| old.part() == part)
                .flat_map(|old| self.secrets.of_target(*old, name))
                .copied()
                .collect();
            for &secret in self.secrets.of_target(entry.target, name) {
                if !known.contains(&secret) {
                    self.brought.insert((path, part, secret));
                }
            }
        }
    }
}
