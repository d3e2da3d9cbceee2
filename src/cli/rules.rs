//! `hf-guard rules`: list, show and check.

use super::Ended;
use super::args::{Options, RulesCommand};

pub(super) fn run(_arguments: &RulesCommand, _options: &Options) -> Ended {
    Err("not here yet".into())
}
