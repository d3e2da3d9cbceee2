//! git's own plumbing commands, for what libgit2 or our index reader cannot read.
//!
//! In: the repository that the environment and the current directory name. Out: where it is, HEAD and objects. The user's
//! configuration is kept out, replace refs are ignored and nothing is fetched; whatever does not end well, or gives less
//! than it should, is an error.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use bstr::{BString, ByteSlice};

use super::error::last_line;
use super::hash::{Algorithm, Kind};
use super::{GitError, Oid};

/// A repository that git reads for us.
#[derive(Debug)]
pub(super) struct Git {
    directory: PathBuf,
    algorithm: Algorithm,
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_dir: Option<PathBuf>,
    cat_file: Mutex<Option<CatFile>>,
}

/// Variables through which a user's settings reach git; those that name the repository's files stay.
const SETTINGS: [&str; 8] = [
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_SYSTEM",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_LITERAL_PATHSPECS",
];

impl Git {
    /// Asks git, with the user's own configuration, whether it accepts the repository.
    ///
    /// # Errors
    /// [`GitError::Owner`] where it does not trust its owner, [`GitError::GitFailed`] where it refuses otherwise.
    pub(super) fn ask_whether_trusted(directory: &Path) -> Result<(), GitError> {
        let mut command = Command::new("git");
        command
            .current_dir(directory)
            .env("LC_ALL", "C")
            .args(["rev-parse", "--git-dir"]);
        match output(command, "rev-parse --git-dir") {
            Ok(_) => Ok(()),
            Err(GitError::GitFailed { said, .. }) if said.starts_with("git config") => {
                Err(GitError::Owner { advice: said })
            }
            Err(other) => Err(other),
        }
    }

    /// Finds the repository that the environment and `directory` name. Call it only where git has accepted it.
    ///
    /// # Errors
    /// [`GitError`] where there is none or it cannot be read.
    pub(super) fn open(directory: &Path) -> Result<Self, GitError> {
        let [format, is_inside, git_dir, common_dir] = facts(
            directory,
            [
                "--show-object-format",
                "--is-inside-work-tree",
                "--git-dir",
                "--git-common-dir",
            ],
        )?;
        let algorithm = match &**format {
            b"sha1" => Algorithm::Sha1,
            b"sha256" => Algorithm::Sha256,
            _ => return Err(unclear("rev-parse --show-object-format")),
        };
        let work_dir = match &**is_inside {
            b"true" => {
                let [top] = facts(directory, ["--show-toplevel"])?;
                Some(to_path(&top)?)
            }
            _ => None,
        };
        Ok(Self {
            directory: directory.to_path_buf(),
            algorithm,
            git_dir: to_path(&git_dir)?,
            common_dir: to_path(&common_dir)?,
            work_dir,
            cat_file: Mutex::new(None),
        })
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(super) fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    pub(super) fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    pub(super) fn work_dir(&self) -> Option<&Path> {
        self.work_dir.as_deref()
    }

    /// The commit of HEAD; `None` where the branch has none yet.
    ///
    /// # Errors
    /// [`GitError`] where HEAD or its branch is broken.
    pub(super) fn head(&self) -> Result<Option<Oid>, GitError> {
        let arguments = ["rev-parse", "--verify", "HEAD^{commit}"];
        let failed = match run(&self.directory, &arguments) {
            Ok(said) => {
                return match Oid::from_hex(said.trim()) {
                    Some(oid) => Ok(Some(oid)),
                    None => Err(unclear("rev-parse")),
                };
            }
            Err(failed) => failed,
        };
        // It is unborn only if HEAD names a branch and git, without a word of complaint, knows no such ref.
        let Ok(branch) = run(&self.directory, &["symbolic-ref", "HEAD"]) else {
            return Err(failed);
        };
        let arguments = ["for-each-ref", "--format=%(refname)"];
        let mut command = command(&self.directory, &arguments);
        command.arg(to_path(branch.trim())?);
        let answer = command.output().map_err(|source| GitError::StartGit {
            command: arguments[0].to_owned(),
            source,
        })?;
        let is_known = ByteSlice::lines(&*answer.stdout).any(|line| line == branch.trim());
        if answer.status.success() && answer.stderr.is_empty() && !is_known {
            Ok(None)
        } else {
            Err(failed)
        }
    }

    /// An object; `None` where there is none of that name.
    ///
    /// # Errors
    /// [`GitError`] where git cannot read it.
    pub(super) fn read(&self, oid: &Oid) -> Result<Option<(Kind, Vec<u8>)>, GitError> {
        let mut slot = self.cat_file.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken out for the time of the question: after an error the next one starts a new process.
        let mut cat_file = match slot.take() {
            Some(running) => running,
            None => CatFile::start(&self.directory)?,
        };
        let object = cat_file.ask(oid).ok_or(GitError::GitAnswer {
            command: CAT_FILE.join(" "),
        })?;
        *slot = Some(cat_file);
        Ok(object)
    }
}

/// The names of all objects.
///
/// # Errors
/// [`GitError`] where git cannot list them, or says a word that it cannot read some.
pub(super) fn every_object(directory: &Path) -> Result<Vec<Oid>, GitError> {
    let arguments = [
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objectname)",
    ];
    let answer = answer(command(directory, &arguments), &arguments.join(" "))?;
    // A pack that it does not know either it leaves out, and ends well.
    if !answer.stderr.is_empty() {
        return Err(GitError::GitFailed {
            command: arguments.join(" "),
            said: last_line(&answer.stderr),
        });
    }
    let names = succeeded(answer, &arguments.join(" "))?;
    ByteSlice::lines(&*names)
        .map(|line| Oid::from_hex(line).ok_or(unclear("cat-file")))
        .collect()
}

