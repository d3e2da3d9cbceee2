//! The built-in rules: sound, proved by their examples, quiet on their counter-examples.

use std::collections::HashSet;

use hf_guard::finding::Finding;
use hf_guard::rules::{Confidence, Preset, RuleSet, example, verify};
use hf_guard::scan::{Scanner, proof};

use super::{NOW, rules, scanner};
use crate::findings::in_text;
use crate::support::Sandbox;

#[track_caller]
fn findings(scanner: &Scanner, template: &str, seed: u64) -> Vec<Finding> {
    let text = example::expand(template, seed).expect("a good template");
    in_text(scanner, "a.py", text.as_bytes())
}

#[track_caller]
fn only(template: &str) -> Finding {
    let mut found = findings(&scanner(), template, 1);
    assert_eq!(found.len(), 1, "{template}: {found:?}");
    found.remove(0)
}

#[test]
fn every_rule_is_sound_and_proved_by_its_examples() {
    let scanner = Scanner::new(RuleSet::of(Preset::Strict)).with_now(NOW);
    let rules = rules(&scanner);
    let mut faults = Vec::new();
    let mut ids = HashSet::new();
    for rule in rules {
        if let Err(error) = verify::rule(rule) {
            faults.push(error.to_string());
        }
        if let Err(error) = proof::examples(&scanner, rule) {
            faults.push(error.to_string());
        }
        if !ids.insert(&*rule.id) {
            faults.push(format!("two rules have the id {}", rule.id));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_floor_or_placeholder_test_eats_a_random_secret() {
    let scanner = scanner();
    for rule in rules(&scanner) {
        // Values known by their name only must look random, which one in some hundred does not.
        let lost_at_most = if rule.confidence == Confidence::High {
            0
        } else {
            2
        };
        let template = rule.examples.first().expect("a rule has an example");
        let found = (100..150)
            .filter(|&seed| {
                findings(&scanner, template, seed)
                    .iter()
                    .any(|one| one.rule.id == rule.id)
            })
            .count();
        assert!(found + lost_at_most >= 50, "{}: {found} of 50", rule.id);
    }
}

#[test]
fn all_the_hugging_face_kinds_are_there() {
    let scanner = scanner();
    let ids: Vec<&str> = rules(&scanner).iter().map(|rule| &*rule.id).collect();
    for kind in [
        "user-token",
        "org-token",
        "legacy-token",
        "oauth-token",
        "oauth-refresh-token",
        "jwt",
        "xet-token",
        "oauth-client-secret",
        "webhook-secret",
        "token-by-name",
        "token-by-call",
    ] {
        let id = format!("huggingface-{kind}");
        assert!(ids.contains(&&*id), "{id}");
    }
}

#[test]
fn a_token_beside_its_name_is_one_finding_of_the_exact_rule() {
    for (template, id) in [
        ("HF_TOKEN=\"hf_{{L34}}\"", "huggingface-user-token"),
        ("login(token=\"hf_{{L34}}\")", "huggingface-user-token"),
        (
            "curl https://huggingface.co/api -H 'Authorization: Bearer hf_{{L34}}'",
            "huggingface-user-token",
        ),
        ("_authToken={{crc62:npm_:30}}", "npm-access-token"),
        (
            "hf_jwt_{{jwt:{\"iss\":\"https://huggingface.co\"}}}",
            "huggingface-jwt",
        ),
        (
            "HF_TOKEN=hf_oauth__refresh_{{L34}}",
            "huggingface-oauth-refresh-token",
        ),
    ] {
        assert_eq!(only(template).rule.id, id, "{template}");
    }
}

#[test]
fn two_tokens_side_by_side_are_two_findings() {
    let found = findings(&scanner(), "hf_{{L34}},hf_{{L34}};hf_{{L34}}", 1);
    assert_eq!(found.len(), 3);
}

#[test]
fn a_failed_checksum_lowers_the_grade_and_says_so() {
    for (good, bad) in [
        ("{{crc62:ghp_:30}}", "ghp_{{A36}}"),
        ("{{github_pat}}", "github_pat_{{A22}}_{{A59}}"),
        ("{{crc62:npm_:30}}", "npm_{{A36}}"),
        ("{{glsa}}", "glsa_{{A32}}_{{h8}}"),
        ("{{cloudflare:cfut_}}", "cfut_{{A40}}{{h8}}"),
        ("{{atlassian}}", "ATATT3xFfGF0{{A171}}={{H8}}"),
        ("{{pypi:pypi.org}}", "pypi-AgEIcHlwaS5vcmc{{A101}}"),
    ] {
        let (good, bad) = (only(good), only(bad));
        assert_eq!((good.confidence, good.notes.len()), (Confidence::High, 0));
        assert_eq!(
            (bad.confidence, bad.notes.len()),
            (Confidence::Medium, 1),
            "{bad:?}"
        );
        assert_eq!(good.rule.id, bad.rule.id);
    }
    assert_eq!(only("ghp_{{A36}}").notes, ["the checksum does not match"]);
}

#[test]
fn digits_in_a_hugging_face_token_lower_the_grade() {
    let found = only("hf_{{L17}}7{{L16}}");
    assert_eq!(found.confidence, Confidence::Medium);
    assert_eq!(
        found.notes,
        ["has digits, which tokens of huggingface.co do not"]
    );
}

#[test]
fn a_jwt_tells_its_expiry_and_scopes() {
    let expired = only(
        r#"hf_oauth_{{jwt:{"scope":["openid","write-repos"],"exp":1767312000,"iss":"https://huggingface.co"}}}"#,
    );
    assert_eq!(expired.confidence, Confidence::High);
    assert_eq!(
        expired.notes,
        ["expired 2026-01-02", "scopes: openid, write-repos"]
    );
    let valid = only(
        r#"hf_jwt_{{jwt:{"permissions":{"repo.write":true},"onBehalfOf":{"kind":"user","user":"ada"},"exp":1797768000,"iss":"https://huggingface.co"}}}"#,
    );
    assert_eq!(
        valid.notes,
        [
            "valid until 2026-12-20",
            "permissions: repo.write",
            "acts for ada"
        ]
    );
    let foreign = only(r#"hf_oauth_{{jwt:{"iss":"https://example.org"}}}"#);
    assert_eq!(foreign.confidence, Confidence::Medium);
}

#[test]
fn the_clock_reaches_the_notes() {
    let sandbox = Sandbox::new();
    let token = example::expand(
        r#"hf_oauth_{{jwt:{"exp":1000000000,"iss":"https://huggingface.co"}}}"#,
        1,
    )
    .expect("a good template");
    sandbox.stage("stored_tokens", format!("hf_token = {token}\n"));
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stdout("expired 2001-09-09");
}

#[test]
fn keys_differ_where_their_lines_do() {
    let pem = "-----BEGIN OPENSSH PRIVATE KEY-----\n{{A70}}\n{{A70}}\n{{A70}}\n-----END OPENSSH PRIVATE KEY-----\n";
    let (one, other) = (findings(&scanner(), pem, 1), findings(&scanner(), pem, 2));
    assert_ne!(one[0].fingerprint, other[0].fingerprint);
    assert!(one[0].secret.mask().starts_with("-----BEGIN"));
}

#[test]
fn machine_learning_code_is_quiet() {
    let code = r#"
tokens = tokenizer.encode(text, add_special_tokens=True)
unk_token="<unk>", bos_token = "<s>", pad_token_id = tokenizer.eos_token_id
key = "base_model.model.layers.0.self_attn.q_proj.lora_B.weight"
hf_token = os.environ["HF_TOKEN"]; api_key=os.getenv("OPENAI_API_KEY")
model = AutoModel.from_pretrained("meta-llama/Llama-3.1-8B-Instruct", token=hf_token, revision="{{h40}}")
login(token=os.environ.get("HUGGING_FACE_HUB_TOKEN"))
sha256 = "{{h64}}"  # etag of huggingface.co/models
wandb.init(project="sentence-transformers-all-MiniLM-L6-v2", id="{{A8}}")
hf_hub_download(repo_id="x", filename="y"); api_GetUserInformationByIdentifier(1)
image/png;base64,{{S2000}}
"#;
    for seed in 0..10 {
        let found = findings(&scanner(), code, seed);
        assert!(found.is_empty(), "{found:?}");
    }
}

/// Every file under `folder`.
fn walkdir(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the rules are there");
    let paths = entries.map(|entry| entry.expect("the folder is readable").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                walkdir(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn no_token_stands_in_this_project_s_rules() {
    let sandbox = Sandbox::new();
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
    for path in walkdir(rules.as_ref()) {
        let name = path
            .file_name()
            .expect("a file has a name")
            .to_string_lossy()
            .into_owned();
        sandbox.stage(&name, std::fs::read(&path).expect("the file is readable"));
    }
    sandbox.guard(&[]).assert_code(0);
}
