//! From a text to findings.
//!
//! [`Scanner::candidates`] runs the prefilter and confirms its hits by regex; [`fresh`] keeps those that stand in lines
//! which the old text does not have; [`Scanner::findings`] runs the checks and says where each stands.
//!
//! ```text
//!  candidates     confirm (barren: where a regex was seen to match nothing)
//!                 hidden: what is encoded in it; packed (seen): what is packed in it; piece: what is too large to be held
//!  fresh          which of them are new
//!  findings       assess ──► grade, excerpt, notebook, marker
//!  proof          do rules find what they say they find?
//! ```

mod assess;
mod barren;
mod confirm;
mod disjoint;
pub mod excerpt;
pub mod fresh;
mod grade;
mod hidden;
pub mod marker;
mod notebook;
mod packed;
pub mod piece;
pub mod proof;
mod seen;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use bstr::{BStr, BString};

use crate::archive;
use crate::finding::{Finding, Origin, Part};
use crate::order;
use crate::prefilter::Prefilter;
use crate::rules::{RuleError, RuleSet};
use crate::text::layer::Seeds;
use crate::text::view::{self, View};

pub use barren::Barren;
use confirm::Known;
use disjoint::Disjoint;
use packed::Member;
pub use packed::Unread;

/// Rules and their prefilter, ready to be asked; shared by all threads of a run.
#[derive(Debug)]
pub struct Scanner {
    rules: RuleSet,
    prefilter: Prefilter,
    /// Seconds since 1970, UTC: what "expired" is measured against.
    now: i64,
    /// Rises with each member of an archive.
    pulse: Arc<AtomicU64>,
}

/// Where a text stands.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Path from the repository's root, forward slashes.
    pub path: &'a BStr,
    /// Which text of the file.
    pub part: Part,
    /// How it came to be scanned.
    pub origin: &'a Origin,
}

/// One text under scan: its views and what matched in them.
#[derive(Debug)]
pub struct Candidates<'a> {
    views: Vec<View<'a>>,
    matches: Vec<Match>,
    /// Matches that are not new.
    known: Vec<Match>,
    /// Where it is an archive: the members in which something matched.
    members: Vec<Member>,
    unread: Vec<Unread>,
    /// Counts what is unpacked: an old archive takes as long as a new one.
    pulse: Option<Arc<AtomicU64>>,
}

/// A confirmed match, before the checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    /// Index into the rule set.
    rule: usize,
    /// Index into the views.
    view: usize,
    /// Byte range of the secret in the view's text.
    secret: Range<usize>,
}

impl Scanner {
    /// Builds the prefilter for `rules`.
    #[must_use]
    pub fn new(rules: RuleSet) -> Self {
        let prefilter = Prefilter::new(&rules);
        Self {
            rules,
            prefilter,
            now: 0,
            pulse: Arc::default(),
        }
    }

    /// Tells what time it is, in seconds since 1970, UTC; without it no token counts as expired.
    #[must_use]
    pub fn with_now(mut self, unix_seconds: i64) -> Self {
        self.now = unix_seconds;
        self
    }

    /// Lets each member of an archive count as a sign of life in `pulse`: a million of them are one text to everybody else.
    #[must_use]
    pub fn with_pulse(mut self, pulse: Arc<AtomicU64>) -> Self {
        self.pulse = pulse;
        self
    }

    /// The rules it was made of.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// The keyword automaton of these rules.
    #[must_use]
    pub fn prefilter(&self) -> &Prefilter {
        &self.prefilter
    }

