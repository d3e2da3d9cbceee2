//! The page of the register in a real browser: sorted, filtered, read aloud, printed, and with names that want to do harm.

use std::fs;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::{Run, Sandbox, hf_token, letters};

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
    sandbox.guard(&[
        "inventory",
        "--from",
        "report.json",
        "--format",
        "html",
        "--output",
        "page.html",
    ])
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

#[test]
fn columns_are_sorted_with_the_keyboard() {
    let sandbox = Sandbox::new();
    let mut browser = shown(&sandbox, &four());
    assert_eq!(
        names(&mut browser),
        "Alpha Bravo Delta Charlie",
        "the most urgent first"
    );
    assert_eq!(count(&mut browser), "4 of 4 credentials");
    let sorts = "Array.from(document.querySelectorAll('thead th'), (head) => head.getAttribute('aria-sort')).join(' ')";
    assert_eq!(browser.eval(sorts), ["none"; 9].join(" "));
    tab_to(&mut browser, "document.querySelectorAll('thead button')[0]");
    browser.press("Enter");
    assert_eq!(names(&mut browser), "Alpha Bravo Charlie Delta");
    assert_eq!(
        count(&mut browser),
        "4 of 4 credentials, sorted by credential, ascending"
    );
    browser.press(" ");
    assert_eq!(names(&mut browser), "Delta Charlie Bravo Alpha");
    assert!(
        browser
            .eval(sorts)
            .as_str()
            .is_some_and(|sorts| sorts.starts_with("descending none"))
    );
    // First seen; then the owner: what has none comes last, whichever way.
    for (column, up, down) in [
        (5, "Bravo Alpha Charlie Delta", "Delta Charlie Alpha Bravo"),
        (3, "Alpha Charlie Bravo Delta", "Bravo Charlie Alpha Delta"),
        (1, "Alpha Bravo Delta Charlie", "Charlie Delta Alpha Bravo"),
        (2, "Alpha Charlie Delta Bravo", "Bravo Delta Alpha Charlie"),
    ] {
        tab_to(
            &mut browser,
            &format!("document.querySelectorAll('thead button')[{column}]"),
        );
        browser.press("Enter");
        assert_eq!(names(&mut browser), up, "column {column}");
        browser.press("Enter");
        assert_eq!(names(&mut browser), down, "column {column}");
    }
    let one = "document.querySelectorAll('[aria-sort=ascending], [aria-sort=descending]').length";
    assert_eq!(browser.eval(one), 1);
    assert_eq!(browser.problems(), [""; 0]);
}

#[test]
fn rows_are_filtered_and_counted() {
    let sandbox = Sandbox::new();
    let mut browser = shown(&sandbox, &four());
    tab_to(&mut browser, "document.getElementById('filter')");
    browser.types("B.PY hub.example");
    assert_eq!(names(&mut browser), "Bravo");
    assert_eq!(count(&mut browser), "1 of 4 credentials");
    browser.types(" nowhere");
    assert_eq!(names(&mut browser), "");
    assert_eq!(count(&mut browser), "0 of 4 credentials");
    assert_eq!(
        browser.eval("document.getElementById('none').hidden"),
        false
    );
    browser.eval("document.getElementById('filter').select()");
    browser.types("key");
    assert_eq!(names(&mut browser), "Alpha Bravo Delta Charlie");
    for (value, expected) in [
        ("live", "Alpha Bravo"),
        ("can-write", "Alpha"),
        // Nobody asked about it, and no CODEOWNERS names one.
        ("no-owner", "Delta"),
    ] {
        let place = format!("document.querySelector('input[value={value}]')");
        tab_to(&mut browser, &place);
        browser.press(" ");
        assert_eq!(names(&mut browser), expected, "{value}");
        browser.press(" ");
    }
    assert_eq!(count(&mut browser), "4 of 4 credentials");
    assert_eq!(browser.problems(), [""; 0]);
}

