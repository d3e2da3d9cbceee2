//! Where the held objects lie in a commit's tree.
//!
//! In: the tree of one commit after the other. Out: the paths at which it has a held object. Each tree is read once,
//! however many commits share it: what is remembered of it is which of its entries lead to something held.

use std::collections::HashMap;
use std::rc::Rc;

use bstr::BString;

use super::Held;
use crate::finding::Part;
use crate::git::{GitError, Mode, Oid, Repository};
use crate::source::Progress;

/// git reads no deeper trees either.
///
/// Source: <https://git-scm.com/docs/git-config#Documentation/git-config.txt-coremaxTreeDepth>
const MAX_DEPTH: usize = 2_048;

/// A tree that holds a few others many times over can have more paths than anybody can be told.
const MAX_SPOTS: usize = 10_000;

/// A held object at a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) path: BString,
    pub(super) part: Part,
    pub(super) oid: Oid,
}

/// What is known of the trees so far.
#[derive(Debug)]
pub(super) struct Trees<'a> {
    repository: &'a Repository,
    progress: &'a Progress,
    held: HashMap<Oid, &'a Held>,
    known: HashMap<Oid, Option<Rc<[Entry]>>>,
    /// Whether a tree could not be read, or not to its end: there may be more spots.
    pub(super) has_gaps: bool,
}

/// An entry of a tree that leads to something held.
#[derive(Debug)]
struct Entry {
    name: BString,
    oid: Oid,
    leads: Leads,
}

#[derive(Clone, Copy, Debug)]
enum Leads {
    /// Into a folder.
    Down,
    /// To a held blob.
    Blob(Part),
    /// Nowhere: the name itself is held, and the tree that has it.
    Name,
}

impl<'a> Trees<'a> {
    pub(super) fn new(
        held: &'a [Held],
        repository: &'a Repository,
        progress: &'a Progress,
    ) -> Self {
        Self {
            repository,
            progress,
            held: held.iter().map(|held| (held.oid, held)).collect(),
            known: HashMap::new(),
            has_gaps: false,
        }
    }

    /// Whether `oid` is held.
    pub(super) fn is_held(&self, oid: &Oid) -> bool {
        self.held.contains_key(oid)
    }

    /// Every spot below `tree`.
    pub(super) fn spots(&mut self, tree: Oid) -> Vec<Spot> {
        let mut spots = Vec::new();
        self.below(tree, &mut Vec::new(), 0, &mut spots);
        spots
    }

    fn below(&mut self, tree: Oid, path: &mut Vec<u8>, depth: usize, spots: &mut Vec<Spot>) {
        let Some(entries) = self.leading(tree, depth) else {
            return;
        };
        for entry in entries.iter() {
            if spots.len() >= MAX_SPOTS {
                self.has_gaps = true;
                return;
            }
            let len = path.len();
            if len > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(&entry.name);
            let (part, oid) = match entry.leads {
                Leads::Down => {
                    self.below(entry.oid, path, depth + 1, spots);
                    path.truncate(len);
                    continue;
                }
                Leads::Blob(part) => (part, entry.oid),
                Leads::Name => (Part::Path, tree),
            };
            spots.push(Spot {
                path: BString::from(&**path),
                part,
                oid,
            });
            path.truncate(len);
        }
    }

    /// The entries of `tree` that lead to something held; `None` where none does.
    fn leading(&mut self, tree: Oid, depth: usize) -> Option<Rc<[Entry]>> {
        if let Some(known) = self.known.get(&tree) {
            return known.clone();
        }
        if depth > MAX_DEPTH {
            self.has_gaps = true;
            return None;
        }
        self.progress.advance();
        let mut entries = Vec::new();
        if self.read(tree, depth, &mut entries).is_err() {
            self.has_gaps = true;
        }
        let known = (!entries.is_empty()).then(|| Rc::from(entries));
        self.known.insert(tree, known.clone());
        known
    }

    fn read(&mut self, oid: Oid, depth: usize, entries: &mut Vec<Entry>) -> Result<(), GitError> {
        let tree = self.repository.tree(&oid)?;
        let own = self.held.get(&oid).copied();
        for item in tree.items() {
            let item = item?;
            let mut lead = |oid, leads| {
                entries.push(Entry {
                    name: BString::from(item.name),
                    oid,
                    leads,
                });
            };
            if own.is_some_and(|held| held.findings.iter().any(|found| found.path == item.name)) {
                lead(oid, Leads::Name);
            }
            match item.mode() {
                _ if item.is_tree() => {
                    if self.leading(item.oid, depth + 1).is_some() {
                        lead(item.oid, Leads::Down);
                    }
                }
                Some(Mode::File) if self.is_held(&item.oid) => {
                    lead(item.oid, Leads::Blob(Part::Content));
                }
                Some(Mode::Symlink) if self.is_held(&item.oid) => {
                    lead(item.oid, Leads::Blob(Part::SymlinkTarget));
                }
                Some(Mode::File | Mode::Symlink | Mode::Gitlink) | None => {}
            }
        }
        Ok(())
    }
}
