//! What objects name: each name is looked up while the object is at hand, so that a repository that lacks some is
//! noticed.
//!
//! In: commits, tags and trees, whole or as changes. Out: the names that nothing in the repository bears. Of a changed
//! tree only what is new is taken apart: an entry inside a copy was looked up when the base was read, if the base has
//! an entry at that very place.

use std::collections::HashSet;

use crate::git::pack::{Change, Names, Object, Pack, Store};
use crate::git::{self, Kind, Oid};

use super::entries::{Entries, Seen};

/// Twelve bits of a name choose a place.
const SEEN: usize = 1 << 12;

/// Every name that a repository has an object for.
#[derive(Debug)]
pub(super) struct Present<'a> {
    is_partial: bool,
    packed: Vec<Names<'a>>,
    loose: HashSet<Oid>,
    hash_len: usize,
}

impl<'a> Present<'a> {
    /// Those in the packs of `store`, and `loose`.
    pub(super) fn new(store: &'a Store, loose: &[Oid]) -> Self {
        let packed = store.packs().first().map(Pack::hash_len);
        let named = loose.first().map(|oid| oid.as_bytes().len());
        Self {
            is_partial: store.is_partial(),
            packed: store.packs().iter().map(Names::new).collect(),
            loose: loose.iter().copied().collect(),
            hash_len: packed.or(named).unwrap_or(20),
        }
    }

    /// Whether the repository says that it does not hold every object.
    pub(super) fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Has the places that tell of `names` fetched from memory, all at a time.
    fn draw_near(&self, names: &[(Oid, Option<Oid>)]) {
        for packed in &self.packed {
            packed.draw_near(names.iter().map(|(oid, _)| oid));
        }
    }

    /// Whether there is an object of this name.
    pub(super) fn has(&self, oid: &Oid) -> bool {
        let is_packed = self.packed.iter().any(|names| names.has(oid));
        is_packed || self.loose.contains(oid) || git::is_built_in(oid)
    }
}

/// One thread's noting of names that lead nowhere.
#[derive(Debug)]
pub(super) struct Links<'a> {
    present: &'a Present<'a>,
    entries: Entries,
    /// Names that were looked up lately, each at a place that its first bytes give: trees that are stored whole name the
    /// same files over and over.
    seen: Vec<Option<Oid>>,
    /// Names to be looked up; and the commit whose parent it is.
    open: Vec<(Oid, Option<Oid>)>,
    absent: Absent,
}

/// Names looked up together: each waits for memory, and so they wait at the same time.
const AT_ONCE: usize = 64;

/// Names that lead nowhere.
#[derive(Debug, Default)]
pub(super) struct Absent {
    /// Of trees, blobs and whatever tags name.
    pub(super) objects: HashSet<Oid>,
    /// A commit and its parent. At the edge of a shallow clone there is none.
    pub(super) parents: Vec<(Oid, Oid)>,
    /// Commits, tags and trees that cannot be taken apart: what they name is not known.
    pub(super) bent: Vec<Oid>,
}

impl Absent {
    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.parents.is_empty() && self.bent.is_empty()
    }

    pub(super) fn append(&mut self, other: Self) {
        self.objects.extend(other.objects);
        self.parents.extend(other.parents);
        self.bent.extend(other.bent);
    }

    /// Every name that leads nowhere.
    pub(super) fn names(&self) -> impl Iterator<Item = Oid> {
        let parents = self.parents.iter().map(|(_, parent)| *parent);
        self.objects.iter().copied().chain(parents)
    }

    /// Strikes out what was found after all.
    pub(super) fn forget(&mut self, found: &HashSet<Oid>) {
        self.objects.retain(|oid| !found.contains(oid));
        self.parents.retain(|(_, parent)| !found.contains(parent));
    }
}

impl<'a> Links<'a> {
    pub(super) fn new(present: &'a Present<'a>) -> Self {
        Self {
            present,
            entries: Entries::new(present.hash_len),
            seen: vec![None; SEEN],
            open: Vec::with_capacity(AT_ONCE),
            absent: Absent::default(),
        }
    }

