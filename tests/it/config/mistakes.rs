//! Mistakes stop the run: with a line, a column and a suggestion, and without a word of the file.

use super::{assert_refused, sandbox_with};
use crate::support::letters;

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
            "this entry does not say what it accepts; add `fingerprint`, `rule`, `path`, `secret_sha256` or `regex`",
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
