//! Configuration and environment that a person may have, and that must change nothing.

use crate::findings::assert_reports;
use crate::support::{GUARD, Run, Sandbox, hf_token};

/// Settings that blind or break tools that read what `git diff` prints.
const SETTINGS: &[(&str, &str)] = &[
    ("color.ui", "always"),
    ("color.diff", "always"),
    ("core.abbrev", "4"),
    ("core.fsmonitor", "false"),
    ("core.ignoreCase", "true"),
    ("core.pager", "cat >/dev/null"),
    ("core.precomposeUnicode", "true"),
    ("core.preloadIndex", "false"),
    ("core.quotePath", "true"),
    ("core.quotePath", "false"),
    ("core.trustctime", "false"),
    ("core.untrackedCache", "true"),
    ("core.whitespace", "cr-at-eol"),
    ("diff.algorithm", "patience"),
    ("diff.algorithm", "no-such-algorithm"),
    ("diff.context", "0"),
    ("diff.dirstat", "lines"),
    ("diff.external", "true"),
    ("diff.ignoreSubmodules", "all"),
    ("diff.indentHeuristic", "false"),
    ("diff.interHunkContext", "1000"),
    ("diff.mnemonicPrefix", "true"),
    ("diff.noprefix", "true"),
    ("diff.orderFile", "/no/such/file"),
    ("diff.relative", "true"),
    ("diff.renameLimit", "1"),
    ("diff.renames", "copies"),
    ("diff.renames", "false"),
    ("diff.srcPrefix", "x/"),
    ("diff.submodule", "log"),
    ("diff.suppressBlankEmpty", "true"),
    ("diff.wordRegex", "."),
    ("diff.wsErrorHighlight", "all"),
    ("feature.experimental", "true"),
    ("feature.manyFiles", "true"),
    ("format.pretty", "oneline"),
    ("i18n.commitEncoding", "UTF-16"),
    ("index.threads", "4"),
    ("log.showSignature", "true"),
    ("status.relativePaths", "false"),
];

/// Environment variables of git that a shell may export.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("GIT_ADVICE", "0"),
    ("GIT_ATTR_SOURCE", "HEAD"),
    (
        "GIT_CONFIG_PARAMETERS",
        "'diff.external'='true' 'color.ui'='always'",
    ),
    ("GIT_DIFF_OPTS", "-u0"),
    ("GIT_EXTERNAL_DIFF", "true"),
    ("GIT_FLUSH", "0"),
    ("GIT_GLOB_PATHSPECS", "1"),
    ("GIT_ICASE_PATHSPECS", "1"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_NAMESPACE", "other"),
    ("GIT_NOGLOB_PATHSPECS", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_PAGER", "cat >/dev/null"),
    ("GIT_PREFIX", "no/such/folder/"),
    ("GIT_TRACE", "1"),
    ("GIT_TRACE", "2"),
    ("GIT_TRACE_SETUP", "1"),
    ("GREP_OPTIONS", "-v"),
    ("LC_ALL", "C"),
    ("LANG", "de_DE.ISO-8859-1"),
    ("POSIXLY_CORRECT", "1"),
    ("TERM", "dumb"),
];

/// Two folders, a rename, and a token in a file whose name wants quotes; once as git likes it, once in a format that
/// only git's plumbing may be able to read.
fn sandboxes(token: &str) -> [Sandbox; 2] {
    [false, true].map(|split| {
        let sandbox = Sandbox::new();
        sandbox.write("dir/ä \"b\".py", "one\n");
        sandbox.write("other/c.py", "one\n".repeat(40));
        sandbox.commit_all("first");
        sandbox.git(&["mv", "other/c.py", "dir/d.py"]);
        sandbox.stage("dir/ä \"b\".py", format!("one\nkey = \"{token}\"\n"));
        if split {
            sandbox.git(&["update-index", "--split-index"]);
        }
        sandbox
    })
}

const SCAN: [&str; 4] = ["scan", "--staged", "--format", "json"];

#[test]
fn no_setting_of_the_user_hides_a_token() {
    let token = hf_token(801);
    for sandbox in sandboxes(&token) {
        for (key, value) in SETTINGS {
            let settings = sandbox.root().join("home/.gitconfig");
            std::fs::write(&settings, "").expect("the file can be written");
            sandbox.git(&["config", "--global", key, value]);
            for folder in ["dir", "other"] {
                let folder = sandbox.path().join(folder);
                std::fs::create_dir_all(&folder).expect("the folder can be made");
                let run = sandbox.guard_in(&folder, &SCAN);
                assert_eq!(run.code, 1, "{key}={value}: {}", run.stderr);
                assert_reports(&run, &[("dir/ä \"b\".py", 2, token.as_str())]);
            }
        }
    }
}

#[test]
fn no_setting_of_the_repository_hides_a_token() {
    let token = hf_token(802);
    for sandbox in sandboxes(&token) {
        for (key, value) in SETTINGS {
            // `git config` itself would refuse to go on after a bad value.
            sandbox.git(&[
                "config",
                "--file",
                ".git/config",
                "--replace-all",
                key,
                value,
            ]);
            let run = sandbox.guard(&SCAN);
            assert_eq!(run.code, 1, "{key}={value}: {}", run.stderr);
            assert_reports(&run, &[("dir/ä \"b\".py", 2, token.as_str())]);
        }
    }
}

#[test]
fn no_variable_of_the_environment_hides_a_token() {
    let token = hf_token(803);
    for sandbox in sandboxes(&token) {
        for (name, value) in ENVIRONMENT {
            let run = Run::of(sandbox.command(GUARD).env(name, value).args(SCAN));
            assert_eq!(run.code, 1, "{name}={value}: {}", run.stderr);
            assert_reports(&run, &[("dir/ä \"b\".py", 2, token.as_str())]);
        }
    }
}

#[test]
fn a_configuration_that_git_cannot_read_lets_no_token_pass() {
    let token = hf_token(804);
    for sandbox in sandboxes(&token) {
        for broken in [
            "[core\n",
            "[core]\n\tbare = maybe\n",
            "\0\0\0",
            "[include]\n\tpath = config\n",
        ] {
            std::fs::write(sandbox.root().join("home/.gitconfig"), broken)
                .expect("it can be written");
            let run = sandbox.guard(&SCAN);
            assert_ne!(run.code, 0, "{broken:?}");
            run.assert_hides(&token);
        }
    }
}

#[test]
fn a_path_without_git_on_it_is_enough_for_a_common_repository() {
    let token = hf_token(805);
    let [common, split] = sandboxes(&token);
    let scan = |sandbox: &Sandbox| {
        // What a program started from a desktop may have.
        Run::of(
            sandbox
                .command(GUARD)
                .env("PATH", "/no/such/folder")
                .args(SCAN),
        )
    };
    assert_reports(&scan(&common), &[("dir/ä \"b\".py", 2, token.as_str())]);
    assert_ne!(scan(&split).assert_hides(&token).code, 0);
    let run = Run::of(common.command(GUARD).env_clear().args(SCAN));
    assert_reports(&run, &[("dir/ä \"b\".py", 2, token.as_str())]);
}
