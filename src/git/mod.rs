//! The repository as git sees it: which index entries differ from which parents, every object's bytes, and what leads to them.
//!
//! ```text
//!  environment ──► door        where the repository is, HEAD
//!                    ├─ libgit2    (the only file that imports git2)
//!                    └─ plumbing   git itself, where libgit2 cannot
//!  configuration, moment       what is set; dates as a person writes them
//!
//!  listing       index (index_reader, cache_tree), or `git ls-files`
//!    └─ compare    against the tree of each of the parents ──► difference ──► Staged
//!  checkout      a staged blob out of the work tree
//!
//!  objects       loose or pack, in alternates too; else asked of git; every one is checked against its name (hash, oid)
//!    └─ object, tree    commits, tags and trees, taken apart
//!  tree_diff     what a tree holds that none of its parents holds; tree_cache
//!  revisions, commits, reflogs    what refs and commits lead to, as git lists it
//! ```
//!
//! [`Repository`] is the one way in.

#[cfg(test)]
mod agreement;
mod alternates;
mod cache_tree;
mod checkout;
mod commits;
mod compare;
mod configuration;
mod difference;
mod door;
mod environment;
mod error;
mod hash;
mod index;
mod index_reader;
mod libgit2;
mod listing;
mod loose;
mod map;
mod moment;
pub mod object;
mod objects;
mod oid;
pub mod pack;
mod parents;
mod plumbing;
mod reflogs;
mod revisions;
#[cfg(test)]
mod testing;
pub(crate) mod tree;
mod tree_cache;
mod tree_diff;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bstr::BString;

use door::Door;
use environment::Environment;
use listing::Listing;
use objects::Objects;
use tree_cache::TreeCache;

pub use checkout::MaybeStaged;
pub use commits::{Commit, Leading};
pub use difference::{Content, Old, Staged, StagedChange};
pub use error::GitError;
pub use hash::Kind;
pub use libgit2::Error as Libgit2Error;
pub use moment::DayEnd;
pub use oid::Oid;
pub use revisions::{Ignored, RangeEnds, Reference, Revision, Selection};
pub use tree_diff::NewEntry;

/// Whether the owner of the repository's files is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// git has accepted the repository: it runs us as its hook.
    CheckedByGit,
    /// Nobody has: do as git does.
    Check,
}

/// An open repository; threads may share it.
#[derive(Debug)]
pub struct Repository {
    environment: Environment,
    door: Door,
    objects: Objects,
    listing: OnceLock<Listing>,
    trees: TreeCache,
}

/// What kind of entry it is, as far as scanning cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// A file, executable or not.
    File,
    /// A symbolic link; its blob is the target.
    Symlink,
    /// A submodule: no content here.
    Gitlink,
}

/// Whether git knows the object `oid` without having it: the empty blob and the empty tree.
#[must_use]
pub fn is_built_in(oid: &Oid) -> bool {
    let algorithm = hash::Algorithm::of(oid);
    [Kind::Blob, Kind::Tree]
        .into_iter()
        .any(|kind| algorithm.name(kind, b"") == *oid)
}

impl Repository {
    /// Opens the repository that the environment and the current directory name.
    ///
    /// # Errors
    /// [`GitError`] where there is none or it cannot be read.
    pub fn open(ownership: Ownership) -> Result<Self, GitError> {
        Self::open_as(ownership, Environment::read())
    }

    /// Opens the repository to which `folder` belongs, whatever the environment names.
    ///
    /// # Errors
    /// As for [`Repository::open`].
    pub fn open_in(folder: &Path, ownership: Ownership) -> Result<Self, GitError> {
        Self::open_as(ownership, Environment::of(folder))
    }

    fn open_as(ownership: Ownership, environment: Environment) -> Result<Self, GitError> {
        let door = Door::open(ownership, &environment)?;
        let objects = Objects::new(door.object_directories(&environment))?;
        Ok(Self {
            environment,
            door,
            objects,
            listing: OnceLock::new(),
            trees: TreeCache::default(),
        })
    }

