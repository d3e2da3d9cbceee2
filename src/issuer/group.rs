//! Findings by credential: an issuer is asked once about a secret, wherever and however often it stands.

use crate::finding::Finding;
use crate::order;
use crate::rules::Rule;
use crate::secret::Secret;
use crate::verification::Verification;

/// One secret and all that was found of it.
#[derive(Clone, Debug)]
pub struct Credential<'a> {
    /// The secret.
    pub secret: &'a Secret,
    /// The rules that found it, the surest first.
    pub rules: Vec<&'static Rule>,
    /// Where it stands, in the order of the findings.
    pub findings: Vec<&'a Finding>,
}

impl Credential<'_> {
    /// What is known of it, where somebody looked.
    #[must_use]
    pub fn verification(&self) -> Option<&Verification> {
        self.findings
            .iter()
            .find_map(|finding| finding.verification.as_deref())
    }
}

/// Groups `findings`, in the order in which each secret comes first.
#[must_use]
pub fn credentials(findings: &[Finding]) -> Vec<Credential<'_>> {
    let mut credentials: Vec<Credential<'_>> = Vec::new();
    for finding in findings {
        let known = credentials
            .iter_mut()
            .find(|credential| *credential.secret == finding.secret);
        let credential = match known {
            Some(credential) => credential,
            None => {
                credentials.push(Credential {
                    secret: &finding.secret,
                    rules: Vec::new(),
                    findings: Vec::new(),
                });
                let Some(new) = credentials.last_mut() else {
                    continue;
                };
                new
            }
        };
        if !credential
            .rules
            .iter()
            .any(|rule| rule.id == finding.rule.id)
        {
            credential.rules.push(finding.rule);
        }
        credential.findings.push(finding);
    }
    for credential in &mut credentials {
        order::sort_by(&mut credential.rules, |a, b| {
            b.confidence.cmp(&a.confidence)
        });
    }
    credentials
}
