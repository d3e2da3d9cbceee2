//! `hf-guard install` and `hf-guard uninstall`: where the program and the person's files are, and what to tell.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use super::args::{InstallArguments, Options, UninstallArguments};
use super::{Ended, failure};
use crate::install::{
    self, Done, Git, Global, HookFolder, InstallError, KEPT_SUFFIX, Kept, Placed,
};
use crate::outcome::Exit;
use crate::text::escape::for_terminal;

pub(super) fn install(arguments: &InstallArguments, options: &Options) -> Ended {
    let git = Git::new("git");
    let binary = binary()?;
    let hooks = arguments.hooks.hooks();
    let mut text = Vec::new();
    if arguments.global {
        match install::install_globally(&git, &hooks, &data_folder()?, &binary)? {
            Global::Configured(hooks) => {
                tell_hooks(&mut text, &hooks)?;
                writeln!(
                    text,
                    "git runs them in every repository, before the repository's own hooks"
                )?;
            }
            Global::HooksPath(hooks) => {
                tell_hooks(&mut text, &hooks)?;
                writeln!(
                    text,
                    "git runs them in every repository, because your core.hooksPath names this folder"
                )?;
            }
            Global::Template { template, hooks } => {
                tell_hooks(&mut text, &hooks)?;
                writeln!(
                    text,
                    "git copies them into new repositories and clones, because init.templateDir is {}; in those you \
                     have, run `hf-guard install` (git 2.54 and later can do without)",
                    shown(&template)
                )?;
            }
        }
    } else {
        let changes = install::install(&git, &hooks, &binary)?;
        tell_hooks(&mut text, &changes.hooks)?;
        tell_folder(&mut text, changes.folder)?;
    }
    finish(&text, options)
}

pub(super) fn uninstall(arguments: &UninstallArguments, options: &Options) -> Ended {
    let git = Git::new("git");
    let hooks = arguments.hooks.hooks();
    let mut text = Vec::new();
    if arguments.global {
        let mut placed = install::uninstall_globally(&git, &hooks, &data_folder()?)?;
        placed.retain(|placed| placed.done != Done::Absent);
        if placed.is_empty() {
            writeln!(text, "no hook of hf-guard serves every repository")?;
        }
        tell_hooks(&mut text, &placed)?;
    } else {
        tell_hooks(&mut text, &install::uninstall(&git, &hooks)?.hooks)?;
    }
    finish(&text, options)
}

fn finish(text: &[u8], options: &Options) -> Ended {
    if !options.quiet {
        // A folder can be called by a secret, too.
        io::stdout().lock().write_all(&failure::hidden(text))?;
    }
    Ok(Exit::Clean)
}

fn tell_hooks(to: &mut impl Write, hooks: &[Placed]) -> io::Result<()> {
    for placed in hooks {
        let path = shown(&placed.path);
        let kept = placed.path.file_name().unwrap_or_default();
        let kept = format!("{}{KEPT_SUFFIX}", kept.display());
        match placed.done {
            Done::Installed => writeln!(to, "{path}: installed"),
            Done::InstalledBefore(Kept::RunsFirst) => writeln!(
                to,
                "{path}: installed; the hook that was there runs first, as {kept}"
            ),
            Done::InstalledBefore(Kept::RunsLast) => writeln!(
                to,
                "{path}: installed; the hook that was there runs after it, as {kept}"
            ),
            Done::InstalledBefore(Kept::Ignored) => writeln!(
                to,
                "{path}: installed; the hook that was there is kept as {kept}, but as git before, this does not run \
                 it: it is not an executable file"
            ),
            Done::Updated => writeln!(to, "{path}: updated"),
            Done::Chained => writeln!(
                to,
                "{path}: already calls hf-guard: it is of pre-commit or prek, and was installed later"
            ),
            Done::Unchanged => writeln!(to, "{path}: already installed"),
            Done::Removed => writeln!(to, "{path}: removed"),
            Done::Restored => writeln!(
                to,
                "{path}: removed; the hook that was there before is back"
            ),
            Done::Absent => writeln!(to, "{path}: no hook of hf-guard"),
        }?;
    }
    Ok(())
}

fn tell_folder(to: &mut impl Write, folder: HookFolder) -> io::Result<()> {
    match folder {
        HookFolder::Private => Ok(()),
        HookFolder::Husky => writeln!(
            to,
            "husky writes this folder anew whenever packages are installed: \
             let package.json say \"prepare\": \"husky && hf-guard install\""
        ),
        HookFolder::InWorkTree => writeln!(
            to,
            "this folder is in the work tree: do not commit these hooks, they name a path of this machine"
        ),
        HookFolder::Bare => writeln!(
            to,
            "this repository is bare: these hooks run in its work trees, not when something is pushed into it; for \
             that make `hf-guard hook pre-receive` its pre-receive hook (docs/server.md)"
        ),
    }
}

/// The path of this program that is likely to last.
///
/// A package manager puts a link on PATH and moves what it leads to with each version: then the link is the better name.
fn binary() -> io::Result<PathBuf> {
    let running = env::current_exe()?;
    let Ok(real) = fs::canonicalize(&running) else {
        return Ok(running);
    };
    let on_path = env::var_os("PATH").and_then(|path| {
        env::split_paths(&path)
            .map(|folder| folder.join(format!("hf-guard{}", env::consts::EXE_SUFFIX)))
            .find(|candidate| candidate.is_file())
    });
    Ok(match on_path {
        Some(found) if found.is_absolute() && fs::canonicalize(&found).is_ok_and(|f| f == real) => {
            found
        }
        _ => running,
    })
}

/// Where files of the person's programs belong.
///
/// Source: <https://specifications.freedesktop.org/basedir-spec/latest/>
fn data_folder() -> Result<PathBuf, InstallError> {
    let absolute = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("LOCALAPPDATA"))
        .or_else(|| absolute("HOME").map(|home| home.join(".local").join("share")))
        .ok_or(InstallError::NoHome)
}

fn shown(path: &Path) -> String {
    match <[u8]>::from_path(path) {
        Some(bytes) => for_terminal(bytes),
        None => for_terminal(path.to_string_lossy().as_bytes()),
    }
}