    /// Every object, to be walked.
    ///
    /// # Errors
    /// [`pack::PackError`] where a folder, an index or a pack cannot be read.
    pub fn store(&self) -> Result<pack::Store, pack::PackError> {
        pack::Store::open(self.objects.directories())
    }

    /// The same, and the names of all loose objects.
    ///
    /// # Errors
    /// [`pack::PackError`] where a folder, an index or a pack cannot be read.
    pub fn store_with_loose(&self) -> Result<(pack::Store, Vec<Oid>), pack::PackError> {
        pack::Store::open_with_loose(self.objects.directories())
    }

    /// What the index holds that HEAD and, while a merge is under way, its other parents do not.
    ///
    /// `merge_heads` are commits being merged that `MERGE_HEAD` does not name yet: in a pre-merge-commit hook git names
    /// them in variables `GITHEAD_<oid>`.
    ///
    /// # Errors
    /// [`GitError`] where index or trees cannot be read, or an entry is in conflict.
    pub fn staged(&self, merge_heads: &[Oid]) -> Result<Staged, GitError> {
        let listing = self.listing()?;
        let trees = parents::trees(&self.door, &self.environment, &self.objects, merge_heads)?;
        let differences = trees
            .into_iter()
            .map(|tree| listing.difference(tree, &self.door, &self.objects))
            .collect::<Result<_, _>>()?;
        difference::combine(listing.len(), differences)
    }

    /// Every entry of the index, as if there were no parent.
    ///
    /// # Errors
    /// [`GitError`] where the index cannot be read or an entry is in conflict.
    pub fn tracked(&self) -> Result<Staged, GitError> {
        Staged::of_entries(self.listing()?.entries())
    }

    /// Every entry of the index, those in conflict too, each of their stages by itself.
    ///
    /// # Errors
    /// [`GitError`] where the index cannot be read.
    pub fn every_stage(&self) -> Result<Staged, GitError> {
        let (listing, _) = Listing::read_every_stage(&self.door, &self.environment)?;
        Staged::of_entries(listing.entries())
    }

