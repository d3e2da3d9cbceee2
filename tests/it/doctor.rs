//! `hf-guard doctor`: each problem is seen, none is invented, and nothing is changed.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use crate::support::{Run, Sandbox, hf_token};

fn home(sandbox: &Sandbox, name: &str) -> PathBuf {
    let path = sandbox.root().join("home").join(name);
    fs::create_dir_all(path.parent().expect("a file has a folder"))
        .expect("the folder can be made");
    path
}

#[track_caller]
fn write_home(sandbox: &Sandbox, name: &str, content: &str, mode: u32) {
    let path = home(sandbox, name);
    fs::write(&path, content).expect("the file can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode can be set");
}

/// A repository without a problem.
fn healthy() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", ".env\n");
    sandbox.guard(&["install"]).assert_code(0);
    sandbox
}

#[track_caller]
fn assert_told(run: &Run, parts: &[&str]) {
    run.assert_code(1);
    for part in parts {
        run.assert_stdout(part);
    }
}

#[test]
fn a_healthy_machine_has_no_problem() {
    let sandbox = healthy();
    write_home(&sandbox, ".cache/huggingface/token", &hf_token(1), 0o600);
    write_home(&sandbox, ".bash_history", "ls\nhf auth login\n", 0o600);
    write_home(
        &sandbox,
        ".bashrc",
        "export HF_TOKEN=\"$(cat ~/.cache/huggingface/token)\"\n",
        0o644,
    );
    sandbox.git(&[
        "remote",
        "add",
        "origin",
        "https://huggingface.co/acme/bert",
    ]);
    let run = sandbox.guard(&["doctor"]);
    run.assert_code(0);
    assert_eq!(run.stdout, "hf-guard: no problem.\n");
}

#[test]
fn files_that_others_can_read_are_told() {
    let sandbox = healthy();
    let token = hf_token(1);
    write_home(&sandbox, ".cache/huggingface/token", &token, 0o644);
    write_home(&sandbox, ".netrc", "machine x\n", 0o640);
    write_home(&sandbox, ".git-credentials", "https://u:p@x\n", 0o600);
    let run = sandbox.guard(&["doctor"]);
    run.assert_hides(&token);
    assert_told(
        &run,
        &[
            "token: others on this machine may read it (mode 644)\n    chmod 600 /",
            ".netrc: others on this machine may read it (mode 640)",
            ".git-credentials: git keeps passwords in it as plain text",
            "hf-guard: 3 problems.",
        ],
    );
    // It only looks.
    let mode = fs::metadata(home(&sandbox, ".netrc"))
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn what_a_shell_remembers_and_reads_is_scanned() {
    let sandbox = healthy();
    let (typed, exported) = (hf_token(1), hf_token(2));
    write_home(
        &sandbox,
        ".zsh_history",
        &format!(": 1:0;ls\n: 2:0;hf auth login --token {typed}\n"),
        0o600,
    );
    write_home(
        &sandbox,
        ".bashrc",
        &format!("export HF_TOKEN={exported}\n"),
        0o600,
    );
    let run = sandbox.guard(&["doctor"]);
    run.assert_hides(&typed).assert_hides(&exported);
    assert_told(
        &run,
        &[
            ".zsh_history:2: Hugging Face user access token hf_",
            "revoke it, then: sed -i.old '2d' ",
            ".bashrc:1: Hugging Face user access token hf_",
            "hf-guard: 2 problems.",
        ],
    );
}

#[test]
fn a_token_is_seen_wherever_git_keeps_an_address() {
    let sandbox = healthy();
    let token = hf_token(1);
    let address = format!("https://ada:{token}@hub.example/");
    sandbox.git(&["remote", "add", "origin", "https://hub.example/a"]);
    for (key, value, told, fix) in [
        (
            "remote.origin.pushurl".to_owned(),
            format!("{address}a"),
            "git config remote.origin.pushurl: ",
            "git remote set-url --push origin https://hub.example/a\n",
        ),
        (
            "remote.origin.url".to_owned(),
            format!("https://ada@hub.example/a?token={token}"),
            "git config remote.origin.url: ",
            "git remote set-url origin URL\n",
        ),
        (
            format!("url.{address}.insteadOf"),
            "hub:".to_owned(),
            "git config url.https://ada:hf_",
            "git config --edit ",
        ),
        (
            "http.https://hub.example/.extraHeader".to_owned(),
            format!("Authorization: Bearer {token}"),
            "git config http.https://hub.example/.extraheader: Hugging Face user access token hf_",
            "git config --edit ",
        ),
    ] {
        sandbox.git(&["config", &key, &value]);
        let run = sandbox.guard(&["doctor"]);
        run.assert_hides(&token);
        assert_told(&run, &[told, fix, "hf-guard: 1 problem."]);
        if key == "remote.origin.url" {
            sandbox.git(&["config", &key, "https://hub.example/a"]);
        } else {
            sandbox.git(&["config", "--unset", &key]);
        }
    }
}

#[test]
fn one_command_takes_all_lines_out_of_a_history() {
    let sandbox = healthy();
    let (one, other) = (hf_token(1), hf_token(2));
    let typed = format!("a {one}\nls\nb {other} {one}\npwd\n");
    write_home(&sandbox, ".bash_history", &typed, 0o600);
    let run = sandbox.guard(&["doctor"]);
    let fix = run
        .stdout
        .lines()
        .find_map(|line| line.trim().strip_prefix("revoke it, then: "))
        .expect("there is a way");
    assert!(fix.contains("'1d;3d'"), "{fix}");
    Run::of(sandbox.command("sh").args(["-c", fix])).assert_code(0);
    let left = fs::read_to_string(home(&sandbox, ".bash_history")).expect("it is there");
    assert_eq!(left, "ls\npwd\n");
}

#[test]
fn a_token_in_a_remote_s_address_is_told_without_it() {
    let sandbox = healthy();
    let token = hf_token(1);
    sandbox.git(&[
        "remote",
        "add",
        "origin",
        &format!("https://ada:{token}@huggingface.co/acme/bert"),
    ]);
    let run = sandbox.guard(&["doctor"]);
    run.assert_hides(&token);
    assert_told(
        &run,
        &[
            "git config remote.origin.url: Hugging Face user access token hf_",
            "revoke it, then: git remote set-url origin https://huggingface.co/acme/bert\n",
        ],
    );
}

#[test]
fn hooks_that_do_not_run_are_told() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", ".env\n");
    assert_told(
        &sandbox.guard(&["doctor"]),
        &[
            "hooks/pre-commit: this hook is not installed",
            "hf-guard install",
            "2 problems",
        ],
    );

    sandbox.guard(&["install"]).assert_code(0);
    let hook = sandbox.path().join(".git/hooks/pre-commit");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).expect("its mode can be set");
    assert_told(
        &sandbox.guard(&["doctor"]),
        &["pre-commit: it is not executable", "chmod +x", "1 problem."],
    );

    fs::remove_file(&hook).expect("it can be removed");
    symlink("/nowhere/at/all", &hook).expect("a link can be made");
    assert_told(
        &sandbox.guard(&["doctor"]),
        &["pre-commit: a link that leads nowhere", "1 problem."],
    );

    fs::remove_file(&hook).expect("it can be removed");
    crate::support::write_script(&hook, "true");
    assert_told(
        &sandbox.guard(&["doctor"]),
        &["does not call hf-guard", "1 problem."],
    );

    sandbox.write(".pre-commit-config.yaml", "hooks: [{ id: hf-guard }]\n");
    sandbox.guard(&["doctor"]).assert_code(0);
    fs::remove_file(sandbox.path().join(".pre-commit-config.yaml")).expect("it can be removed");

    sandbox.git(&["config", "--global", "core.hooksPath", "/somewhere/else"]);
    assert_told(
        &sandbox.guard(&["doctor"]),
        &["core.hooksPath", "1 problem."],
    );
}

