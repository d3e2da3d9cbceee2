//! The places of secrets, one by one, before they are put together.

use crate::order;
use std::collections::{HashMap, HashSet};

use bstr::{BStr, BString};

use super::commits::Commits;
use super::entry::Target;
use super::facts::{Facts, Frame};
use super::placing::Placing;
use super::secrets::Secrets;
use super::survey::Survey;
use super::trace::Trace;
use crate::date;
use crate::finding::{CommitInfo, Finding, Origin, Part, Provenance, Reach, Site, Stay};
use crate::git::{Kind, Oid, object};
use crate::scan::Place;
use crate::source::history::tips::Tips;
use crate::source::history::{Asked, Held, History, HistoryError};

/// A place and what is not yet told of it.
#[derive(Debug)]
struct Draft {
    finding: Finding,
    trace: Trace,
    in_head: bool,
    reach: Reach,
}

/// What is gathered of one secret.
#[derive(Debug, Default)]
struct Gathered {
    drafts: Vec<Draft>,
    /// The held blobs, by number.
    blobs: HashSet<u32>,
    /// The tags and blobs that refs name: numbers of the refs.
    tips: Vec<u32>,
}

/// Gathers the places of all secrets.
pub(super) struct Gathering<'a> {
    asked: &'a Asked<'a>,
    history: &'a History,
    secrets: &'a mut Secrets,
    placing: Placing<'a>,
    gathered: Vec<Gathered>,
    infos: HashMap<Oid, CommitInfo>,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(
        asked: &'a Asked<'a>,
        history: &'a History,
        secrets: &'a mut Secrets,
    ) -> Self {
        let placing = Placing {
            repository: asked.repository,
            scanner: asked.scanner,
            progress: asked.progress,
        };
        Self {
            asked,
            history,
            secrets,
            placing,
            gathered: Vec::new(),
            infos: HashMap::new(),
        }
    }

    fn held(&self, number: u32) -> &'a Held {
        &self.history.held[number as usize]
    }

    fn of(&mut self, secret: u32) -> &mut Gathered {
        let at = secret as usize;
        if self.gathered.len() <= at {
            self.gathered.resize_with(at + 1, Gathered::default);
        }
        &mut self.gathered[at]
    }

    /// Files and their names, in the trees of commits and refs.
    ///
    /// # Errors
    /// [`HistoryError`] where a rule is unusable.
    pub(super) fn files(&mut self, survey: &Survey<'_>) -> Result<(), HistoryError> {
        let mut spots: Vec<(u32, BString, usize)> = (0..survey.spread.spots.len())
            .map(|spot| {
                let first = survey.traces[spot].first().unwrap_or(u32::MAX);
                let path = survey.spread.spots[spot].path;
                (first, survey.spread.path(&survey.nodes, path), spot)
            })
            .collect();
        order::sort_by(&mut spots, |a, b| {
            let held = |spot: usize| match survey.spread.spots[spot].target {
                Target::File(held) | Target::Link(held) => held,
                Target::Folder(_) | Target::Name => u32::MAX,
            };
            (a.0, &a.1, held(a.2)).cmp(&(b.0, &b.1, held(b.2)))
        });
        // Of several versions at one path the first is told.
        let mut told: HashMap<(u32, Part, u32), usize> = HashMap::new();
        for (_, path, spot) in spots {
            self.asked.progress.advance();
            let at = survey.spread.spots[spot];
            let part = at.target.part();
            let secrets: Vec<u32> = survey.secrets_at(spot, self.asked, self.secrets).collect();
            let mut findings = None;
            for secret in secrets {
                if let Target::File(held) | Target::Link(held) = at.target {
                    self.of(secret).blobs.insert(held);
                }
                let trace = survey.traces[spot];
                if let Some(&draft) = told.get(&(at.path, part, secret)) {
                    self.of(secret).drafts[draft].trace.merge(&trace);
                    continue;
                }
                if findings.is_none() {
                    let name = survey.nodes.folders.name(at.name);
                    findings = Some(self.file(survey, &at.target, name, &path, &trace)?);
                }
                let own = findings.iter().flatten();
                let mut own = own.filter(|(number, _)| *number == secret);
                let Some((_, finding)) = own.next() else {
                    continue;
                };
                let draft = Draft {
                    finding: finding.clone(),
                    in_head: false,
                    reach: reach(&trace),
                    trace,
                };
                let drafts = &mut self.of(secret).drafts;
                told.insert((at.path, part, secret), drafts.len());
                drafts.push(draft);
            }
        }
        for draft in self.gathered.iter_mut().flat_map(|of| &mut of.drafts) {
            draft.in_head = draft.trace.at_head;
            draft.reach = reach(&draft.trace);
        }
        Ok(())
    }

    /// The findings of a held thing at `path`, each with the number of its secret.
    fn file(
        &mut self,
        survey: &Survey<'_>,
        target: &Target,
        name: &[u8],
        path: &BString,
        trace: &Trace,
    ) -> Result<Vec<(u32, Finding)>, HistoryError> {
        let held = match *target {
            Target::File(held) | Target::Link(held) => self.held(held),
            _ => self.held(self.secrets.of_name(name).0),
        };
        let origin = match trace.first() {
            Some(first) => Origin::Commit(self.info(&survey.commits.of(first).oid)),
            None => Origin::Object {
                object: held.oid.to_string(),
            },
        };
        let place = Place {
            path: BStr::new(path),
            part: target.part(),
            origin: &origin,
        };
        let findings = match target {
            Target::Name => self.placing.name(held, place)?,
            _ => self.placing.blob(held, place)?,
        };
        Ok(self.numbered(findings))
    }

    fn numbered(&mut self, findings: Vec<Finding>) -> Vec<(u32, Finding)> {
        findings
            .into_iter()
            .map(|finding| (self.secrets.number(&finding), finding))
            .collect()
    }

    /// Messages and identities of commits.
    ///
    /// # Errors
    /// [`HistoryError`] where a rule is unusable.
    pub(super) fn frames(
        &mut self,
        survey: &Survey<'_>,
        frames: &[Frame],
    ) -> Result<(), HistoryError> {
        for frame in frames {
            let mut trace = Trace::default();
            trace.add(frame.commit, survey.commits.from_refs);
            let info = self.info(&survey.commits.of(frame.commit).oid);
            let origin = Origin::Commit(info.clone());
            let mut findings = self.placing.frame(self.held(frame.held), &origin)?;
            for finding in &mut findings {
                if finding.part == Part::Message {
                    finding.origin = Origin::CommitMessage(info.clone());
                }
            }
            let reach = reach(&trace);
            self.add(findings, trace, frame.in_head, reach, &[]);
        }
        Ok(())
    }

    /// A held object of which no commit is known: what it holds, and the refs that lead to it.
    ///
    /// # Errors
    /// [`HistoryError`] where a rule is unusable.
    pub(super) fn alone(
        &mut self,
        number: u32,
        origin: &Origin,
        reach: Reach,
        tips: &[u32],
    ) -> Result<(), HistoryError> {
        let held = self.held(number);
        let findings = self.placing.alone(held, origin)?;
        self.count_blob(number);
        self.add(findings, Trace::default(), false, reach, tips);
        Ok(())
    }

    /// A held blob at a place that no commit has.
    ///
    /// # Errors
    /// [`HistoryError`] where a rule is unusable.
    pub(super) fn blob_at(
        &mut self,
        number: u32,
        place: Place<'_>,
        reach: Reach,
    ) -> Result<(), HistoryError> {
        let findings = self.placing.blob(self.held(number), place)?;
        self.count_blob(number);
        self.add(findings, Trace::default(), false, reach, &[]);
        Ok(())
    }

    fn count_blob(&mut self, number: u32) {
        if self.held(number).kind == Kind::Blob {
            for secret in self.secrets.of_held(number).to_vec() {
                self.of(secret).blobs.insert(number);
            }
        }
    }

    /// Notes that a secret was found, whether or not it is told.
    pub(super) fn count(&mut self, finding: &Finding) {
        self.secrets.number(finding);
    }

    /// Findings that are places as they are. A secret that stands twice in a text is told once for it.
    pub(super) fn add(
        &mut self,
        findings: Vec<Finding>,
        trace: Trace,
        in_head: bool,
        reach: Reach,
        tips: &[u32],
    ) {
        let mut seen = HashSet::new();
        for (secret, finding) in self.numbered(findings) {
            let gathered = self.of(secret);
            gathered.tips.extend(tips);
            if seen.insert((secret, finding.part, finding.path.clone())) {
                gathered.drafts.push(Draft {
                    finding,
                    trace,
                    in_head,
                    reach,
                });
            }
        }
    }

    /// One finding a secret, the newest first.
    ///
    /// `found` is what the places were found in; without it they are all that is known.
    pub(super) fn findings(
        mut self,
        found: Option<(&Tips, &Commits)>,
        facts: &[Facts],
    ) -> Vec<Finding> {
        let none = Facts::default();
        let gathered = std::mem::take(&mut self.gathered);
        let mut entries = Vec::new();
        for (secret, mut gathered) in gathered.into_iter().enumerate() {
            let facts = facts.get(secret).unwrap_or(&none);
            order::sort_by(&mut gathered.drafts, |a, b| {
                let rank = |draft: &Draft| rank(draft.reach, &draft.trace);
                let place = |draft: &Draft| {
                    let finding = &draft.finding;
                    (finding.path.clone(), finding.part, finding.start)
                };
                rank(a)
                    .cmp(&rank(b))
                    .then_with(|| place(a).cmp(&place(b)))
                    .then_with(|| a.finding.origin.cmp(&b.finding.origin))
            });
            let sites: Vec<Site> = gathered
                .drafts
                .into_iter()
                .map(|draft| self.site(found, draft))
                .collect();
            let Some(nearest) = sites.iter().map(|site| site.reach).min() else {
                continue;
            };
            let mut tips = [&facts.tips[..], &gathered.tips].concat();
            order::sort(&mut tips);
            tips.dedup();
            let shown = |tip: u32| found.map(|(all, _)| all.tips[tip as usize].shown.clone());
            let provenance = Provenance {
                stay: found.and_then(|(_, commits)| self.stay(commits, &facts.trace)),
                blobs: gathered.blobs.len(),
                refs: tips.into_iter().filter_map(shown).collect(),
                in_head: facts.in_head,
                is_traced: found.is_some(),
                sites,
            };
            let Some(told) = provenance.head().map(|site| site.finding.clone()) else {
                continue;
            };
            let finding = Finding {
                provenance: Some(Box::new(provenance)),
                ..told
            };
            entries.push((rank(nearest, &facts.trace), finding));
        }
        order::sort_by(&mut entries, |a, b| {
            (&a.0, &a.1.path, &a.1.fingerprint).cmp(&(&b.0, &b.1.path, &b.1.fingerprint))
        });
        entries.into_iter().map(|(_, finding)| finding).collect()
    }

    fn site(&mut self, found: Option<(&Tips, &Commits)>, draft: Draft) -> Site {
        Site {
            stay: found.and_then(|(_, commits)| self.stay(commits, &draft.trace)),
            finding: draft.finding,
            in_head: draft.in_head,
            reach: draft.reach,
            by: None,
        }
    }

    fn stay(&mut self, commits: &Commits, trace: &Trace) -> Option<Stay> {
        let span = trace.span();
        let (first, last) = span.ends?;
        let mut info = |number| self.info(&commits.of(number).oid);
        Some(Stay {
            first: info(first),
            last: info(last),
            commits: span.count as usize,
            reflog_commits: match trace.refs.ends {
                Some(_) => trace.reflogs.count as usize,
                None => 0,
            },
        })
    }

    fn info(&mut self, commit: &Oid) -> CommitInfo {
        if let Some(known) = self.infos.get(commit) {
            return known.clone();
        }
        let raw = self.asked.repository.object(commit).ok();
        let parsed = raw.as_ref().and_then(|(_, raw)| object::commit(raw));
        let author = parsed
            .as_ref()
            .map_or(BStr::new(b""), |commit| commit.author);
        let info = CommitInfo {
            commit: commit.to_string(),
            author: self.asked.scanner.shown_path(author),
            date: date::iso(parsed.map_or(0, |commit| commit.author_time)),
        };
        self.infos.insert(*commit, info.clone());
        info
    }
}

fn reach(trace: &Trace) -> Reach {
    if trace.refs.ends.is_some() || trace.at_ref {
        Reach::Refs
    } else {
        Reach::Reflogs
    }
}

/// What is nearest to refs comes first, and of that what was brought last; what no commit brought comes behind.
fn rank(reach: Reach, trace: &Trace) -> (Reach, std::cmp::Reverse<Option<u32>>) {
    (reach, std::cmp::Reverse(trace.first()))
}
