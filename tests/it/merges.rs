//! Merges: new is what no parent's blob has.

use crate::support::{GUARD, Run, Sandbox, hf_token, write_script};

const BASE: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";

/// `main` and `topic` have both changed the first line of `a.py`, `topic` also adds `b.py` with a token.
struct Diverged {
    sandbox: Sandbox,
    old: String,
    new: String,
}

fn diverged(seed: u64, main: &str, topic: &str) -> Diverged {
    let sandbox = Sandbox::new();
    let (old, new) = (hf_token(seed), hf_token(seed + 1));
    sandbox.write("a.py", BASE);
    sandbox.commit_all("base");
    sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    sandbox.write("a.py", topic.replace("OLD", &old));
    sandbox.write("b.py", format!("{old}\n"));
    sandbox.commit_all("topic");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("a.py", main);
    sandbox.commit_all("main");
    sandbox.install_hooks(sandbox.path());
    Diverged { sandbox, old, new }
}

impl Diverged {
    fn clean(seed: u64) -> Self {
        diverged(
            seed,
            &BASE.replace("one", "uno"),
            &BASE.replace("seven", "siete = \"OLD\""),
        )
    }

    fn in_conflict(seed: u64) -> Self {
        let it = diverged(
            seed,
            &BASE.replace("one", "uno"),
            &BASE.replace("one", "un = \"OLD\""),
        );
        let run = it.sandbox.try_git(&["merge", "topic"]);
        run.assert_code(1).assert_stdout("CONFLICT");
        it
    }

    /// A branch `third` that adds `d.py` with the old token; `main` goes on, so that it stays a parent of its own.
    fn add_third_branch(&self) {
        self.sandbox.git(&["checkout", "--quiet", "-b", "third"]);
        self.sandbox.write("d.py", format!("{}\n", self.old));
        self.sandbox.commit_all("third");
        self.sandbox.git(&["checkout", "--quiet", "main"]);
        self.sandbox.write("e.py", "e = 1\n");
        self.sandbox.commit_all("main goes on");
    }

    #[track_caller]
    fn assert_blocked(&self, arguments: &[&str], place: &str) {
        let before = self.sandbox.git(&["rev-parse", "HEAD"]);
        let run = self.sandbox.try_git(arguments);
        assert_ne!(run.code, 0, "{}", run.stdout);
        run.assert_hides(&self.new)
            .assert_hides(&self.old)
            .assert_stderr(place);
        assert!(!run.stderr.contains("b.py:1"), "{}", run.stderr);
        assert_eq!(before, self.sandbox.git(&["rev-parse", "HEAD"]));
    }

    #[track_caller]
    fn assert_merged(&self, arguments: &[&str], parents: usize) {
        self.sandbox.try_git(arguments).assert_code(0);
        let recorded = self.sandbox.git(&["rev-list", "--parents", "-1", "HEAD"]);
        assert_eq!(recorded.split_whitespace().count(), 1 + parents);
        assert!(
            !self
                .sandbox
                .history(self.sandbox.path())
                .contains(&self.new)
        );
    }
}

#[test]
fn an_open_conflict_cannot_be_scanned() {
    let it = Diverged::in_conflict(200);
    let run = it.sandbox.guard(&["hook", "pre-commit"]);
    run.assert_code(2).assert_stderr("a.py");
}

#[test]
fn a_conflict_resolved_with_a_new_token_is_blocked() {
    let it = Diverged::in_conflict(202);
    let resolved = BASE.replace("one", &format!("one = \"{}\"", it.new));
    it.sandbox.stage("a.py", resolved);
    it.assert_blocked(&["commit", "-m", "x"], "a.py:1:8");
}

#[test]
fn a_conflict_resolved_by_commit_all_is_scanned() {
    let it = Diverged::in_conflict(204);
    it.sandbox.write("a.py", BASE.replace("one", &it.new));
    it.assert_blocked(&["commit", "-a", "-m", "x"], "a.py:1:1");
}

#[test]
fn what_another_parent_already_holds_is_not_new() {
    let it = Diverged::in_conflict(206);
    let theirs = BASE.replace("one", &format!("un = \"{}\"", it.old));
    it.sandbox.stage("a.py", theirs);
    it.assert_merged(&["commit", "-m", "x"], 2);
}

#[test]
fn a_file_of_another_parent_with_a_line_more_is_new_by_that_line() {
    let it = Diverged::in_conflict(208);
    it.sandbox.stage("a.py", BASE);
    it.sandbox
        .stage("b.py", format!("{}\n{}\n", it.old, it.new));
    it.assert_blocked(&["commit", "-m", "x"], "b.py:2:1");
}

