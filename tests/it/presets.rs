//! Which rules a run has: `--preset` and `preset = "…"`.

use crate::support::{Sandbox, hf_token};
use hf_guard::rules::example;

const GENERIC: &str = "session_secret = \"{{A40}}\"\n";
const GITHUB: &str = "k = '{{crc62:ghp_:30}}'\n";

/// A generic secret, a GitHub token and a Hugging Face token, staged.
fn three() -> Sandbox {
    let sandbox = Sandbox::new();
    let of = |template| example::expand(template, 3).expect("a good template");
    sandbox.stage("generic.py", of(GENERIC));
    sandbox.stage("github.py", of(GITHUB));
    sandbox.stage("hub.py", format!("k = '{}'\n", hf_token(3)));
    sandbox
}

#[track_caller]
fn rules(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let run = sandbox.guard(&[&["--format", "json"], arguments].concat());
    run.assert_code(1);
    let findings = run.json()["findings"].as_array().expect("a list").clone();
    findings
        .iter()
        .map(|finding| finding["rule"].as_str().expect("a name").to_owned())
        .collect()
}

const HUB: &str = "huggingface-user-token";

#[test]
fn each_preset_finds_its_own() {
    let sandbox = three();
    let default = ["github-personal-access-token", HUB];
    let strict = ["generic-secret", "github-personal-access-token", HUB];
    assert_eq!(rules(&sandbox, &[]), default);
    assert_eq!(rules(&sandbox, &["--preset", "default"]), default);
    assert_eq!(rules(&sandbox, &["--preset", "strict"]), strict);
    assert_eq!(rules(&sandbox, &["--preset", "hf"]), [HUB]);
    sandbox.guard(&["--preset", "paranoid"]).assert_code(2);
}

#[test]
fn the_configuration_names_one_and_the_command_line_another() {
    let sandbox = three();
    sandbox.stage(".hf-guard.toml", "preset = \"strict\"\n");
    assert_eq!(rules(&sandbox, &[]).len(), 3);
    assert_eq!(rules(&sandbox, &["--preset", "hf"]), [HUB]);
    assert_eq!(rules(&sandbox, &["--no-config"]).len(), 2);
    sandbox.stage(".hf-guard.toml", "preset = \"strikt\"\n");
    let run = sandbox.guard(&[]);
    run.assert_code(2);
    assert!(run.stderr.contains("did you mean `strict`?"), "{run:?}");
}

#[test]
fn fewer_rules_in_the_same_commit_are_told() {
    let sandbox = three();
    sandbox.stage(".hf-guard.toml", "preset = \"hf\"\n");
    let run = sandbox.guard(&[]);
    run.assert_code(1);
    let warning =
        "is part of this commit and has fewer rules: those of the preset hf instead of default";
    assert!(run.stdout.contains(warning), "{run:?}");
    sandbox.stage(".hf-guard.toml", "preset = \"strict\"\n");
    assert!(!sandbox.guard(&[]).stdout.contains("fewer rules"));
}

#[test]
fn rules_of_any_preset_can_be_changed_and_own_ones_are_in_all() {
    let sandbox = three();
    sandbox.stage(
        ".hf-guard.toml",
        "preset = \"strict\"\ndisable = [\"generic-secret\", \"github-personal-access-token\"]\n",
    );
    assert_eq!(rules(&sandbox, &[]), [HUB]);
    sandbox.stage(
        ".hf-guard.toml",
        "[[extend]]\nid = \"generic-secret\"\nmin_entropy = 8.0\n\n\
         [[rules]]\nid = \"acme\"\nprovider = \"Acme\"\ndescription = \"Acme key\"\nkeywords = [\"session_secret\"]\n\
         regex = 'session_secret = \"(?P<secret>[A-Za-z0-9]{40})'\nconfidence = \"high\"\nsource = \"https://acme.test\"\n\
         revoke = \"https://acme.test\"\nexamples = ['session_secret = \"{{A40}}\"']\n",
    );
    assert_eq!(rules(&sandbox, &["--preset", "hf"]), ["acme", HUB]);
    assert_eq!(
        rules(&sandbox, &["--preset", "strict"]),
        ["acme", "github-personal-access-token", HUB]
    );
}

#[test]
fn strict_is_quiet_on_the_code_of_machine_learning() {
    let sandbox = Sandbox::new();
    sandbox.stage(
        "model.py",
        r#"
tokens = tokenizer(text, return_tensors="pt")
unk_token = "<unk>"
pad_token: str = "<|endoftext|>"
self.special_tokens_map["mask_token"] = "[MASK]"
state_dict["base_model.model.encoder.layer.0.key"] = "lora_B.weight"
key = "lora_B.default.weight"
secret_key = os.environ["SESSION_SECRET_KEY"]
token = os.getenv("HF_TOKEN", default_token_2023_11_02)
api_key = config.get("api_key") or ask_for_the_api_key()
token = f"{prefix}_{uuid4().hex}_{suffix}"
api_key="${API_KEY}", token="{{ secrets.DEPLOY_TOKEN_2 }}"
tokenizer_file = "tokenizer-Qwen2.5-Coder-7B-Instruct-v3.json"
additional_special_tokens = ["<extra_id_0>", "<extra_id_1>"]
eos_token = "<|eot_id|>", bos_token = "<|begin_of_text|>"
token = "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
password = getpass.getpass("Password-1 of the Database: ")
password = "correct horse battery staple"
"#,
    );
    sandbox.guard(&["--preset", "strict"]).assert_code(0);
}

#[test]
fn rules_list_shows_those_of_the_preset() {
    let sandbox = Sandbox::new();
    let list = |preset| {
        let run = sandbox.guard(&["rules", "list", "--preset", preset]);
        run.assert_code(0);
        run.stdout
    };
    assert!(list("strict").contains("generic-password "));
    assert!(!list("default").contains("generic-password "));
    assert!(
        list("hf")
            .lines()
            .all(|line| line.starts_with("huggingface-"))
    );
}

#[test]
fn what_an_issuer_means_for_clients_stays_a_note() {
    let sandbox = Sandbox::new();
    let text = example::expand("token = \"da2-{{a26}}\"\n", 3).expect("a good template");
    sandbox.stage("a.js", text);
    let run = sandbox.guard(&["--preset", "strict", "--format", "json"]);
    run.assert_code(0);
    let report = run.json();
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["findings"][0]["rule"], "aws-appsync-api-key");
    assert_eq!(report["findings"][0]["confidence"], "low");
}
