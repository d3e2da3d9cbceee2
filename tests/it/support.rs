//! A hermetic repository and the ways to run git and `hf-guard` in it.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;

/// A temporary folder with a repository `repo` and a home of its own.
pub struct Sandbox {
    root: tempfile::TempDir,
    work_dir: PathBuf,
}

impl Sandbox {
    /// A fresh repository with the branch `main` and no commit.
    #[track_caller]
    pub fn new() -> Self {
        Self::with_init_options(&[])
    }

    /// The same, with more options for `git init`, such as `--object-format=sha256`.
    #[track_caller]
    pub fn with_init_options(options: &[&str]) -> Self {
        let root = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir(root.path().join("home")).expect("the home can be made");
        let work_dir = root.path().join("repo");
        fs::create_dir(&work_dir).expect("the work tree can be made");
        let sandbox = Self { root, work_dir };
        let mut arguments = vec!["init", "--quiet", "--initial-branch=main"];
        arguments.extend(options);
        sandbox.git(&arguments);
        sandbox
    }

    /// The work tree.
    pub fn path(&self) -> &Path {
        &self.work_dir
    }

    /// The folder around the work tree; other clones go here.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// `program` in the work tree, with an environment that holds nothing of the machine's.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.work_dir)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.root.path().join("home"))
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "A. Author")
            .env("GIT_AUTHOR_EMAIL", "author@example.org")
            .env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z")
            .env("GIT_COMMITTER_NAME", "C. Committer")
            .env("GIT_COMMITTER_EMAIL", "committer@example.org")
            .env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_EDITOR", "true")
            .stdin(Stdio::null());
        command
    }

    /// Runs git and gives its standard output; any failure fails the test.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        let run = Run::of(self.command("git").args(arguments));
        assert_eq!(run.code, 0, "git {arguments:?}: {}", run.stderr);
        run.stdout
    }

    /// Runs git and gives whatever came of it.
    #[track_caller]
    pub fn try_git(&self, arguments: &[&str]) -> Run {
        Run::of(self.command("git").args(arguments))
    }

    /// Runs `hf-guard`.
    #[track_caller]
    pub fn guard(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(GUARD).args(arguments))
    }

    /// Runs `hf-guard` in `folder`.
    #[track_caller]
    pub fn guard_in(&self, folder: &Path, arguments: &[&str]) -> Run {
        Run::of(self.command(GUARD).current_dir(folder).args(arguments))
    }

    /// Runs `hf-guard` with `input` on its standard input.
    #[track_caller]
    pub fn guard_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        run_with_input(self.command(GUARD).args(arguments), input)
    }

    /// Runs `hf-guard` and interrupts it while it waits for the commits of a history, which a slow git lists.
    #[track_caller]
    pub fn interrupted_at_git(&self, arguments: &[&str]) -> Run {
        let tools = self.root().join("tools");
        fs::create_dir(&tools).expect("the folder can be made");
        let asked = self.root().join("asked");
        let path = std::env::var("PATH").expect("there is one");
        let script = format!(
            "case \"$*\" in *--date-order*) touch '{}'; exec sleep 20;; esac\nPATH='{path}' exec git \"$@\"",
            asked.display()
        );
        write_script(&tools.join("git"), &script);
        let child = self
            .command(GUARD)
            .args(arguments)
            .env("PATH", format!("{}:{path}", tools.display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let started = Instant::now();
        while !asked.exists() {
            let waited = started.elapsed();
            assert!(waited < Duration::from_secs(30), "git was never asked");
            std::thread::sleep(Duration::from_millis(20));
        }
        signal(&child, "INT");
        Run::from(child.wait_with_output().expect("the program ends"))
    }

    /// Writes a file of the work tree, with the folders above it.
    #[track_caller]
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.work_dir.join(path);
        let folder = path.parent().expect("a file has a folder");
        fs::create_dir_all(folder).expect("the folder can be made");
        fs::write(path, content).expect("the file can be written");
    }

    /// Writes a file and stages it.
    #[track_caller]
    pub fn stage(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write(path, content);
        self.git(&["add", "--force", "--", path]);
    }

    /// Runs git in `folder`, with an environment that holds nothing of the machine's.
    #[track_caller]
    pub fn git_in(&self, folder: &Path, arguments: &[&str]) -> Run {
        Run::of(self.command("git").current_dir(folder).args(arguments))
    }

    /// Runs git with `input` on its standard input and gives its standard output; any failure fails the test.
    #[track_caller]
    pub fn git_with_input(&self, arguments: &[&str], input: &[u8]) -> String {
        let run = run_with_input(self.command("git").args(arguments), input);
        assert_eq!(run.code, 0, "git {arguments:?}: {}", run.stderr);
        run.stdout
    }

    /// Makes git run `hf-guard` as the hooks pre-commit and pre-merge-commit of the repository of `folder`.
    #[track_caller]
    pub fn install_hooks(&self, folder: &Path) {
        let hooks = self.git_in(
            folder,
            &["rev-parse", "--path-format=absolute", "--git-path", "hooks"],
        );
        let hooks = PathBuf::from(hooks.assert_code(0).stdout.trim_end());
        fs::create_dir_all(&hooks).expect("the hook folder can be made");
        for hook in ["pre-commit", "pre-merge-commit"] {
            write_script(
                &hooks.join(hook),
                &format!("exec '{GUARD}' hook {hook} \"$@\""),
            );
        }
    }

    /// Everything that HEAD of `folder` reaches, in one string and without NUL bytes (so that UTF-16 reads as ASCII).
    #[track_caller]
    pub fn history(&self, folder: &Path) -> String {
        let every_object =
            "git rev-list --objects --no-object-names HEAD | git cat-file --batch --buffer";
        let run = Run::of(
            self.command("sh")
                .current_dir(folder)
                .args(["-c", every_object]),
        );
        run.assert_code(0).stdout.replace('\0', "")
    }

    /// Stages everything and commits it, past any hook.
    #[track_caller]
    pub fn commit_all(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&[
            "commit",
            "--quiet",
            "--no-verify",
            "--allow-empty",
            "--message",
            message,
        ]);
    }
}

