//! `hf-guard inventory`: one row a credential, over repositories, reports and machines.

mod codeowners;
mod csv;
mod page;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::issuer::{Issuer, Play, whoami};
use crate::support::{GUARD, Run, Sandbox, hf_token, letters, write_script};

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

#[track_caller]
fn register(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stdout))
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

fn sha256(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn repositories(row: &Value) -> Vec<&str> {
    let holdings = row["repositories"].as_array().expect("repositories");
    holdings
        .iter()
        .map(|holding| holding["repository"].as_str().expect("a name"))
        .collect()
}

#[test]
fn one_secret_in_two_repositories_is_one_row() {
    let (sandbox, token) = leaked();
    second(
        &sandbox,
        "second",
        "eval.py",
        &format!("key = \"{token}\"\n"),
    );
    let run = sandbox.guard(&["inventory", ".", "../second", "--format", "json"]);
    run.assert_code(1).assert_hides(&token);
    let register = register(&run);
    assert_eq!(register["schema"], 1);
    assert_eq!(
        register["summary"],
        json!({"credentials": 2, "repositories": 2, "places": 3})
    );
    let row = row(&register, &token);
    let mut names = repositories(row);
    names.sort_unstable();
    assert_eq!(names, ["repo", "second"]);
    // One repository has it at HEAD, the other in its history.
    assert_eq!(row["stands"], "head");
    assert_eq!(row["status"], "unverified");
    assert_eq!(row["access"], "unknown");
    assert_eq!(row["signals"], json!(["no-owner"]));
    assert_eq!(row["provider"], "Hugging Face");
    assert_eq!(row["rules"], json!(["huggingface-user-token"]));
    assert_eq!(row["first_seen"]["date"], "2026-01-02");
    assert_eq!(
        row["revoke"]["page"],
        "https://huggingface.co/settings/tokens"
    );
    let command = row["revoke"]["command"].as_str().expect("a command");
    let fingerprint = &row["repositories"][0]["places"][0]["fingerprint"];
    assert_eq!(
        command,
        format!(
            "hf-guard revoke --all-history --fingerprint {}",
            fingerprint.as_str().expect("a fingerprint")
        )
    );
}

#[test]
fn the_repository_at_hand_is_the_one_without_arguments() {
    let (sandbox, token) = leaked();
    let run = sandbox.guard(&["inventory"]);
    run.assert_code(1).assert_hides(&token);
    for part in [
        "Signals\n     0  exposed and still live\n     0  can write\n     2  without an owner",
        "STATUS      ACCESS   CREDENTIAL    OWNER  RESPONSIBLE                   FIRST SEEN  LAST SEEN   WHERE\n",
        "A. Author <author@example.o…",
        "repo: train.py:1 (history only)\n",
        "repo: other.py:1 (at HEAD)\n",
        "  Hugging Face: https://huggingface.co/settings/tokens\n",
        "hf-guard: 2 credentials at 2 places in 1 repository.\n",
    ] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.stdout);
    }
}

