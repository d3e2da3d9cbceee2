//! Ctrl-C, and the signal that asks a program to end: a long scan stops and says what it has found so far.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What a shell says of a program that Ctrl-C ended.
pub(super) const EXIT_CODE: i32 = 130;

/// Sets `stop` at the first signal; a second one ends the process where it stands.
///
/// # Errors
/// Those of the system.
pub(super) fn listen(stop: &Arc<AtomicBool>) -> io::Result<()> {
    for signal in [SIGINT, SIGTERM] {
        // In this order: what is asked first must not see what is set second.
        flag::register_conditional_shutdown(signal, EXIT_CODE, Arc::clone(stop))?;
        flag::register(signal, Arc::clone(stop))?;
    }
    Ok(())
}