#[test]
fn logins_in_images_and_ci_are_told() {
    let sandbox = healthy();
    sandbox.write(
        "docker/Dockerfile.gpu",
        "FROM x\n# hf auth login\nRUN huggingface-cli login --token $HF_TOKEN\n",
    );
    sandbox.write(
        ".github/workflows/ci.yml",
        "jobs:\n  a:\n    - run: hf auth login --token $T\n",
    );
    sandbox.write("docs/usage.yml", "run: hf auth login\n");
    assert_told(
        &sandbox.guard(&["doctor"]),
        &[
            "Dockerfile.gpu:3: a login while the image is built",
            "--mount=type=secret",
            "ci.yml:3: a login in CI",
            "secrets.HF_TOKEN",
            "2 problems.",
        ],
    );
}

#[test]
fn files_that_the_next_add_would_take_are_told() {
    let sandbox = healthy();
    sandbox.write(".env", "A=1\n");
    sandbox.guard(&["doctor"]).assert_code(0);
    sandbox.write("app/.streamlit/secrets.toml", "a = 1\n");
    sandbox.stage("kaggle.json", "{}\n");
    assert_told(
        &sandbox.guard(&["doctor"]),
        &[
            "secrets.toml: nothing keeps it out of the next `git add .`\n    echo '.streamlit/secrets.toml' >> .gitignore\n",
            "kaggle.json: git tracks it",
            "2 problems.",
        ],
    );
    sandbox.write(".gitignore", "kaggle.json\n.streamlit/\n");
    assert_told(
        &sandbox.guard(&["doctor"]),
        &[".env: nothing keeps it out", "1 problem."],
    );
    fs::remove_file(sandbox.path().join(".env")).expect("it can be removed");
    assert_told(
        &sandbox.guard(&["doctor"]),
        &["nothing keeps a .env out", "1 problem."],
    );
}

#[test]
fn an_image_is_looked_into() {
    let sandbox = healthy();
    let token = hf_token(1);
    sandbox.write(
        "image/config.json",
        format!("{{\"history\": [{{\"created_by\": \"ENV HF_TOKEN={token}\"}}]}}"),
    );
    let mut tar = sandbox.command("tar");
    Run::of(tar.args(["-cf", "image.tar", "image"])).assert_code(0);
    let run = sandbox.guard(&["doctor", "image.tar", "--format", "json"]);
    run.assert_code(1).assert_hides(&token);
    let document = run.json();
    let problem = &document["problems"][0];
    assert_eq!(problem["place"], "image.tar!/image/config.json:1");
    assert!(
        problem["what"]
            .as_str()
            .is_some_and(|what| what.contains("whoever pulls it"))
    );
    let run = sandbox.guard(&["doctor", "missing.tar"]);
    run.assert_code(2).assert_stdout("missing.tar: not read");
}
