//! What stands in the members of an archive.
//!
//! In: an archive. Out: the members that hold matches, each a text of its own with its own lines, and what could not be read. What is
//! stored as it is matches in the archive's bytes too, and counts as the member's. A match is new in a member where no member of the
//! old archive has its lines: an archive that is packed anew brings nothing.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

use bstr::{BStr, BString};

use super::{Barren, Candidates, Match, Place, Scanner};
use crate::archive::{self, Item, Limits};
use crate::finding::{Finding, Part};
use crate::order;
use crate::rules::RuleError;
use crate::text::view::View;

/// A member, or its path, in which something matched.
#[derive(Debug)]
pub(super) struct Member {
    /// Its path inside the archive.
    path: BString,
    /// Whether the text is its content or its path.
    part: Part,
    candidates: Candidates<'static>,
}

/// What could not be read of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The path inside, to follow that of the archive; empty for all of it.
    pub path: BString,
    /// Why, in a few words.
    pub reason: &'static str,
}

/// Rule, secret and member of each match, sorted.
type Told = Vec<(usize, Vec<u8>, BString)>;

/// Secrets that are looked at as the beginning of another.
const MAX_BEGINNINGS: usize = 4;

/// Searches the members of `text`, an archive whose own bytes gave `candidates`.
pub(super) fn open(
    scanner: &Scanner,
    barren: Option<&Barren>,
    text: &[u8],
    candidates: &mut Candidates<'_>,
) -> Result<(), RuleError> {
    let mut ended = Ok(());
    archive::walk(text, Limits::SCAN, &mut |item| {
        scanner.pulse.fetch_add(1, Ordering::Relaxed);
        let (path, content) = name_and_content(item);
        if let Item::Unread { path, reason } = item {
            candidates.unread.push(Unread {
                path: BString::from(path),
                reason,
            });
        }
        let name = archive::member_name(path);
        for (part, text) in [(Part::Path, name), (Part::Content, content)] {
            if text.is_empty() {
                continue;
            }
            match scanner.matched_in(barren, text) {
                Ok(found) if found.matches.is_empty() => {}
                Ok(found) => candidates.members.push(Member {
                    path: BString::from(path),
                    part,
                    candidates: found.into_owned(),
                }),
                Err(error) => ended = Err(error),
            }
        }
        match ended {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    candidates.tell_once();
    ended
}

/// The path of a member and what can be read of it. What cannot be read has a name all the same.
fn name_and_content(item: Item<'_>) -> (&BStr, &BStr) {
    match item {
        Item::Text { path, text, .. } => (path, BStr::new(text)),
        Item::Unread { path, .. } => (path, BStr::new(b"")),
    }
}

/// Adds what the members hold to `findings`, those of the archive's own bytes.
pub(super) fn findings(
    scanner: &Scanner,
    candidates: &Candidates<'_>,
    place: Place<'_>,
    findings: &mut Vec<Finding>,
) {
    for member in &candidates.members {
        let path = archive::member_path(place.path, &member.path);
        let place = Place {
            path: BStr::new(&path),
            part: member.part,
            origin: place.origin,
        };
        findings.extend(scanner.findings(&member.candidates, place));
    }
}

impl Candidates<'_> {
    /// What could not be read; empty for what is no archive.
    #[must_use]
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// Puts aside what stands in members whose lines some member of an old archive has, or an old text.
    pub(super) fn keep_new_in_members(&mut self, old_texts: &[&[u8]]) {
        for old in old_texts {
            if self.members.is_empty() {
                return;
            }
            for member in self
                .members
                .iter_mut()
                .filter(|it| it.part == Part::Content)
            {
                member.candidates.keep_new_lines(&[old]);
            }
            // What cannot be read of the old one is not known to be old.
            archive::walk(old, Limits::SCAN, &mut |item| {
                let (path, content) = name_and_content(item);
                for member in &mut self.members {
                    let old = match member.part {
                        Part::Content => content,
                        _ => archive::member_name(path),
                    };
                    member.candidates.keep_new_lines(&[old]);
                }
                ControlFlow::Continue(())
            });
            self.members
                .retain(|member| !member.candidates.matches.is_empty());
        }
    }

    /// Puts aside what a member tells better: matches in the bytes of an archive around it, which may have taken some of the next
    /// header along. They stay secret where another finding shows these bytes.
    fn tell_once(&mut self) {
        let mut told = Told::new();
        for member in &self.members {
            let of = &member.candidates;
            for found in &of.matches {
                told.push((found.rule, of.secret(found).to_vec(), member.path.clone()));
            }
        }
        if told.is_empty() {
            return;
        }
        order::sort(&mut told);
        self.put_aside(BStr::new(b""), &told);
        for member in &mut self.members {
            member.candidates.put_aside(member.path.as_ref(), &told);
        }
        self.members
            .retain(|member| !member.candidates.matches.is_empty());
    }

    fn put_aside(&mut self, path: &BStr, told: &Told) {
        let (mut aside, own) = std::mem::take(&mut self.matches)
            .into_iter()
            .partition(|found| {
                let secret = self.secret(found);
                let passed = told.partition_point(|it| (it.0, &*it.1) <= (found.rule, secret));
                // Those that it may begin with come right before it.
                let near = told[..passed]
                    .chunk_by(|a, b| (a.0, &a.1) == (b.0, &b.1))
                    .rev();
                near.take(MAX_BEGINNINGS).any(|of| {
                    of[0].0 == found.rule
                        && secret.starts_with(&of[0].1)
                        && of
                            .iter()
                            .any(|(_, _, inner)| is_inside(inner.as_ref(), path))
                })
            });
        self.matches = own;
        self.known.append(&mut aside);
    }

    fn secret(&self, found: &Match) -> &[u8] {
        &self.views[found.view].text[found.secret.clone()]
    }

    fn into_owned(self) -> Candidates<'static> {
        Candidates {
            views: self.views.into_iter().map(View::into_owned).collect(),
            matches: self.matches,
            known: self.known,
            members: self.members,
            unread: self.unread,
        }
    }
}

/// Whether `path` is that of a member of the archive at `archive`, however deep.
fn is_inside(path: &BStr, archive: &BStr) -> bool {
    path.strip_prefix(&**archive)
        .is_some_and(|inside| inside.starts_with(archive::SEPARATOR))
}
