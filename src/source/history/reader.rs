//! One thread's reading of objects: what is new in each goes through the prefilter, what matches is kept.
//!
//! In: objects, whole or as changes, from the walk of a pack. Out: the objects that hold credentials. Every rule and check reads
//! an object where a regex matches, and all of it only if it looks like a notebook, a manifest, UTF-16 or an archive.

use std::collections::HashSet;
use std::iter;
use std::ops::Range;
use std::sync::atomic::Ordering;

use bstr::BStr;

use crate::archive;
use crate::finding::{Finding, Origin, Part};
use crate::git::pack::{Change, Object, Piece, Progress, Visitor};
use crate::git::{Kind, Oid};
use crate::prefilter::Hit;
use crate::scan::{Candidates, Place, Scanner};
use crate::text::layer::Seeds;
use crate::text::{passage, strings, view};

use super::links::{Links, Present};
use super::marks::{self, MAX_MARKS, Mark};
use super::novelty::Novelty;
use super::reach::Reach;
use super::verdicts::Verdicts;
use super::{Gap, Held, HistoryError, tree};

/// Bytes.
const COUNTED_AT_ONCE: u64 = 1 << 20;

/// Reads objects for one thread.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) scanner: &'a Scanner,
    reach: Reach,
    novelty: Novelty,
    hits: Vec<Hit>,
    seeds: Seeds,
    verdicts: Verdicts,
    head: Vec<u8>,
    pub(super) links: Links<'a>,
    pub(super) progress: &'a Progress,
    pub(super) held: Vec<Held>,
    /// What could not be read of archives.
    pub(super) gaps: Vec<Gap>,
    pub(super) bytes: u64,
}