    /// Whether an entry of the index is in conflict.
    ///
    /// # Errors
    /// [`GitError`] where the index cannot be read.
    pub fn has_conflict(&self) -> Result<bool, GitError> {
        match self.listing() {
            Ok(_) => Ok(false),
            Err(GitError::Conflict { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// [`GitError`] where it is missing or damaged.
    pub fn blob(&self, oid: &Oid) -> Result<Vec<u8>, GitError> {
        self.objects.read(&self.door, oid, Kind::Blob)
    }

    /// The work tree's file at `path`, if it is large and may be the staged blob `oid`: it is read in a sixth of the time.
    #[must_use]
    pub fn maybe_staged(&self, oid: &Oid, path: &[u8]) -> Option<MaybeStaged> {
        checkout::read(self.door.work_dir()?, path, oid, || {
            self.objects.loose_size(oid)
        })
    }

    /// The index entry at `path`, if any.
    ///
    /// # Errors
    /// [`GitError`] where the index cannot be read.
    pub fn index_entry(&self, path: &[u8]) -> Result<Option<(Mode, Oid)>, GitError> {
        let recorded = self.listing()?.at(path)?;
        Ok(recorded.map(|recorded| (recorded.mode, recorded.oid)))
    }

    /// An object of any kind.
    ///
    /// # Errors
    /// [`GitError`] where it is missing or damaged.
    pub fn object(&self, oid: &Oid) -> Result<(Kind, Vec<u8>), GitError> {
        self.objects.any(&self.door, oid)
    }

    /// The commit of HEAD; `None` where the branch has none yet.
    ///
    /// # Errors
    /// [`GitError`] where HEAD is broken.
    pub fn head(&self) -> Result<Option<Oid>, GitError> {
        self.door.head(&self.environment)
    }

    /// Every entry of `tree` that none of `parents` (trees) has at its path; folders that equal a parent's cost nothing.
    ///
    /// # Errors
    /// [`GitError`] where a tree is missing or damaged.
    pub fn new_in_tree(&self, tree: Oid, parents: &[Oid]) -> Result<Vec<NewEntry>, GitError> {
        let parents = parents.iter().copied().map(Some).collect();
        let read = |oid: &Oid| {
            self.trees
                .tree(oid, || self.objects.read(&self.door, oid, Kind::Tree))
        };
        tree_diff::compare(tree, parents, read)
    }

    /// The names of all objects, as git lists them; it knows formats that [`Self::store`] does not.
    ///
    /// # Errors
    /// [`GitError`] where git cannot tell.
    pub fn every_object(&self) -> Result<Vec<Oid>, GitError> {
        plumbing::every_object(&self.environment.current_dir)
    }

    /// The commits at which linked work trees stand without a branch, each with the name by which git knows that HEAD from
    /// elsewhere: `worktrees/NAME/HEAD`.
    ///
    /// # Errors
    /// [`GitError::ReadFile`] where one cannot be read.
    pub fn other_heads(&self) -> Result<Vec<(BString, Oid)>, GitError> {
        reflogs::other_heads(self.common_dir())
    }

    /// Seconds since 1970 of the moment that `text` names as git reads it; `end` tells which end of a bare day is meant.
    ///
    /// # Errors
    /// [`GitError::Moment`] where it names none.
    pub fn moment(&self, text: &str, end: DayEnd) -> Result<i64, GitError> {
        moment::read(&self.environment.current_dir, text, end)
    }

    /// Whether each folder of refs can be listed, those of linked work trees too.
    ///
    /// # Errors
    /// [`GitError::ReadFile`] where one cannot.
    pub fn list_ref_folders(&self) -> Result<(), GitError> {
        reflogs::list_ref_folders(self.common_dir())
    }

    /// Name and text of every reflog, those of linked work trees too.
    ///
    /// # Errors
    /// [`GitError`] where one cannot be read.
    pub fn reflogs(&self) -> Result<Vec<(BString, Vec<u8>)>, GitError> {
        reflogs::read(
            &self.environment.current_dir,
            self.common_dir(),
            self.git_dir(),
        )
    }

    /// What HEAD has at `path`; `None` where it has nothing there or is unborn.
    ///
    /// # Errors
    /// [`GitError`] where HEAD or a tree on the way cannot be read.
    pub fn head_entry(&self, path: &[u8]) -> Result<Option<(Mode, Oid)>, GitError> {
        match parents::head_tree(&self.door, &self.environment, &self.objects)? {
            Some(tree) => self.entry_in(tree, path),
            None => Ok(None),
        }
    }

    /// What the tree of `commit` has at `path`.
    ///
    /// # Errors
    /// [`GitError`] where the commit or a tree on the way cannot be read.
    pub fn entry_at(&self, commit: &Oid, path: &[u8]) -> Result<Option<(Mode, Oid)>, GitError> {
        let tree = parents::tree_of(&self.door, &self.objects, *commit)?;
        self.entry_in(tree, path)
    }

    fn entry_in(&self, tree: Oid, path: &[u8]) -> Result<Option<(Mode, Oid)>, GitError> {
        let mut folder = tree;
        let mut names = path.split(|&byte| byte == b'/').peekable();
        while let Some(name) = names.next() {
            let bytes = self.objects.read(&self.door, &folder, Kind::Tree)?;
            let Some((mode, oid)) = tree::find(&bytes, name, &folder)? else {
                return Ok(None);
            };
            if names.peek().is_none() {
                return Ok(tree::mode(mode).map(|mode| (mode, oid)));
            }
            folder = oid;
        }
        Ok(None)
    }

    /// The root of the work tree; `None` in a bare repository.
    #[must_use]
    pub fn work_dir(&self) -> Option<PathBuf> {
        self.door.work_dir().map(Path::to_path_buf)
    }

    /// The directory of HEAD and the index; a linked work tree has its own.
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        self.door.git_dir()
    }

    /// The directory of objects, refs and configuration, which linked work trees share.
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        self.door.common_dir()
    }

    /// The index is read once: the configuration in it and the changes come from the same state.
    fn listing(&self) -> Result<&Listing, GitError> {
        if let Some(listing) = self.listing.get() {
            return Ok(listing);
        }
        let listing = Listing::read(&self.door, &self.environment)?;
        Ok(self.listing.get_or_init(|| listing))
    }
}
