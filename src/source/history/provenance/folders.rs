//! The folders of a history: what in each leads to something held.
//!
//! In: the held objects, and the packs. Out: for each tree, by number, its folders and held entries. The trees of the packs are
//! read in the order in which they are stored, each once and on all cores; whatever is asked for and was not there is read
//! by itself.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::entry::{Entry, Packed, Placed, Target};
use super::lineage::Lineage;
use super::takers::{self, Taker};
use crate::git::pack::{Change, Limits, Object, PackError};
use crate::git::{Kind, Oid, Repository, tree};
use crate::order;
use crate::source::Progress;
use crate::source::history::Held;
use crate::source::history::entries::{Entries, Seen};

/// Entries that are allocated together.
const SEGMENT: usize = 1 << 18;

/// More entries than this are not kept (8 bytes each); the trees beyond are read when they are asked for.
const MAX_ENTRIES: usize = 8 << 20;

/// What to look for in trees.
#[derive(Debug)]
pub(super) struct Wanted {
    numbers: HashMap<Oid, u32>,
    /// A bit for the first two bytes of each name: most entries end here.
    starts: Box<[u64; 1024]>,
    /// The held names of each held tree.
    names: HashMap<Oid, HashSet<Vec<u8>>>,
}

/// Trees and names of entries by number.
#[derive(Debug, Default)]
struct Numbered {
    trees: HashMap<Oid, u32>,
    oids: Vec<Oid>,
    names: HashMap<Box<[u8]>, u32>,
    texts: Vec<Box<[u8]>>,
}

/// Where entries stand: which segment, and the first and the end in it.
#[derive(Clone, Copy, Debug)]
struct Range {
    segment: usize,
    start: u32,
    end: u32,
}

/// Adds `entries` behind those in the last segment, or in a new one where they do not fit.
fn store(segments: &mut Vec<Vec<Packed>>, entries: &[(usize, Entry)]) -> Range {
    let room = segments
        .last()
        .map_or(0, |last| last.capacity() - last.len());
    if segments.is_empty() || room < entries.len() {
        segments.push(Vec::with_capacity(entries.len().max(SEGMENT)));
    }
    let segment = segments.len() - 1;
    let last = &mut segments[segment];
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let start = number(last.len());
    last.extend(entries.iter().map(|(_, entry)| Packed::from(*entry)));
    Range {
        segment,
        start,
        end: number(last.len()),
    }
}

/// What is known of the folders so far.
#[derive(Debug)]
pub(super) struct Folders<'a> {
    repository: &'a Repository,
    wanted: &'a Wanted,
    numbered: Numbered,
    /// Where the entries of each folder stand; `None` where it was not read yet.
    ranges: Vec<Option<Range>>,
    segments: Vec<Vec<Packed>>,
    /// Whether a tree could not be read.
    pub(super) has_gaps: bool,
}

impl Wanted {
    pub(super) fn new(held: &[Held]) -> Self {
        let mut wanted = Self {
            numbers: HashMap::new(),
            starts: Box::new([0; 1024]),
            names: HashMap::new(),
        };
        for (number, held) in (0_u32..).zip(held) {
            wanted.numbers.insert(held.oid, number);
            let start = start(held.oid.as_bytes());
            wanted.starts[start / 64] |= 1 << (start % 64);
            if held.kind == Kind::Tree {
                let names = held.findings.iter().map(|found| found.path.to_vec());
                wanted.names.insert(held.oid, names.collect());
            }
        }
        wanted
    }

    /// The number of the held object with this raw name.
    pub(super) fn number(&self, name: &[u8]) -> Option<u32> {
        let start = start(name);
        if self.starts[start / 64] >> (start % 64) & 1 == 0 {
            return None;
        }
        self.numbers.get(&Oid::from_bytes(name)?).copied()
    }
}

fn start(name: &[u8]) -> usize {
    usize::from(name[0]) << 8 | usize::from(name[1])
}

impl Numbered {
    fn tree(&mut self, oid: Oid) -> u32 {
        *self.trees.entry(oid).or_insert_with(|| {
            self.oids.push(oid);
            last_number(self.oids.len())
        })
    }

    fn name(&mut self, name: &[u8]) -> u32 {
        if let Some(&number) = self.names.get(name) {
            return number;
        }
        self.texts.push(name.into());
        let number = last_number(self.texts.len());
        self.names.insert(name.into(), number);
        number
    }
}

/// The number of the last of so many; no repository has four thousand million trees.
fn last_number(len: usize) -> u32 {
    u32::try_from(len - 1).unwrap_or(u32::MAX)
}

