//! `hf-guard verify` against a server that plays every answer, and what went over the wire.

mod answers;
mod connection;
mod offline;
mod own_issuers;
mod owner;
mod places;

use serde_json::Value;

use crate::issuer::{Issuer, Play, Seen};
use crate::support::{GUARD, Run, Sandbox, hf_token};

#[track_caller]
fn verify(sandbox: &Sandbox, issuer: &Issuer, arguments: &[&str]) -> Run {
    let mut command = sandbox.command(GUARD);
    Run::of(issuer.serves(&mut command).arg("verify").args(arguments))
}

/// One token in one file, asked about once.
#[track_caller]
fn verified(play: Play, arguments: &[&str]) -> (Run, Vec<Seen>, String) {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.write("train.py", format!("token = \"{token}\"\n"));
    let issuer = Issuer::start(move |_| play.clone());
    let arguments: Vec<&str> = arguments.iter().copied().chain(["train.py"]).collect();
    let run = verify(&sandbox, &issuer, &arguments);
    run.assert_hides(&token);
    (run, issuer.seen(), token)
}

#[track_caller]
fn verification(run: &Run) -> Value {
    let document = run.json();
    document["findings"][0]["verification"].clone()
}
