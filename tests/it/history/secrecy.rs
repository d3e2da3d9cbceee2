//! What a scan of a history says beside its findings holds no secret: complaints of git, globs, names of refs that nobody can read.

use std::fs;

use super::scan;
use crate::support::{Run, Sandbox, hf_token};

/// A repository with a secret in a file and a ref of `text` whose name holds another; both secrets.
fn with_ref(text: &str) -> (Sandbox, [String; 2]) {
    let sandbox = Sandbox::new();
    let [secret, name] = [hf_token(1), hf_token(2)];
    sandbox.write("a.py", format!("token = \"{secret}\"\n"));
    sandbox.commit_all("start");
    sandbox.write(format!(".git/refs/heads/try-{name}"), text);
    (sandbox, [secret, name])
}

#[track_caller]
fn everywhere(sandbox: &Sandbox, arguments: &[&str], code: i32, tokens: &[String]) -> Vec<Run> {
    ["human", "json", "sarif"]
        .iter()
        .map(|format| {
            let all = [&["scan", "--all-history", "--format", format], arguments].concat();
            let run = sandbox.guard(&all);
            run.assert_code(code);
            tokens.iter().for_each(|token| {
                run.assert_hides(token);
            });
            run
        })
        .collect()
}

#[test]
fn what_git_complains_of_is_masked() {
    let (sandbox, tokens) = with_ref("");
    sandbox.git(&["config", "core.abbrev", &tokens[1]]);
    let runs = everywhere(&sandbox, &[], 2, &tokens);
    let told = "cannot be told: `git for-each-ref";
    runs[0]
        .assert_stdout(told)
        .assert_stdout("(fatal: bad numeric config value 'hf_");
    everywhere(&sandbox, &["--no-provenance"], 2, &tokens);
}

/// One that leads nowhere costs the others nothing.
#[test]
fn a_ref_that_leads_nowhere_is_told_and_the_others_are_followed() {
    let (sandbox, tokens) = with_ref(&format!("{}\n", "1".repeat(40)));
    let runs = everywhere(&sandbox, &[], 2, &tokens);
    runs[0]
        .assert_stdout("still at HEAD; at the tip of main")
        .assert_stdout("not every commit and tree could be read");
    let report = runs[1].json();
    let found = report["findings"].as_array().expect("a list").iter();
    let of_file: Vec<_> = found.filter(|one| one["path"] == "a.py").collect();
    assert_eq!(of_file[0]["origin"]["kind"], "commit", "{report:#}");
}

#[test]
fn a_ref_that_says_nothing_is_not_clean_and_its_name_is_read() {
    for text in ["", "garbage\n"] {
        let (sandbox, tokens) = with_ref(text);
        let runs = everywhere(&sandbox, &[], 2, &tokens);
        let told = "what only it led to may be missing";
        assert!(runs[0].stdout.contains(told), "{:?}", runs[0]);
        assert_eq!(runs[1].json()["summary"]["findings"], 2, "{:?}", runs[1]);
    }
    // One that git would not let be made so called keeps nothing, but has a name.
    let (sandbox, tokens) = with_ref("");
    let heads = sandbox.path().join(".git/refs/heads");
    let name = format!("try-{}", tokens[1]);
    fs::copy(heads.join("main"), heads.join(format!("{name}..b"))).expect("it is there");
    fs::remove_file(heads.join(name)).expect("it is there");
    let runs = everywhere(&sandbox, &[], 1, &tokens);
    assert_eq!(runs[1].json()["summary"]["findings"], 2, "{:?}", runs[1]);
}

#[test]
fn a_glob_that_is_a_secret_is_masked() {
    let sandbox = Sandbox::new();
    let token = hf_token(3);
    sandbox.write("a.py", "print(1)\n");
    sandbox.commit_all("start");
    sandbox.git(&["branch", &token]);
    fs::remove_dir_all(sandbox.path().join(".git/logs")).expect("they can be removed");
    let tokens = [token.clone()];
    let globs = ["--refs", "main", "--refs", &token, "--path", &token];
    let runs = everywhere(&sandbox, &globs, 0, &tokens);
    assert!(runs[0].stdout.contains("narrowed to what refs that match"));
    scan(&sandbox).assert_code(1).assert_hides(&token);
}
