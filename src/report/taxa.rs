//! What taxonomies say of findings, for SARIF: `runs[].taxonomies`, the relationships of rules, the taxa of results.
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html>, clauses 3.14.8, 3.27.10, 3.53

use serde_json::{Value, json};

use crate::finding::Finding;
use crate::rules::Rule;
use crate::taxonomy::{self, Item, Taxonomy, Traits};

/// The taxonomies of one log.
pub(super) struct Taxa {
    taxonomies: Vec<Taxonomy>,
}

impl Taxa {
    /// Those whose items can be about a finding.
    pub(super) fn new() -> Self {
        Self {
            taxonomies: taxonomy::of_findings(),
        }
    }

    /// `runs[].taxonomies`.
    pub(super) fn components(&self) -> Vec<Value> {
        let component = |one: &Taxonomy| {
            let taxa: Vec<Value> = one.items.iter().map(taxon).collect();
            json!({
                "name": one.name,
                "version": one.version,
                "organization": one.organization,
                "informationUri": one.url,
                "isComprehensive": false,
                "taxa": taxa,
            })
        };
        self.taxonomies.iter().map(component).collect()
    }

    /// `tool.driver.supportedTaxonomies`.
    pub(super) fn supported(&self) -> Vec<Value> {
        (0..self.taxonomies.len())
            .map(|at| self.component(at))
            .collect()
    }

    /// `rules[].relationships`: what holds of every secret of the rule.
    pub(super) fn relationships(&self, rule: &Rule) -> Vec<Value> {
        self.references(Traits::of_rule(&rule.id), None)
            .into_iter()
            .map(|target| json!({ "target": target, "kinds": ["relevant"] }))
            .collect()
    }

    /// `results[].taxa`: what holds of this one beyond that.
    pub(super) fn of_result(&self, finding: &Finding) -> Vec<Value> {
        let of_rule = Traits::of_rule(&finding.rule.id);
        self.references(Traits::of(finding), Some(of_rule))
    }

    fn references(&self, traits: Traits, but: Option<Traits>) -> Vec<Value> {
        let mut references = Vec::new();
        for (at, one) in self.taxonomies.iter().enumerate() {
            for (index, item) in one.items.iter().enumerate() {
                let holds = |traits: Traits| item.when.is_some_and(|when| traits.has(when));
                if holds(traits) && !but.is_some_and(holds) {
                    references.push(json!({
                        "id": item.id,
                        "index": index,
                        "toolComponent": self.component(at),
                    }));
                }
            }
        }
        references
    }

    fn component(&self, at: usize) -> Value {
        json!({ "name": self.taxonomies[at].name, "index": at })
    }
}

fn taxon(item: &Item) -> Value {
    json!({
        "id": item.id,
        "name": item.name,
        "shortDescription": { "text": format!("{}.", item.name) },
    })
}
