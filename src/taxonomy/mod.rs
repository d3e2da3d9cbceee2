//! What public catalogues of risks and controls say to a leaked credential: OWASP, NIST, PCI.
//!
//! In: `taxonomies.toml` (packed by `build/`), and what is known of a finding. Out: the items that are about it, or about a step of
//! the answer. Reports name them, so that whoever keeps registers need not translate.

use crate::order;
use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Site};
use crate::verification::{Status, Verification};

include!(concat!(env!("OUT_DIR"), "/taxonomies.rs"));

/// One catalogue, with the items that are used here.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Taxonomy {
    /// A short name of ours: `nist-csf`.
    pub id: String,
    /// Its title.
    pub name: String,
    /// What people call it.
    #[serde(skip_serializing)]
    pub short: String,
    /// Its edition.
    pub version: String,
    /// Who publishes it.
    pub organization: String,
    /// Where it is published.
    pub url: String,
    /// Its items.
    pub items: Vec<Item>,
}

/// One risk, outcome or requirement.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// What it is called there: `NHI2:2025`, `RS.MI-01`, `8.6.2`.
    pub id: String,
    /// Its title, shortened where it is long.
    pub name: String,
    /// What a finding must be for it to be about the finding.
    #[serde(default, skip_serializing)]
    pub when: Option<Trait>,
    /// Why it is then.
    #[serde(default, skip_serializing)]
    pub why: String,
    /// Which steps of the answer it is about.
    #[serde(default, skip_serializing)]
    pub steps: Vec<Step>,
}

/// Something that holds of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trait {
    /// It is one.
    Always,
    /// It is a private key.
    Key,
    /// It works, and the commit of HEAD no longer has it.
    Forgotten,
    /// It can change something.
    Writes,
    /// It works, and its issuer names no end.
    Lasting,
    /// Several files have it.
    Copied,
}

/// A step of the answer to a leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// It stops working.
    Revoke,
    /// There is another one.
    Rotate,
    /// It is kept where it belongs.
    Replace,
    /// What was done with it is known.
    Check,
    /// Where else it stands is known.
    Search,
    /// It is gone from the history.
    Clean,
    /// Who must know knows.
    Notify,
}

impl Step {
    /// All, in order.
    pub const ALL: [Self; 7] = [
        Self::Revoke,
        Self::Rotate,
        Self::Replace,
        Self::Check,
        Self::Search,
        Self::Clean,
        Self::Notify,
    ];

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
            Self::Rotate => "rotate",
            Self::Replace => "replace",
            Self::Check => "check",
            Self::Search => "search",
            Self::Clean => "clean",
            Self::Notify => "notify",
        }
    }
}

/// What is known of a secret, as far as items ask for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    is_key: bool,
    is_live: bool,
    writes: bool,
    ends: bool,
    is_gone_from_head: bool,
    is_copied: bool,
}

impl Traits {
    /// Those of the secrets of a rule.
    #[must_use]
    pub fn of_rule(id: &str) -> Self {
        Self {
            is_key: id.ends_with("private-key") || id == "age-secret-key",
            ..Self::default()
        }
    }

    /// And what the issuer says.
    #[must_use]
    pub fn verified(self, known: Option<&Verification>) -> Self {
        Self {
            is_live: known.is_some_and(|known| known.status == Status::Live),
            writes: known.is_some_and(|known| known.can_write == Some(true)),
            ends: known.is_some_and(|known| known.expires_at.is_some()),
            ..self
        }
    }

    /// And where it stands: `in_head` where that is known, `files` for the number of paths.
    #[must_use]
    pub fn placed(self, in_head: Option<bool>, files: usize) -> Self {
        Self {
            is_gone_from_head: in_head == Some(false),
            is_copied: files > 1,
            ..self
        }
    }

    /// Those of a finding.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        let traits = Self::of_rule(&finding.rule.id).verified(finding.verification.as_deref());
        let Some(provenance) = &finding.provenance else {
            return traits;
        };
        let mut paths: Vec<_> = provenance.sites.iter().map(path).collect();
        order::sort(&mut paths);
        paths.dedup();
        traits.placed(
            provenance.is_traced.then_some(provenance.in_head),
            paths.len(),
        )
    }

    /// Whether one of them holds.
    #[must_use]
    pub fn has(self, wanted: Trait) -> bool {
        match wanted {
            Trait::Always => true,
            Trait::Key => self.is_key,
            Trait::Forgotten => self.is_live && self.is_gone_from_head,
            Trait::Writes => self.writes,
            Trait::Lasting => self.is_live && !self.ends,
            Trait::Copied => self.is_copied,
        }
    }
}

