//! `hf-guard doctor`: where the person's home is, which repository they stand in, and what is wrong there.

use std::env;
use std::path::PathBuf;
use std::time::SystemTime;

use super::args::{DoctorArguments, Options};
use super::{Ended, reporting, scan};
use crate::config::Config;
use crate::doctor::{self, Machine};
use crate::git::{Ownership, Repository};

pub(super) fn run(arguments: &DoctorArguments, options: &Options) -> Ended {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    // Outside a repository there is none to look at, and a broken one is another command's to explain.
    let repository = Repository::open(Ownership::Check).ok();
    let machine = Machine {
        home: env::home_dir(),
        hf_home: set("HF_HOME").map(PathBuf::from),
        repository: repository.as_ref(),
        images: &arguments.images,
    };
    // A repository's allowlist has no say about the machine.
    let config = scan::configuration(options, || Ok(Config::default()))?;
    let scanner = scan::scanner(&config, options, SystemTime::now());
    let diagnosis = doctor::examine(&machine, &scanner, &options.progress)?;
    reporting::write_diagnosis(&diagnosis, options)?;
    Ok(diagnosis.exit())
}
