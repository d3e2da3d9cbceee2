//! What a tree holds that none of its parents' trees holds.
//!
//! In: tree ids and a way to read trees. Out: every entry whose blob no parent has at the same path. Folders that equal
//! a parent's are not opened, so the cost follows the change.

use crate::order;
use std::cmp::Ordering;
use std::sync::Arc;

use bstr::BString;

use super::tree::{self, Item};
use super::{GitError, Mode, Oid};

/// An entry that differs from what every parent has at its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Path from the root, forward slashes.
    pub path: BString,
    /// What kind of entry it is.
    pub mode: Mode,
    /// Its blob, or the commit of a submodule.
    pub oid: Oid,
    /// For each parent the blob of the same kind at this path.
    pub old: Vec<Option<Oid>>,
}

/// A folder still to be compared.
struct Folder {
    prefix: BString,
    tree: Oid,
    parents: Vec<Option<Oid>>,
}

/// Every entry of `tree` that no tree of `parents` has; `None` is a parent without a tree.
///
/// # Errors
/// Those of `read`; [`GitError::DamagedObject`] where bytes are not a tree.
pub(super) fn compare(
    tree: Oid,
    parents: Vec<Option<Oid>>,
    mut read: impl FnMut(&Oid) -> Result<Arc<[u8]>, GitError>,
) -> Result<Vec<NewEntry>, GitError> {
    let mut found = Vec::new();
    let mut folders = vec![Folder {
        prefix: BString::default(),
        tree,
        parents,
    }];
    while let Some(folder) = folders.pop() {
        if folder.parents.contains(&Some(folder.tree)) {
            continue;
        }
        let bytes = read(&folder.tree)?;
        let parents: Vec<Option<Arc<[u8]>>> = folder
            .parents
            .iter()
            .map(|parent| parent.as_ref().map(&mut read).transpose())
            .collect::<Result<_, _>>()?;
        let mut parents: Vec<Cursor<'_>> = folder
            .parents
            .iter()
            .zip(&parents)
            .map(|(oid, bytes)| {
                Cursor::new(
                    oid.unwrap_or(folder.tree),
                    bytes.as_deref().unwrap_or_default(),
                )
            })
            .collect::<Result<_, _>>()?;
        let mut items = Cursor::new(folder.tree, &bytes)?;
        // Filled anew for each entry: most are old, and none of those costs an allocation.
        let mut old = Vec::with_capacity(parents.len());
        while let Some(item) = items.item {
            old.clear();
            for parent in &mut parents {
                old.push(parent.seek(&item)?);
            }
            if !old.iter().flatten().any(|old| old.oid == item.oid) {
                let old: Vec<Option<Oid>> = old.iter().map(|old| old.map(|old| old.oid)).collect();
                let mut path = folder.prefix.clone();
                path.extend_from_slice(item.name);
                if item.is_tree() {
                    path.push(b'/');
                    folders.push(Folder {
                        prefix: path,
                        tree: item.oid,
                        parents: old,
                    });
                } else {
                    let mode = tree::mode(item.mode).ok_or(GitError::DamagedObject {
                        oid: folder.tree,
                        what: "an entry has an unknown mode",
                    })?;
                    found.push(NewEntry {
                        path,
                        mode,
                        oid: item.oid,
                        old,
                    });
                }
            }
            items.advance()?;
        }
    }
    order::sort_by(&mut found, |a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// A place in the bytes of one tree.
struct Cursor<'a> {
    tree: Oid,
    rest: &'a [u8],
    item: Option<Item<'a>>,
}

impl<'a> Cursor<'a> {
    fn new(tree: Oid, bytes: &'a [u8]) -> Result<Self, GitError> {
        let mut cursor = Self {
            tree,
            rest: bytes,
            item: None,
        };
        cursor.advance()?;
        Ok(cursor)
    }

    fn advance(&mut self) -> Result<(), GitError> {
        self.item = tree::next(&mut self.rest, self.tree.as_bytes().len())
            .transpose()
            .map_err(|_| GitError::DamagedObject {
                oid: self.tree,
                what: "it is not a tree",
            })?;
        Ok(())
    }

    /// The entry with the name and kind of `wanted`, which must not be asked for in falling order.
    fn seek(&mut self, wanted: &Item<'_>) -> Result<Option<Item<'a>>, GitError> {
        while let Some(item) = self.item {
            match order(&item, wanted) {
                Ordering::Less => self.advance()?,
                // A link and a file sort alike, but a file that was a link is new as a whole.
                Ordering::Equal => return Ok(Some(item).filter(|item| kind(item) == kind(wanted))),
                Ordering::Greater => break,
            }
        }
        Ok(None)
    }
}

fn kind(item: &Item<'_>) -> Option<Mode> {
    tree::mode(item.mode)
}

/// git sorts a folder as if its name ended in a slash.
fn order(a: &Item<'_>, b: &Item<'_>) -> Ordering {
    let common = a.name.len().min(b.name.len());
    let end = |item: &Item<'_>| match item.name.get(common) {
        Some(&byte) => byte,
        None if item.is_tree() => b'/',
        None => 0,
    };
    a.name[..common]
        .cmp(&b.name[..common])
        .then_with(|| end(a).cmp(&end(b)))
}