    /// Looks up what `object` names; of a tree, gives where each entry begins and the last one ends.
    pub(super) fn whole(&mut self, object: &Object<'_>, text: &[u8]) -> Vec<usize> {
        match object.kind {
            Kind::Blob => Vec::new(),
            Kind::Commit | Kind::Tag => {
                self.headed(object, text);
                Vec::new()
            }
            Kind::Tree => self.tree(object, |entries, seen| entries.whole(text, seen)),
        }
    }

    /// The same for a changed object; `base` is what this gave for its base.
    pub(super) fn changed(
        &mut self,
        object: &Object<'_>,
        base: &[usize],
        change: &mut Change<'_>,
    ) -> Vec<usize> {
        match object.kind {
            Kind::Blob => Vec::new(),
            Kind::Commit | Kind::Tag => {
                self.headed(object, change.text());
                Vec::new()
            }
            Kind::Tree => self.tree(object, |entries, seen| entries.changed(base, change, seen)),
        }
    }

    /// Looks up what is new in a tree.
    fn tree(
        &mut self,
        object: &Object<'_>,
        take: impl FnOnce(&mut Entries, &mut dyn FnMut(Seen<'_>)) -> (Vec<usize>, bool),
    ) -> Vec<usize> {
        let mut entries = std::mem::take(&mut self.entries);
        let (starts, is_whole) = take(&mut entries, &mut |seen| {
            if let Seen::New(_, entry) = seen {
                self.look_up(entry);
            }
        });
        self.entries = entries;
        if !is_whole {
            self.absent.bent.push(object.oid());
        }
        starts
    }

    fn look_up(&mut self, entry: &[u8]) {
        let name = &entry[entry.len() - self.present.hash_len..];
        if !leads_on(entry) {
            return;
        }
        let Some(oid) = Oid::from_bytes(name) else {
            return;
        };
        let place = &mut self.seen[usize::from(name[0]) << 4 | usize::from(name[1]) >> 4];
        if *place != Some(oid) {
            *place = Some(oid);
            self.name(oid, None);
        }
    }

    /// Notes a name that is to be looked up; of a parent also the commit.
    fn name(&mut self, oid: Oid, commit: Option<Oid>) {
        self.open.push((oid, commit));
        if self.open.len() == AT_ONCE {
            self.settle();
        }
    }

    /// Looks up what was named.
    fn settle(&mut self) {
        self.present.draw_near(&self.open);
        for (oid, commit) in self.open.drain(..) {
            match commit {
                _ if self.present.has(&oid) => {}
                Some(commit) => self.absent.parents.push((commit, oid)),
                None => {
                    self.absent.objects.insert(oid);
                }
            }
        }
    }

    /// The names that lead nowhere, of all that were noted since this was asked.
    pub(super) fn take_absent(&mut self) -> Absent {
        self.settle();
        std::mem::take(&mut self.absent)
    }

    /// A commit or tag names others in its first lines.
    fn headed(&mut self, object: &Object<'_>, text: &[u8]) {
        let mut lines = text.split(|&byte| byte == b'\n');
        let first = match object.kind {
            Kind::Tag => &b"object "[..],
            _ => b"tree ",
        };
        let named = |line: Option<&[u8]>, word| Oid::from_hex(line?.strip_prefix(word)?);
        let Some(target) = named(lines.next(), first) else {
            self.absent.bent.push(object.oid());
            return;
        };
        self.name(target, None);
        while let Some(parent) = named(lines.next(), b"parent ") {
            self.name(parent, Some(object.oid()));
        }
    }
}

/// Whether the object that a tree's entry names belongs to this repository: git takes what is no file, link or folder
/// for a submodule.
///
/// Source: `object_type` and `canon_mode` in git's `object.h` and `cache.h`.
fn leads_on(entry: &[u8]) -> bool {
    let digits = entry.iter().take_while(|digit| digit.is_ascii_digit());
    let mode = digits.fold(0_u32, |mode, digit| {
        mode.wrapping_mul(8).wrapping_add(u32::from(digit - b'0'))
    });
    matches!(mode & 0o170_000, 0o040_000 | 0o100_000 | 0o120_000)
}
