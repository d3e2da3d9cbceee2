//! What looks like a credential and is none: nothing may be said of it, at `default` nor at `strict`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha512};

use crate::support::Sandbox;
use hf_guard::rules::example;

#[track_caller]
fn assert_quiet(path: &str, text: impl AsRef<[u8]>) {
    let sandbox = Sandbox::new();
    sandbox.stage(path, text.as_ref());
    for preset in ["default", "strict"] {
        let run = sandbox.guard(&["--preset", preset, "--min-confidence", "low"]);
        assert_eq!(run.code, 0, "{preset}: {run:?}");
        assert!(!run.stdout.contains("note"), "{preset}: {run:?}");
    }
}

/// Names beside which context rules and generic ones look for a value.
const NAMES: [&str; 8] = [
    "HF_TOKEN",
    "token",
    "api_key",
    "COHERE_API_KEY",
    "wandb_api_key",
    "client_secret",
    "password",
    "AWS_SECRET_ACCESS_KEY",
];

/// Every name with every value, bare, quoted and as JSON.
fn beside_names(values: &[&str]) -> String {
    let mut text = String::new();
    for name in NAMES {
        for value in values {
            text.push_str(&format!(
                "{name} = {value}\n{name}=\"{value}\"\n  {name}: '{value}'\n{{\"{name}\": \"{value}\"}}\n"
            ));
        }
    }
    text
}

#[test]
fn alphabets_repetitions_and_sentences() {
    let alphabet: String = ('a'..='z').chain('A'..='Z').collect();
    let mut text = String::new();
    for prefix in [
        "hf_", "api_org_", "ghp_", "sk-proj-", "r8_", "glpat-", "npm_", "gsk_",
    ] {
        for len in [20, 32, 34, 36, 37, 40, 48, 52] {
            for body in [
                "x".repeat(len),
                "X".repeat(len),
                "0".repeat(len),
                "ab".repeat(len)[..len].to_owned(),
                alphabet[..len].to_owned(),
                alphabet
                    .to_lowercase()
                    .chars()
                    .rev()
                    .cycle()
                    .take(len)
                    .collect(),
                "1234567890".repeat(6)[..len].to_owned(),
            ] {
                text.push_str(&format!("{prefix}{body}\nk = '{prefix}{body}'\n"));
            }
        }
        for body in [
            "ThisIsNotARealTokenPleaseReplaceIt",
            "YourHuggingFaceAccessTokenGoesHere",
            "ReplaceThisWithYourOwnSecretAccessToken",
            "example_token_for_the_documentation_x",
        ] {
            text.push_str(&format!("{prefix}{body}\n"));
        }
    }
    assert_quiet("a.txt", text);
}

#[test]
fn references_to_a_secret_and_templates() {
    assert_quiet(
        "a.txt",
        beside_names(&[
            "${HF_TOKEN}",
            "${HF_TOKEN:?set it first}",
            "$HF_TOKEN_OF_2024",
            "$(cat ~/.cache/huggingface/token)",
            "%HF_TOKEN_1%",
            "{{ hf_token_1 }}",
            "{{ secrets.HF_TOKEN_FOR_CI_2 }}",
            "${{ secrets.HF_TOKEN_FOR_CI_2 }}",
            "<your-token>",
            "<YOUR_HF_TOKEN_123456>",
            "[your 32 character api key here]",
            "your-api-key-goes-here-1234567",
            "os.environ['HF_TOKEN_FOR_CI_2']",
            "os.getenv('HF_TOKEN_FOR_CI_2', None)",
            "process.env.HF_TOKEN_FOR_CI_2",
            "std::env::var(SERVICE_TOKEN_V2)?",
            "get_token_from_vault(name, version=3)",
            "self.config.credentials.token_v2_value",
            "tokenizer.convert_tokens_to_ids(token_0)",
            "AutoTokenizer.from_pretrained(path_2)",
            "projects/12345/secrets/my-secret/versions/3",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret",
            "op://vault/item-2024/credential",
            "vault:secret/data/service#token1",
            "********************************",
            "................................",
            "hf_...",
            "REDACTED_REDACTED_REDACTED_1234",
            "changeme-changeme-changeme-123",
        ]),
    );
}

