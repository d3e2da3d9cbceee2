//! Everything held at every path, with the commits that have it there.
//!
//! In: the held objects. Out: [`Survey`]. git lists the refs while trees and commits of the packs are read; then each root tree
//! becomes a node, and what differs in nothing held is looked at once.

use std::collections::HashMap;
use std::thread;

use super::brought::{self, Brought};
use super::commits::Commits;
use super::folders::{Folders, Wanted};
use super::lineage::Lineage;
use super::nodes::Nodes;
use super::secrets::Secrets;
use super::spread::Spread;
use super::trace::Trace;
use crate::git::{Kind, Oid, object};
use crate::parallel;
use crate::source::history::connected;
use crate::source::history::tips::{Stands, Tips};
use crate::source::history::{Asked, HistoryError};

/// What a walk over all commits and trees has brought to light.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    pub(super) commits: Commits,
    pub(super) tips: Tips,
    pub(super) nodes: Nodes<'a>,
    pub(super) spread: Spread,
    /// The commits of each spot.
    pub(super) traces: Vec<Trace>,
    /// The root of each commit that leads to something held, by number.
    pub(super) root_of_commit: Vec<Option<u32>>,
    /// The same for each tip.
    pub(super) root_of_tip: Vec<Option<u32>>,
    /// The commits of each root.
    pub(super) root_traces: Vec<Trace>,
    /// What commits of the time that was asked for brought; `None` where no time was.
    brought: Option<Brought>,
}

/// Root nodes, each once, by number.
#[derive(Default)]
struct Roots {
    nodes: Vec<u32>,
    numbers: HashMap<u32, u32>,
    traces: Vec<Trace>,
}

impl Roots {
    fn number(&mut self, node: u32) -> u32 {
        let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let root = *self.numbers.entry(node).or_insert(next);
        if root == next {
            self.nodes.push(node);
            self.traces.push(Trace::default());
        }
        root
    }
}

impl<'a> Survey<'a> {
    /// Walks the whole history.
    ///
    /// # Errors
    /// [`HistoryError`] where git cannot list commits or refs, or a pack as a whole cannot be read.
    pub(super) fn make(
        asked: &Asked<'a>,
        wanted: &'a Wanted,
        secrets: &Secrets,
    ) -> Result<Self, HistoryError> {
        let Asked {
            repository,
            scanner,
            narrowing,
            progress,
            limits,
        } = *asked;
        let is_whole = !connected::is_shallow(repository);
        let mut lineage = is_whole.then(Lineage::default);
        let (said, folders) = thread::scope(|scope| {
            let asking = scope.spawn(|| -> Result<_, HistoryError> {
                let tips = Tips::read(repository, scanner, narrowing)?;
                let from_reflogs = Commits::from_reflogs(repository, narrowing)?;
                Ok((tips, from_reflogs))
            });
            let folders = Folders::read(repository, wanted, limits, progress, lineage.as_mut());
            let said = progress.while_waiting(|| asking.join());
            (parallel::joined(said), folders)
        });
        let (tips, from_reflogs) = said?;
        let mut nodes = Nodes::new(folders?);
        let from_refs =
            progress.while_waiting(|| Commits::from_refs(repository, narrowing, &tips, lineage))?;
        let commits = Commits::new(from_refs, from_reflogs);
        let mut roots = Roots::default();
        let mut root_of_commit = Vec::with_capacity(commits.list.len());
        for (number, commit) in (0..).zip(&commits.list) {
            progress.advance();
            let root = nodes.of_tree(commit.tree).map(|node| roots.number(node));
            if let Some(root) = root {
                roots.traces[root as usize].add(number, commits.from_refs);
            }
            root_of_commit.push(root);
        }
        let mut root_of_tip = Vec::new();
        for tip in &tips.tips {
            let root = match tip.stands {
                Stands::Commit(oid) => commits
                    .number(&oid)
                    .and_then(|number| root_of_commit[number as usize]),
                Stands::Tree(oid) => nodes.of_tree(oid).map(|node| {
                    let root = roots.number(node);
                    roots.traces[root as usize].at_ref = true;
                    root
                }),
                Stands::Blob(_) => None,
            };
            root_of_tip.push(root);
        }
        if let Some(tree) = tips.head.and_then(|head| tree_of(&commits, asked, &head))
            && let Some(node) = nodes.of_tree(tree)
        {
            let root = roots.number(node);
            roots.traces[root as usize].at_head = true;
        }
        let spread = Spread::new(&nodes, &roots.nodes, progress);
        let brought = narrowing
            .has_times()
            .then(|| brought::of(&mut nodes, &spread, &commits, secrets, narrowing));
        Ok(Self {
            traces: spread.traces(&roots.traces),
            commits,
            tips,
            nodes,
            spread,
            root_of_commit,
            root_of_tip,
            root_traces: roots.traces,
            brought,
        })
    }

    /// Whether something could not be read, or there was too much of it: there may be more places.
    pub(super) fn has_gaps(&self) -> bool {
        self.tips.has_gaps || self.nodes.folders.has_gaps || self.spread.has_gaps
    }

    /// The secrets of a spot that count.
    pub(super) fn secrets_at<'s>(
        &'s self,
        spot: usize,
        asked: &'s Asked<'_>,
        secrets: &'s Secrets,
    ) -> impl Iterator<Item = u32> + 's {
        let at = self.spread.spots[spot];
        let trace = &self.traces[spot];
        let counts = (trace.first().is_some() || trace.at_ref)
            && (!asked.narrowing.has_paths()
                || asked
                    .narrowing
                    .takes_path(&self.spread.path(&self.nodes, at.path)));
        let all = if counts {
            secrets.of_target(at.target, self.nodes.folders.name(at.name))
        } else {
            &[]
        };
        let is_brought = move |secret: &u32| match &self.brought {
            Some(brought) => brought.contains(&(at.path, at.target.part(), *secret)),
            None => true,
        };
        all.iter().copied().filter(is_brought)
    }
}

/// HEAD's commit may be none of those that count.
fn tree_of(commits: &Commits, asked: &Asked<'_>, head: &Oid) -> Option<Oid> {
    if let Some(number) = commits.number(head) {
        return Some(commits.of(number).tree);
    }
    let (kind, raw) = asked.repository.object(head).ok()?;
    let commit = object::commit(&raw).filter(|_| kind == Kind::Commit)?;
    Some(commit.tree)
}
