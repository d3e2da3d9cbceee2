//! Whoever reads it, and on whatever: colours, widths, readers aloud, paper.

use serde_json::json;

use super::{Known, four, page, shown};
use crate::browser::Browser;
use crate::support::Sandbox;

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
