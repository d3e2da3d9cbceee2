//! All object folders of a repository: its own and those it borrows from.
//!
//! In: the paths of `objects` folders. Out: its packs, its loose objects, and any one object by name. A
//! multi-pack-index is passed over: git keeps the index of every pack that it covers.

use crate::order;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use libdeflater::Decompressor;

use super::super::hash::Algorithm;
use super::super::{GitError, loose};
use super::entry::{self, Shape};
use super::{Kind, Oid, Pack, PackError, delta};

/// The objects of a repository.
#[derive(Debug)]
pub struct Store {
    folders: Vec<PathBuf>,
    /// The packs that have an index, as they were listed.
    listed: Vec<PathBuf>,
    packs: Vec<Pack>,
    /// Packs of a format that is not known here.
    unknown: Vec<PathBuf>,
    is_partial: bool,
}

impl Store {
    /// Opens every pack that is in `folders` now.
    pub(super) fn open_at_once(folders: &[PathBuf]) -> Result<Self, PackError> {
        let mut store = Self {
            folders: folders.to_vec(),
            listed: Vec::new(),
            packs: Vec::new(),
            unknown: Vec::new(),
            is_partial: false,
        };
        for folder in folders {
            // git only warns of such a one; but whatever is in there would go unread.
            fs::metadata(folder).map_err(|source| PackError::Read {
                path: folder.clone(),
                source,
            })?;
            store.add_packs(folder)?;
        }
        Ok(store)
    }

    /// Its object folders.
    pub(super) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Its packs, in an order that depends on their names alone.
    #[must_use]
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// A pack, or its index, that only another program may know how to read, if there is one: what is in there is not in
    /// [`Self::packs`].
    #[must_use]
    pub fn unknown(&self) -> Option<PackError> {
        let path = self.unknown.first()?.clone();
        Some(PackError::UnknownFormat { path })
    }

    /// Whether a pack comes from a partial clone: the repository names objects that it does not hold.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Whether a pack holds the object `oid`.
    #[must_use]
    pub fn is_packed(&self, oid: &Oid) -> bool {
        self.packs.iter().any(|pack| pack.has(oid))
    }

    /// The names of all loose objects, sorted.
    ///
    /// # Errors
    /// [`PackError::Read`] where a folder cannot be listed.
    pub fn loose(&self) -> Result<Vec<Oid>, PackError> {
        let mut found = Vec::new();
        for folder in &self.folders {
            found.extend(loose_in(folder)?);
        }
        order::sort(&mut found);
        found.dedup();
        Ok(found)
    }

    /// The object `oid`, wherever it is.
    ///
    /// # Errors
    /// [`ReadError`] where it is nowhere, damaged in every place, not what its name says, or larger than `max_bytes`.
    pub fn read(&self, oid: &Oid, max_bytes: usize) -> Result<(Kind, Vec<u8>), ReadError> {
        let mut reader = Reader {
            store: self,
            inflater: Decompressor::new(),
            max_bytes,
        };
        let (kind, text) = reader.read(oid)?;
        if Algorithm::of(oid).name(kind, &text) != *oid {
            return Err("its content does not match its name".into());
        }
        Ok((kind, text))
    }

    /// The loose object `oid`.
    ///
    /// # Errors
    /// [`ReadError`] where it is not loose, damaged, or larger than `max_bytes`.
    pub fn read_loose(&self, oid: &Oid, max_bytes: usize) -> Result<(Kind, Vec<u8>), ReadError> {
        if loose::is_larger(&self.folders, oid, max_bytes) {
            return Err(ReadError::TooLarge);
        }
        loose::read(&self.folders, oid)?.ok_or(ReadError::Damaged(GONE))
    }

    /// Whether the same packs are there as when they were opened.
    pub(super) fn is_as_listed(&self) -> Result<bool, PackError> {
        let mut listed = Vec::new();
        for folder in &self.folders {
            let mut packs = list(&folder.join("pack"))?;
            packs.retain(|path| path.extension().is_some_and(|end| end == "idx"));
            let mut packs: Vec<PathBuf> = packs
                .iter()
                .map(|path| path.with_extension("pack"))
                .collect();
            order::sort(&mut packs);
            listed.append(&mut packs);
        }
        Ok(listed == self.listed)
    }

    fn add_packs(&mut self, folder: &Path) -> Result<(), PackError> {
        let files: HashSet<PathBuf> = list(&folder.join("pack"))?.into_iter().collect();
        let mut packs: Vec<PathBuf> = files
            .iter()
            .filter(|path| {
                path.extension()
                    .is_some_and(|end| end == "pack" || end == "idx")
            })
            .map(|path| path.with_extension("pack"))
            .collect();
        order::sort(&mut packs);
        packs.dedup();
        for path in packs {
            if files.contains(&path.with_extension("idx")) {
                self.listed.push(path.clone());
                match Pack::open(&path) {
                    Ok(pack) => self.packs.push(pack),
                    Err(PackError::UnknownFormat { path }) => self.unknown.push(path),
                    Err(error) => return Err(error),
                }
            } else if !is_being_written(&path) {
                return Err(PackError::NoIndex { path });
            }
            self.is_partial |= files.contains(&path.with_extension("promisor"));
        }
        Ok(())
    }
}