/// Runs git in `directory` and gives its standard output.
///
/// # Errors
/// [`GitError`] where git cannot be started or does not succeed.
pub(super) fn run(directory: &Path, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
    output(command(directory, arguments), &arguments.join(" "))
}

/// The same, with the lines in which git complains although it succeeds.
///
/// # Errors
/// As [`run`].
pub(super) fn run_and_listen(
    directory: &Path,
    arguments: &[&str],
) -> Result<(Vec<u8>, Vec<u8>), GitError> {
    let shown = arguments.join(" ");
    let answer = answer(command(directory, arguments), &shown)?;
    let said = answer.stderr.clone();
    Ok((succeeded(answer, &shown)?, said))
}

/// The error for an answer that is not as documented.
pub(super) fn unclear(command: &str) -> GitError {
    GitError::GitAnswer {
        command: command.to_owned(),
    }
}

fn output(command: Command, shown: &str) -> Result<Vec<u8>, GitError> {
    succeeded(answer(command, shown)?, shown)
}

fn answer(mut command: Command, shown: &str) -> Result<Output, GitError> {
    let started = command.stdin(Stdio::null()).output();
    started.map_err(|source| GitError::StartGit {
        command: shown.to_owned(),
        source,
    })
}

/// Runs git in `directory` with `input` on its standard input and gives its standard output.
///
/// # Errors
/// [`GitError`] where git cannot be started or does not succeed.
pub(super) fn run_with_input(
    directory: &Path,
    arguments: &[&str],
    input: Vec<u8>,
) -> Result<Vec<u8>, GitError> {
    let shown = arguments.join(" ");
    let started = |source| GitError::StartGit {
        command: shown.clone(),
        source,
    };
    let mut child = command(directory, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(started)?;
    let questions = child.stdin.take();
    // In a thread of its own: git may answer before it has read everything. Where it stops reading, its exit code says why.
    let writer = std::thread::spawn(move || questions.map(|mut pipe| pipe.write_all(&input)));
    let answer = child.wait_with_output().map_err(started)?;
    drop(writer.join());
    succeeded(answer, &shown)
}

fn succeeded(answer: Output, shown: &str) -> Result<Vec<u8>, GitError> {
    if answer.status.success() {
        Ok(answer.stdout)
    } else {
        Err(GitError::GitFailed {
            command: shown.to_owned(),
            said: last_line(&answer.stderr),
        })
    }
}

fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    for variable in SETTINGS {
        command.env_remove(variable);
    }
    command
        .current_dir(directory)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", null_device())
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_NO_LAZY_FETCH", "1")
        // Grafts rewrite parents as replace refs rewrite objects; a push sends neither.
        .env("GIT_GRAFT_FILE", null_device())
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        // git has accepted the repository before this is ever run.
        .args(["-c", "safe.directory=*", "-c", "core.fsmonitor=false"])
        .args(arguments);
    command
}