#[test]
fn nothing_found_is_an_empty_register() {
    let sandbox = Sandbox::new();
    let run = sandbox.guard(&["inventory"]);
    run.assert_code(0);
    assert_eq!(run.stdout, "hf-guard: 0 credentials.\n");
    sandbox.write("a.py", "print()\n");
    sandbox.commit_all("Clean");
    let run = sandbox.guard(&["inventory", "--format", "json"]);
    run.assert_code(0);
    assert_eq!(register(&run)["credentials"], json!([]));
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

#[test]
fn a_report_and_its_verification_are_one_row() {
    let (sandbox, token) = leaked();
    let issuer = Issuer::start(|_| Play::json(whoami("write")));
    reports(&sandbox, &issuer);
    let run = sandbox.guard(&[
        "inventory",
        "--format",
        "json",
        "--from",
        "../scan.json",
        "--from",
        "../verified.json",
    ]);
    run.assert_code(1).assert_hides(&token);
    let register = register(&run);
    assert_eq!(
        register["signals"],
        json!({"no_owner": 0, "can_write": 2, "live": 2})
    );
    assert_eq!(register["summary"]["places"], 2);
    let row = row(&register, &token);
    assert_eq!(row["status"], "live");
    assert_eq!(row["access"], "write");
    assert_eq!(row["signals"], json!(["live", "can-write"]));
    assert_eq!(row["verification"]["owner"], "ada");
    assert_eq!(row["stands"], "history");
    assert_eq!(repositories(row), ["repo"]);
    // The later report alone says as much: `verify` carries over what the scan had said of the places.
    let run = sandbox.guard(&[
        "inventory",
        "--format",
        "json",
        "--from",
        "../verified.json",
    ]);
    let mut alone = self::register(&run);
    let mut both = register;
    for register in [&mut alone, &mut both] {
        register["made_at"].take();
    }
    assert_eq!(alone, both);
    let [scanned, verified] = ["scan.json", "verified.json"].map(|name| {
        let text = fs::read_to_string(sandbox.root().join(name)).expect("the report is there");
        let report: Value = serde_json::from_str(&text).expect("JSON");
        let mut told: Vec<String> = report["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .map(|finding| format!("{} {}", finding["fingerprint"], finding["provenance"]))
            .collect();
        told.sort_unstable();
        told
    });
    assert_eq!(scanned, verified);
    assert!(scanned[0].contains("\"in_head\""), "{scanned:?}");
}

#[test]
fn a_rule_of_the_repository_says_where_to_revoke() {
    let sandbox = Sandbox::new();
    let key = format!("acme_{}", letters(8, 32));
    sandbox.write(
        ".hf-guard.toml",
        "[[rules]]\nid = \"acme-key\"\ndescription = \"Acme key\"\nprovider = \"Acme\"\n\
         regex = 'acme_[A-Za-z]{32}'\nkeywords = [\"acme_\"]\nconfidence = \"high\"\n\
         source = \"https://acme.example\"\nrevoke = \"https://acme.example/keys\"\n\
         examples = ['acme_{{a32}}']\n",
    );
    sandbox.write("a.py", format!("x = \"{key}\"\n"));
    sandbox.commit_all("Train");
    let run = sandbox.guard(&["inventory", "--format", "json", "--output", "../acme.json"]);
    run.assert_code(1);
    // Where nobody knows the rule, the register does.
    let run = sandbox.guard(&[
        "inventory",
        "--no-config",
        "--from",
        "../acme.json",
        "--format",
        "json",
    ]);
    run.assert_code(1).assert_hides(&key);
    let register = register(&run);
    let row = row(&register, &key);
    assert_eq!(row["description"], "Acme key");
    assert_eq!(row["revoke"], json!({"page": "https://acme.example/keys"}));
}

#[test]
fn what_verify_says_of_files_joins_what_the_history_says() {
    let (sandbox, _) = leaked();
    sandbox.git(&["remote", "add", "origin", "git@hub.example:acme/models.git"]);
    let issuer = Issuer::start(|_| Play::json(whoami("read")));
    let verify = [
        "verify",
        "--tracked",
        "--format",
        "json",
        "--output",
        "../files.json",
    ];
    let mut command = sandbox.command(GUARD);
    Run::of(issuer.serves(&mut command).args(verify)).assert_code(1);
    let run = sandbox.guard(&[
        "inventory",
        ".",
        "--from",
        "../files.json",
        "--format",
        "json",
    ]);
    let register = register(run.assert_code(1));
    let row = row(&register, &hf_token(2));
    assert_eq!(row["status"], "live");
    assert_eq!(repositories(row), ["hub.example/acme/models"]);
    let places = row["repositories"][0]["places"].as_array().expect("places");
    assert_eq!(places.len(), 1);
    assert_eq!(
        places[0]["origin"]["kind"], "commit",
        "the history says more"
    );
}

#[test]
fn registers_of_machines_become_one() {
    let (sandbox, token) = leaked();
    let issuer = Issuer::start(|_| Play::json(whoami("read")));
    reports(&sandbox, &issuer);
    second(
        &sandbox,
        "second",
        "eval.py",
        &format!("key = \"{token}\"\n"),
    );
    for (name, arguments) in [
        ("../a.json", ["--from", "../verified.json"].as_slice()),
        ("../b.json", &["../second"]),
    ] {
        let mut all = vec!["inventory", "--format", "json", "--output", name];
        all.extend(arguments);
        sandbox.guard(&all).assert_code(1);
    }
    let from = [
        "inventory",
        "--format",
        "json",
        "--from",
        "../b.json",
        "--from",
        "../a.json",
    ];
    let run = sandbox.guard(&from);
    let both = register(run.assert_code(1));
    let row = row(&both, &token);
    assert_eq!(row["status"], "live");
    assert_eq!(row["access"], "read");
    let mut names = repositories(row);
    names.sort_unstable();
    assert_eq!(names, ["repo", "second"]);
    // The same again changes nothing.
    fs::write(sandbox.root().join("both.json"), &run.stdout).expect("the file can be written");
    let run = sandbox.guard(&[
        "inventory",
        "--format",
        "json",
        "--from",
        "../both.json",
        "--from",
        "../a.json",
    ]);
    let mut again = register(&run);
    again["made_at"] = both["made_at"].clone();
    assert_eq!(again, both);
}

#[test]
fn the_later_answer_counts_unless_it_says_nothing() {
    let sandbox = Sandbox::new();
    let answer = |status: &str, checked_at: &str| {
        json!({
            "schema": 1, "repository": "r", "skipped": [], "findings": [{
                "rule": "huggingface-user-token", "description": "token", "provider": "Hugging Face",
                "path": "a.py", "part": "content", "line": 1, "column": 1, "origin": {"kind": "worktree"},
                "secret": "hf_****", "secret_sha256": sha256("x"), "fingerprint": "f".repeat(32),
                "verification": {
                    "status": status, "kind": null, "owner": null, "role": null, "can_write": null,
                    "organizations": [], "scopes": [], "checked_at": checked_at
                }
            }]
        })
        .to_string()
    };
    for (first, second, expected) in [
        (
            ("live", "2026-01-01T00:00:00Z"),
            ("revoked", "2026-01-02T00:00:00Z"),
            "revoked",
        ),
        (
            ("revoked", "2026-01-02T00:00:00Z"),
            ("live", "2026-01-01T00:00:00Z"),
            "revoked",
        ),
        (
            ("live", "2026-01-01T00:00:00Z"),
            ("unknown", "2026-01-02T00:00:00Z"),
            "live",
        ),
        (
            ("unknown", "2026-01-02T00:00:00Z"),
            ("unknown", "2026-01-01T00:00:00Z"),
            "unknown",
        ),
    ] {
        for (name, (status, checked_at)) in [("a.json", first), ("b.json", second)] {
            sandbox.write(name, answer(status, checked_at));
        }
        let run = sandbox.guard(&[
            "inventory",
            "--format",
            "json",
            "--from",
            "a.json",
            "--from",
            "b.json",
        ]);
        let register = register(run.assert_code(1));
        assert_eq!(register["credentials"].as_array().map(Vec::len), Some(1));
        assert_eq!(
            register["credentials"][0]["status"], expected,
            "{first:?} {second:?}"
        );
        // What is dead asks for nothing any more.
        let signals = &register["credentials"][0]["signals"];
        assert_eq!(*signals == json!([]), expected == "revoked", "{signals}");
    }
}

#[test]
fn secrets_without_a_hash_meet_by_their_fingerprints() {
    let sandbox = Sandbox::new();
    let password = letters(7, 14);
    let line = format!("postgres://ada:{password}@db.example/models\n");
    sandbox.write("a.env", &line);
    sandbox.commit_all("Train");
    second(&sandbox, "second", "a.env", &line);
    let run = sandbox.guard(&["inventory", ".", "../second", "--format", "json"]);
    run.assert_code(1).assert_hides(&password);
    let register = register(&run);
    let row = &register["credentials"][0];
    assert_eq!(row["secret_sha256"], Value::Null);
    assert_eq!(register["summary"]["credentials"], 1, "{}", run.stdout);
    assert_eq!(repositories(row).len(), 2);
}

#[test]
fn an_id_and_its_secret_are_one_row_in_any_order() {
    let sandbox = Sandbox::new();
    let id = format!("AKIA{}", letters(3, 16).to_uppercase());
    let secret: String = (0..4)
        .map(|seed| format!("{}{seed}", letters(seed, 9)))
        .collect();
    sandbox.write(
        "credentials",
        format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n"),
    );
    sandbox.commit_all("Train");
    sandbox
        .guard(&[
            "--all-history",
            "--format",
            "json",
            "--output",
            "../joined.json",
        ])
        .assert_code(1);
    let verify = [
        "verify",
        "--offline",
        "--from",
        "../joined.json",
        "--format",
        "json",
        "--output",
        "../apart.json",
    ];
    sandbox.guard(&verify).assert_code(2);
    for order in [
        ["../joined.json", "../apart.json"],
        ["../apart.json", "../joined.json"],
    ] {
        let [first, second] = order;
        let run = sandbox.guard(&[
            "inventory",
            "--format",
            "json",
            "--from",
            first,
            "--from",
            second,
        ]);
        run.assert_code(1).assert_hides(&secret);
        let register = register(&run);
        assert_eq!(register["summary"]["credentials"], 1, "{}", run.stdout);
        let row = row(&register, &id);
        assert_eq!(row["parts"][0]["secret_sha256"], sha256(&secret));
        assert_eq!(row["parts"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn what_cannot_be_read_is_one_sentence_and_no_register() {
    let (sandbox, _) = leaked();
    sandbox.write("broken.json", "{\"schema\": 1}");
    sandbox.write("later.json", "{\"schema\": 2, \"findings\": []}");
    sandbox.write(
        "later-register.json",
        json!({
            "schema": 2, "made_at": "", "credentials": [], "skipped": [], "warnings": []
        })
        .to_string(),
    );
    fs::create_dir(sandbox.root().join("empty")).expect("the folder can be made");
    for (arguments, words) in [
        (
            ["--from", "missing.json"].as_slice(),
            "cannot read the report \"missing.json\"",
        ),
        (
            &["--from", "broken.json"],
            "cannot take in \"broken.json\": this is no JSON report",
        ),
        (
            &["--from", "later.json"],
            "has schema 2, and only 1 is known here",
        ),
        (
            &["--from", "later-register.json"],
            "has schema 2, and only 1 is known here",
        ),
        (&["missing"], "cannot read the repository \"missing\""),
        (
            &["../empty"],
            "cannot read the repository \"../empty\": not inside a git repository",
        ),
        (
            &[".", "../empty"],
            "cannot read the repository \"../empty\"",
        ),
    ] {
        let mut all = vec!["inventory"];
        all.extend(arguments);
        let run = sandbox.guard(&all);
        run.assert_code(2);
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(run.stderr.contains(words), "{words}\n{}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
    let mut command = sandbox.command(GUARD);
    let run = Run::of(command.env("GIT_DIR", ".git").args(["inventory", "."]));
    run.assert_code(2);
    assert!(run.stderr.contains("unset GIT_DIR"), "{}", run.stderr);
}

#[test]
fn what_a_report_could_not_read_stays_unread() {
    let sandbox = Sandbox::new();
    let report = json!({
        "schema": 1, "repository": "r", "findings": [],
        "skipped": [{"path": "a.bin", "reason": "permission denied"}],
        "warnings": ["the disk is nearly full"],
        "summary": {"narrowed": {"left_out": 3}}
    });
    sandbox.write("report.json", report.to_string());
    let run = sandbox.guard(&["inventory", "--from", "report.json"]);
    run.assert_code(2);
    for part in [
        "r: a.bin: not read: permission denied\n",
        "hf-guard: warning: r: the disk is nearly full\n",
        "the report of r was narrowed: 3 more secret(s) stand there\n",
        "hf-guard: 0 credentials; 1 text not read.\n",
    ] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.stdout);
    }
}

#[test]
fn a_shallow_clone_is_not_all_of_it() {
    let (sandbox, _) = leaked();
    let url = format!("file://{}", sandbox.path().display());
    sandbox.git(&["clone", "--quiet", "--depth=1", &url, "../shallow"]);
    let run = sandbox.guard(&["inventory", "../shallow", "--format", "json"]);
    let register = register(run.assert_code(2));
    assert_eq!(register["summary"]["credentials"], 1);
    let skipped = register["skipped"].to_string();
    assert!(skipped.contains("shallow clone"), "{skipped}");
}

#[test]
fn an_accepted_leak_counts_if_a_baseline_accepts_it() {
    let (sandbox, token) = leaked();
    let report = |arguments: &[&str], name: &str| {
        let mut all = vec!["--all-history", "--format", "json", "--output", name];
        all.extend(arguments);
        sandbox.guard(&all);
    };
    report(&["--write-baseline", "../baseline"], "../first.json");
    report(&["--baseline", "../baseline"], "../known.json");
    let from_known = ["inventory", "--format", "json", "--from", "../known.json"];
    assert_eq!(
        register(sandbox.guard(&from_known).assert_code(1))["summary"]["credentials"],
        2
    );
    sandbox.write(
        ".hf-guard.toml",
        format!(
            "[[allow]]\nsecret_sha256 = \"{}\"\nreason = \"for tests\"\n",
            sha256(&token)
        ),
    );
    sandbox.commit_all("Allow");
    let run = sandbox.guard(&["inventory", "--format", "json"]);
    assert_eq!(register(run.assert_code(1))["summary"]["credentials"], 1);
    let run = sandbox.guard(&["inventory", "--format", "json", "--show-accepted"]);
    let all = register(run.assert_code(1));
    assert_eq!(row(&all, &token)["accepted"], true);
}

#[test]
fn half_a_history_makes_no_register() {
    let (sandbox, token) = leaked();
    let tools = sandbox.root().join("tools");
    fs::create_dir(&tools).expect("it can be made");
    let asked = sandbox.root().join("asked");
    let path = std::env::var("PATH").expect("there is one");
    let script = format!(
        "case \"$*\" in *--date-order*) touch '{}'; exec sleep 20;; esac\nPATH='{path}' exec git \"$@\"",
        asked.display()
    );
    write_script(&tools.join("git"), &script);
    let child = sandbox
        .command(GUARD)
        .args(["inventory", "--format", "html", "--output", "page.html"])
        .env("PATH", format!("{}:{path}", tools.display()))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let started = Instant::now();
    while !asked.exists() {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "git was never asked"
        );
        thread::sleep(Duration::from_millis(20));
    }
    Run::of(Command::new("kill").args(["-s", "INT", &child.id().to_string()])).assert_code(0);
    let run = Run::from(child.wait_with_output().expect("it ends"));
    run.assert_code(130).assert_hides(&token);
    assert_eq!(run.stdout, "");
    assert_eq!(
        run.stderr,
        "hf-guard: interrupted; no register was written.\n"
    );
    assert!(!sandbox.path().join("page.html").exists());
}

#[test]
fn two_folders_of_one_name_are_two_and_two_clones_are_one() {
    let (sandbox, token) = leaked();
    let line = format!("key = \"{token}\"\n");
    second(&sandbox, "x/models", "a.py", &line);
    second(&sandbox, "y/models", "b.py", &line);
    let both = [
        "inventory",
        "--format",
        "json",
        "../x/models",
        "../y/models",
    ];
    let run = sandbox.guard(&both);
    let apart = register(run.assert_code(1));
    let mut names = repositories(row(&apart, &token));
    names.sort_unstable();
    assert_eq!(names, ["../y/models", "models"]);
    let password = letters(4, 20);
    for (folder, url) in [
        (
            "x/models",
            format!("https://ada:{password}@Hub.example/acme/models"),
        ),
        ("y/models", "git@hub.example:acme/models.git".to_owned()),
    ] {
        let folder = sandbox.root().join(folder);
        sandbox
            .git_in(&folder, &["remote", "add", "origin", &url])
            .assert_code(0);
    }
    let run = sandbox.guard(&both);
    run.assert_code(1).assert_hides(&password);
    let together = register(&run);
    let row = row(&together, &token);
    assert_eq!(repositories(row), ["hub.example/acme/models"]);
    assert_eq!(
        row["repositories"][0]["places"].as_array().map(Vec::len),
        Some(2)
    );
}

#[test]
fn a_bare_repository_and_one_with_sha_256_are_read_too() {
    let (sandbox, token) = leaked();
    sandbox.git(&["clone", "--quiet", "--bare", ".", "../bare.git"]);
    let run = sandbox.guard(&["inventory", "../bare.git", "--format", "json"]);
    let bare = register(run.assert_code(1));
    assert_eq!(bare["summary"]["credentials"], 2);
    row(&bare, &token);
    let other = Sandbox::with_init_options(&["--object-format=sha256"]);
    other.write("a.py", format!("token = \"{token}\"\n"));
    other.write("CODEOWNERS", "* @ada\n");
    other.commit_all("Train");
    let path = other.path().to_str().expect("a path");
    let run = sandbox.guard(&["inventory", path, "--format", "json"]);
    let register = register(run.assert_code(1));
    assert_eq!(
        row(&register, &token)["responsible"]["names"],
        json!(["@ada"])
    );
}

#[test]
fn formats_of_the_register_are_for_the_register() {
    let (sandbox, _) = leaked();
    for arguments in [
        ["inventory", "--format", "sarif"],
        ["scan", "--format", "csv"],
        ["scan", "--format", "html"],
    ] {
        let run = sandbox.guard(&arguments);
        run.assert_code(2);
        assert!(
            run.stderr.contains("formats of `hf-guard inventory`"),
            "{}",
            run.stderr
        );
    }
    let run = sandbox.guard(&["inventory", "--output", "register.txt"]);
    run.assert_code(1);
    assert!(run.stderr.contains("2 credential(s)"), "{}", run.stderr);
    assert!(Path::new(&sandbox.path().join("register.txt")).exists());
}
