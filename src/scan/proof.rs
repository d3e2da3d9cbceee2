//! Do rules find what they say they find?
//!
//! In: a scanner and one of its rules. Out: what its examples and counter-examples prove, run through the whole
//! pipeline, beside every other rule.

use bstr::BStr;

use super::{Place, Scanner};
use crate::finding::{Finding, Origin, Part, Publicity};
use crate::rules::example::{self, ExampleError};
use crate::rules::{Rule, RuleError};

/// Random fillings tried for each example.
const SEEDS: u64 = 5;

/// Where an example disagrees with its rule.
#[derive(Debug, thiserror::Error)]
pub enum Disagreement {
    /// The template does not expand.
    #[error("rule `{id}`: example `{template}`")]
    Template {
        /// The rule.
        id: String,
        /// The template.
        template: String,
        /// What is wrong with it.
        #[source]
        source: ExampleError,
    },
    /// An example without its one finding.
    #[error(
        "rule `{id}`: example `{template}` must give one finding of this rule and gives {found}; correct the rule or the example"
    )]
    Example {
        /// The rule.
        id: String,
        /// The template.
        template: String,
        /// Rules and confidences found, in words.
        found: String,
    },
    /// A counter-example with a finding.
    #[error(
        "rule `{id}`: counter-example `{template}` must give no finding of this rule; correct the rule or the counter-example"
    )]
    CounterExample {
        /// The rule.
        id: String,
        /// The template.
        template: String,
    },
    /// The rule cannot be used at all.
    #[error(transparent)]
    Rule(#[from] RuleError),
}

/// Runs the examples of `rule`, one of the scanner's, through the whole pipeline.
///
/// Each must give exactly one finding, of this rule and with all its checks passed; each counter-example none of it.
///
/// # Errors
/// The first [`Disagreement`].
pub fn examples(scanner: &Scanner, rule: &Rule) -> Result<(), Disagreement> {
    for template in rule.examples.iter() {
        for seed in 0..SEEDS {
            let found = found_in(scanner, rule, template, seed)?;
            if !matches!(found.as_slice(), [only] if is_of(rule, only) && only.confidence == rule.confidence)
            {
                return Err(Disagreement::Example {
                    id: rule.id.to_string(),
                    template: template.to_string(),
                    found: in_words(&found),
                });
            }
        }
    }
    for template in rule.counter_examples.iter() {
        for seed in 0..SEEDS {
            if found_in(scanner, rule, template, seed)?
                .iter()
                .any(|found| is_of(rule, found))
            {
                return Err(Disagreement::CounterExample {
                    id: rule.id.to_string(),
                    template: template.to_string(),
                });
            }
        }
    }
    Ok(())
}

fn found_in(
    scanner: &Scanner,
    rule: &Rule,
    template: &str,
    seed: u64,
) -> Result<Vec<Finding>, Disagreement> {
    let text = example::expand(template, seed).map_err(|source| Disagreement::Template {
        id: rule.id.to_string(),
        template: template.to_owned(),
        source,
    })?;
    let candidates = scanner.candidates(text.as_bytes())?;
    let place = Place {
        path: BStr::new("example.txt"),
        part: Part::Content,
        origin: &Origin::Stdin,
    };
    Ok(scanner.findings(&candidates, place))
}

fn is_of(rule: &Rule, found: &Finding) -> bool {
    found.rule.id == rule.id && found.publicity == Publicity::Private
}

fn in_words(found: &[Finding]) -> String {
    if found.is_empty() {
        return "none".to_owned();
    }
    found
        .iter()
        .map(|found| {
            let confidence = found.confidence.in_words();
            format!("{} ({confidence})", found.rule.id)
        })
        .collect::<Vec<_>>()
        .join(", ")
}