/// Runs `command` to its end with `input` on its standard input, which it need not read.
#[track_caller]
pub fn run_with_input(command: &mut Command, input: &[u8]) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("the program ends");
    match writer.join().expect("the writer does not panic") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => panic!("{error}"),
        _ => Run::from(output),
    }
}

/// Sends `child` the signal `name`, such as `INT`.
#[track_caller]
pub fn signal(child: &Child, name: &str) {
    let mut kill = Command::new("kill");
    Run::of(kill.args(["-s", name, &child.id().to_string()])).assert_code(0);
}

/// Writes `body` as an executable shell script.
#[track_caller]
pub fn write_script(path: &Path, body: &str) {
    executable(path, &format!("#!/bin/sh\n{body}\n"));
}

/// Writes an executable file, with the folders above it.
#[track_caller]
pub fn executable(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
    fs::write(path, text).expect("the file can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("the mode can be set");
}

/// The binary under test.
pub const GUARD: &str = env!("CARGO_BIN_EXE_hf-guard");

/// What a program did.
#[derive(Debug)]
pub struct Run {
    /// Its exit code; 128 and the signal's number where a signal ended it.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Run {
    /// Runs `command` to its end.
    #[track_caller]
    pub fn of(command: &mut Command) -> Self {
        Self::from(command.output().expect("the program starts"))
    }

    /// Runs `command`, which must end by itself within `limit`.
    #[track_caller]
    pub fn within(limit: Duration, command: &mut Command) -> Self {
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let pid = child.id().to_string();
        let (ended, ends) = mpsc::channel::<()>();
        let watchdog = std::thread::spawn(move || {
            let late = ends.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout);
            if late {
                Command::new("kill")
                    .args(["-KILL", &pid])
                    .status()
                    .expect("kill starts");
            }
            late
        });
        let output = child.wait_with_output().expect("the program ends");
        drop(ended);
        let late = watchdog.join().expect("the watchdog does not panic");
        assert!(!late, "it ran for more than {limit:?}: {command:?}");
        Self::from(output)
    }

    /// Asserts the exit code, and shows the output where it differs.
    #[track_caller]
    pub fn assert_code(&self, code: i32) -> &Self {
        assert_eq!(
            self.code, code,
            "stdout: {}\nstderr: {}",
            self.stdout, self.stderr
        );
        self
    }

    /// Asserts that standard output holds `part`, and shows the output where it does not.
    #[track_caller]
    pub fn assert_stdout(&self, part: &str) -> &Self {
        self.assert_holds(&self.stdout, part)
    }

    /// The same of standard error.
    #[track_caller]
    pub fn assert_stderr(&self, part: &str) -> &Self {
        self.assert_holds(&self.stderr, part)
    }

    #[track_caller]
    fn assert_holds(&self, stream: &str, part: &str) -> &Self {
        assert!(
            stream.contains(part),
            "no {part:?} in it\nstdout: {}\nstderr: {}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Its standard output, which must be one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }

    /// Asserts that neither stream holds `secret`, nor eight of its bytes past a prefix of eight.
    #[track_caller]
    pub fn assert_hides(&self, secret: &str) -> &Self {
        for stream in [&self.stdout, &self.stderr] {
            assert!(!stream.contains(secret), "the secret was printed");
            let tail = &secret[secret.len().min(8)..];
            for at in 0..tail.len().saturating_sub(7) {
                assert!(
                    !stream.contains(&tail[at..at + 8]),
                    "a part of the secret was printed"
                );
            }
        }
        self
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        let status = output.status;
        let code = status
            .code()
            .or_else(|| status.signal().map(|signal| 128 + signal));
        Self {
            code: code.expect("a process ends by itself or by a signal"),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A Hugging Face user token that nobody owns; another `seed`, another token.
pub fn hf_token(seed: u64) -> String {
    format!("hf_{}", letters(seed, 34))
}

/// `len` letters that look random and are the same in every run.
pub fn letters(seed: u64, len: usize) -> String {
    const LETTERS: &[u8; 52] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    (0..len)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(LETTERS[(state >> 33) as usize % LETTERS.len()])
        })
        .collect()
}
