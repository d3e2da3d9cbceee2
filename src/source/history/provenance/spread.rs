//! Held things at their paths.
//!
//! In: the root nodes of commits and refs. Out: spots, each a held thing at a path, and the folders above them. A folder that has
//! the same in it at the same path is there once, however many commits have it, and stands behind the folders above it: what
//! holds for commits is handed down in one pass from front to back, and what holds for secrets is gathered from back to front.

use std::collections::HashMap;

use bstr::BString;

use super::entry::Target;
use super::nodes::Nodes;
use super::trace::Trace;
use crate::source::Progress;

/// A history can hold trees that hold a few others many times over: nobody can be told of so many paths.
const MAX_PATHS: usize = 1 << 18;

/// The same for the spots, each of which may become a place of the report.
const MAX_SPOTS: usize = 100_000;

/// After so many folders the watchdog is told that it goes on.
const SIGN_OF_LIFE: usize = 1 << 10;

/// A held thing at a path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    /// Number of the path.
    pub(super) path: u32,
    /// Number of the name at the end of the path.
    pub(super) name: u32,
    pub(super) target: Target,
}

/// A node at a path.
#[derive(Clone, Debug)]
struct Folder {
    path: u32,
    node: u32,
    /// Its folders and spots, by number.
    folders: Vec<u32>,
    spots: Vec<u32>,
}

/// Everything at its path.
#[derive(Debug, Default)]
pub(super) struct Spread {
    paths: Paths,
    folders: Vec<Folder>,
    numbers: HashMap<(u32, u32), u32>,
    pub(super) spots: Vec<Spot>,
    spot_numbers: HashMap<(u32, Target), u32>,
    /// Whether there were too many.
    pub(super) has_gaps: bool,
}

/// Paths by number: each is a name in a folder.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// The path of the folder and the number of the name.
    parts: Vec<(u32, u32)>,
    numbers: HashMap<(u32, u32), u32>,
}

/// The path of the root.
pub(super) const ROOT: u32 = u32::MAX;

impl Spread {
    /// Spreads out everything below the root nodes `roots`, each of which keeps its place in the list.
    pub(super) fn new(nodes: &Nodes<'_>, roots: &[u32], progress: &Progress) -> Self {
        let mut spread = Self::default();
        for &root in roots {
            spread.folder(ROOT, root);
        }
        let mut at = 0;
        while at < spread.folders.len() {
            if at % SIGN_OF_LIFE == 0 {
                progress.advance();
            }
            if spread.paths.parts.len() > MAX_PATHS || spread.spots.len() > MAX_SPOTS {
                spread.has_gaps = true;
                break;
            }
            let Folder { path, node, .. } = spread.folders[at];
            for entry in nodes.entries(node) {
                let below = spread.paths.below(path, entry.name);
                if let Target::Folder(node) = entry.target {
                    let folder = spread.folder(below, node);
                    spread.folders[at].folders.push(folder);
                } else {
                    let spot = spread.spot(Spot {
                        path: below,
                        name: entry.name,
                        target: entry.target,
                    });
                    spread.folders[at].spots.push(spot);
                }
            }
            at += 1;
        }
        spread
    }

    /// The commits of each spot, from those of the roots.
    pub(super) fn traces(&self, of_roots: &[Trace]) -> Vec<Trace> {
        let mut above = vec![Trace::default(); self.folders.len()];
        above[..of_roots.len()].copy_from_slice(of_roots);
        let mut traces = vec![Trace::default(); self.spots.len()];
        for (at, folder) in self.folders.iter().enumerate() {
            let trace = above[at];
            for &below in &folder.folders {
                above[below as usize].merge(&trace);
            }
            for &spot in &folder.spots {
                traces[spot as usize].merge(&trace);
            }
        }
        traces
    }

    /// For each root the bits of all spots below it.
    pub(super) fn gather(&self, of_spots: &[u64], roots: usize) -> Vec<u64> {
        let mut bits = vec![0; self.folders.len()];
        for (at, folder) in self.folders.iter().enumerate().rev() {
            let folders = folder.folders.iter().map(|&below| bits[below as usize]);
            let spots = folder.spots.iter().map(|&spot| of_spots[spot as usize]);
            bits[at] = folders.chain(spots).fold(0, |all, some| all | some);
        }
        bits.truncate(roots);
        bits
    }

    /// The path of this number.
    pub(super) fn path(&self, nodes: &Nodes<'_>, path: u32) -> BString {
        self.paths.text(nodes, path)
    }

    /// The number of the path `name` in the folder `path`, if anything held is there or below.
    pub(super) fn below(&self, path: u32, name: u32) -> Option<u32> {
        self.paths.numbers.get(&(path, name)).copied()
    }

    fn folder(&mut self, path: u32, node: u32) -> u32 {
        let next = number(self.folders.len());
        let folder = *self.numbers.entry((path, node)).or_insert(next);
        if folder == next {
            self.folders.push(Folder {
                path,
                node,
                folders: Vec::new(),
                spots: Vec::new(),
            });
        }
        folder
    }

    fn spot(&mut self, spot: Spot) -> u32 {
        let next = number(self.spots.len());
        let at = (spot.path, spot.target);
        let number = *self.spot_numbers.entry(at).or_insert(next);
        if number == next {
            self.spots.push(spot);
        }
        number
    }
}

impl Paths {
    fn below(&mut self, path: u32, name: u32) -> u32 {
        let next = number(self.parts.len());
        let below = *self.numbers.entry((path, name)).or_insert(next);
        if below == next {
            self.parts.push((path, name));
        }
        below
    }

    fn text(&self, nodes: &Nodes<'_>, path: u32) -> BString {
        let mut names = Vec::new();
        let mut at = path;
        while at != ROOT {
            let (folder, name) = self.parts[at as usize];
            names.push(nodes.folders.name(name));
            at = folder;
        }
        names.reverse();
        BString::from(names.join(&b'/'))
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
