//! What holds for each secret over all of its places: the commits that have it, the refs whose tip still does.
//!
//! A commit that has a secret at two paths counts once; so this is no sum over places. Sixty-four secrets at a time go over the
//! history as bits.

use super::secrets::Secrets;
use super::survey::Survey;
use super::trace::Trace;
use crate::git::Oid;
use crate::order;
use crate::source::history::Asked;

/// What is known of one secret.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// The commits that have it in a file or in their message or identities.
    pub(super) trace: Trace,
    /// The refs whose tip has it, by number; of messages those that have the commit in their history.
    pub(super) tips: Vec<u32>,
    /// Whether HEAD's commit has it.
    pub(super) in_head: bool,
}

/// A commit that holds secrets in its message or identities.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) held: u32,
    /// The number of the commit.
    pub(super) commit: u32,
    /// The refs that have it in their history.
    pub(super) tips: Vec<u32>,
    /// Whether HEAD has.
    pub(super) in_head: bool,
}

/// How many secrets or commits are looked at together.
const TOGETHER: usize = 64;

/// Finds out which refs have the commits of `frames` in their history: number of the held object, number of the commit.
pub(super) fn frames(survey: &Survey<'_>, asked: &Asked<'_>, held: &[(u32, u32)]) -> Vec<Frame> {
    let mut frames = Vec::new();
    let number = |oid: &Oid| survey.commits.number(oid);
    for some in held.chunks(TOGETHER) {
        let marked: Vec<u32> = some.iter().map(|(_, commit)| *commit).collect();
        let bits = survey.commits.descents(&marked);
        let tips: Vec<u64> = survey
            .tips
            .tips
            .iter()
            .map(|tip| tip.commit().and_then(|oid| number(&oid)))
            .map(|number| number.map_or(0, |number| bits[number as usize]))
            .collect();
        let head = survey.tips.head;
        // Where HEAD itself does not count, it has in its history what git says.
        let of_head: u64 = match head.map(|head| (head, number(&head))) {
            None => 0,
            Some((_, Some(number))) => bits[number as usize],
            Some((head, None)) => {
                let repository = asked.repository;
                survey.commits.bits_behind(repository, head, &marked)
            }
        };
        for (bit, &(held, commit)) in some.iter().enumerate() {
            let has = |bits: u64| bits >> bit & 1 == 1;
            let tips = (0..).zip(&tips).filter(|(_, bits)| has(**bits));
            frames.push(Frame {
                held,
                commit,
                tips: tips.map(|(tip, _)| tip).collect(),
                in_head: has(of_head),
            });
        }
    }
    frames
}

/// What is known of every secret, by number.
pub(super) fn of_secrets(
    survey: &Survey<'_>,
    asked: &Asked<'_>,
    secrets: &Secrets,
    frames: &[Frame],
) -> Vec<Facts> {
    let mut facts = vec![Facts::default(); secrets.len()];
    let spots: Vec<Vec<u32>> = (0..survey.spread.spots.len())
        .map(|spot| survey.secrets_at(spot, asked, secrets).collect())
        .collect();
    let batches = secrets.len().div_ceil(TOGETHER);
    for batch in 0..batches {
        asked.progress.advance();
        let first = batch * TOGETHER;
        let bit = |secret: u32| {
            let at = (secret as usize).checked_sub(first)?;
            (at < TOGETHER).then(|| 1_u64 << at)
        };
        let bits_of = |secrets: &[u32]| {
            let bits = secrets.iter().filter_map(|secret| bit(*secret));
            bits.fold(0, |all, bit| all | bit)
        };
        let of_spots: Vec<u64> = spots.iter().map(|secrets| bits_of(secrets)).collect();
        let roots = survey.spread.gather(&of_spots, survey.root_traces.len());
        let mut each = |bits: u64, act: &mut dyn FnMut(&mut Facts)| {
            let mut rest = bits;
            while rest != 0 {
                act(&mut facts[first + rest.trailing_zeros() as usize]);
                rest &= rest - 1;
            }
        };
        for (bits, trace) in roots.iter().zip(&survey.root_traces) {
            each(*bits, &mut |facts| {
                facts.trace.merge(trace);
                facts.in_head |= trace.at_head;
            });
        }
        for (tip, root) in (0..).zip(&survey.root_of_tip) {
            let bits = root.map_or(0, |root| roots[root as usize]);
            each(bits, &mut |facts| facts.tips.push(tip));
        }
        for frame in frames {
            let own = bits_of(secrets.of_held(frame.held));
            let in_tree =
                survey.root_of_commit[frame.commit as usize].map_or(0, |root| roots[root as usize]);
            each(own & !in_tree, &mut |facts| {
                facts.trace.add(frame.commit, survey.commits.from_refs);
            });
            each(own, &mut |facts| {
                facts.tips.extend(&frame.tips);
                facts.in_head |= frame.in_head;
            });
        }
    }
    for facts in &mut facts {
        order::sort(&mut facts.tips);
        facts.tips.dedup();
    }
    facts
}
