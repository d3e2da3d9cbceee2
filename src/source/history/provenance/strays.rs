//! Trees that nothing leads to any more: they name the paths of what only they hold.
//!
//! In: what was found in no tree of a commit or ref. Out: the paths at which commits that were dropped, or trees that no
//! commit has, hold it; below a folder that is gone, as much of the path as is left. Asked only where there is such a thing: every commit is looked at, and every loose object's header.

use crate::order;
use std::collections::HashSet;

use bstr::BString;

use super::commits::Commits;
use super::entry::{Placed, Target};
use super::nodes::Nodes;
use super::spread::Spread;
use super::survey::Survey;
use super::takers::{self, Taker};
use crate::finding::Part;
use crate::git::pack::{Object, PackError, Store};
use crate::git::{Kind, Oid, object};
use crate::source::history::Asked;

/// A held blob at a path that nothing leads to.
#[derive(Debug)]
pub(super) struct Stray {
    /// Its number among the held.
    pub(super) held: u32,
    pub(super) path: BString,
    pub(super) part: Part,
}

/// Looks for `lost`, numbers of held blobs.
///
/// # Errors
/// [`PackError`] where the packs as a whole cannot be read.
pub(super) fn find(
    survey: &mut Survey<'_>,
    asked: &Asked<'_>,
    lost: &HashSet<u32>,
) -> Result<Vec<Stray>, PackError> {
    if lost.is_empty() {
        return Ok(Vec::new());
    }
    let store = asked.repository.store()?;
    let mut dropped = in_packs(&store, asked, &survey.commits)?;
    let mut trees = Vec::new();
    for oid in store.loose()? {
        asked.progress.advance();
        match store.stored_whole(&oid).first().map(|stored| stored.kind) {
            Some(Kind::Commit) if survey.commits.number(&oid).is_none() => {
                if let Ok((_, raw)) = asked.repository.object(&oid) {
                    dropped.extend(Dropped::new(oid, &raw));
                }
            }
            Some(Kind::Tree) => trees.push(oid),
            _ => {}
        }
    }
    order::sort(&mut dropped);
    let nodes = &mut survey.nodes;
    // Of what nothing leads to, much may be gone: that is no gap.
    let has_gaps = nodes.folders.has_gaps;
    let mut roots: Vec<u32> = dropped
        .iter()
        .filter_map(|commit| nodes.of_tree(commit.tree))
        .collect();
    roots.extend(rootless(nodes, &trees));
    nodes.folders.has_gaps = has_gaps;
    let mut seen = HashSet::new();
    roots.retain(|root| seen.insert(*root));
    let spread = Spread::new(nodes, &roots, asked.progress);
    let strays = spread.spots.iter().filter_map(|spot| match spot.target {
        Target::File(held) | Target::Link(held) if lost.contains(&held) => Some(Stray {
            held,
            path: spread.path(nodes, spot.path),
            part: spot.target.part(),
        }),
        _ => None,
    });
    let mut strays: Vec<Stray> = strays.collect();
    order::sort_by(&mut strays, |a, b| a.held.cmp(&b.held));
    Ok(strays)
}

/// Those of `strays`, which are in order, that are of the held blob `number`.
pub(super) fn of(strays: &[Stray], number: u32) -> &[Stray] {
    let start = strays.partition_point(|stray| stray.held < number);
    let end = strays.partition_point(|stray| stray.held <= number);
    &strays[start..end]
}

/// The nodes of trees that neither a commit nor another tree has; `loose` are trees that are in no pack.
fn rootless(nodes: &mut Nodes<'_>, loose: &[Oid]) -> Vec<u32> {
    let mut below = HashSet::new();
    let mut open: Vec<u32> = loose
        .iter()
        .map(|tree| nodes.folders.number(*tree))
        .collect();
    open.extend(0..nodes.folders.len());
    order::sort(&mut open);
    open.dedup();
    open.retain(|&folder| !nodes.has_met_number(folder));
    let mut found = Vec::new();
    for folder in open {
        if let Some(node) = nodes.of_number(folder) {
            found.push((folder, node));
            let entries = nodes.folders.entries(folder).into_iter();
            below.extend(entries.filter_map(|entry| match entry.target {
                Target::Folder(folder) => Some(folder),
                _ => None,
            }));
        }
    }
    found.retain(|(folder, _)| !below.contains(folder));
    found.into_iter().map(|(_, node)| node).collect()
}

/// A commit that nothing leads to; those of earlier dates come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Dropped {
    time: i64,
    oid: Oid,
    tree: Oid,
}

impl Dropped {
    /// One that is bent has no tree.
    fn new(oid: Oid, raw: &[u8]) -> Option<Self> {
        let commit = object::commit(raw)?;
        Some(Self {
            time: commit.author_time,
            oid,
            tree: commit.tree,
        })
    }
}

/// The dropped commits in the packs.
fn in_packs(store: &Store, asked: &Asked<'_>, known: &Commits) -> Result<Vec<Dropped>, PackError> {
    let sieve = || Sieve {
        known,
        asked,
        dropped: Vec::new(),
    };
    let mut sieves: Vec<Sieve<'_>> = (0..asked.limits.jobs.max(1)).map(|_| sieve()).collect();
    takers::serve(store, &[Kind::Commit], asked.limits, &mut sieves)?;
    Ok(sieves.into_iter().flat_map(|sieve| sieve.dropped).collect())
}

/// One thread's look at commits.
struct Sieve<'a> {
    known: &'a Commits,
    asked: &'a Asked<'a>,
    dropped: Vec<Dropped>,
}

impl Taker for Sieve<'_> {
    fn take(&mut self, object: &Object<'_>, text: &[u8]) -> Option<Placed> {
        self.asked.progress.advance();
        let oid = object.oid();
        if self.known.number(&oid).is_none() {
            self.dropped.extend(Dropped::new(oid, text));
        }
        None
    }
}
