//! Which commits lie between here and there, and what refs there are.
//!
//! In: tips, ranges, folders of refs. Out: names of objects. git answers: with its commit graph and bitmaps it walks an
//! old fork ten times faster than libgit2, in every repository format.

use crate::order;

use bstr::{BString, ByteSlice as _};

use super::plumbing::{run, run_and_listen, run_with_input, unclear};
use super::{GitError, Oid, Repository};

/// Which commits are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Selection<'a> {
    /// What is reachable from `tips` and not from `known`.
    Between {
        /// Commits.
        tips: &'a [Oid],
        /// Commits that are passed over with everything behind them.
        known: &'a [Oid],
    },
    /// A revision range as a person writes it, such as `main..topic` or `HEAD --not --remotes`.
    Range(&'a str),
}

/// A commit and its parents as git sees them: at the edge of a shallow clone it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The commit.
    pub commit: Oid,
    /// Its parents that are here.
    pub parents: Vec<Oid>,
}

/// The options that make sense in a range; everything else that begins with a dash could make git do other things.
const RANGE_OPTIONS: [&str; 6] = [
    "--not",
    "--all",
    "--branches",
    "--tags",
    "--remotes",
    "--glob=",
];

/// The remote may name commits that were never fetched: those hide nothing. A tip that is missing is an error before it
/// comes to this.
const REV_LIST: [&str; 6] = [
    "rev-list",
    "--parents",
    "--topo-order",
    "--reverse",
    "--ignore-missing",
    "--stdin",
];

/// Every object that a ref, HEAD, reflog or index leads to and that is not there. A commit graph knows commits that may be
/// gone.
const MISSING: [&str; 9] = [
    "-c",
    "core.commitGraph=false",
    "rev-list",
    "--objects",
    "--all",
    "--reflog",
    "--indexed-objects",
    "--missing=print",
    "--quiet",
];

/// A ref and what it points at: a tag leads to the tag object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its full name.
    pub name: BString,
    /// The object.
    pub target: Oid,
    /// Whether it only names another ref, as `origin/HEAD` does.
    pub is_symbolic: bool,
}

/// A ref that git does not list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Its full name.
    pub name: BString,
    /// Whether nobody knows where it led: its file is empty, or holds no name of an object.
    pub is_broken: bool,
}

/// The ends of a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RangeEnds {
    /// Objects that it leads up to.
    pub tips: Vec<Oid>,
    /// Commits that it leaves out with everything behind them.
    pub left_out: Vec<Oid>,
}

/// With more ends than this a range builds on nothing in particular.
const BASES_MAX: usize = 100;

impl Repository {
    /// The commits that `selection` names (arguments of `git rev-list`), parents before children.
    ///
    /// # Errors
    /// [`GitError`] where git does not know one of them, or a range holds an option that it may not.
    pub fn revisions(&self, selection: &Selection<'_>) -> Result<Vec<Revision>, GitError> {
        let mut input = Vec::new();
        match selection {
            Selection::Between { tips: [], .. } => return Ok(Vec::new()),
            Selection::Between { tips, known } => {
                for tip in *tips {
                    input.extend_from_slice(format!("{tip}\n").as_bytes());
                }
                for commit in *known {
                    input.extend_from_slice(format!("^{commit}\n").as_bytes());
                }
            }
            Selection::Range(range) => {
                let mut arguments = vec!["rev-list", "--parents", "--topo-order", "--reverse"];
                arguments.extend(words(range)?);
                arguments.push("--");
                return parse(&run(&self.environment.current_dir, &arguments)?);
            }
        }
        parse(&run_with_input(
            &self.environment.current_dir,
            &REV_LIST,
            input,
        )?)
    }

    /// The objects that a ref, HEAD, reflog or index, of this work tree or a linked one, leads to and that are not there.
    /// git looks at every object for that.
    ///
    /// # Errors
    /// [`GitError`] where git cannot tell.
    pub fn missing(&self) -> Result<Vec<Oid>, GitError> {
        run(&self.environment.current_dir, &MISSING)?
            .lines()
            .map(|line| {
                let hex = line.strip_prefix(b"?");
                hex.and_then(Oid::from_hex)
                    .ok_or_else(|| unclear("rev-list"))
            })
            .collect()
    }