#[test]
fn identifiers_and_digests() {
    let of = |template: &str| example::expand(template, 5).expect("a good template");
    let digest = |seed: u8| Sha256::digest([seed]).to_vec();
    let mut text = String::new();
    for seed in 0..40_u8 {
        let hex: String = digest(seed)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let sha512 = STANDARD.encode(Sha512::digest([seed]));
        let sha256 = STANDARD.encode(digest(seed));
        text.push_str(&format!(
            "      \"integrity\": \"sha512-{sha512}\",\n      integrity sha512-{sha512}\n\
             github.com/acme/module v1.2.3 h1:{sha256}\n\
             requests==2.31.0 --hash=sha256:{hex}\nchecksum = \"{hex}\"\n\
             {{file = \"requests-2.31.0.tar.gz\", hash = \"sha256:{hex}\"}},\n\
             commit {}\nSubproject commit {}\nrevision=\"{}\"\nuses: actions/checkout@{} # v4\n\
             oid sha256:{hex}\nblobs/{hex}\nsnapshots/{}/model.safetensors\n\
             \"id\": \"{}\",\nclient_id: {}\ncell id {}\n\
             \"sha\": \"{}\"\nresolved \"https://registry.example.org/x-1.0.0.tgz#{}\"\n",
            &hex[..40],
            &hex[..40],
            &hex[..40],
            &hex[24..],
            &hex[..40],
            of("{{uuid}}"),
            of("{{uuid}}"),
            of("{{h8}}"),
            &hex[..40],
            &hex[..40],
        ));
    }
    for path in [
        "package-lock.json",
        "Cargo.lock",
        "poetry.lock",
        "go.sum",
        "notes.md",
    ] {
        assert_quiet(path, &text);
    }
    // A provider's name beside it would make it a key: some of them are UUIDs.
    let uuid = of("{{uuid}}");
    let names = [
        "token",
        "session_token",
        "request_token",
        "token_id",
        "api_key_id",
    ];
    let lines: Vec<String> = names
        .iter()
        .map(|name| format!("{name} = \"{uuid}\"\n"))
        .collect();
    assert_quiet("ids.txt", lines.concat());
}

/// Pseudo-random bytes with the head of a PNG, JPEG or font.
fn image(head: &[u8], len: usize) -> Vec<u8> {
    let mut bytes = head.to_vec();
    let mut block = Sha256::digest(head);
    while bytes.len() < len {
        bytes.extend_from_slice(&block);
        block = Sha256::digest(block);
    }
    bytes
}

#[test]
fn images_and_fonts_in_base64() {
    for head in [
        &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..],
        b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        b"wOF2",
    ] {
        let encoded = STANDARD.encode(image(head, 200_000));
        assert_quiet(
            "a.html",
            format!("<img src=\"data:image/png;base64,{encoded}\">"),
        );
        assert_quiet(
            "a.css",
            format!("src: url(data:font/woff2;base64,{encoded})"),
        );
        let wrapped: Vec<&str> = encoded
            .as_bytes()
            .chunks(76)
            .map(|line| std::str::from_utf8(line).expect("it is ASCII"))
            .collect();
        let notebook = serde_json::json!({"cells": [{"cell_type": "code", "metadata": {}, "source": [],
            "outputs": [
                {"output_type": "display_data", "metadata": {}, "data": {"image/png": encoded}},
                {"output_type": "display_data", "metadata": {}, "data": {"image/png": wrapped.join("\n")}},
            ]}],
            "metadata": {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {
                "0123456789abcdef0123456789abcdef": {"model_module": "@jupyter-widgets/controls", "state": {
                    "_model_name": "HTMLModel", "layout": "IPY_MODEL_9f86d081884c7d659a2feaa0c55ad015",
                    "value": format!("<img src='data:image/png;base64,{encoded}'>")}}}}}},
            "nbformat": 4, "nbformat_minor": 5});
        assert_quiet("a.ipynb", notebook.to_string());
    }
}
