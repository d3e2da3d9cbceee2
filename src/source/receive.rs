//! What a server receives: which objects of a push are new to it, and what the push builds on.
//!
//! In: the ref updates that git hands to `pre-receive` or `update`, and the server's refs as they are before the push.
//! Out: [`Portion`]s of the push, each with the commit whose configuration judges it. Nothing that the push brings along
//! has a say in that.

use std::collections::HashSet;

use bstr::{BStr, BString};

use super::SourceError;
use super::outgoing::Outgoing;
use super::push::{self, RefUpdate};
use super::rewrite;
use crate::config::FILE_NAME;
use crate::finding::Finding;
use crate::git::{GitError, Kind, Mode, Oid, Repository, Selection, object};
use crate::outcome::Rewrite;

/// Lines or arguments that git does not write.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Standard input holds nothing.
    #[error(
        "standard input is empty, and git always names the refs there; perhaps another hook has read it: run this one first"
    )]
    Empty,
    /// A line is not of git's form, or is cut off.
    #[error("line {line} of standard input is not what git writes to pre-receive (OLD NEW REF)")]
    Line {
        /// 1-based.
        line: usize,
    },
    /// The arguments of `update` are not of git's form.
    #[error("the arguments are not what git hands to update (REF OLD NEW)")]
    Arguments,
}

/// Whose configuration judges a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judge {
    /// The repository's, as it stands in what each ref builds on.
    Base,
    /// One that the server's administrator names, for every ref.
    Administrator,
}

/// Refs of a push that one configuration judges.
#[derive(Debug, Default)]
pub struct Portion {
    /// The commit that holds the configuration; `None` where the push builds on nothing.
    pub base: Option<Oid>,
    /// The refs.
    pub refs: Vec<Pushed>,
    /// What is to be read.
    pub outgoing: Outgoing,
    /// What the base has where the configuration is looked for.
    entry: Option<(Mode, Oid)>,
}

/// One ref that is not deleted.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// Its full name.
    pub name: BString,
    /// The commit that it will lead to; `None` where that is a tree or blob.
    pub commit: Option<Oid>,
}

/// Reads the lines of `pre-receive`.
///
/// # Errors
/// [`Malformed`]: a ref that is not understood would be a ref that nobody scans.
pub fn updates(input: &[u8]) -> Result<Vec<RefUpdate>, Malformed> {
    if input.is_empty() {
        return Err(Malformed::Empty);
    }
    let updates = push::pre_receive(input).map_err(|error| Malformed::Line { line: error.line })?;
    // A line without its end may have lost more than that.
    if input.ends_with(b"\n") {
        Ok(updates)
    } else {
        Err(Malformed::Line {
            line: updates.len(),
        })
    }
}

/// Reads the arguments of `update`.
///
/// # Errors
/// [`Malformed::Arguments`] where they are not of git's form.
pub fn update(name: &[u8], old: &[u8], new: &[u8]) -> Result<Vec<RefUpdate>, Malformed> {
    if name.contains(&b'\n') {
        return Err(Malformed::Arguments);
    }
    push::pre_receive(&[old, b" ", new, b" ", name, b"\n"].concat())
        .map_err(|_| Malformed::Arguments)
}

/// Sorts the refs of a push by the configuration that judges them. Deleted refs bring nothing and appear in none.
///
/// # Errors
/// [`GitError`] where the server's refs, an old tip or a new tip cannot be read.
pub fn portions(
    updates: &[RefUpdate],
    judge: Judge,
    repository: &Repository,
) -> Result<Vec<Portion>, GitError> {
    let references = repository.references(&["refs/"])?;
    let existing: HashSet<Oid> = references
        .iter()
        .map(|reference| reference.target)
        .collect();
    let known: Vec<Oid> = existing.iter().copied().collect();
    let mut portions: Vec<Portion> = Vec::new();
    for update in updates {
        let Some(new) = update.new else { continue };
        let base = match update.old {
            Some(old) => commit_of(old, repository)?,
            None => repository.head()?,
        };
        let entry = match (judge, base) {
            (Judge::Base, Some(base)) => repository.entry_at(&base, FILE_NAME.as_bytes())?,
            _ => None,
        };
        let at = portions
            .iter()
            .position(|portion| portion.entry == entry)
            .unwrap_or_else(|| {
                let mut portion = Portion {
                    base,
                    entry,
                    ..Portion::default()
                };
                portion.outgoing.known.clone_from(&known);
                portions.push(portion);
                portions.len() - 1
            });
        let portion = &mut portions[at];
        portion.refs.push(Pushed {
            name: update.remote_ref.clone(),
            commit: commit_of(new, repository)?,
        });
        if update.old.is_none() {
            portion.outgoing.ref_names.push(update.remote_ref.clone());
        }
        // What a ref of the server points at already, tag or not, has been read when it came.
        if !existing.contains(&new) {
            portion.outgoing.tips.push(new);
        }
    }
    Ok(portions)
}

