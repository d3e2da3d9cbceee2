//! Issuers of one's own: a configuration that a person names may say whom to ask, a repository may not.

use super::verify;
use crate::issuer::{Issuer, Play, whoami};
use crate::support::{Sandbox, letters};

/// A configuration with a rule of its own and an address for what it finds.
fn configuration(url: &str) -> String {
    format!(
        r#"
[[rules]]
id = "acme-key"
provider = "Acme"
description = "Acme key"
keywords = ["acme_"]
regex = "acme_[A-Za-z]{{32}}"
prefix = "acme_"
confidence = "high"
source = "https://acme.example"
revoke = "https://acme.example/keys"
examples = ["k = acme_{{{{L32}}}}"]
[rules.verify]
request = {{ url = "{url}/me", headers = {{ x-key = "{{secret}}" }} }}
answers = [{{ status = 200, at = "/user", means = "live" }}, {{ status = 401, means = "invalid" }}]
owner = ["/user"]
scopes = ["/can"]
writes = ["push"]
"#
    )
}

#[test]
fn a_configuration_may_name_an_issuer_but_not_the_repository_s_own() {
    let sandbox = Sandbox::new();
    let key = format!("acme_{}", letters(9, 32));
    sandbox.write("a.py", format!("k = \"{key}\"\n"));
    let issuer = Issuer::start(|_| Play::json(r#"{"user": "wile", "can": ["push"]}"#));
    sandbox.write(".hf-guard.toml", configuration(&issuer.url));
    let run = verify(&sandbox, &issuer, &["a.py"]);
    run.assert_code(2).assert_hides(&key);
    assert!(issuer.seen().is_empty(), "{}", run.stdout);
    run.assert_stdout("that is ignored: only a file named with --config may");

    let own = sandbox.root().join("own.toml");
    std::fs::write(&own, configuration(&issuer.url)).expect("the file can be written");
    let own = own.to_str().expect("the path is UTF-8");
    let run = verify(&sandbox, &issuer, &["--config", own, "a.py"]);
    run.assert_code(1)
        .assert_hides(&key)
        .assert_stdout("owner       wile")
        .assert_stdout("LIVE, can write");
    let seen = issuer.seen();
    assert_eq!(seen[0].path, "/me");
    seen[0].assert_carries(&key, "x-key");
}

#[test]
fn a_repository_cannot_redirect_a_built_in_rule_to_other_secrets() {
    let sandbox = Sandbox::new();
    let other = format!("AKIA{}", letters(8, 20));
    sandbox.write("a.py", format!("hf_ k = \"{other}\"\n"));
    sandbox.write(
        ".hf-guard.toml",
        "[[extend]]\nid = \"huggingface-legacy-token\"\nregex = 'hf_ k = \"(?P<secret>AKIA[A-Za-z]{20})'\nkeywords = [\"hf_ k\"]\n",
    );
    let issuer = Issuer::start(|_| Play::json(whoami("write")));
    let run = verify(&sandbox, &issuer, &["a.py"]);
    run.assert_code(2);
    assert!(
        run.stdout.contains("hugging") || run.stdout.contains("Hugging"),
        "{}",
        run.stdout
    );
    assert!(issuer.seen().is_empty(), "{}", run.stdout);
}

#[test]
fn a_table_with_an_address_that_is_none_stops_the_run() {
    let sandbox = Sandbox::new();
    for url in ["http://acme.example", "https://acme.example/{secret}"] {
        let own = sandbox.root().join("own.toml");
        std::fs::write(&own, configuration(url)).expect("the file can be written");
        let run = sandbox.guard(&["rules", "check", own.to_str().expect("the path is UTF-8")]);
        run.assert_code(2);
        assert!(
            run.stderr.contains("https://") && run.stderr.contains("address"),
            "{}",
            run.stderr
        );
        assert!(!run.stderr.contains("acme.example"), "{}", run.stderr);
    }
}
