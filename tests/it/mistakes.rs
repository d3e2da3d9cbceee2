//! Arguments that make no sense, and secrets that stand where none belongs: exit code 2, and the secret is not repeated.

use crate::support::{GUARD, Run, Sandbox, hf_token};

/// Runs `hf-guard` with the token in the place of `TOKEN`.
#[track_caller]
fn assert_refused(sandbox: &Sandbox, token: &str, line: &str) {
    let line = line.replace("TOKEN", token);
    let arguments: Vec<&str> = line.split(' ').collect();
    let run = sandbox.guard(&arguments);
    run.assert_code(2).assert_hides(token);
    assert!(!run.stderr.is_empty() || !run.stdout.is_empty());
}

#[test]
fn a_token_in_the_place_of_an_argument_is_not_repeated() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.write("a.py", "a = 1\n");
    sandbox.commit_all("first");
    for line in [
        "TOKEN",
        "--TOKEN",
        "--format TOKEN",
        "--config TOKEN",
        "--config /no/TOKEN.toml",
        "--output /no/TOKEN/x scan a.py --format json",
        "help TOKEN",
        "scan TOKEN",
        "scan --range TOKEN",
        "scan --range TOKEN..HEAD",
        "verify TOKEN",
        "verify --offline --from TOKEN",
        "verify --endpoint https://user:TOKEN@example.org a.py",
        "revoke --fingerprint TOKEN",
        "respond TOKEN",
        "find --sha256 TOKEN .",
        "find --from TOKEN .",
        "find TOKEN",
        "inventory TOKEN",
        "inventory --from TOKEN",
        "doctor TOKEN",
        "rules show TOKEN",
        "rules check TOKEN",
        "rules import gitleaks TOKEN",
        "rules import TOKEN a.py",
        "allow TOKEN --reason x",
        "install --hook TOKEN",
        "hook TOKEN",
        "hook commit-msg /no/TOKEN",
        "--all-history --refs TOKEN",
        "--all-history --since TOKEN",
        "--all-history --path [TOKEN",
        "--all-history --baseline TOKEN",
        "--all-history --max-memory TOKEN",
    ] {
        assert_refused(&sandbox, &token, line);
    }
}

#[test]
fn an_error_without_a_token_is_told_as_it_is() {
    let sandbox = Sandbox::new();
    let run = sandbox.guard(&["scan", "no such file"]);
    run.assert_code(2);
    assert!(run.stderr.contains("\"no such file\""), "{run:?}");
    let run = sandbox.guard(&["scan", "--no-such-option"]);
    run.assert_code(2);
    assert!(run.stderr.contains("--no-such-option"), "{run:?}");
    assert!(run.stderr.contains("Usage: "), "{run:?}");
}

#[test]
fn an_example_of_a_rule_that_is_a_token_is_not_repeated() {
    let sandbox = Sandbox::new();
    let token = hf_token(2);
    let rule = format!(
        "[[rules]]\nid = \"acme-key\"\nprovider = \"Acme\"\ndescription = \"Acme key\"\nconfidence = \"high\"\n\
         keywords = [\"acme_\"]\nregex = 'acme_(?P<secret>[a-z]{{20}})'\nsource = \"https://acme.example\"\n\
         revoke = \"https://acme.example\"\nexamples = [\"acme_ {token}\"]\n"
    );
    sandbox.write("rules.toml", rule);
    let run = sandbox.guard(&["rules", "check", "rules.toml"]);
    run.assert_code(2).assert_hides(&token);
    assert!(run.stdout.contains("rule `acme-key`: example"), "{run:?}");
}

#[test]
fn a_token_in_the_name_of_a_configuration_or_remote_is_not_repeated() {
    let sandbox = Sandbox::new();
    let token = hf_token(5);
    sandbox.write("a.py", "a = 1\n");
    sandbox.commit_all("first");
    let config = sandbox.root().join(format!("{token}.toml"));
    let entry = "[[allow]]\nrule = \"private-key\"\nexpires = \"2020-01-01\"\nreason = \"old\"\n";
    std::fs::write(&config, entry).expect("it can be written");
    let config = config.to_str().expect("ASCII");
    for arguments in [&["scan", "a.py"][..], &["--all-history"], &[]] {
        for format in ["human", "json", "sarif"] {
            let options = ["--config", config, "--format", format];
            let run = sandbox.guard(&[arguments, &options].concat());
            run.assert_code(0).assert_hides(&token);
            assert!(run.stdout.contains("this entry expired"), "{run:?}");
        }
    }
    let report = format!("../{token}.json");
    sandbox.write("b.py", format!("b = '{token}'\n"));
    let run = sandbox.guard(&["scan", "b.py", "--format=json", "--output", &report]);
    run.assert_code(1).assert_hides(&token);
    let address = format!("https://ada:{token}@hub.example/a");
    sandbox.git(&["remote", "add", &token, &address]);
    sandbox
        .guard(&["doctor"])
        .assert_code(1)
        .assert_hides(&token);
}

