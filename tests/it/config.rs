//! `.hf-guard.toml`: where it is read from, what it may hold, and how its mistakes are told.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;

use crate::support::{Run, Sandbox, hf_token, letters};

const RULE: &str = "huggingface-user-token";

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).expect("standard output is one JSON document")
}

fn warnings(run: &Run) -> Vec<String> {
    let warnings = json(run)["warnings"]
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

#[test]
fn a_hook_reads_the_index_and_not_the_work_tree() {
    let allow_all = format!("[[allow]]\nrule = \"{RULE}\"\nreason = \"test\"\n");
    let (sandbox, _) = sandbox_with(&allow_all);
    sandbox.guard(&[]).assert_code(0);
    sandbox.write(".hf-guard.toml", "not even TOML");
    sandbox.guard(&[]).assert_code(0);
    sandbox.guard(&["hook", "pre-commit"]).assert_code(0);

    sandbox.git(&["rm", "--quiet", "--cached", "--force", ".hf-guard.toml"]);
    sandbox.write(".hf-guard.toml", &allow_all);
    sandbox.guard(&[]).assert_code(1);
    sandbox.guard(&["hook", "pre-commit"]).assert_code(1);
}

#[test]
fn a_hook_below_the_root_reads_the_root_s() {
    let (sandbox, _) = sandbox_with(&format!(
        "[[allow]]\nrule = \"{RULE}\"\nreason = \"test\"\n"
    ));
    fs::create_dir(sandbox.path().join("sub")).expect("the folder can be made");
    let mut command = sandbox.command(crate::support::GUARD);
    Run::of(command.current_dir(sandbox.path().join("sub"))).assert_code(0);
    // A configuration elsewhere is none.
    sandbox.git(&["rm", "--quiet", "--cached", ".hf-guard.toml"]);
    sandbox.stage(
        "sub/.hf-guard.toml",
        format!("[[allow]]\nrule = \"{RULE}\"\nreason = \"test\"\n"),
    );
    sandbox.guard(&[]).assert_code(1);
}

#[test]
fn a_scan_of_files_reads_the_work_tree() {
    let sandbox = Sandbox::new();
    let token = hf_token(2);
    sandbox.write("sub/a.py", format!("{token}\n"));
    sandbox.guard(&["scan", "sub"]).assert_code(1);
    sandbox.write(
        ".hf-guard.toml",
        "[[allow]]\npath = \"sub/\"\nreason = \"test\"\n",
    );
    sandbox.guard(&["scan", "sub"]).assert_code(0);
    let mut command = sandbox.command(crate::support::GUARD);
    let below = Run::of(
        command
            .current_dir(sandbox.path().join("sub"))
            .args(["scan", "a.py"]),
    );
    below.assert_code(0);
    sandbox.write(".hf-guard.toml", format!("disable = [\"{RULE}\"]\n"));
    sandbox
        .guard_with_input(&["scan", "-"], token.as_bytes())
        .assert_code(0);
    sandbox.write(".hf-guard.toml", "oops\n");
    sandbox.guard(&["scan", "sub"]).assert_code(2);
    sandbox
        .guard_with_input(&["scan", "-"], b"clean")
        .assert_code(2);
}

#[test]
fn outside_a_repository_the_current_folder_s_counts() {
    let sandbox = Sandbox::new();
    let outside = sandbox.root().join("outside");
    fs::create_dir(&outside).expect("the folder can be made");
    fs::write(outside.join("a.py"), hf_token(3)).expect("the file can be written");
    let scan = || {
        let mut command = sandbox.command(crate::support::GUARD);
        Run::of(command.current_dir(&outside).args(["scan", "a.py"]))
    };
    scan().assert_code(1);
    fs::write(
        outside.join(".hf-guard.toml"),
        "[[allow]]\npath = \"a.py\"\nreason = \"test\"\n",
    )
    .expect("the file can be written");
    scan().assert_code(0);
}

#[test]
fn the_command_line_names_another_or_none() {
    let (sandbox, _) = sandbox_with(&format!(
        "[[allow]]\nrule = \"{RULE}\"\nreason = \"test\"\n"
    ));
    sandbox.guard(&[]).assert_code(0);
    sandbox.guard(&["--no-config"]).assert_code(1);
    sandbox.write("empty.toml", "");
    sandbox.guard(&["--config", "empty.toml"]).assert_code(1);
    let missing = sandbox.guard(&["--config", "missing.toml"]);
    missing.assert_code(2);
    assert!(
        missing.stderr.contains("missing.toml"),
        "{}",
        missing.stderr
    );
    sandbox
        .guard(&["--config", "empty.toml", "--no-config"])
        .assert_code(2);
    // A broken file of the repository does not matter to who leaves it out.
    sandbox.stage(".hf-guard.toml", "broken");
    sandbox.guard(&[]).assert_code(2);
    sandbox.guard(&["--no-config"]).assert_code(1);
}

#[test]
fn an_allowlist_leaves_the_rules_on() {
    let (sandbox, token) = sandbox_with("[[allow]]\npath = \"other/\"\nreason = \"test\"\n");
    sandbox.guard(&[]).assert_code(1).assert_hides(&token);
    sandbox.stage(".hf-guard.toml", "");
    sandbox.guard(&[]).assert_code(1);
}

#[test]
fn mistakes_have_a_line_a_column_and_a_suggestion() {
    for (config, at, message) in [
        (
            "[[allow]]\nrule = \"x\"\n  reasn = \"y\"\n",
            "3:3",
            "unknown key; did you mean `reason`?",
        ),
        (
            "[[allow]]\npth = \"x\"\nreason = \"y\"\n",
            "2:1",
            "unknown key; did you mean `path`?",
        ),
        ("[[alow]]\n", "1:3", "unknown key; did you mean `allow`?"),
        (
            "# é\n\"é\" = 1\n",
            "2:1",
            "unknown key; known here: allow, preset, disable, extend, rules",
        ),
        (
            "[[allow]]\nrule = \"hugingface-user-tokn\"\nreason = \"y\"\n",
            "2:8",
            "there is no rule of this id; did you mean `huggingface-user-token`?",
        ),
        (
            "[[allow]]\nreason = \"y\"\nrule = \"zzz\"\n",
            "3:8",
            "there is no rule of this id; `hf-guard rules list` shows them",
        ),
        (
            "disable = [\n  \"huggingface-usr-token\",\n]\n",
            "2:3",
            "there is no rule of this id; did you mean `huggingface-user-token`?",
        ),
        (
            "[[allow]]\npath = \"a\"\n",
            "1:1",
            "missing key `reason`; add it",
        ),
        (
            "[[allow]]\npath = \"a\"\nreason = \" \"\n",
            "3:10",
            "`reason` is empty; say why this may stay",
        ),
        (
            "\n[[allow]]\nreason = \"y\"\n",
            "2:1",
            "this entry says not what it accepts; add `fingerprint`, `rule`, `path`, `secret_sha256` or `regex`",
        ),
        (
            "[[allow]]\npath = \"a[\"\nreason = \"y\"\n",
            "2:8",
            "a `[` of this path is never closed",
        ),
        (
            "[[allow]]\npath = \"**\"\nreason = \"y\"\n",
            "2:8",
            "this path matches every file; name the folder or the files",
        ),
        (
            "[[allow]]\nregex = \"a(\"\nreason = \"y\"\n",
            "2:9",
            "the regex does not compile: unclosed group",
        ),
        (
            "[[allow]]\npath = \"a\"\nreason = \"y\"\nexpires = \"2026-02-30\"\n",
            "4:11",
            "`expires` is a day of the calendar, as in \"2027-01-31\"",
        ),
        (
            "[[allow]]\npath = \"a\"\nreason = \"y\"\nexpires = 20260230\n",
            "4:11",
            "`expires` is a day of the calendar, as in \"2027-01-31\"",
        ),
        (
            "[[allow]]\nfingerprint = \"ABC\"\nreason = \"y\"\n",
            "2:15",
            "a fingerprint is 32 lower-case hex digits, as the report prints it",
        ),
        (
            "[[allow]]\nsecret_sha256 = \"abc\"\nreason = \"y\"\n",
            "2:17",
            "`secret_sha256` is the SHA-256 of the secret in 64 hex digits, never the secret itself",
        ),
        (
            "[[allow]]\nreason = 1\n",
            "2:10",
            "this value should be a string",
        ),
        ("a = 1\na = 2\n", "2:1", "this is not TOML: duplicate key"),
    ] {
        assert_refused(config, at, message);
    }
}

#[test]
fn a_regex_that_accepts_everything_is_refused() {
    for regex in ["", ".*", "^", "a*", "\\\\b", "hf_[A-Za-z]{34}"] {
        let message = "this regex also matches secrets that nobody has seen yet; spell out more of the text, or \
                       accept by `fingerprint`";
        assert_refused(
            &format!("[[allow]]\nregex = \"{regex}\"\nreason = \"y\"\n"),
            "2:9",
            message,
        );
    }
}

#[test]
fn no_message_repeats_the_file() {
    let secret = letters(9, 40);
    let (sandbox, _) = sandbox_with("");
    for content in [
        format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{secret}\n"),
        format!("{secret} = 1\n"),
        format!("[{secret}]\nx = 1\n"),
        format!("HF_TOKEN = \"{secret}\"\n"),
        format!("HF_TOKEN={secret}\n"),
        format!("[[allow]]\nreason = [\"{secret}\"]\n"),
        format!("[[allow]]\nrule = \"{secret}\"\nreason = \"y\"\n"),
        format!("[[allow]]\npath = \"{secret}[\"\nreason = \"y\"\n"),
        format!("[[allow]]\nregex = \"{secret}(\"\nreason = \"y\"\n"),
        format!("[[allow]]\npath = \"a\"\nreason = \"y\"\nexpires = \"{secret}\"\n"),
        format!("disable = [\"{secret}\"]\n"),
        format!("[[extend]]\nid = \"{secret}\"\n"),
        format!("[[rules]]\nid = \"{secret}\"\n"),
    ] {
        sandbox.stage(".hf-guard.toml", &content);
        sandbox.guard(&[]).assert_code(2).assert_hides(&secret);
        sandbox.write("other.toml", &content);
        sandbox
            .guard(&["--config", "other.toml"])
            .assert_code(2)
            .assert_hides(&secret);
    }
}

#[test]
fn only_a_small_regular_utf8_file_is_a_configuration() {
    let sandbox = Sandbox::new();
    let secret = letters(10, 40);
    let key = sandbox.root().join("key");
    fs::write(&key, format!("-----BEGIN KEY-----\n{secret}\n")).expect("the file can be written");

    symlink(&key, sandbox.path().join(".hf-guard.toml")).expect("the link can be made");
    sandbox.write("a.py", "print(1)\n");
    let linked = sandbox.guard(&["scan", "a.py"]);
    linked.assert_code(2).assert_hides(&secret);
    assert!(
        linked.stderr.contains("must not be a symbolic link"),
        "{}",
        linked.stderr
    );
    sandbox.git(&["add", ".hf-guard.toml"]);
    let staged = sandbox.guard(&[]);
    staged.assert_code(2).assert_hides(&secret);
    fs::remove_file(sandbox.path().join(".hf-guard.toml")).expect("the link is there");

    sandbox.stage(
        ".hf-guard.toml",
        [&b"# caf\xe9 "[..], secret.as_bytes()].concat(),
    );
    let latin = sandbox.guard(&[]);
    latin.assert_code(2).assert_hides(&secret);
    assert!(latin.stderr.contains("must be UTF-8"), "{}", latin.stderr);

    sandbox.stage(
        ".hf-guard.toml",
        format!("#{}\n", "x".repeat((64 << 10) - 2)),
    );
    sandbox.guard(&[]).assert_code(0);
    sandbox.stage(
        ".hf-guard.toml",
        format!("#{}\n", "x".repeat((64 << 10) - 1)),
    );
    let large = sandbox.guard(&[]);
    large.assert_code(2);
    assert!(
        large.stderr.contains("larger than 64 KB"),
        "{}",
        large.stderr
    );

    let folder = sandbox.guard(&["--config", "."]);
    folder.assert_code(2);
    assert!(folder.stderr.contains("regular file"), "{}", folder.stderr);
}

#[test]
fn a_built_in_rule_can_be_switched_off_and_changed() {
    let (sandbox, _) = sandbox_with(&format!("disable = [\"{RULE}\"]\n"));
    sandbox.guard(&[]).assert_code(0);
    sandbox.stage(
        ".hf-guard.toml",
        format!("[[extend]]\nid = \"{RULE}\"\nconfidence = \"low\"\n"),
    );
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(0);
    assert_eq!(json(&run)["findings"][0]["confidence"], "low");
    sandbox.stage(
        ".hf-guard.toml",
        format!("[[extend]]\nid = \"{RULE}\"\nmin_entropy = 7.9\n"),
    );
    sandbox.guard(&[]).assert_code(0);
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

#[test]
fn a_custom_rule_finds_and_can_be_accepted() {
    let (sandbox, token) = sandbox_with(&custom_rule(|rule| rule));
    let key = format!("acme_{}", "730951428637");
    sandbox.stage("acme.py", format!("key = '{key}'\n"));
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1).assert_hides(&token).assert_hides(&key);
    let rules: Vec<Value> = json(&run)["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| finding["rule"].clone())
        .collect();
    assert_eq!(rules, ["acme-key", RULE]);
    let allow = "[[allow]]\nrule = \"acme-key\"\nreason = \"test\"\n";
    sandbox.stage(".hf-guard.toml", custom_rule(|rule| rule + allow));
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1);
    assert_eq!(json(&run)["accepted"][0]["rule"], "acme-key");
}

#[test]
fn a_custom_rule_passes_the_checks_of_the_built_in_ones() {
    for (from, to, at, part) in [
        ("{12}", "+", "2:1", "no longest length"),
        (
            "[0-9]{12}",
            "[0-9",
            "2:1",
            "does not compile: unclosed character class",
        ),
        (
            "keywords = [\"acme_\"]",
            "keywords = []",
            "2:1",
            "`keywords` is empty",
        ),
        (
            "examples = ['key = \"acme_{{d12}}\"']",
            "examples = []",
            "2:1",
            "has no `examples`",
        ),
        (
            "examples = ['key = \"acme_{{d12}}\"']\n",
            "",
            "2:1",
            "missing key `examples`",
        ),
        (
            "keywords = [\"acme_\"]",
            "keywords = [\"other_\"]",
            "2:1",
            "without any of its keywords",
        ),
        (
            "acme_[0-9]{12}",
            "acme_(?P<secert>[0-9]{12})",
            "2:1",
            "the only named group that a regex may have is `secret`",
        ),
        ("\"acme-key\"", "\"Acme Key\"", "2:1", "kebab case"),
        (
            "\"acme-key\"",
            "\"huggingface-user-token\"",
            "2:1",
            "a built-in rule has this id",
        ),
        (
            "confidence = \"high\"",
            "confidence = \"hgh\"",
            "9:14",
            "did you mean `high`?",
        ),
        ("prefix", "prefx", "8:1", "did you mean `prefix`?"),
        (
            "placeholders = \"keep\"",
            "min_entropy = 9.5",
            "2:1",
            "bits per character",
        ),
    ] {
        let config = custom_rule(|rule| format!("\n{}", rule.replace(from, to)));
        let (sandbox, _) = sandbox_with(&config);
        let run = sandbox.guard(&[]);
        run.assert_code(2);
        let start = format!("hf-guard: .hf-guard.toml:{at}: ");
        assert!(
            run.stderr.starts_with(&start) && run.stderr.contains(part),
            "{to}: {}",
            run.stderr
        );
    }
    let (sandbox, _) = sandbox_with(&custom_rule(|rule| format!("{rule}{rule}")));
    let run = sandbox.guard(&[]);
    run.assert_code(2);
    assert!(
        run.stderr.contains(":13:1: a second rule of this id"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_a_commit_newly_accepts_is_said_aloud() {
    let old = "[[allow]]\npath = \"old/\"\nreason = \"known\"\n";
    let (sandbox, token) = sandbox_with(old);
    sandbox.git(&["rm", "--quiet", "--cached", "train.py"]);
    sandbox.commit_all("Begin");
    sandbox.stage("train.py", format!("token = \"{token}\"\n"));
    assert_eq!(warnings(&sandbox.guard(&["--format", "json"])), [""; 0]);

    let fingerprints: String = (0..2)
        .map(|digit| {
            format!(
                "[[allow]]\nfingerprint = \"{}\"\nreason = \"r\"\n",
                digit.to_string().repeat(32)
            )
        })
        .collect();
    let config = format!(
        "disable = [\"{RULE}\"]\n{old}[[allow]]\npath = \"docs/{token}/\u{202e}*.md\"\nreason = \"r\"\n\
         [[allow]]\nrule = \"{RULE}\"\nregex = \"EXAMPLE\"\nreason = \"r\"\n{fingerprints}"
    );
    sandbox.stage(".hf-guard.toml", &config);
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(0).assert_hides(&token);
    let said = |what: &str| format!(".hf-guard.toml is part of this commit and {what}");
    assert_eq!(
        warnings(&run),
        [
            said(&format!("disables rule {RULE}")),
            said(&format!(
                "accepts everything under docs/hf_{}…/\\u{{202e}}*.md (line 5)",
                &token[3..7]
            )),
            said(&format!(
                "accepts every finding of rule {RULE} that its regex matches (line 8)"
            )),
            said("accepts 2 more secrets by name"),
        ]
    );

    sandbox.commit_all("Accept");
    assert_eq!(warnings(&sandbox.guard(&["--format", "json"])), [""; 0]);
}

#[test]
fn changing_a_rule_is_said_aloud() {
    let extend = |entropy: f32| format!("[[extend]]\nid = \"{RULE}\"\nmin_entropy = {entropy}\n");
    let said = [format!(
        ".hf-guard.toml is part of this commit and changes rule {RULE}"
    )];
    let (sandbox, _) = sandbox_with(&extend(3.6));
    assert_eq!(warnings(&sandbox.guard(&["--format", "json"])), said);
    sandbox.commit_all("Begin");
    sandbox.stage(".hf-guard.toml", format!("# the same\n{}", extend(3.6)));
    assert_eq!(warnings(&sandbox.guard(&["--format", "json"])), [""; 0]);
    sandbox.stage(".hf-guard.toml", extend(7.5));
    assert_eq!(warnings(&sandbox.guard(&["--format", "json"])), said);
}

#[test]
fn dropping_a_custom_rule_is_said_aloud() {
    let (sandbox, _) = sandbox_with(&custom_rule(|rule| rule));
    sandbox.commit_all("Begin");
    sandbox.stage(".hf-guard.toml", "");
    assert_eq!(
        warnings(&sandbox.guard(&["--format", "json"])),
        [".hf-guard.toml is part of this commit and removes the custom rule acme-key"]
    );
}

#[test]
fn a_longer_term_is_new_and_a_shorter_one_is_not() {
    let entry = |day: &str| format!("[[allow]]\npath = \"a/\"\nreason = \"r\"\nexpires = {day}\n");
    let (sandbox, _) = sandbox_with(&entry("9998-01-01"));
    sandbox.commit_all("Begin");
    sandbox.stage(".hf-guard.toml", entry("\"9997-01-01\""));
    assert_eq!(warnings(&sandbox.guard(&["--format", "json"])), [""; 0]);
    sandbox.stage(".hf-guard.toml", entry("9998-01-02"));
    assert_eq!(
        warnings(&sandbox.guard(&["--format", "json"])),
        [".hf-guard.toml is part of this commit and accepts everything under a/ (line 1)"]
    );
}
