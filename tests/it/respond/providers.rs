//! The plan for credentials of other issuers, and of other kinds of places.

use hf_guard::rules::{BUILTIN, example};

use super::{asserts, fingerprint};
use crate::support::Sandbox;

/// A credential of a rule, as its example has it, in a file.
#[track_caller]
fn planned(rule: &str, file: &str) -> String {
    let rule = BUILTIN.iter().find(|known| known.id == rule);
    let rule = rule.expect("the rule is built in");
    let text = example::expand(&rule.examples[0], 1).expect("a good template");
    let sandbox = Sandbox::new();
    sandbox.write(file, text + "\n");
    sandbox.commit_all("A leak");
    let run = sandbox.guard(&["respond", &fingerprint(&sandbox)]);
    run.assert_code(0)
        .assert_stdout(&format!("rule `{}`", rule.id));
    run.stdout
}

#[test]
fn github_is_told_by_command_and_its_logs_are_named() {
    let plan = planned("github-personal-access-token", "deploy.sh");
    asserts(
        &plan,
        &[
            "provider GitHub\n",
            "hf-guard revoke --all-history --fingerprint ",
            "<https://github.com/settings/security-log>",
            "gh api --paginate /repos/OWNER/NAME/activity",
            "In a shell script (`deploy.sh`)",
        ],
    );
    assert!(!plan.contains("huggingface.co/"), "{plan}");
}

#[test]
fn where_no_issuer_withdraws_it_the_page_is_named() {
    let plan = planned("openai-api-key", "app.js");
    asserts(
        &plan,
        &[
            "- [ ] Its owner does it at <https://platform.openai.com/",
            "process.env.OPENAI_API_KEY",
            "- [ ] Look at the log of its issuer",
        ],
    );
    assert!(!plan.contains("hf-guard revoke"), "{plan}");
}

#[test]
fn a_private_key_has_items_of_its_own() {
    let plan = planned("private-key", "server.pem");
    asserts(
        &plan,
        &["  - 3.6.1 Keys that protect", "PCI DSS 3.7.5, 8.6.3"],
    );
}

#[test]
fn what_only_this_clone_has_is_dropped_here() {
    let sandbox = Sandbox::new();
    sandbox.commit_all("First");
    let token = crate::support::hf_token(61);
    sandbox.write("a.py", format!("t = '{token}'\n"));
    sandbox.commit_all("A leak");
    sandbox.git(&["reset", "--quiet", "--hard", "HEAD~"]);
    let run = sandbox.guard(&["respond", &fingerprint(&sandbox)]);
    run.assert_code(0).assert_hides(&token);
    asserts(
        &run.stdout,
        &[
            "only reflogs of this clone lead there",
            "git reflog expire --expire=now --all && git gc --prune=now",
        ],
    );
    assert!(!run.stdout.contains("git filter-repo"), "{}", run.stdout);
}

#[test]
fn what_is_staged_is_told_so() {
    let sandbox = Sandbox::new();
    sandbox.commit_all("First");
    let token = crate::support::hf_token(62);
    sandbox.stage("a.py", format!("t = '{token}'\n"));
    let run = sandbox.guard(&["respond", &fingerprint(&sandbox)]);
    run.assert_code(0).assert_hides(&token);
    asserts(
        &run.stdout,
        &["; staged\n", "- [ ] It is staged: take it out of the file"],
    );
}

#[test]
fn the_hosts_of_remotes_choose_the_caveats() {
    let sandbox = Sandbox::new();
    let token = crate::support::hf_token(63);
    sandbox.write("a.py", format!("t = '{token}'\n"));
    sandbox.commit_all("A leak");
    let name = fingerprint(&sandbox);
    for (url, told, not_told) in [
        (
            "https://github.com/acme/x",
            "- [ ] GitHub: forks",
            "- [ ] Hugging Face Hub: pull",
        ),
        (
            "git@hf.co:acme/x",
            "- [ ] Hugging Face Hub: pull",
            "- [ ] GitHub: forks",
        ),
        (
            "https://forge.example/x",
            "- [ ] On the server, old",
            "- [ ] GitHub: forks",
        ),
    ] {
        sandbox.git(&["config", "remote.origin.url", url]);
        let run = sandbox.guard(&["respond", &name]);
        assert!(run.stdout.contains(told), "{url}: {}", run.stdout);
        assert!(!run.stdout.contains(not_told), "{url}: {}", run.stdout);
    }
}