#[test]
fn without_scripts_it_is_a_plain_table() {
    let sandbox = Sandbox::new();
    let mut browser = shown(&sandbox, &four());
    browser.call(
        "Emulation.setScriptExecutionDisabled",
        json!({"value": true}),
    );
    browser.reload();
    assert_eq!(names(&mut browser), "Alpha Bravo Delta Charlie");
    assert_eq!(
        browser.eval("document.querySelectorAll('button').length"),
        0
    );
    assert_eq!(
        browser.eval("document.getElementById('tools').offsetHeight"),
        0
    );
    assert_eq!(
        browser.texts("thead th").join("|"),
        "Credential|Status|Access|Owner|Responsible|First seen|Last seen|Where|How to stop it"
    );
}

/// What a text must stand out by against what lies behind it, as WCAG 2.2 has it, and where it does not.
/// Source: <https://www.w3.org/TR/WCAG22/#contrast-minimum>
const PALE: &str = "(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).slice(0, 3).map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if ((numbers(colour)[3] ?? 1) > 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const pale = [];
  for (const one of document.body.querySelectorAll('*')) {
    const has_text = Array.from(one.childNodes).some((node) => node.nodeType === 3 && node.data.trim());
    if (!has_text || !one.getClientRects().length) continue;
    const [a, b] = [light(getComputedStyle(one).color), light(behind(one))].sort((a, b) => b - a);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) pale.push(`${one.outerHTML} ${ratio}`);
  }
  return pale;
})()";

#[test]
fn it_can_be_read_in_any_colours_at_any_width() {
    let sandbox = Sandbox::new();
    let unread = json!([{"path": "object 1", "reason": "it is damaged"}]);
    page(&sandbox, &four(), unread).assert_code(2);
    let mut browser = Browser::show(&sandbox, &sandbox.path().join("page.html"));
    assert_eq!(
        browser.texts(".unread").concat(),
        "1 text not read: there may be more credentialshub.example/acme/models: object 1: it is damaged"
    );
    for (media, scheme) in [("screen", "light"), ("screen", "dark"), ("print", "dark")] {
        browser.show_as(media, scheme);
        for width in [320, 800, 1440, 2560] {
            browser.resize(width);
            assert_eq!(browser.eval(PALE), json!([]), "{media} {scheme} {width}");
            let overflow =
                "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            // Paper is never that narrow.
            if media == "screen" {
                assert_eq!(browser.eval(overflow), 0, "{scheme} {width}");
            }
        }
    }
    let back = "getComputedStyle(document.body).backgroundColor";
    assert_eq!(browser.eval(back), "rgb(255, 255, 255)", "paper is white");
    browser.show_as("screen", "dark");
    assert_ne!(browser.eval(back), "rgb(255, 255, 255)");
    assert_eq!(browser.problems(), [""; 0]);
}

/// What whoever cannot see the page depends on, and how often that is not so.
const RULES: [(&str, &str); 16] = [
    (
        "the language is told",
        "document.documentElement.lang === 'en' ? 0 : 1",
    ),
    ("it has a title", "document.title ? 0 : 1"),
    (
        "one main heading",
        "document.querySelectorAll('h1').length - 1",
    ),
    (
        "no level of headings is left out",
        "Array.from(document.querySelectorAll('h1, h2, h3')).map((head) => +head.localName[1])\
             .filter((level, at, all) => level > (all[at - 1] ?? 0) + 1).length",
    ),
    (
        "each field has a label",
        "Array.from(document.querySelectorAll('input')).filter((one) => !one.labels.length).length",
    ),
    (
        "fields that belong together have a legend",
        "document.querySelectorAll('fieldset > legend').length - 1",
    ),
    (
        "buttons and links have words",
        "Array.from(document.querySelectorAll('button, a, summary')).filter((one) => !one.textContent.trim()).length",
    ),
    (
        "ids are unique",
        "(() => { const ids = Array.from(document.querySelectorAll('[id]'), (one) => one.id); return ids.length - new Set(ids).size; })()",
    ),
    (
        "what is referred to is there",
        "Array.from(document.querySelectorAll('[aria-labelledby], [aria-describedby]'))\
             .filter((one) => !document.getElementById(one.getAttribute('aria-labelledby') ?? one.getAttribute('aria-describedby'))).length",
    ),
    (
        "headings of columns say so",
        "document.querySelectorAll('thead th:not([scope=col])').length",
    ),
    (
        "headings of rows say so",
        "document.querySelectorAll('tbody th:not([scope=row])').length",
    ),
    (
        "each row has one",
        "document.querySelectorAll('tbody tr').length - document.querySelectorAll('tbody th').length",
    ),
    (
        "the table has a caption",
        "document.querySelectorAll('table > caption').length - 1",
    ),
    (
        "the order of the keyboard is that of the page",
        "document.querySelectorAll('[tabindex]').length",
    ),
    (
        "changes of the count are told",
        "document.getElementById('count').getAttribute('role') === 'status' ? 0 : 1",
    ),
    (
        "no handler and no style stands in an element",
        "Array.from(document.querySelectorAll('*')).filter((one) => Array.from(one.attributes).some((name) => /^(on|style$)/.test(name.name))).length",
    ),
];

