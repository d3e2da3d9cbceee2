//! Every issuer of the table, played: through a proxy at whose end the test server sits, each is asked about the first example
//! of its rule, and answers as the table says that it does.

use std::collections::BTreeMap;

use hf_guard::issuer::{Issuers, Trust};
use hf_guard::rules::issuer::{Answer, Meaning, Request};
use hf_guard::rules::{BUILTIN, Check, Rule, RuleSet, example};
use hf_guard::scan::Scanner;
use serde_json::{Value, json};

use crate::findings::in_text;
use crate::issuer::{Issuer, Play, Seen};
use crate::support::{GUARD, Run, Sandbox};

fn host_and_path(request: &Request) -> (String, String) {
    let url = request
        .url
        .replace("{huggingface}", "https://huggingface.co")
        .replace("{github}", "https://api.github.com");
    let rest = url.strip_prefix("https://").expect("it is HTTPS");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    (format!("{host}:443"), format!("/{path}"))
}

/// A body that fits `answer`.
fn body(answer: &Answer) -> String {
    let mut value = match answer.is.as_deref() {
        Some("true") => Value::Bool(true),
        Some(text) => json!(text),
        None => json!("something"),
    };
    for key in answer.at.as_deref().unwrap_or("/x").rsplit('/') {
        value = match (key, key.parse::<usize>()) {
            ("", _) => value,
            (_, Ok(0)) => json!([value]),
            (key, _) => json!({key: value}),
        };
    }
    value.to_string()
}

/// What stands in a request's own places for the credential, as the server saw it.
fn carriers(seen: &Seen, secret: &str) -> Vec<String> {
    use base64::Engine as _;
    let mut places = Vec::new();
    for (name, value) in &seen.headers {
        let decoded = value
            .strip_prefix("Basic ")
            .and_then(|pair| base64::engine::general_purpose::STANDARD.decode(pair).ok())
            .map(|pair| String::from_utf8_lossy(&pair).into_owned());
        if decoded.as_deref().unwrap_or(value).contains(secret) {
            places.push(name.clone());
        }
    }
    if seen.body.contains(secret) {
        places.push("body".to_owned());
    }
    places
}

fn askable(issuers: &Issuers) -> Vec<&'static Rule> {
    BUILTIN
        .iter()
        .filter(|rule| issuers.of(rule).verify.is_ok())
        // Their examples carry their own dates, long past; nobody is asked.
        .filter(|rule| !matches!(rule.check, Some(Check::Jwt | Check::HuggingFaceJwt)))
        .collect()
}

#[test]
fn each_is_asked_at_its_address_with_the_secret_in_one_place() {
    let issuers = Issuers::new(Trust::Named);
    let rules = askable(&issuers);
    assert!(rules.len() > 35, "{}", rules.len());
    let sandbox = Sandbox::new();
    let mut answers = BTreeMap::new();
    for (seed, rule) in (1..).zip(&rules) {
        let text = example::expand(&rule.examples[0], seed).expect("a good template");
        sandbox.write(format!("{}.txt", rule.id), text);
        let verify = issuers.of(rule).verify.expect("it can be asked");
        let live = verify
            .answers
            .iter()
            .find(|answer| answer.means == Meaning::Live && answer.contains.is_none())
            .expect("something means live");
        answers.insert(host_and_path(&verify.request), (live.status, body(live)));
    }
    let script = answers.clone();
    let proxy =
        Issuer::start(
            move |seen| match script.get(&(seen.host.clone(), seen.path.clone())) {
                Some((status, body)) => Play::status(*status, body.clone()),
                None => Play::status(404, "{}"),
            },
        );
    let mut command = sandbox.command(GUARD);
    let run = Run::of(
        proxy
            .proxies(&mut command)
            .args(["verify", "--format", "json", "."]),
    );
    run.assert_code(1);
    let document = run.json();
    let seen = proxy.seen();
    for rule in &rules {
        let finding = document["findings"]
            .as_array()
            .expect("an array")
            .iter()
            .find(|finding| finding["rule"] == *rule.id)
            .unwrap_or_else(|| panic!("{}: nothing found", rule.id));
        assert_eq!(
            finding["verification"]["status"], "live",
            "{}: {}",
            rule.id, finding["verification"]
        );
    }
    let hosts: Vec<(String, String)> = seen
        .iter()
        .map(|seen| (seen.host.clone(), seen.path.clone()))
        .collect();
    for wanted in answers.keys() {
        assert!(hosts.contains(wanted), "{wanted:?} was not asked");
    }
    let secrets = secrets(&sandbox, &rules);
    for seen in &seen {
        let carried: Vec<(&String, Vec<String>)> = secrets
            .iter()
            .map(|secret| (secret, carriers(seen, secret)))
            .filter(|(_, places)| !places.is_empty())
            .collect();
        assert_eq!(carried.len(), 1, "{}{}", seen.host, seen.path);
        assert_eq!(carried[0].1.len(), 1, "{}{}", seen.host, seen.path);
        assert!(secrets.iter().all(|secret| !seen.path.contains(secret)));
        run.assert_hides(carried[0].0);
    }
}

/// The secrets of the examples, found by the library.
fn secrets(sandbox: &Sandbox, rules: &[&'static Rule]) -> Vec<String> {
    let scanner = Scanner::new(RuleSet::builtin());
    let mut secrets: Vec<String> = rules
        .iter()
        .flat_map(|rule| {
            let text = std::fs::read(sandbox.path().join(format!("{}.txt", rule.id)))
                .expect("the file is there");
            in_text(&scanner, "a", &text)
                .into_iter()
                .map(|one| String::from_utf8_lossy(one.secret.expose()).into_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    secrets.sort();
    secrets.dedup();
    secrets
}

#[test]
fn each_rejection_of_the_table_is_understood() {
    let issuers = Issuers::new(Trust::Named);
    for rule in askable(&issuers) {
        let verify = issuers.of(rule).verify.expect("it can be asked");
        let dead = verify.answers.iter().any(|answer| {
            matches!(
                answer.means,
                Meaning::Invalid | Meaning::Expired | Meaning::Revoked
            )
        });
        assert!(dead, "{}: nothing that it may answer means dead", rule.id);
        // An answer that an earlier one always hides is a slip.
        for (index, answer) in verify.answers.iter().enumerate() {
            let hidden = verify.answers[..index].iter().any(|earlier| {
                earlier.status == answer.status
                    && earlier.at.is_none()
                    && earlier.contains.is_none()
            });
            assert!(!hidden, "{}: answer {index} is never reached", rule.id);
        }
    }
}
