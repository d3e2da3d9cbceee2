//! Who brought each secret of a history, and where it still is.
//!
//! In: the objects that hold secrets, and what was found in names of refs and in reflogs. Out: one finding a secret, the newest
//! first, with all its places. Asked only where something was found, since it reads every commit and every tree once.
//!
//! ```text
//!  survey              everything held at every path
//!    ├─ commits ─ lineage  in git's order, from what `tips` names on
//!    ├─ folders ─ takers   which trees lead to something held (entry: an entry of one)
//!    ├─ nodes, spread      trees that hold the same are one, and stand at a path once
//!    └─ trace, brought     which commits have it there; which brought it
//!  facts, secrets      what holds for a secret over all of its places
//!  sites ─ placing     its places one by one, read once more
//!  strays              paths of what nothing leads to any more
//! ```

mod brought;
mod commits;
mod entry;
mod facts;
mod folders;
mod lineage;
mod nodes;
mod placing;
mod secrets;
mod sites;
mod spread;
mod strays;
mod survey;
mod takers;
mod trace;

use std::collections::HashSet;

use bstr::{BStr, BString};

use commits::Commits;
use entry::Target;
use facts::Facts;
use folders::Wanted;
use secrets::Secrets;
use sites::Gathering;
use strays::Stray;
use survey::Survey;

use super::tips::{self, Stands, Tips};
use super::{Asked, History, HistoryError};
use crate::finding::{Finding, Origin, Part, Reach};
use crate::git::{Kind, Oid, object};
use crate::scan::Place;
use crate::source::objects::tag_origin;

/// Findings that say where they come from.
#[derive(Debug, Default)]
pub struct Told {
    /// One a secret, the newest first; those that no commit has come last.
    pub findings: Vec<Finding>,
    /// Whether something could not be read: there may be more places.
    pub has_gaps: bool,
    /// How many secrets lie outside of what was asked for.
    pub left_out: usize,
}

/// Finds out where everything in `history` comes from; `named` was found in names of refs and in reflogs.
///
/// # Errors
/// [`HistoryError`] where git cannot list commits or refs, or a rule is unusable.
pub fn told(
    history: &History,
    named: Vec<Finding>,
    asked: &Asked<'_>,
) -> Result<Told, HistoryError> {
    if history.held.is_empty() && named.is_empty() {
        return Ok(Told::default());
    }
    let mut secrets = Secrets::new(&history.held);
    if history.held.is_empty() {
        let tips = Tips::read(asked.repository, asked.scanner, asked.narrowing)?;
        let mut gathering = Gathering::new(asked, history, &mut secrets);
        add_named(&mut gathering, named, asked, &tips);
        let findings = gathering.findings(Some((&tips, &Commits::default())), &[]);
        return Ok(Told {
            left_out: secrets.len() - findings.len(),
            findings,
            has_gaps: false,
        });
    }
    let wanted = Wanted::new(&history.held);
    let mut survey = Survey::make(asked, &wanted, &secrets)?;
    let mut has_gaps = survey.has_gaps();
    let frames = facts::frames(&survey, asked, &framed(history, &survey, asked));
    let facts = facts::of_secrets(&survey, asked, &secrets, &frames);
    let unplaced = unplaced(history, &mut survey);
    let lost = Lost::new(unplaced, history, &mut survey, asked)?;
    let mut gathering = Gathering::new(asked, history, &mut secrets);
    gathering.files(&survey)?;
    gathering.frames(&survey, &frames)?;
    has_gaps |= lost.has_gaps;
    add_unplaced(&mut gathering, history, &survey, asked, &lost)?;
    add_named(&mut gathering, named, asked, &survey.tips);
    let findings = gathering.findings(Some((&survey.tips, &survey.commits)), &facts);
    Ok(Told {
        left_out: secrets.len() - findings.len(),
        findings,
        has_gaps,
    })
}

/// The same as far as it is known without asking: the objects that hold each secret.
///
/// # Errors
/// [`HistoryError`] where a rule is unusable.
pub fn untold(
    history: &History,
    named: Vec<Finding>,
    asked: &Asked<'_>,
) -> Result<Vec<Finding>, HistoryError> {
    let mut secrets = Secrets::new(&history.held);
    let mut gathering = Gathering::new(asked, history, &mut secrets);
    for (number, held) in (0..).zip(&history.held) {
        let origin = Origin::Object {
            object: held.oid.to_string(),
        };
        gathering.alone(number, &origin, Reach::Unknown, &[])?;
    }
    for finding in named {
        gathering.add(
            vec![finding],
            Default::default(),
            false,
            Reach::Unknown,
            &[],
        );
    }
    Ok(gathering.findings(None, &[] as &[Facts]))
}

/// The held commits that count: number among the held, number of the commit.
fn framed(history: &History, survey: &Survey<'_>, asked: &Asked<'_>) -> Vec<(u32, u32)> {
    if asked.narrowing.has_paths() {
        return Vec::new();
    }
    (0..)
        .zip(&history.held)
        .filter(|(_, held)| held.kind == Kind::Commit)
        .filter_map(|(number, held)| Some((number, survey.commits.number(&held.oid)?)))
        .filter(|(_, commit)| asked.narrowing.takes_time(survey.commits.of(*commit).time))
        .collect()
}

