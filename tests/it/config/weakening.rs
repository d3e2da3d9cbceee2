//! What a commit takes away from the check is said aloud.

use super::{RULE, custom_rule, sandbox_with, warnings};

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