    /// Every match of every rule in `text`, whole; nothing is known yet of what is new.
    ///
    /// # Errors
    /// [`RuleError`] where a rule that was hit cannot be compiled.
    pub fn candidates<'a>(&self, text: &'a [u8]) -> Result<Candidates<'a>, RuleError> {
        self.matched(None, text)
    }

    /// The same for one of many texts that repeat each other; `barren` remembers what matches nothing.
    ///
    /// # Errors
    /// As [`Scanner::candidates`].
    pub fn candidates_again<'a>(
        &self,
        barren: &Barren,
        text: &'a [u8],
    ) -> Result<Candidates<'a>, RuleError> {
        self.matched(Some(barren), text)
    }

    /// The same where it is known that keywords, and what is encoded, can stand in the stretches `only`, which are disjoint and in
    /// order; and that `text` is no archive, notebook or manifest and holds no UTF-16.
    ///
    /// # Errors
    /// As [`Scanner::candidates`].
    pub fn candidates_within<'a>(
        &self,
        only: &[Range<usize>],
        text: &'a [u8],
    ) -> Result<Candidates<'a>, RuleError> {
        let known = Known {
            only: Some(only),
            ..Known::default()
        };
        self.matched_in(known, text)
    }

    fn matched<'a>(
        &self,
        barren: Option<&Barren>,
        text: &'a [u8],
    ) -> Result<Candidates<'a>, RuleError> {
        if !archive::is_archive(text) {
            let known = Known {
                barren,
                ..Known::default()
            };
            return self.matched_in(known, text);
        }
        packed::open(self, barren, text)
    }

    /// The same for a text whose members, if it has any, are texts of their own.
    fn matched_in<'a>(
        &self,
        known: Known<'_>,
        text: &'a [u8],
    ) -> Result<Candidates<'a>, RuleError> {
        let barren = known.barren;
        let of_others = || Known {
            barren,
            ..Known::default()
        };
        // What is known is so of the text as it stands, the first view.
        let mut known = Some(known);
        let mut views = view::of(text);
        let mut matches = Vec::new();
        let mut hidden = Vec::new();
        for (index, view) in views.iter().enumerate() {
            let found = |rule, secret| {
                matches.push(Match {
                    rule,
                    view: index,
                    secret,
                });
            };
            let mut seeds = Seeds::default();
            let has_keywords = confirm::matches(
                &self.rules,
                &self.prefilter,
                known.take().unwrap_or_else(of_others),
                &view.text,
                &mut seeds,
                found,
            )?;
            if seeds.notebook && has_keywords {
                hidden.extend(hidden::split(self, &view.text, index)?);
            }
            if !seeds.is_empty() {
                hidden.extend(hidden::all(self, &view.text, &mut seeds, index)?);
            }
        }
        for (view, of_view) in hidden {
            let index = views.len();
            views.push(view);
            matches.extend(of_view.into_iter().map(|(rule, secret)| Match {
                rule,
                view: index,
                secret,
            }));
        }
        if views.len() > 1 {
            // Of two readings of the same bytes the one that knows where words end is right.
            order::sort_by(&mut matches, |a, b| {
                let is_exact = |found: &Match| views[found.view].is_exact();
                is_exact(b).cmp(&is_exact(a))
            });
            once(&views, &mut matches);
        }
        Ok(Candidates {
            views,
            matches,
            known: Vec::new(),
            members: Vec::new(),
            unread: Vec::new(),
            pulse: None,
        })
    }

    /// `path` with every secret in it masked.
    #[must_use]
    pub fn shown_path(&self, path: &BStr) -> BString {
        assess::shown_path(self, path)
    }

    /// What is left of `candidates` after placeholders and checks, in order of place.
    #[must_use]
    pub fn findings(&self, candidates: &Candidates<'_>, place: Place<'_>) -> Vec<Finding> {
        let mut findings = assess::findings(self, candidates, place);
        packed::findings(self, candidates, place, &mut findings);
        findings
    }
}

/// Keeps the first of the matches that different readings of the same bytes give.
fn once(views: &[View<'_>], matches: &mut Vec<Match>) {
    let mut taken = Disjoint::default();
    matches.retain(|found| {
        let raw = view::raw(views, found.view, found.secret.clone());
        let packed = views[found.view].packed(found.secret.clone());
        taken.take(found.rule, &raw, packed)
    });
}

impl Candidates<'_> {
    /// Whether there is nothing to look at any further; most texts end here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.matches.is_empty() && self.members.is_empty()
    }
}