fn path(site: &Site) -> &[u8] {
    &site.finding.path
}

/// Every taxonomy.
///
/// # Panics
/// Never: a test reads the whole table.
#[must_use]
pub fn all() -> Vec<Taxonomy> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        taxonomies: Vec<Taxonomy>,
    }
    let file: File =
        serde_json::from_slice(&PACKED.unpack()).expect("a test reads the whole table");
    file.taxonomies
}

/// Every taxonomy, with the items that can be about a finding.
#[must_use]
pub fn of_findings() -> Vec<Taxonomy> {
    let mut taxonomies = all();
    for one in &mut taxonomies {
        one.items.retain(|item| item.when.is_some());
    }
    taxonomies
}

/// The items that are about a finding of these traits.
pub fn about(taxonomies: &[Taxonomy], traits: Traits) -> impl Iterator<Item = (&Taxonomy, &Item)> {
    items(taxonomies).filter(move |(_, item)| item.when.is_some_and(|when| traits.has(when)))
}

/// The items that are about a step, for a finding of these traits.
pub fn of_step(
    taxonomies: &[Taxonomy],
    traits: Traits,
    step: Step,
) -> impl Iterator<Item = (&Taxonomy, &Item)> {
    items(taxonomies).filter(move |(_, item)| {
        item.steps.contains(&step) && item.when.is_none_or(|when| traits.has(when))
    })
}

fn items(taxonomies: &[Taxonomy]) -> impl Iterator<Item = (&Taxonomy, &Item)> {
    taxonomies
        .iter()
        .flat_map(|taxonomy| taxonomy.items.iter().map(move |item| (taxonomy, item)))
}

/// The names of items, as reports write them: `nist-csf/RS.MI-01`.
pub fn names<'a>(items: impl Iterator<Item = (&'a Taxonomy, &'a Item)>) -> Vec<String> {
    items
        .map(|(taxonomy, item)| format!("{}/{}", taxonomy.id, item.id))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn ids(traits: Traits) -> Vec<String> {
        let all = all();
        about(&all, traits)
            .map(|(_, item)| item.id.clone())
            .collect()
    }

    #[test]
    fn the_table_is_fit_for_use() {
        let mut seen = HashSet::new();
        for taxonomy in all() {
            assert!(taxonomy.url.starts_with("https://"), "{}", taxonomy.id);
            for item in &taxonomy.items {
                assert!(
                    seen.insert((taxonomy.id.clone(), item.id.clone())),
                    "{} stands twice",
                    item.id
                );
                assert!(item.when.is_some() || !item.steps.is_empty(), "{}", item.id);
                assert_eq!(item.when.is_some(), !item.why.is_empty(), "{}", item.id);
            }
        }
        assert_eq!(all().len(), 4);
    }

    #[test]
    fn every_step_is_asked_for_somewhere() {
        let all = all();
        for step in Step::ALL {
            let of_nist = of_step(&all, Traits::default(), step)
                .filter(|(taxonomy, _)| taxonomy.id == "nist-csf");
            assert!(of_nist.count() > 0, "{step:?}");
        }
        let is_nhi5 = |(_, item): (&Taxonomy, &Item)| item.id == "NHI5:2025";
        assert!(!of_step(&all, Traits::default(), Step::Rotate).any(is_nhi5));
    }

    #[test]
    fn what_is_known_decides_which_items_are_about_it() {
        let plain = Traits::of_rule("huggingface-user-token");
        assert_eq!(
            ids(plain),
            [
                "NHI2:2025",
                "ASI03",
                "PR.AA-01",
                "DE.CM-09",
                "6.3.1",
                "8.6.2"
            ]
        );
        let mut known = Verification::new(Status::Live, "");
        known.can_write = Some(true);
        let live = plain.verified(Some(&known)).placed(Some(false), 2);
        for id in [
            "NHI1:2025",
            "NHI5:2025",
            "NHI7:2025",
            "NHI9:2025",
            "ASI04",
            "PR.AA-05",
        ] {
            assert!(ids(live).iter().any(|known| known == id), "{id}");
        }
        known.expires_at = Some("2027-01-01".to_owned());
        let ends = plain.verified(Some(&known)).placed(Some(true), 1);
        for id in ["NHI1:2025", "NHI7:2025", "NHI9:2025"] {
            assert!(!ids(ends).iter().any(|known| known == id), "{id}");
        }
        assert!(ids(Traits::of_rule("openssh-private-key")).contains(&"3.6.1".to_owned()));
    }
}
