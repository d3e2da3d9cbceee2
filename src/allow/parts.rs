//! Credentials of several parts, as an access key id and its secret: one leak, one finding.
//!
//! In: an outcome after everything that can accept a finding had its say; each part is accepted by itself, so that
//! what accepts an id can never hide a secret beside it. Out: the same, the secrets moved into the findings of their ids.

use crate::finding::Finding;
use crate::outcome::Outcome;

/// Lines that may lie between the parts of one credential.
const LINES_APART: usize = 5;

/// Makes one finding of an id and the secrets beside it, as [`part_of`](crate::rules::Rule::part_of) says.
pub fn join(outcome: &mut Outcome) {
    let (parts, mut wholes): (Vec<_>, Vec<_>) = std::mem::take(&mut outcome.findings)
        .into_iter()
        .enumerate()
        .partition(|(_, finding)| !finding.rule.part_of.is_empty());
    for (place, part) in parts {
        match nearest(&mut wholes, &part) {
            Some(whole) => {
                whole.confidence = whole.confidence.max(part.confidence);
                whole.parts.push(part);
            }
            None => wholes.push((place, part)),
        }
    }
    crate::order::sort_by(&mut wholes, |(a, _), (b, _)| a.cmp(b));
    outcome.findings = wholes.into_iter().map(|(_, finding)| finding).collect();
}

/// The nearest finding in the same text whose part of this kind is still missing.
fn nearest<'a>(wholes: &'a mut [(usize, Finding)], part: &Finding) -> Option<&'a mut Finding> {
    let apart = |whole: &Finding| whole.start.line.abs_diff(part.start.line);
    wholes
        .iter_mut()
        .map(|(_, whole)| whole)
        .filter(|whole| {
            whole.rule.id == part.rule.part_of
                && whole.path == part.path
                && whole.part == part.part
                && whole.origin == part.origin
                && apart(whole) <= LINES_APART
                && whole
                    .parts
                    .iter()
                    .all(|other| other.rule.id != part.rule.id)
        })
        .min_by_key(|whole| apart(whole))
}

#[cfg(test)]
mod tests {
    use bstr::BStr;

    use super::*;
    use crate::finding::{Origin, Part};
    use crate::rules::{BUILTIN, RuleSet, example};
    use crate::scan::{Place, Scanner};

    /// The findings of a template's text: the rule of each and those of its parts.
    fn joined(template: &str) -> Vec<(String, Vec<String>)> {
        let text = example::expand(template, 1).expect("a good template");
        let scanner = Scanner::new(RuleSet::builtin());
        let candidates = scanner.candidates(text.as_bytes()).expect("sound rules");
        let place = Place {
            path: BStr::new("a.env"),
            part: Part::Content,
            origin: &Origin::Stdin,
        };
        let mut outcome = Outcome {
            findings: scanner.findings(&candidates, place),
            ..Outcome::default()
        };
        join(&mut outcome);
        let id = |finding: &Finding| finding.rule.id.to_string();
        outcome
            .findings
            .iter()
            .map(|finding| (id(finding), finding.parts.iter().map(id).collect()))
            .collect()
    }

    const ID: &str = "aws_access_key_id = AKIA{{T16}}\n";
    const SECRET: &str = "aws_secret_access_key = {{S40}}\n";

    #[test]
    fn an_id_and_its_secret_are_one() {
        let one = (
            "aws-access-key-id".to_owned(),
            vec!["aws-secret-access-key".to_owned()],
        );
        assert_eq!(joined(&format!("{ID}{SECRET}")), vec![one.clone()]);
        assert_eq!(joined(&format!("{SECRET}\n\n{ID}")), vec![one.clone()]);
        assert_eq!(
            joined(&format!("{ID}{SECRET}{ID}{SECRET}")),
            [one.clone(), one]
        );
        assert_eq!(
            joined("token_id = \"ak-{{A22}}\"\ntoken_secret = \"as-{{A22}}\"\n"),
            [(
                "modal-token-id".to_owned(),
                vec!["modal-token-secret".to_owned()]
            )]
        );
    }

    #[test]
    fn a_secret_without_its_id_stands_alone() {
        let alone = |id: &str| (id.to_owned(), Vec::new());
        assert_eq!(joined(SECRET), [alone("aws-secret-access-key")]);
        assert_eq!(
            joined(&format!("{ID}\n\n\n\n\n\n\n{SECRET}")),
            [alone("aws-access-key-id"), alone("aws-secret-access-key")]
        );
        assert_eq!(joined(&format!("{ID}{SECRET}{SECRET}")).len(), 2);
    }

    #[test]
    fn each_part_names_a_rule() {
        for rule in BUILTIN.iter().filter(|rule| !rule.part_of.is_empty()) {
            let whole = BUILTIN.iter().find(|other| other.id == rule.part_of);
            assert!(
                whole.is_some_and(|whole| whole.part_of.is_empty()),
                "{}",
                rule.id
            );
        }
    }
}