/// The commit that `oid` leads to; `None` where it leads to a tree or blob.
fn commit_of(oid: Oid, repository: &Repository) -> Result<Option<Oid>, GitError> {
    let mut at = oid;
    loop {
        let (kind, raw) = repository.object(&at)?;
        match kind {
            Kind::Commit => return Ok(Some(at)),
            Kind::Tree | Kind::Blob => return Ok(None),
            Kind::Tag => {
                at = object::tag(&raw)
                    .ok_or(GitError::DamagedObject {
                        oid: at,
                        what: "it is no tag",
                    })?
                    .target;
            }
        }
    }
}

impl Portion {
    /// The commits that its refs will lead to.
    pub fn commits(&self) -> impl Iterator<Item = Oid> {
        self.refs.iter().filter_map(|pushed| pushed.commit)
    }

    /// The configurations that the new tips bring and the base does not have, with the ref that brings each.
    ///
    /// # Errors
    /// [`GitError`] where a tip's tree cannot be read.
    pub fn new_configurations(
        &self,
        repository: &Repository,
    ) -> Result<Vec<(&BStr, Mode, Oid)>, GitError> {
        let mut new = Vec::new();
        for Pushed { name, commit } in &self.refs {
            let Some(commit) = commit else { continue };
            let entry = repository.entry_at(commit, FILE_NAME.as_bytes())?;
            if let Some((mode, oid)) = entry.filter(|_| entry != self.entry) {
                new.push((BStr::new(name), mode, oid));
            }
        }
        Ok(new)
    }
}

/// Takes from each finding the comments that ask to accept it, and says so: whoever pushes the secret has written them too.
pub fn distrust_comments(findings: &mut [Finding]) {
    for finding in findings {
        let markers = std::mem::take(&mut finding.markers);
        if let Some(marker) = markers.first() {
            finding.notes.push(format!(
                "the comment `{}` is part of the push and accepts nothing on this server",
                marker.as_written()
            ));
        }
    }
}

/// How whoever pushes can change the commits of `findings` (oldest first); `None` where no commit is concerned.
///
/// # Errors
/// [`SourceError`] where a commit cannot be read.
pub fn way<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    portions: &[Portion],
    repository: &Repository,
) -> Result<Option<Rewrite>, SourceError> {
    let Some((oldest, is_only)) = rewrite::oldest(findings) else {
        return Ok(None);
    };
    let tips: Vec<Oid> = portions.iter().flat_map(Portion::commits).collect();
    if is_only && tips.contains(&oldest) {
        return Ok(Some(Rewrite::Amend));
    }
    let (_, raw) = repository.object(&oldest)?;
    let parents = object::commit(&raw)
        .map(|commit| commit.parents)
        .unwrap_or_default();
    let mut known = parents.clone();
    known.extend(
        portions
            .iter()
            .flat_map(|portion| portion.outgoing.known.iter().copied()),
    );
    let since = repository.revisions(&Selection::Between {
        tips: &tips,
        known: &known,
    })?;
    Ok(Some(Rewrite::Rebase {
        upstream: parents.first().map(Oid::to_string),
        merges: since.iter().any(|revision| revision.parents.len() > 1),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_is_not_read_as_less() {
        let (old, new) = ("1".repeat(40), "2".repeat(40));
        let line = format!("{old} {new} refs/heads/main\n");
        assert_eq!(updates(line.as_bytes()).map(|updates| updates.len()), Ok(1));
        assert_eq!(updates(b""), Err(Malformed::Empty));
        for length in 1..line.len() {
            assert_eq!(
                updates(&line.as_bytes()[..length]),
                Err(Malformed::Line { line: 1 }),
                "{length}"
            );
        }
        assert_eq!(
            updates(format!("{line}\n{line}").as_bytes()),
            Err(Malformed::Line { line: 2 })
        );
    }

    #[test]
    fn update_takes_three_arguments_as_one_line() {
        let (old, new) = ("0".repeat(64), "2".repeat(64));
        let read = update(b"refs/heads/a", old.as_bytes(), new.as_bytes())
            .expect("it is what git hands over");
        assert_eq!((read.len(), read[0].old), (1, None));
        for (name, old, new) in [
            ("refs/heads/a", "x", &*new),
            ("", &*old, &*new),
            ("refs/heads/a\nb", &*old, &*new),
            ("refs/heads/a", &*new, ""),
        ] {
            assert_eq!(
                update(name.as_bytes(), old.as_bytes(), new.as_bytes()),
                Err(Malformed::Arguments)
            );
        }
    }
}