fn null_device() -> &'static str {
    if cfg!(windows) { "NUL" } else { "/dev/null" }
}

/// What `git rev-parse` says to each of `questions`.
fn facts<const N: usize>(directory: &Path, questions: [&str; N]) -> Result<[BString; N], GitError> {
    let ask = |questions: &[&str]| {
        let mut arguments = vec!["rev-parse", "--path-format=absolute"];
        arguments.extend(questions);
        run(directory, &arguments)
    };
    let together = ask(&questions)?;
    let lines: Vec<BString> = ByteSlice::lines(&*together).map(BString::from).collect();
    if let Ok(lines) = <[BString; N]>::try_from(lines) {
        return Ok(lines);
    }
    // A path with a newline in it: one question at a time leaves no doubt.
    let mut answers = [const { BString::new(Vec::new()) }; N];
    for (answer, question) in answers.iter_mut().zip(questions) {
        let said = ask(&[question])?;
        *answer = BString::from(said.strip_suffix(b"\n").ok_or(unclear("rev-parse"))?);
    }
    Ok(answers)
}

fn to_path(bytes: &[u8]) -> Result<PathBuf, GitError> {
    match bytes.to_path() {
        Ok(path) if !bytes.is_empty() => Ok(path.to_path_buf()),
        _ => Err(unclear("rev-parse")),
    }
}

const CAT_FILE: [&str; 2] = ["cat-file", "--batch"];

/// A `git cat-file --batch` that runs as long as the repository is open.
#[derive(Debug)]
struct CatFile {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl CatFile {
    fn start(directory: &Path) -> Result<Self, GitError> {
        let mut child = command(directory, &CAT_FILE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| GitError::StartGit {
                command: CAT_FILE.join(" "),
                source,
            })?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(unclear("cat-file --batch"));
        };
        Ok(Self {
            child,
            questions,
            answers: BufReader::new(answers),
        })
    }

    /// The outer `None`: the answer is not as documented. The inner: there is no such object.
    ///
    /// Source: <https://git-scm.com/docs/git-cat-file#_batch_output>
    #[expect(
        clippy::option_option,
        reason = "two kinds of nothing, told apart above"
    )]
    fn ask(&mut self, oid: &Oid) -> Option<Option<(Kind, Vec<u8>)>> {
        writeln!(self.questions, "{oid}").ok()?;
        self.questions.flush().ok()?;
        let mut line = Vec::new();
        self.answers.read_until(b'\n', &mut line).ok()?;
        let words: Vec<&[u8]> = line
            .strip_suffix(b"\n")?
            .split(|byte| *byte == b' ')
            .collect();
        match words[..] {
            [name, b"missing"] if Oid::from_hex(name) == Some(*oid) => Some(None),
            [name, kind, size] if Oid::from_hex(name) == Some(*oid) => {
                let kind = Kind::from_name(kind)?;
                let size: usize = std::str::from_utf8(size).ok()?.parse().ok()?;
                let mut content = Vec::new();
                let limit = u64::try_from(size).ok()?;
                let read = (&mut self.answers)
                    .take(limit)
                    .read_to_end(&mut content)
                    .ok()?;
                let mut newline = [0];
                self.answers.read_exact(&mut newline).ok()?;
                (read == size && newline == *b"\n").then_some(Some((kind, content)))
            }
            _ => None,
        }
    }
}

impl Drop for CatFile {
    fn drop(&mut self) {
        // Every answer was checked when it came; whether the process can still be ended tells nothing more.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
