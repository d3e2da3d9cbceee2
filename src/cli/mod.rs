//! The edge: arguments, environment and streams. Everything below is handed what it needs.

mod args;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::config::Config;
use crate::git::{Ownership, Repository};
use crate::outcome::Exit;
use crate::rules::RuleSet;
use crate::scan::Scanner;
use crate::{allow, report, source};

/// Runs the program and gives its exit code.
#[must_use]
pub fn run() -> ExitCode {
    let _arguments = match args::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let wanted = error.exit_code() == 0;
            return match error.print() {
                Ok(()) if wanted => Exit::Clean.into(),
                Ok(()) | Err(_) => Exit::Unfinished.into(),
            };
        }
    };
    match staged() {
        Ok(exit) => exit.into(),
        Err(error) => {
            let mut stderr = io::stderr().lock();
            // Nobody is left to tell when standard error is gone; the exit code still says it.
            drop(writeln!(stderr, "error: {error}"));
            Exit::Unfinished.into()
        }
    }
}

fn staged() -> Result<Exit, Box<dyn std::error::Error>> {
    let repository = Repository::open(Ownership::Check)?;
    let scanner = Scanner::new(RuleSet::builtin());
    let scanned = source::staged::scan(&repository, &scanner)?;
    let outcome = allow::apply(scanned, &Config::default());
    report::human::write(&outcome, &mut io::stdout().lock())?;
    Ok(outcome.exit())
}
