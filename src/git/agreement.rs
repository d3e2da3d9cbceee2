//! Our index reader and git's plumbing say the same of the same repository, and what they say is what git diffs.

use super::environment::Environment;
use super::listing::Listing;
use super::objects::Objects;
use super::testing::Repo;
use super::{Staged, difference, parents};

impl Repo {
    fn environment(&self) -> Environment {
        Environment {
            current_dir: self.path().to_path_buf(),
            ..Environment::default()
        }
    }

    /// What both say; they must say the same. An own reading must not have been declined.
    #[track_caller]
    fn staged(&self) -> Staged {
        let environment = self.environment();
        let own = Listing::read(&self.door(), &environment).unwrap();
        assert!(matches!(own, Listing::Own(_)), "the index was declined");
        let own = self.staged_by(&own);
        let git = Listing::of_git(&environment).unwrap().0;
        assert_eq!(own, self.staged_by(&git));
        own
    }

    fn staged_by(&self, listing: &Listing) -> Staged {
        let (door, environment) = (self.door(), self.environment());
        let objects = Objects::new(door.object_directories(&environment)).unwrap();
        let trees = parents::trees(&door, &environment, &objects, &[]).unwrap();
        let differences = trees
            .into_iter()
            .map(|tree| listing.difference(tree, &door, &objects).unwrap())
            .collect();
        difference::combine(listing.len(), differences).unwrap()
    }

    /// The staged paths, as git lists them.
    #[track_caller]
    fn assert_is_what_git_diffs(&self, staged: &Staged) {
        let said = self.git(&[
            "diff",
            "--cached",
            "--name-only",
            "-z",
            "--no-renames",
            "--diff-filter=AMT",
        ]);
        let paths: Vec<Vec<u8>> = said
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty())
            .map(<[u8]>::to_vec)
            .collect();
        let ours: Vec<Vec<u8>> = staged
            .changes
            .iter()
            .map(|change| change.path.to_vec())
            .collect();
        assert_eq!(ours, paths);
    }
}

/// A small generator: the same numbers in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % sides
    }

    fn path(&mut self) -> String {
        [
            "a", "a.b", "a/b", "a/b.c", "a/b/c", "a-b/c", "d/e/f/g", "d/e/h", "d.x", "z é",
        ][usize::try_from(self.roll(10)).unwrap()]
        .to_owned()
    }
}

/// Puts a blob, a link or nothing at a path, past the work tree; in the way of a directory it moves that away.
fn shake(repo: &Repo, dice: &mut Dice) {
    let path = dice.path();
    repo.write("content", format!("{}\n", dice.roll(6)));
    let oid = String::from_utf8(repo.git(&["hash-object", "-w", "content"])).unwrap();
    let mode = ["100644", "100755", "120000"][usize::try_from(dice.roll(3)).unwrap()];
    if dice.roll(4) == 0 {
        repo.git(&[
            "rm",
            "-q",
            "-r",
            "--cached",
            "--ignore-unmatch",
            "--",
            &path,
        ]);
    } else {
        let entry = format!("{mode},{},{path}", oid.trim());
        repo.git(&["update-index", "--add", "--replace", "--cacheinfo", &entry]);
    }
}

#[test]
fn random_states_are_read_alike() {
    for (format, version) in [("sha1", "2"), ("sha256", "4"), ("sha1", "4")] {
        let repo = Repo::new(format);
        let mut dice = Dice(7);
        for round in 0..8 {
            for _ in 0..6 {
                shake(&repo, &mut dice);
            }
            repo.git(&["update-index", "--index-version", version]);
            if round % 3 == 1 {
                // Fills the cache-tree, so that whole directories are passed over.
                repo.git(&["write-tree"]);
            }
            let staged = repo.staged();
            repo.assert_is_what_git_diffs(&staged);
            if round % 2 == 1 {
                repo.git(&["commit", "-q", "--allow-empty", "-m", "state"]);
                assert!(repo.staged().changes.is_empty());
            }
        }
    }
}

#[test]
fn a_merge_adds_what_no_parent_has() {
    let repo = Repo::new("sha1");
    repo.write("base", "base\n");
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", "base"]);
    repo.git(&["checkout", "-qb", "side"]);
    repo.write("dir/side", "side\n");
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", "side"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("main", "main\n");
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", "main"]);
    repo.git(&["merge", "-q", "--no-commit", "side"]);
    assert!(repo.staged().changes.is_empty());
    repo.write("dir/side", "side\nevil\n");
    repo.git(&["add", "."]);
    let staged = repo.staged();
    assert_eq!(staged.changes.len(), 1);
    assert!(!staged.changes[0].new_path, "one parent has the path");
    assert_eq!(staged.changes[0].old.len(), 2);
}

#[test]
fn split_and_sparse_indexes_are_declined_and_listed_by_git() {
    let repo = Repo::new("sha1");
    for path in ["in/a", "out/deep/b", "out/c"] {
        repo.write(path, path);
    }
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", "base"]);
    for arguments in [
        &["update-index", "--split-index"][..],
        &["sparse-checkout", "set", "--cone", "--sparse-index", "in"],
    ] {
        repo.git(arguments);
        repo.write("in/a", format!("{arguments:?}"));
        repo.git(&["add", "in"]);
        let listing = Listing::read(&repo.door(), &repo.environment()).unwrap();
        assert!(matches!(listing, Listing::Git { .. }), "{arguments:?}");
        let staged = repo.staged_by(&listing);
        repo.assert_is_what_git_diffs(&staged);
        assert_eq!((staged.changes.len(), listing.len()), (1, 3));
        repo.git(&["update-index", "--no-split-index"]);
    }
}
