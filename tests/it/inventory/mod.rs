//! `hf-guard inventory`: one row a credential, over repositories, reports and machines.

mod codeowners;
mod csv;
mod merge;
mod page;
mod repositories;
mod row;
mod unread;

use std::fs;

use serde_json::Value;

use crate::findings::sha256;
use crate::issuer::Issuer;
use crate::support::{GUARD, Run, Sandbox, hf_token};

/// A second repository beside the sandbox's own.
#[track_caller]
fn second(sandbox: &Sandbox, name: &str, file: &str, content: &str) {
    let folder = sandbox.root().join(name);
    fs::create_dir_all(&folder).expect("the folder can be made");
    let git = |arguments: &[&str]| {
        sandbox.git_in(&folder, arguments).assert_code(0);
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    fs::write(folder.join(file), content).expect("the file can be written");
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--no-verify", "--message", "Second"]);
}

/// A repository that had a token in `train.py`, and has another in `other.py`.
#[track_caller]
fn leaked() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.write("train.py", format!("token = \"{token}\"\n"));
    sandbox.write("other.py", format!("token = \"{}\"\n", hf_token(2)));
    sandbox.commit_all("Train");
    sandbox.write("train.py", "login()\n");
    sandbox.commit_all("Remove the token");
    (sandbox, token)
}

/// Makes the register as JSON.
#[track_caller]
fn inventory(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.guard(&[&["inventory", "--format", "json"], arguments].concat())
}

/// The same from the files `reports` alone.
#[track_caller]
fn merged(sandbox: &Sandbox, reports: &[&str]) -> Run {
    let from: Vec<&str> = reports.iter().flat_map(|file| ["--from", file]).collect();
    inventory(sandbox, &from)
}

/// The row with the hash of `secret`.
#[track_caller]
fn row<'a>(register: &'a Value, secret: &str) -> &'a Value {
    let hash = sha256(secret);
    register["credentials"]
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["secret_sha256"] == hash)
        .expect("the secret has a row")
}

fn repositories(row: &Value) -> Vec<&str> {
    let holdings = row["repositories"].as_array().expect("repositories");
    holdings
        .iter()
        .map(|holding| holding["repository"].as_str().expect("a name"))
        .collect()
}

/// The report of the history, and what `verify` says of it.
#[track_caller]
fn reports(sandbox: &Sandbox, issuer: &Issuer) {
    sandbox
        .guard(&[
            "--all-history",
            "--format",
            "json",
            "--output",
            "../scan.json",
        ])
        .assert_code(1);
    let verify = [
        "verify",
        "--from",
        "../scan.json",
        "--format",
        "json",
        "--output",
        "../verified.json",
    ];
    let mut command = sandbox.command(GUARD);
    Run::of(issuer.serves(&mut command).args(verify)).assert_code(1);
}
