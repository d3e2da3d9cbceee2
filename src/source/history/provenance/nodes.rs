//! What is left of the trees once all that leads to nothing held is left out.
//!
//! In: trees, by name. Out: nodes, by number; trees that hold the same in the same places are one node, so that the many commits
//! that change something else are told apart no further. A node's number is greater than those of the nodes below it.

use std::collections::HashMap;
use std::rc::Rc;

use super::entry::{Entry, Target};
use super::folders::Folders;
use crate::git::Oid;

/// git reads no deeper trees either.
///
/// Source: <https://git-scm.com/docs/git-config#Documentation/git-config.txt-coremaxTreeDepth>
const MAX_DEPTH: usize = 2_048;

/// The nodes so far.
#[derive(Debug)]
pub(super) struct Nodes<'a> {
    pub(super) folders: Folders<'a>,
    /// In each the folders are nodes.
    nodes: Vec<Rc<[Entry]>>,
    numbers: HashMap<Rc<[Entry]>, u32>,
    /// The node of each folder that was looked at; `None` inside where it leads to nothing.
    of_folder: Vec<Option<Option<u32>>>,
}

impl<'a> Nodes<'a> {
    pub(super) fn new(folders: Folders<'a>) -> Self {
        Self {
            folders,
            nodes: Vec::new(),
            numbers: HashMap::new(),
            of_folder: Vec::new(),
        }
    }

    /// The node of a tree; `None` where nothing held is below it.
    pub(super) fn of_tree(&mut self, tree: Oid) -> Option<u32> {
        let folder = self.folders.number(tree);
        self.of_folder(folder, 0)
    }

    /// What a node has; its folders are nodes.
    pub(super) fn entries(&self, node: u32) -> &[Entry] {
        &self.nodes[node as usize]
    }

    /// Whether a commit or ref led to the tree `oid`.
    pub(super) fn has_met(&mut self, oid: Oid) -> bool {
        let folder = self.folders.number(oid);
        self.has_met_number(folder)
    }

    /// The same for the tree of this number.
    pub(super) fn has_met_number(&self, folder: u32) -> bool {
        matches!(self.of_folder.get(folder as usize), Some(Some(_)))
    }

    /// The node of the tree of this number.
    pub(super) fn of_number(&mut self, folder: u32) -> Option<u32> {
        self.of_folder(folder, 0)
    }

    fn of_folder(&mut self, folder: u32, depth: usize) -> Option<u32> {
        if let Some(Some(known)) = self.of_folder.get(folder as usize) {
            return *known;
        }
        if depth > MAX_DEPTH {
            self.folders.has_gaps = true;
            return None;
        }
        let mut entries = self.folders.entries(folder);
        entries.retain_mut(|entry| match entry.target {
            Target::Folder(below) => match self.of_folder(below, depth + 1) {
                Some(node) => {
                    entry.target = Target::Folder(node);
                    true
                }
                None => false,
            },
            Target::File(_) | Target::Link(_) | Target::Name => true,
        });
        let node = (!entries.is_empty()).then(|| self.node(entries.into()));
        let at = folder as usize;
        if self.of_folder.len() <= at {
            self.of_folder.resize(at + 1, None);
        }
        self.of_folder[at] = Some(node);
        node
    }

    fn node(&mut self, entries: Rc<[Entry]>) -> u32 {
        if let Some(&node) = self.numbers.get(&entries) {
            return node;
        }
        let node = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(Rc::clone(&entries));
        self.numbers.insert(entries, node);
        node
    }
}
