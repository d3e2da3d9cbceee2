//! Values in base64 that are shorter than a run that is looked into anywhere: Kubernetes Secrets, Basic headers, calls.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{Sandbox, letters};

/// A GitLab token: 26 bytes, 36 characters of base64.
fn gitlab(seed: u64) -> String {
    format!("glpat{}{}", '-', letters(seed, 20))
}

/// An AWS key id: 20 bytes, 28 characters of base64.
fn aws(seed: u64) -> String {
    let body: String = letters(seed, 40).to_uppercase();
    let body: String = body
        .chars()
        .enumerate()
        .map(|(at, one)| if at % 5 == 3 { '7' } else { one })
        .collect();
    format!("AK{}{}", "IA", &body[..16])
}

/// The findings of a staged file; neither what a token is nor how it is written may be shown.
#[track_caller]
fn findings(text: &str, tokens: &[&str]) -> Vec<Value> {
    let sandbox = Sandbox::new();
    sandbox.stage("a.yaml", text);
    let run = sandbox.guard(&["--format", "json"]);
    let human = sandbox.guard(&[]);
    for token in tokens {
        for run in [&run, &human] {
            run.assert_hides(token);
            let encoded = STANDARD.encode(token);
            assert!(!run.stdout.contains(&encoded[12..20]), "{run:?}");
        }
    }
    let report = run.json();
    report["findings"].as_array().expect("a list").clone()
}

#[track_caller]
fn assert_found(text: &str, token: &str, rule: &str) {
    let found = findings(text, &[token]);
    let [only] = &found[..] else {
        panic!("{text}: {found:?}");
    };
    let at = text.find(&STANDARD.encode(token)).expect("it is there");
    let line = text[..at].matches('\n').count() + 1;
    let column = at - text[..at].rfind('\n').map_or(0, |end| end + 1) + 1;
    assert_eq!(only["rule"], rule, "{text}");
    assert_eq!(only["encoding"], json!(["base64"]), "{text}");
    assert_eq!(
        (&only["line"], &only["column"]),
        (&json!(line), &json!(column)),
        "{text}"
    );
}

#[test]
fn a_short_token_alone_in_a_kubernetes_secret() {
    for (token, rule) in [
        (gitlab(1), "gitlab-personal-access-token"),
        (aws(2), "aws-access-key-id"),
    ] {
        let value = STANDARD.encode(&token);
        for text in [
            format!("apiVersion: v1\nkind: Secret\ndata:\n  a: {value}\n"),
            format!("data:\n  a: {value}\napiVersion: v1\nkind: Secret\n"),
            format!("kind: \"Secret\"\ndata: {{a: {value}}}\n"),
            format!("data:\n  a: '{value}'\n---\nkind: Deployment\n---\nkind: 'Secret'\n"),
            format!("kind: Secret\ndata:\n  a: |\n    {value}\n"),
            format!("{{\"kind\": \"Secret\", \"data\": {{\"a\": \"{value}\"}}}}"),
            format!("{{\"data\":{{\"a\":\"{value}\"}},\"kind\":\"Secret\"}}"),
            format!("kind: List\nitems:\n- data:\n    a: {value}\n  kind: Secret\n"),
            format!(
                "{{\"items\":[{{\"data\":{{\"a\":\"{value}\"}},\"kind\":\"Secret\"}}],\"kind\":\"List\"}}"
            ),
            format!(
                "# Source: chart/templates/a.yaml\nkind: Secret\ntype: Opaque\ndata:\n  a: \"{value}\"\r\n"
            ),
            format!(
                "last-applied: '{{\\\"data\\\":{{\\\"a\\\":\\\"{value}\\\"}},\\\"kind\\\":\\\"Secret\\\"}}'\n"
            ),
        ] {
            assert_found(&text, &token, rule);
        }
    }
}

#[test]
fn a_name_beside_a_value_of_a_secret_tells_what_it_is() {
    let key = letters(5, 32);
    let value = STANDARD.encode(&key);
    let text = format!("kind: Secret\ndata:\n  MISTRAL_API_KEY: {value}\n");
    assert_found(&text, &key, "mistral-api-key-by-name");
}

#[test]
fn two_values_of_a_secret_are_two_findings() {
    let (one, two) = (gitlab(6), gitlab(7));
    let [first, second] = [&one, &two].map(|token| STANDARD.encode(token));
    let text = format!("kind: Secret\ndata:\n  a: {first}\n  b: {second}\n");
    let found = findings(&text, &[&one, &two]);
    let lines: Vec<&Value> = found.iter().map(|one| &one["line"]).collect();
    assert_eq!(lines, [3, 4]);
}

