//! What stands in the members of an archive.
//!
//! In: an archive. Out: the members that hold matches, each a text of its own with its own lines, and what could not be read. What is
//! stored as it is matches in the archive's bytes too, and counts as the member's. A match is new in a member where no member of the
//! old archive has its lines: an archive that is packed anew brings nothing.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bstr::{BStr, BString};

use super::confirm::Known;
use super::seen::Seen;
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

/// Searches `text`, an archive, and its members.
pub(super) fn open<'a>(
    scanner: &Scanner,
    barren: Option<&Barren>,
    text: &'a [u8],
) -> Result<Candidates<'a>, RuleError> {
    // The archives that the walk is in, with where they lie in memory; each is there as long as its members come.
    let mut outer = vec![(place(text), Seen::default())];
    let known = Known {
        barren,
        seen: Some(&mut outer[0].1),
        only: None,
    };
    let mut candidates = scanner.matched_in(known, text)?;
    let mut ended = Ok(());
    archive::walk(text, Limits::SCAN, &mut |item| {
        scanner.pulse.fetch_add(1, Ordering::Relaxed);
        let Some((path, content)) = name_and_content(item) else {
            return ControlFlow::Continue(());
        };
        if let Item::Unread { path, reason } = item {
            candidates.unread.push(Unread {
                path: BString::from(path),
                reason,
            });
        }
        let name = archive::member_name(path);
        let mut search = |part, text: &[u8], known| match scanner.matched_in(known, text) {
            Ok(found) if found.matches.is_empty() => {}
            Ok(found) => candidates.members.push(Member {
                path: BString::from(path),
                part,
                candidates: found.into_owned(),
            }),
            Err(error) => ended = Err(error),
        };
        let known = Known {
            barren,
            ..Known::default()
        };
        search(Part::Path, name, known);
        let (level, is_archive) = match item {
            Item::Text {
                level, is_archive, ..
            } => (level, is_archive),
            _ => (outer.len() - 1, false),
        };
        outer.truncate(level + 1);
        let at = place(content);
        let only = outer.iter().rev().find_map(|(whole, seen)| {
            let is_part = whole.start <= at.start && at.end <= whole.end;
            is_part.then(|| seen.within(&(at.start - whole.start..at.end - whole.start)))
        });
        let mut seen = Seen::default();
        let known = Known {
            barren,
            only: only.as_deref(),
            seen: is_archive.then_some(&mut seen),
        };
        search(Part::Content, content, known);
        if is_archive {
            outer.push((at, seen));
        }
        match ended {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    ended?;
    candidates.pulse = Some(Arc::clone(&scanner.pulse));
    candidates.tell_once();
    Ok(candidates)
}

/// Its addresses.
fn place(bytes: &[u8]) -> Range<usize> {
    let start = bytes.as_ptr().addr();
    start..start + bytes.len()
}

/// The path of a member and what can be read of it. What cannot be read has a name all the same.
fn name_and_content(item: Item<'_>) -> Option<(&BStr, &BStr)> {
    match item {
        Item::Text { path, text, .. } => Some((path, BStr::new(text))),
        Item::Unread { path, .. } => Some((path, BStr::new(b""))),
        Item::Unpacking => None,
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
                if let Some(pulse) = &self.pulse {
                    pulse.fetch_add(1, Ordering::Relaxed);
                }
                let Some((path, content)) = name_and_content(item) else {
                    return ControlFlow::Continue(());
                };
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
            pulse: self.pulse,
        }
    }
}

/// Whether `path` is that of a member of the archive at `archive`, however deep.
fn is_inside(path: &BStr, archive: &BStr) -> bool {
    path.strip_prefix(&**archive)
        .is_some_and(|inside| inside.starts_with(archive::SEPARATOR))
}
