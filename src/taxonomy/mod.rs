//! What public catalogues of risks and controls say to a leaked credential: OWASP, NIST, PCI.
//!
//! In: `taxonomies.toml` (packed by `build/`), and what is known of a finding. Out: the items that are about it, or about a step of
//! the answer. Reports name them, so that whoever keeps registers need not translate.

use serde::Serialize;

use crate::finding::{Finding, Site};
use crate::order;
use crate::verification::{Status, Verification};

include!(concat!(env!("OUT_DIR"), "/taxonomies.rs"));

/// One catalogue, with the items that are used here.
#[derive(Debug, Serialize)]
pub struct Taxonomy {
    /// A short name of ours: `nist-csf`.
    pub id: String,
    /// Its title.
    pub name: String,
    /// What people call it.
    #[serde(skip)]
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
#[derive(Debug, Serialize)]
pub struct Item {
    /// What it is called there: `NHI2:2025`, `RS.MI-01`, `8.6.2`.
    pub id: String,
    /// Its title, shortened where it is long.
    pub name: String,
    /// What a finding must be for it to be about the finding.
    #[serde(skip)]
    pub when: Option<Trait>,
    /// Why it is then.
    #[serde(skip)]
    pub why: String,
    /// Which steps of the answer it is about.
    #[serde(skip)]
    pub steps: Vec<Step>,
}

/// Something that holds of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl Trait {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "always" => Self::Always,
            "key" => Self::Key,
            "forgotten" => Self::Forgotten,
            "writes" => Self::Writes,
            "lasting" => Self::Lasting,
            "copied" => Self::Copied,
            _ => return None,
        })
    }
}

/// A step of the answer to a leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
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

    fn named(words: &str) -> Vec<Self> {
        let is_one = |step: &Self| words.split(' ').any(|word| word == step.name());
        Self::ALL.into_iter().filter(is_one).collect()
    }

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
#[must_use]
pub fn all() -> Vec<Taxonomy> {
    let text = String::from_utf8_lossy(&PACKED.unpack()).into_owned();
    let mut taxonomies: Vec<Taxonomy> = Vec::new();
    // A line of `build/` is a taxonomy or an item of the last one; a reader of TOML or JSON would be larger than the table.
    for line in text.lines() {
        let mut fields = line.split('\t').map(str::to_owned);
        let mut next = || fields.next().unwrap_or_default();
        if next() == "taxonomy" {
            taxonomies.push(Taxonomy {
                id: next(),
                short: next(),
                name: next(),
                version: next(),
                organization: next(),
                url: next(),
                items: Vec::new(),
            });
        } else if let Some(last) = taxonomies.last_mut() {
            last.items.push(Item {
                id: next(),
                name: next(),
                when: Trait::named(&next()),
                why: next(),
                steps: Step::named(&next()),
            });
        }
    }
    taxonomies
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
        // What was packed is what stands in the table, word for word.
        let table: toml::Value = toml::from_str(include_str!("taxonomies.toml")).expect("TOML");
        let table = table["taxonomies"].as_array().expect("a list");
        assert_eq!(all().len(), table.len());
        for (taxonomy, written) in all().iter().zip(table) {
            let items = written["items"].as_array().expect("a list");
            assert_eq!(taxonomy.items.len(), items.len());
            for (item, written) in taxonomy.items.iter().zip(items) {
                let text = |name: &str| written.get(name).and_then(toml::Value::as_str);
                assert_eq!(Some(&*item.id), text("id"));
                assert_eq!(Some(&*item.name), text("name"));
                assert_eq!(item.when.is_some(), text("when").is_some(), "{}", item.id);
                let steps = written.get("steps").and_then(toml::Value::as_array);
                assert_eq!(Some(item.steps.len()), steps.map(Vec::len), "{}", item.id);
            }
        }
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
