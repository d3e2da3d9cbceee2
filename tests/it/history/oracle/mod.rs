//! Provenance over generated histories, against what git itself says of each commit, ref and object.

mod git;
mod story;

use std::collections::BTreeSet;

use serde_json::Value;

use git::{Facts, Oracle, Stay};
use story::{FIRST, Story, TOKENS};

use crate::findings::sha256;
use crate::random::states;
use crate::support::{Sandbox, hf_token};

fn stay(value: &Value) -> Stay {
    let commit = |end: &str| value[end]["commit"].as_str().map(str::to_owned);
    let count = value["commits"].as_u64()?;
    Some((
        commit("first")?,
        commit("last")?,
        usize::try_from(count).ok()?,
    ))
}

fn told(finding: &Value) -> Facts {
    let provenance = &finding["provenance"];
    let number = |name: &str| {
        let count = provenance[name].as_u64().map(usize::try_from);
        count.map_or(0, |count| count.expect("it fits"))
    };
    let refs = provenance["refs"].as_array().expect("a list").iter();
    let mut facts = Facts {
        stay: stay(provenance),
        reflog_commits: number("reflog_commits"),
        blobs: number("blobs"),
        in_head: provenance["in_head"] == true,
        refs: refs.filter_map(Value::as_str).map(str::to_owned).collect(),
        ..Facts::default()
    };
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    for place in provenance["places"].as_array().expect("a list") {
        let origin = &place["origin"];
        match (&*word(&origin["kind"]), &*word(&place["part"])) {
            ("commit", "content") => {
                let twice = facts.places.insert(word(&place["path"]), stay(place));
                assert_eq!(twice, None, "{finding:#}");
            }
            ("commit", "header") | ("message", "message") => {
                let commit = format!("commit {}", word(&origin["commit"]));
                facts.places.insert(commit, None);
            }
            ("tag", "message") => drop(facts.tags.insert(word(&origin["tag"]))),
            ("unreachable", _) => drop(facts.unreachable.insert(word(&origin["object"]))),
            // Reflogs repeat the subjects of commits.
            ("ref", _) => {}
            other => panic!("{other:?}: {finding:#}"),
        }
    }
    facts
}

#[test]
fn provenance_is_what_git_says() {
    let states = states(4, 20) as u64;
    let mut compared = 0;
    for seed in 0..states {
        let mut story = Story::new(seed);
        for number in 0..34 {
            story.step(number);
        }
        let sandbox = &story.sandbox;
        // What is staged has a place of its own, which is tested elsewhere.
        sandbox.git(&["reset", "--quiet", "--hard"]);
        if seed % 2 == 0 {
            sandbox.git(&["repack", "-a", "-d", "-k", "-q"]);
        }
        let run = sandbox.guard(&["--all-history", "--format", "json"]);
        run.assert_code(1);
        let report = run.json();
        assert_eq!(report["warnings"], Value::Array(Vec::new()), "{report:#}");
        let oracle = Oracle::new(sandbox);
        for token in (FIRST..FIRST + TOKENS as u64).map(hf_token) {
            run.assert_hides(&token);
            let hash = sha256(&token);
            let entries = report["findings"].as_array().expect("a list").iter();
            let mut own = entries.filter(|entry| entry["secret_sha256"] == *hash);
            let entry = own.next();
            assert!(own.next().is_none(), "seed {seed}: one entry a secret");
            let expected = oracle.facts(&token);
            let found = entry.map(told).unwrap_or_default();
            assert_eq!(found, expected, "seed {seed}, secret {hash}");
            compared += expected.places.len();
            first_is_in_git_log(sandbox, &oracle, &token, &expected);
        }
    }
    assert!(compared as u64 > 10 * states, "{compared} places");
}

/// `git log --find-object` lists the commits that add or remove an object; the first one of a secret is among them.
#[track_caller]
fn first_is_in_git_log(sandbox: &Sandbox, oracle: &Oracle<'_>, token: &str, facts: &Facts) {
    let Some((first, ..)) = &facts.stay else {
        return;
    };
    let mut adding = BTreeSet::new();
    for oid in oracle.objects.keys().filter(|oid| oracle.has(oid, token)) {
        let find = format!("--find-object={oid}");
        let log = [
            "log",
            "--all",
            "--reflog",
            "-m",
            "--root",
            "--format=%H",
            &find,
        ];
        adding.extend(sandbox.git(&log).lines().map(str::to_owned));
        adding.insert(oid.clone());
    }
    assert!(adding.contains(first), "{first} is not in {adding:?}");
}
