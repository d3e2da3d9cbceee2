//! A commit that adds a credential is blocked.

use crate::support::{Sandbox, hf_token};

#[test]
fn a_staged_token_is_found_and_not_printed() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.stage("train.py", format!("import os\ntoken = \"{token}\"\n"));
    let run = sandbox.guard(&[]);
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stdout("train.py:2:10");
}

#[test]
fn a_clean_commit_is_silent() {
    let sandbox = Sandbox::new();
    sandbox.stage("train.py", "tokens = tokenizer(hf_hub_download)\n");
    let run = sandbox.guard(&[]);
    run.assert_code(0);
    assert_eq!((run.stdout, run.stderr), (String::new(), String::new()));
}
