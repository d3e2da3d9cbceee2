//! Which configuration counts: the index's, the work tree's, one that is named, or none.

use std::fs;
use std::os::unix::fs::symlink;

use super::{RULE, sandbox_with};
use crate::support::{Run, Sandbox, hf_token, letters};

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
    missing.assert_code(2).assert_stderr("missing.toml");
    sandbox
        .guard(&["--config", "empty.toml", "--no-config"])
        .assert_code(2);
    // A broken file of the repository does not matter to who leaves it out.
    sandbox.stage(".hf-guard.toml", "broken");
    sandbox.guard(&[]).assert_code(2);
    sandbox.guard(&["--no-config"]).assert_code(1);
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
    linked
        .assert_code(2)
        .assert_hides(&secret)
        .assert_stderr("must not be a symbolic link");
    sandbox.git(&["add", ".hf-guard.toml"]);
    let staged = sandbox.guard(&[]);
    staged.assert_code(2).assert_hides(&secret);
    fs::remove_file(sandbox.path().join(".hf-guard.toml")).expect("the link is there");

    sandbox.stage(
        ".hf-guard.toml",
        [&b"# caf\xe9 "[..], secret.as_bytes()].concat(),
    );
    let latin = sandbox.guard(&[]);
    latin
        .assert_code(2)
        .assert_hides(&secret)
        .assert_stderr("must be UTF-8");

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
    large.assert_code(2).assert_stderr("larger than 64 KB");

    let folder = sandbox.guard(&["--config", "."]);
    folder.assert_code(2).assert_stderr("regular file");
}
