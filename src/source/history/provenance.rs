//! Who brought a credential, and where it still stands.
//!
//! In: the objects that hold credentials. Out: findings with path, commit, author and date, one for each secret in each
//! file: that of the first commit that has it. Notes say how many commits have it and at which tips it stands. Asked only
//! where something was found, since it reads every commit and every tree once.

use std::collections::{BTreeMap, HashMap, HashSet};

use bstr::{BStr, ByteSlice};

use super::placing::Placing;
use super::spots::{Spot, Trees};
use super::tips::{self, Tips};
use super::{Held, History, HistoryError};
use crate::checks::date;
use crate::finding::{CommitInfo, Finding, Origin, Part};
use crate::fingerprint::Fingerprint;
use crate::git::{Kind, Oid, Repository, Selection, object};
use crate::scan::{Place, Scanner};
use crate::source::{Progress, Scanned};

/// Findings that say where they come from.
#[derive(Debug, Default)]
pub struct Placed {
    /// The oldest first; those that no commit has come last.
    pub scanned: Scanned,
    /// Whether something could not be read: there may be more places.
    pub has_gaps: bool,
}

/// What is known of one secret in one file.
#[derive(Clone, Debug, Default)]
struct Trace {
    /// The numbers of the commits that have it, the first and the last.
    commits: Option<(usize, usize)>,
    /// How many commits have it.
    count: usize,
    /// The refs at whose tips it stands, by number.
    tips: Vec<usize>,
    at_head: bool,
}

/// A held object with its place, before it is read again.
struct Lead<'a> {
    held: &'a Held,
    /// Path and part of a blob or name.
    spot: Option<(&'a BStr, Part)>,
    trace: Trace,
    /// What to say where no commit has it.
    otherwise: Origin,
}

/// Finds out where everything in `history` comes from.
///
/// # Errors
/// [`HistoryError`] where git cannot list commits or refs, or a rule is unusable.
pub fn placed(
    history: &History,
    repository: &Repository,
    scanner: &Scanner,
    progress: &Progress,
) -> Result<Placed, HistoryError> {
    if history.held.is_empty() {
        return Ok(Placed::default());
    }
    let commits: Vec<Oid> = progress
        .while_waiting(|| repository.revisions(&Selection::Everything))?
        .into_iter()
        .map(|revision| revision.commit)
        .collect();
    let mut trees = Trees::new(&history.held, repository, progress);
    let mut traces: BTreeMap<Spot, Trace> = BTreeMap::new();
    let mut held_commits: HashMap<Oid, usize> = HashMap::new();
    for (number, commit) in commits.iter().enumerate() {
        progress.advance();
        if trees.is_held(commit) {
            held_commits.insert(*commit, number);
        }
        let Some(tree) = tips::tree_of(repository, commit) else {
            trees.has_gaps = true;
            continue;
        };
        for spot in trees.spots(tree) {
            traces.entry(spot).or_default().add(number);
        }
    }
    let tips = Tips::read(repository, scanner, &mut trees)?;
    for (spot, number) in &tips.spots {
        traces.entry(spot.clone()).or_default().tips.push(*number);
    }
    for spot in &tips.at_head {
        traces.entry(spot.clone()).or_default().at_head = true;
    }
    let leads = leads(history, &traces, &held_commits, &tips);
    let told = Telling {
        commits: &commits,
        cloned: cloned(repository, progress)?,
        tips: &tips,
        placing: Placing {
            repository,
            scanner,
            progress,
        },
    };
    Ok(Placed {
        scanned: told.findings(leads)?,
        has_gaps: trees.has_gaps,
    })
}

/// The commits that a clone would get; the others are in reflogs alone.
fn cloned(repository: &Repository, progress: &Progress) -> Result<HashSet<Oid>, HistoryError> {
    let revisions = progress.while_waiting(|| repository.revisions(&Selection::Range("--all")))?;
    Ok(revisions
        .into_iter()
        .map(|revision| revision.commit)
        .collect())
}