#[test]
fn it_can_be_read_aloud() {
    let sandbox = Sandbox::new();
    let mut browser = shown(&sandbox, &four());
    for (rule, violations) in RULES {
        assert_eq!(browser.eval(violations), 0, "{rule}");
    }
    // Where it is narrow, rows are shown as cards, and are rows of a table all the same.
    for width in [1440, 320] {
        browser.resize(width);
        let tree = browser.call("Accessibility.getFullAXTree", json!({}));
        let nodes = tree["nodes"].as_array().expect("nodes");
        let of = |role: &str| -> Vec<&str> {
            nodes
                .iter()
                .filter(|node| node["ignored"] == false && node["role"]["value"] == role)
                .map(|node| node["name"]["value"].as_str().unwrap_or_default())
                .collect()
        };
        assert_eq!(of("table").len(), 1, "{width}");
        assert!(
            of("table")[0].starts_with("One row a credential"),
            "{:?}",
            of("table")
        );
        assert_eq!(of("row").len(), 5, "{width}");
        assert_eq!(of("columnheader").len(), 9, "{width}");
        assert_eq!(of("rowheader").len(), 4, "{width}");
        assert_eq!(of("cell").len(), 32, "{width}");
        assert_eq!(of("searchbox"), ["Filter"], "{width}");
        assert_eq!(
            of("checkbox"),
            ["are live", "can write", "have no owner"],
            "{width}"
        );
        assert_eq!(of("status").len(), 1, "{width}");
        assert_eq!(
            of("heading"),
            ["Register of credentials", "Signals", "Credentials"]
        );
    }
}

#[test]
fn paper_has_everything_and_the_headings_on_each_sheet() {
    let sandbox = Sandbox::new();
    let many: Vec<Known<'_>> = (0..12).flat_map(|_| four()).collect();
    let mut browser = shown(&sandbox, &many);
    assert_eq!(
        browser.eval("document.querySelectorAll('details[open]').length"),
        0
    );
    browser.eval("window.dispatchEvent(new Event('beforeprint'))");
    assert_eq!(
        browser.eval("document.querySelectorAll('details:not([open])').length"),
        0
    );
    assert_eq!(
        browser.eval("document.querySelectorAll('details').length"),
        36
    );
    browser.show_as("print", "light");
    assert_eq!(
        browser.eval("document.getElementById('tools').offsetHeight"),
        0
    );
    assert_eq!(
        browser.eval("getComputedStyle(document.querySelector('thead')).display"),
        "table-header-group"
    );
    // Buttons are left out where a heading is repeated: words stand in their place.
    assert_eq!(
        browser.eval("document.querySelector('thead button').offsetHeight"),
        0
    );
    let widths =
        "Array.from(document.querySelectorAll('thead .paper')).every((one) => one.offsetWidth > 0)";
    assert_eq!(browser.eval(widths), true);
    browser.eval("window.dispatchEvent(new Event('afterprint'))");
    assert_eq!(
        browser.eval("document.querySelectorAll('details[open]').length"),
        0
    );
}