    /// The ends of a range.
    ///
    /// # Errors
    /// [`GitError`] where git does not know a commit of the range.
    pub fn range_ends(&self, range: &str) -> Result<RangeEnds, GitError> {
        let mut arguments = vec!["rev-parse", "--revs-only"];
        arguments.extend(words(range)?);
        let mut ends = RangeEnds::default();
        for line in run(&self.environment.current_dir, &arguments)?.lines() {
            let (list, hex) = match line.strip_prefix(b"^") {
                Some(hex) => (&mut ends.left_out, hex),
                None => (&mut ends.tips, line),
            };
            list.push(Oid::from_hex(hex).ok_or_else(|| unclear("rev-parse"))?);
        }
        Ok(ends)
    }

    /// The commit that a range builds on: what it leaves out or, of several, the newest that all of them share. A branch
    /// that is merely left out with others has no say alone.
    ///
    /// # Errors
    /// [`GitError`] where git does not know a commit of the range.
    pub fn base_of(&self, range: &str) -> Result<Option<Oid>, GitError> {
        let mut left_out = self.range_ends(range)?.left_out;
        order::sort(&mut left_out);
        left_out.dedup();
        match &*left_out {
            [] => Ok(None),
            [only] => Ok(Some(*only)),
            several if several.len() > BASES_MAX => Ok(None),
            several => {
                let hex: Vec<String> = several.iter().map(Oid::to_string).collect();
                let mut arguments = vec!["merge-base", "--octopus"];
                arguments.extend(hex.iter().map(String::as_str));
                match run(&self.environment.current_dir, &arguments) {
                    Ok(answer) => Ok(answer.lines().next().and_then(Oid::from_hex)),
                    // They share nothing.
                    Err(GitError::GitFailed { .. }) => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }

    /// Every ref below one of `folders`, which end in a slash.
    ///
    /// # Errors
    /// [`GitError`] where git cannot list them.
    pub fn references(&self, folders: &[&str]) -> Result<Vec<Reference>, GitError> {
        Ok(self.references_and_ignored(folders)?.0)
    }

    /// The same, and those that git passes over with a warning.
    ///
    /// # Errors
    /// [`GitError`] where git cannot list them.
    pub fn references_and_ignored(
        &self,
        folders: &[&str],
    ) -> Result<(Vec<Reference>, Vec<Ignored>), GitError> {
        let mut arguments = vec![
            "for-each-ref",
            "--format=%(objectname) %(refname) %(symref)",
        ];
        arguments.extend(folders);
        let (answer, said) = run_and_listen(&self.environment.current_dir, &arguments)?;
        let reference = |line: &[u8]| {
            let mut words = line.splitn_str(3, b" ");
            Some(Reference {
                target: Oid::from_hex(words.next()?)?,
                name: BString::from(words.next()?),
                is_symbolic: !words.next()?.is_empty(),
            })
        };
        let listed: Result<_, _> = answer
            .lines()
            .map(|line| reference(line).ok_or_else(|| unclear("for-each-ref")))
            .collect();
        Ok((listed?, said.lines().filter_map(ignored).collect()))
    }
}

/// The ref that a line of `git for-each-ref` complains of.
fn ignored(line: &[u8]) -> Option<Ignored> {
    let rest = line.strip_prefix(b"warning: ignoring ")?;
    let of = |prefix: &str| rest.strip_prefix(prefix.as_bytes()).map(BString::from);
    if let Some(name) = of("broken ref ") {
        return Some(Ignored {
            name,
            is_broken: true,
        });
    }
    Some(Ignored {
        name: of("ref with broken name ")?,
        is_broken: false,
    })
}

/// The words of a range; none of them steers git.
fn words(range: &str) -> Result<Vec<&str>, GitError> {
    let mut words = Vec::new();
    for word in range.split_ascii_whitespace() {
        let allowed = RANGE_OPTIONS
            .iter()
            .any(|option| word == *option || (option.ends_with('=') && word.starts_with(option)));
        if word.starts_with('-') && !allowed {
            return Err(GitError::RangeOption {
                option: crate::text::escape::for_terminal(word.as_bytes()),
            });
        }
        words.push(word);
    }
    if words.is_empty() {
        return Err(GitError::EmptyRange);
    }
    Ok(words)
}

fn parse(answer: &[u8]) -> Result<Vec<Revision>, GitError> {
    answer
        .lines()
        .map(|line| {
            let mut oids = line.split(|&byte| byte == b' ').map(Oid::from_hex);
            let commit = oids.next().flatten();
            let parents = oids.collect::<Option<Vec<Oid>>>();
            match (commit, parents) {
                (Some(commit), Some(parents)) => Ok(Revision { commit, parents }),
                _ => Err(unclear("rev-list")),
            }
        })
        .collect()
}
