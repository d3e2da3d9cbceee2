//! Ends a run that hangs: a hook that never comes back is worse than one that says it could not finish.

use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::source::Progress;

/// How long a scan may go without finishing a single text.
const STALL: Duration = Duration::from_secs(20);

/// Starts watching; `progress` must advance at least every 20 seconds, unless it waits for input.
pub(super) fn start(progress: &Arc<Progress>) -> io::Result<()> {
    let watched = Arc::clone(progress);
    thread::Builder::new()
        .name("watchdog".to_owned())
        .stack_size(64 << 10)
        .spawn(move || watch(&watched))?;
    Ok(())
}

/// Ends the process with code 2 once `limit` is over, whatever it is doing, and says `message`.
pub(super) fn limit(limit: Duration, message: String) -> io::Result<()> {
    let spawned = thread::Builder::new()
        .name("time limit".to_owned())
        .stack_size(64 << 10)
        .spawn(move || end_after(limit, &message));
    spawned.map(drop)
}

#[allow(
    clippy::exit,
    reason = "the main thread is busy; nothing else can end the process with the right code"
)]
fn end_after(limit: Duration, message: &str) {
    thread::sleep(limit);
    drop(writeln!(io::stderr(), "{message}"));
    std::process::exit(2);
}

#[allow(
    clippy::exit,
    reason = "the main thread hangs; nothing else can end the process with the right code"
)]
fn watch(progress: &Progress) {
    let mut seen = progress.count();
    loop {
        thread::sleep(STALL);
        let now = progress.count();
        if now == seen && !progress.is_waiting() {
            let message = "hf-guard: nothing was read for 20 seconds, giving up; \
                           check the disk and the repository with `git fsck`, then try again";
            drop(writeln!(io::stderr(), "{message}"));
            std::process::exit(2);
        }
        seen = now;
    }
}
