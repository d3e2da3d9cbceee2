//! What the tests run beside git and cargo. Where something is missing, `.ci/setup` is run once.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

const CHECKOUT: &str = env!("CARGO_MANIFEST_DIR");

/// What `.ci/setup` takes from the system's packages.
const PROGRAMS: [&str; 6] = ["bash", "busybox", "dash", "git-lfs", "shellcheck", "zstd"];

/// One of these is enough.
const BROWSERS: [&str; 2] = ["chromium", "google-chrome"];

/// What it puts into `target/test-tools`.
const INSTALLED: [&str; 3] = ["pre-commit", "prek", "git-filter-repo"];

/// Makes sure that every tool is there.
///
/// # Panics
/// Where one is missing and `.ci/setup` cannot install it.
#[track_caller]
pub fn require() {
    static FAILURE: OnceLock<Option<String>> = OnceLock::new();
    if let Some(failure) = FAILURE.get_or_init(set_up) {
        panic!("{failure}");
    }
}

/// Where pre-commit and prek are.
#[track_caller]
pub fn managers() -> PathBuf {
    require();
    installed().join("bin")
}

/// The program called `name` on PATH.
#[track_caller]
pub fn program(name: &str) -> PathBuf {
    require();
    on_path(name.as_ref()).unwrap_or_else(|| panic!("{name} is not on PATH"))
}

/// A browser.
#[track_caller]
pub fn browser() -> PathBuf {
    require();
    let found = BROWSERS.iter().find_map(|name| on_path(name.as_ref()));
    found.unwrap_or_else(|| panic!("none of {BROWSERS:?} is on PATH"))
}

fn installed() -> PathBuf {
    Path::new(CHECKOUT).join("target/test-tools")
}

/// The reason why the tools are not there, if they are not.
fn set_up() -> Option<String> {
    if missing().is_empty() {
        return None;
    }
    let lock = Path::new(CHECKOUT).join("target/test-tools.lock");
    let lock = File::create(lock).expect("the lock can be made");
    lock.lock().expect("the lock can be taken");
    // Another process of tests may just have done it.
    if missing().is_empty() {
        return None;
    }
    let output = Command::new(Path::new(CHECKOUT).join(".ci/setup"))
        .stdin(Stdio::null())
        .output();
    let said = match output {
        Ok(output) => format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) => error.to_string(),
    };
    let missing = missing();
    (!missing.is_empty()).then(|| format!(".ci/setup did not install {missing:?}:\n{said}"))
}

fn missing() -> Vec<&'static str> {
    let mut missing: Vec<&str> = PROGRAMS
        .into_iter()
        .filter(|name| on_path(name.as_ref()).is_none())
        .collect();
    if BROWSERS.iter().all(|name| on_path(name.as_ref()).is_none()) {
        missing.push(BROWSERS[0]);
    }
    let wanted = fs::read(Path::new(CHECKOUT).join("tests/requirements.txt")).ok();
    let have = fs::read(installed().join("requirements.txt")).ok();
    missing.extend(
        INSTALLED
            .into_iter()
            .filter(|name| have != wanted || !installed().join("bin").join(name).is_file()),
    );
    missing
}

fn on_path(name: &OsStr) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}
