//! Git is the oracle: real commits in seven ways, in a main work tree, a linked one and a submodule.
//!
//! Each state mixes staged and unstaged edits, some with tokens that no commit holds yet, and commits them with the
//! hook in place. If the hook lets it pass, the commit must hold none of the new tokens; if the hook stops it, the same
//! command with `--no-verify` must show that the commit would have held one. So what is scanned contains what is
//! committed, and nothing that is not committed stops anybody.
//!
//! A longer run: `HF_GUARD_ORACLE_STATES=5000 cargo test --release --test it oracle::commits`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::random::{Random, states};
use crate::support::{GUARD, Run, Sandbox, hf_token, run_with_input, write_script};

const FILES: [&str; 5] = ["f0.py", "f1.py", "f2.py", "dir/f3.py", "new.py"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Plain,
    All,
    Patch,
    File,
    Include,
    Amend,
    Merge,
}

const WAYS: [Way; 7] = [
    Way::Plain,
    Way::All,
    Way::Patch,
    Way::File,
    Way::Include,
    Way::Amend,
    Way::Merge,
];

/// A repository with a linked work tree and a submodule, each with the branches `base`, `conflict` and `clean`.
struct Places {
    sandbox: Sandbox,
    folders: [PathBuf; 3],
}

/// One try of a commit.
struct Attempt<'a> {
    places: &'a Places,
    folder: &'a Path,
    way: Way,
    file: &'static str,
    answers: Vec<u8>,
}

#[derive(Debug, Default)]
struct Tally {
    stopped: [usize; 7],
    passed: [usize; 7],
}

/// Twenty lines; `first` tells branches apart, so that merges meet there.
fn text(first: &str) -> String {
    format!("{first}\n{}", "line\n".repeat(20))
}

impl Places {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let (main, linked) = (sandbox.path().to_owned(), sandbox.root().join("linked"));
        let library = sandbox.root().join("library");
        let library_name = library.to_string_lossy().into_owned();
        sandbox.git(&["init", "--quiet", "--initial-branch=main", &library_name]);
        let places = Self {
            folders: [main.clone(), linked.clone(), main.join("sub")],
            sandbox,
        };
        places.git(&library, &["commit", "--quiet", "--allow-empty", "-m", "x"]);
        let add = [
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            &library_name,
            "sub",
        ];
        places.git(&main, &add);
        places.make_branches(&main);
        places.make_branches(&places.folders[2]);
        places.git(
            &main,
            &[
                "worktree",
                "add",
                "--quiet",
                "--detach",
                &linked.to_string_lossy(),
                "base",
            ],
        );
        places
    }

    fn make_branches(&self, folder: &Path) {
        let commit = |first: &str| {
            for file in &FILES[..4] {
                let path = folder.join(file);
                fs::create_dir_all(path.parent().expect("it has a folder"))
                    .expect("it can be made");
                fs::write(path, text(first)).expect("it can be written");
            }
            self.git(folder, &["add", "--all"]);
            self.git(folder, &["commit", "--quiet", "-m", first]);
        };
        commit("root");
        for branch in ["conflict", "clean", "base"] {
            self.git(folder, &["checkout", "--quiet", "-B", branch, "main"]);
            commit(branch);
        }
        self.git(folder, &["checkout", "--quiet", "--detach", "base"]);
        // Where both sides changed a file, the driver's output is the merge.
        let driver = format!("cat '{}' >%A", self.driver_output().display());
        self.git(folder, &["config", "merge.given.driver", &driver]);
        let hooks = self.git(
            folder,
            &["rev-parse", "--path-format=absolute", "--git-path", "hooks"],
        );
        let hooks = PathBuf::from(hooks.trim_end());
        fs::create_dir_all(&hooks).expect("it can be made");
        for hook in ["pre-commit", "pre-merge-commit"] {
            let code = self.hook_code();
            let body = format!(
                "'{GUARD}' hook {hook}\ncode=$?\necho $code >'{}'\nexit $code",
                code.display()
            );
            write_script(&hooks.join(hook), &body);
        }
    }

    fn driver_output(&self) -> PathBuf {
        self.sandbox.root().join("driver-output")
    }

    fn hook_code(&self) -> PathBuf {
        self.sandbox.root().join("hook-code")
    }

    #[track_caller]
    fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        let run = self.sandbox.git_in(folder, arguments);
        assert_eq!(run.code, 0, "git {arguments:?}: {}", run.stderr);
        run.stdout
    }
}

impl Attempt<'_> {
    fn run(&self, more: &[&str]) -> Run {
        let mut arguments = vec!["commit", "--quiet", "-m", "x"];
        arguments.extend(more);
        match self.way {
            Way::Plain | Way::Merge => {}
            Way::All => arguments.push("-a"),
            Way::Patch => arguments.push("-p"),
            Way::File => arguments.extend(["--only", "--", self.file]),
            Way::Include => arguments.extend(["--include", "--", self.file]),
            Way::Amend => arguments.push("--amend"),
        }
        let mut command = self.places.sandbox.command("git");
        run_with_input(
            command.current_dir(self.folder).args(arguments),
            &self.answers,
        )
    }

    /// Whether the tree of HEAD holds one of `tokens`.
    fn committed(&self, tokens: &[String]) -> bool {
        let run = self
            .places
            .sandbox
            .git_in(self.folder, &["grep", "--text", "-h", "-e", "hf", "HEAD"]);
        // 1: there is no such line.
        assert!(run.code < 2, "{}", run.stderr);
        tokens.iter().any(|token| run.stdout.contains(token))
    }
}