#[test]
fn hostile_names_are_text_and_nothing_else() {
    let sandbox = Sandbox::new();
    let hostile =
        "\"'><script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>\u{202e}&lt;";
    let mut verification = answer("live", Some(hostile), Some(true));
    verification["name"] = json!(hostile);
    verification["scopes"] = json!([hostile]);
    verification["organizations"] = json!([{"name": hostile, "role": hostile}]);
    verification["reason"] = json!("</td></tr></table><svg onload=window.pwned=3>");
    verification["expires_at"] = json!(hostile);
    let known = [Known {
        description: hostile,
        path: "</bdi></code><iframe src=javascript:window.pwned=4>.py\u{2067}",
        author: hostile,
        day: "\" onmouseover=\"window.pwned = 5",
        verification,
    }];
    let mut browser = shown(&sandbox, &known);
    assert_eq!(browser.eval("window.pwned"), Value::Null);
    for (selector, count) in [
        ("script", 1),
        ("style", 1),
        ("img, svg, iframe, object, embed", 0),
        ("tbody tr", 1),
        ("td", 8),
    ] {
        let script = format!("document.querySelectorAll('{selector}').length");
        assert_eq!(browser.eval(&script), count, "{selector}");
    }
    let text = browser.texts("tbody").concat();
    let visible =
        "\"'><script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>\\u{202e}&lt;";
    assert!(text.contains(visible), "{text}");
    let html = fs::read_to_string(sandbox.path().join("page.html")).expect("the page is UTF-8");
    for character in ['\u{202e}', '\u{2067}'] {
        assert!(!html.contains(character));
    }
    assert_eq!(browser.problems(), [""; 0]);
    // And if something got through: the policy lets no other script run, and nothing out.
    browser.eval("const script = document.createElement('script'); script.textContent = 'window.pwned = 6'; document.body.append(script)");
    assert_eq!(browser.eval("window.pwned"), Value::Null);
    let fetched = browser.eval("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')");
    assert_eq!(fetched, "refused");
    let refusals = browser.problems().join("\n");
    assert!(refusals.contains("Content Security Policy"), "{refusals}");
}

#[test]
fn an_address_of_another_machine_s_register_is_a_link_to_a_page_or_no_link() {
    let sandbox = Sandbox::new();
    let mut register = json!({
        "schema": 1, "made_at": "", "credentials": [], "skipped": [], "warnings": []
    });
    for (number, page) in [
        "javascript:alert(1)",
        "https://issuer.example/x\"onclick=\"y",
    ]
    .iter()
    .enumerate()
    {
        register["credentials"].as_array_mut().expect("a list").push(json!({
            "description": "key", "provider": "p", "rules": ["of-another-configuration"], "secret": "****",
            "secret_sha256": format!("{number:064}"), "revoke": {"page": page}, "repositories": []
        }));
    }
    sandbox.write("register.json", register.to_string());
    let run = [
        "inventory",
        "--from",
        "register.json",
        "--format",
        "html",
        "--output",
        "page.html",
    ];
    sandbox.guard(&run).assert_code(1);
    let mut browser = Browser::show(&sandbox, &sandbox.path().join("page.html"));
    let links = "Array.from(document.querySelectorAll('a'), (link) => link.href)";
    assert_eq!(
        browser.eval(links),
        json!(["https://issuer.example/x%22onclick=%22y"])
    );
}

#[test]
fn no_secret_stands_in_any_format() {
    let sandbox = Sandbox::new();
    let token = hf_token(5);
    let password = letters(6, 14);
    sandbox.write(
        "train.py",
        format!("token = \"{token}\"\nurl = \"postgres://ada:{password}@db.example/m\"\n"),
    );
    sandbox.write(format!("runs/{token}.log"), "x\n");
    sandbox.commit_all(&format!("Log in with {token}"));
    sandbox.git(&["branch", &format!("try-{token}")]);
    for format in ["html", "csv", "json", "human"] {
        let run = sandbox.guard(&["inventory", "--format", format]);
        run.assert_code(1)
            .assert_hides(&token)
            .assert_hides(&password);
        assert!(run.stdout.contains("hf_"), "{format}: the mask is there");
    }
}

#[test]
fn an_empty_register_is_a_page_too() {
    let sandbox = Sandbox::new();
    let run = ["inventory", "--format", "html", "--output", "page.html"];
    sandbox.guard(&run).assert_code(0);
    let mut browser = Browser::show(&sandbox, &sandbox.path().join("page.html"));
    assert_eq!(count(&mut browser), "0 of 0 credentials");
    assert_eq!(browser.texts("#none").concat(), "No credential to show.");
    assert_eq!(
        browser.eval("document.getElementById('none').offsetHeight > 0"),
        true
    );
    assert_eq!(browser.problems(), [""; 0]);
}