/// Every held object at every place, in the order in which they are told.
fn leads<'a>(
    history: &'a History,
    traces: &'a BTreeMap<Spot, Trace>,
    held_commits: &HashMap<Oid, usize>,
    tips: &'a Tips,
) -> Vec<Lead<'a>> {
    let mut by_object: HashMap<Oid, Vec<(&Spot, &Trace)>> = HashMap::new();
    for (spot, trace) in traces {
        by_object.entry(spot.oid).or_default().push((spot, trace));
    }
    let mut leads = Vec::new();
    for held in &history.held {
        let object = || held.oid.to_string();
        let mut lead = |spot, trace, otherwise| {
            leads.push(Lead {
                held,
                spot,
                trace,
                otherwise,
            });
        };
        let spots = by_object.get(&held.oid).map_or(&[][..], Vec::as_slice);
        for (spot, trace) in spots {
            let place = (BStr::new(&spot.path), spot.part);
            lead(
                Some(place),
                (*trace).clone(),
                Origin::Object { object: object() },
            );
        }
        match held.kind {
            _ if !spots.is_empty() => {}
            Kind::Commit if held_commits.contains_key(&held.oid) => {
                let mut trace = Trace::default();
                trace.add(held_commits[&held.oid]);
                lead(None, trace, Origin::Object { object: object() });
            }
            Kind::Tag if tips.tags.contains(&held.oid) => {
                lead(None, Trace::default(), Origin::Tag { tag: object() });
            }
            _ => match tips.in_index.get(&held.oid) {
                Some((path, part)) => {
                    lead(
                        Some((BStr::new(path), *part)),
                        Trace::default(),
                        Origin::Staged,
                    );
                }
                None => lead(
                    None,
                    Trace::default(),
                    Origin::Unreachable { object: object() },
                ),
            },
        }
    }
    // The commits' numbers come first; `None` would, and is to come last.
    leads.sort_by_key(|lead| lead.trace.commits.map_or(usize::MAX, |(first, _)| first));
    leads
}

impl Trace {
    fn add(&mut self, commit: usize) {
        let first = self.commits.map_or(commit, |(first, _)| first);
        self.commits = Some((first, commit));
        self.count += 1;
    }

    /// Takes over what is known of another version of the same file.
    fn append(&mut self, other: &Self) {
        self.commits = match (self.commits, other.commits) {
            (Some((first, last)), Some((other_first, other_last))) => {
                Some((first.min(other_first), last.max(other_last)))
            }
            (own, other) => own.or(other),
        };
        self.count += other.count;
        self.tips.extend(&other.tips);
        self.at_head |= other.at_head;
    }
}

/// What it takes to put a place into words.
struct Telling<'a> {
    commits: &'a [Oid],
    cloned: HashSet<Oid>,
    tips: &'a Tips,
    placing: Placing<'a>,
}

impl Telling<'_> {
    /// One finding for each secret at each path: that of the first lead.
    fn findings(&self, leads: Vec<Lead<'_>>) -> Result<Scanned, HistoryError> {
        let mut told: Vec<(Finding, Trace)> = Vec::new();
        let mut index: HashMap<(Fingerprint, Part), usize> = HashMap::new();
        for lead in leads {
            let origin = match lead.trace.commits {
                Some((first, _)) => self.origin(&self.commits[first]),
                None => lead.otherwise,
            };
            let findings = match lead.spot {
                Some((path, part)) => {
                    let place = Place {
                        path,
                        part,
                        origin: &origin,
                    };
                    match part {
                        Part::Path => self.placing.name(lead.held, place)?,
                        _ => self.placing.blob(lead.held, place)?,
                    }
                }
                None => self.placing.alone(lead.held, &origin)?,
            };
            // A secret that stands twice in a text counts once for it.
            let mut seen = HashSet::new();
            for finding in findings {
                let key = (finding.fingerprint.clone(), finding.part);
                if !seen.insert(key.clone()) {
                    continue;
                }
                match index.get(&key) {
                    Some(&at) => told[at].1.append(&lead.trace),
                    None => {
                        index.insert(key, told.len());
                        told.push((finding, lead.trace.clone()));
                    }
                }
            }
        }
        let mut scanned = Scanned::default();
        for (mut finding, trace) in told {
            finding.notes.extend(self.notes(trace));
            scanned.findings.push(finding);
        }
        Ok(scanned)
    }

    fn origin(&self, commit: &Oid) -> Origin {
        let raw = self.placing.repository.object(commit).ok();
        let parsed = raw.as_ref().and_then(|(_, raw)| object::commit(raw));
        let author = parsed
            .as_ref()
            .map_or(BStr::new(b""), |commit| commit.author);
        Origin::Commit(CommitInfo {
            commit: commit.to_string(),
            author: self.placing.scanner.shown_path(author.as_bstr()),
            date: date::iso(parsed.map_or(0, |commit| commit.author_time)),
        })
    }

    fn notes(&self, trace: Trace) -> Vec<String> {
        let Some((first, last)) = trace.commits else {
            return Vec::new();
        };
        let mut notes = Vec::new();
        if trace.count > 1 {
            let last = self.commits[last];
            notes.push(format!(
                "in {} commits, the last of them {last}",
                trace.count
            ));
        }
        if trace.at_head {
            notes.push("still at HEAD".to_owned());
        }
        let tips = self.tips.names(trace.tips);
        if !tips.is_empty() {
            notes.push(format!("at the tip of {tips}"));
        } else if !self.cloned.contains(&self.commits[first]) {
            notes.push("only a reflog of this clone leads to it".to_owned());
        }
        notes
    }
}
