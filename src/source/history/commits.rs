//! The commits of a history by number, parents before children; those that refs lead to before those of reflogs.

use crate::order;
use std::collections::{HashMap, HashSet};

use super::HistoryError;
use super::narrowing::Narrowing;
use super::tips::{Tip, Tips};
use crate::git::{Commit, Leading, Oid, Repository};

/// Every commit that counts.
#[derive(Debug, Default)]
pub(super) struct Commits {
    pub(super) list: Vec<Commit>,
    numbers: HashMap<Oid, u32>,
    /// So many of them are those that refs lead to.
    pub(super) from_refs: u32,
}

impl Commits {
    /// Asks git for them.
    ///
    /// # Errors
    /// [`HistoryError`] where git cannot list them.
    pub(super) fn list(
        repository: &Repository,
        narrowing: &Narrowing,
        tips: &Tips,
    ) -> Result<Self, HistoryError> {
        let mut list;
        let from_refs;
        if narrowing.has_refs() {
            let named = tips.tips.iter().filter_map(Tip::commit);
            let head = tips.head.filter(|_| narrowing.takes_ref(b"HEAD"));
            let mut named: Vec<Oid> = named.chain(head).collect();
            order::sort(&mut named);
            named.dedup();
            list = repository.commits(Leading::Tips(&named))?;
            from_refs = list.len();
        } else {
            list = repository.commits(Leading::Refs)?;
            from_refs = list.len();
            list.extend(repository.commits(Leading::ReflogsAlone)?);
        }
        let numbers = (0..)
            .zip(&list)
            .map(|(number, commit)| (commit.oid, number));
        Ok(Self {
            numbers: numbers.collect(),
            list,
            from_refs: u32::try_from(from_refs).unwrap_or(u32::MAX),
        })
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
