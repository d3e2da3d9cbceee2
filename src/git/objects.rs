//! Objects by name, from wherever they are, each checked against its name.
//!
//! In: a name and the kind it must have. Out: its bytes. Loose files and packs are read by our own code; what neither
//! has is asked of git, which has the last word on what is missing.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::door::Door;
use super::hash::{Algorithm, Kind};
use super::pack::{Listed, PackError, Packs, Unread};
use super::{GitError, Oid, loose};

/// An object's kind and bytes.
type Object = (Kind, Vec<u8>);

/// The repository's objects; any thread may ask.
#[derive(Debug)]
pub(super) struct Objects {
    directories: Vec<PathBuf>,
    packs: Packs,
    /// Whether the object read last was a packed one: the next is looked for there first. Of what a clone has brought
    /// nothing is loose, of what was just staged everything, and each look in the wrong place is a system call.
    packs_first: AtomicBool,
}

impl Objects {
    /// Those in `directories` and their alternates.
    ///
    /// # Errors
    /// [`GitError::ReadFile`] where a list of alternates cannot be read.
    pub(super) fn new(mut directories: Vec<PathBuf>) -> Result<Self, GitError> {
        loose::add_alternates(&mut directories)?;
        Ok(Self {
            packs: Packs::new(&directories),
            directories,
            packs_first: AtomicBool::new(false),
        })
    }

    /// Where they are.
    pub(super) fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// The object `oid`, which must be a `kind`.
    ///
    /// # Errors
    /// [`GitError`] where it is missing, damaged or of another kind.
    pub(super) fn read(&self, door: &Door, oid: &Oid, kind: Kind) -> Result<Vec<u8>, GitError> {
        let (found, content) = self.any(door, oid)?;
        if found == kind {
            Ok(content)
        } else {
            Err(GitError::DamagedObject {
                oid: *oid,
                what: "it is of another kind than it is used as",
            })
        }
    }

    /// The size of a loose object's content in bytes, as its header says; `None` where that cannot be had.
    pub(super) fn loose_size(&self, oid: &Oid) -> Option<u64> {
        loose::size(&self.directories, oid)
    }

    /// The object `oid` and its kind.
    ///
    /// # Errors
    /// [`GitError`] where it is missing or damaged; a sound copy elsewhere makes up for a damaged one.
    pub(super) fn any(&self, door: &Door, oid: &Oid) -> Result<Object, GitError> {
        let packs_first = self.packs_first.load(Ordering::Relaxed);
        let first = self.in_one_place(oid, packs_first);
        if let Ok(Some(object)) = first {
            return Ok(object);
        }
        let second = self.in_one_place(oid, !packs_first);
        if let Ok(Some(object)) = second {
            self.packs_first.store(!packs_first, Ordering::Relaxed);
            return Ok(object);
        }
        let algorithm = Algorithm::of(oid);
        // git knows these two without having them.
        for kind in [Kind::Blob, Kind::Tree] {
            if algorithm.name(kind, b"") == *oid {
                return Ok((kind, Vec::new()));
            }
        }
        // While we looked, it may have been packed, or its pack replaced by another.
        if let Some(listed) = self
            .packs
            .listed_anew()
            .map_err(|error| refused(Arc::new(error)))?
            && let Some(object) = self.packed(&listed, oid)?
        {
            return Ok(object);
        }
        if let (Ok(None), Ok(None)) = (&first, &second) {
            return self.asked_of_git(door, oid);
        }
        Err(first
            .and(second)
            .err()
            .unwrap_or(GitError::MissingObject { oid: *oid }))
    }

    fn in_one_place(&self, oid: &Oid, packed: bool) -> Result<Option<Object>, GitError> {
        if packed {
            let listed = self
                .packs
                .listed()
                .map_err(|error| refused(Arc::new(error)))?;
            self.packed(&listed, oid)
        } else {
            loose::read(&self.directories, oid)
        }
    }

    fn packed(&self, listed: &Listed, oid: &Oid) -> Result<Option<Object>, GitError> {
        let is_sound = |kind, content: &[u8]| Algorithm::of(oid).name(kind, content) == *oid;
        self.packs
            .read(listed, oid, is_sound)
            .map_err(|unread| match unread {
                Unread::Damaged(what) => GitError::DamagedObject { oid: *oid, what },
                Unread::Pack(error) => refused(error),
            })
    }

    /// There may be places that only git knows.
    fn asked_of_git(&self, door: &Door, oid: &Oid) -> Result<Object, GitError> {
        let (kind, content) = door
            .read(oid)?
            .ok_or(GitError::MissingObject { oid: *oid })?;
        if Algorithm::of(oid).name(kind, &content) == *oid {
            Ok((kind, content))
        } else {
            Err(GitError::DamagedObject {
                oid: *oid,
                what: "its content does not match its name",
            })
        }
    }
}

