//! Names and addresses that want to do harm, and secrets: none of it gets into the page.

use std::fs;

use serde_json::{Value, json};

use super::{Known, answer, page_of, shown};
use crate::browser::Browser;
use crate::support::{Sandbox, hf_token, letters};

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
    page_of(&sandbox, "register.json").assert_code(1);
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