/// What is remembered of an object while its deltas are read.
#[derive(Debug)]
pub(super) struct Known {
    /// `None` where there are too many to remember.
    marks: Option<Vec<Mark>>,
    /// Nothing in it is NUL.
    nul_free: bool,
    /// Where the entries of a tree begin.
    entries: Vec<usize>,
    /// It looks like a notebook, or is made of one.
    notebook: bool,
    /// It looks like a Kubernetes Secret, or is made of one.
    manifest: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        scanner: &'a Scanner,
        present: &'a Present<'a>,
        progress: &'a Progress,
    ) -> Self {
        Self {
            scanner,
            reach: Reach::new(scanner.prefilter().needles()),
            novelty: Novelty::default(),
            hits: Vec::new(),
            seeds: Seeds::default(),
            verdicts: Verdicts::new(),
            head: Vec::new(),
            links: Links::new(present),
            progress,
            held: Vec::new(),
            gaps: Vec::new(),
            bytes: 0,
        }
    }

    /// Keeps `object` if `text` holds anything that every rule and check finds `only` in these stretches, or in all of it.
    fn keep(
        &mut self,
        object: &Object<'_>,
        text: &[u8],
        only: Option<&[Range<usize>]>,
    ) -> Result<(), HistoryError> {
        let mut findings = Vec::new();
        if object.kind == Kind::Tree {
            for name in tree::names(text) {
                let place = (BStr::new(name), Part::Path);
                let candidates = self.scanner.candidates(name)?;
                findings.extend(findings_in(self.scanner, &candidates, object.oid(), place));
            }
        } else {
            let place = (BStr::new(b""), Part::Content);
            let candidates = match only {
                Some(stretches) => self.scanner.candidates_within(stretches, text)?,
                None => self.scanner.candidates(text)?,
            };
            findings = findings_in(self.scanner, &candidates, object.oid(), place);
            let gaps = candidates.unread().iter().map(|unread| Gap {
                what: format!("object {}{}", object.oid(), unread.path),
                why: unread.reason.to_owned(),
                is_packed: true,
            });
            self.gaps.extend(gaps);
        }
        self.hold(object, findings);
        Ok(())
    }

    /// Keeps what was found in `object`, if anything was.
    pub(super) fn hold(&mut self, object: &Object<'_>, findings: Vec<Finding>) {
        if findings.is_empty() {
            return;
        }
        let found = findings.len() as u64;
        self.progress.found.fetch_add(found, Ordering::Relaxed);
        self.held.push(Held {
            oid: object.oid(),
            kind: object.kind,
            findings,
        });
    }

    /// Where keywords stand in `text`, and where something may be encoded.
    fn search(&mut self, text: &[u8]) {
        self.hits.clear();
        self.seeds.clear();
        let prefilter = self.scanner.prefilter();
        prefilter.hits_and_seeds(text, 0..text.len(), &mut self.hits, &mut self.seeds);
    }

    /// The stretches at the seeds in which a match is hidden. Of a tree only its names are read.
    fn hidden(&mut self, kind: Kind, text: &[u8]) -> Result<Vec<Range<usize>>, HistoryError> {
        if kind != Kind::Tree {
            return Ok(self.scanner.hiding(text, &mut self.seeds)?);
        }
        let mut hiding = Vec::new();
        let mut looked_at = HashSet::new();
        for at in self.seeds.places() {
            // In a bent tree a name may begin anywhere, and in a copy of it elsewhere.
            let part = iter::once(tree::part_around(text, at));
            for name in part.chain(tree::names_around(text, at)) {
                if looked_at.insert(name.clone()) {
                    let stretches = self.hidden_in_name(&text[name.clone()])?.into_iter();
                    let moved = |at: Range<usize>| name.start + at.start..name.start + at.end;
                    hiding.extend(stretches.map(moved));
                }
            }
        }
        Ok(hiding)
    }

    fn hidden_in_name(&self, name: &[u8]) -> Result<Vec<Range<usize>>, HistoryError> {
        let mut seeds = Seeds::default();
        let all = 0..name.len();
        let prefilter = self.scanner.prefilter();
        prefilter.hits_and_seeds(name, all, &mut Vec::new(), &mut seeds);
        Ok(self.scanner.hiding(name, &mut seeds)?)
    }

    /// The passages of UTF-16 in `text` in which a keyword stands or something may be encoded; no other can hold a match.
    /// And whether they look like a Kubernetes Secret.
    fn passages(&self, kind: Kind, text: &[u8]) -> (Vec<Range<usize>>, bool) {
        // The names in a tree hold no NUL.
        if kind == Kind::Tree {
            return (Vec::new(), false);
        }
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut is_manifest = false;
        for passages in passage::find(text) {
            let mut hits = Vec::new();
            let mut seeds = Seeds::default();
            let all = 0..passages.text.len();
            let prefilter = self.scanner.prefilter();
            prefilter.hits_and_seeds(&passages.text, all, &mut hits, &mut seeds);
            is_manifest |= seeds.manifest;
            let places = hits.iter().map(|hit| hit.start).chain(seeds.places());
            found.extend(places.map(|at| passages.stretch_at(at)));
        }
        found.sort_unstable_by_key(|stretch| (stretch.start, stretch.end));
        found.dedup();
        (found, is_manifest)
    }

    /// Counts the bytes of a text; others see it in steps, so that the threads need not wait for each other.
    pub(super) fn count(&mut self, len: usize) {
        let step = self.bytes / COUNTED_AT_ONCE;
        self.bytes += len as u64;
        let steps = self.bytes / COUNTED_AT_ONCE - step;
        if steps > 0 {
            let bytes = &self.progress.bytes;
            bytes.fetch_add(steps * COUNTED_AT_ONCE, Ordering::Relaxed);
        }
    }

    /// Whether a decoding of the changed text, or what is packed in it, must be read as well.
    fn is_decoded(&mut self, change: &mut Change<'_>, nul_free: bool) -> bool {
        let wanted = if nul_free {
            view::MARK_BYTES
        } else {
            view::SNIFFED
        };
        self.head.clear();
        for piece in change.pieces() {
            let (Piece::Copy(_, run) | Piece::Insert(run)) = piece;
            let missing = wanted - self.head.len();
            self.head.extend_from_slice(&run[..run.len().min(missing)]);
            if self.head.len() == wanted {
                break;
            }
        }
        view::is_decoded(&self.head)
            || archive::may_begin(&self.head)
            || strings::may_begin(&self.head)
    }
}

