//! The object folders of a repository at one moment, although git may be moving objects about.
//!
//! In: object folders. Out: their packs and the names of their loose objects, so that no object is in neither. `git gc`
//! writes a new pack and its index before it removes the old ones and the loose copies, one file at a time: whoever looks
//! in between sees a pack without its index, and whoever looks at packs first and at loose objects later can miss what
//! was loose then and is packed now.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::{Oid, PackError, Store};
use crate::order;

/// How often it is looked again.
const ATTEMPTS: u32 = 6;

/// How long the first pause is; each is twice as long as the one before. git needs microseconds.
const PAUSE: Duration = Duration::from_millis(5);

impl Store {
    /// Opens every pack in `folders`, the repository's own object folder and all that it borrows from.
    ///
    /// # Errors
    /// [`PackError`] where a folder, an index or a pack cannot be read.
    pub fn open(folders: &[PathBuf]) -> Result<Self, PackError> {
        let mut attempt = 0;
        loop {
            match Self::open_at_once(folders) {
                Err(error) if error.may_pass() && attempt + 1 < ATTEMPTS => pause(&mut attempt),
                opened => return opened,
            }
        }
    }

    /// The same, and the names of all loose objects, sorted.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with_loose(folders: &[PathBuf]) -> Result<(Self, Vec<Oid>), PackError> {
        settled(folders, &mut || ())
    }
}

/// `between` is called after the packs were opened and before loose objects are looked for.
fn settled(folders: &[PathBuf], between: &mut dyn FnMut()) -> Result<(Store, Vec<Oid>), PackError> {
    let mut attempt = 0;
    // What was loose once and is gone will be missed, and asked of git.
    let mut loose = Vec::new();
    loop {
        let store = Store::open(folders)?;
        between();
        loose.append(&mut store.loose()?);
        if attempt + 1 == ATTEMPTS || store.is_as_listed()? {
            order::sort(&mut loose);
            loose.dedup();
            return Ok((store, loose));
        }
        pause(&mut attempt);
    }
}

fn pause(attempt: &mut u32) {
    thread::sleep(PAUSE * (1 << *attempt));
    *attempt += 1;
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::testing::{self, Made};
    use super::*;

    const BLOB: u8 = 3;

    fn folder_with_pack() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let pack = folder.path().join("pack/pack-1.pack");
        fs::create_dir_all(folder.path().join("pack")).expect("it can be made");
        let files = testing::files(&[Made::Whole(BLOB, b"one".to_vec())]);
        fs::write(&pack, &files.pack).expect("it can be written");
        fs::write(folder.path().join("later"), &files.index).expect("it can be written");
        (folder, pack)
    }

    #[test]
    fn an_index_that_comes_a_moment_later_is_waited_for() {
        let (folder, pack) = folder_with_pack();
        let folders = [folder.path().to_owned()];
        assert!(matches!(
            Store::open(&folders),
            Err(PackError::NoIndex { .. })
        ));
        let store = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(PAUSE * 3);
                fs::rename(folder.path().join("later"), pack.with_extension("idx"))
                    .expect("it can be renamed");
            });
            Store::open(&folders)
        });
        assert_eq!(store.expect("it opens in the end").packs().len(), 1);
    }

    #[test]
    fn what_is_packed_between_two_looks_is_not_missed() {
        let (folder, pack) = folder_with_pack();
        fs::remove_file(&pack).expect("it is there");
        let folders = [folder.path().to_owned()];
        let files = testing::files(&[Made::Whole(BLOB, b"one".to_vec())]);
        let (store, loose) = settled(&folders, &mut || {
            fs::write(&pack, &files.pack).expect("it can be written");
            fs::write(pack.with_extension("idx"), &files.index).expect("it can be written");
        })
        .expect("they open");
        assert_eq!(store.packs().len(), 1);
        assert_eq!(loose, []);
    }

    #[test]
    fn what_becomes_loose_and_goes_away_stays_named() {
        let (folder, pack) = folder_with_pack();
        fs::rename(folder.path().join("later"), pack.with_extension("idx")).expect("it is there");
        let oid = testing::name(7);
        let hex = oid.to_string();
        let loose = folder.path().join(&hex[..2]);
        let mut looks = 0;
        let (store, named) = settled(&[folder.path().to_owned()], &mut || {
            looks += 1;
            if looks == 1 {
                fs::create_dir_all(&loose).expect("it can be made");
                fs::write(loose.join(&hex[2..]), b"").expect("it can be written");
                fs::remove_file(pack.with_extension("idx")).expect("it is there");
                fs::remove_file(&pack).expect("it is there");
            } else {
                fs::remove_dir_all(&loose).expect("it is there");
            }
        })
        .expect("they open");
        assert_eq!((store.packs().len(), looks), (0, 2));
        assert_eq!(named, [oid]);
    }
}