/// `git repack` writes copies of objects under such a name, and the index last.
fn is_being_written(pack: &Path) -> bool {
    pack.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b".tmp-"))
}

/// The names of the loose objects in `folder`; other names there are git's temporary files.
fn loose_in(folder: &Path) -> Result<Vec<Oid>, PackError> {
    let mut found = Vec::new();
    for first in 0..=u8::MAX {
        let start = format!("{first:02x}");
        for path in list(&folder.join(&start))? {
            let rest = path.file_name().map(OsStr::as_encoded_bytes);
            let hex = [start.as_bytes(), rest.unwrap_or_default()].concat();
            found.extend(Oid::from_hex(&hex));
        }
    }
    Ok(found)
}

/// What is in `folder`; nothing, if there is none.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, PackError> {
    let failed = |source| PackError::Read {
        path: folder.to_owned(),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source)),
    };
    entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(failed))
        .collect()
}

/// Only those are read as loose that were listed so.
const GONE: &str = "its file was listed and is gone, as if `git gc` had run meanwhile; scan again";

/// Why one object was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// What is wrong with it.
    Damaged(&'static str),
    /// It is larger than the caller allows.
    TooLarge,
}

impl From<&'static str> for ReadError {
    fn from(problem: &'static str) -> Self {
        Self::Damaged(problem)
    }
}

impl From<GitError> for ReadError {
    fn from(error: GitError) -> Self {
        match error {
            GitError::DamagedObject { what, .. } => Self::Damaged(what),
            _ => Self::Damaged("its file cannot be read"),
        }
    }
}

/// One reading of one object.
struct Reader<'a> {
    store: &'a Store,
    inflater: Decompressor,
    max_bytes: usize,
}

impl Reader<'_> {
    fn read(&mut self, oid: &Oid) -> Result<(Kind, Vec<u8>), ReadError> {
        let mut problem = ReadError::Damaged("it is missing");
        for (at, pack) in self.store.packs.iter().enumerate() {
            if let Some(offset) = pack.index_offset(oid) {
                match self.packed(at, offset) {
                    Ok(read) => return Ok(read),
                    Err(error) => problem = error,
                }
            }
        }
        loose::read(&self.store.folders, oid)?.ok_or(problem)
    }

    /// Follows the deltas down to a whole object, then applies them on the way back up.
    fn packed(&mut self, pack: usize, offset: u64) -> Result<(Kind, Vec<u8>), ReadError> {
        let mut place = (pack, offset);
        let mut chain = Vec::new();
        let mut seen = HashSet::new();
        // Of what the deltas and the whole object may take together.
        let mut left = self.max_bytes;
        let (kind, mut text) = loop {
            if !seen.insert(place) {
                return Err("the objects that it is a delta of lead to no whole one".into());
            }
            let pack = &self.store.packs[place.0];
            let entry = pack.entry(place.1..pack.end())?;
            let header = entry::header(entry, pack.hash_len())?;
            let data = &entry[header.len..];
            let mut inflated = |reader: &mut Self| {
                left = left.checked_sub(header.size).ok_or(ReadError::TooLarge)?;
                let mut text = vec![0; header.size];
                entry::inflate(&mut reader.inflater, data, &mut text)?;
                Ok::<_, ReadError>(text)
            };
            let base = match header.shape {
                Shape::Whole(kind) => break (kind, inflated(self)?),
                Shape::OffsetDelta(distance) => {
                    place.1.checked_sub(distance).map(|at| (place.0, at))
                }
                Shape::NameDelta(name) => {
                    let name = Oid::from_bytes(name).ok_or("its base has no name")?;
                    let found = self.store.place(place.0, &name);
                    if found.is_none() {
                        chain.push(inflated(self)?);
                        break loose::read(&self.store.folders, &name)?
                            .ok_or("its base is missing")?;
                    }
                    found
                }
            };
            chain.push(inflated(self)?);
            place = base.ok_or("there is no entry where its base should begin")?;
        };
        let mut instructions = Vec::new();
        let mut next = Vec::new();
        while let Some(delta) = chain.pop() {
            let len = delta::decode(&delta, text.len(), &mut instructions)?;
            if len > self.max_bytes {
                return Err(ReadError::TooLarge);
            }
            delta::apply(&text, &delta, &instructions, len, &mut next);
            std::mem::swap(&mut text, &mut next);
        }
        Ok((kind, text))
    }
}

impl Store {
    /// Where a packed object stands, in `preferred` if that pack has it.
    fn place(&self, preferred: usize, oid: &Oid) -> Option<(usize, u64)> {
        std::iter::once(preferred)
            .chain(0..self.packs.len())
            .find_map(|at| Some((at, self.packs[at].index_offset(oid)?)))
    }
}
