//! What a run says to the person who is interrupted.

use hf_guard::outcome::Outcome;
use hf_guard::report::{Accepted, Detail, Options};
use hf_guard::rules::Confidence;

use crate::report::{everything, notebook, written};
use crate::support::{GUARD, Run, Sandbox, hf_token};

#[test]
fn quiet_prints_the_findings_lines_alone() {
    let sandbox = Sandbox::new();
    let token = hf_token(5);
    sandbox.stage("a.py", format!("x = 1\nt = '{token}'\n"));
    let run = sandbox.guard(&["--quiet"]);
    run.assert_code(1).assert_hides(&token);
    assert_eq!(
        run.stdout,
        format!(
            "a.py:2:6: Hugging Face user access token: {}…(37) (huggingface-user-token)\n",
            &token[..7]
        )
    );
}

#[test]
fn verbose_says_what_was_read_even_where_nothing_was_found() {
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", "x = 1\n");
    let run = sandbox.guard(&["--verbose"]);
    run.assert_code(0);
    assert_eq!(
        run.stdout,
        "hf-guard: 2 texts read, 10 bytes; nothing found.\n"
    );
}

#[test]
fn colours_come_when_asked_for_and_go_when_not_wanted() {
    let sandbox = Sandbox::new();
    sandbox.stage("a.py", hf_token(6));
    let colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = sandbox.command(GUARD);
        command.args(arguments).envs(variables.iter().copied());
        Run::of(&mut command)
            .assert_code(1)
            .stdout
            .contains('\u{1b}')
    };
    assert!(!colored(&[], &[]));
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["--color", "always", "--format", "json"], &[]));
}

/// Every kind of file once, so that the whole message can be read.
#[test]
fn the_message_helps_whoever_is_interrupted() {
    let sandbox = Sandbox::new();
    sandbox.stage(
        "train.py",
        format!(
            "import os\n# 模型\ntoken = \"{}\"\nlogin(\"{}\", x=\"{}\")\n",
            hf_token(1),
            hf_token(2),
            hf_token(3)
        ),
    );
    sandbox.stage(
        "serve.py",
        format!("token = \"{0}\"\nagain = \"{0}\"\n", hf_token(1)),
    );
    sandbox.stage("demo.ipynb", notebook(&hf_token(4), &hf_token(5)));
    sandbox.stage(
        "web/index.ts",
        format!(
            "const hub = new Hub({{ accessToken: \"{}\" }});\n",
            hf_token(6)
        ),
    );
    sandbox.stage(
        "run it.sh",
        format!("hf auth login --token {}\n", hf_token(7)),
    );
    sandbox.stage(
        ".github/workflows/ci.yml",
        format!("env:\n  HF_TOKEN: {}\n", hf_token(8)),
    );
    sandbox.stage(
        "compose.yaml",
        format!("environment:\n  - HF_TOKEN={}\n", hf_token(9)),
    );
    sandbox.stage("Dockerfile", format!("ENV HF_TOKEN={}\\\n", hf_token(10)));
    sandbox.stage(".env", format!("HF_TOKEN={}\n", hf_token(11)));
    sandbox.stage(".env.example", format!("HF_TOKEN={}\n", hf_token(12)));
    sandbox.stage(
        "get.txt",
        format!(
            "git clone https://me:{}@huggingface.co/me/x\n",
            hf_token(13)
        ),
    );
    sandbox.stage("README.md", format!("Use {}.\n", hf_token(14)));
    sandbox.stage(
        ".gitlab-ci.yml",
        format!("script: curl -H 'Authorization: Bearer {}'\n", hf_token(15)),
    );
    let run = sandbox.guard(&[]);
    run.assert_code(1);
    for seed in 1..=15 {
        run.assert_hides(&hf_token(seed));
    }
    assert!(
        run.stdout.starts_with(".env:1:10: "),
        "the first line is a place"
    );
    assert_eq!(
        run.stdout.matches("os.environ[\"HF_TOKEN\"]").count(),
        2,
        "once for Python, once for notebooks"
    );
    assert_eq!(
        run.stdout.matches("hf-guard allow ").count(),
        16,
        "serve.py holds one secret twice"
    );
    assert!(
        run.stdout
            .ends_with("hf-guard: 17 findings; this blocks the commit.\n")
    );
    assert_eq!(run.stderr, "");
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn one_finding_gets_a_short_message() {
    let sandbox = Sandbox::new();
    sandbox.stage("train.py", format!("\ttoken = \"{}\"\n", hf_token(1)));
    let run = sandbox.guard(&[]);
    run.assert_code(1).assert_hides(&hf_token(1));
    assert!(run.stdout.starts_with("train.py:1:11: "));
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn the_printed_commands_do_what_they_say() {
    let sandbox = Sandbox::new();
    sandbox.stage("keep.py", "x = 1\n");
    sandbox.stage("it's [a] *.py", format!("t = '{}'\n", hf_token(1)));
    let run = sandbox.guard(&[]);
    run.assert_code(1);
    let reset = run
        .stdout
        .lines()
        .find(|line| line.trim_start().starts_with("git reset "))
        .expect("the message says how to leave the file out");
    let done = Run::of(sandbox.command("bash").args(["-c", reset.trim()]));
    done.assert_code(0);
    assert_eq!(
        sandbox.git(&["diff", "--cached", "--name-only"]),
        "keep.py\n"
    );
    sandbox.guard(&[]).assert_code(0);
    sandbox.git(&["add", "--all"]);
    sandbox.write("sub/x", "");
    let mut below = sandbox.command(GUARD);
    let run = Run::of(below.current_dir(sandbox.path().join("sub")));
    run.assert_code(1)
        .assert_stdout("cd \"$(git rev-parse --show-toplevel)\"");
}

#[test]
fn notes_skips_and_accepted_ones_are_told_apart() {
    let normal = Options::default();
    let text = written(&everything(), &normal);
    insta::assert_snapshot!("everything", text);
    assert!(
        !text.contains("accepted.py"),
        "accepted ones are only counted"
    );
    assert_eq!(
        text.matches("hf-guard allow ").count(),
        2,
        "a note needs no entry"
    );
    let listed = Options {
        accepted: Accepted::List,
        detail: Detail::Verbose,
        ..normal
    };
    insta::assert_snapshot!("everything_listed", written(&everything(), &listed));
    let quiet = Options {
        detail: Detail::Quiet,
        ..normal
    };
    insta::assert_snapshot!("everything_quiet", written(&everything(), &quiet));
}

#[test]
fn only_findings_that_count_and_unread_texts_block() {
    let mut outcome = everything();
    outcome
        .findings
        .retain(|finding| finding.confidence == Confidence::Low);
    outcome.skipped.clear();
    outcome.warnings.clear();
    let text = written(&outcome, &Options::default());
    assert!(
        text.starts_with("note.py:1:10: note: Hugging Face"),
        "{text}"
    );
    assert!(
        text.ends_with(
            "hf-guard: 1 note, 3 accepted (--show-accepted lists them); nothing blocks.\n"
        ),
        "{text}"
    );
    assert!(!text.contains("How to fix it"), "{text}");
    let quiet = Options {
        detail: Detail::Quiet,
        ..Options::default()
    };
    assert_eq!(written(&outcome, &quiet), "");
    let mut unread = everything();
    unread.findings.clear();
    unread.accepted.clear();
    let text = written(&unread, &Options::default());
    let told = "hf-guard: 1 text not read; it may hold a secret, so this blocks: make it readable and try again.";
    assert!(text.contains(told), "{text}");
    assert_eq!(written(&Outcome::default(), &Options::default()), "");
}