#[test]
fn only_a_new_value_of_a_secret_is_new() {
    let (one, two) = (gitlab(8), gitlab(9));
    let [first, second] = [&one, &two].map(|token| STANDARD.encode(token));
    let sandbox = Sandbox::new();
    let old = format!("kind: Secret\ndata:\n  a: {first}\n");
    sandbox.write("a.yaml", &old);
    sandbox.commit_all("first");
    sandbox.stage("a.yaml", format!("{old}  b: {second}\n"));
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1).assert_hides(&one).assert_hides(&two);
    let report = run.json();
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["findings"][0]["line"], 4);
}

#[test]
fn a_short_value_behind_its_sign() {
    let token = gitlab(3);
    let alone = STANDARD.encode(&token);
    for text in [
        format!("curl -H 'Authorization: Basic {alone}' x\n"),
        format!("http.extraheader=AUTHORIZATION: basic {alone}\n"),
        format!("{{\"Authorization\": \"Basic {alone}\"}}\n"),
        format!("{{\"auths\": {{\"x\": {{\"auth\": \"{alone}\"}}}}}}\n"),
        format!("s = \"{{\\\"auth\\\":\\\"{alone}\\\"}}\"\n"),
        format!("//registry.example.org/:_password=\"{alone}\"\n"),
        format!("key = base64.b64decode(b'{alone}')\n"),
        format!("Buffer.from(\"{alone}\", 'base64')\n"),
        format!("key = atob('{alone}')\n"),
    ] {
        assert_found(&text, &token, "gitlab-personal-access-token");
    }
    // Of what is decoded a part is the token.
    for (user, token) in [("a", gitlab(4)), ("", aws(4)), ("ci", aws(5))] {
        let text = format!(
            "Authorization: Basic {}\n",
            STANDARD.encode(format!("{user}:{token}"))
        );
        let found = findings(&text, &[&token]);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(found[0]["encoding"], json!(["base64"]));
        let digit = (user.len() + 1) * 8 / 6;
        assert_eq!(
            found[0]["column"],
            "Authorization: Basic ".len() + digit + 1
        );
    }
}

#[test]
fn base64_in_base64_of_a_secret() {
    let token = gitlab(10);
    let auth = STANDARD.encode(format!("a:{token}"));
    let docker = format!("{{\"auths\":{{\"ghcr.io\":{{\"auth\":\"{auth}\"}}}}}}");
    let value = STANDARD.encode(docker);
    let found = findings(
        &format!("kind: Secret\ndata:\n  .dockerconfigjson: {value}\n"),
        &[&token],
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["rule"], "gitlab-personal-access-token");
    assert_eq!(found[0]["encoding"], json!(["base64", "base64"]));
}

#[test]
fn what_decodes_to_nothing_is_nothing() {
    let value = |text: &str| STANDARD.encode(text);
    for text in [
        format!(
            "kind: Secret\ndata:\n  user: {}\n  url: {}\n",
            value("an administrator"),
            value("https://example.org/x")
        ),
        "kind: Secret\nmetadata:\n  name: internationalization-of-applications\n".to_owned(),
        format!(
            "Basic authenticationscheme {}\n",
            value("Aladdin:opensesame")
        ),
        format!("data:\n  a: {}\n", value(&gitlab(11))),
        "kind: Secret\nstringData:\n  token: ${TOKEN}\ndata:\n  a: {{ .Values.token | b64enc }}\n"
            .to_owned(),
    ] {
        let sandbox = Sandbox::new();
        sandbox.stage("a.yaml", &text);
        sandbox.guard(&[]).assert_code(0);
    }
}

#[test]
fn a_history_is_looked_into_as_a_file_is() {
    let token = gitlab(12);
    let sandbox = Sandbox::new();
    let text = |value: &str| {
        let rest = "# of no matter\n".repeat(200);
        format!("data:\n  a: {value}\n{rest}kind: Secret\n")
    };
    sandbox.write("a.yaml", text("none"));
    sandbox.commit_all("first");
    sandbox.write("a.yaml", text(&STANDARD.encode(&token)));
    sandbox.commit_all("second");
    sandbox.write("a.yaml", text("other"));
    sandbox.commit_all("third");
    sandbox.git(&["repack", "-adfq"]);
    let run = sandbox.guard(&["scan", "--all-history", "--format", "json"]);
    run.assert_code(1).assert_hides(&token);
    let report = run.json();
    assert_eq!(
        report["findings"].as_array().map(Vec::len),
        Some(1),
        "{run:?}"
    );
    assert_eq!(
        report["findings"][0]["rule"],
        "gitlab-personal-access-token"
    );
}