impl<'a> Folders<'a> {
    /// Reads the trees of all packs, and gives `lineage` their commits, if it is there.
    ///
    /// # Errors
    /// [`PackError`] where the packs as a whole cannot be read.
    pub(super) fn read(
        repository: &'a Repository,
        wanted: &'a Wanted,
        limits: Limits,
        progress: &Progress,
        lineage: Option<&mut Lineage>,
    ) -> Result<Self, PackError> {
        let mut folders = Self {
            repository,
            wanted,
            numbered: Numbered::default(),
            ranges: Vec::new(),
            segments: Vec::new(),
            has_gaps: false,
        };
        let store = repository.store()?;
        let kept = AtomicUsize::new(0);
        let mut sorters: Vec<Sorter<'_>> = (0..limits.jobs.max(1))
            .map(|_| Sorter::new(wanted, &kept, progress))
            .collect();
        let kinds = match lineage {
            Some(_) => &[Kind::Tree, Kind::Commit][..],
            None => &[Kind::Tree],
        };
        takers::serve(&store, kinds, limits, &mut sorters)?;
        let mut commits = Lineage::default();
        for mut sorter in sorters {
            commits.append(std::mem::take(&mut sorter.lineage));
            folders.take(sorter);
        }
        if let Some(lineage) = lineage {
            lineage.append(commits);
        }
        Ok(folders)
    }

    /// The number of the tree `oid`.
    pub(super) fn number(&mut self, oid: Oid) -> u32 {
        self.numbered.tree(oid)
    }

    /// How many trees have a number.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.numbered.oids.len()).unwrap_or(u32::MAX)
    }

    /// The name of this number.
    pub(super) fn name(&self, number: u32) -> &[u8] {
        &self.numbered.texts[number as usize]
    }

    /// The entries of a folder that lead on or are held; it is read now if it was not yet.
    pub(super) fn entries(&mut self, folder: u32) -> Vec<Entry> {
        let known = self.ranges.get(folder as usize).copied().flatten();
        let range = known.unwrap_or_else(|| self.read_alone(folder));
        let segment = &self.segments[range.segment];
        let packed = &segment[range.start as usize..range.end as usize];
        packed.iter().map(|packed| Entry::from(*packed)).collect()
    }

    fn read_alone(&mut self, folder: u32) -> Range {
        let oid = self.numbered.oids[folder as usize];
        let placed = match self.repository.object(&oid) {
            Ok((Kind::Tree, text)) => sort(self.wanted, &mut self.numbered, &oid, &text),
            _ => None,
        };
        self.has_gaps |= placed.is_none();
        let range = store(&mut self.segments, &placed.unwrap_or_default().entries);
        self.keep(folder, range);
        range
    }

    fn keep(&mut self, folder: u32, range: Range) {
        if self.ranges.len() <= folder as usize {
            self.ranges.resize(folder as usize + 1, None);
        }
        self.ranges[folder as usize] = Some(range);
    }

    /// Takes over what a thread has read, and gives it numbers that hold for all.
    fn take(&mut self, mut sorter: Sorter<'_>) {
        let oids = sorter.numbered.oids.iter();
        let trees: Vec<u32> = oids.map(|oid| self.numbered.tree(*oid)).collect();
        let texts = sorter.numbered.texts.iter();
        let names: Vec<u32> = texts.map(|text| self.numbered.name(text)).collect();
        for packed in sorter.segments.iter_mut().flatten() {
            let Entry { name, target } = Entry::from(*packed);
            *packed = Packed::from(Entry {
                name: names[name as usize],
                target: match target {
                    Target::Folder(number) => Target::Folder(trees[number as usize]),
                    other => other,
                },
            });
        }
        let before = self.segments.len();
        self.segments.append(&mut sorter.segments);
        for (folder, mut range) in sorter.read {
            range.segment += before;
            self.keep(trees[folder as usize], range);
        }
    }
}

/// One thread's reading of trees.
struct Sorter<'a> {
    wanted: &'a Wanted,
    /// How many entries all threads keep.
    kept: &'a AtomicUsize,
    progress: &'a Progress,
    numbered: Numbered,
    segments: Vec<Vec<Packed>>,
    /// The trees that were read, and where the entries of each stand.
    read: Vec<(u32, Range)>,
    lineage: Lineage,
}

