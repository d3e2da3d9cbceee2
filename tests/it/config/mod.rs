//! `.hf-guard.toml`: where it is read from, what it may hold, and how its mistakes are told.

mod mistakes;
mod place;
mod rules;
mod weakening;

use crate::support::{Run, Sandbox, hf_token};

const RULE: &str = "huggingface-user-token";

fn warnings(run: &Run) -> Vec<String> {
    let warnings = run.json()["warnings"]
        .as_array()
        .cloned()
        .expect("it is there");
    warnings
        .iter()
        .map(|line| line.as_str().expect("a string").to_owned())
        .collect()
}

/// A repository with a staged token, and its configuration.
#[track_caller]
fn sandbox_with(config: &str) -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.stage("train.py", format!("token = \"{token}\"\n"));
    sandbox.stage(".hf-guard.toml", config);
    (sandbox, token)
}

#[track_caller]
fn assert_refused(config: &str, at: &str, message: &str) {
    let (sandbox, token) = sandbox_with(config);
    let run = sandbox.guard(&[]);
    run.assert_code(2).assert_hides(&token);
    let expected = format!("hf-guard: .hf-guard.toml:{at}: {message}\n");
    assert_eq!(run.stderr, expected, "{config}");
    assert_eq!(run.stdout, "");
}

/// A rule for `acme_` and twelve digits.
fn custom_rule(change: impl FnOnce(String) -> String) -> String {
    change(
        "[[rules]]\nid = \"acme-key\"\nprovider = \"Acme\"\ndescription = \"Acme key\"\nkeywords = [\"acme_\"]\n\
         regex = 'acme_[0-9]{12}'\nprefix = \"acme_\"\nconfidence = \"high\"\nplaceholders = \"keep\"\n\
         source = \"https://acme.example/keys\"\nrevoke = \"https://acme.example/keys\"\n\
         examples = ['key = \"acme_{{d12}}\"']\n"
            .to_owned(),
    )
}