#[test]
fn a_clean_merge_of_what_the_parents_hold_passes() {
    let it = Diverged::clean(210);
    it.assert_merged(&["merge", "-m", "x", "topic"], 2);
}

#[test]
fn a_clean_merge_into_which_a_driver_writes_a_token_is_blocked() {
    let it = Diverged::clean(212);
    let driver = it.sandbox.root().join("driver");
    write_script(&driver, &format!("echo '{}' >\"$1\"", it.new));
    it.sandbox.git(&[
        "config",
        "merge.evil.driver",
        &format!("'{}' %A", driver.display()),
    ]);
    it.sandbox
        .write(".git/info/attributes", "a.py merge=evil\n");
    it.assert_blocked(&["merge", "-m", "x", "topic"], "a.py:1:1");
    it.sandbox.write(".git/info/attributes", "");
    it.sandbox.git(&["merge", "--abort"]);
    it.assert_merged(&["merge", "-m", "x", "topic"], 2);
}

#[test]
fn a_merge_that_could_have_been_a_fast_forward_passes() {
    let it = Diverged::clean(214);
    it.sandbox.git(&["reset", "--quiet", "--hard", "main~1"]);
    it.assert_merged(&["merge", "--no-ff", "-m", "x", "topic"], 2);
}

#[test]
fn a_merge_stopped_before_its_commit_is_scanned_by_it() {
    let it = Diverged::clean(216);
    it.sandbox.git(&["merge", "--no-commit", "topic"]);
    it.sandbox.stage("c.py", &it.new);
    it.assert_blocked(&["commit", "-m", "x"], "c.py:1:1");
    it.sandbox.git(&["rm", "--quiet", "--cached", "c.py"]);
    it.assert_merged(&["commit", "-m", "x"], 2);
}

#[test]
fn an_octopus_has_more_than_two_parents() {
    let it = Diverged::clean(218);
    it.add_third_branch();
    it.sandbox.git(&["merge", "--no-commit", "topic", "third"]);
    it.sandbox
        .stage("d.py", format!("{}\n{}\n", it.old, it.new));
    it.assert_blocked(&["commit", "-m", "x"], "d.py:2:1");
    it.sandbox.stage("d.py", format!("{}\n", it.old));
    it.assert_merged(&["commit", "-m", "x"], 3);
}

#[test]
fn an_octopus_without_a_conflict_passes() {
    let it = Diverged::clean(220);
    it.add_third_branch();
    it.assert_merged(&["merge", "-m", "x", "topic", "third"], 3);
}

#[test]
fn a_squashed_merge_has_one_parent_and_all_of_it_is_new() {
    let it = Diverged::clean(222);
    it.sandbox.git(&["merge", "--squash", "topic"]);
    let run = it.sandbox.try_git(&["commit", "-m", "x"]);
    run.assert_code(1)
        .assert_hides(&it.old)
        .assert_stderr("b.py:1:1");
}

#[test]
fn a_cherry_pick_in_conflict_has_one_parent() {
    let it = Diverged::in_conflict(224);
    it.sandbox.git(&["merge", "--abort"]);
    it.sandbox.try_git(&["cherry-pick", "topic"]).assert_code(1);
    it.sandbox.stage("a.py", BASE);
    let run = it.sandbox.try_git(&["commit", "-m", "x"]);
    run.assert_code(1)
        .assert_hides(&it.old)
        .assert_stderr("b.py:1:1");
}

#[test]
fn a_parent_named_only_by_the_environment_hides_nothing_from_a_plain_commit() {
    let it = Diverged::clean(226);
    let topic = it.sandbox.git(&["rev-parse", "topic"]);
    it.sandbox.stage("b.py", format!("{}\n", it.old));
    let run = Run::of(
        it.sandbox
            .command(GUARD)
            .env(format!("GITHEAD_{}", topic.trim()), "topic")
            .args(["hook", "pre-commit"]),
    );
    run.assert_code(1).assert_hides(&it.old);
}

#[test]
fn a_merge_whose_other_parent_is_missing_cannot_be_scanned() {
    let it = Diverged::in_conflict(228);
    it.sandbox.stage("a.py", BASE);
    it.sandbox
        .write(".git/MERGE_HEAD", format!("{}\n", "1".repeat(40)));
    it.sandbox.guard(&["hook", "pre-commit"]).assert_code(2);
    it.sandbox.write(".git/MERGE_HEAD", "not an object name\n");
    it.sandbox.guard(&["hook", "pre-commit"]).assert_code(2);
}
