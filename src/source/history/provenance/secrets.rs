//! The secrets of a history by number, and which object and which name holds which.
//!
//! One secret is one rule and the bytes that it matched, wherever they stand.

use crate::order;
use std::collections::HashMap;

use super::entry::Target;
use crate::finding::Finding;
use crate::git::Kind;
use crate::source::history::Held;

/// All secrets that were found.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    /// By rule and hash: nothing here holds a secret that could be printed.
    numbers: HashMap<(&'static str, String), u32>,
    /// Those of each held object, sorted.
    of_held: Vec<Vec<u32>>,
    /// Those of each held name, sorted, and a tree that has it.
    of_name: HashMap<Vec<u8>, (u32, Vec<u32>)>,
}

impl Secrets {
    pub(super) fn new(held: &[Held]) -> Self {
        let mut secrets = Self::default();
        for (number, held) in (0_u32..).zip(held) {
            let mut own = Vec::new();
            for finding in &held.findings {
                let secret = secrets.number(finding);
                own.push(secret);
                if held.kind == Kind::Tree {
                    let name = secrets.of_name.entry(finding.path.to_vec());
                    let (_, of_name) = name.or_insert((number, Vec::new()));
                    of_name.push(secret);
                    order::sort(of_name);
                    of_name.dedup();
                }
            }
            order::sort(&mut own);
            own.dedup();
            secrets.of_held.push(own);
        }
        secrets
    }

    /// The number of the secret of `finding`.
    pub(super) fn number(&mut self, finding: &Finding) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let key = (&*finding.rule.id, finding.secret.sha256());
        *self.numbers.entry(key).or_insert(next)
    }

    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    pub(super) fn of_held(&self, held: u32) -> &[u32] {
        &self.of_held[held as usize]
    }

    /// Those of an entry of a tree that is called `name`.
    pub(super) fn of_target(&self, target: Target, name: &[u8]) -> &[u32] {
        match target {
            Target::File(held) | Target::Link(held) => self.of_held(held),
            Target::Name => self.of_name(name).1,
            Target::Folder(_) => &[],
        }
    }

    /// The number of a held tree that has the held name, and the name's secrets.
    pub(super) fn of_name(&self, name: &[u8]) -> (u32, &[u32]) {
        match self.of_name.get(name) {
            Some((held, secrets)) => (*held, secrets),
            None => (0, &[]),
        }
    }
}