fn refused(error: Arc<PackError>) -> GitError {
    GitError::ReadPacks { source: error }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use bstr::ByteSlice as _;

    use super::super::testing::Repo;
    use super::*;

    /// Versions of files, of which each pack has some; the last state is loose.
    fn versions(format: &str) -> Repo {
        let repo = Repo::new(format);
        for version in 0..40 {
            let lines: Vec<String> = (0..200)
                .map(|line| format!("line {line} of version {}\n", version * (line % 7)))
                .collect();
            repo.write("dir/a.txt", lines.concat());
            repo.write("b.txt", format!("{version}\n"));
            repo.git(&["add", "."]);
            repo.git(&["commit", "-q", "-m", &format!("version {version}")]);
            if version % 15 == 14 {
                repo.git(&["repack", "-q", "-d", "--depth=50"]);
            }
        }
        repo.git(&["tag", "-a", "-m", "a tag", "v1"]);
        repo
    }

    impl Repo {
        fn objects_dir(&self) -> PathBuf {
            self.path().join(".git/objects")
        }

        fn all(&self) -> Vec<Oid> {
            let listed = self.git(&[
                "cat-file",
                "--batch-all-objects",
                "--batch-check=%(objectname)",
            ]);
            listed
                .lines()
                .map(|hex| Oid::from_hex(hex).unwrap())
                .collect()
        }

        fn objects(&self) -> Objects {
            Objects::new(vec![self.objects_dir()]).unwrap()
        }

        fn packs(&self) -> Vec<PathBuf> {
            let folder = fs::read_dir(self.objects_dir().join("pack")).unwrap();
            let mut packs: Vec<PathBuf> = folder
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|end| end == "pack"))
                .collect();
            packs.sort();
            packs
        }

        /// Every object is found by our own code, and is what git gives.
        #[track_caller]
        fn assert_read(&self, objects: &Objects) {
            let all = self.all();
            assert!(all.len() > 100);
            for oid in all {
                let git = self.door().read(&oid).unwrap();
                let own = [true, false].map(|packed| objects.in_one_place(&oid, packed).unwrap());
                assert!(own.iter().any(Option::is_some), "{oid} was not found");
                for object in own.into_iter().flatten() {
                    assert_eq!(Some(object), git, "{oid}");
                }
            }
        }
    }

    #[test]
    fn loose_and_packed_objects_are_what_git_says() {
        for format in ["sha1", "sha256"] {
            let repo = versions(format);
            assert_eq!(repo.packs().len(), 2);
            repo.assert_read(&repo.objects());
            repo.git(&["multi-pack-index", "write"]);
            repo.assert_read(&repo.objects());
            repo.git(&[
                "-c",
                "pack.indexVersion=1",
                "repack",
                "-q",
                "-a",
                "-d",
                "-f",
            ]);
            repo.assert_read(&repo.objects());
            // Deltas that name their base.
            repo.git(&[
                "-c",
                "repack.useDeltaBaseOffset=false",
                "repack",
                "-q",
                "-a",
                "-d",
                "-f",
            ]);
            repo.assert_read(&repo.objects());
        }
    }

    #[test]
    fn objects_are_found_where_a_repack_has_moved_them() {
        let repo = versions("sha1");
        let objects = repo.objects();
        let door = repo.door();
        let all = repo.all();
        assert!(objects.any(&door, &all[0]).is_ok());
        repo.git(&["repack", "-q", "-a", "-d"]);
        assert_eq!(repo.packs().len(), 1);
        for oid in &all {
            assert_eq!(
                objects.any(&door, oid).ok(),
                door.read(oid).unwrap(),
                "{oid}"
            );
        }
        repo.assert_read(&objects);
    }

    #[test]
    fn a_sound_copy_makes_up_for_a_damaged_one() {
        let repo = versions("sha1");
        let oid = Oid::from_hex(repo.git(&["rev-parse", "HEAD~30:dir/a.txt"]).trim()).unwrap();
        let sound = repo.door().read(&oid).unwrap();
        let hex = oid.to_string();
        let loose = repo.objects_dir().join(&hex[..2]).join(&hex[2..]);
        fs::create_dir_all(loose.parent().unwrap()).unwrap();
        fs::write(&loose, b"not what git writes").unwrap();
        // Whichever is looked at first.
        for packs_first in [false, true] {
            let objects = repo.objects();
            objects.packs_first.store(packs_first, Ordering::Relaxed);
            assert_eq!(objects.any(&repo.door(), &oid).ok(), sound);
        }
        // Now in no place; git, which would read it or not, is not asked.
        for pack in repo.packs() {
            let mut bytes = fs::read(&pack).unwrap();
            let end = bytes.len() - 20;
            bytes[12..end].fill(0xff);
            fs::remove_file(&pack).unwrap();
            fs::write(&pack, bytes).unwrap();
        }
        let read = repo.objects().any(&repo.door(), &oid);
        assert!(matches!(read, Err(GitError::DamagedObject { .. })));
    }

    #[test]
    fn a_pack_that_cannot_be_read_is_an_error_only_for_what_it_may_hold() {
        let repo = versions("sha1");
        let oid = Oid::from_hex(repo.git(&["rev-parse", "HEAD"]).trim()).unwrap();
        let packed = Oid::from_hex(repo.git(&["rev-parse", "HEAD~39"]).trim()).unwrap();
        for pack in repo.packs() {
            fs::remove_file(pack.with_extension("idx")).unwrap();
            fs::write(pack.with_extension("idx"), b"no index").unwrap();
        }
        let objects = repo.objects();
        assert!(objects.any(&repo.door(), &oid).is_ok());
        let read = objects.any(&repo.door(), &packed);
        assert!(matches!(read, Err(GitError::ReadPacks { .. })));
    }

    #[test]
    fn what_is_nowhere_is_missing() {
        let repo = versions("sha1");
        let objects = repo.objects();
        let nowhere = Oid::from_bytes(&[7; 20]).unwrap();
        let read = objects.any(&repo.door(), &nowhere);
        assert!(matches!(read, Err(GitError::MissingObject { .. })));
        let empty = Algorithm::Sha1.name(Kind::Tree, b"");
        let read = objects.any(&repo.door(), &empty).ok();
        assert_eq!(read, Some((Kind::Tree, Vec::new())));
    }
}
