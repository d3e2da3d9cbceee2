//! `hf-guard scan PATH…` and `hf-guard scan -`.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

use crate::archives::shell;
use crate::support::{GUARD, Run, Sandbox, hf_token};

#[test]
fn a_folder_is_read_as_gitignore_says() {
    let sandbox = Sandbox::new();
    let (seen, ignored) = (hf_token(1), hf_token(2));
    sandbox.write(".gitignore", "*.log\n");
    sandbox.write("src/deep/.env", format!("HF_TOKEN={seen}\n"));
    sandbox.write("run.log", &ignored);
    let run = sandbox.guard(&["scan", "."]);
    run.assert_code(1)
        .assert_hides(&seen)
        .assert_hides(&ignored)
        .assert_stdout("src/deep/.env:1:10");
    assert!(!run.stdout.contains("run.log"), "{}", run.stdout);
    sandbox.guard(&["scan", "run.log"]).assert_code(1);
}

#[test]
fn what_is_tracked_and_ignored_is_read() {
    let sandbox = Sandbox::new();
    let token = hf_token(3);
    sandbox.stage("conf/.env", format!("HF_TOKEN={token}\n"));
    sandbox.stage("gone/.env", "a");
    sandbox.stage("away/.env", "a");
    sandbox.write(".gitignore", ".env\nconf/\n");
    sandbox.commit_all("first");
    fs::remove_dir_all(sandbox.path().join("gone")).expect("it can be removed");
    fs::rename(
        sandbox.path().join("away"),
        sandbox.root().join("elsewhere"),
    )
    .expect("it can be moved");
    fs::write(sandbox.root().join("elsewhere/.env"), hf_token(4)).expect("it can be written");
    std::os::unix::fs::symlink("../elsewhere", sandbox.path().join("away"))
        .expect("a link can be made");
    for folder in [
        ".",
        "conf",
        "./conf/",
        sandbox.path().to_str().expect("ASCII"),
    ] {
        let run = sandbox.guard(&["scan", folder]);
        run.assert_code(1).assert_hides(&token);
        assert_eq!(run.stdout.matches("huggingface-user-token").count(), 1);
        run.assert_stdout("conf/.env:1:10");
    }
    sandbox.guard(&["scan", "away"]).assert_code(2);
    sandbox.write("conf/.env", "HF_TOKEN=\n");
    sandbox.write("other/.env", format!("HF_TOKEN={token}\n"));
    sandbox.guard(&["scan", "."]).assert_code(0);
}

pub(crate) fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it can be changed");
}

/// What runs the command behind it as somebody who may not read everything, as root may.
pub(crate) fn without_privileges(sandbox: &Sandbox) -> Command {
    let is_root = fs::metadata("/proc/self").expect("it is there").uid() == 0;
    let mut command = sandbox.command(if is_root { "setpriv" } else { "env" });
    if is_root {
        command.args(["--reuid=65534", "--clear-groups", "--bounding-set=-all"]);
        // git reads no repository of somebody else.
        shell(sandbox, "chown -R 65534 \"$PWD\"");
    }
    command
}

#[test]
fn a_tracked_file_in_an_ignored_folder_that_cannot_be_read_is_told() {
    let sandbox = Sandbox::new();
    sandbox.stage("conf/.env", "HF_TOKEN=\n");
    sandbox.write(".gitignore", "conf/\n");
    sandbox.commit_all("first");
    let mut scan = without_privileges(&sandbox);
    scan.args([crate::support::GUARD, "scan", "."]);
    set(sandbox.root(), 0o755);
    set(&sandbox.path().join("conf"), 0);
    let run = crate::support::Run::of(&mut scan);
    set(&sandbox.path().join("conf"), 0o755);
    run.assert_code(2);
    let told = "conf/.env: not read: ";
    assert!(run.stdout.contains(told), "{run:?}");
}

#[test]
fn a_folder_that_cannot_be_read_is_told_without_the_secret_in_its_name() {
    let sandbox = Sandbox::new();
    let token = hf_token(5);
    let folder = sandbox.path().join(format!("a/{token}"));
    fs::create_dir_all(&folder).expect("a folder can be made");
    let mut scan = without_privileges(&sandbox);
    scan.args([crate::support::GUARD, "scan", "a"]);
    set(sandbox.root(), 0o755);
    set(&folder, 0);
    let run = crate::support::Run::of(&mut scan);
    set(&folder, 0o755);
    run.assert_code(2).assert_hides(&token);
    let told = format!("a/{}…(37): not read: permission denied", &token[..7]);
    assert!(run.stdout.contains(&told), "{run:?}");
}

#[test]
fn the_repository_s_own_folder_is_left_out_unless_it_is_named() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.git(&[
        "remote",
        "add",
        "hub",
        &format!("https://user:{token}@huggingface.co/a/b"),
    ]);
    sandbox.guard(&["scan", "."]).assert_code(0);
    sandbox
        .guard(&["scan", ".git/config"])
        .assert_code(1)
        .assert_hides(&token);
}