#[test]
fn a_regex_that_is_the_secret_does_not_accept_itself() {
    let sandbox = Sandbox::new();
    let token = hf_token(3);
    sandbox.stage("a.py", format!("a = '{token}'\n"));
    let entry = format!("[[allow]]\nregex = '{token}'\nreason = \"a sample\"\n");
    sandbox.stage(".hf-guard.toml", entry);
    let run = sandbox.guard(&[]);
    run.assert_code(1).assert_hides(&token);
    assert!(run.stdout.contains(".hf-guard.toml:2:10: "), "{run:?}");
    assert!(!run.stdout.contains("a.py:1"), "{run:?}");
}

#[test]
fn an_allowlist_of_gitleaks_brings_no_secret_along() {
    let sandbox = Sandbox::new();
    let token = hf_token(4);
    let theirs = format!("[allowlist]\nregexes = ['''{token}''', '''EXAMPLE''']\n");
    sandbox.write(".gitleaks.toml", theirs);
    let run = sandbox.guard(&["rules", "import", "gitleaks", ".gitleaks.toml"]);
    run.assert_code(0).assert_hides(&token);
    assert!(run.stdout.contains("regex = \"EXAMPLE\""), "{run:?}");
    let told = "not carried over: allowlist: a regex that is a credential, word for word";
    assert!(run.stderr.contains(told), "{run:?}");
}

#[test]
fn a_bare_repository_is_called_one() {
    let sandbox = Sandbox::new();
    sandbox.git(&["init", "--quiet", "--bare", "../bare.git"]);
    let bare = sandbox.root().join("bare.git");
    sandbox.git(&["commit", "--quiet", "--allow-empty", "--message=x"]);
    sandbox.git(&["push", "--quiet", "../bare.git", "main"]);
    let guard = |arguments: &[&str]| {
        let mut command = sandbox.command(GUARD);
        Run::of(command.current_dir(&bare).args(arguments))
    };
    for arguments in [&[][..], &["scan", "--tracked"]] {
        let run = guard(arguments);
        run.assert_code(2);
        assert!(run.stderr.contains("repository is bare"), "{run:?}");
        assert!(run.stderr.contains("--all-history"), "{run:?}");
    }
    guard(&["--all-history"]).assert_code(0);
    let run = guard(&["install"]);
    run.assert_code(0);
    assert!(run.stdout.contains("hf-guard hook pre-receive"), "{run:?}");
    let run = sandbox.guard(&["install"]);
    assert!(!run.stdout.contains("pre-receive"), "{run:?}");
}

#[test]
fn outside_of_a_repository_one_sentence_says_so() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(GUARD);
    let run = Run::of(command.current_dir(sandbox.root()));
    run.assert_code(2);
    assert_eq!(
        run.stderr,
        "hf-guard: not inside a git repository; run it in one, or name the files to scan: `hf-guard scan PATH`\n"
    );
}

#[test]
fn an_option_of_the_history_means_nothing_without_it() {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "a = 1\n");
    for option in [
        "--jobs=1",
        "--max-memory=1G",
        "--refs=main",
        "--since=2026-01-01",
        "--until=2026-01-01",
        "--path=a.py",
        "--no-provenance",
        "--baseline=a.py",
        "--write-baseline=b",
    ] {
        for rest in [
            &["scan", "a.py"][..],
            &["scan", "--staged"],
            &["verify", "--offline", "a.py"],
        ] {
            let run = sandbox.guard(&[rest, &[option]].concat());
            run.assert_code(2);
            assert!(run.stderr.contains("--all-history"), "{option}: {run:?}");
        }
    }
    assert!(!sandbox.path().join("b").exists());
}

#[test]
fn rules_that_cannot_be_written_are_an_error_in_words() {
    let sandbox = Sandbox::new();
    let full = std::fs::File::create("/dev/full").expect("it can be opened");
    let mut command = sandbox.command(GUARD);
    let run = Run::of(command.args(["rules", "list"]).stdout(full));
    run.assert_code(2);
    let words = "hf-guard: the report could not be written to standard output; use --output FILE: ";
    assert!(run.stderr.starts_with(words), "{run:?}");
    let run = sandbox.guard(&["rules", "list", "--output", "no/such/folder"]);
    run.assert_code(2);
    assert!(run.stderr.contains("written to no/such/folder"), "{run:?}");
}

#[test]
fn a_format_that_a_command_does_not_have_is_refused() {
    let sandbox = Sandbox::new();
    let fingerprint = "0".repeat(32);
    for command in [
        &["install"][..],
        &["uninstall"],
        &["allow", &fingerprint, "--reason", "x"],
        &["rules", "check"],
        &["rules", "import", "gitleaks", "a"],
    ] {
        for format in ["json", "sarif"] {
            let run = sandbox.guard(&[command, &["--format", format]].concat());
            run.assert_code(2);
            assert!(run.stderr.contains("leave out --format"), "{run:?}");
        }
    }
    assert!(!sandbox.path().join(".hf-guard.toml").exists());
}