/// `text` with some lines changed, a third of them into new tokens.
fn edit(random: &mut Random, tokens: &mut Vec<String>, first: &str) -> String {
    let mut lines: Vec<String> = text(first).lines().map(str::to_owned).collect();
    for _ in 0..random.below(4) {
        let at = random.below(lines.len());
        lines[at] = if random.chance(35) {
            let token = hf_token(random.next());
            tokens.push(token.clone());
            format!("key = \"{token}\"")
        } else {
            format!("changed {}", random.below(1_000))
        };
    }
    lines.join("\n") + random.pick(&["\n", "\n", ""])
}

fn try_one(places: &Places, random: &mut Random, number: usize, tally: &mut Tally) {
    let way = WAYS[number % WAYS.len()];
    let folder = &places.folders[number / WAYS.len() % places.folders.len()];
    let name = format!("state {number}: {way:?} in {}", folder.display());
    places.git(folder, &["reset", "--quiet", "--hard", "base"]);
    places.git(folder, &["clean", "--quiet", "-d", "--force"]);
    drop(fs::remove_file(places.hook_code()));
    let mut tokens = Vec::new();
    let attempt = Attempt {
        places,
        folder,
        way,
        file: random.pick(&FILES[..4]),
        answers: (0..60).flat_map(|_| [random.pick(b"yyn"), b'\n']).collect(),
    };
    let mut run = None;
    if way == Way::Merge {
        fs::write(places.driver_output(), edit(random, &mut tokens, "merged"))
            .expect("it can be written");
        let attributes = places.git(
            folder,
            &[
                "rev-parse",
                "--path-format=absolute",
                "--git-path",
                "info/attributes",
            ],
        );
        fs::create_dir_all(
            Path::new(attributes.trim_end())
                .parent()
                .expect("it has a folder"),
        )
        .expect("it can be made");
        if random.chance(50) {
            fs::write(attributes.trim_end(), "* merge=given\n").expect("it can be written");
            run = Some(
                places
                    .sandbox
                    .git_in(folder, &["merge", "--quiet", "--no-edit", "clean"]),
            );
        } else {
            fs::write(attributes.trim_end(), "").expect("it can be written");
            let merge = places
                .sandbox
                .git_in(folder, &["merge", "--quiet", "conflict"]);
            assert_eq!(merge.code, 1, "{name}: {}", merge.stderr);
        }
    }
    if run.is_none() {
        for (staged, chance) in [(true, 70), (false, 40)] {
            for file in FILES {
                if !(random.chance(chance) || (way == Way::Merge && staged)) {
                    continue;
                }
                fs::write(folder.join(file), edit(random, &mut tokens, "edited"))
                    .expect("it can be written");
            }
            if staged {
                places.git(folder, &["add", "--all"]);
            }
        }
    }
    let run = run.unwrap_or_else(|| attempt.run(&[]));
    let Ok(code) = fs::read_to_string(places.hook_code()) else {
        // Nothing to commit: no hook was asked.
        assert_ne!(run.code, 0, "{name}: committed without its hook");
        return;
    };
    for token in &tokens {
        assert!(!run.stderr.contains(&token[8..]), "{name}: printed a token");
    }
    match code.trim() {
        // git asks the hook before it sees that there is nothing to commit.
        "0" if run.code == 1 && says_nothing_to_commit(&run) => {}
        "0" => {
            assert_eq!(run.code, 0, "{name}: {}", run.stderr);
            assert!(
                !attempt.committed(&tokens),
                "{name}: a token got into a commit"
            );
            tally.passed[number % WAYS.len()] += 1;
        }
        "1" => {
            assert_ne!(run.code, 0, "{name}");
            let forced = attempt.run(&["--no-verify"]);
            assert_eq!(forced.code, 0, "{name}: {}", forced.stderr);
            assert!(
                attempt.committed(&tokens),
                "{name}: stopped for nothing: {}",
                run.stderr
            );
            tally.stopped[number % WAYS.len()] += 1;
        }
        code => panic!("{name}: exit {code}: {}", run.stderr),
    }
}

fn says_nothing_to_commit(run: &Run) -> bool {
    [
        "nothing to commit",
        "nothing added to commit",
        "no changes added to commit",
    ]
    .iter()
    .any(|words| run.stdout.contains(words))
}

#[test]
fn no_new_token_gets_into_a_commit() {
    let places = Places::new();
    let mut random = Random::new(7);
    let mut tally = Tally::default();
    let count = states(63, 500);
    for number in 0..count {
        try_one(&places, &mut random, number, &mut tally);
    }
    for (way, seen) in WAYS.iter().zip(tally.stopped.iter().zip(&tally.passed)) {
        assert!(
            *seen.0 > 0 && *seen.1 > 0,
            "{way:?} says too little: {seen:?}"
        );
    }
}