/// The held objects that stand in no commit's and no ref's tree, and are no commit that was listed.
fn unplaced(history: &History, survey: &mut Survey<'_>) -> Vec<u32> {
    let placed: HashSet<u32> = survey
        .spread
        .spots
        .iter()
        .zip(&survey.traces)
        .filter(|(_, trace)| trace.first().is_some() || trace.at_ref || trace.at_head)
        .filter_map(|(spot, _)| match spot.target {
            Target::File(held) | Target::Link(held) => Some(held),
            Target::Name | Target::Folder(_) => None,
        })
        .collect();
    let mut is_met = |number: &u32| {
        let held = &history.held[*number as usize];
        match held.kind {
            Kind::Blob => placed.contains(number),
            Kind::Tree => survey.nodes.has_met(held.oid),
            Kind::Commit => survey.commits.number(&held.oid).is_some(),
            Kind::Tag => false,
        }
    };
    (0..)
        .take(history.held.len())
        .filter(|number| !is_met(number))
        .collect()
}

/// What no tree of a commit or ref has.
struct Lost {
    /// Numbers of the held.
    unplaced: Vec<u32>,
    /// What of it the index has.
    index: Vec<(Oid, BString, Part)>,
    /// What of it trees have that nothing leads to.
    strays: Vec<Stray>,
    /// Whether the index could not be read.
    has_gaps: bool,
}

impl Lost {
    fn new(
        unplaced: Vec<u32>,
        history: &History,
        survey: &mut Survey<'_>,
        asked: &Asked<'_>,
    ) -> Result<Self, HistoryError> {
        let held = |number: &u32| &history.held[*number as usize];
        let oids: HashSet<Oid> = unplaced.iter().map(|number| held(number).oid).collect();
        let (index, has_gaps) = match tips::in_index(asked.repository, &oids) {
            Ok(index) => (index, false),
            Err(_) => (Vec::new(), true),
        };
        let mut led_to: HashSet<Oid> = index.iter().map(|(oid, ..)| *oid).collect();
        led_to.extend(survey.tips.tips.iter().filter_map(|tip| match tip.stands {
            Stands::Blob(oid) => Some(oid),
            Stands::Commit(_) | Stands::Tree(_) => None,
        }));
        let is_lost = |number: &&u32| {
            let held = held(number);
            held.kind == Kind::Blob && !led_to.contains(&held.oid)
        };
        let blobs: HashSet<u32> = match asked.narrowing.is_whole() {
            true => unplaced.iter().filter(is_lost).copied().collect(),
            false => HashSet::new(),
        };
        Ok(Self {
            strays: strays::find(survey, asked, &blobs)?,
            unplaced,
            index,
            has_gaps,
        })
    }
}

/// Tags, blobs that refs name, the index, and what nothing leads to.
fn add_unplaced(
    gathering: &mut Gathering<'_>,
    history: &History,
    survey: &Survey<'_>,
    asked: &Asked<'_>,
    lost: &Lost,
) -> Result<(), HistoryError> {
    let narrowing = asked.narrowing;
    let tags = survey.tips.tags();
    for &number in &lost.unplaced {
        let held = &history.held[number as usize];
        let object = held.oid.to_string();
        if let Some(tips) = tags.get(&held.oid) {
            let raw = asked.repository.object(&held.oid).ok();
            let tag = raw.and_then(|(_, raw)| object::tag(&raw));
            // One without a date is as old as can be.
            let time = tag.as_ref().map_or(0, |tag| tag.time);
            if !narrowing.has_paths() && narrowing.takes_time(time) {
                let origin = tag_origin(asked.scanner, &held.oid, tag.as_ref());
                gathering.alone(number, &origin, Reach::Refs, tips)?;
            }
            continue;
        }
        let named: Vec<u32> = (0..)
            .zip(&survey.tips.tips)
            .filter(|(_, tip)| matches!(tip.stands, Stands::Blob(oid) if oid == held.oid))
            .map(|(tip, _)| tip)
            .collect();
        if !named.is_empty() {
            if !narrowing.has_paths() && !narrowing.has_times() {
                let origin = Origin::Object { object };
                gathering.alone(number, &origin, Reach::Refs, &named)?;
            }
            continue;
        }
        let mut is_staged = false;
        for (_, path, part) in lost.index.iter().filter(|(oid, ..)| *oid == held.oid) {
            is_staged = true;
            if !narrowing.has_refs() && !narrowing.has_times() && narrowing.takes_path(path) {
                let place = Place {
                    path: BStr::new(path),
                    part: *part,
                    origin: &Origin::Staged,
                };
                gathering.blob_at(number, place, Reach::Index)?;
            }
        }
        if is_staged || !narrowing.is_whole() {
            continue;
        }
        let origin = Origin::Unreachable { object };
        let strays = strays::of(&lost.strays, number);
        for stray in strays {
            let place = Place {
                path: BStr::new(&stray.path),
                part: stray.part,
                origin: &origin,
            };
            gathering.blob_at(number, place, Reach::Nothing)?;
        }
        if strays.is_empty() {
            gathering.alone(number, &origin, Reach::Nothing, &[])?;
        }
    }
    Ok(())
}

/// What was found in names of refs and in reflogs.
fn add_named(gathering: &mut Gathering<'_>, named: Vec<Finding>, asked: &Asked<'_>, tips: &Tips) {
    let narrowing = asked.narrowing;
    for finding in named {
        gathering.count(&finding);
        if finding.part != Part::RefName {
            if narrowing.is_whole() {
                gathering.add(
                    vec![finding],
                    Default::default(),
                    false,
                    Reach::Reflogs,
                    &[],
                );
            }
            continue;
        }
        let counts = narrowing.takes_ref(&finding.path);
        if counts && !narrowing.has_times() && !narrowing.has_paths() {
            let tip = tips.tips.iter().position(|tip| tip.name == finding.path);
            let tip = tip.and_then(|tip| u32::try_from(tip).ok());
            let own = tip.as_slice();
            gathering.add(vec![finding], Default::default(), false, Reach::Refs, own);
        }
    }
}
