//! `hf-guard install` and `hf-guard uninstall`.

use super::Ended;
use super::args::{InstallArguments, Options, UninstallArguments};

pub(super) fn install(_arguments: &InstallArguments, _options: &Options) -> Ended {
    Err("not here yet".into())
}

pub(super) fn uninstall(_arguments: &UninstallArguments, _options: &Options) -> Ended {
    Err("not here yet".into())
}
