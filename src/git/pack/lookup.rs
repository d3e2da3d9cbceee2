//! Any one packed object by name, for many threads at a time.
//!
//! In: object folders and a name. Out: the object, or that no pack has it. Nothing is opened before it is needed: a
//! commit whose objects are all loose opens no pack. The folders are listed again when an object is not found, for
//! `git repack` may have moved it. A pack that went away before it was opened counts as not there, one that cannot be
//! read is an error as soon as an object is found nowhere else.
//!
//! A multi-pack-index is passed over: git keeps the index of every pack that it covers.

use crate::order;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use super::bases::Bases;
use super::extract::{Extract, Tools};
use super::store::list;
use super::{Kind, Oid, Pack, PackError};

/// The packs of some object folders.
#[derive(Debug)]
pub struct Packs {
    folders: Vec<PathBuf>,
    /// `None` before they are first looked for.
    slots: RwLock<Option<Arc<[Arc<Slot>]>>>,
    /// The one that had the object asked for last.
    recent: AtomicUsize,
    bases: Bases,
    /// What a thread works with; as many as there ever were threads at a time.
    tools: Mutex<Vec<Tools>>,
}

/// One pack, opened when an object is first looked for in it.
#[derive(Debug)]
struct Slot {
    path: PathBuf,
    pack: OnceLock<Result<Pack, Arc<PackError>>>,
}

/// Why a packed object could not be read.
#[derive(Debug)]
pub enum Unread {
    /// It is damaged in every pack that has it.
    Damaged(&'static str),
    /// No pack has it, as far as they can be read: this one cannot.
    Pack(Arc<PackError>),
}

/// The packs as they were at one time.
#[derive(Debug)]
pub struct Listed(Arc<[Arc<Slot>]>);

impl Packs {
    /// Those in `folders`, the repository's own object folder and all that it borrows from.
    #[must_use]
    pub fn new(folders: &[PathBuf]) -> Self {
        Self {
            folders: folders.to_vec(),
            slots: RwLock::default(),
            recent: AtomicUsize::new(0),
            bases: Bases::default(),
            tools: Mutex::default(),
        }
    }

    /// The packs as they were last listed.
    ///
    /// # Errors
    /// [`PackError::Read`] where a folder cannot be listed.
    pub fn listed(&self) -> Result<Listed, PackError> {
        if let Some(slots) = &*self.slots.read().unwrap_or_else(PoisonError::into_inner) {
            return Ok(Listed(Arc::clone(slots)));
        }
        match self.listed_anew()? {
            Some(listed) => Ok(listed),
            // Another thread was quicker.
            None => self.listed(),
        }
    }

    /// Lists the folders again; `None` where nothing is new.
    ///
    /// # Errors
    /// [`PackError::Read`] where a folder cannot be listed.
    pub fn listed_anew(&self) -> Result<Option<Listed>, PackError> {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let is_first = slots.is_none();
        // Known ones keep their place: bases are kept by it.
        let mut all: Vec<Arc<Slot>> = slots
            .iter()
            .flat_map(|slots| slots.iter())
            .cloned()
            .collect();
        let known: HashSet<&Path> = all.iter().map(|slot| &*slot.path).collect();
        let mut new = Vec::new();
        for folder in &self.folders {
            let files = match list(&folder.join("pack")) {
                Err(error) if error.is_absence() => continue,
                files => files?,
            };
            let mut found: Vec<PathBuf> = files
                .into_iter()
                .filter(|path| path.extension().is_some_and(|end| end == "idx"))
                .map(|path| path.with_extension("pack"))
                .filter(|path| !known.contains(&**path))
                .collect();
            order::sort(&mut found);
            new.extend(found);
        }
        if new.is_empty() && !is_first {
            return Ok(None);
        }
        all.extend(new.into_iter().map(|path| {
            Arc::new(Slot {
                path,
                pack: OnceLock::new(),
            })
        }));
        let all: Arc<[Arc<Slot>]> = all.into();
        *slots = Some(Arc::clone(&all));
        Ok(Some(Listed(all)))
    }

    /// The object `oid` out of `listed`; `None` where none of these packs has it.
    ///
    /// # Errors
    /// [`Unread`] where it is damaged, or where it may be in a pack that cannot be read.
    pub fn read(
        &self,
        listed: &Listed,
        oid: &Oid,
        is_sound: impl Fn(Kind, &[u8]) -> bool,
    ) -> Result<Option<(Kind, Vec<u8>)>, Unread> {
        let recent = self.recent.load(Ordering::Relaxed);
        let count = listed.0.len();
        let order = std::iter::once(recent)
            .filter(|&at| at < count)
            .chain((0..count).filter(|&at| at != recent));
        let mut problem = None;
        for at in order {
            let pack = match listed.0[at].pack() {
                Ok(Some(pack)) => pack,
                Ok(None) => continue,
                // git may know it.
                Err(refused) if refused.is_unknown() => continue,
                Err(refused) => {
                    problem.get_or_insert(Unread::Pack(Arc::clone(refused)));
                    continue;
                }
            };
            let Some(position) = pack.index.find(oid) else {
                continue;
            };
            let mut tools = self.take_tools();
            let read = Extract {
                pack,
                at,
                bases: &self.bases,
            }
            .object(position, &mut tools);
            self.give_back(tools);
            match read {
                Ok((kind, text)) if is_sound(kind, &text) => {
                    self.recent.store(at, Ordering::Relaxed);
                    return Ok(Some((kind, text)));
                }
                Ok(_) => problem = Some(Unread::Damaged("its content does not match its name")),
                Err(damage) => problem = Some(Unread::Damaged(damage)),
            }
        }
        problem.map_or(Ok(None), Err)
    }

    fn take_tools(&self) -> Tools {
        let kept = self
            .tools
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        kept.unwrap_or_default()
    }

    fn give_back(&self, mut tools: Tools) {
        tools.shrink();
        self.tools
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(tools);
    }
}

impl Slot {
    /// The pack; `None` where it is no longer there, as after `git repack`, or has not come yet.
    fn pack(&self) -> Result<Option<&Pack>, &Arc<PackError>> {
        match self
            .pack
            .get_or_init(|| Pack::open(&self.path).map_err(Arc::new))
        {
            Ok(pack) => Ok(Some(pack)),
            Err(refused) if refused.is_absence() => Ok(None),
            Err(refused) => Err(refused),
        }
    }
}
