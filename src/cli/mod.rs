//! The edge: arguments, environment and streams. Everything below is handed what it needs.
//!
//! `args` is the command line; most other files are a command, or a hook, each. What they share: `reporting` and `failure` (what is
//! said last), `issuers` (who is asked, and about what), `baseline`, `meter`, `interrupt`, `watchdog`.

mod allow;
mod args;
mod baseline;
mod break_glass;
mod doctor;
mod failure;
mod find;
mod framework;
mod history;
mod hook;
mod install;
mod interrupt;
mod inventory;
mod issuers;
mod meter;
mod push;
mod reporting;
mod respond;
mod revoke;
mod rules;
mod rules_check;
mod rules_import;
mod scan;
mod server;
mod verify;
mod watchdog;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::outcome::Exit;
use args::{Arguments, Command};

/// What a command came to; its errors are printed as a chain, and exit with 2.
type Ended = Result<Exit, Box<dyn std::error::Error>>;

/// Runs the program and gives its exit code.
#[must_use]
pub fn run() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| end_on_panic(panic.location())));
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return failure::tell_of_arguments(&error).into(),
    };
    if let Err(error) = arguments.check() {
        return failure::tell_of_arguments(&error).into();
    }
    match dispatch(&arguments) {
        Ok(exit) => exit.into(),
        Err(error) => failure::tell(&*error).into(),
    }
}

fn dispatch(arguments: &Arguments) -> Ended {
    let options = &arguments.options;
    if matches!(
        arguments.command,
        None | Some(
            Command::Scan(_)
                | Command::Hook(_)
                | Command::Verify(_)
                | Command::Revoke(_)
                | Command::Find(_)
                | Command::Respond(_)
                | Command::Doctor(_)
                | Command::Inventory(_)
        )
    ) {
        watchdog::start(&options.progress)?;
    }
    match &arguments.command {
        None if arguments.history.all_history => history::run(&arguments.history, options),
        None => scan::staged(crate::git::Ownership::Check, &[], options),
        Some(Command::Scan(scan)) => match &scan.range {
            Some(range) => push::range(range, options),
            None if scan.history.all_history => history::run(&scan.history, options),
            None if scan.unpushed => push::unpushed(options),
            None => scan::run(scan, options),
        },
        Some(Command::Hook(hook)) => hook::run(hook, options),
        Some(Command::Install(install)) => install::install(install, options),
        Some(Command::Uninstall(uninstall)) => install::uninstall(uninstall, options),
        Some(Command::Allow(allow)) => allow::run(allow, options),
        Some(Command::Verify(verify)) => verify::run(verify, options),
        Some(Command::Revoke(revoke)) => revoke::run(revoke, options),
        Some(Command::Find(find)) => find::run(find, options),
        Some(Command::Respond(respond)) => respond::run(respond, options),
        Some(Command::Doctor(doctor)) => doctor::run(doctor, options),
        Some(Command::Inventory(inventory)) => inventory::run(inventory, options),
        Some(Command::Rules(rules)) => rules::run(rules, options),
    }
}

/// Says where, never what: the message of a panic can quote the text that was scanned.
#[allow(
    clippy::exit,
    reason = "a panic is an unfinished scan, and the exit code for that is 2"
)]
fn end_on_panic(location: Option<&std::panic::Location<'_>>) {
    let place = location.map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    drop(writeln!(
        io::stderr(),
        "hf-guard: a bug in hf-guard{place}; nothing was let through, please report it"
    ));
    std::process::exit(2);
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = format!("hf-guard: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
