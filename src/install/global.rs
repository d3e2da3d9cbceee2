//! The hooks for every repository of the person.
//!
//! Git 2.54 and later run hooks from the configuration beside those of a repository. Older ones know two ways. A global
//! `core.hooksPath` makes git pass over every repository's own hooks, so it is used only where the person has set it.
//! `init.templateDir` is copied into new repositories and clones and takes nothing away, so it is the way otherwise.
//!
//! Source: <https://git-scm.com/docs/git-hook>, <https://git-scm.com/docs/git-init#_template_directory>

use std::fs;
use std::path::{Path, PathBuf};

use super::folder::must_hold_files;
use super::git::{Git, Scope, Version, to_path};
use super::place::Done;
use super::shim::{HOOKS, Hook, is_shim, quote};
use super::{InstallError, Placed, Selection, install_into, uninstall_from};

/// The first git that runs hooks from its configuration.
const CONFIGURED_HOOKS: Version = (2, 54);

/// How every repository is served.
#[derive(Debug)]
pub enum Global {
    /// By `hook.hf-guard-NAME.command` in the global configuration.
    Configured(Vec<Placed>),
    /// In the folder that the person's own `core.hooksPath` names.
    HooksPath(Vec<Placed>),
    /// In the template of new repositories.
    Template {
        /// The template's folder.
        template: PathBuf,
        /// What was done in it.
        hooks: Vec<Placed>,
    },
}

/// Installs `hooks` for every repository; `data` is the folder for files of the person's programs.
///
/// # Errors
/// [`InstallError`] where git refuses, the machine's settings stand in the way, or a file cannot be written.
pub fn install(
    git: &Git,
    hooks: &Selection,
    data: &Path,
    binary: &Path,
) -> Result<Global, InstallError> {
    if git.version()? >= Some(CONFIGURED_HOOKS) {
        return Ok(Global::Configured(configure(git, hooks, data, binary)?));
    }
    if let Some(folder) = hooks_path(git)? {
        return Ok(Global::HooksPath(install_into(&folder, hooks, binary)?));
    }
    let template = match template_of_person(git)? {
        Some(template) => template,
        None => make_template(git, data)?,
    };
    let hooks = install_into(&template.join("hooks"), hooks, binary)?;
    Ok(Global::Template { template, hooks })
}

/// Takes away whatever [`install`] did for `hooks`, by this git or an older one.
///
/// # Errors
/// [`InstallError`] where git refuses or a file cannot be removed.
pub fn uninstall(git: &Git, hooks: &Selection, data: &Path) -> Result<Vec<Placed>, InstallError> {
    let mut placed = unconfigure(git, hooks, data)?;
    if let Ok(Some(folder)) = hooks_path(git) {
        placed.extend(uninstall_from(&folder, hooks)?);
    }
    if let Some(template) = template_of_person(git)? {
        placed.extend(uninstall_from(&template.join("hooks"), hooks)?);
        if template == own_template(data) && !serves(&template) {
            git.read(&["config", "--global", "--unset-all", "init.templateDir"])?;
            fs::remove_dir_all(&template).map_err(InstallError::file("remove", &template))?;
        }
    }
    Ok(placed)
}

fn configure(
    git: &Git,
    hooks: &Selection,
    data: &Path,
    binary: &Path,
) -> Result<Vec<Placed>, InstallError> {
    let folder = configured_folder(data);
    let mut placed = install_into(&folder, hooks, binary)?;
    for (hook, placed) in hooks.iter().zip(&mut placed) {
        let command = to_path(&quote(&folder.join(hook.name))?)?;
        // The event last: git stops every commit at an event without a command.
        let wanted = [
            ("command", command.as_os_str()),
            ("event", hook.name.as_ref()),
        ];
        for (key, value) in wanted {
            let key = format!("{}.{key}", section(hook));
            let there = git.setting(&key)?;
            if there.is_none_or(|there| there.value != value.as_encoded_bytes()) {
                git.read(&[
                    "config".as_ref(),
                    "--global".as_ref(),
                    "--replace-all".as_ref(),
                    key.as_ref(),
                    value,
                ])?;
                if placed.done == Done::Unchanged {
                    placed.done = Done::Updated;
                }
            }
        }
    }
    Ok(placed)
}

fn unconfigure(git: &Git, hooks: &Selection, data: &Path) -> Result<Vec<Placed>, InstallError> {
    for hook in hooks {
        let command = git.setting(&format!("{}.command", section(hook)))?;
        if command.is_some_and(|command| command.scope == Scope::Global) {
            git.read(&["config", "--global", "--remove-section", &section(hook)])?;
        }
    }
    uninstall_from(&configured_folder(data), hooks)
}

/// Whether one of our hooks is left in the template.
fn serves(template: &Path) -> bool {
    HOOKS.iter().any(|hook| {
        fs::read(template.join("hooks").join(hook.name)).is_ok_and(|content| is_shim(&content))
    })
}

/// Each event has a name of its own, as git does not tell a command which event it serves.
fn section(hook: &Hook) -> String {
    format!("hook.hf-guard-{}", hook.name)
}

/// The shims know this folder by name: there, the way to remove one is another.
fn configured_folder(data: &Path) -> PathBuf {
    data.join("hf-guard").join("configured")
}

fn own_template(data: &Path) -> PathBuf {
    data.join("hf-guard").join("template")
}

/// The folder of the person's global `core.hooksPath`.
fn hooks_path(git: &Git) -> Result<Option<PathBuf>, InstallError> {
    let Some(value) = git.global_setting("core.hooksPath")? else {
        return match git.setting("core.hooksPath")? {
            Some(setting) if setting.scope == Scope::System => {
                Err(InstallError::SetForTheMachine {
                    key: "core.hooksPath",
                    value: setting.value,
                })
            }
            _ => Ok(None),
        };
    };
    if value.is_empty() {
        return Err(InstallError::HooksPathEmpty { option: "--global" });
    }
    let folder = to_path(&value)?;
    if !folder.is_absolute() {
        return Err(InstallError::HooksPathRelative { value });
    }
    must_hold_files(&folder)?;
    Ok(Some(folder))
}

/// The person's own `init.templateDir`.
fn template_of_person(git: &Git) -> Result<Option<PathBuf>, InstallError> {
    match git.global_setting("init.templateDir")? {
        Some(value) if !value.is_empty() => Ok(Some(to_path(&value)?)),
        _ => Ok(None),
    }
}

fn make_template(git: &Git, data: &Path) -> Result<PathBuf, InstallError> {
    if let Some(setting) = git.setting("init.templateDir")?
        && setting.scope == Scope::System
    {
        return Err(InstallError::SetForTheMachine {
            key: "init.templateDir",
            value: setting.value,
        });
    }
    let template = own_template(data);
    // It replaces git's own template, of which programs miss only this: the folder for `info/exclude`.
    let info = template.join("info");
    fs::create_dir_all(&info).map_err(InstallError::file("make the folder", &info))?;
    let exclude = info.join("exclude");
    fs::write(&exclude, "").map_err(InstallError::file("write", &exclude))?;
    git.read(&[
        "config".as_ref(),
        "--global".as_ref(),
        "init.templateDir".as_ref(),
        template.as_os_str(),
    ])?;
    Ok(template)
}
