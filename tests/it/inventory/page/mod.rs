//! The page of the register in a real browser: sorted, filtered, read aloud, printed, and with names that want to do harm.

mod access;
mod hostile;
mod table;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::{Run, Sandbox};

/// One finding of a report.
struct Known<'a> {
    description: &'a str,
    path: &'a str,
    author: &'a str,
    day: &'a str,
    verification: Value,
}

impl Known<'_> {
    fn finding(&self, number: usize) -> Value {
        let commit = json!({
            "commit": format!("{number:040}"), "author": self.author, "date": self.day
        });
        let fingerprint = format!("{number:032}");
        let origin = json!({
            "kind": "commit", "commit": commit["commit"], "author": self.author, "date": self.day
        });
        let mut finding = json!({
            "rule": "no-such-rule", "description": self.description, "provider": "Provider",
            "path": self.path, "part": "content", "line": 1, "column": 1, "end_line": 1, "end_column": 9,
            "origin": origin, "secret": "key_****", "secret_sha256": format!("{number:064}"),
            "fingerprint": fingerprint,
            "provenance": {
                "first": commit, "last": commit, "commits": 1, "reflog_commits": 0, "blobs": 1,
                "in_head": true, "refs": ["refs/heads/main"],
                "places": [{
                    "path": self.path, "part": "content", "line": 1, "column": 1, "end_line": 1,
                    "end_column": 9, "origin": origin, "first": commit, "last": commit, "commits": 1,
                    "reflog_commits": 0, "in_head": true, "reach": "refs", "fingerprint": fingerprint
                }]
            }
        });
        if !self.verification.is_null() {
            finding["verification"] = self.verification.clone();
        }
        finding
    }
}

fn answer(status: &str, owner: Option<&str>, can_write: Option<bool>) -> Value {
    json!({
        "status": status, "kind": "user", "owner": owner, "role": null, "can_write": can_write,
        "organizations": [{"name": "acme", "role": "admin"}],
        "scopes": ["can push to models of acme", "can read what it likes"],
        "checked_at": "2026-01-02T03:04:05Z", "expires_at": "2027-01-01T00:00:00Z"
    })
}

/// Four credentials: two live, of which one writes; one dead; one of which nobody knows.
fn four() -> Vec<Known<'static>> {
    let known = |description, path, day, verification| Known {
        description,
        path,
        author: "Ada <ada@example.org>",
        day,
        verification,
    };
    vec![
        known("Delta key", "d.py", "2025-04-01", Value::Null),
        known(
            "Alpha key",
            "a.py",
            "2025-02-01",
            answer("live", Some("ada"), Some(true)),
        ),
        known(
            "Charlie key",
            "c.py",
            "2025-03-01",
            answer("revoked", Some("bob"), Some(true)),
        ),
        known(
            "Bravo key",
            "b.py",
            "2025-01-01",
            answer("live", Some("eve"), Some(false)),
        ),
    ]
}

/// Writes the page of a report.
#[track_caller]
fn page(sandbox: &Sandbox, known: &[Known<'_>], skipped: Value) -> Run {
    let findings: Vec<Value> = known
        .iter()
        .zip(1..)
        .map(|(known, number)| known.finding(number))
        .collect();
    let report = json!({
        "schema": 1, "repository": "hub.example/acme/models", "findings": findings, "skipped": skipped
    });
    sandbox.write("report.json", report.to_string());
    page_of(sandbox, "report.json")
}

/// Writes the page of the report or register `file`.
#[track_caller]
fn page_of(sandbox: &Sandbox, file: &str) -> Run {
    let arguments = ["inventory", "--from", file, "--format", "html"];
    sandbox.guard(&[&arguments[..], &["--output", "page.html"]].concat())
}

#[track_caller]
fn shown(sandbox: &Sandbox, known: &[Known<'_>]) -> Browser {
    page(sandbox, known, json!([])).assert_code(1);
    Browser::show(sandbox, &sandbox.path().join("page.html"))
}

/// The names of the rows that can be seen, from top to bottom.
#[track_caller]
fn names(browser: &mut Browser) -> String {
    let visible = "Array.from(document.querySelectorAll('tbody tr')).filter((row) => row.offsetHeight > 0)\
                   .map((row) => row.cells[0].textContent.split(' ')[0]).join(' ')";
    browser.eval(visible).as_str().expect("a text").to_owned()
}

#[track_caller]
fn count(browser: &mut Browser) -> String {
    browser.texts("#count").concat()
}

/// Presses Tab until the element that `expression` gives has the focus.
#[track_caller]
fn tab_to(browser: &mut Browser, expression: &str) {
    for _ in 0..40 {
        browser.press("Tab");
        if browser.eval(&format!("document.activeElement === {expression}")) == true {
            return;
        }
    }
    panic!("the keyboard does not reach {expression}");
}