impl Visitor for Reader<'_> {
    type State = Known;
    type Error = HistoryError;

    fn whole(&mut self, object: &Object<'_>, text: &[u8]) -> Result<Known, HistoryError> {
        self.count(text.len());
        self.search(text);
        let mut hidden = self.hidden(object.kind, text)?;
        let nul_free = memchr::memchr(0, text).is_none();
        if !nul_free {
            let (passages, manifest) = self.passages(object.kind, text);
            let passages = passages.into_iter();
            hidden.extend(passages.map(|at| at.start..at.end.min(text.len())));
            self.seeds.manifest |= manifest;
        }
        let rules = self.scanner.rules();
        let marks = if self.hits.len() > MAX_MARKS {
            None
        } else {
            let verdicts = &mut self.verdicts;
            Some(marks::whole(
                rules,
                object.kind,
                text,
                &self.hits,
                hidden,
                verdicts,
            )?)
        };
        let decoded = object.kind != Kind::Tree
            && (view::is_decoded(text) || archive::is_archive(text) || strings::may_begin(text));
        let Seeds {
            notebook, manifest, ..
        } = self.seeds;
        let apart = manifest && has_parts(object.kind, nul_free);
        if decoded || apart || is_suspect(marks.as_deref(), notebook) {
            let is_plain = nul_free && !(decoded || notebook || manifest);
            let only = marks.as_deref().filter(|_| is_plain);
            let only = only.map(|marks| marks::stretches(marks, text.len()));
            self.keep(object, text, only.as_deref())?;
        }
        Ok(Known {
            marks,
            notebook,
            manifest,
            nul_free,
            entries: self.links.whole(object, text),
        })
    }

    fn delta(
        &mut self,
        object: &Object<'_>,
        base: &Known,
        change: &mut Change<'_>,
    ) -> Result<Known, HistoryError> {
        let Some(base_marks) = &base.marks else {
            return self.whole(object, change.text());
        };
        self.count(change.len());
        self.novelty.fill(object.kind, change, &self.reach);
        let novel = self.novelty.bytes();
        self.hits.clear();
        self.seeds.clear();
        let all = 0..novel.len();
        let prefilter = self.scanner.prefilter();
        prefilter.hits_and_seeds(novel, all, &mut self.hits, &mut self.seeds);
        let is_nul_free = object.kind == Kind::Tree || memchr::memchr(0, novel).is_none();
        let nul_free = base.nul_free && is_nul_free;
        let mut hidden = Vec::new();
        if !is_nul_free {
            let (passages, manifest) = self.passages(object.kind, novel);
            let passages = passages.into_iter();
            hidden.extend(passages.map(|at| self.novelty.place_range(&at, change.len())));
            self.seeds.manifest |= manifest;
        }
        // What tells it may stand far from its values: all of it is looked at, as long as it is made of one.
        self.seeds.manifest |= base.manifest;
        if !self.seeds.is_empty() {
            self.novelty.place_all(&mut self.seeds);
            hidden.extend(self.hidden(object.kind, change.text())?);
        }
        let marks = if self.hits.is_empty() && base_marks.is_empty() && hidden.is_empty() {
            Some(Vec::new())
        } else if self.hits.len() > MAX_MARKS {
            None
        } else {
            let rules = self.scanner.rules();
            let found = (&self.novelty, &*self.hits);
            let verdicts = &mut self.verdicts;
            marks::inherited(
                rules,
                object.kind,
                base_marks,
                found,
                hidden,
                change,
                verdicts,
            )?
        };
        let decoded = object.kind != Kind::Tree && self.is_decoded(change, nul_free);
        let notebook = base.notebook || self.seeds.notebook;
        let manifest = self.seeds.manifest;
        let apart = manifest && has_parts(object.kind, nul_free);
        if decoded || apart || is_suspect(marks.as_deref(), notebook) {
            let is_plain = nul_free && !(decoded || notebook || manifest);
            let only = marks.as_deref().filter(|_| is_plain);
            let only = only.map(|marks| marks::stretches(marks, change.len()));
            self.keep(object, change.text(), only.as_deref())?;
        }
        Ok(Known {
            marks,
            nul_free,
            entries: self.links.changed(object, &base.entries, change),
            notebook,
            manifest,
        })
    }
}

/// Whether it is read in parts, each a text of its own: names, passages of UTF-16. A sign in one may tell of values in it that were
/// there before.
fn has_parts(kind: Kind, nul_free: bool) -> bool {
    kind == Kind::Tree || !nul_free
}

/// A notebook with a keyword is: its strings may be parts of a match that none of them is.
fn is_suspect(marks: Option<&[Mark]>, notebook: bool) -> bool {
    marks.is_none_or(|marks| marks.iter().any(|mark| notebook || mark.matches))
}

/// What every rule and check make of a text of `object`; its path is filled in once it is known where it lies.
fn findings_in(
    scanner: &Scanner,
    candidates: &Candidates<'_>,
    object: Oid,
    (path, part): (&BStr, Part),
) -> Vec<Finding> {
    if candidates.is_empty() {
        return Vec::new();
    }
    let origin = Origin::Object {
        object: object.to_string(),
    };
    let place = Place {
        path,
        part,
        origin: &origin,
    };
    scanner.findings(candidates, place)
}