impl<'a> Sorter<'a> {
    fn new(wanted: &'a Wanted, kept: &'a AtomicUsize, progress: &'a Progress) -> Self {
        Self {
            wanted,
            kept,
            progress,
            numbered: Numbered::default(),
            segments: Vec::new(),
            read: Vec::new(),
            lineage: Lineage::default(),
        }
    }

    fn is_full(&self) -> bool {
        self.kept.load(Ordering::Relaxed) > MAX_ENTRIES
    }

    fn keep(&mut self, oid: Oid, placed: &Placed) {
        self.kept
            .fetch_add(placed.entries.len() + 1, Ordering::Relaxed);
        let range = store(&mut self.segments, &placed.entries);
        let number = self.numbered.tree(oid);
        self.read.push((number, range));
    }
}

impl Taker for Sorter<'_> {
    fn take(&mut self, object: &Object<'_>, text: &[u8]) -> Option<Placed> {
        self.progress.advance();
        let oid = object.oid();
        if object.kind == Kind::Commit {
            self.lineage.add(oid, text);
            return None;
        }
        if self.is_full() {
            return None;
        }
        // Whoever comes to one that is damaged will read it again, and say so.
        let placed = sort(self.wanted, &mut self.numbered, &oid, text)?;
        self.keep(oid, &placed);
        Some(placed)
    }

    fn take_changed(
        &mut self,
        object: &Object<'_>,
        base: &Option<Placed>,
        change: &mut Change<'_>,
    ) -> Option<Placed> {
        let base = base.as_ref().filter(|_| object.kind == Kind::Tree);
        let oid = object.oid();
        let is_whole = self.is_full() || self.wanted.names.contains_key(&oid);
        let Some(base) = base.filter(|_| !is_whole) else {
            return self.take(object, change.text());
        };
        self.progress.advance();
        let mut placed = Placed::default();
        let mut is_good = true;
        let mut next = 0;
        let (wanted, numbered) = (self.wanted, &mut self.numbered);
        let mut parser = Entries::new(oid.as_bytes().len());
        let (starts, is_whole) = parser.changed(&base.starts, change, &mut |seen| match seen {
            Seen::New(at, entry) => match item(wanted, numbered, entry, &oid) {
                Some((_, found)) => placed.entries.extend(found.map(|entry| (at, entry))),
                None => is_good = false,
            },
            Seen::Kept(range, at) => {
                next = order::partition_point_near(&base.entries, next, |(start, _)| {
                    *start < range.start
                });
                while let Some(&(start, entry)) = base.entries.get(next)
                    && start < range.end
                {
                    next += 1;
                    // That is a name which is held in the base.
                    if entry.target != Target::Name {
                        placed.entries.push((start - range.start + at, entry));
                    }
                }
            }
        });
        if !(is_whole && is_good) {
            return None;
        }
        placed.starts = starts;
        self.keep(oid, &placed);
        Some(placed)
    }
}

/// What matters of the tree `oid`; `None` where not all of it could be read.
fn sort(wanted: &Wanted, numbered: &mut Numbered, oid: &Oid, text: &[u8]) -> Option<Placed> {
    let own = wanted.names.get(oid);
    let mut placed = Placed::default();
    let mut is_good = true;
    let parser = Entries::new(oid.as_bytes().len());
    let (starts, is_whole) = parser.whole(text, &mut |seen| {
        let Seen::New(at, entry) = seen else { return };
        let Some((name, found)) = item(wanted, numbered, entry, oid) else {
            is_good = false;
            return;
        };
        if own.is_some_and(|names| names.contains(name)) {
            let name = numbered.name(name);
            let target = Target::Name;
            placed.entries.push((at, Entry { name, target }));
        }
        placed.entries.extend(found.map(|entry| (at, entry)));
    });
    placed.starts = starts;
    (is_whole && is_good).then_some(placed)
}

/// The name of an entry, and the entry itself if it leads on or is held; `None` where it is none. `tree` is as long as any name.
fn item<'e>(
    wanted: &Wanted,
    numbered: &mut Numbered,
    entry: &'e [u8],
    tree: &Oid,
) -> Option<(&'e [u8], Option<Entry>)> {
    let item = tree::parts(&mut &*entry, tree.as_bytes().len())?;
    let target = match item.mode & 0o170_000 {
        0o040_000 => Some(Target::Folder(numbered.tree(Oid::from_bytes(item.oid)?))),
        0o100_000 => wanted.number(item.oid).map(Target::File),
        0o120_000 => wanted.number(item.oid).map(Target::Link),
        _ => None,
    };
    let found = target.map(|target| Entry {
        name: numbered.name(item.name),
        target,
    });
    Some((item.name, found))
}
