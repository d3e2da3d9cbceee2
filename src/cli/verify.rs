//! `hf-guard verify`: which of the credentials found still work, whose they are, and what they may do.

use super::args::{Options, VerifyArguments};
use super::issuers::{Reach, Session, gather};
use super::{Ended, reporting};

pub(super) fn run(arguments: &VerifyArguments, options: &Options) -> Ended {
    let reach = match arguments.offline {
        true => Reach::Offline,
        false => Reach::Network,
    };
    // First, for a run that cannot ask need not scan.
    let mut session = Session::open(&arguments.issuers, options, reach, "verify")?;
    let mut outcome = gather(&arguments.issuers, options)?;
    session.verify(&mut outcome, options);
    reporting::write_verified(&outcome, options)?;
    Ok(outcome.verified_exit())
}
