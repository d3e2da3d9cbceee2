//! The commits of a history by number, parents before children; those that refs lead to before those of reflogs.

use crate::order;
use std::collections::{HashMap, HashSet};

use super::lineage::Lineage;
use crate::git::{Commit, GitError, Kind, Leading, Oid, Repository};
use crate::source::history::narrowing::Narrowing;
use crate::source::history::tips::{Tip, Tips};

/// Every commit that counts.
#[derive(Debug, Default)]
pub(super) struct Commits {
    pub(super) list: Vec<Commit>,
    numbers: HashMap<Oid, u32>,
    /// So many of them are those that refs lead to.
    pub(super) from_refs: u32,
}

impl Commits {
    /// Those that refs and HEADs lead to, which are the first, and those that only reflogs do.
    pub(super) fn new(from_refs: Vec<Commit>, from_reflogs: Vec<Commit>) -> Self {
        let count = from_refs.len();
        let mut list = from_refs;
        list.extend(from_reflogs);
        let numbers = (0..)
            .zip(&list)
            .map(|(number, commit)| (commit.oid, number));
        Self {
            numbers: numbers.collect(),
            list,
            from_refs: u32::try_from(count).unwrap_or(u32::MAX),
        }
    }

    /// The commits that `tips` lead to, told from what is known of commits, if anything is, and else by git.
    ///
    /// # Errors
    /// [`GitError`] where git cannot list them.
    pub(super) fn from_refs(
        repository: &Repository,
        narrowing: &Narrowing,
        tips: &Tips,
        lineage: Option<Lineage>,
    ) -> Result<Vec<Commit>, GitError> {
        let named = |head: Option<Oid>| {
            let commits = tips.tips.iter().filter_map(Tip::commit);
            commits.chain(head)
        };
        let read = |oid: &Oid| match repository.object(oid).ok()? {
            (Kind::Commit, raw) => Commit::read(*oid, &raw),
            _ => None,
        };
        let lineage = lineage.filter(|_| !tips.has_gaps);
        if narrowing.has_refs() {
            let head = tips.head.filter(|_| narrowing.takes_ref(b"HEAD"));
            let mut named: Vec<Oid> = named(head).collect();
            order::sort(&mut named);
            named.dedup();
            match lineage.and_then(|lineage| lineage.of(&named, read)) {
                Some(commits) => Ok(commits),
                None => repository.commits(Leading::Tips(&named)),
            }
        } else {
            let symbolic = tips.symbolic.iter().copied();
            let all: Vec<Oid> = named(tips.head).chain(symbolic).collect();
            match lineage.and_then(|lineage| lineage.of(&all, read)) {
                Some(commits) => Ok(commits),
                None => repository.commits(Leading::Refs),
            }
        }
    }

    /// Those that only reflogs lead to.
    ///
    /// # Errors
    /// [`GitError`] where git cannot list them.
    pub(super) fn from_reflogs(
        repository: &Repository,
        narrowing: &Narrowing,
    ) -> Result<Vec<Commit>, GitError> {
        match narrowing.has_refs() {
            true => Ok(Vec::new()),
            false => repository.commits(Leading::ReflogsAlone),
        }
    }

    pub(super) fn number(&self, oid: &Oid) -> Option<u32> {
        self.numbers.get(oid).copied()
    }

    pub(super) fn of(&self, number: u32) -> &Commit {
        &self.list[number as usize]
    }

    /// For each of `marked` (at most 64 commits, by number) a bit, in every commit that has it in its history.
    pub(super) fn descents(&self, marked: &[u32]) -> Vec<u64> {
        let mut bits = vec![0_u64; self.list.len()];
        for (bit, &commit) in marked.iter().enumerate() {
            bits[commit as usize] |= 1 << bit;
        }
        for (at, commit) in self.list.iter().enumerate() {
            for parent in &commit.parents {
                if let Some(parent) = self.number(parent) {
                    bits[at] |= bits[parent as usize];
                }
            }
        }
        bits
    }

    /// For each of `marked` (at most 64) a bit, where `tip`, which is none of these commits, has it in its history.
    pub(super) fn bits_behind(&self, repository: &Repository, tip: Oid, marked: &[u32]) -> u64 {
        let behind = repository
            .commits(Leading::Tips(&[tip]))
            .unwrap_or_default();
        let behind: HashSet<Oid> = behind.into_iter().map(|commit| commit.oid).collect();
        (0..)
            .zip(marked)
            .filter(|(_, commit)| behind.contains(&self.of(**commit).oid))
            .fold(0, |bits, (bit, _): (u32, _)| bits | 1 << bit)
    }
}