#[test]
fn a_path_is_reported_from_the_root_wherever_the_caller_stands() {
    let sandbox = Sandbox::new();
    sandbox.write("sub/a.py", hf_token(1));
    let mut command = sandbox.command(crate::support::GUARD);
    command
        .current_dir(sandbox.path().join("sub"))
        .args(["scan", "--format=json", "a.py"]);
    let run = crate::support::Run::of(&mut command);
    run.assert_code(1).assert_stdout("sub/a.py");
}

#[test]
fn links_are_read_as_links() {
    let sandbox = Sandbox::new();
    let outside = sandbox.root().join("outside.txt");
    fs::write(&outside, hf_token(1)).expect("a file can be written");
    std::os::unix::fs::symlink(&outside, sandbox.path().join("out")).expect("a link can be made");
    sandbox.write("in.txt", "clean\n");
    std::os::unix::fs::symlink("in.txt", sandbox.path().join("in")).expect("a link can be made");
    sandbox.guard(&["scan", "."]).assert_code(0);
    sandbox.guard(&["scan", "in"]).assert_code(0);
    let named = sandbox.guard(&["scan", "out"]);
    named.assert_code(2);
    assert!((named.stdout + &named.stderr).contains("link that is not followed"));

    let token = hf_token(2);
    std::os::unix::fs::symlink(&token, sandbox.path().join("points")).expect("a link can be made");
    sandbox
        .guard(&["scan", "."])
        .assert_code(1)
        .assert_hides(&token);
}

#[test]
fn a_pipe_in_a_folder_does_not_hang() {
    let sandbox = Sandbox::new();
    assert!(
        sandbox
            .command("mkfifo")
            .arg("pipe")
            .status()
            .expect("mkfifo runs")
            .success()
    );
    sandbox.write("a.py", hf_token(1));
    sandbox.guard(&["scan", "."]).assert_code(1);
}

#[test]
fn a_pipe_that_is_named_is_read_and_a_device_is_not() {
    let sandbox = Sandbox::new();
    let token = hf_token(3);
    let call = |line: &str| {
        let mut command = sandbox.command("bash");
        Run::of(
            command
                .args(["-c", line])
                .env("GUARD", GUARD)
                .env("T", &token),
        )
    };
    for line in [
        "\"$GUARD\" scan <(echo \"$T\")",
        "echo \"$T\" | \"$GUARD\" scan /dev/stdin",
    ] {
        call(line).assert_code(1).assert_hides(&token);
    }
    for device in ["/dev/zero", "/dev/null"] {
        let run = sandbox.guard(&["scan", device]);
        run.assert_code(2);
        assert!(run.stdout.contains("a device, which may have no end"));
    }
    for line in ["scan - <&-", "scan - </dev/null", "scan - </dev/zero"] {
        let run = call(&format!("\"$GUARD\" {line}"));
        run.assert_code(2);
        let told = "it is closed, or a device such as /dev/null; pipe the text in";
        assert!(run.stderr.contains(told), "{line}: {run:?}");
    }
    call(": | \"$GUARD\" scan -").assert_code(0);
}

#[test]
fn the_name_of_an_empty_folder_is_read() {
    let sandbox = Sandbox::new();
    for (before, after) in [("a", "z"), ("z", "a")] {
        let token = hf_token(4);
        let folder = sandbox.path().join(format!("{before}/{token}"));
        fs::create_dir_all(&folder).expect("it can be made");
        sandbox.write(format!("{after}/b.py"), "print(1)\n");
        let run = sandbox.guard(&["scan", "."]);
        run.assert_code(1).assert_hides(&token);
        assert!(run.stdout.contains("in the file's name"), "{run:?}");
        fs::remove_dir(&folder).expect("it is empty");
        sandbox.guard(&["scan", "."]).assert_code(0);
    }
}

#[test]
fn what_is_missing_or_unreadable_is_exit_2() {
    let sandbox = Sandbox::new();
    let run = sandbox.guard(&["scan", "no-such-file"]);
    run.assert_code(2).assert_stderr("no-such-file");
}

#[test]
fn a_name_that_holds_a_token_is_found_and_masked() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.write(format!("{token}.txt"), "clean\n");
    sandbox
        .guard(&["scan", "."])
        .assert_code(1)
        .assert_hides(&token);
}

#[test]
fn many_files_come_out_in_order() {
    let sandbox = Sandbox::new();
    for file in 0..200 {
        sandbox.write(format!("f{file:03}.py"), hf_token(file));
    }
    let run = sandbox.guard(&["scan", "--color=never", "."]);
    run.assert_code(1);
    let seen: Vec<usize> = (0..200)
        .map(|file| {
            run.stdout
                .find(&format!("f{file:03}.py:1:1"))
                .expect("each file is reported")
        })
        .collect();
    assert!(seen.is_sorted());
}

#[test]
fn standard_input_counts_as_added() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    let run = sandbox.guard_with_input(
        &["scan", "-"],
        format!("ok\nexport HF_TOKEN={token}\n").as_bytes(),
    );
    run.assert_code(1)
        .assert_hides(&token)
        .assert_stdout("<stdin>:2:17");
    sandbox
        .guard_with_input(&["scan", "-"], b"nothing here\n")
        .assert_code(0);
}
