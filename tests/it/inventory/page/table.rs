//! The table: sorted, filtered, empty, and there without scripts.

use serde_json::json;

use super::{count, four, names, shown, tab_to};
use crate::browser::Browser;
use crate::support::Sandbox;

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
