//! `hf-guard rules import`: what comes out is a configuration, and means what was meant.

use sha1::{Digest as _, Sha1};

use crate::support::{Run, Sandbox, hf_token, letters};

const GITLEAKS: &str = r#"
title = "ours"

[extend]
useDefault = true
disabledRules = ["some-rule"]

[[rules]]
id = "Acme_Key"
description = "Key of \n Acme"
regex = '''(?i)acme[_-]?key\s*=\s*["']([a-z0-9]{24,})["']'''
secretGroup = 1
entropy = 3.2
keywords = ["acme"]

  [[rules.allowlists]]
  description = "made up"
  regexTarget = "secret"
  regexes = ['''^zzz''']
  stopwords = ["umbrella"]

[[rules]]
id = "no-keywords"
description = "Umbrella token"
regex = '''umb-[0-9a-f]{32}'''

[[rules]]
id = "in-some-files"
regex = '''whatever_[a-z]{20}'''
path = '''\.conf$'''

[[rules]]
id = "any-word"
regex = '''[a-zA-Z0-9]{40}'''

[[rules]]
id = "hub"
regex = '''hf_[a-zA-Z]{34}'''
keywords = ["hf_"]

[[rules]]
id = "keys-by-name"
path = '''id_rsa$'''

[allowlist]
description = "files of others"
commits = ["0123456789"]
paths = ['''(^|/)vendor/''', '''go\.sum$''', '''[0-9]+\.txt''']
regexTarget = "line"
regexes = ['''nosec''']
"#;

#[track_caller]
fn import(sandbox: &Sandbox, from: &str, file: &str) -> Run {
    let run = sandbox.guard(&["rules", "import", from, file]);
    run.assert_code(0);
    run
}

#[test]
fn a_configuration_of_gitleaks_becomes_ours() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitleaks.toml", GITLEAKS);
    let run = import(&sandbox, "gitleaks", ".gitleaks.toml");
    let left_out: Vec<&str> = run
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("hf-guard: not carried over: "))
        .collect();
    for part in [
        "extend.disabledRules: rule `some-rule`",
        "rule `in-some-files`: it holds in some paths only",
        "rule `any-word`: ",
        "rule `hub`: a built-in rule here finds the same",
        "rule `keys-by-name`: it looks at paths only",
        "allowlist: 1 commits",
        r"allowlist: the path `[0-9]+\.txt`",
        "allowlist: a regex on the whole line",
    ] {
        let told = left_out.iter().filter(|line| line.starts_with(part));
        assert_eq!(told.count(), 1, "{part}: {left_out:#?}");
    }
    assert_eq!(left_out.len(), 8, "{left_out:#?}");
    let count = "hf-guard: 4 entries and 2 rules carried over, 8 things not\n";
    assert!(run.stderr.ends_with(count), "{run:?}");

    sandbox.stage(".hf-guard.toml", &run.stdout);
    sandbox
        .guard(&["rules", "check", ".hf-guard.toml"])
        .assert_code(0);
    let key = |start: &str| {
        let body = letters(1, 24).to_lowercase();
        format!("ACME_KEY = \"{start}{body}\"\n")
    };
    sandbox.stage("a.txt", key("q7"));
    let found = sandbox.guard(&[]);
    found.assert_code(1);
    assert!(found.stdout.contains("(acme-key)"), "{found:?}");
    for (path, text) in [
        ("a.txt", key("zzz7")),
        ("a.txt", key("umbrella7")),
        ("x/vendor/a.txt", key("q7")),
        ("x/go.sum", key("q7")),
    ] {
        sandbox.stage("a.txt", "nothing\n");
        sandbox.stage(path, text);
        sandbox.guard(&[]).assert_code(0);
    }
    let hex = "0a9f3b7c5d1e8264f7a03c9be5d81642";
    sandbox.stage("a.txt", format!("k: umb-{hex}\n"));
    assert!(sandbox.guard(&[]).stdout.contains("(no-keywords)"));
}

#[test]
fn a_baseline_of_detect_secrets_becomes_entries() {
    let sandbox = Sandbox::new();
    let (known, real, gone) = (hf_token(1), hf_token(2), hf_token(3));
    sandbox.stage("src/a.py", format!("a = '{known}'\nb = '{real}'\n"));
    let sha1 = |text: &str| -> String {
        let hash = Sha1::digest(text);
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let result = |secret: &str, line: u32, is_secret: Option<bool>| {
        let mut one = serde_json::json!({"type": "Secret Keyword", "filename": "src/a.py",
            "hashed_secret": sha1(secret), "is_verified": false, "line_number": line});
        if let Some(is_secret) = is_secret {
            one["is_secret"] = is_secret.into();
        }
        one
    };
    let baseline = serde_json::json!({
        "version": "1.5.0",
        "plugins_used": [{"name": "KeywordDetector", "keyword_exclude": ""}],
        "filters_used": [
            {"path": "detect_secrets.filters.allowlist.is_line_allowlisted"},
            {"path": "detect_secrets.filters.regex.should_exclude_file", "pattern": ["package-lock.json|^docs/"]},
            {"path": "detect_secrets.filters.regex.should_exclude_line", "pattern": ["nosec"]},
            {"path": "detect_secrets.filters.regex.should_exclude_secret", "pattern": ["^fake"]},
        ],
        "results": {
            "src/a.py": [result(&known, 1, None), result(&known, 1, Some(false)),
                result(&real, 2, Some(true)), result(&gone, 3, None)],
            "src/missing.py": [result(&gone, 1, None)],
        },
    });
    sandbox.write(".secrets.baseline", baseline.to_string());
    let run = import(&sandbox, "detect-secrets", ".secrets.baseline");
    for line in [
        "src/a.py:2: Secret Keyword: audited as a real secret",
        "src/a.py:3: Secret Keyword: not found here",
        "src/missing.py: it cannot be read",
        "excluded lines: ",
    ] {
        let told = format!("hf-guard: not carried over: {line}");
        assert!(run.stderr.contains(&told), "{line}: {run:?}");
    }
    let count = "hf-guard: 4 entries and 0 rules carried over, 4 things not\n";
    assert!(run.stderr.ends_with(count), "{run:?}");
    run.assert_hides(&known).assert_hides(&real);
    sandbox.stage(".hf-guard.toml", &run.stdout);
    let scan = sandbox.guard(&[]);
    scan.assert_code(1);
    assert!(scan.stdout.contains("src/a.py:2:"), "{scan:?}");
    assert!(!scan.stdout.contains("src/a.py:1:"), "{scan:?}");
    sandbox.stage("src/a.py", format!("a = '{known}'\n"));
    sandbox.stage("docs/a.md", &real);
    sandbox.stage("web/package-lock.json", &gone);
    sandbox.guard(&[]).assert_code(0);
}

#[test]
fn a_file_that_is_something_else_is_an_error_without_its_text() {
    let sandbox = Sandbox::new();
    let token = hf_token(4);
    sandbox.write("a.txt", format!("x\n{token} = = '\n"));
    for from in ["gitleaks", "detect-secrets"] {
        let run = sandbox.guard(&["rules", "import", from, "a.txt"]);
        run.assert_code(2).assert_hides(&token);
        assert!(run.stderr.contains("(line "), "{run:?}");
        let run = sandbox.guard(&["rules", "import", from, "missing.txt"]);
        run.assert_code(2);
        assert!(run.stderr.contains("cannot read"), "{run:?}");
    }
}
